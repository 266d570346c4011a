// Ways out of functions: back to the caller, or to the helper that called.
import type { Env } from '../env.ts';
import { updateLiveStack } from '../flow/live-stack.ts';
import { markPrecise } from '../precision.ts';
import { refuse } from '../refusal.ts';
import { showFrame } from '../shown.ts';
import { previousEntry, widenImprecise } from '../walk/widen.ts';
import { invalidScalarText, isWithin } from './result-range.ts';

/** Leaves the running function, r0 being its result: the pc to go on at, which is the call itself where a helper made it. @see prepare_func_exit */
export function returnToCaller(env: Env): number {
  updateLiveStack(env);
  const { state } = env;
  const callee = state.frame;
  const caller = state.frames[state.frames.length - 2]!; // exits of the first frame end the program
  const r0 = env.reg(0);
  if (r0.type === 'stack') refuse(env, 'return-stack', [{ reg: 0 }]);
  if (callee.isCallback) {
    if (r0.type !== 'scalar') refuse(env, 'callback-pointer', [{ reg: 0 }]);
    markPrecise(env, 0);
    const { scalar } = env.reg(0);
    if (!isWithin(callee.callbackRange, scalar, 64)) {
      refuse(env, 'callback-result', [{ reg: 0 }], invalidScalarText(scalar), ...callee.callbackRange);
    }
  } else caller.regs[0] = r0;
  const next = callee.isCallback ? callee.callsite : callee.callsite + 1;
  if (env.log.level > 0) {
    env.log.line('returning from callee:');
    env.log.add({ kind: 'state', words: '', state: showFrame(state, callee) });
    env.log.line(`to caller at ${next}:`);
    env.log.add({ kind: 'state', words: '', state: showFrame(state, caller) });
  }
  state.frames.pop();
  if (!callee.isCallback) return next;
  const before = previousEntry(env, next, state);
  if (before !== undefined) widenImprecise(before, state);
  return next;
}
