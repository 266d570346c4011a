// A number that is being worked out: ends and bits are set one by one, `settle` makes a Scalar of it.
import { settle } from './scalar-settle.ts';
import type { Scalar } from './scalar.ts';
import { tnumCast, type Tnum } from './tnum.ts';

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const S64_MIN = -0x8000_0000_0000_0000n;
export const S64_MAX = 0x7fff_ffff_ffff_ffffn;
export const U32_MAX = 0xffff_ffff;
export const S32_MIN = -0x8000_0000;
export const S32_MAX = 0x7fff_ffff;
const LOW = 0xffff_ffffn;

export const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
export const s64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const lowU32 = (x: bigint): number => Number(x & LOW);

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

/** The same set as a Scalar, nothing deduced. */
export function freeze(draft: Draft): Scalar {
  const { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max } = draft;
  return { bits, umin, umax, smin, smax, u32min, u32max, s32min, s32max };
}

/** As `settle`; where the views contradict each other, the ranges are given up and only the bits kept. `found` is told the kernel's line then. */
export function settleChecked(draft: Draft, place: string, found: string[] | undefined): Scalar {
  return check(settle(draft), place, found);
}

/** The check of `settleChecked`. */
export function check(scalar: Scalar, place: string, found: string[] | undefined): Scalar {
  const broken = contradiction(scalar);
  if (broken === undefined) return scalar;
  found?.push(violationLine(scalar, place, broken));
  const draft = new Draft(scalar);
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

const hex = (x: bigint | number): string => `0x${x.toString(16)}`;

function violationLine(scalar: Scalar, place: string, broken: string): string {
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
