// Results within bounds.
import type { Scalar } from '../scalar.ts';

/** True when every number is from range[0] to range[1], or its low half as s32. @see retval_range_within */
export function isWithin([min, max]: readonly [number, number], scalar: Scalar, bits: 32 | 64): boolean {
  if (bits === 32) return min <= scalar.s32min && scalar.s32max <= max;
  return BigInt(min) <= scalar.smin && scalar.smax <= BigInt(max);
}

const S64_MIN = -(1n << 63n);
const S64_MAX = (1n << 63n) - 1n;

/** 'smin=3 smax=7', with the ends that are known, or 'unknown scalar value'. @see verbose_invalid_scalar */
export function invalidScalarText({ smin, smax }: Scalar): string {
  const known: string[] = [];
  if (smin > S64_MIN) known.push(`smin=${smin}`);
  if (smax < S64_MAX) known.push(`smax=${smax}`);
  return known.length === 0 ? 'unknown scalar value' : known.join(' ');
}
