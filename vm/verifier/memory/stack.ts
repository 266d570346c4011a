// The stack: what stands in its bytes.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Reg } from '../reg.ts';
import type { Frame, Slot } from '../state.ts';

/** Makes room for `bytes` below r10 in a frame, and notes how deep its function goes. @see grow_stack_state, update_stack_depth */
export function growStack(_env: Env, _frame: Frame, _bytes: number): void {
  notBuilt('growStack');
}
/** Number of the slot that a stack pointer with a constant offset points at: `off` -8 is slot 0. Off from r10, < 0. */
export function slotAt(off: number): number {
  return (-off - 1) >> 3;
}
/** Writes a slot of a frame; the log shows it next. */
export function setSlot(_env: Env, _frame: Frame, _slot: number, _value: Slot): void {
  notBuilt('setSlot');
}
/** The slot that a whole register is spilled to. */
export function spilled(_reg: Reg): Slot {
  return notBuilt('spilled');
}
