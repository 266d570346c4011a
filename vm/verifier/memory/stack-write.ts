// Stores to the stack: registers are spilled, other bytes become data.
import { constReg, numberReg } from '../alu/number-reg.ts';
import type { Env } from '../env.ts';
import { noteStackAccess } from '../flow/fastcall.ts';
import { markSlotWritten } from '../flow/live-stack.ts';
import { destroyDynptrAt } from '../kfuncs/dynptr-slots.ts';
import { markPrecise, pushStep } from '../precision.ts';
import { NOT_INIT, type Reg, type RegType } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { BYTES, isSpill, type Frame, type Slot } from '../state.ts';
import { notePlace, noteRead, shareRange } from './frame-facts.ts';
import { fits, withOwnId } from './links.ts';

import { byteAt, filled, isPlain, scrubbed, setSlot, SLOT_BYTES, slotAt, spilledOver } from './stack.ts';
import { fixedOff } from './stack-bounds.ts';

/** Pointers that lose their meaning on the stack. @see is_spillable_regtype */
const NOT_SPILLED: ReadonlySet<RegType> = new Set(['not_init', 'tp_buffer', 'dynptr']);

/**
 * Stores `bytes` at `off` of a stack pointer, its bounds being checked: from register `valueReg`, or, when that is -1, the insn's immediate or what nobody knows.
 * @see check_stack_write
 */
export function writeStack(env: Env, reg: Reg, off: number, bytes: number, valueReg: number): void {
  const frame = env.frameOf(reg);
  if (isConst(reg.scalar)) writeFixed(env, frame, fixedOff(reg, off), bytes, valueReg);
  else writeVariable(env, frame, reg, off, bytes, valueReg);
}

/** What is stored: a register, the number of an immediate, or undefined when nothing is known of it. */
function storedValue(env: Env, valueReg: number): Reg | undefined {
  if (valueReg >= 0) return env.reg(valueReg);
  const insn = env.insns[env.pc];
  return insn?.op.kind === 'store' && insn.op.source === 'imm' ? constReg(insn.imm) : undefined;
}

/** @see check_stack_write_fixed_off */
function writeFixed(env: Env, frame: Frame, off: number, bytes: number, valueReg: number): void {
  const slot = slotAt(off);
  destroyDynptr(env, frame, slot);
  const at = byteAt(off);
  notePlace(env, frame, off, bytes);
  if (bytes === SLOT_BYTES) markSlotWritten(env, frame.frameno, slot);
  noteStackAccess(env, frame, off);
  const value = storedValue(env, valueReg);
  if (value?.type === 'scalar' && at === 0) {
    spillNumber(env, frame, slot, bytes, value, valueReg);
  } else if (value !== undefined && value.type !== 'scalar' && !NOT_SPILLED.has(value.type)) {
    spillPointer(env, frame, slot, bytes, value, valueReg);
  } else {
    const isZero = isNull(value);
    if (isZero && valueReg >= 0) markPrecise(env, valueReg); // zero bytes do not tell which register they came from
    setSlot(env, frame, slot, filled(frame.stack[slot]!, at, bytes, isZero ? 'zero' : 'misc'));
  }
}

function spillNumber(
  env: Env,
  frame: Frame,
  slot: number,
  bytes: number,
  value: Reg,
  valueReg: number,
): void {
  let kept = value;
  if (!fits(value, bytes)) {
    kept = numberReg(value.scalar, value.precise); // what comes back is another number
  } else if (valueReg >= 0) {
    kept = withOwnId(env, value);
    if (kept !== value) env.setReg(valueReg, kept);
  }
  setSlot(env, frame, slot, spilledOver(frame.stack[slot]!, kept, bytes));
  pushStep(env, { frame: frame.frameno, slot });
}

function spillPointer(
  env: Env,
  frame: Frame,
  slot: number,
  bytes: number,
  value: Reg,
  valueReg: number,
): void {
  if (bytes !== SLOT_BYTES) refuse(env, 'spill-size', [{ reg: valueReg }], valueReg, bytes);
  if (frame !== env.frame && value.type === 'stack') {
    refuse(env, 'spill-to-caller', [{ reg: valueReg }], valueReg);
  }
  setSlot(env, frame, slot, spilledOver(frame.stack[slot]!, value, bytes));
  pushStep(env, { frame: frame.frameno, slot });
}

/** The store may hit any of several places: what stands there before and after is joined. @see check_stack_write_var_off */
function writeVariable(
  env: Env,
  frame: Frame,
  pointer: Reg,
  off: number,
  bytes: number,
  valueReg: number,
): void {
  const from = Number(pointer.scalar.smin) + off;
  const end = Number(pointer.scalar.smax) + off + bytes;
  for (let at = from; at < end; at++) destroyDynptr(env, frame, slotAt(at));
  noteStackAccess(env, frame, from);
  shareRange(env, frame, from, end);
  noteRead(env, frame, from, end); // which of them are written is not known
  const isZero = isNull(storedValue(env, valueReg));
  let zeroStays = false;
  for (let at = from; at < end; at++) {
    const slot = slotAt(at);
    const before = frame.stack[slot]!;
    const kind = (before.kinds >>> (4 * byteAt(at))) & 15;
    env.touchedSlots.add(slot);
    if (isZero && kind === BYTES.spill.code && isSpill(before) && isNull(before.reg)) {
      zeroStays = true;
      continue;
    }
    const isZeroByte = isZero && isPlain(before) && kind === BYTES.zero.code;
    zeroStays ||= isZeroByte;
    frame.stack[slot] = withByte(before, byteAt(at), isZeroByte ? BYTES.zero.code : BYTES.misc.code);
  }
  if (zeroStays && valueReg >= 0) markPrecise(env, valueReg);
}

function withByte(before: Slot, i: number, kind: number): Slot {
  const { kinds } = isPlain(before) ? before : scrubbed(before);
  return { kinds: ((kinds & ~(15 << (4 * i))) | (kind << (4 * i))) >>> 0, reg: NOT_INIT };
}

function destroyDynptr(env: Env, frame: Frame, slot: number): void {
  if ((frame.stack[slot]!.kinds & 15) === BYTES.dynptr.code) destroyDynptrAt(env, frame, slot);
}

/** True for a number that is known to be 0. */
function isNull(reg: Reg | undefined): boolean {
  return reg?.type === 'scalar' && reg.scalar.umax === 0n;
}
