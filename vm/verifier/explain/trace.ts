// The path on which a program was refused: each insn with the state in front of it.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import type { VerifyInput } from '../input.ts';
import type { LogRecord } from '../log.ts';
import type { Reg } from '../reg.ts';
import type { Frame, Held, Slot } from '../state.ts';
import { verify } from '../walk/verify.ts';

/** A frame as it was. */
export interface TracedFrame {
  readonly regs: readonly Reg[];
  readonly stack: readonly Slot[];
  readonly subprog: number;
  /** pc of the call; -1 in the first frame. */
  readonly callsite: number;
  readonly isCallback: boolean;
}

/** An insn of the path, and the state in front of it. */
export interface Step {
  readonly pc: number;
  readonly insn: Insn;
  readonly frames: readonly TracedFrame[];
  readonly held: readonly Held[];
}

/** A register or a stack slot of a frame. */
export type FramePlace =
  | { readonly frame: number; readonly reg: number }
  | { readonly frame: number; readonly slot: number };

/** Insns of the path that are kept, the last ones. */
const LIMIT_STEPS = 20_000;

/** Walks a program that is refused once more: the path from its first insn to the last that was looked at. Frames that did not change are shared. */
export function tracePath(input: VerifyInput, limitInsns: number): Step[] {
  let seen: { readonly record: LogRecord; readonly step: Step }[] = [];
  const onInsn = (pc: number, env: Env): void => {
    const record = env.log.records.at(-1);
    if (record?.kind !== 'insn') return;
    if (seen.length > 2 * LIMIT_STEPS) seen = stillIn(env.log.records, seen);
    const { frames, held } = env.state;
    const last = seen.at(-1)?.step;
    const step: Step = {
      pc,
      insn: env.insns[pc]!,
      frames: frames.map((frame, i) => traced(frame, last?.frames[i])),
      held,
    };
    seen.push({ record, step });
  };
  const { log } = verify(input, { logLevel: 1, limitInsns, onInsn });
  return stillIn(log, seen).map(({ step }) => step);
}

/** Those of the path: what ended well, the log has taken back. */
function stillIn<Seen extends { readonly record: LogRecord }>(
  log: readonly LogRecord[],
  seen: readonly Seen[],
): Seen[] {
  const records = new Set(log);
  return seen.filter(({ record }) => records.has(record)).slice(-LIMIT_STEPS);
}

/** The frame that runs. */
export function topFrame({ frames }: Step): TracedFrame {
  return frames[frames.length - 1]!;
}

/** Number of the frame that runs. */
export function topNumber({ frames }: Step): number {
  return frames.length - 1;
}

/** What a place held in front of a step; undefined when there was no such place. */
export function heldAt(step: Step, place: FramePlace): Reg | Slot | undefined {
  const frame = step.frames[place.frame];
  return 'reg' in place ? frame?.regs[place.reg] : frame?.stack[place.slot];
}

function traced(frame: Frame, before: TracedFrame | undefined): TracedFrame {
  const { subprog, callsite, isCallback } = frame;
  const isSame = before !== undefined && before.subprog === subprog && before.callsite === callsite;
  const regs = isSame && areSame(before.regs, frame.regs) ? before.regs : frame.regs.slice();
  const stack = isSame && areSame(before.stack, frame.stack) ? before.stack : frame.stack.slice();
  if (isSame && regs === before.regs && stack === before.stack) return before;
  return { regs, stack, subprog, callsite, isCallback };
}

function areSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
