// The walk: insn by insn along a path to its end, then the path that was put on hold last, until none is left.
import { PATH_ENDS } from '../calls/steps.ts';
import type { Env } from '../env.ts';
import { checkInsn } from '../flow/findings.ts';
import { beginSlotMarks, commitSlotMarks, updateLiveStack } from '../flow/live-stack.ts';
import { pushStep } from '../precision.ts';
import { refuse } from '../refusal.ts';
import { endPath } from './branches.ts';
import { stateWords } from './memory.ts';
import { showInsn, showSafe } from './show.ts';
import { step } from './step.ts';
import { isVisited } from './visited.ts';

/** Walks all paths from `env.state` and `env.pc` on. Ends when all are safe, or refuses. @see do_check */
export function walkPaths(env: Env, limitInsns: number): void {
  const { log, facts: allFacts, insns, options } = env;
  let isTakenUp = false;
  env.prevPc = -1;
  for (;;) {
    const { pc } = env;
    const facts = allFacts[pc]!;
    const insn = insns[pc]!;
    env.insnsWalked += 1;
    if (env.insnsWalked > limitInsns) refuse(env, 'too-long', [], env.insnsWalked);
    env.step = undefined;
    env.state.lastPc = env.prevPc;
    env.state.pc = pc;
    facts.walked += 1;
    if (facts.isPrunePoint && isVisited(env)) {
      if (log.level > 0) showSafe(env, isTakenUp);
      if (!takeUp(env)) return;
      isTakenUp = true;
      continue;
    }
    if (facts.isJumpPoint) pushStep(env);
    if (log.level > 0) {
      showInsn(env, isTakenUp);
      if (log.level === 2) isTakenUp = false;
    }
    options.onInsn?.(pc, env);
    if (!facts.seen) checkInsn(env);
    facts.seen = true;
    beginSlotMarks(env);
    const next = step(env, insn);
    commitSlotMarks(env);
    if (next === PATH_ENDS) {
      if (!takeUp(env)) return;
      isTakenUp = true;
      continue;
    }
    if (insn.op.kind === 'exit') isTakenUp = true;
    env.prevPc = pc;
    env.pc = next;
  }
}

/** The path is done: goes on with the one that was put on hold last. False when none is. */
function takeUp(env: Env): boolean {
  env.touchAll();
  endPath(env);
  updateLiveStack(env);
  const held = env.pending.pop();
  if (held === undefined) return false;
  env.explored.words -= stateWords(held.state);
  if (env.log.level !== 2) env.log.cut(held.logLength);
  env.state = held.state;
  env.pc = held.pc;
  env.prevPc = held.prevPc;
  env.touchAll();
  return true;
}
