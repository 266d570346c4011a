// A range of the stack that a callee uses, or that a load with a variable offset may hit.
import type { Env } from '../env.ts';
import { markSlotRead } from '../flow/live-stack.ts';
import { printTnum } from '../print-state.ts';
import { NOT_INIT, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { BYTES, isSpill, type Frame } from '../state.ts';
import { noteEscape, noteRead, shareRange } from './frame-facts.ts';
import { byteAt, scrubbed, slotAt } from './stack.ts';
import { checkStackBounds, fixedOff } from './stack-bounds.ts';

/** What is done to the range. */
export interface RangeAccess {
  readonly access: 'read' | 'write';
  /** It is filled later, and nothing needs to stand there. */
  readonly isRaw?: boolean;
  readonly mayBeEmpty?: boolean;
}

/**
 * Refuses a range that leaves the stack or that holds what is no data; one that is written holds data of which nothing is known from here on.
 * @see check_stack_range_initialized
 */
export function checkStackRange(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  how: RangeAccess,
): void {
  if (bytes === 0 && how.mayBeEmpty !== true) refuse(env, 'stack-empty', [{ reg: n }], n);
  checkStackBounds(env, n, reg, off, bytes, how.access);
  const isFixed = isConst(reg.scalar);
  const from = isFixed ? fixedOff(reg, off) : Number(reg.scalar.smin) + off;
  const end = (isFixed ? from : Number(reg.scalar.smax) + off) + bytes;
  const frame = env.frameOf(reg);
  shareRange(env, frame, from, end);
  if (isFixed && how.isRaw === true) {
    for (let at = from; at < end; at++) checkNoDynptr(env, n, frame, at);
    return;
  }
  noteRead(env, frame, from, end);
  for (let at = from; at < end; at++) {
    if (!takeByte(env, frame, at, how.access === 'write')) {
      const place = { frame: frame.frameno, slot: slotAt(at) };
      if (isFixed) refuse(env, 'stack-range', [place], n, from, at - from, bytes);
      refuse(env, 'stack-range-variable', [place], n, printTnum(reg.scalar.bits), at - from, bytes);
    }
    markSlotRead(env, frame.frameno, slotAt(at));
  }
}

function checkNoDynptr(env: Env, n: number, frame: Frame, at: number): void {
  const kinds = frame.stack[slotAt(at)]?.kinds ?? 0;
  if (((kinds >>> (4 * byteAt(at))) & 15) === BYTES.dynptr.code) {
    refuse(env, 'dynptr-filled', [{ reg: n }, { frame: frame.frameno, slot: slotAt(at) }], at);
  }
}

/** False when the byte is no data; a callee that writes leaves it with anything. */
function takeByte(env: Env, frame: Frame, at: number, isWritten: boolean): boolean {
  const slot = slotAt(at);
  const before = frame.stack[slot]!;
  const place = 4 * byteAt(at);
  const kind = (before.kinds >>> place) & 15;
  if (kind === BYTES.misc.code) return true;
  if (kind === BYTES.zero.code || kind === BYTES.invalid.code) {
    if (isWritten) {
      const kinds = ((before.kinds & ~(15 << place)) | (BYTES.misc.code << place)) >>> 0;
      frame.stack[slot] = { kinds, reg: before.reg };
    }
    return true;
  }
  if (!isSpill(before)) return false;
  noteEscape(env, before.reg);
  if (isWritten) frame.stack[slot] = { kinds: scrubbed(before).kinds, reg: NOT_INIT };
  return true;
}
