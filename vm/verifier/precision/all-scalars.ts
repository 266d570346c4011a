// The way out when a path cannot be walked back.
import type { Env } from '../env.ts';
import { withReg } from '../reg.ts';
import { isSpill, type State } from '../state.ts';

/** All numbers of the kept states of a path are precise. @see mark_all_scalars_precise */
export function forceAllPrecise(env: Env, start: State): void {
  const isTold = env.log.level === 2;
  if (isTold) {
    const frame = start.frames.length - 1;
    env.log.line(`mark_precise: frame${frame}: falling back to forcing all scalars precise`);
  }
  for (let state = start.parent; state !== undefined; state = state.parent) {
    for (const { regs, stack, frameno } of state.frames) {
      for (let n = 0; n < 10; n++) {
        const reg = regs[n]!;
        if (reg.type !== 'scalar' || reg.precise) continue;
        regs[n] = withReg(reg, { precise: true });
        if (isTold) env.log.line(`force_precise: frame${frameno}: forcing r${n} to be precise`);
      }
      for (const [slot, value] of stack.entries()) {
        if (!isSpill(value) || value.reg.type !== 'scalar' || value.reg.precise) continue;
        stack[slot] = { kinds: value.kinds, reg: withReg(value.reg, { precise: true }) };
        if (isTold)
          env.log.line(`force_precise: frame${frameno}: forcing fp${-8 * (slot + 1)} to be precise`);
      }
    }
  }
}
