// Rounds of a loop: numbers that change from one to the next and do not matter become unknown, so that rounds come to be equal.
import type { Env } from '../env.ts';
import { UNKNOWN_REG, type Reg } from '../reg.ts';
import { isSpill, type State } from '../state.ts';
import { isSameUpToIds } from './equal-regs.ts';
import { haveSameCallsites } from './equal-states.ts';
import { IdMap } from './id-map.ts';

/** The kept state that the path of `from` had before insn `pc` a round ago; of the running path at a checkpoint, `from` is its parent. @see find_prev_entry */
export function previousEntry(env: Env, pc: number, from: State | undefined): State | undefined {
  if (from === undefined) return undefined;
  const bucket = env.explored.bucket(env.state, pc);
  for (let i = bucket.length - 1; i >= 0; i--) {
    const { state } = bucket[i]!;
    if (state.pc !== pc || state.branches === 0 || state.dfsDepth >= from.dfsDepth) continue;
    if (haveSameCallsites(state, from)) return state;
  }
  return undefined;
}

/** Forgets numbers of `cur` that differ from those of `old` and are precise in neither. @see widen_imprecise_scalars */
export function widenImprecise(old: State, cur: State): void {
  const ids = new IdMap();
  for (let i = old.frames.length - 1; i >= 0; i--) {
    const before = old.frames[i]!;
    const { regs, stack } = cur.frames[i]!;
    for (let n = 0; n < regs.length; n++) regs[n] = widen(before.regs[n]!, regs[n]!, ids);
    const count = Math.min(before.stack.length, stack.length);
    for (let slot = 0; slot < count; slot++) {
      const was = before.stack[slot]!;
      const now = stack[slot]!;
      if (!isSpill(was) || !isSpill(now)) continue;
      const reg = widen(was.reg, now.reg, ids);
      if (reg !== now.reg) stack[slot] = { kinds: now.kinds, reg };
    }
  }
}

/** @see maybe_widen_reg */
function widen(old: Reg, cur: Reg, ids: IdMap): Reg {
  if (old.type !== 'scalar' || cur.type !== 'scalar') return cur;
  return old.precise || cur.precise || isSameUpToIds(old, cur, ids) ? cur : UNKNOWN_REG;
}
