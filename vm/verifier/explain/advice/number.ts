// Where a number came from that was used as an offset or a size: how it was scaled since, and how large it may be.
import type { Scalar } from '../../scalar.ts';
import type { Reg } from '../../reg.ts';
import { causesOf, type Cause } from '../causes.ts';
import type { FramePlace } from '../trace.ts';
import { nameOf, placeName, whereText, type Facts } from './facts.ts';

/** `offset = scale * x + plus`, where x is what `origin` gave. */
export interface NumberStory {
  readonly origin: Cause | undefined;
  readonly scale: bigint;
  readonly plus: bigint;
  /** What is known of x in the end. */
  readonly x: Scalar | undefined;
  /** 's (r1)', 'r1'. */
  readonly name: string;
  /** 's', 'r1': as it is written in a check. */
  readonly term: string;
  /** The last comparison of it with a constant. */
  readonly compared: Cause | undefined;
  /** All that is known of how it came about, in the order of the path. */
  readonly causes: readonly Cause[];
}

/** Of the number that `place` held in front of step `at`. */
export function numberStory(facts: Facts, at: number, place: FramePlace, held: Reg | undefined): NumberStory {
  const causes = causesOf(facts.path, at, place).toReversed();
  let scale = 1n;
  let plus = 0n;
  let x = held?.type === 'scalar' ? held.scalar : undefined;
  let origin: Cause | undefined;
  let compared: Cause | undefined;
  for (const [i, cause] of causes.entries()) {
    origin = cause;
    const isJump = cause.what === 'narrowed' || cause.what === 'linked';
    if (isJump && cause.step.insn.op.kind === 'jump' && cause.step.insn.op.source === 'imm')
      compared ??= cause;
    if (isJump || cause.what === 'filled' || cause.what === 'spilled' || cause.what === 'passed') continue;
    const { op, imm } = cause.step.insn;
    if (cause.what === 'copied' && op.kind === 'alu') continue;
    if (cause.what !== 'changed' || op.kind !== 'alu' || op.source !== 'imm') break;
    const next = causes[i + 1]?.step.insn;
    const isHalved =
      op.alu === 'rsh' && imm === 32 && next?.op.kind === 'alu' && next.op.alu === 'lsh' && next.imm === 32;
    const undone = isHalved || isWidening(causes[i - 1], cause) ? IDENTITY : INVERSES[op.alu]?.(BigInt(imm));
    if (undone === undefined) break;
    plus += scale * undone.plus;
    scale *= undone.scale;
    if (undone !== IDENTITY) x = cause.before?.type === 'scalar' ? cause.before.scalar : undefined;
  }
  const place_ = origin === undefined ? '' : placeName(origin);
  const name =
    origin === undefined ? 'the number' : nameOf(facts, isFirst(origin) ? origin : undefined, place_);
  return {
    origin,
    scale,
    plus,
    x,
    name,
    term: name.replace(/ \(.*/, ''),
    compared,
    causes: causes.toReversed(),
  };
}

const IDENTITY = { scale: 1n, plus: 0n };
const INVERSES: Readonly<Record<string, (imm: bigint) => typeof IDENTITY>> = {
  add: (imm) => ({ scale: 1n, plus: imm }),
  sub: (imm) => ({ scale: 1n, plus: -imm }),
  mul: (imm) => ({ scale: imm, plus: 0n }),
  lsh: (imm) => ({ scale: 1n << imm, plus: 0n }),
};

/** The value began at the cause, so that its line may name it. */
function isFirst({ what }: Cause): boolean {
  return what === 'loaded' || what === 'returned' || what === 'set' || what === 'changed';
}

/** The first half of `<<= 32` and `>>= 32`, which make 64 bits of the lower 32. */
function isWidening(after: Cause | undefined, cause: Cause): boolean {
  const { op, imm } = cause.step.insn;
  const next = after?.step.insn;
  return (
    op.kind === 'alu' &&
    op.alu === 'lsh' &&
    imm === 32 &&
    next?.op.kind === 'alu' &&
    next.op.alu === 'rsh' &&
    next.imm === 32
  );
}

/** 's (r1), which line 6 reads from the ctx': without a value where nothing is known of where it came from. */
export function originText(facts: Facts, { origin, name }: NumberStory): string {
  if (origin === undefined) return name;
  return `${name}, from ${whereText(facts, origin.step.pc)}`;
}

/** The largest x for which `scale * x + plus` is at most `most`; undefined when there is none. */
export function largest({ scale, plus }: NumberStory, most: bigint): bigint | undefined {
  if (scale <= 0n) return undefined;
  const room = most - plus;
  return room < 0n ? undefined : room / scale;
}

/** ', times 8, plus 4': how the offset is made of it. */
export function scaleText({ scale, plus }: NumberStory): string {
  const times = scale === 1n ? '' : `, times ${scale}`;
  return plus === 0n ? times : `${times}, plus ${plus}`;
}
