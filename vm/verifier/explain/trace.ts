// The path on which a program was refused: each insn with the state in front of it.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import type { VerifyInput } from '../input.ts';
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
export function tracePath(input: VerifyInput, limitInsns: number): readonly Step[] {
  let trace: Trace | undefined;
  verify(input, {
    limitInsns,
    onInsn: (_pc, env) => {
      if (trace?.env !== env) trace = new Trace(env);
      trace.take();
    },
  });
  return trace?.end() ?? [];
}

/** Follows a walk: where a path that was on hold is taken up, what came behind the insn that it leaves is forgotten. */
class Trace {
  readonly env: Env;
  private steps: Step[] = [];
  /** Steps that are gone from the begin. */
  private dropped = 0;
  /** The paths on hold when the last insn was looked at, and how many steps led to each. */
  private readonly held: { readonly path: unknown; readonly steps: number }[] = [];

  constructor(env: Env) {
    this.env = env;
  }

  /** The insn at `env.pc` is about to be walked. */
  take(): void {
    const { env } = this;
    this.follow();
    // another function is walked
    if (env.prevPc < 0) this.cut(0);
    const { frames, held } = env.state;
    const before = this.steps.at(-1)?.frames;
    const copies: TracedFrame[] = [];
    for (let i = 0; i < frames.length; i++) copies.push(traced(frames[i]!, before?.[i]));
    this.steps.push({ pc: env.pc, insn: env.insns[env.pc]!, frames: copies, held });
    if (this.steps.length < 2 * LIMIT_STEPS) return;
    this.steps = this.steps.slice(LIMIT_STEPS);
    this.dropped += LIMIT_STEPS;
  }

  end(): readonly Step[] {
    this.follow();
    return this.steps.slice(-LIMIT_STEPS);
  }

  /** Paths are put on hold by an insn, and taken up, the last one first, where paths end. */
  private follow(): void {
    const { pending } = this.env;
    const { held } = this;
    while (held.length > 0 && pending[held.length - 1] !== held.at(-1)!.path) this.cut(held.pop()!.steps);
    for (let i = held.length; i < pending.length; i++) {
      held.push({ path: pending[i], steps: this.dropped + this.steps.length });
    }
  }

  /** Forgets what came behind so many steps. */
  private cut(steps: number): void {
    this.steps.length = Math.max(0, steps - this.dropped);
    if (steps < this.dropped) this.dropped = steps;
  }
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
