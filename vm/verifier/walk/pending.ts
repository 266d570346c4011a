// Paths on hold.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { State } from '../state.ts';

/** Puts a copy of the running state on hold at `pc`, and gives the copy to be changed. Refuses when too many are. @see push_stack */
export function pushState(_env: Env, _pc: number, _prevPc: number): State {
  return notBuilt('pushState');
}
/** The same for an async callback: a state with one frame, that of `subprog`. @see push_async_cb */
export function pushAsyncState(
  _env: Env,
  _pc: number,
  _prevPc: number,
  _subprog: number,
  _isSleepable: boolean,
): State {
  return notBuilt('pushAsyncState');
}
