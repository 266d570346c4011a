// may_goto: a jump that is taken some time, whatever the program knows.
import type { Env } from '../env.ts';
import type { Insn } from '../../isa/insn.ts';
import { pushState } from './pending.ts';
import { previousEntry, widenImprecise } from './widen.ts';

/** Goes on where it jumps; where it does not is put on hold, one round deeper. @see check_cond_jmp_op BPF_MAY_GOTO */
export function stepMayGoto(env: Env, { off }: Insn): number {
  const { pc } = env;
  const before = previousEntry(env, pc, env.state.parent);
  const state = pushState(env, pc + 1, pc);
  state.mayGotoDepth += 1;
  if (before !== undefined) widenImprecise(before, state);
  return pc + 1 + off;
}
