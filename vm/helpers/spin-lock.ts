// Locks in map values and objects. One CPU runs everything and no run is interrupted, so that a lock is never waited for: it holds 1 while a program has
// it, and who finds it taken has taken it before.
// @see kernel/bpf/helpers.c bpf_spin_lock, kernel/bpf/rqspinlock.c bpf_res_spin_lock, kernel/bpf/verifier.c process_spin_lock
import { ERRNO } from '../errno.ts';
import type { ValueFieldKind } from '../object.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';

/** Locks of the resilient kind that one CPU may hold. @see include/asm-generic/rqspinlock.h RES_NR_HELD */
const MAX_HELD = 31;

export const LOCK_HELPERS = {
  spin_lock(context) {
    const at = context.field(1, 'spin_lock');
    if (context.locks.length > 0)
      context.fault('lock', 'a program that holds a lock may not take a spin lock');
    take(context, at);
    setInt(context, 0);
  },
  spin_unlock(context) {
    release(context, 'spin_lock');
    setInt(context, 0);
  },
} as const satisfies Record<string, HelperRun>;

export const LOCK_KFUNCS = {
  bpf_res_spin_lock: lockResilient,
  bpf_res_spin_unlock: (context) => release(context, 'res_spin_lock'),
  bpf_res_spin_lock_irqsave(context) {
    context.range(2, FLAGS_BYTES, true);
    lockResilient(context);
  },
  bpf_res_spin_unlock_irqrestore(context) {
    context.range(2, FLAGS_BYTES, false);
    release(context, 'res_spin_lock');
  },
} as const satisfies Record<string, HelperRun>;

/** Bytes of what the irqsave forms keep on the stack: an unsigned long that no program reads. */
const FLAGS_BYTES = 8;

function lockResilient(context: HelperContext): void {
  const at = context.field(1, 'res_spin_lock');
  if (context.locks.includes(at)) return setInt(context, -ERRNO.EDEADLK);
  if (context.locks.length >= MAX_HELD) context.fault('lock', `a program may hold ${MAX_HELD} locks at once`);
  take(context, at);
  setInt(context, 0);
}

function take({ locks, memory }: HelperContext, at: number): void {
  locks.push(at);
  memory.view.setUint32(at, 1, true);
}

function release(context: HelperContext, kind: ValueFieldKind): void {
  const { locks, memory } = context;
  const at = context.field(1, kind);
  if (locks.at(-1) !== at) {
    const held = locks.includes(at)
      ? 'is not the lock that was taken last'
      : 'is a lock that the program does not hold';
    context.fault('lock', `R1 ${held}`);
  }
  locks.pop();
  memory.view.setUint32(at, 0, true);
}
