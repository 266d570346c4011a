// Whether a state needs no walking because one that was walked, or is being walked, admits all that it admits.
import type { Env } from '../env.ts';
import type { Frame, State } from '../state.ts';
import { isRegSafe, isSame, type Likeness } from './equal-regs.ts';
import { isStackSafe } from './equal-stack.ts';
import type { IdMap } from './id-map.ts';
import { framePc } from './scc.ts';

/** True when all that may happen from `cur` on was looked at from `old` on. @see states_equal */
export function areStatesEqual(env: Env, old: State, cur: State, likeness: Likeness): boolean {
  if (old.frames.length !== cur.frames.length || old.isSleepable !== cur.isSleepable) return false;
  const { ids } = env.explored;
  ids.clear();
  if (!isHeldSafe(old, cur, ids)) return false;
  for (let i = 0; i < old.frames.length; i++) {
    const frame = old.frames[i]!;
    const other = cur.frames[i]!;
    if (frame.callsite !== other.callsite) return false;
    if (!isFrameSafe(frame, other, env.facts[framePc(old, i)]!.liveRegs, ids, likeness)) return false;
  }
  return true;
}

/** @see func_states_equal */
function isFrameSafe(old: Frame, cur: Frame, live: number, ids: IdMap, likeness: Likeness): boolean {
  if (old.callbackDepth > cur.callbackDepth) return false;
  for (let n = 0; n < old.regs.length; n++) {
    if ((live & (1 << n)) !== 0 && !isRegSafe(old.regs[n]!, cur.regs[n]!, ids, likeness)) return false;
  }
  return isStackSafe(old, cur, ids, likeness);
}

/** The same is held, in the same order. @see refsafe */
function isHeldSafe(old: State, cur: State, ids: IdMap): boolean {
  if (
    old.held.length !== cur.held.length ||
    old.locks !== cur.locks ||
    old.preemptLocks !== cur.preemptLocks ||
    old.rcuLocks !== cur.rcuLocks ||
    old.lockOwner !== cur.lockOwner ||
    !ids.match(old.irqId, cur.irqId) ||
    !ids.match(old.lockId, cur.lockId)
  ) {
    return false;
  }
  return old.held.every((held, i) => {
    const other = cur.held[i]!;
    return ids.match(held.id, other.id) && held.kind === other.kind && held.owner === other.owner;
  });
}

/** True when both stand in the same chain of calls. @see same_callsites */
export function haveSameCallsites(a: State, b: State): boolean {
  if (a.frames.length !== b.frames.length) return false;
  for (let i = a.frames.length - 1; i >= 0; i--) {
    if (a.frames[i]!.callsite !== b.frames[i]!.callsite) return false;
  }
  return true;
}

/** All registers of the running frame are the same. @see states_maybe_looping */
export function haveSameRegs(a: State, b: State): boolean {
  if (a.frames.length !== b.frames.length) return false;
  const { regs } = a.frame;
  const others = b.frame.regs;
  for (let n = 0; n < regs.length; n++) {
    if (!isSame(regs[n]!, others[n]!)) return false;
  }
  return true;
}

/** Some iterator that is not drained went on from one state to the other: the loop will end. @see iter_active_depths_differ */
export function haveIteratorsMoved(old: State, cur: State): boolean {
  for (let i = old.frames.length - 1; i >= 0; i--) {
    const { stack } = old.frames[i]!;
    for (let slot = 0; slot < stack.length; slot++) {
      const was = stack[slot]!.reg.slot;
      if (was?.kind !== 'iter' || was.state !== 'active') continue;
      const now = cur.frames[i]!.stack[slot]?.reg.slot;
      if (now?.kind !== 'iter' || now.depth !== was.depth) return true;
    }
  }
  return false;
}
