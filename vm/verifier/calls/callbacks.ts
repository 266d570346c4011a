// Functions of the program that a helper or kfunc calls.
import { helperName } from '../../helpers/table.ts';
import type { Insn } from '../../isa/insn.ts';
import { mismatchOf } from '../ctx/call-args.ts';
import type { Env } from '../env.ts';
import { makeReg } from '../reg.ts';
import type { Frame } from '../state.ts';
import { pushAsyncState, pushState } from '../walk/pending.ts';
import { newFrame } from './frames.ts';

/** Fills the registers of the callback's frame from those of its caller. */
export type SetCallbackRegs = (env: Env, caller: Frame, callee: Frame, insn: Insn) => void;

/**
 * Puts the first insn of callback `subprog` on hold, with the frame that `fill` makes: 'now' for one that is called any number of times before the callee
 * returns, 'later' for one that runs behind the program. @see push_callback_call
 */
export function pushCallback(
  env: Env,
  insn: Insn,
  subprog: number,
  when: 'now' | 'later',
  fill: SetCallbackRegs,
): void {
  mismatchOf(env, subprog); // the log is told; the function is walked with what it is given
  const callee = env.subprogs[subprog]!;
  callee.isCallback = true;
  const caller = env.frame;
  if (when === 'later') {
    callee.isAsyncCallback = true;
    const state = pushAsyncState(env, callee.start, env.pc, subprog, mayCallbackSleep(insn));
    const frame = state.frames[0]!;
    frame.asyncEntries = caller.asyncEntries + 1;
    frame.regs[10] = makeReg('stack');
    fill(env, caller, frame, insn);
    return;
  }
  const state = pushState(env, callee.start, env.pc);
  const frame = newFrame(env, state, subprog);
  fill(env, state.frame, frame, insn);
  state.frame.callbackDepth += 1;
  state.frames.push(frame);
  state.callbackUnrollDepth += 1;
  caller.callbackDepth = 0;
}

/** Timers' functions may not sleep, those of work queues may. @see is_async_cb_sleepable */
function mayCallbackSleep({ op, imm }: Insn): boolean {
  return !(op.kind === 'call' && op.call === 'helper' && helperName(imm) === 'timer_set_callback');
}
