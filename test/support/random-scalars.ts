// Random sets of numbers as the verifier knows them, with numbers that are in them.
import { narrow } from '../../vm/verifier/scalar-narrow.ts';
import { UNKNOWN, type Scalar } from '../../vm/verifier/scalar.ts';
import type { Random } from './seed.ts';

export interface NumberSet {
  readonly scalar: Scalar;
  /** Some that are in it, u64. */
  readonly members: readonly bigint[];
}

const EDGES = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 32n,
  1n << 63n,
  (1n << 64n) - 1n,
];
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const u32 = (x: bigint): number => Number(BigInt.asUintN(32, x));
const s32 = (x: bigint): number => Number(BigInt.asIntN(32, x));

const clip = (x: bigint, min: bigint, max: bigint): bigint => (x < min ? min : x > max ? max : x);

/** Any 64 bits, more of those at which arithmetic goes wrong. */
export function anyNumber(random: Random): bigint {
  const near = BigInt(random.below(9)) - 4n;
  if (random.below(2) === 0) return u64(random.pick(EDGES) + near);
  const value = random.u64() >> BigInt(random.below(64));
  return random.below(3) === 0 ? u64(-value) : value;
}

/** A set around a few numbers, which are its members: each view leaves room, or none, at random. */
export function anySet(random: Random): NumberSet {
  const first = anyNumber(random);
  const members = [first];
  const spread = 1n << BigInt(random.below(64));
  for (let i = random.below(4); i > 0; i -= 1) {
    members.push(random.below(3) === 0 ? anyNumber(random) : u64(first + (random.u64() % spread)));
  }
  const learned: { -readonly [Field in keyof Scalar]?: Scalar[Field] } = {};
  const room = (): bigint => (random.below(2) === 0 ? 0n : random.u64() >> BigInt(random.below(64)));
  const least = (of: (x: bigint) => bigint): bigint => members.map(of).reduce((a, b) => (a < b ? a : b));
  const most = (of: (x: bigint) => bigint): bigint => members.map(of).reduce((a, b) => (a > b ? a : b));
  if (random.below(2) === 0) learned.umin = clip(least(u64) - room(), 0n, (1n << 64n) - 1n);
  if (random.below(2) === 0) learned.umax = clip(most(u64) + room(), 0n, (1n << 64n) - 1n);
  if (random.below(2) === 0) learned.smin = clip(least(s64) - room(), -(1n << 63n), (1n << 63n) - 1n);
  if (random.below(2) === 0) learned.smax = clip(most(s64) + room(), -(1n << 63n), (1n << 63n) - 1n);
  if (random.below(3) === 0) learned.u32min = Math.min(...members.map(u32));
  if (random.below(3) === 0) learned.u32max = Math.max(...members.map(u32));
  if (random.below(3) === 0) learned.s32min = Math.min(...members.map(s32));
  if (random.below(3) === 0) learned.s32max = Math.max(...members.map(s32));
  if (random.below(2) === 0) {
    const differ = members.reduce((mask, x) => mask | (x ^ first), 0n);
    const mask = differ | (random.below(2) === 0 ? 0n : random.u64() & random.u64());
    learned.bits = { value: first & ~mask, mask };
  }
  return { scalar: narrow(UNKNOWN, learned), members };
}

/** The views that do not admit a number (u64): empty when it is in the set. */
export function viewsAgainst(scalar: Scalar, number: bigint): string[] {
  const against: string[] = [];
  if ((number & ~scalar.bits.mask & ((1n << 64n) - 1n)) !== scalar.bits.value) against.push('bits');
  if (number < scalar.umin || number > scalar.umax) against.push('u64');
  if (s64(number) < scalar.smin || s64(number) > scalar.smax) against.push('s64');
  if (u32(number) < scalar.u32min || u32(number) > scalar.u32max) against.push('u32');
  if (s32(number) < scalar.s32min || s32(number) > scalar.s32max) against.push('s32');
  return against;
}
