// Whether what was verified for one stack holds for another.
import { UNKNOWN_REG, type Reg } from '../reg.ts';
import { allOf, byteKind, BYTES, EMPTY_SLOT, isSpill, type Frame, type Slot } from '../state.ts';
import { isRegSafe, type Likeness } from './equal-regs.ts';
import type { IdMap } from './id-map.ts';

const INVALID = BYTES.invalid.code;
const MISC = BYTES.misc.code;
const ZERO = BYTES.zero.code;
const ALL_MISC = allOf('misc');
const ALL_SPILL = allOf('spill');

/** True when a program that is safe with the stack of `old` is safe with that of `cur`. @see stacksafe */
export function isStackSafe(old: Frame, cur: Frame, ids: IdMap, likeness: Likeness): boolean {
  const count = old.stack.length;
  const isStrict = likeness !== 'loose'; // which slots are read is not known yet
  if (isStrict && count > cur.stack.length) return false;
  for (let i = 0; i < count; i++) {
    const slot = old.stack[i]!;
    if (isStrict && slot.kinds !== cur.stack[i]!.kinds) return false;
    if (slot.kinds === 0 || slot.kinds === ALL_MISC) continue;
    if (!isSlotSafe(slot, cur.stack[i], ids, likeness)) return false;
  }
  return true;
}

function isSlotSafe(old: Slot, cur: Slot | undefined, ids: IdMap, likeness: Likeness): boolean {
  const other = cur ?? EMPTY_SLOT;
  if (!needsNothing(old)) {
    if (cur === undefined) return false;
    const oldNumber = numberIn(old);
    const curNumber = oldNumber === undefined ? undefined : numberIn(other);
    if (oldNumber !== undefined && curNumber !== undefined) {
      return isRegSafe(oldNumber, curNumber, ids, likeness);
    }
  }
  return areBytesSafe(old, other) && isObjectSafe(old, other, ids, likeness);
}

/** Nothing was known of any byte. */
function needsNothing(slot: Slot): boolean {
  for (let i = 0; i < 8; i++) {
    const kind = byteKind(slot, i);
    if (kind !== INVALID && kind !== MISC) return false;
  }
  return true;
}

function areBytesSafe(old: Slot, cur: Slot): boolean {
  for (let i = 0; i < 8; i++) {
    const kind = byteKind(old, i);
    if (kind !== INVALID && kind !== MISC && kind !== byteKind(cur, i)) return false;
  }
  return true;
}

/** The number that a load of all eight bytes gives, where that is all there is to know. @see scalar_reg_for_stack */
function numberIn(slot: Slot): Reg | undefined {
  if (slot.kinds === ALL_SPILL) return slot.reg.type === 'scalar' ? slot.reg : undefined;
  return needsNothing(slot) ? UNKNOWN_REG : undefined;
}

/** The bytes are of the same kinds: so must be what lies there. */
function isObjectSafe(old: Slot, cur: Slot, ids: IdMap, likeness: Likeness): boolean {
  if (isSpill(old)) return isRegSafe(old.reg, cur.reg, ids, likeness);
  const a = old.reg.slot;
  const b = cur.reg.slot;
  const lowest = byteKind(old, 0);
  if (lowest === INVALID || lowest === MISC || lowest === ZERO) return true;
  if (a === undefined || b === undefined) return false;
  if (a.kind === 'dynptr') {
    if (b.kind !== 'dynptr' || a.dynptr !== b.dynptr || a.isFirst !== b.isFirst) return false;
  } else if (a.kind === 'iter') {
    // how deep it is does not matter
    if (b.kind !== 'iter' || a.iter !== b.iter || a.state !== b.state) return false;
  } else if (b.kind !== 'irq_flag' || a.lock !== b.lock) return false;
  return ids.match(old.reg.refId, cur.reg.refId);
}
