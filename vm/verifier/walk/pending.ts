// Paths on hold.
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { Frame, State } from '../state.ts';
import { countState } from './memory.ts';

/** Most paths on hold. @see kernel/bpf/verifier.c BPF_COMPLEXITY_LIMIT_JMP_SEQ */
const LIMIT_PENDING = 8192;

/** Puts a copy of the running state on hold at `pc`, and gives the copy to be changed. Refuses when too many are. @see push_stack */
export function pushState(env: Env, pc: number, prevPc: number): State {
  const state = env.state.copy();
  hold(env, state, pc, prevPc);
  if (env.pending.length > LIMIT_PENDING) refuseMore(env);
  if (state.parent !== undefined) state.parent.branches += 1;
  return state;
}

/** The same for an async callback: a state with one frame, that of `subprog`. @see push_async_cb */
export function pushAsyncState(
  env: Env,
  pc: number,
  prevPc: number,
  subprog: number,
  isSleepable: boolean,
): State {
  const state = new State();
  state.branches = 1;
  state.isSleepable = isSleepable;
  state.frames = [new Frame(-1, 0, subprog)];
  hold(env, state, pc, prevPc);
  if (env.pending.length > LIMIT_PENDING) refuse(env, 'jump-sequence-async', [], env.pending.length);
  env.touchAll();
  return state;
}

/** The kernel's answer tells jumps from calls of callbacks and loops over iterators. */
function refuseMore(env: Env): never {
  const count = env.pending.length;
  if (env.insns[env.pc]?.op.kind === 'jump') return refuse(env, 'jump-sequence', [], count);
  return refuse(env, 'path-sequence', [], count);
}

function hold(env: Env, state: State, pc: number, prevPc: number): void {
  env.pending.push({ state, pc, prevPc, logLength: env.log.length });
  countState(env, state);
}
