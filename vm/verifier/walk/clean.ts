// Kept states lose what nothing reads from there on, once all paths from them are done: so that more states are equal to them.
import type { Env } from '../env.ts';
import { isSlotLive } from '../flow/live-stack.ts';
import { NOT_INIT } from '../reg.ts';
import { EMPTY_SLOT, type State } from '../state.ts';
import { haveSameCallsites } from './equal-states.ts';
import type { Kept } from './explored.ts';
import { framePc, isUnsettled } from './scc.ts';

/** Cleans what stands before `pc` in the same chain of calls. @see clean_live_states */
export function cleanKept(env: Env, bucket: readonly Kept[], pc: number): void {
  for (const kept of bucket) {
    const { state } = kept;
    if (state.branches !== 0 || state.isCleaned || state.pc !== pc) continue;
    if (!haveSameCallsites(state, env.state) || isUnsettled(kept)) continue;
    cleanState(env, state);
  }
}

/** @see clean_verifier_state */
function cleanState(env: Env, state: State): void {
  state.isCleaned = true;
  for (const [i, { regs, stack }] of state.frames.entries()) {
    const { liveRegs } = env.facts[framePc(state, i)]!;
    for (let n = 0; n < 10; n++) {
      if ((liveRegs & (1 << n)) === 0) regs[n] = NOT_INIT;
    }
    for (let slot = 0; slot < stack.length; slot++) {
      if (stack[slot]!.kinds !== 0 && !isSlotLive(env, state, i, slot)) stack[slot] = EMPTY_SLOT;
    }
  }
}
