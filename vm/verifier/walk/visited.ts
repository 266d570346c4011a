// Pruning: a path that comes to a state that was seen is not walked on, and one that comes round to its own state never ends.
import type { Env } from '../env.ts';
import { notePruned } from '../memory/frame-facts.ts';
import { propagatePrecision, pushStep } from '../precision.ts';
import { Refusal } from '../refusal.ts';
import { showFrame } from '../shown.ts';
import type { State } from '../state.ts';
import { forgetEvicted } from './branches.ts';
import { cleanKept } from './clean.ts';
import { notePeak } from './counts.ts';
import { areStatesEqual, haveIteratorsMoved, haveSameRegs } from './equal-states.ts';
import type { Kept } from './explored.ts';
import { forgetPrecision } from './imprecise.ts';
import { isIterActive, isIterNext, isMayGoto } from './loop-insns.ts';
import { countState } from './memory.ts';
import { addBackEdge, enterScc, isUnsettled } from './scc.ts';
import { showSource } from './show.ts';

/** Steps of history from which on a state is kept wherever it can be. */
const LIMIT_HISTORY = 40;
/** Jumps and insns since a state was kept before the next one is; and the same within a loop, whose rounds differ. */
const APART = { jumps: 2, insns: 8 } as const;
const APART_IN_LOOP = { jumps: 20, insns: 100 } as const;
/** Misses that a state may have for each hit, and one time more, before it is evicted; and where loops over iterators meet. */
const MISSES = 3;
const MISSES_AT_CHECKPOINT = 64;

/** What a comparison with a kept state says. */
type Match = 'differs' | 'equal' | 'equal in loop';

/** True when the running path ends at `env.pc`, because all from there on was looked at. Keeps its state there otherwise, now and then. @see is_state_visited */
export function isVisited(env: Env): boolean {
  const { pc, explored } = env;
  const facts = env.facts[pc]!;
  const isForced =
    env.options.everyState === true || facts.isCheckpoint || (env.state.history?.count ?? 0) > LIMIT_HISTORY;
  let keeps = isForced || isApart(env, APART);
  const bucket = explored.bucket(env.state, pc);
  cleanKept(env, bucket, pc);
  const count = bucket.length;
  for (let i = count - 1; i >= 0; i--) {
    const kept = bucket[i]!;
    if (kept.state.pc !== pc) continue;
    const match = matchKept(env, kept);
    if (match !== 'differs') {
      prune(env, kept, match === 'equal in loop');
      return true;
    }
    if (kept.state.branches !== 0 && !isForced && !isApartInLoop(env)) keeps = false;
    if (keeps) kept.misses += 1;
    const misses = facts.isCheckpoint && kept.state.branches > 0 ? MISSES_AT_CHECKPOINT : MISSES;
    if (kept.misses > kept.hits * misses + misses) {
      bucket.splice(i, 1);
      evict(env, kept);
    }
  }
  if (env.maxStatesPerInsn < count) env.maxStatesPerInsn = count;
  if (keeps) keepState(env, bucket);
  return false;
}

function isApart(env: Env, by: { readonly jumps: number; readonly insns: number }): boolean {
  const { jumpsAtKeep, insnsAtKeep } = env.explored;
  return env.jumpsWalked - jumpsAtKeep >= by.jumps && env.insnsWalked - insnsAtKeep >= by.insns;
}

function isApartInLoop(env: Env): boolean {
  const { jumpsAtKeep, insnsAtKeep } = env.explored;
  const { jumps, insns } = APART_IN_LOOP;
  return env.jumpsWalked - jumpsAtKeep >= jumps || env.insnsWalked - insnsAtKeep >= insns;
}

function matchKept(env: Env, kept: Kept): Match {
  if (kept.state.branches !== 0) return matchInLoop(env, kept.state);
  const isLoop = isUnsettled(kept);
  const likeness = isLoop || env.options.isPruning === false ? 'within' : 'loose';
  if (!areStatesEqual(env, kept.state, env.state, likeness)) return 'differs';
  return isLoop ? 'equal in loop' : 'equal';
}

/** The running path came through `old`: it is in a loop. */
function matchInLoop(env: Env, old: State): Match {
  const { state, pc } = env;
  const { frame } = old;
  if (frame.isAsyncCallback && frame.asyncEntries !== state.frame.asyncEntries) return 'differs';
  const insn = env.insns[pc]!;
  if (isIterNext(insn)) {
    return areStatesEqual(env, old, state, 'within') && isIterActive(state) ? 'equal in loop' : 'differs';
  }
  if (
    isMayGoto(insn) &&
    old.mayGotoDepth !== state.mayGotoDepth &&
    areStatesEqual(env, old, state, 'within')
  ) {
    return 'equal in loop';
  }
  if (env.facts[pc]!.callsBack) {
    if (!areStatesEqual(env, old, state, 'within')) return 'differs';
    return env.isStrict ? 'equal in loop' : 'equal';
  }
  if (
    haveSameRegs(old, state) &&
    areStatesEqual(env, old, state, 'exact') &&
    !haveIteratorsMoved(old, state) &&
    old.mayGotoDepth === state.mayGotoDepth &&
    old.callbackUnrollDepth === state.callbackUnrollDepth
  ) {
    refuseLoop(env, old);
  }
  return 'differs';
}

function refuseLoop(env: Env, old: State): never {
  const refusal = new Refusal('infinite-loop', env.pc, [], [env.pc]);
  if (env.log.level > 0) {
    const frameno = env.state.frames.length - 1;
    showSource(env);
    env.log.line(refusal.message);
    env.log.add({ kind: 'state', words: 'cur state:', state: showFrame(env.state, env.frame) });
    env.log.add({ kind: 'state', words: 'old state:', state: showFrame(old, old.frames[frameno]!) });
  }
  throw refusal;
}

/** The path ends: what matters to the kept state matters to the numbers of this path. */
function prune(env: Env, kept: Kept, isLoop: boolean): void {
  kept.hits += 1;
  if (env.facts[env.pc]!.isJumpPoint) pushStep(env);
  propagatePrecision(env, kept.state, env.state);
  notePruned(env, kept.state, env.state);
  if (!isLoop) return;
  const edge = env.state.copy();
  edge.pc = env.pc;
  countState(env, edge);
  addBackEdge(env, kept, edge);
}

function evict(env: Env, kept: Kept): void {
  kept.isEvicted = true;
  env.explored.evicted += 1;
  env.explored.kept -= 1;
  forgetEvicted(env, kept);
}

function keepState(env: Env, bucket: Kept[]): void {
  const { explored, state, pc } = env;
  env.totalStates += 1;
  explored.kept += 1;
  notePeak(env);
  explored.jumpsAtKeep = env.jumpsWalked;
  explored.insnsAtKeep = env.insnsWalked;
  forgetPrecision(state);
  const kept = state.copy();
  kept.pc = pc;
  countState(env, kept);
  explored.keep(bucket, kept, enterScc(env, kept));
  state.parent = kept;
  state.firstPc = pc;
  state.dfsDepth = kept.dfsDepth + 1;
  state.history = undefined;
}
