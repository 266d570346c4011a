// Ranges of the results of arithmetic: what `dst op= src` makes of the ends, in 64 and in 32 bits. Before each function runs, the draft is `dst` with
// the bits of the result; what the bits rule out is found by `settle` afterwards.
import { type Draft, S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX, U64_MAX } from './scalar-bounds.ts';
import type { Scalar } from './scalar.ts';

/** Arithmetic whose ranges are worked out. */
export type TrackedOp = 'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor' | 'lsh' | 'rsh' | 'arsh';
type Ranges = (draft: Draft, dst: Scalar, src: Scalar) => void;

/** All ranges of a 64-bit operation. The low half is worked out on its own where it does not depend on the upper. */
export function alu64(op: TrackedOp, draft: Draft, dst: Scalar, src: Scalar): void {
  LOW[op](draft, dst, src);
  WHOLE[op](draft, dst, src);
}

/** Ranges of the low half of a 32-bit operation. */
export function alu32(op: TrackedOp, draft: Draft, dst: Scalar, src: Scalar): void {
  (op === 'rsh' ? rsh32 : op === 'arsh' ? arsh32 : LOW[op])(draft, dst, src);
}

const WHOLE: Readonly<Record<TrackedOp, Ranges>> = {
  add: add64,
  sub: sub64,
  mul: mul64,
  and: and64,
  or: or64,
  xor: xor64,
  lsh: lsh64,
  rsh: rsh64,
  arsh: arsh64,
};

/** Shifts to the right bring bits of the upper half into the low one: nothing is known of its ranges in 64-bit operations. */
const LOW: Readonly<Record<TrackedOp, Ranges>> = {
  add: add32,
  sub: sub32,
  mul: mul32,
  and: and32,
  or: or32,
  xor: xor32,
  lsh: lsh32,
  rsh: forgetLow,
  arsh: forgetLow,
};

function forgetLow(draft: Draft): void {
  draft.forgetU32();
  draft.forgetS32();
}

function isS64(x: bigint): boolean {
  return x >= S64_MIN && x <= S64_MAX;
}
function isS32(x: number): boolean {
  return x >= S32_MIN && x <= S32_MAX;
}

/** Sums of unsigned ends are ends while both wrap, or neither does. */
function add64(draft: Draft, dst: Scalar, src: Scalar): void {
  const smin = dst.smin + src.smin;
  const smax = dst.smax + src.smax;
  if (isS64(smin) && isS64(smax)) {
    draft.smin = smin;
    draft.smax = smax;
  } else draft.forgetS64();
  const umin = dst.umin + src.umin;
  const umax = dst.umax + src.umax;
  if (umin <= U64_MAX && umax > U64_MAX) draft.forgetU64();
  else {
    draft.umin = BigInt.asUintN(64, umin);
    draft.umax = BigInt.asUintN(64, umax);
  }
}

function add32(draft: Draft, dst: Scalar, src: Scalar): void {
  const smin = dst.s32min + src.s32min;
  const smax = dst.s32max + src.s32max;
  if (isS32(smin) && isS32(smax)) {
    draft.s32min = smin;
    draft.s32max = smax;
  } else draft.forgetS32();
  const umin = dst.u32min + src.u32min;
  const umax = dst.u32max + src.u32max;
  if (umin <= U32_MAX && umax > U32_MAX) draft.forgetU32();
  else {
    draft.u32min = umin >>> 0;
    draft.u32max = umax >>> 0;
  }
}

function sub64(draft: Draft, dst: Scalar, src: Scalar): void {
  const smin = dst.smin - src.smax;
  const smax = dst.smax - src.smin;
  if (isS64(smin) && isS64(smax)) {
    draft.smin = smin;
    draft.smax = smax;
  } else draft.forgetS64();
  const umin = dst.umin - src.umax;
  const umax = dst.umax - src.umin;
  if (umin < 0n && umax >= 0n) draft.forgetU64();
  else {
    draft.umin = BigInt.asUintN(64, umin);
    draft.umax = BigInt.asUintN(64, umax);
  }
}

function sub32(draft: Draft, dst: Scalar, src: Scalar): void {
  const smin = dst.s32min - src.s32max;
  const smax = dst.s32max - src.s32min;
  if (isS32(smin) && isS32(smax)) {
    draft.s32min = smin;
    draft.s32max = smax;
  } else draft.forgetS32();
  const umin = dst.u32min - src.u32max;
  const umax = dst.u32max - src.u32min;
  if (umin < 0 && umax >= 0) draft.forgetU32();
  else {
    draft.u32min = umin >>> 0;
    draft.u32max = umax >>> 0;
  }
}

function mul64(draft: Draft, dst: Scalar, src: Scalar): void {
  const umax = dst.umax * src.umax;
  if (umax > U64_MAX) draft.forgetU64();
  else {
    draft.umin = dst.umin * src.umin;
    draft.umax = umax;
  }
  draft.forgetS64();
  const ends = [dst.smin * src.smin, dst.smin * src.smax, dst.smax * src.smin, dst.smax * src.smax];
  if (!ends.every(isS64)) return;
  draft.smin = ends.reduce((a, b) => (a < b ? a : b));
  draft.smax = ends.reduce((a, b) => (a > b ? a : b));
}

function mul32(draft: Draft, dst: Scalar, src: Scalar): void {
  const umax = dst.u32max * src.u32max;
  if (umax > U32_MAX) draft.forgetU32();
  else {
    draft.u32min = dst.u32min * src.u32min;
    draft.u32max = umax;
  }
  draft.forgetS32();
  const ends = [
    dst.s32min * src.s32min,
    dst.s32min * src.s32max,
    dst.s32max * src.s32min,
    dst.s32max * src.s32max,
  ];
  if (!ends.every(isS32)) return;
  draft.s32min = Math.min(...ends) | 0; // not -0
  draft.s32max = Math.max(...ends) | 0;
}

/** The signed range is the unsigned where that does not cross the sign. */
function signedAsUnsigned64(draft: Draft): void {
  const smin = BigInt.asIntN(64, draft.umin);
  const smax = BigInt.asIntN(64, draft.umax);
  if (smin <= smax) {
    draft.smin = smin;
    draft.smax = smax;
  } else draft.forgetS64();
}

function signedAsUnsigned32(draft: Draft): void {
  const smin = draft.u32min | 0;
  const smax = draft.u32max | 0;
  if (smin <= smax) {
    draft.s32min = smin;
    draft.s32max = smax;
  } else draft.forgetS32();
}

const low32 = (x: bigint): number => Number(x & 0xffff_ffffn);

function and64(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.umin = draft.bits.value;
  draft.umax = dst.umax < src.umax ? dst.umax : src.umax;
  signedAsUnsigned64(draft);
}

function and32(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.u32min = low32(draft.bits.value);
  draft.u32max = Math.min(dst.u32max, src.u32max);
  signedAsUnsigned32(draft);
}

function or64(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.umin = dst.umin > src.umin ? dst.umin : src.umin;
  draft.umax = draft.bits.value | draft.bits.mask;
  signedAsUnsigned64(draft);
}

function or32(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.u32min = Math.max(dst.u32min, src.u32min);
  draft.u32max = low32(draft.bits.value | draft.bits.mask);
  signedAsUnsigned32(draft);
}

function xor64(draft: Draft): void {
  draft.umin = draft.bits.value;
  draft.umax = draft.bits.value | draft.bits.mask;
  signedAsUnsigned64(draft);
}

function xor32(draft: Draft): void {
  draft.u32min = low32(draft.bits.value);
  draft.u32max = low32(draft.bits.value | draft.bits.mask);
  signedAsUnsigned32(draft);
}

/** Compilers extend the sign of a low half by shifting it up and down again: the signed range survives a shift by 32. */
function lsh64(draft: Draft, dst: Scalar, src: Scalar): void {
  const by = src.umin;
  if (by === 32n) {
    draft.smin = BigInt(dst.s32min) << 32n;
    draft.smax = BigInt(dst.s32max) << 32n;
  } else draft.forgetS64();
  if (dst.umax > 1n << (63n - by)) draft.forgetU64();
  else {
    draft.umin = dst.umin << by;
    draft.umax = dst.umax << by;
  }
}

function lsh32(draft: Draft, dst: Scalar, src: Scalar): void {
  const by = Number(src.umin);
  draft.forgetS32();
  if (by > 31 || dst.u32max > (1 << (31 - by)) >>> 0) draft.forgetU32();
  else {
    draft.u32min = (dst.u32min << by) >>> 0;
    draft.u32max = (dst.u32max << by) >>> 0;
  }
}

function rsh64(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.forgetS64();
  draft.umin = dst.umin >> src.umin;
  draft.umax = dst.umax >> src.umin;
}

function rsh32(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.forgetS32();
  draft.u32min = dst.u32min >>> src.u32min;
  draft.u32max = dst.u32max >>> src.u32min;
}

function arsh64(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.forgetU64();
  draft.smin = dst.smin >> src.umin;
  draft.smax = dst.smax >> src.umin;
}

function arsh32(draft: Draft, dst: Scalar, src: Scalar): void {
  draft.forgetU32();
  draft.s32min = dst.s32min >> src.u32min;
  draft.s32max = dst.s32max >> src.u32min;
}
