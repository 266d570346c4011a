// Which stack slots may still be read: static, for each insn and chain of calls.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { State } from '../state.ts';

/** True when slot `slot` of frame `frameno` may be read before it is written, on some way from where `state` stands (`state.pc`). @see bpf_live_stack_query_init, bpf_stack_slot_alive */
export function isSlotLive(_env: Env, _state: State, _frameno: number, _slot: number): boolean {
  return notBuilt('isSlotLive');
}
