// Functions of the program that a helper or kfunc calls.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Frame } from '../state.ts';

/** Fills the registers of the callback's frame from those of its caller. */
export type SetCallbackRegs = (env: Env, caller: Frame, callee: Frame, insn: Insn) => void;

/**
 * Puts the first insn of callback `subprog` on hold, with the frame that `fill` makes: 'now' for one that is called any number of times before the callee
 * returns, 'later' for one that runs behind the program. @see push_callback_call
 */
export function pushCallback(
  _env: Env,
  _insn: Insn,
  _subprog: number,
  _when: 'now' | 'later',
  _fill: SetCallbackRegs,
): void {
  notBuilt('pushCallback');
}
