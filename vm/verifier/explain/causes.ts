// Where a value came from: walks the path back from the insn that failed.
import { FRAME_REG } from '../../isa/opcodes.ts';
import { isSpill, type Slot } from '../state.ts';
import type { Reg } from '../reg.ts';
import { sourceRegs, stackSlot, writtenRegs } from './effects.ts';
import { regAfter, type FramePlace, type Step } from './story.ts';

/** What an insn of the path did to the value. */
export interface Cause {
  readonly step: Step;
  readonly place: FramePlace;
  readonly what:
    | 'set'
    | 'copied'
    | 'changed'
    | 'loaded'
    | 'filled'
    | 'spilled'
    | 'returned'
    | 'cleared'
    | 'passed'
    | 'narrowed';
  /** What the place held behind it; undefined when the log never showed it. */
  readonly value: Reg | undefined;
  /** Of a jump: whether it was taken. */
  readonly isTaken?: boolean;
}

/** Insns that an explanation shows at most, the nearest to the failure. */
const LIMIT_CAUSES = 12;

/** The insns that made what `place` held in front of step `failed`, in the order of the path. */
export function causesOf(steps: readonly Step[], failed: number, place: FramePlace): Cause[] {
  const causes: Cause[] = [];
  let at: FramePlace | undefined = place;
  for (let i = failed - 1; i >= 0 && at !== undefined && causes.length < LIMIT_CAUSES; i--) {
    const found = causeAt(steps, i, at);
    if (found === undefined) continue;
    causes.push(found.cause);
    at = found.from;
  }
  return causes.toReversed();
}

interface Found {
  readonly cause: Cause;
  /** Where the value stood before; undefined: it began here, or at the same place where that is `place`. */
  readonly from: FramePlace | undefined;
}

function causeAt(steps: readonly Step[], i: number, place: FramePlace): Found | undefined {
  const step = steps[i]!;
  const { insn } = step;
  const { kind } = insn.op;
  const found = (what: Cause['what'], from: FramePlace | undefined, isTaken?: boolean): Found => {
    const cause = { step, place, what, value: valueOf(regAfter(steps, i, place)) };
    return { cause: isTaken === undefined ? cause : { ...cause, isTaken }, from };
  };
  if (insn.op.name === 'call_subprog' && place.frame === step.frameno + 1) {
    return 'reg' in place && place.reg !== FRAME_REG
      ? found('passed', { frame: step.frameno, reg: place.reg })
      : undefined;
  }
  if (kind === 'exit' && place.frame === step.frameno - 1 && 'reg' in place && place.reg < 6) {
    return place.reg === 0 ? found('returned', { frame: step.frameno, reg: 0 }) : found('cleared', undefined);
  }
  if (place.frame !== step.frameno) return undefined;
  if ('slot' in place) {
    if (kind !== 'store' || stackSlot(insn) !== place.slot) return undefined;
    return found(
      'spilled',
      insn.op.name.startsWith('stx') ? { frame: place.frame, reg: insn.src } : undefined,
    );
  }
  if (kind === 'jump') {
    const compares = insn.dst === place.reg || (insn.op.source === 'reg' && insn.src === place.reg);
    const next = steps[i + 1];
    return compares && next !== undefined ? found('narrowed', place, next.pc !== step.pc + 1) : undefined;
  }
  if (!writtenRegs(insn).includes(place.reg)) return undefined;
  if (kind === 'call') return found(place.reg === 0 ? 'returned' : 'cleared', undefined);
  const slot = stackSlot(insn);
  if (slot !== undefined) return found('filled', { frame: place.frame, slot });
  if (kind === 'load') return found('loaded', undefined);
  const [source] = sourceRegs(insn);
  if (source === undefined) return found('set', undefined);
  return found(source === place.reg ? 'changed' : 'copied', { frame: place.frame, reg: source });
}

/** A register, or what was spilled to a slot. */
function valueOf(shown: Reg | Slot | undefined): Reg | undefined {
  if (shown === undefined || !('kinds' in shown)) return shown;
  return isSpill(shown) ? shown.reg : undefined;
}
