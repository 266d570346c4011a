// Which numbers matter: walks back over a path's history, and marks precise what the value at hand was made from. The marks stand in the kept
// states of the path alone: states that are compared must agree on such numbers. In the running state they have no meaning.
// @see kernel/bpf/verifier.c __mark_chain_precision, which says why
import type { Env } from './env.ts';
import { forceAllPrecise } from './precision/all-scalars.ts';
import { backtrack } from './precision/backtrack.ts';
import { markKept } from './precision/kept-marks.ts';
import type { Trail } from './precision/trail.ts';
import { withReg } from './reg.ts';
import { refuse } from './refusal.ts';
import { isSpill, type LinkedPlace, type State } from './state.ts';

/** Registers r1 to r5. */
const ARGS = 0b11_1110;

/** Register `n` of the running frame, a number, must be known exactly from here on. @see mark_chain_precision */
export function markPrecise(env: Env, n: number): void {
  const { trail, state } = env;
  trail.frame = state.frames.length - 1;
  if (state.frame.regs[n]!.type !== 'scalar')
    refuse(env, 'precision-bug', [{ reg: n }], 'backtracking misuse');
  trail.addReg(n);
  markChain(env, state, env.pc);
}

/** The number spilled to a slot must be known exactly. */
export function markSlotPrecise(env: Env, frameno: number, slot: number): void {
  env.trail.frame = env.state.frames.length - 1;
  env.trail.addSlot(frameno, slot);
  markChain(env, env.state, env.pc);
}

/** The path of `cur` reached a kept state that equals it: what is precise there is precise here. True when something changed. @see propagate_precision */
export function propagatePrecision(env: Env, old: State, cur: State): boolean {
  const { trail } = env;
  for (let n = old.frames.length - 1; n >= 0; n--) {
    const { regs, stack } = old.frames[n]!;
    const told: string[] = [];
    for (let reg = 0; reg < 10; reg++) {
      if (!isPreciseScalar(regs[reg]!)) continue;
      trail.regs[n]! |= 1 << reg;
      told.push(`r${reg}`);
    }
    for (const [slot, value] of stack.entries()) {
      if (!isSpill(value) || !isPreciseScalar(value.reg)) continue;
      trail.addSlot(n, slot);
      told.push(`fp${-8 * (slot + 1)}`);
    }
    if (told.length > 0 && env.log.level === 2) env.log.line(`frame ${n}: propagating ${told.join(',')}`);
  }
  trail.frame = cur.frames.length - 1;
  return markChain(env, cur, cur === env.state ? env.pc : cur.pc);
}

function isPreciseScalar({ type, precise }: { readonly type: string; readonly precise: boolean }): boolean {
  return precise && type === 'scalar';
}

/** Appends the insn at `env.pc` to the path's history, or completes its entry. `stackOperands`: see `Step`. @see push_jmp_history */
export function pushStep(
  env: Env,
  stack?: { readonly frame: number; readonly slot: number },
  linked?: readonly LinkedPlace[],
  stackOperands = 0,
): void {
  const known = env.step;
  if (known === undefined) {
    const before = env.state.history;
    const count = before === undefined ? 1 : before.count + 1;
    env.step = { pc: env.pc, prevPc: env.prevPc, stack, linked, stackOperands, before, count };
  } else {
    env.step = {
      pc: known.pc,
      prevPc: known.prevPc,
      stack: known.stack ?? stack,
      linked,
      stackOperands: known.stackOperands | stackOperands,
      before: known.before,
      count: known.count,
    };
  }
  env.state.history = env.step;
}

/** Walks back from insn `lastPc`, which is not looked at, until nothing is left in `env.trail`. True when a mark was set. */
function markChain(env: Env, start: State, lastPc: number): boolean {
  const { trail } = env;
  if (trail.isEmpty) return false;
  let isChanged = false;
  let isFirst = true;
  let from = lastPc;
  let nextPc = -1;
  for (let state: State = start; ;) {
    if (env.log.level === 2) {
      const where = `last_idx ${from} first_idx ${state.firstPc} subseq_idx ${nextPc} `;
      env.log.line(`mark_precise: frame${trail.frame}: ${where}`);
    }
    if (from < 0) return endAtEntry(env, trail, state) || isChanged;
    const end = walkBack(env, trail, state, from, nextPc, isFirst);
    if (end === 'done') return isChanged;
    if (end === 'unknown') break;
    isFirst = false;
    if (state.parent === undefined) break;
    nextPc = state.firstPc;
    state = state.parent;
    if (markKept(env, trail, state)) isChanged = true;
    if (trail.isEmpty) return isChanged;
    from = state.lastPc;
  }
  forceAllPrecise(env, start);
  trail.clear();
  return isChanged;
}

/** Walks back over the insns of one state: to its begin, to where nothing is left, or to where it cannot be told. */
function walkBack(
  env: Env,
  trail: Trail,
  state: State,
  from: number,
  behind: number,
  isFirst: boolean,
): 'entry' | 'done' | 'unknown' {
  const { firstPc } = state;
  let last = state.history;
  let nextPc = behind;
  let skips = isFirst;
  for (let pc = from; ;) {
    const step = last?.pc === pc ? last : undefined;
    if (skips) skips = false;
    else if (!backtrack(env, trail, pc, nextPc, step)) return 'unknown';
    if (trail.isEmpty) return 'done';
    nextPc = pc;
    // the insn at which the state begins may be met again on the way; it is the begin when no history is left
    if (pc === firstPc && (last === undefined || (last.count === 1 && step !== undefined))) return 'entry';
    if (step === undefined) pc--;
    else {
      pc = step.prevPc;
      last = step.before;
    }
    if (pc < 0) refuse(env, 'precision-bug', [], `backtracking idx ${pc}`);
  }
}

/** In front of the first insn of a function that is verified on its own: its arguments may still be sought, and nothing else. */
function endAtEntry(env: Env, trail: Trail, { frames }: State): boolean {
  const { regs, callsite, subprog } = frames[0]!;
  const wanted = trail.regs[trail.frame]!;
  if (frames.length > 1 || subprog === 0 || callsite !== -1 || trail.hasSlots || (wanted & ~ARGS) !== 0) {
    refuse(
      env,
      'precision-bug',
      [],
      `backtracking func entry subprog ${subprog} reg_mask ${wanted.toString(16)}`,
    );
  }
  let isChanged = false;
  for (let n = 1; n <= 5; n++) {
    const reg = regs[n]!;
    if ((wanted & (1 << n)) === 0 || reg.type !== 'scalar') continue;
    regs[n] = withReg(reg, { precise: true });
    isChanged = true;
  }
  trail.clear();
  return isChanged;
}
