// Changes to all registers of a state that meet a condition, spilled ones included.
import type { Reg } from '../reg.ts';
import { isSpill, type State } from '../state.ts';

/** Puts what `change` gives in the place of every register and spilled register of all frames; `change` returns the same object for what stays. @see bpf_for_each_reg_in_vstate */
export function changeEveryReg(state: State, change: (reg: Reg) => Reg): void {
  for (const { regs, stack } of state.frames) {
    for (let n = 0; n < regs.length; n++) {
      const reg = regs[n]!;
      const changed = change(reg);
      if (changed !== reg) regs[n] = changed;
    }
    for (let i = 0; i < stack.length; i++) {
      const slot = stack[i]!;
      if (!isSpill(slot)) continue;
      const changed = change(slot.reg);
      if (changed !== slot.reg) stack[i] = { kinds: slot.kinds, reg: changed };
    }
  }
}
