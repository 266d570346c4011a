// What the arithmetic rows do. 64-bit registers are seen twice over the same bytes, unsigned (q) and signed (s), because V8 computes
// on such arrays without making BigInt objects and wraps at 64 bits by itself. `d` and `x` are register numbers.
// @see RFC 9669 section 4.1
import type { AluName } from '../isa/opcodes.ts';

/** d = d op x on 64 bits. */
export type Alu64 = (q: BigUint64Array, s: BigInt64Array, d: number, x: number) => void;
/** The low 32 bits of the result; operands are int32, the result is taken modulo 2^32. */
export type Alu32 = (a: number, b: number) => number;

// oxfmt-ignore
export const ALU64 = {
  add:  (q, _s, d, x) => { q[d] = q[d]! + q[x]!; },
  sub:  (q, _s, d, x) => { q[d] = q[d]! - q[x]!; },
  mul:  (q, _s, d, x) => { q[d] = q[d]! * q[x]!; },
  div:  (q, _s, d, x) => { q[d] = q[x] === 0n ? 0n : q[d]! / q[x]!; },
  sdiv: (_q, s, d, x) => { s[d] = s[x] === 0n ? 0n : s[d]! / s[x]!; },
  or:   (q, _s, d, x) => { q[d] = q[d]! | q[x]!; },
  and:  (q, _s, d, x) => { q[d] = q[d]! & q[x]!; },
  lsh:  (q, _s, d, x) => { q[d] = q[d]! << (q[x]! & 63n); },
  rsh:  (q, _s, d, x) => { q[d] = q[d]! >> (q[x]! & 63n); },
  mod:  (q, _s, d, x) => { if (q[x] !== 0n) q[d] = q[d]! % q[x]!; },
  smod: (_q, s, d, x) => { if (s[x] !== 0n) s[d] = s[d]! % s[x]!; },
  xor:  (q, _s, d, x) => { q[d] = q[d]! ^ q[x]!; },
  mov:  (q, _s, d, x) => { q[d] = q[x]!; },
  arsh: (_q, s, d, x) => { s[d] = s[d]! >> (s[x]! & 63n); },
} as const satisfies Record<AluName, Alu64>;

// oxfmt-ignore
export const ALU32 = {
  add:  (a, b) => a + b,
  sub:  (a, b) => a - b,
  mul:  (a, b) => Math.imul(a, b),
  div:  (a, b) => (b === 0 ? 0 : (a >>> 0) / (b >>> 0)),
  sdiv: (a, b) => (b === 0 ? 0 : a / b),
  or:   (a, b) => a | b,
  and:  (a, b) => a & b,
  lsh:  (a, b) => a << (b & 31),
  rsh:  (a, b) => a >>> (b & 31),
  mod:  (a, b) => (b === 0 ? a : (a >>> 0) % (b >>> 0)),
  smod: (a, b) => (b === 0 ? a : a % b),
  xor:  (a, b) => a ^ b,
  mov:  (_a, b) => b,
  arsh: (a, b) => a >> (b & 31),
} as const satisfies Record<AluName, Alu32>;
