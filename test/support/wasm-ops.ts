// What instructions of WebAssembly compute, by their names: on numbers without bounds, as the specification words it.
// @see WebAssembly core specification, section 4.3.2
import type { PlainOp } from '../../vm/jit/wasm/ops.ts';
import type { FuncType, ValueType } from '../../vm/jit/wasm/types.ts';

type Int = 'i32' | 'i64';
/** Operands of integers are unsigned, so are results; undefined: it traps. */
type IntModel = (a: bigint, b: bigint, bits: number) => bigint | undefined;

/** Takes and gives: a stands for the type that the name begins with. */
interface IntRow {
  readonly type: 'aa -> a' | 'aa -> i32' | 'a -> a' | 'a -> i32';
  readonly run: IntModel;
}

export interface OpModel {
  readonly type: FuncType;
  /** Integers are bigint, without a sign; undefined: it traps. */
  readonly run: (...args: never[]) => bigint | number | undefined;
}

const s = (value: bigint, bits: number): bigint => BigInt.asIntN(bits, value);
const bit = (isSo: boolean): bigint => (isSo ? 1n : 0n);
const arith = (run: IntModel): IntRow => ({ type: 'aa -> a', run });
const compare = (run: (a: bigint, b: bigint, bits: number) => boolean): IntRow => ({
  type: 'aa -> i32',
  run: (a, b, bits) => bit(run(a, b, bits)),
});
const extend = (from: number): IntRow => ({ type: 'a -> a', run: (a) => s(a, from) });
const ones = (text: string): bigint => BigInt(text.replaceAll('0', '').length);
const binary = (a: bigint, bits: number): string => a.toString(2).padStart(bits, '0');

const INTEGER: Readonly<Record<string, IntRow>> = {
  add: arith((a, b) => a + b),
  sub: arith((a, b) => a - b),
  mul: arith((a, b) => a * b),
  div_u: arith((a, b) => (b === 0n ? undefined : a / b)),
  div_s: arith((a, b, bits) => {
    const overflows = s(a, bits) === -(1n << BigInt(bits - 1)) && s(b, bits) === -1n;
    return b === 0n || overflows ? undefined : s(a, bits) / s(b, bits);
  }),
  rem_u: arith((a, b) => (b === 0n ? undefined : a % b)),
  rem_s: arith((a, b, bits) => (b === 0n ? undefined : s(a, bits) % s(b, bits))),
  and: arith((a, b) => a & b),
  or: arith((a, b) => a | b),
  xor: arith((a, b) => a ^ b),
  shl: arith((a, b, bits) => a << (b % BigInt(bits))),
  shr_u: arith((a, b, bits) => a >> (b % BigInt(bits))),
  shr_s: arith((a, b, bits) => s(a, bits) >> (b % BigInt(bits))),
  rotl: arith((a, b, bits) => (a << (b % BigInt(bits))) | (a >> (BigInt(bits) - (b % BigInt(bits))))),
  rotr: arith((a, b, bits) => (a >> (b % BigInt(bits))) | (a << (BigInt(bits) - (b % BigInt(bits))))),
  eq: compare((a, b) => a === b),
  ne: compare((a, b) => a !== b),
  lt_u: compare((a, b) => a < b),
  gt_u: compare((a, b) => a > b),
  le_u: compare((a, b) => a <= b),
  ge_u: compare((a, b) => a >= b),
  lt_s: compare((a, b, bits) => s(a, bits) < s(b, bits)),
  gt_s: compare((a, b, bits) => s(a, bits) > s(b, bits)),
  le_s: compare((a, b, bits) => s(a, bits) <= s(b, bits)),
  ge_s: compare((a, b, bits) => s(a, bits) >= s(b, bits)),
  eqz: { type: 'a -> i32', run: (a) => bit(a === 0n) },
  clz: { type: 'a -> a', run: (a, _, bits) => BigInt(binary(a, bits).replace(/1.*/, '').length) },
  ctz: { type: 'a -> a', run: (a, _, bits) => BigInt(binary(a, bits).replace(/.*1/, '').length) },
  popcnt: { type: 'a -> a', run: (a, _, bits) => ones(binary(a, bits)) },
  extend8_s: extend(8),
  extend16_s: extend(16),
  extend32_s: extend(32),
};

const bytes = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  bytes.setFloat64(0, value);
  return bytes.getBigUint64(0);
}

function floatOf(value: bigint): number {
  bytes.setBigUint64(0, value);
  return bytes.getFloat64(0);
}

/** Whole part of a number; undefined where 64 bits without a sign do not hold it. */
function truncated(value: number): bigint | undefined {
  return value > -1 && value < 2 ** 64 ? BigInt(Math.trunc(value)) : undefined;
}

const floats = (run: (a: number, b: number) => number): OpModel => ({ type: 'f64 f64 -> f64', run });
const floatTest = (run: (a: number, b: number) => boolean): OpModel => ({
  type: 'f64 f64 -> i32',
  run: (a: number, b: number) => bit(run(a, b)),
});

const OTHER: Readonly<Record<string, OpModel>> = {
  unreachable: { type: '-> i32', run: () => undefined },
  nop: { type: 'i64 -> i64', run: (a: bigint) => a },
  return: { type: 'i64 -> i64', run: (a: bigint) => a },
  drop: { type: 'i64 i64 -> i64', run: (a: bigint) => a },
  select: { type: 'i64 i64 i32 -> i64', run: (a: bigint, b: bigint, c: bigint) => (c === 0n ? b : a) },
  f64_eq: floatTest((a, b) => a === b),
  f64_ne: floatTest((a, b) => a !== b),
  f64_lt: floatTest((a, b) => a < b),
  f64_gt: floatTest((a, b) => a > b),
  f64_le: floatTest((a, b) => a <= b),
  f64_ge: floatTest((a, b) => a >= b),
  f64_add: floats((a, b) => a + b),
  f64_sub: floats((a, b) => a - b),
  f64_mul: floats((a, b) => a * b),
  f64_div: floats((a, b) => a / b),
  f64_max: floats(Math.max),
  f64_floor: { type: 'f64 -> f64', run: Math.floor },
  i32_wrap_i64: { type: 'i64 -> i32', run: (a: bigint) => a },
  i64_extend_i32_s: { type: 'i32 -> i64', run: (a: bigint) => s(a, 32) },
  i64_extend_i32_u: { type: 'i32 -> i64', run: (a: bigint) => a },
  i64_trunc_f64_u: { type: 'f64 -> i64', run: truncated },
  f64_convert_i32_s: { type: 'i32 -> f64', run: (a: bigint) => Number(s(a, 32)) },
  f64_convert_i32_u: { type: 'i32 -> f64', run: (a: bigint) => Number(a) },
  f64_convert_i64_s: { type: 'i64 -> f64', run: (a: bigint) => Number(s(a, 64)) },
  f64_convert_i64_u: { type: 'i64 -> f64', run: (a: bigint) => Number(a) },
  i64_reinterpret_f64: { type: 'f64 -> i64', run: bitsOf },
  f64_reinterpret_i64: { type: 'i64 -> f64', run: floatOf },
};

/** What an instruction takes, gives and computes; undefined for a name without a model. */
export function modelOf(op: PlainOp): OpModel | undefined {
  const other = OTHER[op];
  if (other !== undefined) return other;
  const [, type, rest] = /^(i32|i64)_(.*)$/.exec(op) ?? [];
  const row = INTEGER[rest ?? ''];
  if (row === undefined) return undefined;
  const int = type as Int; // the pattern says so
  const bits = bitsIn(int);
  return {
    type: row.type.replaceAll('a', `${int} `) as FuncType, // 'aa -> a'
    run: (a: bigint, b: bigint) => row.run(a, b, bits),
  };
}

/** Bits of an integer type. */
export function bitsIn(type: Int): number {
  return type === 'i32' ? 32 : 64;
}

/** Numbers around which instructions may go wrong. */
export function cornersOf(type: ValueType): readonly (bigint | number)[] {
  if (type === 'f64')
    return [0, -0, 0.5, -0.75, 1, -1, 3.99, 2 ** 31, 2 ** 53, -(2 ** 63), 2 ** 64, 1e300, Infinity, NaN];
  const bits = type === 'i32' ? 32 : 64;
  const powers = [0, 1, 5, 6, 7, 8, 13, 14, 15, 16, 31, 32, 33, 63].filter((power) => power < bits);
  const near = powers.flatMap((power) => [-1n, 0n, 1n].map((by) => (1n << BigInt(power)) + by));
  const all = near.flatMap((value) => [value, -value]).map((value) => BigInt.asUintN(bits, value));
  return [...new Set(all)];
}
