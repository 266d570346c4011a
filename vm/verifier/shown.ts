// What the log shows of a state.
import type { ShownState } from './log.ts';
import type { Frame, State } from './state.ts';

/** Registers (bits) and slots that are to be shown. */
interface Touched {
  readonly regs: number;
  readonly slots: ReadonlySet<number>;
}

/** Registers and slots of a frame that hold something: all, or those of them that are `touched`. @see print_verifier_state */
export function showFrame({ held }: State, frame: Frame, touched?: Touched): ShownState {
  const regs: ShownState['regs'][number][] = [];
  for (const [reg, value] of frame.regs.entries()) {
    if (value.type === 'not_init' || (touched !== undefined && (touched.regs & (1 << reg)) === 0)) continue;
    regs.push({ reg, value });
  }
  const slots: ShownState['slots'][number][] = [];
  for (const [slot, value] of frame.stack.entries()) {
    if (value.kinds === 0 || touched?.slots.has(slot) === false) continue;
    slots.push({ slot, value });
  }
  const { frameno, isCallback, isAsyncCallback } = frame;
  return { frameno, regs, slots, held, isCallback, isAsyncCallback };
}
