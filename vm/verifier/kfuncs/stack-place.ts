// Where an object of the kernel lies on the program's stack.
import type { Env } from '../env.ts';
import type { Reg } from '../reg.ts';
import { markSlotRead, markSlotWritten } from '../flow/live-stack.ts';
import { noteObject } from '../memory/frame-facts.ts';
import { isConst } from '../scalar.ts';

/** What is looked for, as the kernel's log calls it, and how many slots it takes. Iterators differ in size. */
export type StackObject = 'dynptr' | 'iter' | 'irq_flag';

/** `bad`: a line of the log says why no object can begin there. `outside`: the stack was never used so deep. */
export type StackPlace = number | 'bad' | 'outside';

/**
 * The slot with the lowest address of an object of `slots` slots that stack pointer `reg` points at: the highest of its numbers; the others are the
 * numbers below. Logs why there can be none. @see stack_slot_obj_get_spi
 */
export function stackPlace(env: Env, reg: Reg, what: StackObject, slots: number): StackPlace {
  if (!isConst(reg.scalar)) {
    env.log.line(`${what} has to be at a constant offset`);
    return 'bad';
  }
  const off = offsetOf(reg);
  const slot = Math.trunc((-off - 1) / 8);
  if (off % 8 !== 0 || slot + 1 < slots || isOutside(env, off)) {
    env.log.line(`cannot pass in ${what} at an offset=${off}`);
    return 'bad';
  }
  return slot - slots + 1 >= 0 && slot < env.frameOf(reg).stack.length ? slot : 'outside';
}

/** The same for an object that is to be made. One of a single slot at r10 itself is looked for in the slot below, as Linux does: the stores that make it are refused. */
export function newPlace(env: Env, reg: Reg, what: StackObject, slots: number): StackPlace {
  const isAtTop = slots === 1 && isConst(reg.scalar) && offsetOf(reg) === 0;
  if (!isAtTop) return stackPlace(env, reg, what, slots);
  return env.frameOf(reg).stack.length > 0 ? 0 : 'outside';
}

/** Linux takes what points at r10 itself for the first slot, as its division rounds towards 0: the object would lie outside of the frame. */
function isOutside(env: Env, off: number): boolean {
  if (off < 0) return false;
  env.hasGap = true;
  return env.isStrict;
}

/** Bytes from the start of what a pointer with a constant offset points at. */
export function offsetOf(reg: Reg): number {
  return (reg.off + Number(BigInt.asIntN(32, reg.scalar.bits.value))) | 0;
}

/** An object of `slots` slots was used: they were alive before the insn, and the log shows them behind it. @see mark_stack_slot_obj_read */
export function noteObjectRead(env: Env, frameno: number, slot: number, slots: number): void {
  for (let i = 0; i < slots; i++) {
    markSlotRead(env, frameno, slot - i);
    env.touchedSlots.add(slot - i);
  }
}

/** Objects begin or end in these slots: what stood there before does not matter. @see bpf_mark_stack_write */
export function noteObjectWritten(env: Env, frameno: number, slot: number, slots: number): void {
  for (let i = 0; i < slots; i++) {
    markSlotWritten(env, frameno, slot - i);
    noteObject(env, env.state.frames[frameno]!, slot - i);
    env.touchedSlots.add(slot - i);
  }
}
