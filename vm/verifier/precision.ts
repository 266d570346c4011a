// Which numbers matter: walks back over a path's history, and marks precise what the value at hand was made from.
import type { Env } from './env.ts';
import { notBuilt } from './not-built.ts';
import type { LinkedPlace, State } from './state.ts';

/** Register `n` of the running frame must be known exactly from here on. @see mark_chain_precision */
export function markPrecise(_env: Env, _n: number): void {
  notBuilt('markPrecise');
}
/** The number spilled in slot `slot` of frame `frameno` must be known exactly from here on. @see get_constant_map_key */
export function markSlotPrecise(_env: Env, _frameno: number, _slot: number): void {
  notBuilt('markSlotPrecise');
}
/** The running path reached a kept state that equals it: what is precise there is precise here. True when something changed. @see propagate_precision */
export function propagatePrecision(_env: Env, _old: State, _cur: State): boolean {
  return notBuilt('propagatePrecision');
}
/** Appends the insn at `env.pc` to the path's history, or completes its entry. @see push_jmp_history */
export function pushStep(
  _env: Env,
  _stack?: { readonly frame: number; readonly slot: number },
  _linked?: readonly LinkedPlace[],
): void {
  notBuilt('pushStep');
}
