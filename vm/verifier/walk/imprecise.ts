// Numbers of a state that is kept: what matters is found out anew from there on.
import { isPointer, withReg } from '../reg.ts';
import { isSpill, type State } from '../state.ts';

/** No number is precise any more. @see mark_all_scalars_imprecise */
export function forgetPrecision(state: State): void {
  for (const { regs, stack } of state.frames) {
    for (let n = 0; n < 10; n++) {
      const reg = regs[n]!;
      if (reg.precise && !isPointer(reg)) regs[n] = withReg(reg, { precise: false });
    }
    for (let i = 0; i < stack.length; i++) {
      const slot = stack[i]!;
      if (slot.reg.precise && isSpill(slot)) {
        stack[i] = { kinds: slot.kinds, reg: withReg(slot.reg, { precise: false }) };
      }
    }
  }
}
