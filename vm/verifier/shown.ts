// What the log shows of a state.
import type { ShownState } from './log.ts';
import type { Frame, State } from './state.ts';

/** Registers (bits) and slots that are to be shown. */
interface Touched {
  readonly regs: number;
  readonly slots: ReadonlySet<number>;
}

const NO_SLOTS: ShownState['slots'] = [];

/** Registers and slots of a frame that hold something: all, or those of them that are `touched`. @see print_verifier_state */
export function showFrame({ held }: State, frame: Frame, touched?: Touched): ShownState {
  const regs: ShownState['regs'][number][] = [];
  for (let reg = 0; reg < frame.regs.length; reg++) {
    if (touched !== undefined && (touched.regs & (1 << reg)) === 0) continue;
    const value = frame.regs[reg]!;
    if (value.type !== 'not_init') regs.push({ reg, value });
  }
  const { frameno, isCallback, isAsyncCallback } = frame;
  if (touched?.slots.size === 0) return { frameno, regs, slots: NO_SLOTS, held, isCallback, isAsyncCallback };
  const slots: ShownState['slots'][number][] = [];
  for (let slot = 0; slot < frame.stack.length; slot++) {
    const value = frame.stack[slot]!;
    if (value.kinds !== 0 && touched?.slots.has(slot) !== false) slots.push({ slot, value });
  }
  return { frameno, regs, slots, held, isCallback, isAsyncCallback };
}
