// Conditional jumps.
import type { Insn } from '../isa/insn.ts';
import type { Env } from './env.ts';
import { notBuilt } from './not-built.ts';
import type { State } from './state.ts';

/** Walks a conditional jump (kind jump): the pc to go on at; the other side, where both are possible, is put on hold. @see check_cond_jmp_op */
export function stepJump(_env: Env, _insn: Insn): number {
  return notBuilt('stepJump');
}
/** All registers and slots of the state whose pointer came with `id` are null, or are not. @see mark_ptr_or_null_regs */
export function settleNull(_env: Env, _state: State, _id: number, _isNull: boolean): void {
  notBuilt('settleNull');
}
