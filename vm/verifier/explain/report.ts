// Why a program was refused, for a person: what the verifier knew, where it came from, what check is missing.
import { decodeInsn, type Insn } from '../../isa/insn.ts';
import type { LineInfo } from '../../object.ts';
import type { VerifyInput } from '../input.ts';
import { insnTexts } from '../print.ts';
import { printReg } from '../print-state.ts';
import type { Place } from '../refusal.ts';
import type { Verdict } from '../verdict.ts';
import { categoryOf } from '../messages/index.ts';
import { causesOf, type Cause } from './causes.ts';
import { storyOf, type FramePlace, type Step } from './story.ts';
import { causeText } from './words.ts';

/** An insn and its source line. */
export interface Spot {
  readonly pc: number;
  /** As the kernel's log prints it: `12: (71) r1 = *(u8 *)(r0 +1)`. */
  readonly text: string;
  readonly source: LineInfo | undefined;
}

/** One insn of the causal path. */
export interface ReportCause extends Spot {
  /** 'r3', 'fp-16': what it is about. */
  readonly place: string;
  /** What happened, in a sentence without a full stop. */
  readonly what: string;
  /** What the place held then, as the log prints it; undefined where it was not shown. */
  readonly value: string | undefined;
}

/** The parts of an explanation. */
export interface Report {
  /** Our own code of the message. */
  readonly code: string;
  /** 'memory safety', 'call safety', ... */
  readonly category: string;
  /** The kernel's line. */
  readonly reason: string;
  readonly why: string;
  readonly at: Spot;
  /** The insns around it that the program has, it among them. */
  readonly context: readonly Spot[];
  /** How the values came about that the refusal is about, in the order of the path. */
  readonly causes: readonly ReportCause[];
  readonly fix: string;
}

/** Insns shown before and after the one that failed. */
const CONTEXT_INSNS = 3;

/**
 * Explains a refusal. The verdict is of a walk with log level 1. `lineAt` tells the source line of an insn where the program's BTF does not.
 * Undefined when the program was accepted.
 */
export function reportOf(
  input: VerifyInput,
  { refusal, log }: Verdict,
  lineAt: (pc: number) => LineInfo | undefined = (pc) => sourceAt(input, pc),
): Report | undefined {
  if (refusal === undefined) return undefined;
  const texts = insnTexts(input);
  const spot = (pc: number): Spot => ({ pc, text: texts.get(pc) ?? `${pc}: ?`, source: lineAt(pc) });
  const insnAt = (pc: number): Insn | undefined => (texts.has(pc) ? decodeInsn(input.insns, pc) : undefined);
  const story = storyOf(log, insnAt);
  const pcs = [...texts.keys()];
  const index = Math.max(pcs.indexOf(refusal.pc), 0);
  const causes = refusal.places.flatMap((place) => causesAt(story, place));
  const inOrder = causes
    .filter(
      (cause, i) =>
        causes.findIndex(({ step, place }) => step === cause.step && samePlace(place, cause.place)) === i,
    )
    .toSorted((a, b) => story.indexOf(a.step) - story.indexOf(b.step));
  return {
    code: refusal.code,
    category: categoryOf(refusal.code),
    reason: refusal.message,
    why: refusal.why,
    at: spot(refusal.pc),
    context: pcs.slice(Math.max(index - CONTEXT_INSNS, 0), index + CONTEXT_INSNS + 1).map(spot),
    causes: inOrder.map((cause) => reportCause(cause, spot(cause.step.pc))),
    fix: refusal.fix,
  };
}

function reportCause(cause: Cause, { pc, text, source }: Spot): ReportCause {
  const { value, place } = cause;
  const shown = value === undefined ? undefined : printReg(value, place.frame);
  return { pc, text, source, place: placeText(place), what: causeText(cause), value: shown };
}

function causesAt(story: readonly Step[], place: Place): Cause[] {
  const failed = story.length - 1;
  const frame = story[failed]?.frameno ?? 0;
  return causesOf(story, failed, 'reg' in place ? { frame, reg: place.reg } : place);
}

function samePlace(a: FramePlace, b: FramePlace): boolean {
  return placeText(a) === placeText(b) && a.frame === b.frame;
}

/** 'r3', 'fp-16'. */
function placeText(place: FramePlace): string {
  return 'reg' in place ? `r${place.reg}` : `fp${-8 * (place.slot + 1)}`;
}

/** The source line that an insn belongs to: the last entry at or before it. */
function sourceAt({ lines }: VerifyInput, pc: number): LineInfo | undefined {
  return lines.findLast((line) => line.pc <= pc);
}
