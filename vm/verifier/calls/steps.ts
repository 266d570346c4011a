// Calls and exits.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';

/** `stepCall`, `stepExit`: the path ends here. */
export const PATH_ENDS = -1;

/** Walks a call of a helper or of a subprogram: the pc to go on at, or PATH_ENDS. */
export function stepCall(_env: Env, _insn: Insn): number {
  return notBuilt('stepCall');
}
/** Walks an exit: from a subprogram to its caller, or out of the program. @see process_bpf_exit_full */
export function stepExit(_env: Env, _insn: Insn): number {
  return notBuilt('stepExit');
}
