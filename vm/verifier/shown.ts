// What the log shows of a state.
import type { ShownState } from './log.ts';
import type { Frame, State } from './state.ts';

/** All registers and slots of a frame that hold something, whether they changed or not. @see print_verifier_state with print_all */
export function showFrame(state: State, frame: Frame): ShownState {
  const regs: ShownState['regs'][number][] = [];
  frame.regs.forEach((value, reg) => {
    if (value.type !== 'not_init') regs.push({ reg, value });
  });
  const slots: ShownState['slots'][number][] = [];
  frame.stack.forEach((value, slot) => {
    if (value.kinds !== 0) slots.push({ slot, value });
  });
  return { frameno: frame.frameno, regs, slots, ...aboutFrame(state, frame) };
}

/** What stands behind the registers and slots. */
export function aboutFrame(
  state: State,
  frame: Frame,
): Pick<ShownState, 'refs' | 'isCallback' | 'isAsyncCallback'> {
  return {
    refs: state.held.filter(({ kind }) => kind === 'ref').map(({ id }) => id),
    isCallback: frame.isCallback,
    isAsyncCallback: frame.isAsyncCallback,
  };
}
