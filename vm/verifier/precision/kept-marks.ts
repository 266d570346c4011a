// Marks what is sought precise in a kept state of the path.
import type { Env } from '../env.ts';
import { withReg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { showFrame } from '../shown.ts';
import { isSpill, type Frame, type State } from '../state.ts';
import type { Trail } from './trail.ts';

/** Marks, in all frames that stand, the numbers that `trail` seeks; those that are marked already, and what is no number, are sought no more. True when a mark was set. */
export function markKept(env: Env, trail: Trail, state: State): boolean {
  let isChanged = false;
  for (let n = trail.frame; n >= 0; n--) {
    const frame = state.frames[n]!;
    if (markRegs(trail, frame)) isChanged = true;
    if ((trail.lowSlots[n]! | trail.highSlots[n]!) !== 0 && markSlots(env, trail, frame)) isChanged = true;
    if (env.log.level !== 2) continue;
    const words = `mark_precise: frame${n}: parent state ${trail.text(n)}: `;
    env.log.add({ kind: 'state', words, state: showFrame(state, frame) });
  }
  return isChanged;
}

function markRegs(trail: Trail, { regs, frameno }: Frame): boolean {
  let isChanged = false;
  let wanted = trail.regs[frameno]!;
  for (let n = 0; wanted >>> n !== 0; n++) {
    const bit = 1 << n;
    if ((wanted & bit) === 0) continue;
    const reg = regs[n]!;
    if (reg.type !== 'scalar' || reg.precise) wanted &= ~bit;
    else {
      regs[n] = withReg(reg, { precise: true });
      isChanged = true;
    }
  }
  trail.regs[frameno] = wanted;
  return isChanged;
}

function markSlots(env: Env, trail: Trail, { stack, frameno }: Frame): boolean {
  let isChanged = false;
  for (let slot = 0; slot < 64; slot++) {
    if (!trail.hasSlot(frameno, slot)) continue;
    const value = stack[slot];
    if (value === undefined) {
      refuse(env, 'precision-bug', [], `stack slot ${slot}, total slots ${stack.length}`);
    }
    if (!isSpill(value) || value.reg.type !== 'scalar' || value.reg.precise) trail.dropSlot(frameno, slot);
    else {
      stack[slot] = { kinds: value.kinds, reg: withReg(value.reg, { precise: true }) };
      isChanged = true;
    }
  }
  return isChanged;
}
