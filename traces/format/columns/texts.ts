// Which strings a record names: bytes of its spans, texts of its arguments and of its result, in source order.
//
// A text beside a number is nearly always the path of a file descriptor, which a process keeps until it closes it; a path that a call was
// given is often given again by the next call of the thread.
import { ARG_KINDS } from '../../event.ts';
import type { Block } from '../../event.ts';
import { LaneReader, LaneWriter } from '../streams.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';
import { argsOfKind, FORM, RET_TEXT } from './form.ts';
import type { Form, Forms } from './form.ts';
import { IdReader, IdWriter } from './ids.ts';
import type { Lane } from './ids.ts';
import { halvesOf } from './numbers.ts';
import type { Threads } from './who.ts';

/** The columns that are known before the texts. */
export type Known = Pick<Block, 'count' | 'tgid' | 'args' | 'ret' | 'memStart'>;
export type Texts = Pick<Block, 'argText' | 'retText' | 'memBytes'>;

/** Entries of a table of guesses. Two keys may share one: a guess need not be right. */
const TABLE_SIZE = 4096;
const AFTER_SIZE = 1 << 14;
/** The tables of the block that is walked: making them anew took longer than clearing them. */
const FILE_TABLE = new Uint32Array(TABLE_SIZE);
const NUMBER_TABLE = new Uint32Array(TABLE_SIZE);
const AFTER_TABLE = new Uint32Array(AFTER_SIZE);
/** Six arguments and the result. */
const FORM_SLOTS = 7;
const ALL_TEXTS = (1 << FORM_SLOTS) - 1;
const NO_SPAN = 0;

/** Streams of ids: of spans, of texts. */
const KINDS = {
  mem: { codes: 'memCode', ids: 'memId' },
  text: { codes: 'textCode', ids: 'textId' },
} as const;

/** Puts an id on its way, or takes it in: the walk over a block is the same. */
interface Visitor<T> {
  /** Visits the id at `at` of a column; the guesses are what is foreseen for it, the likeliest first. */
  visit(lane: Lane<T>, first: number, second: number, third: number, column: Uint32Array, at: number): number;
}

/** Lanes by thread. */
interface Lanes<T> {
  readonly mem: readonly Lane<T>[];
  readonly text: readonly Lane<T>[];
}

/** Writes argText, retText and memBytes. `base` is the lowest id that no earlier block used. */
export function encodeTexts(block: Block, threads: Threads, forms: Forms, base: number, to: StreamSet): void {
  const open = () => ({ codes: new LaneWriter(threads.threads), ids: new LaneWriter(threads.threads) });
  const streams = { mem: open(), text: open() };
  const lanes = { mem: lanesOf(streams.mem), text: lanesOf(streams.text) };
  walk(block, threads, forms, block, lanes, new IdWriter(base));
  for (const kind of ['mem', 'text'] as const) {
    streams[kind].codes.write(to.to(KINDS[kind].codes));
    streams[kind].ids.write(to.to(KINDS[kind].ids));
  }
}

/** Reads what `encodeTexts` wrote. Throws FormatError for an id from `limit` on. */
export function decodeTexts(
  known: Known,
  threads: Threads,
  forms: Forms,
  base: number,
  limit: number,
  from: PackedStreams,
): Texts {
  const open = (kind: keyof typeof KINDS) => ({
    codes: new LaneReader(from.from(KINDS[kind].codes), threads.threads),
    ids: new LaneReader(from.from(KINDS[kind].ids), threads.threads),
  });
  const streams = { mem: open('mem'), text: open('text') };
  const columns = {
    argText: new Uint32Array(known.count * 6),
    retText: new Uint32Array(known.count),
    memBytes: new Uint32Array(known.memStart[known.count]!),
  };
  const lanes = { mem: lanesOf(streams.mem), text: lanesOf(streams.text) };
  walk(known, threads, forms, columns, lanes, new IdReader(base, limit));
  for (const { codes, ids } of [streams.mem, streams.text]) {
    codes.end('codes of strings');
    ids.end('string ids');
  }
  return columns;
}

function lanesOf<T>({
  codes,
  ids,
}: {
  codes: { lanes: readonly T[] };
  ids: { lanes: readonly T[] };
}): Lane<T>[] {
  return codes.lanes.map((lane, thread) => ({ codes: lane, ids: ids.lanes[thread]! }));
}

/** Visits every id of a block in a fixed order, with what is foreseen for it. */
function walk<T>(
  known: Known,
  { thread: threadOf, threads }: Threads,
  { forms, formOf }: Forms,
  { argText, retText, memBytes }: Texts,
  lanes: Lanes<T>,
  visitor: Visitor<T>,
): void {
  const byForm = new Uint32Array(forms.length * FORM_SLOTS);
  const byFile = FILE_TABLE.fill(0);
  const byNumber = NUMBER_TABLE.fill(0);
  const byThread = new Uint32Array(threads);
  const after = AFTER_TABLE.fill(0);
  const args = halvesOf(known.args);
  const ret = halvesOf(known.ret);
  const { count, tgid, memStart } = known;
  const numbers = Uint8Array.from(forms, numberTexts);
  const others = Uint8Array.from(forms, (form, i) => form[FORM.texts]! & ALL_TEXTS & ~numbers[i]!);
  for (let row = 0; row < count; row++) {
    const form = formOf[row]!;
    const firstSpan = memStart[row]!;
    const endSpan = memStart[row + 1]!;
    const ofNumbers = numbers[form]!;
    const ofOthers = others[form]!;
    if ((ofNumbers | ofOthers) === 0 && firstSpan === endSpan) continue;
    const own = form * FORM_SLOTS;
    const thread = threadOf[row]!;
    const process = Math.imul(tgid[row]!, 61);
    const lane = lanes.text[thread]!;
    let subject = 0;
    for (let left = ofNumbers; left !== 0; left &= left - 1) {
      const arg = 31 - Math.clz32(left & -left);
      const low = args[(row * 6 + arg) * 2]!;
      const file = (process + low) & (TABLE_SIZE - 1);
      const number = low & (TABLE_SIZE - 1);
      const id = visitor.visit(
        lane,
        byFile[file]!,
        byNumber[number]!,
        byForm[own + arg]!,
        argText,
        row * 6 + arg,
      );
      byFile[file] = byNumber[number] = byForm[own + arg] = id;
      if (subject === 0) subject = id;
    }
    for (let span = firstSpan; span < endSpan; span++) {
      const guess = span === firstSpan ? byThread[thread]! : memBytes[span - 1]!;
      visitor.visit(lanes.mem[thread]!, guess, 0, 0, memBytes, span);
    }
    if (endSpan > firstSpan) {
      byThread[thread] = memBytes[firstSpan]!;
      subject = hash(subject, memBytes[firstSpan]!);
    }
    for (let left = ofOthers; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      const place = hash(own + slot, subject) & (AFTER_SIZE - 1);
      const guess = after[place]!;
      let id: number;
      if (slot === RET_TEXT) {
        const low = ret[row * 2]!;
        const file = (process + low) & (TABLE_SIZE - 1);
        const mem = endSpan > firstSpan ? memBytes[firstSpan]! : NO_SPAN;
        id = visitor.visit(lane, guess, mem, byFile[file]!, retText, row);
        byFile[file] = byNumber[low & (TABLE_SIZE - 1)] = id;
      } else id = visitor.visit(lane, guess, byForm[own + slot]!, 0, argText, row * 6 + slot);
      after[place] = byForm[own + slot] = id;
    }
  }
}

/** Bits of the arguments of a form that are numbers with a text. */
function numberTexts(form: Form): number {
  return form[FORM.texts]! & argsOfKind(form, ARG_KINDS.value);
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
