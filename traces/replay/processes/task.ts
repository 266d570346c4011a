// Threads and processes as far as a recording has told of them. What they share with each other they share as in the kernel.
import type {
  CredId,
  FileFacts,
  NamespaceName,
  ProcessFacts,
  SignalInfo,
  TaskFacts,
} from '../../../vm/index.ts';
import { Files } from './open-file.ts';
import { absolutePath } from './path.ts';

/** Ids, shared by all who inherited them until one of them changes: then it has others. So what one of them tells all know. */
export type Credentials = { [id in CredId]?: number | undefined };

/** A directory that one or several work in. Who changes to another has another one. */
export interface Directory {
  path: Uint8Array | undefined;
}

/** What CLONE_FS shares. */
export class FileSystem {
  cwd: Directory = { path: undefined };
  umask: number | undefined = undefined;
  /** What chroot made of '/'; undefined: nothing. */
  root: Uint8Array | undefined = undefined;
  /** String id of the working directory as the recorder last printed it. */
  note = 0;

  copy(): FileSystem {
    return Object.assign(new FileSystem(), this);
  }
}

/** What is done with a signal: string id of its struct sigaction as printed, or one of these. */
export const ACTION = { default: 0, ignore: -1 } as const satisfies Record<string, number>;

/** A process: what all of its threads have. */
export class Process implements ProcessFacts {
  readonly tgid: number;
  /** The first thread; dead perhaps, and still what others are children of. */
  leader: Task;
  /** Threads that are known and have not ended. */
  tasks: Task[] = [];
  /** The parent as it was at birth. */
  bornOf: Process | undefined = undefined;
  /** All threads have ended, and who has its children since. */
  gone = false;
  heir: Process | undefined = undefined;
  threads: number | undefined = undefined;
  files = new Files();
  fs = new FileSystem();
  /** The program as it was named; where that starts, which may become known later; what chroot had made of '/' then. */
  program: Uint8Array | undefined = undefined;
  startedIn: Directory | undefined = undefined;
  startedUnder: Uint8Array | undefined = undefined;
  args: readonly Uint8Array[] | undefined = undefined;
  namespaces: Partial<Record<NamespaceName, number>> = {};
  /** By signal, shared with CLONE_SIGHAND. What is not in it is unknown. */
  actions = new Map<number, number>();
  /** Signals that wait for any of its threads. */
  pending: number[] = [];
  pgid: number | undefined = undefined;
  sid: number | undefined = undefined;
  /** What its parent gets when it ends; undefined: unknown. */
  exitSignal: number | undefined = undefined;
  /** Orphans among its descendants become its children. */
  subreaper = false;

  constructor(tgid: number) {
    this.tgid = tgid;
    this.leader = new Task(tgid, this);
  }

  /** First thread of the parent; of an orphan, of who took it in. */
  get parent(): Task | undefined {
    let parent = this.bornOf;
    while (parent?.gone === true) parent = parent.heir;
    return parent?.leader;
  }

  get cwd(): Uint8Array | undefined {
    return this.fs.cwd.path;
  }

  get exe(): Uint8Array | undefined {
    const { program, startedIn, startedUnder } = this;
    return program === undefined ? undefined : absolutePath(program, startedIn?.path, startedUnder);
  }

  get root(): Uint8Array | undefined {
    return this.fs.root;
  }

  get umask(): number | undefined {
    return this.fs.umask;
  }

  file(fd: number): FileFacts | undefined {
    return this.files.get(fd)?.file;
  }
}

/** A thread. */
export class Task implements TaskFacts {
  tid: number;
  readonly process: Process;
  comm: Uint8Array | undefined = undefined;
  /** String id of its name, where that is from a record. */
  commId = 0;
  startNs: number | undefined = undefined;
  /** Shared; see Credentials. */
  ids: Credentials = {};
  exitCode: number | undefined = undefined;
  /** It called exit. */
  exiting = false;
  /** The signal that it got last, since its last call. */
  lastSignal = 0;
  /** Signals that wait for it. */
  pending: number[] = [];
  /** The descriptor that it is about to close. */
  closing: object | undefined = undefined;
  /** A signal that it sends to itself and does not come back from. */
  farewell: Farewell | undefined = undefined;

  constructor(tid: number, process: Process) {
    this.tid = tid;
    this.process = process;
  }

  get tgid(): number {
    return this.process.tgid;
  }

  /** The same task as it is now, for one who looks at it when it has changed. */
  asNow(): Task {
    return Object.assign(new Task(this.tid, this.process), this);
  }

  get parent(): Task | undefined {
    return this.process.parent;
  }
}

/** A signal, and whether it is for all of the process. */
export interface Farewell {
  readonly info: SignalInfo;
  readonly group: boolean;
}

/** A child to come: by whom, and what it shares. */
export interface Birth {
  readonly parent: Task;
  /** CLONE_*, without the signal; undefined: the recorder did not tell. */
  readonly flags: bigint | undefined;
  readonly exitSignal: number;
}
