// Iterators on the program's stack: bpf_iter_NAME_new, _next and _destroy.
import { acquire, release } from '../calls/held.ts';
import type { Env } from '../env.ts';
import { checkAccess } from '../memory/access.ts';
import { FLAGS, hasFlag, makeReg, withReg, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { allOf, BYTES, byteKind, EMPTY_SLOT, type Slot } from '../state.ts';
import { inRcuSection } from './regions.ts';
import { newPlace, noteObjectRead, noteObjectWritten, stackPlace } from './stack-place.ts';

/** Where the iterator of a call lies, and what it is. */
export interface IterArg {
  readonly frame: number;
  /** The highest number of its slots. */
  readonly slot: number;
  /** Its first slot, as it was before the call. */
  readonly reg: Reg;
}

/** Slots of struct bpf_iter_NAME. */
const ITER_SLOTS: Readonly<Record<string, number>> = {
  num: 1,
  bits: 2,
  task: 3,
  task_vma: 1,
  css: 3,
  css_task: 1,
  dmabuf: 1,
  kmem_cache: 1,
};

/** Register `n` is where bpf_iter_`name`_new makes an iterator. `isRcu`: it yields what is valid in RCU sections only. @see process_iter_arg, mark_stack_slots_iter */
export function newIter(env: Env, n: number, name: string, isRcu: boolean): void {
  const slots = ITER_SLOTS[name] ?? 1;
  const reg = onStack(env, n);
  const place = newPlace(env, reg, 'iter', slots);
  if (place === 'bad' || (typeof place === 'number' && meetsIter(env, reg, place, slots))) {
    refuse(env, 'iter-uninit', [{ reg: n }], n, name);
  }
  for (let i = 0; i < slots; i++) checkAccess(env, n, 8 * i, 8, 'write', { valueReg: -1 });
  const slot = stackPlace(env, reg, 'iter', slots) as number; // the stores have made room
  const { stack } = env.frameOf(reg);
  const flags = !isRcu ? 0 : inRcuSection(env) ? FLAGS.rcu : FLAGS.untrusted;
  const refId = acquire(env);
  for (let i = 0; i < slots; i++) {
    const object = { kind: 'iter', iter: name, state: 'active', depth: 0, isFirst: i === 0 } as const;
    const held = withReg(makeReg('stack'), { flags, refId: i === 0 ? refId : 0, slot: object });
    stack[slot - i] = { kinds: allOf('iter'), reg: held };
  }
  noteObjectWritten(env, reg.frame, slot, slots);
}

/** Register `n` is an iterator `name` that `kfunc` uses. @see is_iter_reg_valid_init */
export function checkIter(env: Env, n: number, name: string, kfunc: string): IterArg {
  const slots = ITER_SLOTS[name] ?? 1;
  const reg = onStack(env, n);
  const slot = stackPlace(env, reg, 'iter', slots);
  if (typeof slot !== 'number') refuse(env, 'iter-expected', [{ reg: n }], n, name);
  const { stack, frameno } = env.frameOf(reg);
  for (let i = 0; i < slots; i++) {
    const at = stack[slot - i]!;
    if (hasFlag(at.reg, 'untrusted')) refuse(env, 'iter-rcu', [{ frame: frameno, slot }], kfunc, name);
    if (!isIter(at, name) || (at.reg.refId !== 0) !== (i === 0))
      refuse(env, 'iter-expected', [{ reg: n }], n, name);
  }
  noteObjectRead(env, frameno, slot, slots);
  return { frame: frameno, slot, reg: stack[slot]!.reg };
}

/** Ends the iterator `name`. @see unmark_stack_slots_iter */
export function destroyIter(env: Env, { frame, slot, reg }: IterArg, name: string): void {
  release(env, reg.refId);
  const { stack } = env.state.frames[frame]!;
  const slots = ITER_SLOTS[name] ?? 1;
  for (let i = 0; i < slots; i++) stack[slot - i] = EMPTY_SLOT;
  noteObjectWritten(env, frame, slot, slots);
}

function onStack(env: Env, n: number): Reg {
  const reg = env.reg(n);
  if (reg.type !== 'stack') refuse(env, 'iter-pointer', [{ reg: n }], n);
  return reg;
}

function meetsIter(env: Env, reg: Reg, slot: number, slots: number): boolean {
  const { stack } = env.frameOf(reg);
  for (let i = 0; i < slots; i++) {
    for (let byte = 0; byte < 8; byte++) {
      if (byteKind(stack[slot - i]!, byte) === BYTES.iter.code) return true;
    }
  }
  return false;
}

function isIter({ kinds, reg }: Slot, name: string): boolean {
  return kinds === allOf('iter') && reg.slot?.kind === 'iter' && reg.slot.iter === name;
}
