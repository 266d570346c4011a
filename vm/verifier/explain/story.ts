// The path on which a program was refused, insn by insn, out of the log's records.
import type { Insn } from '../../isa/insn.ts';
import type { LogRecord, ShownState } from '../log.ts';
import type { Reg } from '../reg.ts';
import type { Slot } from '../state.ts';

/** An insn of the path. */
export interface Step {
  readonly pc: number;
  readonly insn: Insn;
  /** Number of the frame that it runs in. */
  readonly frameno: number;
  /** What the log showed behind it: of its frame, or of the one that it led into. */
  readonly shown: readonly ShownState[];
}

/** A place of a frame. */
export type FramePlace =
  | { readonly frame: number; readonly reg: number }
  | { readonly frame: number; readonly slot: number };

/** Insns of the path that are looked at, the last ones. */
const LIMIT_STEPS = 20_000;

/** The path that the records of a refused program show at level 1: from the first insn to that which failed. `insnAt` is undefined for what is no insn. */
export function storyOf(records: readonly LogRecord[], insnAt: (pc: number) => Insn | undefined): Step[] {
  const steps: { pc: number; insn: Insn; frameno: number; shown: ShownState[] }[] = [];
  let frameno = 0;
  for (const record of records) {
    const last = steps.at(-1);
    if (record.kind === 'insn') {
      const insn = insnAt(record.pc);
      if (insn === undefined) continue;
      if (last !== undefined) frameno = frameBehind(last, record.pc, frameno);
      steps.push({ pc: record.pc, insn, frameno, shown: [] });
    } else if (record.kind === 'changes' || record.kind === 'path' || record.kind === 'state') {
      last?.shown.push(record.state);
      if (record.kind === 'path') frameno = record.state.frameno;
    }
  }
  return steps.slice(-LIMIT_STEPS);
}

/** The frame that runs when the insn at `next` comes after a step in frame `frameno`. */
function frameBehind(
  { pc, insn, shown }: Pick<Step, 'pc' | 'insn' | 'shown'>,
  next: number,
  frameno: number,
): number {
  const told = shown.at(-1)?.frameno;
  if (told !== undefined) return told;
  if (insn.op.name === 'call_subprog' && next !== pc + 1) return frameno + 1;
  return insn.op.kind === 'exit' && frameno > 0 ? frameno - 1 : frameno;
}

/** What a register held behind step `index`, as the log showed it last; undefined where it never did. */
export function regAfter(steps: readonly Step[], index: number, place: FramePlace): Reg | Slot | undefined {
  for (let i = index; i >= 0; i--) {
    for (const state of (steps[i]?.shown ?? []).toReversed()) {
      if (state.frameno !== place.frame) continue;
      const found =
        'reg' in place
          ? state.regs.find(({ reg }) => reg === place.reg)?.value
          : state.slots.find(({ slot }) => slot === place.slot)?.value;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
