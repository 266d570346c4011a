// Arithmetic insns: mov, alu, neg, byte swaps, casts, wide.
//
//   moves     dst takes what src holds                           alu/moves.ts
//   wide      constants, maps, functions                         alu/wide.ts
//   math      number op number -> number                         alu/numbers.ts
//             pointer +- number -> pointer                       alu/pointers.ts
//             pointer - pointer -> a number, nothing known
import type { Insn } from '../isa/insn.ts';
import type { AluName, SourceName } from '../isa/opcodes.ts';
import type { Width } from '../isa/ops.ts';
import { moveExtended, moveImm, moveReg } from './alu/moves.ts';
import { constReg } from './alu/number-reg.ts';
import { numberMath, stepNeg, stepSwap } from './alu/numbers.ts';
import { kernelSign, movePointer } from './alu/pointers.ts';
import { stepWide } from './alu/wide.ts';
import type { Env } from './env.ts';
import { noteEscape } from './memory/frame-facts.ts';
import { markPrecise } from './precision.ts';
import { UNKNOWN_REG, withReg, type Reg } from './reg.ts';
import { refuse } from './refusal.ts';
import { checkWritable, readReg } from './regs.ts';
import { check } from './scalar-bounds.ts';
import { ZERO } from './scalar.ts';

/** Walks one insn of kinds alu, neg, movsx, swap, cast, wide. @see check_alu_op, check_ld_imm */
export function stepAlu(env: Env, insn: Insn): void {
  const { op } = insn;
  const dst = env.reg(insn.dst);
  const src = env.reg(insn.src);
  let read = dst;
  switch (op.kind) {
    case 'alu':
      if (op.alu !== 'mov') stepMath(env, insn, op.alu, op.width, op.source);
      else if (op.source === 'imm') return moveImm(env, insn, op.width);
      else {
        moveReg(env, insn, op.width);
        read = src;
      }
      break;
    case 'movsx':
      moveExtended(env, insn, op.movsx, op.width);
      read = src;
      break;
    case 'neg':
      stepNeg(env, insn, op.width);
      break;
    case 'swap':
      stepSwap(env, insn, op.swap, op.bits);
      break;
    case 'wide':
      return stepWide(env, insn, op.wide); // known to be right, as constants are
    case 'cast':
      return refuse(env, 'no-arena', []);
    default:
      throw new Error(`${op.name} is not arithmetic`);
  }
  if (read.type === 'stack' && env.reg(insn.dst).type === 'scalar') noteEscape(env, read);
  checkResult(env, insn.dst);
}

/** Forgets the ranges of a result that contradict each other, as those of dead paths may; the log says so. @see reg_bounds_sanity_check */
function checkResult(env: Env, n: number): void {
  const reg = env.reg(n);
  const { scalar } = reg;
  if (scalar === ZERO) return; // what most pointers have
  const found: string[] | undefined = env.log.level > 0 ? [] : undefined;
  const checked = check(scalar, 'alu', found);
  if (checked === scalar) return;
  for (const line of found ?? []) env.log.line(line);
  env.setReg(n, withReg(reg, { scalar: checked }));
}

function stepMath(env: Env, insn: Insn, op: AluName, width: Width, source: SourceName): void {
  if (source === 'reg') readReg(env, insn.src);
  readReg(env, insn.dst);
  if (source === 'imm') checkConstant(env, insn, op, width);
  checkWritable(env, insn.dst);
  const result = source === 'imm' ? withConstant(env, insn, op, width) : withRegister(env, insn, op, width);
  env.setReg(insn.dst, result);
}

/** Refuses constants that an operation does not take. */
function checkConstant(env: Env, { imm }: Insn, op: AluName, width: Width): void {
  switch (op) {
    case 'div':
    case 'sdiv':
    case 'mod':
    case 'smod':
      if (imm === 0) refuse(env, 'div-zero', []);
      return;
    case 'lsh':
    case 'rsh':
    case 'arsh':
      if (imm < 0 || imm >= width) refuse(env, 'shift', [], imm, width);
      return;
    default:
  }
}

function withConstant(env: Env, insn: Insn, op: AluName, width: Width): Reg {
  const dst = env.reg(insn.dst);
  const number = constReg(insn.imm);
  if (dst.type === 'scalar') return numberMath(env, insn, op, width, dst, number, false);
  return movePointer(env, {
    op,
    width,
    dst: insn.dst,
    pointer: dst,
    number,
    numberAt: -1,
    isReversed: false,
  });
}

function withRegister(env: Env, insn: Insn, op: AluName, width: Width): Reg {
  const isDstNumber = env.reg(insn.dst).type === 'scalar';
  const isSrcNumber = env.reg(insn.src).type === 'scalar';
  if (isDstNumber && isSrcNumber) {
    if (env.reg(insn.dst).precise) markPrecise(env, insn.src);
    const isSame = insn.dst === insn.src;
    return numberMath(env, insn, op, width, env.reg(insn.dst), env.reg(insn.src), isSame);
  }
  if (!isDstNumber && !isSrcNumber) {
    if (op === 'sub') {
      noteEscape(env, env.reg(insn.src));
      return UNKNOWN_REG;
    }
    refuse(env, 'pointer-and-pointer', [{ reg: insn.dst }, { reg: insn.src }], insn.dst, kernelSign(op));
  }
  const numberAt = isSrcNumber ? insn.src : insn.dst;
  markPrecise(env, numberAt);
  const pointer = env.reg(isSrcNumber ? insn.dst : insn.src);
  const number = env.reg(numberAt);
  const math = { op, width, dst: insn.dst, pointer, number, numberAt, isReversed: isDstNumber };
  const result = movePointer(env, math);
  if (result.type === 'scalar') noteEscape(env, pointer);
  return result;
}
