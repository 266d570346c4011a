// Small logs, and what is known when they have been played.
import { expect, test } from 'vitest';
import type { EventPoint } from '../../../../vm/index.ts';
import { describeFile, follow, recordingOfText, shown } from '../../../support/followed.ts';
import type { Processes } from '../../../../traces/index.ts';

interface Story {
  readonly title: string;
  /** Lines without their stamps: `10 close(3) = 0`. */
  readonly log: string;
  /** What is asked in the end, by name of question and tid, and the answer. */
  readonly known: Readonly<Record<string, string>>;
}

/** Questions: `10 fd 3`, `10 cwd`, `10 ids`, ... */
const ASK: Readonly<Record<string, (processes: Processes, tid: number, argument: string) => string>> = {
  fd: (processes, tid, fd) => describeFile(processes.task(tid)?.process, Number(fd)),
  flags: (processes, tid, fd) => processes.task(tid)?.process?.file(Number(fd))?.flags?.toString(16) ?? '?',
  path: (processes, tid, fd) => shown(processes.task(tid)?.process?.file(Number(fd))?.path),
  cwd: (processes, tid) => shown(processes.task(tid)?.process?.cwd),
  root: (processes, tid) => shown(processes.task(tid)?.process?.root),
  exe: (processes, tid) => shown(processes.task(tid)?.process?.exe),
  args: (processes, tid) => processes.task(tid)?.process?.args?.map(shown).join('|') ?? '?',
  comm: (processes, tid) => shown(processes.task(tid)?.comm),
  umask: (processes, tid) => processes.task(tid)?.process?.umask?.toString(8) ?? '?',
  threads: (processes, tid) => String(processes.task(tid)?.process?.threads ?? '?'),
  parent: (processes, tid) => String(processes.task(tid)?.parent?.tid ?? '?'),
  tgid: (processes, tid) => String(processes.task(tid)?.tgid ?? '?'),
  start: (processes, tid) => String(processes.task(tid)?.startNs ?? '?'),
  ns: (processes, tid) => JSON.stringify(processes.task(tid)?.process?.namespaces ?? {}),
  ids: (processes, tid) => {
    const ids = processes.task(tid)?.ids ?? {};
    return ['uid', 'euid', 'suid', 'fsuid'].map((id) => (ids as Record<string, number>)[id] ?? '?').join(' ');
  },
  gids: (processes, tid) => {
    const ids = processes.task(tid)?.ids ?? {};
    return ['gid', 'egid', 'sgid', 'fsgid'].map((id) => (ids as Record<string, number>)[id] ?? '?').join(' ');
  },
};

const EXEC = '10 execve("/bin/a", ["a"], 0x7ffe /* 2 vars */) = 0';

// oxfmt-ignore
const STORIES: readonly Story[] = [
  { title: 'a file is what open was asked for', log: '10 openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3',
    known: { '10 fd 3': '/etc/passwd - 8000 - -' } },
  { title: 'flags that open only acts upon are not kept', log: '10 open("/tmp/x", O_WRONLY|O_CREAT|O_TRUNC|O_APPEND|O_EXCL, 0644) = 4',
    known: { '10 fd 4': '/tmp/x - 8401 - -' } },
  { title: 'links are followed where the recorder did', log: '10 open("/bin/sh", O_RDONLY) = 3</usr/bin/dash>',
    known: { '10 path 3': '/usr/bin/dash', '10 flags 3': '8000' } },
  { title: 'a relative path starts at the working directory', log: '10 chdir("/home/me/./src/..") = 0\n10 openat(AT_FDCWD, "a//b", O_RDONLY) = 3',
    known: { '10 cwd': '/home/me', '10 path 3': '/home/me/a/b' } },
  { title: 'or at another one', log: '10 openat(AT_FDCWD, "/usr", O_RDONLY|O_DIRECTORY) = 3\n10 openat(3, "lib/../include", O_RDONLY) = 4',
    known: { '10 fd 3': '/usr directory 18000 - -', '10 path 4': '/usr/include' } },
  { title: 'where that is unknown the path is', log: '10 openat(AT_FDCWD, "a", O_RDONLY) = 3', known: { '10 path 3': '?', '10 flags 3': '8000' } },
  { title: 'getcwd tells the working directory', log: '10 getcwd("/srv", 4096) = 5', known: { '10 cwd': '/srv' } },
  { title: 'so does AT_FDCWD', log: '10 openat(AT_FDCWD</srv/www>, "x", O_RDONLY) = -1 ENOENT (No such file or directory)', known: { '10 cwd': '/srv/www' } },
  { title: 'fchdir goes where a descriptor leads', log: '10 open("/var", O_RDONLY) = 3\n10 fchdir(3) = 0', known: { '10 cwd': '/var' } },
  { title: 'below a new root all paths are', log: '10 chroot("/jail") = 0\n10 chdir("/") = 0\n10 open("etc/hosts", O_RDONLY) = 3\n10 open("/bin/x", O_RDONLY) = 4',
    known: { '10 root': '/jail', '10 cwd': '/jail', '10 path 3': '/jail/etc/hosts', '10 path 4': '/jail/bin/x' } },
  { title: 'an open file that is renamed has another name', log: '10 open("/a/t", O_RDONLY) = 3\n10 open("/a/tt", O_RDONLY) = 4\n10 rename("/a/t", "/b/u") = 0\n10 rename("/a", "/c") = 0',
    known: { '10 path 3': '/b/u', '10 path 4': '/c/tt' } },
  { title: 'a call that failed changes nothing', log: '10 chdir("/x") = 0\n10 chdir("/y") = -1 ENOENT (No such file or directory)\n10 open("/z", O_RDONLY) = -1 EACCES (Permission denied)',
    known: { '10 cwd': '/x', '10 fd 3': 'nothing' } },
  { title: 'copies lead to the same file', log: '10 open("/f", O_RDWR) = 3\n10 dup(3) = 4\n10 dup2(3, 7) = 7\n10 fcntl(3, F_DUPFD_CLOEXEC, 10) = 10\n10 fcntl(4, F_SETFL, O_RDONLY|O_NONBLOCK) = 0\n10 close(3) = 0',
    known: { '10 fd 3': 'nothing', '10 fd 7': '/f - 8802 - -', '10 fd 10': '/f - 8802 - -' } },
  { title: 'exec closes what is to be closed', log: `${EXEC}\n10 open("/f", O_RDONLY) = 3\n10 open("/g", O_RDONLY|O_CLOEXEC) = 4\n10 dup3(3, 5, O_CLOEXEC) = 5\n10 fcntl(4, F_SETFD, 0) = 0\n${EXEC}`,
    known: { '10 path 3': '/f', '10 path 4': '/g', '10 fd 5': 'nothing' } },
  { title: 'close_range closes, or marks', log: `10 open("/f", O_RDONLY) = 3\n10 open("/g", O_RDONLY) = 4\n10 open("/h", O_RDONLY) = 5\n10 close_range(5, 4294967295, 0) = 0\n10 close_range(4, 4, CLOSE_RANGE_CLOEXEC) = 0\n${EXEC}`,
    known: { '10 path 3': '/f', '10 fd 4': 'nothing', '10 fd 5': 'nothing' } },
  { title: 'a child has copies of the descriptors', log: '10 open("/f", O_RDONLY) = 3\n10 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 11\n11 close(3) = 0\n11 open("/g", O_RDONLY) = 3\n10 getpid() = 10',
    known: { '10 path 3': '/f', '11 path 3': '/g', '11 parent': '10', '11 tgid': '11', '11 threads': '1' } },
  { title: 'unless they are shared', log: '10 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FILES|CLONE_FS|SIGCHLD) = 11\n11 open("/g", O_RDONLY) = 3\n11 chdir("/w") = 0\n10 getpid() = 10',
    known: { '10 path 3': '/g', '10 cwd': '/w' } },
  { title: 'a thread is of the process', log: `${EXEC}\n10 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD, exit_signal=0, stack=0x7f00, stack_size=0x1000}, 88) = 11\n11 open("/g", O_RDONLY) = 3`,
    known: { '10 path 3': '/g', '11 tgid': '10', '10 threads': '2' } },
  { title: 'a child of CLONE_PARENT is a sibling', log: '10 fork() = 11\n11 clone(child_stack=NULL, flags=CLONE_PARENT|SIGCHLD) = 12\n12 getpid() = 12', known: { '12 parent': '10' } },
  { title: 'getppid tells who was there before', log: '10 getppid() = 7', known: { '10 parent': '7' } },
  { title: 'an orphan goes to nobody knows whom', log: '10 fork() = 11\n11 fork() = 12\n12 getpid() = 12\n11 exit_group(0) = ?\n11 +++ exited with 0 +++\n12 getpid() = 12', known: { '12 parent': '?' } },
  { title: 'so does one whose parent left without a word', log: '10 fork() = 11\n11 fork() = 12\n12 getpid() = 12\n11 exit_group(0) = ?\n12 getpid() = 12', known: { '12 parent': '?', '11 comm': '?' } },
  { title: 'but to a subreaper', log: '10 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0\n10 fork() = 11\n11 fork() = 12\n12 getpid() = 12\n11 exit_group(0) = ?\n11 +++ exited with 0 +++\n12 getpid() = 12', known: { '12 parent': '10' } },
  { title: 'a child speaks before its parent returns', log: '10 vfork( <unfinished ...>\n11 open("/g", O_RDONLY) = 3\n10 <... vfork resumed>) = 11\n10 getpid() = 10', known: { '11 parent': '10', '11 path 3': '/g' } },
  { title: 'the child of a call that nobody saw return', log: '10 open("/g", O_RDONLY) = 3\n10 vfork( <unfinished ...>\n11 close(0) = 0', known: { '11 parent': '10', '11 path 3': '/g' } },
  { title: 'pipes have two ends', log: '10 pipe2([3<pipe:[77]>, 4<pipe:[77]>], O_CLOEXEC|O_NONBLOCK) = 0', known: { '10 fd 3': 'pipe:[77] fifo 800 77 -', '10 fd 4': 'pipe:[77] fifo 801 77 -' } },
  { title: 'a socket is of its kind', log: '10 socket(AF_INET6, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_IP) = 3', known: { '10 fd 3': '? socket 802 - - 10,2,0 - -' } },
  { title: 'its sides are what strace said', log: '10 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[55]>\n10 read(3<TCP:[127.0.0.1:80->10.0.0.2:513]>, "", 1) = 0',
    known: { '10 fd 3': 'socket:[55] socket 2 55 - 2,1,6 020000507f0000010000000000000000 020002010a0000020000000000000000' } },
  { title: 'addresses of IPv6 as well', log: '10 read(3<TCPv6:[[::1]:80->[fe80::ff:fe00:1]:65535]>, "", 1) = 0',
    known: { '10 fd 3': '? socket - - - 10,1,6 0a000050000000000000000000000000000000000000000100000000 0a00ffff00000000fe80000000000000000000fffe00000100000000' } },
  { title: 'or what bind and connect were given', log: '10 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n10 bind(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("1.2.3.4")}, 16) = 0\n10 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("5.6.7.8")}, 16) = -1 EINPROGRESS (Operation now in progress)',
    known: { '10 fd 3': '? socket 2 - - 2,1,6 02000050010203040000000000000000 020001bb050607080000000000000000' } },
  { title: 'or what getsockname and accept told', log: '10 accept(3, {sa_family=AF_UNIX, sun_path="/run/s"}, [110 => 9]) = 4\n10 getsockname(5, {sa_family=AF_UNIX, sun_path="/a"}, [110 => 5]) = 0',
    known: { '10 fd 4': '? socket 2 - - -,-,- - 01002f72756e2f7300', '10 fd 5': '? socket - - - -,-,- 01002f6100 -' } },
  { title: 'a pair of them', log: '10 socketpair(AF_UNIX, SOCK_STREAM, 0, [3<UNIX-STREAM:[5->6]>, 4<UNIX-STREAM:[6->5]>]) = 0', known: { '10 fd 3': 'socket:[5] socket 2 5 - 1,1,0 - -', '10 fd 4': 'socket:[6] socket 2 6 - 1,1,0 - -' } },
  { title: 'an accepted one is of the kind of the one that listens', log: '10 socket(AF_UNIX, SOCK_SEQPACKET, 0) = 3\n10 accept4(3, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 4', known: { '10 fd 4': '? socket 802 - - 1,5,0 - -' } },
  { title: 'files come through sockets', log: '10 recvmsg(3, {msg_name=NULL, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[9</etc/hosts>]}], msg_flags=0}, 0) = 1', known: { '10 path 9': '/etc/hosts' } },
  { title: 'things that are files only to be waited for', log: '10 epoll_create1(EPOLL_CLOEXEC) = 3\n10 eventfd2(0, EFD_NONBLOCK) = 4\n10 timerfd_create(CLOCK_MONOTONIC, 0) = 5\n10 pidfd_open(10, 0) = 6\n10 memfd_create("m", MFD_CLOEXEC) = 7',
    known: { '10 fd 3': 'anon_inode:[eventpoll] anon 2 - -', '10 fd 4': 'anon_inode:[eventfd] anon 802 - -', '10 path 5': 'anon_inode:[timerfd]', '10 path 6': 'anon_inode:[pidfd]', '10 fd 7': '/memfd:m regular 8002 - -' } },
  { title: 'fstat tells type, inode and device', log: '10 fstat(0, {st_dev=makedev(0, 0x5), st_ino=4, st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0', known: { '10 fd 0': '? character - 4 1048579' } },
  { title: 'raw numbers tell the same', log: '10 newfstatat(0, "", {st_mode=020666, st_rdev=0x103, ...}, 0x1000) = 0', known: { '10 fd 0': '? character - - 1048579' } },
  { title: 'a device is what strace said', log: '10 read(0</dev/pts/1<char 136:1>>, "", 1) = 0', known: { '10 fd 0': '/dev/pts/1 character - - 142606337' } },
  { title: 'escapes in a name stand for bytes', log: '10 read(3</tmp/a\\"b\\\\c\\n\\303\\251\\74x\\76>, "", 1) = 0', known: { '10 path 3': '/tmp/a"b\\c\n\u00c3\u00a9<x>' } },
  { title: 'a file that is gone keeps its name', log: '10 read(3</tmp/gone>(deleted), "", 1) = 0', known: { '10 path 3': '/tmp/gone' } },
  { title: 'another path on a descriptor is another file', log: '10 open("/a", O_RDWR) = 3\n10 read(3</b>, "", 1) = 0', known: { '10 fd 3': '/b - - - -' } },
  { title: 'exec names the program', log: '10 chdir("/opt") = 0\n10 execve("./bin/prog-with-a-long-name", ["./prog", "-x"], 0x7ffe /* 2 vars */) = 0',
    known: { '10 exe': '/opt/bin/prog-with-a-long-name', '10 args': './prog|-x', '10 comm': 'prog-with-a-lon', '10 threads': '1' } },
  { title: 'where it was started may be told later', log: '10 execve("./a", ["a"], 0x7ffe /* 2 vars */) = 0\n10 openat(AT_FDCWD</srv>, "x", O_RDONLY) = -1 ENOENT (No such file or directory)\n10 chdir("/") = 0',
    known: { '10 exe': '/srv/a', '10 cwd': '/' } },
  { title: 'an argument that was cut is not known', log: '10 execve("/bin/a", ["a", "long"...], 0x7ffe /* 2 vars */) = 0', known: { '10 args': '?' } },
  { title: 'a script is run by its interpreter', log: '10 execve("/tmp/run.sh", ["run.sh", "x"], 0x7ffe /* 2 vars */) = 0\n10 openat(AT_FDCWD, "/tmp/run.sh", O_RDONLY) = 3\n10 read(3, "#!/bin/bash -e\\necho\\n", 80) = 20',
    known: { '10 exe': '/bin/bash', '10 args': '/bin/bash|-e|/tmp/run.sh|x', '10 comm': 'run.sh' } },
  { title: 'a script of whose first line not all was read', log: '10 execve("/tmp/run.sh", ["run.sh", "x"], 0x7ffe /* 2 vars */) = 0\n10 openat(AT_FDCWD, "/tmp/run.sh", O_RDONLY) = 3\n10 read(3, "#!/bin/ba", 9) = 9',
    known: { '10 exe': '?', '10 args': '?', '10 comm': 'run.sh' } },
  { title: 'prctl names the thread', log: '10 prctl(PR_SET_NAME, "worker-of-the-month") = 0', known: { '10 comm': 'worker-of-the-m' } },
  { title: 'a name that strace cuts where the kernel does', log: '10 prctl(PR_SET_NAME, "a name that is "...) = 0\n10 getpid() = 10', known: { '10 comm': 'a name that is ' } },
  { title: 'a name that was cut before is not known', log: '10 prctl(PR_SET_NAME, "old") = 0\n10 prctl(PR_SET_NAME, "wor"...) = 0\n10 getpid() = 10', known: { '10 comm': '?' } },
  { title: 'nor that of a program whose path was cut', log: '10 prctl(PR_SET_NAME, "old") = 0\n10 execve("/usr/bin/x"..., ["x"], 0x7ffe /* 2 vars */) = 0\n10 getpid() = 10', known: { '10 comm': '?', '10 exe': '?' } },
  { title: 'a program behind a descriptor', log: '10 prctl(PR_SET_NAME, "old") = 0\n10 openat(AT_FDCWD, "/bin/prog", O_RDONLY|O_CLOEXEC|O_PATH) = 24\n10 execveat(24, "", ["p"], 0x7ffe /* 2 vars */, AT_EMPTY_PATH) = 0\n10 getpid() = 10',
    known: { '10 comm': 'prog', '10 exe': '/bin/prog' } },
  { title: 'a recorder that goes on with the old name is behind the time', log: '10<a> execve("/bin/b", ["b"], 0x7ffe /* 2 vars */) = 0\n10<a> getpid() = 10', known: { '10 comm': 'b' } },
  { title: 'files that change places', log: '10 open("/d/a", O_RDONLY) = 3\n10 open("/e", O_RDONLY) = 4\n10 renameat2(AT_FDCWD, "/d", AT_FDCWD, "/e", RENAME_EXCHANGE) = 0', known: { '10 path 3': '/e/a', '10 path 4': '/d' } },
  { title: 'a root that is another later does not move the program', log: '10 execve("/bin/a", ["a"], 0x7ffe /* 2 vars */) = 0\n10 chdir("/srv/x") = 0\n10 chroot("/srv") = 0\n10 open("../../../etc/y", O_RDONLY) = 3\n10 open("/etc/z", O_RDONLY) = 4\n10 chdir("..") = 0',
    known: { '10 exe': '/bin/a', '10 path 3': '/srv/etc/y', '10 path 4': '/srv/etc/z', '10 cwd': '/srv' } },
  { title: 'O_PATH keeps what is about the path', log: '10 open("/a", O_RDWR|O_APPEND|O_NOFOLLOW|O_CLOEXEC|O_PATH) = 3', known: { '10 flags 3': '220000' } },
  { title: 'a file without a name', log: '10 open("/tmp", O_RDWR|O_TMPFILE, 0600) = 3', known: { '10 fd 3': '? regular 418002 - -' } },
  { title: 'umask keeps nine bits', log: '10 umask(01027) = 022', known: { '10 umask': '27' } },
  { title: 'ids are told to all who share them', log: '10 fork() = 11\n11 getuid() = 1000\n11 getresgid([5], [6], [7]) = 0', known: { '10 ids': '1000 ? ? ?', '10 gids': '5 6 7 ?' } },
  { title: 'root changes all, for itself', log: '10 geteuid() = 0\n10 fork() = 11\n11 setuid(33) = 0', known: { '10 ids': '? 0 ? ?', '11 ids': '33 33 33 33' } },
  { title: 'others change the effective one', log: '10 getresuid([1], [2], [3]) = 0\n10 setuid(1) = 0', known: { '10 ids': '1 1 3 1' } },
  { title: 'setreuid saves, setresuid as told', log: '10 getresuid([1], [1], [1]) = 0\n10 setreuid(-1, 0) = 0\n10 fork() = 11\n11 setresuid(-1, 5, -1) = 0', known: { '10 ids': '1 0 0 0', '11 ids': '1 5 0 5' } },
  { title: 'exec saves the effective id', log: `10 getresuid([1], [2], [3]) = 0\n${EXEC}`, known: { '10 ids': '1 2 2 2' } },
  { title: 'namespaces by their links', log: '10 readlink("/proc/self/ns/net", "net:[4026531840]", 64) = 16\n10 readlink("/proc/self/exe", "/usr/bin/x", 64) = 10\n10 fork() = 11\n11 unshare(CLONE_NEWNET|CLONE_NEWUTS) = 0',
    known: { '10 ns': '{"net":4026531840}', '10 exe': '/usr/bin/x', '11 ns': '{}' } },
  { title: 'an exec by another thread takes the first one\'s place', log: `${EXEC}\n10 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 11\n11 execve("/bin/b", ["b"], 0x7ffe /* 2 vars */ <unfinished ...>\n10 +++ superseded by execve in pid 11 +++\n10 <... execve resumed>) = 0\n10 brk(NULL) = 0x1000`,
    known: { '10 comm': 'b', '10 exe': '/bin/b', '10 threads': '1', '11 comm': '?' } },
  { title: 'a descriptor that is closed and given away meanwhile', log: '10 open("/a", O_RDONLY) = 3\n10 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 11\n10 close(3 <unfinished ...>\n11 open("/b", O_RDONLY) = 3\n10 <... close resumed>) = 0\n11 getpid() = 10',
    known: { '10 path 3': '/b' } },
];

function play(log: string): { processes: Processes; events: string[] } {
  let last: Processes | undefined;
  const events: string[] = [];
  follow(recordingOfText(stamped(log)), ({ processes, events: made }) => {
    last = processes;
    for (const event of made) events.push(told(event));
  });
  return { processes: last!, events };
}

/** Stamps of one second a line. */
function stamped(log: string): string {
  return log
    .split('\n')
    .map((line, i) => line.replace(' ', ` ${1_795_000_000 + i}.000000 `))
    .join('\n');
}

test.each(STORIES)('$title', ({ log, known }) => {
  const { processes } = play(log);
  const answers = Object.keys(known).map((question) => {
    const [tid = '', what = '', argument = ''] = question.split(' ');
    return [question, ASK[what]!(processes, Number(tid), argument)];
  });
  expect(Object.fromEntries(answers)).toEqual(known);
});

/** An event in one line. */
function told(event: EventPoint): string {
  const who = `${event.event} ${event.task.tid}`;
  switch (event.event) {
    case 'sched_process_fork':
      return `${who} ${event.child.tid} ${event.flags?.toString(16)}`;
    case 'sched_process_exec':
      return `${who} ${shown(event.filename)} ${event.oldTid} ${shown(event.task.comm)}`;
    case 'sched_process_exit':
      return `${who} ${event.exitCode} ${event.groupDead ? 'last' : 'more'}`;
    case 'signal_generate':
      return `${who} ${event.info.signal} ${event.info.code} to ${event.target.tid} ${event.group ? 'group' : 'thread'} ${event.result}`;
    case 'signal_deliver':
      return `${who} ${event.info.signal} ${event.info.code} ${event.handler ?? '?'} ${event.flags ?? '?'}`;
    case 'task_rename':
      return `${who} ${shown(event.task.comm)} ${shown(event.comm)}`;
    default:
      return who;
  }
}

const PAIR = `${EXEC}\n10 fork() = 11\n11 getpid() = 11`;

// oxfmt-ignore
const EVENTS: readonly { title: string; given: string; log: string; events: readonly string[] }[] = [
  { title: 'fork, exec, exit, SIGCHLD', given: PAIR, log: `11 execve("/bin/b", ["b"], 0x7ffe /* 2 vars */) = 0\n11 exit_group(3) = ?\n11 +++ exited with 3 +++\n10 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11, si_uid=0, si_status=3, si_utime=0, si_stime=0} ---`,
    events: ['task_rename 11 a b', 'sched_process_exec 11 /bin/b 11 b', 'sched_process_exit 11 768 last', 'signal_generate 11 17 1 to 10 group 0', 'signal_deliver 10 17 1 ? ?'] },
  { title: 'a signal that waits already', given: PAIR, log: `11 kill(10, SIGUSR1) = 0\n11 kill(10, SIGUSR1) = 0\n10 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=11, si_uid=0} ---\n11 kill(10, SIGUSR1) = 0\n11 kill(10, 0) = 0`,
    events: ['signal_generate 11 10 0 to 10 group 0', 'signal_generate 11 10 0 to 10 group 2', 'signal_deliver 10 10 0 ? ?', 'signal_generate 11 10 0 to 10 group 0'] },
  { title: 'what is done with a signal', given: PAIR, log: `10 rt_sigaction(SIGUSR1, {sa_handler=0x5500, sa_mask=[], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x7f00}, NULL, 8) = 0\n10 rt_sigaction(SIGHUP, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8) = 0\n10 tgkill(10, 10, SIGUSR1) = 0\n10 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=10, si_uid=0} ---\n${EXEC}\n10 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TIMER} ---\n10 --- SIGHUP {si_signo=SIGHUP, si_code=SI_KERNEL} ---`,
    events: ['signal_generate 10 10 -6 to 10 thread 0', 'signal_deliver 10 10 -6 21760 335544320', 'task_rename 10 a a', 'sched_process_exec 10 /bin/a 10 a', 'signal_deliver 10 10 -2 0 0', 'signal_deliver 10 1 128 1 0'] },
  { title: 'a fault is the thread\'s own', given: PAIR, log: `11 --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---\n11 +++ killed by SIGSEGV (core dumped) +++`,
    events: ['signal_generate 11 11 1 to 11 thread 0', 'signal_deliver 11 11 1 ? ?', 'sched_process_exit 11 139 last', 'signal_generate 11 17 3 to 10 group 0'] },
  { title: 'a pipe that nobody reads', given: PAIR, log: `11 write(1, "x", 1) = -1 EPIPE (Broken pipe)\n11 --- SIGPIPE {si_signo=SIGPIPE, si_code=SI_USER, si_pid=11, si_uid=0} ---\n11 +++ killed by SIGPIPE +++`,
    events: ['signal_generate 11 13 0 to 11 thread 0', 'signal_deliver 11 13 0 ? ?', 'sched_process_exit 11 13 last', 'signal_generate 11 17 2 to 10 group 0'] },
  { title: 'one who asked for no signal gets none', given: PAIR, log: `11 sendto(1, "x", 1, MSG_NOSIGNAL, NULL, 0) = -1 EPIPE (Broken pipe)`, events: [] },
  { title: 'the threads of a group end together', given: PAIR, log: `11 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 12\n12 pause( <unfinished ...>\n11 exit_group(1) = ?\n12 <... pause resumed>) = ?\n12 +++ exited with 1 +++\n11 +++ exited with 1 +++`,
    events: ['sched_process_fork 11 12 10f00', 'signal_deliver 12 9 0 0 0', 'sched_process_exit 12 256 more', 'sched_process_exit 11 256 last', 'signal_generate 11 17 1 to 10 group 0'] },
  { title: 'a process group gets it one by one', given: PAIR, log: `11 setpgid(0, 0) = 0\n11 fork() = 12\n12 getpid() = 12\n10 kill(-11, SIGTERM) = 0`,
    events: ['sched_process_fork 11 12 0', 'signal_generate 10 15 0 to 12 group 0', 'signal_generate 10 15 0 to 11 group 0'] },
  { title: 'the last word of one who kills itself', given: PAIR, log: `11 kill(11, SIGKILL) = ?\n11 +++ killed by SIGKILL +++`,
    events: ['signal_generate 11 9 0 to 11 group 0', 'signal_deliver 11 9 0 0 0', 'sched_process_exit 11 9 last', 'signal_generate 11 17 2 to 10 group 0'] },
  { title: 'a parent that ignores its children is not told', given: EXEC, log: `10 rt_sigaction(SIGCHLD, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8) = 0\n10 fork() = 11\n11 exit_group(0) = ?\n11 +++ exited with 0 +++`,
    events: ['sched_process_fork 10 11 0', 'sched_process_exit 11 0 last'] },
  { title: 'a pidfd names a process', given: PAIR, log: `10 pidfd_open(11, 0) = 3\n10 pidfd_send_signal(3, SIGTERM, NULL, 0) = 0`, events: ['signal_generate 10 15 0 to 11 group 0'] },
  { title: 'a value that was queued', given: PAIR, log: `10 rt_sigqueueinfo(11, SIGRT_5, {si_signo=SIGRT_5, si_code=SI_QUEUE, si_pid=10, si_uid=0, si_int=1, si_ptr=0x1}) = 0`, events: ['signal_generate 10 37 -1 to 11 group 0'] },
  { title: 'a signal that was waited for', given: PAIR, log: `11 kill(10, SIGUSR1) = 0\n10 rt_sigtimedwait([USR1], NULL, NULL, 8) = 10 (SIGUSR1)\n11 kill(10, SIGUSR1) = 0`,
    events: ['signal_generate 11 10 0 to 10 group 0', 'signal_generate 11 10 0 to 10 group 0'] },
  { title: 'a recorder that tells of no exits: it comes before the next record', given: PAIR, log: `11 exit_group(3) = ?\n10 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 11 <0.5>`,
    events: ['sched_process_exit 11 768 last', 'signal_generate 11 17 1 to 10 group 0'] },
  { title: 'nor of the call that ends it: a parent waited', given: PAIR, log: `10 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 11 <0.5>\n11 getpid() = 11`,
    events: ['sched_process_exit 11 768 last', 'signal_generate 11 17 1 to 10 group 0'] },
  { title: 'a child that was killed is told all the same, once', given: PAIR, log: `10 wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = 11 <0.1>\n11 +++ killed by SIGKILL +++`,
    events: ['signal_deliver 11 9 0 0 0', 'sched_process_exit 11 9 last', 'signal_generate 11 17 2 to 10 group 0'] },
  { title: 'a child that has stopped has not ended', given: PAIR, log: `10 wait4(11, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], WSTOPPED, NULL) = 11 <0.1>\n10 waitid(P_PID, 11, {si_signo=SIGCHLD, si_code=CLD_STOPPED, si_pid=11, si_uid=0, si_status=SIGSTOP, si_utime=0, si_stime=0}, WSTOPPED, NULL) = 0 <0.1>`, events: [] },
  { title: 'waitid tells as well', given: PAIR, log: `10 waitid(P_PID, 11, {si_signo=SIGCHLD, si_code=CLD_DUMPED, si_pid=11, si_uid=0, si_status=SIGABRT, si_utime=0, si_stime=0}, WEXITED, NULL) = 0 <0.1>`,
    events: ['sched_process_exit 11 134 last', 'signal_generate 11 17 3 to 10 group 0'] },
  { title: 'threads that are not told to exit end with their process', given: PAIR, log: `11 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 12\n12 getpid() = 11\n12 exit_group(1) = ?\n10 getpid() = 10`,
    events: ['sched_process_fork 11 12 10f00', 'signal_deliver 11 9 0 0 0', 'sched_process_exit 11 256 more', 'sched_process_exit 12 256 last', 'signal_generate 12 17 1 to 10 group 0'] },
  { title: 'prctl renames', given: PAIR, log: `11 prctl(PR_SET_NAME, "w") = 0`, events: ['task_rename 11 a w'] },
];

test.each(EVENTS)('$title', ({ given, log, events }) => {
  const before = play(given).events;
  expect(play(`${given}\n${log}`).events).toEqual([...before, ...events]);
});
