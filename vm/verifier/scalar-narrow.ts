// Sets of numbers from what is known of them, and within others.
import { Draft, settleChecked } from './scalar-bounds.ts';
import { constScalar, UNKNOWN, type Scalar } from './scalar.ts';
import { tnumIn, tnumIntersect } from './tnum.ts';

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** True when `outer` admits every number that `inner` does, view by view. @see range_within, tnum_in */
export function contains(outer: Scalar, inner: Scalar): boolean {
  if (outer === inner) return true;
  return (
    outer.u32min <= inner.u32min &&
    outer.u32max >= inner.u32max &&
    outer.s32min <= inner.s32min &&
    outer.s32max >= inner.s32max &&
    outer.umin <= inner.umin &&
    outer.umax >= inner.umax &&
    outer.smin <= inner.smin &&
    outer.smax >= inner.smax &&
    tnumIn(outer.bits, inner.bits)
  );
}

/** The same number is in both: all that is known, together. */
export function intersect(a: Scalar, b: Scalar): Scalar {
  return narrow(a, b);
}

/** What is known of a number of which some ends, or bits, have been learned besides. */
export function narrow(scalar: Scalar, learned: Partial<Scalar>): Scalar {
  const draft = new Draft(scalar);
  if (learned.bits !== undefined) draft.bits = tnumIntersect(scalar.bits, learned.bits);
  if (learned.umin !== undefined) draft.umin = larger(scalar.umin, learned.umin);
  if (learned.umax !== undefined) draft.umax = smaller(scalar.umax, learned.umax);
  if (learned.smin !== undefined) draft.smin = larger(scalar.smin, learned.smin);
  if (learned.smax !== undefined) draft.smax = smaller(scalar.smax, learned.smax);
  if (learned.u32min !== undefined) draft.u32min = Math.max(scalar.u32min, learned.u32min);
  if (learned.u32max !== undefined) draft.u32max = Math.min(scalar.u32max, learned.u32max);
  if (learned.s32min !== undefined) draft.s32min = Math.max(scalar.s32min, learned.s32min);
  if (learned.s32max !== undefined) draft.s32max = Math.min(scalar.s32max, learned.s32max);
  return settleChecked(draft, 's32_range', undefined);
}

/** From smin to smax, s64, and nothing else. */
export function signedRange(smin: bigint, smax: bigint): Scalar {
  return smin === smax ? constScalar(smin) : narrow(UNKNOWN, { smin, smax });
}

/** From umin to umax, u64, and nothing else. */
export function unsignedRange(umin: bigint, umax: bigint): Scalar {
  return umin === umax ? constScalar(umin) : narrow(UNKNOWN, { umin, umax });
}
