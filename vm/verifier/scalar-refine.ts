// What is known behind a jump of the numbers that it compared.
import type { JmpName } from '../isa/opcodes.ts';
import type { Width } from '../isa/ops.ts';
import { check, Draft, s64, settleChecked, u64 } from './scalar-bounds.ts';
import { constIn, isConstIn } from './scalar-compare.ts';
import { settle } from './scalar-settle.ts';
import type { Scalar } from './scalar.ts';
import { tnumAnd, tnumCast, tnumConst, tnumIntersect, tnumOr, tnumWithLow } from './tnum.ts';

/** The comparison that holds when `op` does not; `none` of the bits that jset tests are set. */
const OPPOSITE = {
  jeq: 'jne',
  jne: 'jeq',
  jset: 'none',
  jgt: 'jle',
  jge: 'jlt',
  jlt: 'jge',
  jle: 'jgt',
  jsgt: 'jsle',
  jsge: 'jslt',
  jslt: 'jsge',
  jsle: 'jsgt',
} as const satisfies Record<JmpName, JmpName | 'none'>;

/**
 * What is known of both when the jump was taken, or not. Never empty: branchTaken has been asked, or the path is impossible and any answer sound:
 * `found` is given the lines that the kernel prints of that.
 * @see reg_set_min_max, regs_refine_cond_op
 */
export function refine(
  op: JmpName,
  width: Width,
  isTaken: boolean,
  a: Scalar,
  b: Scalar,
  found?: string[],
): readonly [Scalar, Scalar] {
  const first = new Draft(a);
  const second = new Draft(b);
  learn(isTaken ? op : OPPOSITE[op], width, first, second);
  return [
    settleChecked(first, isTaken ? 'true_reg1' : 'false_reg1', found),
    settleChecked(second, isTaken ? 'true_reg2' : 'false_reg2', found),
  ];
}

/**
 * As `refine` when both sides are one and the same register. The kernel decides no such jump by itself; what it learns from it, it learns of both
 * sides at once.
 */
export function refineSame(op: JmpName, width: Width, isTaken: boolean, a: Scalar, found?: string[]): Scalar {
  const draft = new Draft(a);
  learn(isTaken ? op : OPPOSITE[op], width, draft, draft);
  const once = settle(settle(draft));
  const checked = check(once, isTaken ? 'true_reg1' : 'false_reg1', found);
  return check(checked, isTaken ? 'true_reg2' : 'false_reg2', found);
}

function learn(op: JmpName | 'none', width: Width, a: Draft, b: Draft): void {
  switch (op) {
    case 'jeq':
      return width === 64 ? equal64(a, b) : equal32(a, b);
    case 'jne':
    case 'jset':
    case 'none': {
      const [tested, constant] = isConstIn(width, b) ? [a, b] : [b, a];
      if (!isConstIn(width, constant)) return;
      const value = constIn(width, constant);
      if (op === 'jset') return someBit(width, tested, value);
      if (op === 'none') return noBit(width, tested, value);
      return width === 64 ? unequal64(tested, value) : unequal32(tested, Number(value));
    }
    case 'jle':
      return width === 64 ? less64(a, b, 0n) : less32(a, b, 0);
    case 'jlt':
      return width === 64 ? less64(a, b, 1n) : less32(a, b, 1);
    case 'jge':
      return width === 64 ? less64(b, a, 0n) : less32(b, a, 0);
    case 'jgt':
      return width === 64 ? less64(b, a, 1n) : less32(b, a, 1);
    case 'jsle':
      return width === 64 ? signedLess64(a, b, 0n) : signedLess32(a, b, 0);
    case 'jslt':
      return width === 64 ? signedLess64(a, b, 1n) : signedLess32(a, b, 1);
    case 'jsge':
      return width === 64 ? signedLess64(b, a, 0n) : signedLess32(b, a, 0);
    case 'jsgt':
      return width === 64 ? signedLess64(b, a, 1n) : signedLess32(b, a, 1);
  }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function equal64(a: Draft, b: Draft): void {
  a.umin = b.umin = larger(a.umin, b.umin);
  a.umax = b.umax = smaller(a.umax, b.umax);
  a.smin = b.smin = larger(a.smin, b.smin);
  a.smax = b.smax = smaller(a.smax, b.smax);
  a.bits = b.bits = tnumIntersect(a.bits, b.bits);
}

function equal32(a: Draft, b: Draft): void {
  a.u32min = b.u32min = Math.max(a.u32min, b.u32min);
  a.u32max = b.u32max = Math.min(a.u32max, b.u32max);
  a.s32min = b.s32min = Math.max(a.s32min, b.s32min);
  a.s32max = b.s32max = Math.min(a.s32max, b.s32max);
  const low = tnumIntersect(tnumCast(a.bits, 32), tnumCast(b.bits, 32));
  a.bits = tnumWithLow(a.bits, low);
  b.bits = tnumWithLow(b.bits, low);
}

/** Only a number at an end of a range says something. */
function unequal64(a: Draft, value: bigint): void {
  if (a.umin === value) a.umin = u64(a.umin + 1n);
  if (a.umax === value) a.umax = u64(a.umax - 1n);
  if (u64(a.smin) === value) a.smin = s64(a.smin + 1n);
  if (u64(a.smax) === value) a.smax = s64(a.smax - 1n);
}

function unequal32(a: Draft, value: number): void {
  if (a.u32min === value) a.u32min = (a.u32min + 1) >>> 0;
  if (a.u32max === value) a.u32max = (a.u32max - 1) >>> 0;
  if (a.s32min === (value | 0)) a.s32min = (a.s32min + 1) | 0;
  if (a.s32max === (value | 0)) a.s32max = (a.s32max - 1) | 0;
}

/** Which bit it is, is known only where just one is tested. */
function someBit(width: Width, a: Draft, value: bigint): void {
  if (value === 0n || (value & (value - 1n)) !== 0n) return;
  const bits = tnumOr(a.bits, tnumConst(value));
  a.bits = width === 64 ? bits : tnumWithLow(a.bits, bits);
}

function noBit(width: Width, a: Draft, value: bigint): void {
  a.forgetRanges();
  const bits = tnumAnd(a.bits, tnumConst(~value));
  a.bits = width === 64 ? bits : tnumWithLow(a.bits, bits);
}

/** a + gap <= b */
function less64(a: Draft, b: Draft, gap: bigint): void {
  a.umax = smaller(a.umax, u64(b.umax - gap));
  b.umin = larger(u64(a.umin + gap), b.umin);
}
function less32(a: Draft, b: Draft, gap: number): void {
  a.u32max = Math.min(a.u32max, (b.u32max - gap) >>> 0);
  b.u32min = Math.max((a.u32min + gap) >>> 0, b.u32min);
}
function signedLess64(a: Draft, b: Draft, gap: bigint): void {
  a.smax = smaller(a.smax, s64(b.smax - gap));
  b.smin = larger(s64(a.smin + gap), b.smin);
}
function signedLess32(a: Draft, b: Draft, gap: number): void {
  a.s32max = Math.min(a.s32max, (b.s32max - gap) | 0);
  b.s32min = Math.max((a.s32min + gap) | 0, b.s32min);
}
