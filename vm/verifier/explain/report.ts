// Why a program was refused, for a person: what the verifier knew, where it came from, what check is missing.
import type { LineInfo } from '../../object.ts';
import type { VerifyInput } from '../input.ts';
import { insnTexts } from '../print.ts';
import { printReg } from '../print-state.ts';
import type { Refusal } from '../refusal.ts';
import type { Verdict } from '../verdict.ts';
import { categoryOf, type MessageCode } from '../messages/index.ts';
import { advise } from './advice/advise.ts';
import { causesOf, isSamePlace, type Cause, type CauseKind } from './causes.ts';
import { describeReg } from './describe.ts';
import { topNumber, tracePath, type FramePlace, type Step } from './trace.ts';
import { causeText, placeText } from './words.ts';

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
  /** What the place held then, as the log prints it and in words; undefined where it held no register's value. */
  readonly value: string | undefined;
  readonly means: string | undefined;
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
/** Insns of the causal path that are shown, the last ones. */
const LIMIT_CAUSES = 16;

/** Rules that are looked at when all paths were walked to their ends. */
const BEHIND_WALK: ReadonlySet<MessageCode> = new Set([
  'call-chain-depth',
  'stack-depth',
  'tail-call-depth',
  'flow-bug',
]);

/** What leaves nothing to describe. */
const LOSSES: ReadonlySet<CauseKind> = new Set(['cleared', 'released', 'moved']);

/**
 * Explains a refusal. Walks the program once more, to see the states on the path. `lineAt` tells the source line of an insn where the program's BTF
 * does not. Undefined when the program was accepted.
 */
export function reportOf(
  input: VerifyInput,
  verdict: Verdict,
  lineAt: (pc: number) => LineInfo | undefined = (pc) => sourceAt(input, pc),
): Report | undefined {
  const { refusal } = verdict;
  if (refusal === undefined) return undefined;
  const texts = insnTexts(input);
  const spot = (pc: number): Spot => ({ pc, text: texts.get(pc) ?? `${pc}: ?`, source: lineAt(pc) });
  const path = BEHIND_WALK.has(refusal.code) ? [] : tracePath(input, verdict.stats.limitInsns);
  const failed = path.at(-1)?.pc === refusal.pc ? path.length - 1 : path.length;
  const causes = causesAt(path, failed, refusal);
  const advice = advise({ input, verdict, refusal, path, failed, causes, lineAt });
  const pcs = [...texts.keys()];
  const index = Math.max(pcs.indexOf(refusal.pc), 0);
  return {
    code: refusal.code,
    category: categoryOf(refusal.code),
    reason: refusal.message,
    why: advice.why ?? refusal.why,
    at: spot(refusal.pc),
    context: pcs.slice(Math.max(index - CONTEXT_INSNS, 0), index + CONTEXT_INSNS + 1).map(spot),
    causes: inOrder([...causes, ...(advice.causes ?? [])]).map((cause) =>
      reportCause(cause, spot(cause.step.pc)),
    ),
    fix: advice.fix ?? refusal.fix,
  };
}

/** How the places came about that a refusal is about. */
function causesAt(path: readonly Step[], failed: number, { places }: Refusal): Cause[] {
  const step = path[failed];
  if (step === undefined) return [];
  const frame = topNumber(step);
  return inOrder(
    places.flatMap((place): Cause[] => {
      const at: FramePlace = 'reg' in place ? { frame, reg: place.reg } : place;
      return causesOf(path, failed, at);
    }),
  );
}

/** In the order of the path, each once, the last ones. */
function inOrder(causes: readonly Cause[]): Cause[] {
  const isFirst = (cause: Cause, i: number): boolean =>
    causes.findIndex(
      (other) =>
        other.index === cause.index && (cause.what === 'branched' || isSamePlace(other.place, cause.place)),
    ) === i;
  return causes
    .filter((cause, i) => cause.what !== 'never' && isFirst(cause, i))
    .toSorted((a, b) => a.index - b.index)
    .slice(-LIMIT_CAUSES);
}

function reportCause(cause: Cause, { pc, text, source }: Spot): ReportCause {
  const { value, place } = cause;
  return {
    pc,
    text,
    source,
    place: placeText(place),
    what: causeText(cause),
    value: value === undefined ? undefined : printReg(value, place.frame),
    means: value === undefined || LOSSES.has(cause.what) ? undefined : describeReg(value, place.frame),
  };
}

/** The source line that an insn belongs to: the last entry at or before it. */
function sourceAt({ lines }: VerifyInput, pc: number): LineInfo | undefined {
  return lines.findLast((line) => line.pc <= pc);
}
