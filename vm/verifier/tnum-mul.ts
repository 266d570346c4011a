// Multiplication of tnums, in lanes of 32 bits: in bigint, where each of some hundred sums is an object, it takes seven times as long.
import type { Tnum } from './tnum.ts';

const BUFFER = new ArrayBuffer(32);
const LANES = new Int32Array(BUFFER);
const WHOLE = new BigUint64Array(BUFFER);

/**
 * Long multiplication: the sum of `b`, shifted, for each bit of `a`. Where that bit is not known, the sums with and without are joined.
 * @see kernel/bpf/tnum.c tnum_mul
 */
export function tnumMul(a: Tnum, b: Tnum): Tnum {
  if (a.mask === 0n && b.mask === 0n) return { value: BigInt.asUintN(64, a.value * b.value), mask: 0n };
  WHOLE[0] = a.value;
  WHOLE[1] = a.mask;
  WHOLE[2] = b.value;
  WHOLE[3] = b.mask;
  multiply();
  return { value: WHOLE[0], mask: WHOLE[1] };
}

/** Of the tnums in LANES; the result lies where the first was. */
function multiply(): void {
  const ones = [LANES[0]!, LANES[1]!] as const;
  const unknowns = [LANES[2]!, LANES[3]!] as const;
  let [partLow, partHigh] = [LANES[4]!, LANES[5]!];
  let [partMaskLow, partMaskHigh] = [LANES[6]!, LANES[7]!];
  let low = 0;
  let high = 0;
  let maskLow = 0;
  let maskHigh = 0;
  for (let bit = 0; bit < 64; bit += 1) {
    const at = bit < 32 ? 0 : 1;
    const isOne = ((ones[at] >>> (bit & 31)) & 1) !== 0;
    const isUnknown = ((unknowns[at] >>> (bit & 31)) & 1) !== 0;
    if (isOne || isUnknown) {
      // the sum of two tnums: of the values, and where the sum of the masks may change it
      const sumLow = (low + partLow) | 0;
      const sumHigh = (high + partHigh + carry(sumLow, low)) | 0;
      const allMaskLow = (maskLow + partMaskLow) | 0;
      const allMaskHigh = (maskHigh + partMaskHigh + carry(allMaskLow, maskLow)) | 0;
      const topLow = (allMaskLow + sumLow) | 0;
      const topHigh = (allMaskHigh + sumHigh + carry(topLow, sumLow)) | 0;
      // a join: not known is also where the sum and what it was before differ
      maskLow |= (topLow ^ sumLow) | partMaskLow | (isUnknown ? sumLow ^ low : 0);
      maskHigh |= (topHigh ^ sumHigh) | partMaskHigh | (isUnknown ? sumHigh ^ high : 0);
      low = sumLow & ~maskLow;
      high = sumHigh & ~maskHigh;
    }
    partHigh = (partHigh << 1) | (partLow >>> 31);
    partLow <<= 1;
    partMaskHigh = (partMaskHigh << 1) | (partMaskLow >>> 31);
    partMaskLow <<= 1;
  }
  LANES[0] = low;
  LANES[1] = high;
  LANES[2] = maskLow;
  LANES[3] = maskHigh;
}

/** 1 when a sum of two lanes ran over: it is below one of them then. */
function carry(sum: number, one: number): number {
  return sum >>> 0 < one >>> 0 ? 1 : 0;
}
