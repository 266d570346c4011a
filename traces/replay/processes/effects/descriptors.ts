// Calls on descriptors: copies, flags, pipes, and their end.
import { EBADF } from './errnos.ts';
import type { Call } from '../call.ts';
import { listedDescriptors } from '../descriptor-list.ts';
import { OpenFile } from '../open-file.ts';
import type { Task } from '../task.ts';
import type { World } from '../world.ts';
import type { Effects, Run } from './effect.ts';

const O_WRONLY = 1;
const O_NONBLOCK = 0x800;
const O_CLOEXEC = 0x80000;
/** O_DIRECT of a pipe: packets. */
const PIPE_FLAGS = O_NONBLOCK | 0x4000;
/** Bits that F_SETFL changes: O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT, O_NOATIME. @see fs/fcntl.c setfl */
const SETFL = 0x400 | O_NONBLOCK | 0x2000 | 0x4000 | 0x40000;
const F = { DUPFD: 0, GETFD: 1, SETFD: 2, GETFL: 3, SETFL: 4, DUPFD_CLOEXEC: 1030 } as const;
const IOCTL = { FIOCLEX: 0x5451, FIONCLEX: 0x5450, FIONBIO: 0x5421 } as const;
const CLOSE_RANGE = { unshare: 2, cloexec: 4 } as const;
/** @see include/uapi/asm-generic/ioctl.h, for signalfd and eventfd none */
const MAX_FD = 0x7fffffff;

const dup: Run = ({ process: { files } }, call, world) =>
  world.opened(files, call.ret, files.file(call.int(0)), false);

const dup2: Run = ({ process: { files } }, call, world) => {
  if (call.int(0) !== call.ret) world.opened(files, call.ret, files.file(call.int(0)), false);
};

const dup3: Run = ({ process: { files } }, call, world) =>
  world.opened(files, call.ret, files.file(call.int(0)), (call.int(2) & O_CLOEXEC) !== 0);

const fcntl: Run = ({ process: { files } }, call, world) => {
  const fd = call.int(0);
  switch (call.known(1)) {
    case F.DUPFD:
    case F.DUPFD_CLOEXEC:
      return world.opened(files, call.ret, files.file(fd), call.int(1) === F.DUPFD_CLOEXEC);
    case F.GETFD:
      return files.setCloexec(fd, (call.ret & 1) !== 0);
    case F.SETFD:
      return files.setCloexec(fd, (call.int(2) & 1) !== 0);
    case F.GETFL:
      files.file(fd).flags = call.ret;
      return undefined;
    case F.SETFL:
      return setFlags(files.file(fd), SETFL, call.int(2));
    default:
      return undefined;
  }
};

const ioctl: Run = ({ process: { files } }, call) => {
  const fd = call.int(0);
  const request = call.int(1);
  if (request === IOCTL.FIOCLEX || request === IOCTL.FIONCLEX)
    files.setCloexec(fd, request === IOCTL.FIOCLEX);
  else if (request === IOCTL.FIONBIO) {
    const value = /^\[(-?\d+)\]$/.exec(call.text(2))?.[1];
    if (value !== undefined) setFlags(files.file(fd), O_NONBLOCK, value === '0' ? 0 : O_NONBLOCK);
  }
};

function setFlags(file: OpenFile, mask: number, flags: number): void {
  if (file.flags !== undefined) file.flags = (file.flags & ~mask) | (flags & mask);
}

/** Another thread may get the number before this one hears that it is free: what is closed is what was there at the enter. */
const closing: Run = (task, call) => {
  task.closing = task.process.files.get(call.int(0));
};

/** Closed whatever went wrong, but for a descriptor that was none. */
const close: Run = (task, call) => {
  const { files } = task.process;
  const fd = call.int(0);
  if (call.errno === EBADF || files.get(fd) === task.closing) files.close(fd);
  task.closing = undefined;
};

const closeRange: Run = ({ process }, call) => {
  const first = call.int(0) >>> 0;
  const last = call.knows(1) ? call.int(1) >>> 0 : MAX_FD;
  const flags = call.int(2);
  if ((flags & CLOSE_RANGE.unshare) !== 0) process.files = process.files.copy();
  const { files } = process;
  for (const fd of files.open.keys()) {
    if (fd < first || fd > last) continue;
    if ((flags & CLOSE_RANGE.cloexec) !== 0) files.setCloexec(fd, true);
    else files.close(fd);
  }
};

/** `[3, 4]`: the end to read from, the end to write to. */
const pipe =
  (flagsArg: number | undefined): Run =>
  (task: Task, call: Call, world: World) => {
    const { files } = task.process;
    const flags = flagsArg === undefined ? 0 : call.int(flagsArg);
    for (const [end, { fd, note }] of listedDescriptors(call.text(0)).entries()) {
      const file = new OpenFile().learn({
        type: 'fifo',
        flags: (end === 0 ? 0 : O_WRONLY) | (flags & PIPE_FLAGS),
      });
      files.add(fd, file, (flags & O_CLOEXEC) !== 0);
      world.tellText(files, fd, note);
    }
  };

export const DESCRIPTORS = {
  dup: { done: dup },
  dup2: { done: dup2 },
  dup3: { done: dup3 },
  fcntl: { done: fcntl },
  fcntl64: { done: fcntl },
  ioctl: { done: ioctl },
  close: { enter: closing, done: close, failed: close },
  close_range: { done: closeRange },
  pipe: { done: pipe(undefined) },
  pipe2: { done: pipe(1) },
} as const satisfies Effects;
