// Tristate numbers: of each of 64 bits it is known that it is 0, that it is 1, or nothing. Every operation gives a tnum that holds each
// result of the operation on numbers that its operands hold.
//
//   value  bits known to be 1        mask  bits that are not known        value & mask is 0
//
// @see kernel/bpf/tnum.c; H. Vishwanathan and others, "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers", CGO 2022

/** Both u64. */
export interface Tnum {
  readonly value: bigint;
  readonly mask: bigint;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const U32_MAX = 0xffff_ffffn;

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

/** Just one number, u64 or s64. */
export function tnumConst(value: bigint): Tnum {
  return { value: u64(value), mask: 0n };
}

/** The smallest tnum that holds min to max, u64. */
export function tnumRange(min: bigint, max: bigint): Tnum {
  const differ = min ^ max;
  if (differ === 0n) return { value: min, mask: 0n };
  const delta = (1n << BigInt(bitLength(differ))) - 1n;
  return { value: min & ~delta & U64_MAX, mask: delta };
}

/** Bits up to the highest that is 1, of a u64. */
function bitLength(x: bigint): number {
  const high = Number(x >> 32n);
  return high === 0 ? 32 - Math.clz32(Number(x & U32_MAX)) : 64 - Math.clz32(high);
}

/** True when all that `b` holds `a` holds too. */
export function tnumIn(a: Tnum, b: Tnum): boolean {
  return (b.mask & ~a.mask) === 0n && a.value === (b.value & ~a.mask & U64_MAX);
}

export function tnumLsh(a: Tnum, shift: bigint): Tnum {
  return { value: u64(a.value << shift), mask: u64(a.mask << shift) };
}

export function tnumRsh(a: Tnum, shift: bigint): Tnum {
  return { value: a.value >> shift, mask: a.mask >> shift };
}

/** Arithmetic shift of the low `bits` bits, 32 or 64; of 32 the upper half becomes 0. */
export function tnumArsh(a: Tnum, shift: bigint, bits: 32 | 64): Tnum {
  const cut = (x: bigint): bigint => BigInt.asUintN(bits, BigInt.asIntN(bits, x) >> shift);
  return { value: cut(a.value), mask: cut(a.mask) };
}

export function tnumAdd(a: Tnum, b: Tnum): Tnum {
  const values = a.value + b.value;
  const carries = (a.mask + b.mask + values) ^ values;
  const mask = u64(carries | a.mask | b.mask);
  return { value: u64(values) & ~mask, mask };
}

export function tnumSub(a: Tnum, b: Tnum): Tnum {
  const values = a.value - b.value;
  const borrows = (values + a.mask) ^ (values - b.mask);
  const mask = u64(borrows | a.mask | b.mask);
  return { value: u64(values) & ~mask, mask };
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const value = a.value & b.value;
  return { value, mask: (a.value | a.mask) & (b.value | b.mask) & ~value };
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const value = a.value | b.value;
  return { value, mask: (a.mask | b.mask) & ~value };
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask | b.mask;
  return { value: (a.value ^ b.value) & ~mask, mask };
}

/** True when no known bit of one is the opposite in the other: both may mean the same number. */
export function tnumOverlap(a: Tnum, b: Tnum): boolean {
  return ((a.value ^ b.value) & ~a.mask & ~b.mask) === 0n;
}

/** What both know; the caller is sure that they hold a number in common. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask & b.mask;
  return { value: (a.value | b.value) & ~mask, mask };
}

/** The low `bits` bits, the others 0. */
export function tnumCast(a: Tnum, bits: number): Tnum {
  return { value: BigInt.asUintN(bits, a.value), mask: BigInt.asUintN(bits, a.mask) };
}

/** The upper half of `a` and the lower of `low`. */
export function tnumWithLow(a: Tnum, low: Tnum): Tnum {
  return {
    value: (a.value & ~U32_MAX) | (low.value & U32_MAX),
    mask: (a.mask & ~U32_MAX) | (low.mask & U32_MAX),
  };
}

/** True when every number of it is a multiple of `size`, a power of two. */
export function tnumIsAligned(a: Tnum, size: number): boolean {
  return ((a.value | a.mask) & BigInt(size - 1)) === 0n;
}
