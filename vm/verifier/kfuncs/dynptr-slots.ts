// Dynptrs in slots of the stack: two slots that name memory; how they are overwritten and given back.
import { changeEveryReg } from '../calls/every-reg.ts';
import { release } from '../calls/held.ts';
import type { Env } from '../env.ts';
import { FLAGS, makeReg, UNKNOWN_REG, withReg, type DynptrKind, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { BYTES, EMPTY_SLOT, type Frame, type Slot } from '../state.ts';
import { noteObjectWritten, stackPlace } from './stack-place.ts';

/** Slots of struct bpf_dynptr. */
export const DYNPTR_SLOTS = 2;

/** What a slot, or a callback's register, says of its dynptr. */
export interface DynptrSlot {
  readonly dynptr: DynptrKind;
  readonly isFirst: boolean;
}

/** A store touches this slot: a dynptr there is destroyed, or the store refused. @see destroy_if_dynptr_stack_slot */
export function destroyDynptrAt(env: Env, frame: Frame, slot: number): void {
  const found = dynptrIn(frame.stack[slot]);
  if (found === undefined) return;
  const first = found.isFirst ? slot : slot + 1;
  const { id } = frame.stack[first]!.reg;
  if (found.dynptr === 'ringbuf') refuse(env, 'dynptr-overwrite', [{ frame: frame.frameno, slot: first }]);
  forget(env, frame, first);
  changeEveryReg(env.state, (reg) =>
    reg.type === 'mem' && (reg.flags & ~FLAGS.maybe_null) === 0 && reg.dynptrId === id ? UNKNOWN_REG : reg,
  );
}

/** Gives back the dynptr behind register `n`, with the clones of its frame and what was cut out of them. @see unmark_stack_slots_dynptr */
export function releaseDynptr(env: Env, n: number): void {
  const reg = env.reg(n);
  const slot = stackPlace(env, reg, 'dynptr', DYNPTR_SLOTS);
  if (typeof slot !== 'number') return;
  const frame = env.frameOf(reg);
  const { refId } = frame.stack[slot]!.reg;
  if (refId === 0) {
    forget(env, frame, slot);
    return;
  }
  release(env, refId);
  for (let i = 1; i < frame.stack.length; i++) {
    const clone = dynptrIn(frame.stack[i]);
    if (clone?.isFirst === true && frame.stack[i]!.reg.refId === refId) forget(env, frame, i);
  }
}

/** The register of a dynptr's slot. @see __mark_dynptr_reg */
export function dynptrReg(dynptr: DynptrKind, isFirst: boolean, id: number): Reg {
  return withReg(makeReg('dynptr'), { id, slot: { kind: 'dynptr', dynptr, isFirst } });
}

/** The dynptr that a slot is a part of. */
export function dynptrIn(slot: Slot | undefined): DynptrSlot | undefined {
  if (slot === undefined || (slot.kinds & 15) !== BYTES.dynptr.code) return undefined;
  return dynptrOf(slot.reg);
}

/** Of a register of type dynptr. */
export function dynptrOf(reg: Reg): DynptrSlot {
  return reg.slot as { kind: 'dynptr'; dynptr: DynptrKind; isFirst: boolean }; // every dynptr register has it
}

function forget(env: Env, frame: Frame, first: number): void {
  noteObjectWritten(env, frame.frameno, first, DYNPTR_SLOTS);
  frame.stack[first] = EMPTY_SLOT;
  frame.stack[first - 1] = EMPTY_SLOT;
}
