// What a recording knows of tasks and of what they have open. Members that are absent are unknown, and read as faults that are counted.

/** Bytes of a name or path as they are, without NUL. */
export type NameBytes = Uint8Array;

/** A task: a thread, or a process by its first thread. It stands for one moment: whoever gives it may change it afterwards. */
export interface TaskFacts {
  readonly tid: number;
  readonly tgid: number;
  readonly comm?: NameBytes | undefined;
  /** First thread of the process that made this one. */
  readonly parent?: TaskFacts | undefined;
  /** ns since the start of the recording; of one that began before that, unknown. */
  readonly startNs?: number | undefined;
  readonly ids?: { readonly [id in CredId]?: number | undefined } | undefined;
  /** The same for every thread of a process: */
  readonly process?: ProcessFacts | undefined;
  /** Ids of the cgroups that it is in, from the root down to its own. */
  readonly cgroups?: readonly bigint[] | undefined;
  /** As the kernel keeps it in exit_code: of a task that ended. */
  readonly exitCode?: number | undefined;
}

/** Members of struct cred. */
export type CredId = 'uid' | 'gid' | 'suid' | 'sgid' | 'euid' | 'egid' | 'fsuid' | 'fsgid';

export interface ProcessFacts {
  /** Absolute path of the working directory. */
  readonly cwd?: NameBytes | undefined;
  /** Absolute path of what is '/' for it; undefined: what is for the recorder. */
  readonly root?: NameBytes | undefined;
  /** Absolute path of the program. */
  readonly exe?: NameBytes | undefined;
  /** Arguments that it was started with. */
  readonly args?: readonly NameBytes[] | undefined;
  readonly umask?: number | undefined;
  /** Ids of namespaces: the inode numbers of /proc/PID/ns/. */
  readonly namespaces?: Partial<Record<NamespaceName, number>> | undefined;
  /** Threads that have not ended. */
  readonly threads?: number | undefined;
  /** What is open as a file descriptor; undefined: nothing known of it. */
  file(fd: number): FileFacts | undefined;
}

export type NamespaceName = 'cgroup' | 'ipc' | 'mnt' | 'net' | 'pid' | 'time' | 'user' | 'uts';

/** An open file. */
export interface FileFacts {
  /** Absolute path, or what stands in its place: 'pipe:[123]', 'socket:[45]', 'anon_inode:[eventpoll]'. */
  readonly path?: NameBytes | undefined;
  readonly type?: 'regular' | 'directory' | 'character' | 'block' | 'fifo' | 'socket' | 'anon' | undefined;
  /** O_* as f_flags has them. */
  readonly flags?: number | undefined;
  readonly inode?: number | undefined;
  /** Of devices: major << 20 | minor, as i_rdev has it. */
  readonly device?: number | undefined;
  /** Of sockets. */
  readonly socket?: SocketFacts | undefined;
}

export interface SocketFacts {
  /** AF_*, SOCK_*, IPPROTO_*. */
  readonly family?: number | undefined;
  readonly type?: number | undefined;
  readonly protocol?: number | undefined;
  /** struct sockaddr as bind, connect, accept or getsockname had it. */
  readonly local?: Uint8Array | undefined;
  readonly remote?: Uint8Array | undefined;
}
