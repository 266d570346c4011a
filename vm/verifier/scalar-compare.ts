// Comparisons of what is known of numbers: what a jump decides.
import type { JmpName } from '../isa/opcodes.ts';
import type { Width } from '../isa/ops.ts';
import { isConst, type Scalar } from './scalar.ts';
import { tnumCast, tnumOverlap } from './tnum.ts';

const LOW = 0xffff_ffffn;

/** `b op a` that says the same as `a op b`. */
export const SWAPPED = {
  jeq: 'jeq',
  jne: 'jne',
  jset: 'jset',
  jgt: 'jlt',
  jge: 'jle',
  jlt: 'jgt',
  jle: 'jge',
  jsgt: 'jslt',
  jsge: 'jsle',
  jslt: 'jsgt',
  jsle: 'jsge',
} as const satisfies Record<JmpName, JmpName>;

type Decide = (width: Width, a: Scalar, b: Scalar) => boolean | undefined;

const DECIDE: Readonly<Record<JmpName, Decide>> = {
  jeq: isEqual,
  jne: (width, a, b) => not(isEqual(width, a, b)),
  jset: sharesBits,
  jgt: (width, a, b) => not(isLessOrEqual(width, a, b)),
  jge: (width, a, b) => isLessOrEqual(width, b, a),
  jlt: (width, a, b) => not(isLessOrEqual(width, b, a)),
  jle: isLessOrEqual,
  jsgt: (width, a, b) => not(isSignedLessOrEqual(width, a, b)),
  jsge: (width, a, b) => isSignedLessOrEqual(width, b, a),
  jslt: (width, a, b) => not(isSignedLessOrEqual(width, b, a)),
  jsle: isSignedLessOrEqual,
};

/** Whether `a op b` holds for all numbers (true), for none (false), or for some (undefined). @see is_scalar_branch_taken */
export function branchTaken(op: JmpName, width: Width, a: Scalar, b: Scalar): boolean | undefined {
  return DECIDE[op](width, a, b);
}

function not(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer;
}

function isEqual(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  if (width === 64) {
    if (isConst(a) && isConst(b)) return a.bits.value === b.bits.value;
    if (!tnumOverlap(a.bits, b.bits)) return false;
    if (a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin) return false;
  } else {
    const first = tnumCast(a.bits, 32);
    const second = tnumCast(b.bits, 32);
    if (first.mask === 0n && second.mask === 0n) return first.value === second.value;
    if (!tnumOverlap(first, second)) return false;
  }
  if (a.u32min > b.u32max || a.u32max < b.u32min) return false;
  if (a.s32min > b.s32max || a.s32max < b.s32min) return false;
  return undefined;
}

function isLessOrEqual(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  if (width === 64) {
    if (a.umax <= b.umin) return true;
    return a.umin > b.umax ? false : undefined;
  }
  if (a.u32max <= b.u32min) return true;
  return a.u32min > b.u32max ? false : undefined;
}

function isSignedLessOrEqual(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  if (width === 64) {
    if (a.smax <= b.smin) return true;
    return a.smin > b.smax ? false : undefined;
  }
  if (a.s32max <= b.s32min) return true;
  return a.s32min > b.s32max ? false : undefined;
}

/** Decided only when one side is one number. */
function sharesBits(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  const [tested, constant] = isConstIn(width, b) ? [a, b] : [b, a];
  if (!isConstIn(width, constant)) return undefined;
  const wanted = constIn(width, constant);
  if ((tested.bits.value & wanted) !== 0n) return true;
  return ((tested.bits.value | tested.bits.mask) & wanted) === 0n ? false : undefined;
}

/** True when all bits that a comparison of this width looks at are known. */
export function isConstIn(width: Width, scalar: Scalar): boolean {
  return width === 64 ? isConst(scalar) : (scalar.bits.mask & LOW) === 0n;
}
/** The number that they are. */
export function constIn(width: Width, scalar: Scalar): bigint {
  return width === 64 ? scalar.bits.value : scalar.bits.value & LOW;
}
