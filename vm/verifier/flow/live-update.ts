// Carries what is known of reads and writes of stack slots backwards through a function.
import type { Env } from '../env.ts';
import type { FrameMasks, Instance } from './live-masks.ts';
import { setText } from './slot-set.ts';
import { isTailCall } from './successors.ts';

/** Insns that a walk may sweep over: chains of jumps backwards take a round each. Large programs take some hundred thousand. */
const LIMIT_VISITS = 1 << 26;

/** Computes `live` and `writtenOn` of an instance anew, until nothing changes. @see update_instance */
export function updateInstance(env: Env, instance: Instance): void {
  if (env.log.level !== 2) spread(env, instance, false);
  else if (!sweep(env, instance)) spread(env, instance, true);
}

/** As the kernel does it, since its log shows the order: over all insns, again and again. False when that takes too long. */
function sweep(env: Env, instance: Instance): boolean {
  const { liveStack } = env;
  if (instance.isShrunk) for (const masks of instance.frames) masks?.writtenOn.fill(0);
  let rounds = 0;
  for (let isChanged = true; isChanged;) {
    rounds++;
    isChanged = false;
    for (const [frameno, masks] of instance.frames.entries()) {
      if (masks === undefined) continue;
      liveStack.visits += instance.subprog.postorder.length;
      if (liveStack.visits > LIMIT_VISITS) return false;
      for (const pc of instance.subprog.postorder) {
        if (updateInsn(env, instance, frameno, masks, pc)) isChanged = true;
      }
    }
  }
  env.log.line(`${chainText(instance)} live stack update done in ${rounds} iterations`);
  return true;
}

/** With the same outcome: from the insns of which something was learnt, or from all of them, to those in front of them. */
function spread(env: Env, instance: Instance, isFromAll: boolean): void {
  const { edges } = env;
  for (const [frameno, masks] of instance.frames.entries()) {
    if (masks === undefined) continue;
    const isAnew = instance.isShrunk && frameno < instance.depth;
    if (isAnew) masks.writtenOn.fill(0);
    const todo = isAnew || isFromAll ? instance.subprog.postorder.toReversed() : [...instance.stale];
    for (let pc = todo.pop(); pc !== undefined; pc = todo.pop()) {
      if (!updateInsn(env, instance, frameno, masks, pc)) continue;
      for (let i = edges.starts[pc]!; i < edges.starts[pc + 1]!; i++) todo.push(edges.from[i]!);
    }
  }
}

/** True when something changed. What stands behind a tail call may not run, and so writes nothing for certain: Linux 6.18 does not see that, which is a gap. */
function updateInsn(env: Env, instance: Instance, frameno: number, masks: FrameMasks, pc: number): boolean {
  const next = env.edges.next[pc]!;
  if (next < 0) return false;
  const { target } = env.edges;
  const at = instance.at(pc);
  const atNext = instance.at(next);
  const atTarget = target[pc]! < 0 ? atNext : instance.at(target[pc]!);
  const { live, read, written, writtenOn } = masks;
  const low = ((live[atNext]! | live[atTarget]!) & ~written[at]!) | read[at]!;
  const high = ((live[atNext + 1]! | live[atTarget + 1]!) & ~written[at + 1]!) | read[at + 1]!;
  let lowOn = writtenOn[atNext]! & writtenOn[atTarget]!;
  let highOn = writtenOn[atNext + 1]! & writtenOn[atTarget + 1]!;
  if (frameno < instance.depth && (lowOn | highOn) !== 0 && isTailCall(env.insns[pc])) {
    env.hasGap = true;
    if (env.isStrict) lowOn = highOn = 0;
  }
  lowOn |= written[at]!;
  highOn |= written[at + 1]!;
  const isLiveSame = low >>> 0 === live[at] && high >>> 0 === live[at + 1];
  const isWrittenSame = lowOn >>> 0 === writtenOn[at] && highOn >>> 0 === writtenOn[at + 1];
  if (isLiveSame && isWrittenSame) return false;
  if (env.log.level === 2 && isTold(env, instance, masks, pc)) {
    const words = `${chainText(instance)} frame ${frameno} insn ${pc} `;
    if (!isLiveSame) tell(env, words, 'live', live, at, low, high);
    if (!isWrittenSame) tell(env, words, 'written', writtenOn, at, lowOn, highOn);
  }
  live[at] = low;
  live[at + 1] = high;
  writtenOn[at] = lowOn;
  writtenOn[at + 1] = highOn;
  return true;
}

/** The kernel logs changes of those insns only. */
function isTold(env: Env, instance: Instance, { read, written }: FrameMasks, pc: number): boolean {
  const at = instance.at(pc);
  const isUsing = (read[at]! | read[at + 1]! | written[at]! | written[at + 1]!) !== 0;
  return isUsing || pc === instance.subprog.start || env.facts[pc]!.isPrunePoint;
}

/** Logs which slots came into a set and which left it. */
function tell(
  env: Env,
  words: string,
  what: 'live' | 'written',
  sets: Uint32Array,
  at: number,
  low: number,
  high: number,
): void {
  const more = setText(low & ~sets[at]!, high & ~sets[at + 1]!);
  const less = setText(sets[at]! & ~low, sets[at + 1]! & ~high);
  env.log.line(words + (more === '' ? '' : `+${what} ${more} `) + (less === '' ? '' : `-${what} ${less}`));
}

/** pcs of the calls that lead to an instance, and of its first insn: '(4,10)'. */
function chainText(instance: Instance): string {
  const chain: number[] = [instance.subprog.start];
  for (let at: Instance | undefined = instance; at?.caller !== undefined; at = at.caller) {
    chain.unshift(at.callsite);
  }
  return `(${chain.join(',')})`;
}
