// Deduction: what the views of a number say about each other. A `Draft` is a scalar that is being worked out, written in place; `settle` lets each
// view learn from the others and makes a Scalar of it.
//
//   bits  ->  ranges  ->  (32 bits <-> 64 bits, signed <-> unsigned) three times  ->  bits  ->  ranges
//
// The order and the number of rounds are the kernel's: another order would find other, equally sound, ranges, and the log shows them.
// @see kernel/bpf/verifier.c reg_bounds_sync
import type { Scalar } from './scalar.ts';
import { tnumCast, tnumHas, tnumIntersect, tnumRange, tnumStep, tnumWithLow, type Tnum } from './tnum.ts';

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const S64_MIN = -0x8000_0000_0000_0000n;
export const S64_MAX = 0x7fff_ffff_ffff_ffffn;
export const U32_MAX = 0xffff_ffff;
export const S32_MIN = -0x8000_0000;
export const S32_MAX = 0x7fff_ffff;
const LOW = 0xffff_ffffn;
const SIGN_64 = 1n << 63n;

export const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
export const s64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const lowU32 = (x: bigint): number => Number(x & LOW);
const lowS32 = (x: bigint): number => Number(x & LOW) | 0;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A scalar that is being worked out. */
export class Draft implements Scalar {
  bits: Tnum;
  umin: bigint;
  umax: bigint;
  smin: bigint;
  smax: bigint;
  u32min: number;
  u32max: number;
  s32min: number;
  s32max: number;

  constructor(of: Scalar) {
    this.bits = of.bits;
    this.umin = of.umin;
    this.umax = of.umax;
    this.smin = of.smin;
    this.smax = of.smax;
    this.u32min = of.u32min;
    this.u32max = of.u32max;
    this.s32min = of.s32min;
    this.s32max = of.s32max;
  }

  forgetU64(): void {
    this.umin = 0n;
    this.umax = U64_MAX;
  }
  forgetS64(): void {
    this.smin = S64_MIN;
    this.smax = S64_MAX;
  }
  forgetU32(): void {
    this.u32min = 0;
    this.u32max = U32_MAX;
  }
  forgetS32(): void {
    this.s32min = S32_MIN;
    this.s32max = S32_MAX;
  }
  forgetRanges(): void {
    this.forgetU64();
    this.forgetS64();
    this.forgetU32();
    this.forgetS32();
  }

  /** Just this number, u64. */
  set(value: bigint): void {
    this.bits = { value, mask: 0n };
    this.umin = value;
    this.umax = value;
    this.smin = s64(value);
    this.smax = this.smin;
    this.s32min = lowS32(value);
    this.s32max = this.s32min;
    this.u32min = this.s32min >>> 0;
    this.u32max = this.u32min;
  }

  /** The upper half becomes 0; the 64-bit ranges are those of the low half. */
  clearHigh(): void {
    this.bits = tnumCast(this.bits, 32);
    this.umin = BigInt(this.u32min);
    this.umax = BigInt(this.u32max);
    const isPositive = this.s32min >= 0 && this.s32max >= 0;
    this.smin = isPositive ? BigInt(this.s32min) : 0n;
    this.smax = isPositive ? BigInt(this.s32max) : LOW;
  }
}

/** Lets all views learn from each other. */
export function settle(draft: Draft): Scalar {
  rangesFromBits(draft);
  for (let round = 0; round < 3; round += 1) {
    halvesFromWhole(draft);
    signs32(draft);
    signs64(draft);
    wholeFromHalves(draft);
  }
  bitsFromRanges(draft);
  rangesFromBits(draft);
  return freeze(draft);
}

/** The same set as a Scalar, nothing deduced. */
export function freeze(draft: Draft): Scalar {
  const { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max } = draft;
  return { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max };
}

/** As `settle`; where the views contradict each other, the ranges are given up and only the bits kept. `found` is told the kernel's line then. */
export function settleChecked(draft: Draft, place: string, found: string[] | undefined): Scalar {
  return check(settle(draft), draft, place, found);
}

/** The check of `settleChecked`, of a draft that is settled as `scalar`. */
export function check(scalar: Scalar, draft: Draft, place: string, found: string[] | undefined): Scalar {
  const broken = contradiction(scalar);
  if (broken === undefined) return scalar;
  found?.push(violationLine(scalar, place, broken));
  draft.forgetRanges();
  return freeze(draft);
}

/** How the views contradict each other, as they do on paths that no run takes; undefined when they do not. @see reg_bounds_sanity_check */
function contradiction(scalar: Scalar): string | undefined {
  const { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max } = scalar;
  if (umin > umax || smin > smax || u32min > u32max || s32min > s32max) return 'range bounds violation';
  if (bits.mask === 0n) {
    const { value } = bits;
    if (umin !== value || umax !== value || u64(smin) !== value || u64(smax) !== value)
      return 'const tnum out of sync with range bounds';
  }
  if ((bits.mask & LOW) === 0n) {
    const value = lowU32(bits.value);
    if (u32min !== value || u32max !== value || s32min >>> 0 !== value || s32max >>> 0 !== value)
      return 'const subreg tnum out of sync with range bounds';
  }
  return undefined;
}

function violationLine(scalar: Scalar, place: string, broken: string): string {
  const hex = (x: bigint | number): string => `0x${x.toString(16)}`;
  const { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max } = scalar;
  return [
    `verifier bug: REG INVARIANTS VIOLATION (${place}): ${broken}`,
    `u64=[${hex(umin)}, ${hex(umax)}]`,
    `s64=[${hex(u64(smin))}, ${hex(u64(smax))}]`,
    `u32=[${hex(u32min)}, ${hex(u32max)}]`,
    `s32=[${hex(s32min >>> 0)}, ${hex(s32max >>> 0)}]`,
    `var_off=(${hex(bits.value)}, ${hex(bits.mask)})`,
  ].join(' ');
}

/** Ends of the ranges that the known bits rule out move in. */
function rangesFromBits(d: Draft): void {
  const { value, mask } = d.bits;
  const low = lowS32(value);
  const lowMask = lowS32(mask);
  d.s32min = Math.max(d.s32min, low | (lowMask & S32_MIN));
  d.s32max = Math.min(d.s32max, low | (lowMask & S32_MAX));
  d.u32min = Math.max(d.u32min, low >>> 0);
  d.u32max = Math.min(d.u32max, (low | lowMask) >>> 0);
  d.smin = larger(d.smin, s64(value | (mask & SIGN_64)));
  d.smax = smaller(d.smax, s64(value | (mask & S64_MAX)));
  d.umin = larger(d.umin, value);
  d.umax = smaller(d.umax, value | mask);
  const only = onlyNumber(d);
  if (only !== undefined) d.set(only);
}

/** The one number that the bits admit in the unsigned range, when there is just one. */
function onlyNumber({ bits, umin, umax }: Draft): bigint | undefined {
  const next = tnumStep(bits, umin);
  if (tnumHas(bits, umin)) return next > umax ? umin : undefined;
  if (next === (bits.value | bits.mask)) return next;
  return next <= umax && tnumStep(bits, next) > umax ? next : undefined;
}

function learnU32(d: Draft, min: number, max: number): void {
  d.u32min = Math.max(d.u32min, min);
  d.u32max = Math.min(d.u32max, max);
}
function learnS32(d: Draft, min: number, max: number): void {
  d.s32min = Math.max(d.s32min, min);
  d.s32max = Math.min(d.s32max, max);
}

/** The low half, where the upper is the same in all numbers of a 64-bit range, or differs by one while the low crosses 0. */
function halvesFromWhole(d: Draft): void {
  halfFrom(d, d.umin, d.umax);
  halfFrom(d, d.smin, d.smax);
  crossingFrom(d, d.umin, d.umax);
  crossingFrom(d, d.smin, d.smax);
}

function halfFrom(d: Draft, min: bigint, max: bigint): void {
  if (min >> 32n !== max >> 32n) return;
  const first = lowU32(min);
  const last = lowU32(max);
  if (first <= last) learnU32(d, first, last);
  if ((first | 0) <= (last | 0)) learnS32(d, first | 0, last | 0);
}

function crossingFrom(d: Draft, min: bigint, max: bigint): void {
  if (lowU32((min >> 32n) + 1n) !== lowU32(max >> 32n)) return;
  const first = lowS32(min);
  const last = lowS32(max);
  if (first < 0 && last >= 0) learnS32(d, first, last);
}

/** Signed and unsigned ranges of the low half. */
function signs32(d: Draft): void {
  if ((d.u32min | 0) <= (d.u32max | 0)) learnS32(d, d.u32min | 0, d.u32max | 0);
  const first = d.s32min >>> 0;
  const last = d.s32max >>> 0;
  if (first <= last) {
    learnU32(d, first, last);
  } else if (d.u32max < first) {
    // the numbers lie in the part from 0 on
    d.s32min = d.u32min | 0;
    d.u32max = Math.min(d.u32max, last);
  } else if (last < d.u32min) {
    // the numbers lie in the negative part
    d.s32max = d.u32max | 0;
    d.u32min = Math.max(d.u32min, first);
  }
}

/** Signed and unsigned ranges of all 64 bits. */
function signs64(d: Draft): void {
  if (s64(d.umin) <= s64(d.umax)) {
    d.smin = larger(d.smin, s64(d.umin));
    d.smax = smaller(d.smax, s64(d.umax));
  }
  const first = u64(d.smin);
  const last = u64(d.smax);
  if (first <= last) {
    d.umin = larger(d.umin, first);
    d.umax = smaller(d.umax, last);
  } else if (d.umax < first) {
    d.smin = s64(d.umin);
    d.umax = smaller(d.umax, last);
  } else if (last < d.umin) {
    d.smax = s64(d.umax);
    d.umin = larger(d.umin, first);
  }
}

/** The ends of the 64-bit ranges, with low halves that the low half's range admits. */
function wholeFromHalves(d: Draft): void {
  const low = BigInt(d.u32min);
  const high = BigInt(d.u32max);
  d.umin = larger(d.umin, (d.umin & ~LOW) | low);
  d.umax = smaller(d.umax, (d.umax & ~LOW) | high);
  d.smin = larger(d.smin, (d.smin & ~LOW) | low);
  d.smax = smaller(d.smax, (d.smax & ~LOW) | high);
  // after a load with sign extension the upper half is all 0 or all 1: with a low half that is not negative, it is 0
  if (d.s32min >= 0 && d.smin >= BigInt(S32_MIN) && d.smax <= BigInt(S32_MAX)) {
    d.smin = BigInt(d.s32min);
    d.smax = BigInt(d.s32max);
    d.umin = u64(d.smin);
    d.umax = u64(d.smax);
    d.bits = tnumIntersect(d.bits, tnumRange(d.umin, d.umax));
  }
}

/** Bits that are the same in all numbers of a range. */
function bitsFromRanges(d: Draft): void {
  const whole = tnumIntersect(d.bits, tnumRange(d.umin, d.umax));
  const half = tnumIntersect(tnumCast(whole, 32), tnumRange(BigInt(d.u32min), BigInt(d.u32max)));
  d.bits = tnumWithLow(whole, half);
}
