// Arithmetic on what is known of numbers.
import type { AluName, SwapName } from '../isa/opcodes.ts';
import type { SwapBits, Width } from '../isa/ops.ts';
import { Draft, freeze, u64 } from './scalar-bounds.ts';
import { settle } from './scalar-settle.ts';
import { alu32, alu64, type TrackedOp } from './scalar-ranges.ts';
import { constScalar, isConst, UNKNOWN, ZERO, type Scalar } from './scalar.ts';
import {
  tnumAdd,
  tnumAnd,
  tnumArsh,
  tnumCast,
  tnumLsh,
  tnumOr,
  tnumRange,
  tnumRsh,
  tnumSub,
  tnumXor,
  type Tnum,
} from './tnum.ts';
import { tnumMul } from './tnum-mul.ts';

const LOW = 0xffff_ffffn;

/** What the bits of the result are; both operands cut to the low half in 32-bit arithmetic. Shifts: by a known number below `width`. */
const BITS: Readonly<Record<TrackedOp, (a: Tnum, b: Tnum, width: Width) => Tnum>> = {
  add: tnumAdd,
  sub: tnumSub,
  mul: tnumMul,
  and: tnumAnd,
  or: tnumOr,
  xor: tnumXor,
  lsh: (a, b) => tnumLsh(a, b.value),
  rsh: (a, b) => tnumRsh(a, b.value),
  arsh: (a, b, width) => tnumArsh(a, b.value, width),
};

function isTracked(op: AluName): op is TrackedOp {
  return op in BITS;
}
function isShift(op: AluName): boolean {
  return op === 'lsh' || op === 'rsh' || op === 'arsh';
}

/**
 * `dst op= src`, 64 bits wide, or 32 with the upper half of the result 0. `mov` gives src, or its low half. Nothing is known of the result of
 * divisions, and of shifts by a number that is not known or too large.
 * @see kernel/bpf/verifier.c adjust_scalar_min_max_vals
 */
export function aluScalar(op: AluName, width: Width, dst: Scalar, src: Scalar): Scalar {
  if (op === 'mov') return width === 64 ? src : clearHigh(src);
  if (!isTracked(op)) return UNKNOWN;
  if (isShift(op) && !isGoodShift(src, width)) return UNKNOWN;
  if (width === 64) {
    if (isConst(dst) && isConst(src)) return constScalar(BITS[op](dst.bits, src.bits, 64).value);
    const draft = new Draft(dst);
    draft.bits = BITS[op](dst.bits, src.bits, 64);
    alu64(op, draft, dst, src);
    return settle(draft);
  }
  const low = tnumCast(BITS[op](tnumCast(dst.bits, 32), tnumCast(src.bits, 32), 32), 32);
  if (((dst.bits.mask | src.bits.mask) & LOW) === 0n) return constScalar(low.value);
  const draft = new Draft(dst);
  draft.bits = low;
  alu32(op, draft, dst, src);
  draft.clearHigh();
  return settle(draft);
}

/** A shift's number of bits is one known number, of all 64 bits, and below the width. */
function isGoodShift(src: Scalar, width: Width): boolean {
  if (src.umax >= BigInt(width)) return false;
  return width === 64 ? isConst(src) : (src.bits.mask & LOW) === 0n;
}

function clearHigh(scalar: Scalar): Scalar {
  if (isConst(scalar)) return constScalar(scalar.bits.value & LOW);
  const draft = new Draft(scalar);
  draft.clearHigh();
  return settle(draft);
}

/** 0 - scalar. */
export function negScalar(width: Width, scalar: Scalar): Scalar {
  return aluScalar('sub', width, ZERO, scalar);
}

/**
 * The low bits in the other order of bytes, or as they are (`le`: the machine is little-endian), the others 0. Only bits are known of a number
 * that was turned round. @see scalar_byte_swap
 */
export function swapScalar(swap: SwapName, bits: SwapBits, scalar: Scalar): Scalar {
  if (isConst(scalar))
    return constScalar(
      swap === 'le' ? BigInt.asUintN(bits, scalar.bits.value) : swapBytes(scalar.bits.value, bits),
    );
  if (swap === 'le') return bits === 64 ? settle(new Draft(scalar)) : truncate(scalar, bits / 8);
  const draft = new Draft(scalar);
  draft.bits = { value: swapBytes(scalar.bits.value, bits), mask: swapBytes(scalar.bits.mask, bits) };
  draft.forgetRanges();
  if (draft.bits.mask === 0n) return constScalar(draft.bits.value);
  return bits === 64 ? settle(draft) : truncate(freeze(draft), bits / 8);
}

function swapBytes(from: bigint, bits: SwapBits): bigint {
  let to = 0n;
  for (let at = 0n; at < bits; at += 8n) to = (to << 8n) | ((from >> at) & 0xffn);
  return to;
}

/** The low bytes (1, 2, 4 or 8), the rest 0: what a load of that size yields. @see coerce_reg_to_size */
export function truncate(scalar: Scalar, bytes: number): Scalar {
  if (bytes === 8) return scalar;
  const max = (1n << BigInt(8 * bytes)) - 1n;
  if (isConst(scalar)) return constScalar(scalar.bits.value & max);
  const draft = new Draft(scalar);
  draft.bits = tnumCast(scalar.bits, 8 * bytes);
  const isOneBlock = (scalar.umin & ~max) === (scalar.umax & ~max);
  draft.umin = isOneBlock ? scalar.umin & max : 0n;
  draft.umax = isOneBlock ? scalar.umax & max : max;
  draft.smin = draft.umin;
  draft.smax = draft.umax;
  if (bytes < 4) {
    draft.forgetU32();
    draft.forgetS32();
  }
  return settle(draft);
}

/** The low bits (8, 16, 32), sign-extended to `width`; of 32 the upper half is 0. @see coerce_reg_to_size_sx, coerce_subreg_to_size_sx */
export function signExtend(scalar: Scalar, bits: 8 | 16 | 32, width: Width): Scalar {
  return width === 64 ? signExtend64(scalar, bits) : signExtend32(scalar, bits);
}

function signExtend64(scalar: Scalar, bits: 8 | 16 | 32): Scalar {
  if (isConst(scalar)) return constScalar(BigInt.asIntN(bits, scalar.bits.value));
  const draft = new Draft(scalar);
  const first = BigInt.asIntN(bits, scalar.smin);
  const last = BigInt.asIntN(bits, scalar.smax);
  const isOneBlock = scalar.smin >> BigInt(bits) === scalar.smax >> BigInt(bits);
  if (isOneBlock && first >= 0n === last >= 0n) {
    draft.smin = first < last ? first : last;
    draft.smax = first < last ? last : first;
    draft.umin = u64(draft.smin);
    draft.umax = u64(draft.smax);
    draft.s32min = Number(BigInt.asIntN(32, draft.smin));
    draft.s32max = Number(BigInt.asIntN(32, draft.smax));
    draft.u32min = draft.s32min >>> 0;
    draft.u32max = draft.s32max >>> 0;
    draft.bits = tnumRange(draft.umin, draft.umax);
    return freeze(draft);
  }
  const half = 1n << BigInt(bits - 1);
  draft.forgetRanges();
  draft.smin = -half;
  draft.smax = half - 1n;
  draft.s32min = Number(-half);
  draft.s32max = Number(half - 1n);
  draft.bits = UNKNOWN.bits;
  return freeze(draft);
}

function signExtend32(scalar: Scalar, bits: 8 | 16 | 32): Scalar {
  if (isConst(scalar)) return constScalar(u64(BigInt.asIntN(bits, scalar.bits.value)) & LOW);
  const draft = new Draft(scalar);
  const cut = (n: number): number => (n << (32 - bits)) >> (32 - bits);
  const first = cut(scalar.s32min);
  const last = cut(scalar.s32max);
  const isOneBlock = scalar.s32min >> bits === scalar.s32max >> bits;
  if (isOneBlock && first >= 0 === last >= 0) {
    draft.s32min = Math.min(first, last);
    draft.s32max = Math.max(first, last);
    draft.u32min = draft.s32min >>> 0;
    draft.u32max = draft.s32max >>> 0;
    draft.bits = tnumCast(tnumRange(u64(BigInt(draft.s32min)), u64(BigInt(draft.s32max))), 32);
  } else {
    draft.s32min = cut(1 << (bits - 1));
    draft.s32max = -1 - draft.s32min;
    draft.forgetU32();
    draft.bits = tnumCast(UNKNOWN.bits, 32);
  }
  draft.clearHigh();
  return settle(draft);
}
