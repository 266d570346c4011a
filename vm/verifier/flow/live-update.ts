// Carries what is known of reads and writes of stack slots backwards through a function.
import type { Env } from '../env.ts';
import { WORDS, type FrameMasks, type Instance } from './live-masks.ts';
import { setText } from './slot-set.ts';
import { isTailCall, successors } from './successors.ts';

/** Computes `live` and `writtenOn` of an instance anew, until nothing changes. @see update_instance */
export function updateInstance(env: Env, instance: Instance): void {
  if (instance.isShrunk) for (const masks of instance.frames) masks?.writtenOn.fill(0);
  let rounds = 0;
  for (let isChanged = true; isChanged;) {
    rounds++;
    isChanged = false;
    for (const [frameno, masks] of instance.frames.entries()) {
      if (masks === undefined) continue;
      for (const pc of instance.subprog.postorder) {
        if (updateInsn(env, instance, frameno, masks, pc)) isChanged = true;
      }
    }
  }
  if (env.log.level === 2)
    env.log.line(`${chainText(instance)} live stack update done in ${rounds} iterations`);
}

/** True when something changed. What stands behind a tail call may not run, and so writes nothing for certain: Linux 6.18 does not see that, which is a gap. */
function updateInsn(env: Env, instance: Instance, frameno: number, masks: FrameMasks, pc: number): boolean {
  const next = successors(env.insns, pc);
  if (next.length === 0) return false;
  const at = instance.at(pc);
  const live = [0, 0];
  const writtenOn = [0, 0];
  const mayEndHere = frameno < instance.depth && isTailCall(env.insns[pc]);
  for (let word = 0; word < WORDS; word++) {
    let after = 0;
    let written = -1;
    for (const target of next) {
      after |= masks.live[instance.at(target) + word]!;
      written &= masks.writtenOn[instance.at(target) + word]!;
    }
    if (mayEndHere && written !== 0) {
      env.hasGap = true;
      if (env.isStrict) written = 0;
    }
    writtenOn[word] = (written | masks.written[at + word]!) >>> 0;
    live[word] = ((after & ~masks.written[at + word]!) | masks.read[at + word]!) >>> 0;
  }
  const isLiveSame = live[0] === masks.live[at] && live[1] === masks.live[at + 1];
  const isWrittenSame = writtenOn[0] === masks.writtenOn[at] && writtenOn[1] === masks.writtenOn[at + 1];
  if (isLiveSame && isWrittenSame) return false;
  if (env.log.level === 2 && isTold(env, instance, masks, pc)) {
    if (!isLiveSame) tell(env, instance, frameno, pc, 'live', masks.live, live);
    if (!isWrittenSame) tell(env, instance, frameno, pc, 'written', masks.writtenOn, writtenOn);
  }
  masks.live.set(live, at);
  masks.writtenOn.set(writtenOn, at);
  return true;
}

/** The kernel logs changes of those insns only. */
function isTold(env: Env, instance: Instance, { read, written }: FrameMasks, pc: number): boolean {
  const at = instance.at(pc);
  const isUsing = (read[at]! | read[at + 1]! | written[at]! | written[at + 1]!) !== 0;
  return isUsing || pc === instance.subprog.start || env.facts[pc]!.isPrunePoint;
}

function tell(
  env: Env,
  instance: Instance,
  frameno: number,
  pc: number,
  what: 'live' | 'written',
  sets: Uint32Array,
  now: readonly number[],
): void {
  const at = instance.at(pc);
  const [low, high] = [sets[at]!, sets[at + 1]!];
  const [nowLow, nowHigh] = [now[0]!, now[1]!];
  let text = `${chainText(instance)} frame ${frameno} insn ${pc} `;
  if ((nowLow & ~low) !== 0 || (nowHigh & ~high) !== 0)
    text += `+${what} ${setText(nowLow & ~low, nowHigh & ~high)} `;
  if ((low & ~nowLow) !== 0 || (high & ~nowHigh) !== 0)
    text += `-${what} ${setText(low & ~nowLow, high & ~nowHigh)}`;
  env.log.line(text);
}

/** pcs of the calls that lead to an instance, and of its first insn: '(4,10)'. */
function chainText(instance: Instance): string {
  const chain: number[] = [instance.subprog.start];
  for (let at: Instance | undefined = instance; at?.caller !== undefined; at = at.caller)
    chain.unshift(at.callsite);
  return `(${chain.join(',')})`;
}
