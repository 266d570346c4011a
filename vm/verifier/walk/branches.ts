// The end of a path: states that it came through have one path less to wait for.
import type { Env } from '../env.ts';
import { exitScc, isUnsettled } from './scc.ts';
import type { Kept } from './explored.ts';

/** Counts the running path as done. @see update_branch_counts */
export function endPath(env: Env): void {
  env.state.branches -= 1;
  if (env.state.branches !== 0) return;
  let { parent } = env.state;
  let done: Kept | undefined;
  while (parent !== undefined) {
    const kept = env.explored.of(parent);
    if (done !== undefined) forgetEvicted(env, done);
    parent.branches -= 1;
    if (parent.branches !== 0) return;
    exitScc(env, kept);
    done = kept;
    ({ parent } = parent);
  }
  if (done !== undefined) forgetEvicted(env, done);
}

/** Lets go of a state that was evicted, once nothing leads through it. @see maybe_free_verifier_state */
export function forgetEvicted(env: Env, kept: Kept): void {
  if (kept.isEvicted && kept.state.branches === 0 && !isUnsettled(kept)) env.explored.forget(kept);
}
