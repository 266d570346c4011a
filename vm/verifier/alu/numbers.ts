// Arithmetic on numbers: what is known of the result, and how it relates to other registers.
import type { Insn } from '../../isa/insn.ts';
import type { AluName, SwapName } from '../../isa/opcodes.ts';
import type { SwapBits, Width } from '../../isa/ops.ts';
import type { Env } from '../env.ts';
import { UNKNOWN_REG, type Linked, type Reg } from '../reg.ts';
import { checkWritable, readReg } from '../regs.ts';
import { aluScalar, negScalar, swapScalar } from '../scalar-alu.ts';
import { constScalar, isConst, ZERO, type Scalar } from '../scalar.ts';
import { tnumConst, tnumWithLow } from '../tnum.ts';
import { pushState } from '../walk/pending.ts';
import { numberReg } from './number-reg.ts';

const LOW = 0xffff_ffffn;
const MINUS_ONE = constScalar(-1n);

/** `dst op= src` of two numbers; `isSame` when both are one register. @see adjust_scalar_min_max_vals, adjust_reg_min_max_vals */
export function numberMath(
  env: Env,
  insn: Insn,
  op: AluName,
  width: Width,
  dst: Reg,
  src: Reg,
  isSame: boolean,
): Reg {
  if (!isTracked(op, width, src.scalar)) return UNKNOWN_REG;
  const before = op === 'and' || op === 'or' ? forked(env, insn, dst, src.scalar) : dst.scalar;
  const result = aluScalar(op, width, before, src.scalar);
  const off = op === 'add' || op === 'sub' ? distance(op, width, dst, src.scalar, isSame) : undefined;
  if (off === undefined) return numberReg(result, dst.precise);
  const linked: Linked = width === 64 ? 'add64' : 'add32';
  return numberReg(result, dst.precise, dst.id, linked, off);
}

/** False when nothing is known of the result, not even that it matters. @see is_safe_to_compute_dst_reg_range */
function isTracked(op: AluName, width: Width, src: Scalar): boolean {
  switch (op) {
    case 'div':
    case 'sdiv':
    case 'mod':
    case 'smod':
      return false;
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return isConstIn(width, src) && src.umax < BigInt(width);
    default:
      return true;
  }
}

/** How far the result lies from the registers that `dst` is equal to; undefined when that is not one known distance. */
function distance(
  op: 'add' | 'sub',
  width: Width,
  dst: Reg,
  src: Scalar,
  isSame: boolean,
): number | undefined {
  if (dst.id === 0 || dst.linked !== 'equal' || isSame || !isConstIn(width, src)) return undefined;
  if (width === 32 && dst.scalar.umax > LOW) return undefined;
  const value = BigInt.asIntN(64, src.bits.value);
  const off = Number(BigInt.asIntN(32, value));
  if (width === 64 && BigInt(off) !== value) return undefined;
  if (op === 'add') return off;
  return off === -0x8000_0000 ? undefined : 0 - off;
}

function isConstIn(width: Width, scalar: Scalar): boolean {
  return width === 64 ? isConst(scalar) : (scalar.bits.mask & LOW) === 0n;
}

/**
 * A number that is 0 or -1 is walked on as -1, and later, from this insn on, as 0: compilers make masks so. @see maybe_fork_scalars
 */
function forked(env: Env, insn: Insn, { scalar, precise, id, linked, off }: Reg, mask: Scalar): Scalar {
  if (!isConst(mask)) return scalar;
  const isWhole = scalar.smin === -1n && scalar.smax === 0n;
  if (!isWhole && (scalar.s32min !== -1 || scalar.s32max !== 0)) return scalar;
  const other = pushState(env, env.pc, env.pc);
  other.frame.regs[insn.dst] = isWhole
    ? numberReg(ZERO, precise)
    : numberReg(withLow(scalar, 0n), precise, id, linked, off);
  return isWhole ? MINUS_ONE : withLow(scalar, -1n);
}

/** The number with this low half; nothing is deduced from it. */
function withLow(scalar: Scalar, low: bigint): Scalar {
  const bits = tnumWithLow(scalar.bits, tnumConst(low));
  if (bits.mask === 0n) return constScalar(bits.value);
  const s32 = Number(low);
  return { ...scalar, bits, s32min: s32, s32max: s32, u32min: s32 >>> 0, u32max: s32 >>> 0 };
}

/** Kind neg: `dst = -dst`. */
export function stepNeg(env: Env, insn: Insn, width: Width): void {
  const dst = readReg(env, insn.dst);
  checkWritable(env, insn.dst);
  const isNumber = dst.type === 'scalar';
  env.setReg(insn.dst, isNumber ? numberReg(negScalar(width, dst.scalar), dst.precise) : UNKNOWN_REG);
}

/** Kind swap. le64 changes nothing, and keeps the links. */
export function stepSwap(env: Env, insn: Insn, swap: SwapName, bits: SwapBits): void {
  const dst = readReg(env, insn.dst);
  checkWritable(env, insn.dst);
  if (dst.type !== 'scalar') env.setReg(insn.dst, UNKNOWN_REG);
  else if (swap !== 'le' || bits !== 64)
    env.setReg(insn.dst, numberReg(swapScalar(swap, bits, dst.scalar), dst.precise));
}
