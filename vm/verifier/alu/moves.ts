// Moves: a register takes a constant, or what another holds.
import { MOVSX, type MovsxName } from '../../isa/opcodes.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Width } from '../../isa/ops.ts';
import type { Env } from '../env.ts';
import { scalarReg, UNKNOWN_REG, type Reg } from '../reg.ts';
import { checkWritable, readReg } from '../regs.ts';
import { aluScalar, signExtend } from '../scalar-alu.ts';
import { isConst, UNKNOWN } from '../scalar.ts';
import { constReg, numberReg, unlinked } from './number-reg.ts';

const U32_MAX = 0xffff_ffffn;
/** The low half of a pointer. */
const UNKNOWN_LOW_REG: Reg = scalarReg(aluScalar('mov', 32, UNKNOWN, UNKNOWN));

/** `dst = imm`. */
export function moveImm(env: Env, insn: Insn, width: Width): void {
  checkWritable(env, insn.dst);
  env.setReg(insn.dst, constReg(width === 64 ? insn.imm : insn.imm >>> 0));
}

/** `dst = src`: both are equal from now on. Of 32 bits only when src has no others. */
export function moveReg(env: Env, insn: Insn, width: Width): void {
  const src = readReg(env, insn.src);
  checkWritable(env, insn.dst);
  if (width === 64) {
    env.setReg(insn.dst, shared(env, insn.src, src));
  } else if (src.type === 'scalar') {
    const copy = src.scalar.umax <= U32_MAX ? shared(env, insn.src, src) : unlinked(src);
    env.setReg(insn.dst, withNumber(copy, aluScalar('mov', 32, copy.scalar, copy.scalar)));
  } else {
    env.setReg(insn.dst, UNKNOWN_LOW_REG);
  }
}

/** `dst = (s8)src` and the like: both are equal when there is no sign to extend. */
export function moveExtended(env: Env, insn: Insn, movsx: MovsxName, width: Width): void {
  const src = readReg(env, insn.src);
  checkWritable(env, insn.dst);
  if (src.type !== 'scalar') {
    env.setReg(insn.dst, width === 64 ? UNKNOWN_REG : UNKNOWN_LOW_REG);
    return;
  }
  const bits = MOVSX[movsx].off;
  const copy = src.scalar.umax < 1n << BigInt(bits - 1) ? shared(env, insn.src, src) : unlinked(src);
  env.setReg(insn.dst, withNumber(copy, signExtend(copy.scalar, bits, width)));
}

/**
 * What register `n` holds, ready to be copied: a number that is not known gets an id, by which later comparisons of one tell of the other. A
 * number that is some way from others gives up that link. @see assign_scalar_id_before_mov
 */
export function shared(env: Env, n: number, reg: Reg): Reg {
  if (reg.type !== 'scalar') return reg;
  const id = reg.linked === 'equal' ? reg.id : 0;
  const wanted = id === 0 && !isConst(reg.scalar) ? env.nextId() : id;
  if (wanted === reg.id && reg.linked === 'equal') return reg;
  const ready = numberReg(reg.scalar, reg.precise, wanted);
  env.setReg(n, ready);
  return ready;
}

function withNumber(reg: Reg, scalar: Reg['scalar']): Reg {
  return scalar === reg.scalar ? reg : numberReg(scalar, reg.precise, reg.id, reg.linked, reg.off);
}
