// Calls that open something: files by path, and things that are files only to be read and waited for.
import type { Arch } from '../../../event.ts';
import type { Call } from '../call.ts';
import { OpenFile } from '../open-file.ts';
import { bytesOf } from '../path.ts';
import type { Effect, Effects, Run } from './effect.ts';

/** O_*, where ABIs agree. @see include/uapi/asm-generic/fcntl.h */
const O = {
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0x40,
  EXCL: 0x80,
  NOCTTY: 0x100,
  TRUNC: 0x200,
  NONBLOCK: 0x800,
  CLOEXEC: 0x80000,
  PATH: 0x200000,
  /** With O_DIRECTORY: a file without a name. */
  TMPFILE: 0x400000,
} as const;
/** What open acts upon and does not keep. @see fs/open.c do_dentry_open */
const NOT_KEPT = O.CREAT | O.EXCL | O.NOCTTY | O.TRUNC | O.CLOEXEC;
/** Where they do not; `large` is what the kernel adds to an open of the ABI. */
const BY_ARCH = {
  x86_64: { directory: 0x10000, nofollow: 0x20000, large: 0x8000 },
  i386: { directory: 0x10000, nofollow: 0x20000, large: 0 },
  arm64: { directory: 0x4000, nofollow: 0x8000, large: 0x20000 },
} as const satisfies Record<Arch, { directory: number; nofollow: number; large: number }>;

interface Opened {
  readonly dirfd: number;
  readonly path: number;
  /** Where the flags are: an argument, a struct open_how, or nowhere for creat. */
  readonly flags: number | 'how' | 'creat';
}

const open =
  ({ dirfd, path, flags: where }: Opened): Run =>
  ({ process }, call, world) => {
    const flags =
      where === 'creat'
        ? O.CREAT | O.WRONLY | O.TRUNC
        : where === 'how'
          ? call.member(call.text(2), 'flags')
          : call.known(where);
    const file = new OpenFile();
    const isNameless = flags !== undefined && (flags & O.TMPFILE) !== 0;
    if (flags !== undefined) {
      file.flags = keptFlags(call.arch, flags, where === 'how');
      if (isNameless) file.type = 'regular';
      else if ((flags & BY_ARCH[call.arch].directory) !== 0) file.type = 'directory';
    }
    const cloexec = flags === undefined ? undefined : (flags & O.CLOEXEC) !== 0;
    world.opened(process.files, call.ret, file, cloexec);
    if (!isNameless) file.path ??= world.path(process, path, dirfd);
  };

/** What stays of the flags of an open; of O_PATH only what is about the path. @see fs/open.c build_open_flags */
function keptFlags(arch: Arch, flags: number, isHow: boolean): number {
  const { directory, nofollow, large } = BY_ARCH[arch];
  if ((flags & O.PATH) !== 0) return flags & (O.PATH | directory | nofollow);
  return (flags & ~NOT_KEPT) | (isHow ? 0 : large);
}

/** Files without a path: their name in place of one, access, which argument has flags, and which of its bits mean O_NONBLOCK and O_CLOEXEC. */
interface Anonymous {
  readonly path: string;
  readonly access: number;
  readonly flags?: number;
  readonly nonblock?: number;
  /** 'always': whatever the flags. */
  readonly cloexec?: number | 'always';
}

// @see fs/eventpoll.c, fs/eventfd.c, fs/timerfd.c, fs/signalfd.c, fs/notify, kernel/pid.c, io_uring/io_uring.c, kernel/bpf, kernel/events/core.c
// oxfmt-ignore
const ANONYMOUS: Readonly<Record<string, Anonymous>> = {
  epoll_create:    { path: 'anon_inode:[eventpoll]',   access: O.RDWR },
  epoll_create1:   { path: 'anon_inode:[eventpoll]',   access: O.RDWR, flags: 0, cloexec: O.CLOEXEC },
  eventfd:         { path: 'anon_inode:[eventfd]',     access: O.RDWR },
  eventfd2:        { path: 'anon_inode:[eventfd]',     access: O.RDWR, flags: 1, nonblock: O.NONBLOCK, cloexec: O.CLOEXEC },
  timerfd_create:  { path: 'anon_inode:[timerfd]',     access: O.RDWR, flags: 1, nonblock: O.NONBLOCK, cloexec: O.CLOEXEC },
  inotify_init:    { path: 'anon_inode:inotify',       access: 0 },
  inotify_init1:   { path: 'anon_inode:inotify',       access: 0, flags: 0, nonblock: O.NONBLOCK, cloexec: O.CLOEXEC },
  fanotify_init:   { path: 'anon_inode:[fanotify]',    access: O.RDWR, flags: 0, nonblock: 2, cloexec: 1 },
  pidfd_open:      { path: 'anon_inode:[pidfd]',       access: O.RDWR, flags: 1, nonblock: O.NONBLOCK, cloexec: 'always' },
  io_uring_setup:  { path: 'anon_inode:[io_uring]',    access: O.RDWR, cloexec: 'always' },
  userfaultfd:     { path: 'anon_inode:[userfaultfd]', access: O.RDWR, flags: 0, nonblock: O.NONBLOCK, cloexec: O.CLOEXEC },
  perf_event_open: { path: 'anon_inode:[perf_event]',  access: O.RDWR, flags: 4, cloexec: 8 },
};

const anonymous =
  ({ path, access, flags, nonblock = 0, cloexec = 0 }: Anonymous): Run =>
  ({ process }, call, world) => {
    const given = flags === undefined ? 0 : call.int(flags);
    const file = anonymousFile(path, access | ((given & nonblock) === 0 ? 0 : O.NONBLOCK));
    if (path === 'anon_inode:[pidfd]') file.pid = call.int(0);
    world.opened(process.files, call.ret, file, cloexec === 'always' || (given & cloexec) !== 0);
  };

function anonymousFile(path: string, flags: number): OpenFile {
  return new OpenFile().learn({ path: bytesOf(path), type: 'anon', flags });
}

/** A descriptor of its own is given back when it is only to get another mask. */
const signalfd =
  (flags: number | undefined): Run =>
  ({ process }, call, world) => {
    if (call.int(0) === call.ret) return;
    const given = flags === undefined ? 0 : call.int(flags);
    const file = anonymousFile('anon_inode:[signalfd]', O.RDWR | (given & O.NONBLOCK));
    world.opened(process.files, call.ret, file, (given & O.CLOEXEC) !== 0);
  };

const memfd: Run = ({ process }, call, world) => {
  const name = call.string(0);
  const file = new OpenFile().learn({ type: 'regular', flags: O.RDWR | BY_ARCH[call.arch].large });
  if (name !== undefined) file.path = Uint8Array.of(...bytesOf('/memfd:'), ...name);
  world.opened(process.files, call.ret, file, (call.int(1) & 1) !== 0);
};

/** Descriptors of which only the number is known, and what the recorder says. */
const something = (cloexec: (call: Call) => boolean): Effect => ({
  done: ({ process }, call, world) => world.opened(process.files, call.ret, new OpenFile(), cloexec(call)),
});

export const OPENS: Effects = {
  open: { done: open({ dirfd: -1, path: 0, flags: 1 }) },
  creat: { done: open({ dirfd: -1, path: 0, flags: 'creat' }) },
  openat: { done: open({ dirfd: 0, path: 1, flags: 2 }) },
  openat2: { done: open({ dirfd: 0, path: 1, flags: 'how' }) },
  ...Object.fromEntries(Object.entries(ANONYMOUS).map(([name, kind]) => [name, { done: anonymous(kind) }])),
  signalfd: { done: signalfd(undefined) },
  signalfd4: { done: signalfd(3) },
  memfd_create: { done: memfd },
  memfd_secret: something((call) => (call.int(0) & O.CLOEXEC) !== 0),
  open_by_handle_at: something((call) => (call.int(2) & O.CLOEXEC) !== 0),
  open_tree: something((call) => (call.int(2) & O.CLOEXEC) !== 0),
  fsopen: something((call) => (call.int(1) & 1) !== 0),
  fsmount: something((call) => (call.int(1) & 1) !== 0),
  fspick: something((call) => (call.int(2) & 1) !== 0),
  mq_open: something((call) => (call.int(1) & O.CLOEXEC) !== 0),
  pidfd_getfd: something(() => true),
};
