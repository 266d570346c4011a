// The graph of a program: functions, edges, loops, live registers.
import type { Env } from '../env.ts';
import type { VerifyInput, VerifyOptions } from '../input.ts';
import { notBuilt } from '../not-built.ts';

/** Looks at the insns as a graph, and gives an Env with functions and facts, ready to be walked. Refuses what has a bad shape. @see add_subprog_and_kfunc, check_subprogs, check_cfg, compute_postorder, compute_scc, compute_live_registers */
export function buildEnv(_input: VerifyInput, _options: VerifyOptions): Env {
  return notBuilt('buildEnv');
}
/** Refuses a stack that gets too deep over calls, once every function's depth is known. @see check_max_stack_depth */
export function checkStackDepth(_env: Env): void {
  notBuilt('checkStackDepth');
}
/** Number of the call frames, subprogs, and so on that the final statistics show: 'stack depth 8+0'. */
export function stackDepths(_env: Env): readonly number[] {
  return notBuilt('stackDepths');
}
