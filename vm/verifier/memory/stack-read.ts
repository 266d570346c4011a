// Loads from the stack: what was spilled comes back, other bytes are numbers of which little is known.
import { numberReg } from '../alu/number-reg.ts';
import type { Env } from '../env.ts';
import { noteStackAccess } from '../flow/fastcall.ts';
import { markSlotRead } from '../flow/live-stack.ts';
import { pushStep } from '../precision.ts';
import { printTnum } from '../print-state.ts';
import { UNKNOWN_REG, ZERO_REG, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { BYTES, isSpill, type Frame } from '../state.ts';
import { notePlace, noteRead } from './frame-facts.ts';
import { fits } from './links.ts';

import { byteAt, isData, SLOT_BYTES, slotAt, spilledBytes } from './stack.ts';
import { fixedOff } from './stack-bounds.ts';
import { checkStackRange } from './stack-range.ts';

/**
 * What a load of `bytes` at `off` of stack pointer `n` yields, its bounds being checked; not yet narrowed. `isWanted` is false when the value goes nowhere:
 * undefined then. @see check_stack_read
 */
export function readStack(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  isWanted: boolean,
): Reg | undefined {
  if (isConst(reg.scalar)) return readFixed(env, env.frameOf(reg), fixedOff(reg, off), bytes, isWanted);
  if (!isWanted) {
    refuse(env, 'stack-variable', [{ reg: n }], printTnum(reg.scalar.bits), off, bytes);
  }
  checkStackRange(env, n, reg, off, bytes, { access: 'read' });
  const from = Number(reg.scalar.smin) + off;
  noteStackAccess(env, env.frameOf(reg), from);
  return readBytes(env, env.frameOf(reg), from, Number(reg.scalar.smax) + off + bytes);
}

/** @see check_stack_read_fixed_off */
function readFixed(env: Env, frame: Frame, off: number, bytes: number, isWanted: boolean): Reg | undefined {
  const slot = slotAt(off);
  const value = frame.stack[slot]!;
  env.touchedSlots.add(slot);
  notePlace(env, frame, off, bytes);
  noteRead(env, frame, off, off + bytes);
  noteStackAccess(env, env.frame, off);
  markSlotRead(env, frame.frameno, slot);
  if (isSpill(value)) return fill(env, frame, slot, off, bytes, isWanted);
  const from = byteAt(off);
  for (let i = 0; i < bytes; i++) {
    if (!isData(value, from + i)) refuseBytes(env, frame, off, i, bytes);
  }
  return isWanted ? readBytes(env, frame, off, off + bytes) : undefined;
}

/** What a load from a slot yields that a register was spilled to. */
function fill(
  env: Env,
  frame: Frame,
  slot: number,
  off: number,
  bytes: number,
  isWanted: boolean,
): Reg | undefined {
  const value = frame.stack[slot]!;
  const size = spilledBytes(value);
  if (bytes === SLOT_BYTES && size === SLOT_BYTES) {
    pushStep(env, { frame: frame.frameno, slot });
    return isWanted ? value.reg : undefined;
  }
  if (value.reg.type !== 'scalar') refuse(env, 'fill-size', [{ frame: frame.frameno, slot }]);
  if (!isWanted) return undefined;
  if (bytes > size || byteAt(off) !== 0) return fillParts(env, frame, slot, off, bytes);
  pushStep(env, { frame: frame.frameno, slot });
  return fits(value.reg, bytes) ? value.reg : numberReg(value.reg.scalar, value.reg.precise);
}

/** A load that takes more or other bytes than were spilled. */
function fillParts(env: Env, frame: Frame, slot: number, off: number, bytes: number): Reg {
  const { kinds, reg } = frame.stack[slot]!;
  const from = byteAt(off);
  let spills = 0;
  let zeros = 0;
  for (let i = 0; i < bytes; i++) {
    const kind = (kinds >>> (4 * (from + i))) & 15;
    if (kind === BYTES.spill.code) spills += 1;
    else if (kind === BYTES.zero.code) zeros += 1;
    else if (kind !== BYTES.misc.code && kind !== BYTES.invalid.code) refuseBytes(env, frame, off, i, bytes);
  }
  if (spills === bytes && isConst(reg.scalar) && reg.scalar.umin === 0n) {
    pushStep(env, { frame: frame.frameno, slot }); // the number that was spilled matters, all of it
    return ZERO_REG;
  }
  return zeros === bytes ? ZERO_REG : UNKNOWN_REG;
}

/** What the bytes from `from` to `end` make: 0 when all of them are known to be. @see mark_reg_stack_read */
function readBytes(env: Env, frame: Frame, from: number, end: number): Reg {
  for (let off = from; off < end; off++) {
    const slot = slotAt(off);
    env.touchedSlots.add(slot);
    if (((frame.stack[slot]!.kinds >>> (4 * byteAt(off))) & 15) !== BYTES.zero.code) return UNKNOWN_REG;
  }
  return ZERO_REG;
}

function refuseBytes(env: Env, frame: Frame, off: number, i: number, bytes: number): never {
  refuse(env, 'stack-read', [{ frame: frame.frameno, slot: slotAt(off) }], off, i, bytes);
}
