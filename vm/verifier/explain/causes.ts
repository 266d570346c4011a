// Where a value came from: walks the path back from the insn that failed.
import { isSpill, type Slot } from '../state.ts';
import { isPacketPointer, isPointer, withReg, type Reg } from '../reg.ts';
import { printReg } from '../print-state.ts';
import { slotBehind, sourceRegs, writtenRegs } from './effects.ts';
import { heldAt, topFrame, topNumber, type FramePlace, type Step } from './trace.ts';

/** What an insn of the path did to the value. */
export type CauseKind =
  | 'set'
  | 'copied'
  | 'changed'
  | 'loaded'
  | 'filled'
  | 'spilled'
  | 'written'
  | 'returned'
  | 'cleared'
  | 'passed'
  | 'given'
  | 'narrowed'
  | 'linked'
  | 'released'
  | 'moved'
  | 'branched'
  | 'acquired'
  | 'opened'
  | 'never';

/** An insn of the path, and what it did. */
export interface Cause {
  /** Position in the path. */
  readonly index: number;
  readonly step: Step;
  readonly place: FramePlace;
  readonly what: CauseKind;
  /** What the place held in front of it and behind it; undefined where that is no register's value. */
  readonly before: Reg | undefined;
  readonly value: Reg | undefined;
  /** Of a jump: whether it was taken. */
  readonly isTaken: boolean;
}

/** Insns that an explanation shows at most of one place, the nearest to the failure. */
const LIMIT_CAUSES = 12;

/** The insns that made what `place` held in front of step `failed`, in the order of the path. */
export function causesOf(path: readonly Step[], failed: number, place: FramePlace): Cause[] {
  const causes: Cause[] = [];
  const follow: { at: FramePlace; before: number }[] = [{ at: place, before: failed }];
  for (let next = follow.pop(); next !== undefined; next = follow.pop()) {
    let at: FramePlace | undefined = next.at;
    for (let i = next.before - 1; i >= 0 && at !== undefined && causes.length < LIMIT_CAUSES; i--) {
      const found = causeAt(path, i, at);
      if (found === undefined) continue;
      causes.push(found.cause);
      at = found.from[0];
      // a number that was added to a pointer, or to another number, comes first: it is what is bounded
      for (const other of found.from.slice(1)) follow.push({ at: other, before: i });
    }
  }
  return causes.toSorted((a, b) => a.index - b.index);
}

/** A cause that is none of a value: a branch, what was acquired. */
export function plainCause(path: readonly Step[], index: number, what: CauseKind): Cause {
  const step = path[index]!;
  const place = { frame: topNumber(step), reg: 0 };
  return {
    index,
    step,
    place,
    what,
    before: undefined,
    value: undefined,
    isTaken: isTakenAt(path, index),
  };
}

/** Whether the jump at step `index` was taken. */
export function isTakenAt(path: readonly Step[], index: number): boolean {
  const next = path[index + 1];
  return next !== undefined && next.pc !== path[index]!.pc + 1;
}

interface Found {
  readonly cause: Cause;
  /** Where the value stood before, and what else went into it; empty: it began here. */
  readonly from: readonly FramePlace[];
}

function causeAt(path: readonly Step[], i: number, place: FramePlace): Found | undefined {
  const step = path[i]!;
  const next = path[i + 1]!;
  const { insn } = step;
  const top = topNumber(step);
  const before = valueOf(heldAt(step, place));
  const value = valueOf(heldAt(next, place));
  const found = (what: CauseKind, ...from: FramePlace[]): Found => ({
    cause: { index: i, step, place, what, before, value, isTaken: isTakenAt(path, i) },
    from,
  });
  if (place.frame > top) return entered(next, place, top, found);
  if (topNumber(next) < top) return left(step, next, place, found);
  if (topNumber(next) > top) return undefined; // the caller's frame waits
  if (place.frame === top && !isSameFrame(step, next)) return found('given');
  const written = place.frame === top && 'reg' in place && writtenRegs(insn).includes(place.reg);
  if (written) return writtenBy(step, place.reg, value, top, found);
  if ('slot' in place) {
    if (!isChanged(heldAt(step, place), heldAt(next, place), place.frame)) {
      const isStore = insn.op.kind === 'store' || insn.op.kind === 'release';
      const target = isStore ? slotBehind(topFrame(step).regs[insn.dst], insn.off) : undefined;
      if (target === undefined || !isSamePlace(target, place)) return undefined;
    }
    return storedBy(step, place, value, top, found);
  }
  if (insn.op.kind === 'jump') {
    const isOperand =
      place.frame === top && (insn.dst === place.reg || (insn.op.source === 'reg' && insn.src === place.reg));
    if (isOperand) return found('narrowed', place);
    return changedReg(before, value, place.frame) ? found('linked', place) : undefined;
  }
  if (insn.op.kind === 'call' && changedReg(before, value, place.frame)) {
    return before !== undefined && isPacketPointer(before) ? found('moved', place) : found('released', place);
  }
  return undefined;
}

type MakeFound = (what: CauseKind, ...from: FramePlace[]) => Found;

/** Into a frame that the insn made. */
function entered(next: Step, place: FramePlace, caller: number, found: MakeFound): Found | undefined {
  if (!('reg' in place)) return undefined;
  if (topFrame(next).isCallback) return found('given');
  return place.reg >= 1 && place.reg <= 5
    ? found('passed', { frame: caller, reg: place.reg })
    : found('never');
}

/** Out of a frame that ended. */
function left(step: Step, next: Step, place: FramePlace, found: MakeFound): Found | undefined {
  const top = topNumber(step);
  if (place.frame !== topNumber(next) || !('reg' in place) || place.reg > 5) return undefined;
  if (place.reg > 0) return found('cleared');
  return topFrame(step).isCallback ? found('returned') : found('returned', { frame: top, reg: 0 });
}

function writtenBy(step: Step, reg: number, value: Reg | undefined, top: number, found: MakeFound): Found {
  const { insn } = step;
  const { kind } = insn.op;
  if (kind === 'call' || kind === 'packet')
    return found(reg === 0 && value?.type !== 'not_init' ? 'returned' : 'cleared');
  if (kind === 'load' || kind === 'acquire') {
    const slot = slotBehind(topFrame(step).regs[insn.src], insn.off);
    return slot === undefined ? found('loaded') : found('filled', slot);
  }
  if (kind === 'atomic') return found('loaded');
  const sources = sourceRegs(insn).map((source) => ({ frame: top, reg: source }));
  if (sources.length === 0) return found('set');
  return found(sources[0]!.reg === reg ? 'changed' : 'copied', ...sources);
}

function storedBy(
  { insn, frames }: Step,
  place: FramePlace,
  value: Reg | undefined,
  top: number,
  found: MakeFound,
): Found {
  if (insn.op.kind === 'store' && insn.op.source === 'reg') {
    const pointer = frames[top]!.regs[insn.dst];
    const target = slotBehind(pointer, insn.off);
    if (target !== undefined && isSamePlace(target, place) && value !== undefined) {
      return found('spilled', { frame: top, reg: insn.src });
    }
  }
  return found('written');
}

/** A register, or what was spilled to a slot. */
function valueOf(held: Reg | Slot | undefined): Reg | undefined {
  if (held === undefined || !('kinds' in held)) return held;
  return isSpill(held) ? held.reg : undefined;
}

function changedReg(before: Reg | undefined, value: Reg | undefined, frame: number): boolean {
  if (before === value || before === undefined || value === undefined) return false;
  if (!isPointer(before) && !isPointer(value)) {
    const plain = { precise: false, id: 0 };
    return printReg(withReg(before, plain), frame) !== printReg(withReg(value, plain), frame);
  }
  return before.type !== value.type || before.flags !== value.flags || before.range !== value.range;
}

function isChanged(before: Reg | Slot | undefined, value: Reg | Slot | undefined, frame: number): boolean {
  if (before === value || value === undefined || !('kinds' in value)) return false;
  if (before === undefined || !('kinds' in before)) return value.kinds !== 0;
  return before.kinds !== value.kinds || changedReg(before.reg, value.reg, frame);
}

/** The frame that runs in front of both is one and the same. */
function isSameFrame(a: Step, b: Step): boolean {
  return topFrame(a).subprog === topFrame(b).subprog && topFrame(a).callsite === topFrame(b).callsite;
}

/** The same register of the same frame, or the same slot. */
export function isSamePlace(a: FramePlace, b: FramePlace): boolean {
  if (a.frame !== b.frame) return false;
  return 'reg' in a ? 'reg' in b && a.reg === b.reg : 'slot' in b && a.slot === b.slot;
}
