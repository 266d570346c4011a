// The stack: what stands in its bytes.
import type { Env } from '../env.ts';
import { NOT_INIT, type Reg } from '../reg.ts';
import { allOf, BYTES, EMPTY_SLOT, type Frame, type Slot } from '../state.ts';

/** Bytes of a slot. */
export const SLOT_BYTES = 8;
const SPILL = BYTES.spill.code;
const MISC = BYTES.misc.code;
const ZERO = BYTES.zero.code;
const ALL_SPILL = allOf('spill');
/** Kinds of objects that the kernel keeps on the stack. */
const OBJECTS: ReadonlySet<number> = new Set([BYTES.dynptr.code, BYTES.iter.code, BYTES.irq_flag.code]);

/** Makes room for `bytes` below r10 in a frame, and notes how deep its function goes. @see grow_stack_state, update_stack_depth */
export function growStack(env: Env, frame: Frame, bytes: number): void {
  const slots = (bytes + SLOT_BYTES - 1) >> 3;
  if (frame.stack.length >= slots) return;
  while (frame.stack.length < slots) frame.stack.push(EMPTY_SLOT);
  const subprog = env.subprogs[frame.subprog];
  if (subprog !== undefined && subprog.stackBytes < slots * SLOT_BYTES) {
    subprog.stackBytes = slots * SLOT_BYTES;
  }
}

/** Number of the slot that a stack pointer with a constant offset points at: `off` -8 is slot 0. Off from r10, < 0. */
export function slotAt(off: number): number {
  return (-off - 1) >> 3;
}

/** Place in its slot of the byte at `off` from r10: 0 is the lowest address. */
export function byteAt(off: number): number {
  return off & 7;
}

/** Writes a slot of a frame; the log shows it next. */
export function setSlot(env: Env, frame: Frame, slot: number, value: Slot): void {
  frame.stack[slot] = value;
  env.touchedSlots.add(slot);
}

/** The slot that a whole register is spilled to. */
export function spilled(reg: Reg): Slot {
  return { kinds: ALL_SPILL, reg };
}

/** A slot whose lowest `bytes` take a register; of the others those stay that are zero or were never written. @see save_register_state */
export function spilledOver(before: Slot, reg: Reg, bytes: number): Slot {
  let kinds = 0;
  for (let i = 0; i < SLOT_BYTES; i++) kinds |= (i < bytes ? SPILL : keptKind(before, i)) << (4 * i);
  return { kinds: kinds >>> 0, reg };
}

/** What byte `i` is once its neighbours are written. @see mark_stack_slot_misc */
function keptKind(slot: Slot, i: number): number {
  const kind = (slot.kinds >>> (4 * i)) & 15;
  return kind === ZERO || kind === BYTES.invalid.code ? kind : MISC;
}

/** A slot whose `bytes` from place `at` on are of one kind. Nothing that was spilled there survives. */
export function filled(before: Slot, at: number, bytes: number, kind: 'misc' | 'zero'): Slot {
  if (bytes === SLOT_BYTES) return { kinds: allOf(kind), reg: NOT_INIT };
  const plain = isPlain(before) ? before.kinds : scrubbed(before).kinds;
  const mask = ((1 << (4 * bytes)) - 1) << (4 * at);
  return { kinds: ((plain & ~mask) | (allOf(kind) & mask)) >>> 0, reg: NOT_INIT };
}

/** True when nothing but data stands in the slot. @see is_stack_slot_special */
export function isPlain(slot: Slot): boolean {
  const first = slot.kinds & 15;
  return first !== SPILL && !OBJECTS.has(first);
}

/** A slot whose spilled register or object is no more: all that was written is data. @see scrub_special_slot */
export function scrubbed(slot: Slot): Slot {
  let kinds = 0;
  for (let i = 0; i < SLOT_BYTES; i++) {
    if (((slot.kinds >>> (4 * i)) & 15) !== BYTES.invalid.code) kinds |= MISC << (4 * i);
  }
  return { kinds: kinds >>> 0, reg: NOT_INIT };
}

/** How many bytes, from the lowest on, belong to the register that was spilled here. */
export function spilledBytes(slot: Slot): number {
  let bytes = 0;
  while (bytes < SLOT_BYTES && ((slot.kinds >>> (4 * bytes)) & 15) === SPILL) bytes += 1;
  return bytes;
}

/** True when byte `i` can be read as data; privileged programs may read what was never written. */
export function isData(slot: Slot, i: number): boolean {
  const kind = (slot.kinds >>> (4 * i)) & 15;
  return kind === MISC || kind === ZERO || kind === BYTES.invalid.code;
}
