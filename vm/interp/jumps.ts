// When the conditional jumps are taken. @see RFC 9669 section 4.3
import type { JmpName } from '../isa/opcodes.ts';

/** On 64 bits; see alu.ts for q, s, d and x. */
export type Jump64 = (q: BigUint64Array, s: BigInt64Array, d: number, x: number) => boolean;
/** On the low 32 bits, operands int32. */
export type Jump32 = (a: number, b: number) => boolean;

// oxfmt-ignore
export const JUMP64 = {
  jeq:  (_q, s, d, x) => s[d] === s[x],
  jgt:  (q, _s, d, x) => q[d]! > q[x]!,
  jge:  (q, _s, d, x) => q[d]! >= q[x]!,
  jset: (q, _s, d, x) => (q[d]! & q[x]!) !== 0n,
  jne:  (_q, s, d, x) => s[d] !== s[x],
  jsgt: (_q, s, d, x) => s[d]! > s[x]!,
  jsge: (_q, s, d, x) => s[d]! >= s[x]!,
  jlt:  (q, _s, d, x) => q[d]! < q[x]!,
  jle:  (q, _s, d, x) => q[d]! <= q[x]!,
  jslt: (_q, s, d, x) => s[d]! < s[x]!,
  jsle: (_q, s, d, x) => s[d]! <= s[x]!,
} as const satisfies Record<JmpName, Jump64>;

// oxfmt-ignore
export const JUMP32 = {
  jeq:  (a, b) => a === b,
  jgt:  (a, b) => a >>> 0 > b >>> 0,
  jge:  (a, b) => a >>> 0 >= b >>> 0,
  jset: (a, b) => (a & b) !== 0,
  jne:  (a, b) => a !== b,
  jsgt: (a, b) => a > b,
  jsge: (a, b) => a >= b,
  jlt:  (a, b) => a >>> 0 < b >>> 0,
  jle:  (a, b) => a >>> 0 <= b >>> 0,
  jslt: (a, b) => a < b,
  jsle: (a, b) => a <= b,
} as const satisfies Record<JmpName, Jump32>;
