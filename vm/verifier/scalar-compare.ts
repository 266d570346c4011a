// Comparisons of what is known of numbers: what a jump decides, and what is known behind it.
import type { JmpName } from '../isa/opcodes.ts';
import type { Width } from '../isa/ops.ts';
import { notBuilt } from './not-built.ts';
import type { Scalar } from './scalar.ts';

/** Whether `a op b` holds for all numbers (true), for none (false), or for some (undefined). @see is_scalar_branch_taken */
export function branchTaken(_op: JmpName, _width: Width, _a: Scalar, _b: Scalar): boolean | undefined {
  return notBuilt('branchTaken');
}
/** What is known of both when the jump was taken, or not. Never empty: branchTaken has been asked, or the path is impossible and any answer sound. @see reg_set_min_max */
export function refine(
  _op: JmpName,
  _width: Width,
  _isTaken: boolean,
  _a: Scalar,
  _b: Scalar,
): readonly [Scalar, Scalar] {
  return notBuilt('refine');
}
/** True when `outer` admits every number that `inner` does, view by view. @see range_within, tnum_in */
export function contains(_outer: Scalar, _inner: Scalar): boolean {
  return notBuilt('contains');
}
/** The same number is in both: all that is known, together. */
export function intersect(_a: Scalar, _b: Scalar): Scalar {
  return notBuilt('intersect');
}
/** From smin to smax, s64, and nothing else. */
export function signedRange(_smin: bigint, _smax: bigint): Scalar {
  return notBuilt('signedRange');
}
