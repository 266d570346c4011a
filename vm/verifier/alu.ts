// Arithmetic insns: mov, alu, neg, byte swaps, casts.
import type { Insn } from '../isa/insn.ts';
import type { Env } from './env.ts';
import { notBuilt } from './not-built.ts';

/** Walks one insn of kinds alu, neg, movsx, swap, cast, wide. @see check_alu_op, check_ld_imm */
export function stepAlu(_env: Env, _insn: Insn): void {
  notBuilt('stepAlu');
}
