// Calls of kernel functions.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';

/** Walks a call of a kfunc: the pc to go on at. @see check_kfunc_call */
export function stepKfunc(_env: Env, _insn: Insn): number {
  return notBuilt('stepKfunc');
}
