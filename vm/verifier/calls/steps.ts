// Calls and exits.
import { helperName } from '../../helpers/table.ts';
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { stepSubprogCall } from './func-call.ts';
import { returnToCaller } from './func-exit.ts';
import { checkNothingHeld } from './held.ts';
import { stepHelper } from './helper-call.ts';
import { checkReturnCode } from './return-code.ts';

/** `stepCall`, `stepExit`: the path ends here. */
export const PATH_ENDS = -1;

/** Walks a call of a helper or of a subprogram: the pc to go on at, or PATH_ENDS. While a lock is held the only helper is that which gives it back. */
export function stepCall(env: Env, insn: Insn): number {
  const isHelper = insn.op.name === 'call_helper';
  if (isHelper && env.state.locks > 0 && helperName(insn.imm) !== 'spin_unlock') {
    refuse(env, 'call-locked', []);
  }
  return isHelper ? stepHelper(env, insn) : stepSubprogCall(env, insn);
}

/** Walks an exit: from a subprogram to its caller (the log shows all of its state next), or out of the program. @see process_bpf_exit_full */
export function stepExit(env: Env, _insn: Insn): number {
  const isNested = env.frame.frameno > 0;
  checkNothingHeld(env, false, !isNested, 'BPF_EXIT instruction in main prog');
  if (isNested) return returnToCaller(env);
  checkReturnCode(env);
  return PATH_ENDS;
}
