// Advice for accesses that may leave the memory: which number decides, how large it may be, and which check is missing.
import { ARG_TYPES } from '../../../helpers/args.ts';
import { isPointer, type Reg } from '../../reg.ts';
import { describeNumber, pointee } from '../describe.ts';
import { topFrame, topNumber } from '../trace.ts';
import type { Cause } from '../causes.ts';
import { causesOf } from '../causes.ts';
import { failedStep, leaveIf, placeOf, regHeld, whereText, type Advice, type Facts } from './facts.ts';
import { helperOf } from './helper.ts';
import { largest, numberStory, originText, scaleText, type NumberStory } from './number.ts';

/** Bytes behind a pointer, where they are known. */
export function sizeBehind(reg: Reg): number | undefined {
  if (reg.type === 'map_value') return reg.map?.spec.valueSize;
  if (reg.type === 'map_key') return reg.map?.spec.keySize;
  if (reg.type === 'mem') return reg.memBytes;
  return undefined;
}

/** Of 'region-min' and 'region-max': args are the register, the offset, the bytes and the size. */
export function adviseRegion(facts: Facts): Advice | undefined {
  const [reg, off, bytes, size] = facts.refusal.args as [number, number, number, number]; // as the message takes them
  const held = regHeld(facts, reg);
  if (held === undefined) return undefined;
  const { of } = pointee(held, 0);
  const what = `the access takes ${count(bytes)} at offset ${off} of ${of}, which ends at byte ${size - 1}`;
  const sized = sizeArgument(facts, reg, off, bytes, size, of);
  if (sized !== undefined) return sized;
  const added = addedNumber(facts, reg);
  if (added === undefined) {
    const fix =
      bytes > size
        ? `access at most ${size} bytes`
        : `use an offset from 0 to ${size - bytes} for ${count(bytes)}`;
    return { why: what, fix };
  }
  const { story, number } = added;
  const top = BigInt(off) - (facts.refusal.code === 'region-max' ? number.scalar.umax : number.scalar.smin);
  const most = largest(story, BigInt(size - bytes) - top);
  const why = `${what}. The offset is made of ${originText(facts, story)}${scaleText(story)}: ${rangeText(story)}`;
  if (most === undefined)
    return { why, fix: `use a smaller fixed offset: ${count(bytes)} must end at byte ${size - 1} or before` };
  return { why: `${why}, and ${most} is the largest that fits`, fix: fixText(facts, story, most) };
}

/** Of 'index-negative', 'region-unbounded': a number without an end was added to a pointer. */
export function adviseUnbounded(facts: Facts): Advice | undefined {
  const [reg] = facts.refusal.args as [number]; // as the messages take it
  const held = regHeld(facts, reg);
  const added = addedNumber(facts, reg);
  if (held === undefined || added === undefined) return undefined;
  return unboundedAdvice(facts, held, added.story);
}

/** Of 'pointer-unbounded': args are the pointer's type and the register of the number. */
export function advisePointerMath(facts: Facts): Advice | undefined {
  const step = failedStep(facts);
  if (step === undefined) return undefined;
  const regs = topFrame(step).regs;
  const { dst, src } = step.insn;
  const numberAt = isPointer(regs[dst]!) ? src : dst;
  const pointer = regs[numberAt === src ? dst : src]!;
  if (numberAt === dst && isPointer(regs[dst]!)) return undefined;
  const story = numberStory(facts, facts.failed, placeOf(facts, numberAt), regs[numberAt]);
  return unboundedAdvice(facts, pointer, story);
}

function unboundedAdvice(facts: Facts, pointer: Reg, story: NumberStory): Advice {
  const { x, scale, plus } = story;
  const { of } = pointee(pointer, topNumber(failedStep(facts)!));
  const isHalf = x !== undefined && x.smin < 0n && x.smax < 1n << 40n;
  const why =
    `the offset into ${of} is made of ${originText(facts, story)}${scaleText(story)}: ${rangeText(story)}` +
    (isHalf ? '. A comparison of signed numbers says nothing about those below 0' : '');
  const stack =
    pointer.type === 'stack'
      ? -(pointer.off + Number(BigInt.asIntN(64, pointer.scalar.bits.value)))
      : undefined;
  const size = sizeBehind(pointer) ?? stack;
  if (size === undefined || pointer.type === 'pkt') {
    return {
      why,
      fix: `bound ${story.term} first: ${leaveIf(`${story.term} > LIMIT`)}, with LIMIT a constant`,
    };
  }
  const room = BigInt(size - pointer.off * (pointer.type === 'stack' ? 0 : 1));
  const most = largest(story, room - (scale > 0n ? scale : 1n) - (plus < 0n ? plus : 0n));
  if (most === undefined) return { why };
  return { why: `${why}. ${most} is the largest index that fits`, fix: fixText(facts, story, most) };
}

/** Of 'size-negative', 'size-unbounded', 'size-zero': args begin with the register of the size. */
export function adviseSize(facts: Facts): Advice | undefined {
  const [reg] = facts.refusal.args as [number]; // as the messages take it
  const held = regHeld(facts, reg);
  const step = failedStep(facts);
  if (held === undefined || step === undefined) return undefined;
  const story = numberStory(facts, facts.failed, placeOf(facts, reg), held);
  const callee = helperOf(step.insn, facts.input.type);
  if (facts.refusal.code === 'size-zero') {
    return {
      why: `${callee?.name ?? 'the callee'} takes no size of 0, and ${originText(facts, story)}, is ${describeHeld(story)}`,
      fix: `leave when it is 0: ${leaveIf(`${story.term} == 0`)}`,
    };
  }
  const memory = regHeld(facts, reg - 1);
  const room = memory === undefined ? undefined : roomBehind(memory);
  const why = `${callee?.name ?? 'the callee'} takes r${reg} as a number of bytes, and ${originText(facts, story)}, is ${describeHeld(story)}`;
  if (room === undefined || memory === undefined) return { why };
  const left = `${why}. Behind r${reg - 1} there is room for ${count(room)} (${pointee(memory, 0).of})`;
  const most = largest(story, BigInt(room));
  return most === undefined ? { why: left } : { why: left, fix: fixText(facts, story, most) };
}

/** A helper that is given memory and its size, where the size is too large for the memory. */
function sizeArgument(
  facts: Facts,
  reg: number,
  off: number,
  bytes: number,
  size: number,
  of: string,
): Advice | undefined {
  const step = failedStep(facts)!;
  const callee = helperOf(step.insn, facts.input.type);
  const word = callee?.args[reg];
  if (callee === undefined || word === undefined) return undefined;
  const kind = ARG_TYPES[word.replace(/:.*/, '') as keyof typeof ARG_TYPES]?.kind; // words begin with a name of the table
  if (kind !== 'size') return keyArgument(facts, reg, callee.args[reg - 1], size, of);
  const held = regHeld(facts, reg + 1);
  const story = numberStory(facts, facts.failed, placeOf(facts, reg + 1), held);
  const room = size - off;
  const most = room < 0 ? undefined : largest(story, BigInt(room));
  const why = `${callee.name} may use ${count(bytes)} at offset ${off} of ${of}, where ${count(Math.max(room, 0))} are left. The size is made of ${originText(facts, story)}${scaleText(story)}: ${rangeText(story)}`;
  const { causes } = story;
  return most === undefined ? { why, causes } : { why, fix: fixText(facts, story, most), causes };
}

function keyArgument(
  facts: Facts,
  reg: number,
  word: string | undefined,
  size: number,
  of: string,
): Advice | undefined {
  const needed = needOf(facts, word);
  if (needed === undefined) return undefined;
  return {
    why: `${needed.text}, and r${reg} points at ${of}, which does not have as many from there on`,
    fix: needed.bytes <= size ? `let r${reg} point at the begin of what is meant` : needed.fix,
  };
}

/** Of stack accesses that leave the frame: args begin with what is done and the register. */
export function adviseStackEnd(facts: Facts): Advice | undefined {
  const [, reg] = facts.refusal.args as [string, number]; // as the messages take it
  const step = failedStep(facts);
  const held = regHeld(facts, reg);
  if (step === undefined || held?.type !== 'stack') return undefined;
  const needed = needOf(facts, helperOf(step.insn, facts.input.type)?.args[reg - 1]);
  const off = held.off + Number(BigInt.asIntN(64, held.scalar.bits.value));
  if (needed === undefined || off >= 0) return undefined;
  if (-off >= needed.bytes) return undefined;
  return {
    why: `${needed.text}, and r${reg} points at r10${off}, with only ${count(-off)} up to the end of the stack`,
    fix: needed.fix,
  };
}

/** How many bytes an argument of a helper needs that is a key or a value of the map in r1. */
function needOf(
  facts: Facts,
  word: string | undefined,
): { bytes: number; text: string; fix: string } | undefined {
  const spec = regHeld(facts, 1)?.map?.spec;
  if (spec === undefined || word === undefined) return undefined;
  if (word.includes('map_key')) {
    const { keySize: bytes, name } = spec;
    return {
      bytes,
      text: `the keys of map ${name} have ${count(bytes)}`,
      fix: `make the variable for the key as large as the keys: ${bytes} bytes${cType(bytes)}`,
    };
  }
  if (!word.includes('map_value')) return undefined;
  const { valueSize: bytes, name } = spec;
  return {
    bytes,
    text: `the values of map ${name} have ${count(bytes)}`,
    fix: `make the variable for the value as large as the values: ${bytes} bytes${cType(bytes)}`,
  };
}

function cType(bytes: number): string {
  return bytes === 4 || bytes === 8 ? ` (__u${bytes * 8})` : '';
}

/** The number that was added last to the pointer in `reg`. */
function addedNumber(
  facts: Facts,
  reg: number,
): { readonly story: NumberStory; readonly number: Reg } | undefined {
  const causes = causesOf(facts.path, facts.failed, placeOf(facts, reg));
  const add = causes.findLast(isMoveByReg);
  if (add === undefined || add.step.insn.op.kind !== 'alu') return undefined;
  const { regs } = topFrame(add.step);
  const { dst, src } = add.step.insn;
  const numberAt = isPointer(regs[dst]!) ? src : dst;
  const number = regs[numberAt]!;
  if (number.type !== 'scalar') return undefined;
  const place = { frame: topNumber(add.step), reg: numberAt };
  return { story: numberStory(facts, add.index, place, number), number };
}

function isMoveByReg({ what, value, step: { insn } }: Cause): boolean {
  const { op } = insn;
  return (
    what === 'changed' &&
    op.kind === 'alu' &&
    op.source === 'reg' &&
    op.alu === 'add' &&
    value !== undefined &&
    isPointer(value)
  );
}

/** Bytes from where a pointer stands to the end of what it points into, at least. */
function roomBehind(reg: Reg): number | undefined {
  const { smin, smax } = reg.scalar;
  if (smin !== smax) return undefined;
  const at = reg.off + Number(smin);
  if (reg.type === 'stack') return -at;
  const size = sizeBehind(reg);
  return size === undefined ? undefined : size - at;
}

/** What keeps the number within bounds: a comparison that is there already, or one to add. */
function fixText(facts: Facts, { term, compared, x, origin }: NumberStory, most: bigint): string {
  if (x !== undefined && x.smin >= 0n && compared !== undefined && compared.index > (origin?.index ?? 0)) {
    return `the comparison at ${whereText(facts, compared.step.pc)} lets too much through: ${term} must be at most ${most}`;
  }
  const mask = isMask(most) ? `, or mask it: ${term} &= ${most}` : '';
  return `check first that ${term} is at most ${most}, as an unsigned number: ${leaveIf(`${term} > ${most}`)}${mask}`;
}

function isMask(most: bigint): boolean {
  return most > 0n && (most & (most + 1n)) === 0n;
}

function rangeText(story: NumberStory): string {
  return `it is ${describeHeld(story)}`;
}

function describeHeld({ x }: NumberStory): string {
  return x === undefined ? 'a number that may be anything' : describeNumber(x);
}

export function count(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}
