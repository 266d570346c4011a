// fork, vfork, clone, clone3, unshare, setns: who begins, and what is shared.
import { RECORD_FLAGS } from '../../../event.ts';
import { CLONE } from '../clone-flags.ts';
import type { Call } from '../call.ts';
import { childOf } from '../child-id.ts';
import type { Birth, Process, Task } from '../task.ts';
import type { Effects, Run } from './effect.ts';

const SIGCHLD = 17;
/** Ids of threads are below this. */
const MAX_TID = 1 << 22;

/** A child may speak before its parent's call returns: it is expected from the enter on, as the record has the result. */
const expect =
  (read: (task: Task, call: Call) => Birth): Run =>
  (task, call, world) => {
    if ((call.flags & RECORD_FLAGS.unfinished) !== 0) {
      world.state.lost.set(task.tid, read(task, call));
      return;
    }
    const tid = childOf(call);
    if (tid > 0 && tid <= MAX_TID) world.state.births.set(tid, read(task, call));
  };

/** It has begun when its parent returns, at the latest. */
const begin: Run = (_task, call, world) => {
  const tid = childOf(call);
  const birth = world.state.births.get(tid);
  if (birth !== undefined) world.bear(tid, birth);
};

/** CLONE_VFORK | CLONE_VM. */
const CLONE_VFORK = 0x4100n;

const fork =
  (flags: bigint) =>
  (parent: Task): Birth => ({ parent, flags, exitSignal: SIGCHLD });

function clone(parent: Task, call: Call): Birth {
  const flags = call.int(0) >>> 0;
  return { parent, flags: BigInt(flags & ~CLONE.CSIGNAL) & 0xffffffffn, exitSignal: flags & CLONE.CSIGNAL };
}

function clone3(parent: Task, call: Call): Birth {
  const text = call.text(0);
  const flags = call.member(text, 'flags');
  const exitSignal = call.member(text, 'exit_signal') ?? 0;
  return { parent, flags: flags === undefined ? undefined : BigInt(flags), exitSignal };
}

const unshare: Run = (task, call) => {
  const { process } = task;
  const flags = call.int(0);
  if ((flags & CLONE.FS) !== 0) process.fs = process.fs.copy();
  if ((flags & CLONE.FILES) !== 0) process.files = process.files.copy();
  forgetNamespaces(process, flags);
  if ((flags & CLONE.NEWUSER) !== 0) task.ids = {};
};

const setns: Run = (task, call) => {
  const flags = call.int(1);
  forgetNamespaces(task.process, flags === 0 ? -1 : flags);
  if (flags === 0 || (flags & CLONE.NEWUSER) !== 0) task.ids = {};
};

function forgetNamespaces(process: Process, flags: number): void {
  for (const [flag, name] of CLONE.namespaces) if ((flags & flag) !== 0) delete process.namespaces[name];
}

export const BIRTHS = {
  fork: { enter: expect(fork(0n)), done: begin },
  vfork: { enter: expect(fork(CLONE_VFORK)), done: begin },
  clone: { enter: expect(clone), done: begin },
  clone3: { enter: expect(clone3), done: begin },
  unshare: { done: unshare },
  setns: { done: setns },
} as const satisfies Effects;
