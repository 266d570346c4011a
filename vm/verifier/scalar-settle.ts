// Deduction: what the views of a number say about each other.
//
//   bits  ->  ranges  ->  (32 bits <-> 64 bits, signed <-> unsigned) three times  ->  bits  ->  ranges
//
// The order and the number of rounds are the kernel's: another order would find other, equally sound, ranges, and the log shows them.
//
// This runs behind nearly every insn that is walked. bigint arithmetic makes an object of each result, so the work is done in 32-bit lanes: one
// number at a time lies in `LANES`, the low lane of a 64-bit field before the high, as little-endian machines (all that run JavaScript) see it.
// Lanes are signed; `>>> 0` makes one unsigned. Against the same text in bigint: 0.2 instead of 2.5 microseconds.
//
// More than 250 lines, since the parts in two files take 1.6 times as long: V8 does not fold the constants of another module.
// @see kernel/bpf/verifier.c reg_bounds_sync
import { constScalar, type Scalar } from './scalar.ts';

/** Places of the fields in LANES; those of 64 bits take two. */
const VALUE = 0;
const MASK = 2;
const UMIN = 4;
const UMAX = 6;
const SMIN = 8;
const SMAX = 10;
const U32MIN = 12;
const U32MAX = 13;
const S32MIN = 14;
const S32MAX = 15;
/** Results of `step`. */
const NEXT = 16;
const AFTER = 18;
const LANE_COUNT = 20;

const BUFFER = new ArrayBuffer(4 * LANE_COUNT);
const LANES = new Int32Array(BUFFER);
const UNSIGNED = new BigUint64Array(BUFFER);
const SIGNED = new BigInt64Array(BUFFER);

const SIGN = -0x8000_0000;
const POSITIVE = 0x7fff_ffff;

/** Set by whatever moves an end. */
let hasMoved = false;

/** All that follows from the views of a number together. Where they contradict each other, so do those of the result. */
export function settle(from: Scalar): Scalar {
  load(from);
  rangesFromBits();
  let hasLearned = false;
  for (let round = 0; round < 3; round += 1) {
    hasMoved = false;
    halvesFromWhole();
    signs32();
    signs64();
    wholeFromHalves();
    if (!hasMoved) break; // nor would another round move anything
    hasLearned = true;
  }
  const hasBits = bitsFromRanges();
  if (hasLearned || hasBits) rangesFromBits();
  return stored();
}

function load({ bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max }: Scalar): void {
  UNSIGNED[VALUE / 2] = bits.value;
  UNSIGNED[MASK / 2] = bits.mask;
  UNSIGNED[UMIN / 2] = umin;
  UNSIGNED[UMAX / 2] = umax;
  SIGNED[SMIN / 2] = smin;
  SIGNED[SMAX / 2] = smax;
  LANES[U32MIN] = u32min;
  LANES[U32MAX] = u32max;
  LANES[S32MIN] = s32min;
  LANES[S32MAX] = s32max;
}

/** Ends that are the same number share one bigint. */
function stored(): Scalar {
  const value = UNSIGNED[VALUE / 2]!;
  if ((lane(MASK) | lane(MASK + 1)) === 0 && isOne(value)) return constScalar(value);
  const umin = isSame(UMIN, VALUE) ? value : UNSIGNED[UMIN / 2]!;
  const umax = UNSIGNED[UMAX / 2]!;
  return {
    bits: { value, mask: isSame(UMAX, MASK) ? umax : UNSIGNED[MASK / 2]! },
    umin,
    umax,
    smin: isSame(SMIN, UMIN) && lane(SMIN + 1) >= 0 ? umin : SIGNED[SMIN / 2]!,
    smax: isSame(SMAX, UMAX) && lane(SMAX + 1) >= 0 ? umax : SIGNED[SMAX / 2]!,
    u32min: lane(U32MIN) >>> 0,
    u32max: lane(U32MAX) >>> 0,
    s32min: lane(S32MIN),
    s32max: lane(S32MAX),
  };
}

/** True when all ranges are the one number of the bits. */
function isOne(value: bigint): boolean {
  const low = lane(VALUE);
  return (
    UNSIGNED[UMIN / 2] === value &&
    UNSIGNED[UMAX / 2] === value &&
    UNSIGNED[SMIN / 2] === value &&
    UNSIGNED[SMAX / 2] === value &&
    lane(U32MIN) === low &&
    lane(U32MAX) === low &&
    lane(S32MIN) === low &&
    lane(S32MAX) === low
  );
}

function lane(at: number): number {
  return LANES[at]!;
}

function isSame(a: number, b: number): boolean {
  return lane(a) === lane(b) && lane(a + 1) === lane(b + 1);
}

/** a < b, both unsigned. */
function isBelow(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh >>> 0 < bHigh >>> 0;
}

/** a < b, both signed. */
function isLess(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh < bHigh;
}

function put(at: number, high: number, low: number): void {
  write(at, high, low);
  hasMoved = true;
}
function write(at: number, high: number, low: number): void {
  LANES[at] = low;
  LANES[at + 1] = high;
}

/** The range of u64, or of s64, lies in one from `min` to `max`. */
function learnU64(minHigh: number, minLow: number, maxHigh: number, maxLow: number): void {
  if (isBelow(lane(UMIN + 1), lane(UMIN), minHigh, minLow)) put(UMIN, minHigh, minLow);
  if (isBelow(maxHigh, maxLow, lane(UMAX + 1), lane(UMAX))) put(UMAX, maxHigh, maxLow);
}
function learnS64(minHigh: number, minLow: number, maxHigh: number, maxLow: number): void {
  if (isLess(lane(SMIN + 1), lane(SMIN), minHigh, minLow)) put(SMIN, minHigh, minLow);
  if (isLess(maxHigh, maxLow, lane(SMAX + 1), lane(SMAX))) put(SMAX, maxHigh, maxLow);
}

function putHalf(at: number, value: number): void {
  LANES[at] = value;
  hasMoved = true;
}
function learnU32(min: number, max: number): void {
  if (min >>> 0 > lane(U32MIN) >>> 0) putHalf(U32MIN, min);
  if (max >>> 0 < lane(U32MAX) >>> 0) putHalf(U32MAX, max);
}
function learnS32(min: number, max: number): void {
  if (min > lane(S32MIN)) putHalf(S32MIN, min);
  if (max < lane(S32MAX)) putHalf(S32MAX, max);
}

/** Ends of the ranges that the known bits rule out move in; where the bits admit one number only, that is it. */
function rangesFromBits(): void {
  const low = lane(VALUE);
  const high = lane(VALUE + 1);
  const lowMask = lane(MASK);
  const highMask = lane(MASK + 1);
  learnS32(low | (lowMask & SIGN), low | (lowMask & POSITIVE));
  learnU32(low, low | lowMask);
  learnS64(high | (highMask & SIGN), low, high | (highMask & POSITIVE), low | lowMask);
  learnU64(high, low, high | highMask, low | lowMask);
  const only = onlyNumber();
  if (only !== undefined) setTo(only);
}

/** Where the one number lies that the bits admit in the unsigned range; undefined when there are several. */
function onlyNumber(): number | undefined {
  const minLow = lane(UMIN);
  const minHigh = lane(UMIN + 1);
  const isAdmitted =
    (minLow & ~lane(MASK)) === lane(VALUE) && (minHigh & ~lane(MASK + 1)) === lane(VALUE + 1);
  step(minHigh, minLow, NEXT);
  if (isAdmitted) return isPastMax(NEXT) ? UMIN : undefined;
  const isLast =
    lane(NEXT) === (lane(VALUE) | lane(MASK)) && lane(NEXT + 1) === (lane(VALUE + 1) | lane(MASK + 1));
  if (isLast) return NEXT;
  if (isPastMax(NEXT)) return undefined;
  step(lane(NEXT + 1), lane(NEXT), AFTER);
  return isPastMax(AFTER) ? NEXT : undefined;
}

function isPastMax(at: number): boolean {
  return isBelow(lane(UMAX + 1), lane(UMAX), lane(at + 1), lane(at));
}

/** All views say the number at `at`. */
function setTo(at: number): void {
  const low = lane(at);
  const high = lane(at + 1);
  for (const field of [VALUE, UMIN, UMAX, SMIN, SMAX]) put(field, high, low);
  for (const field of [U32MIN, U32MAX, S32MIN, S32MAX]) LANES[field] = low;
  put(MASK, 0, 0);
}

/** The smallest number above this that the bits admit, or the largest that they admit when there is none, goes to `to`. @see tnum_step */
function step(high: number, low: number, to: number): void {
  const valueLow = lane(VALUE);
  const valueHigh = lane(VALUE + 1);
  const maskLow = lane(MASK);
  const maskHigh = lane(MASK + 1);
  if (!isBelow(high, low, valueHigh | maskHigh, valueLow | maskLow)) {
    write(to, valueHigh | maskHigh, valueLow | maskLow);
    return;
  }
  if (isBelow(high, low, valueHigh, valueLow)) {
    write(to, valueHigh, valueLow);
    return;
  }
  // bits from the highest on in which the number differs from a known one
  const differHigh = (high ^ valueHigh) & ~maskHigh;
  const differLow = (low ^ valueLow) & ~maskLow;
  const openHigh = upTo(differHigh);
  const openLow = differHigh === 0 ? upTo(differLow) : -1;
  const keptHigh = high & maskHigh & ~openHigh;
  const keptLow = low & maskLow & ~openLow;
  const isAbove =
    differHigh === 0
      ? (valueLow & (openLow ^ (openLow >>> 1))) !== 0
      : (valueHigh & (openHigh ^ (openHigh >>> 1))) !== 0;
  if (isAbove) {
    write(to, valueHigh | keptHigh, valueLow | keptLow); // so it is already: the free bits below are 0
    return;
  }
  // one more, counted in the free bits above; the others let the carry through
  const sumLow = ((keptLow | ~maskLow | openLow) + 1) | 0;
  const sumHigh = (keptHigh | ~maskHigh | openHigh) + (sumLow === 0 ? 1 : 0);
  write(to, valueHigh | (sumHigh & maskHigh & ~openHigh), valueLow | (sumLow & maskLow & ~openLow));
}

/** All bits up to the highest that is 1. */
function upTo(bits: number): number {
  return bits === 0 ? 0 : -1 >>> Math.clz32(bits);
}

/** The low half, where the upper is the same in all numbers of a 64-bit range, or differs by one while the low crosses 0. */
function halvesFromWhole(): void {
  if (lane(UMIN + 1) === lane(UMAX + 1)) {
    learnU32(lane(UMIN), lane(UMAX));
    if (lane(UMIN) <= lane(UMAX)) learnS32(lane(UMIN), lane(UMAX));
  }
  if (lane(SMIN + 1) === lane(SMAX + 1)) {
    if (lane(SMIN) >>> 0 <= lane(SMAX) >>> 0) learnU32(lane(SMIN), lane(SMAX));
    if (lane(SMIN) <= lane(SMAX)) learnS32(lane(SMIN), lane(SMAX));
  }
  if (crossesZero(UMIN, UMAX)) learnS32(lane(UMIN), lane(UMAX));
  if (crossesZero(SMIN, SMAX)) learnS32(lane(SMIN), lane(SMAX));
}

function crossesZero(min: number, max: number): boolean {
  return ((lane(min + 1) + 1) | 0) === lane(max + 1) && lane(min) < 0 && lane(max) >= 0;
}

/** Signed and unsigned ranges of the low half. */
function signs32(): void {
  if (lane(U32MIN) <= lane(U32MAX)) learnS32(lane(U32MIN), lane(U32MAX));
  const first = lane(S32MIN);
  const last = lane(S32MAX);
  if (first >>> 0 <= last >>> 0) {
    learnU32(first, last);
  } else if (lane(U32MAX) >>> 0 < first >>> 0) {
    // the numbers lie in the part from 0 on
    if (first !== lane(U32MIN)) putHalf(S32MIN, lane(U32MIN));
    if (last >>> 0 < lane(U32MAX) >>> 0) putHalf(U32MAX, last);
  } else if (last >>> 0 < lane(U32MIN) >>> 0) {
    // the numbers lie in the negative part
    if (last !== lane(U32MAX)) putHalf(S32MAX, lane(U32MAX));
    if (first >>> 0 > lane(U32MIN) >>> 0) putHalf(U32MIN, first);
  }
}

/** Signed and unsigned ranges of all 64 bits. */
function signs64(): void {
  if (!isLess(lane(UMAX + 1), lane(UMAX), lane(UMIN + 1), lane(UMIN)))
    learnS64(lane(UMIN + 1), lane(UMIN), lane(UMAX + 1), lane(UMAX));
  const firstLow = lane(SMIN);
  const firstHigh = lane(SMIN + 1);
  const lastLow = lane(SMAX);
  const lastHigh = lane(SMAX + 1);
  if (!isBelow(lastHigh, lastLow, firstHigh, firstLow)) {
    learnU64(firstHigh, firstLow, lastHigh, lastLow);
  } else if (isBelow(lane(UMAX + 1), lane(UMAX), firstHigh, firstLow)) {
    if (!isSame(SMIN, UMIN)) put(SMIN, lane(UMIN + 1), lane(UMIN));
    if (isBelow(lastHigh, lastLow, lane(UMAX + 1), lane(UMAX))) put(UMAX, lastHigh, lastLow);
  } else if (isBelow(lastHigh, lastLow, lane(UMIN + 1), lane(UMIN))) {
    if (!isSame(SMAX, UMAX)) put(SMAX, lane(UMAX + 1), lane(UMAX));
    if (isBelow(lane(UMIN + 1), lane(UMIN), firstHigh, firstLow)) put(UMIN, firstHigh, firstLow);
  }
}

/** The ends of the 64-bit ranges, with low halves that the low half's range admits. */
function wholeFromHalves(): void {
  const min = lane(U32MIN);
  const max = lane(U32MAX);
  if (min >>> 0 > lane(UMIN) >>> 0) putHalf(UMIN, min);
  if (max >>> 0 < lane(UMAX) >>> 0) putHalf(UMAX, max);
  if (min >>> 0 > lane(SMIN) >>> 0) putHalf(SMIN, min);
  if (max >>> 0 < lane(SMAX) >>> 0) putHalf(SMAX, max);
  // after a load with sign extension the upper half is all 0 or all 1: with a low half that is not negative, it is 0
  if (lane(S32MIN) < 0 || !isS32()) return;
  putExtended(SMIN, lane(S32MIN));
  putExtended(SMAX, lane(S32MAX));
  putExtended(UMIN, lane(S32MIN));
  putExtended(UMAX, lane(S32MAX));
  bitsFromWhole();
}

/** The signed range is one of sign-extended 32-bit numbers. */
function isS32(): boolean {
  const minHigh = lane(SMIN + 1);
  const maxHigh = lane(SMAX + 1);
  const isMin = minHigh > -1 || (minHigh === -1 && lane(SMIN) < 0);
  return isMin && (maxHigh < 0 || (maxHigh === 0 && lane(SMAX) >= 0));
}

/** A 64-bit end becomes a 32-bit number, sign-extended where it is negative. */
function putExtended(at: number, value: number): void {
  const high = value >> 31;
  if (lane(at) !== value || lane(at + 1) !== high) put(at, high, value);
}

/** Bits that are the same in all numbers of a range. True when that is news. */
function bitsFromRanges(): boolean {
  const hasWhole = bitsFromWhole();
  const delta = upTo(lane(U32MIN) ^ lane(U32MAX));
  return meet(VALUE, lane(U32MIN) & ~delta, delta) || hasWhole;
}

function bitsFromWhole(): boolean {
  const deltaHigh = upTo(lane(UMIN + 1) ^ lane(UMAX + 1));
  const deltaLow = deltaHigh === 0 ? upTo(lane(UMIN) ^ lane(UMAX)) : -1;
  const hasHigh = meet(VALUE + 1, lane(UMIN + 1) & ~deltaHigh, deltaHigh);
  return meet(VALUE, lane(UMIN) & ~deltaLow, deltaLow) || hasHigh;
}

/** The bits in one lane, and those of `value` and `mask`, together. True when that is news. */
function meet(at: number, value: number, mask: number): boolean {
  const maskAt = at + MASK - VALUE;
  const newMask = lane(maskAt) & mask;
  const newValue = (lane(at) | value) & ~newMask;
  if (newMask === lane(maskAt) && newValue === lane(at)) return false;
  LANES[maskAt] = newMask;
  LANES[at] = newValue;
  hasMoved = true;
  return true;
}
