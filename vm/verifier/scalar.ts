// What is known of a number: a tnum, and ranges, signed and unsigned, of all 64 bits and of the low 32.
import type { Tnum } from './tnum.ts';

/**
 * A set of 64-bit numbers. All seven views hold at once: a number is in the set only if every view admits it. Never changed; values that are
 * known are `constScalar`. The 64-bit ends are bigint (u64, s64), the 32-bit ones plain numbers (u32, s32).
 * @see include/linux/bpf_verifier.h struct bpf_reg_state
 */
export interface Scalar {
  readonly bits: Tnum;
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
  readonly u32min: number;
  readonly u32max: number;
  readonly s32min: number;
  readonly s32max: number;
}

/** Any number. */
export const UNKNOWN: Scalar = {
  bits: { value: 0n, mask: 0xffff_ffff_ffff_ffffn },
  umin: 0n,
  umax: 0xffff_ffff_ffff_ffffn,
  smin: -0x8000_0000_0000_0000n,
  smax: 0x7fff_ffff_ffff_ffffn,
  u32min: 0,
  u32max: 0xffff_ffff,
  s32min: -0x8000_0000,
  s32max: 0x7fff_ffff,
};

/** Just this number, u64 or s64. */
export function constScalar(value: bigint): Scalar {
  const u = BigInt.asUintN(64, value);
  const s = BigInt.asIntN(64, value);
  const s32 = Number(BigInt.asIntN(32, value));
  return {
    bits: { value: u, mask: 0n },
    umin: u,
    umax: u,
    smin: s,
    smax: s,
    u32min: s32 >>> 0,
    u32max: s32 >>> 0,
    s32min: s32,
    s32max: s32,
  };
}

/** 0. */
export const ZERO: Scalar = constScalar(0n);

/** True when it holds one number only: `scalar.umin` (u64) then. */
export function isConst(scalar: Scalar): boolean {
  return scalar.bits.mask === 0n;
}
