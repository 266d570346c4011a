// Which strings a record names: bytes of its spans, texts of its arguments and of its result, in source order.
//
// A text beside a number is nearly always the path of a file descriptor, which a process keeps until it closes it; a path that a call was
// given is often given again by the next call of the thread.
import { ARG_KINDS } from '../../event.ts';
import type { Block } from '../../event.ts';
import { LaneReader, LaneWriter } from '../streams.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';
import { FORM, RET_TEXT } from './form.ts';
import type { Forms } from './form.ts';
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
/** Six arguments and the result. */
const FORM_SLOTS = 7;
const NO_SPAN = 0;

/** Streams of ids: of spans, of texts. */
const KINDS = {
  mem: { codes: 'memCode', ids: 'memId' },
  text: { codes: 'textCode', ids: 'textId' },
} as const;
type Kind = keyof typeof KINDS;

/** Puts an id on its way, or takes it in: the walk over a block is the same. */
type Visit = (
  kind: Kind,
  thread: number,
  guesses: readonly number[],
  at: number,
  column: Uint32Array,
) => number;

/** Writes argText, retText and memBytes. `base` is the lowest id that no earlier block used. */
export function encodeTexts(block: Block, threads: Threads, forms: Forms, base: number, to: StreamSet): void {
  const writer = new IdWriter(base);
  const open = () => ({ codes: new LaneWriter(threads.threads), ids: new LaneWriter(threads.threads) });
  const streams = { mem: open(), text: open() };
  const lanes = { mem: lanesOf(streams.mem), text: lanesOf(streams.text) };
  walk(block, threads, forms, block, (kind, thread, guesses, at, column) => {
    writer.put(column[at]!, guesses, lanes[kind][thread]!);
    return column[at]!;
  });
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
  const reader = new IdReader(base, limit);
  const open = (kind: Kind) => ({
    codes: new LaneReader(from.from(KINDS[kind].codes), threads.threads),
    ids: new LaneReader(from.from(KINDS[kind].ids), threads.threads),
  });
  const streams = { mem: open('mem'), text: open('text') };
  const lanes = { mem: lanesOf(streams.mem), text: lanesOf(streams.text) };
  const columns = {
    argText: new Uint32Array(known.count * 6),
    retText: new Uint32Array(known.count),
    memBytes: new Uint32Array(known.memStart[known.count]!),
  };
  walk(
    known,
    threads,
    forms,
    columns,
    (kind, thread, guesses, at, column) => (column[at] = reader.next(guesses, lanes[kind][thread]!)),
  );
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
function walk(
  known: Known,
  { thread: threadOf, threads }: Threads,
  { forms, formOf }: Forms,
  { argText, retText, memBytes }: Texts,
  visit: Visit,
): void {
  const byForm = new Uint32Array(forms.length * FORM_SLOTS);
  const byFile = new Uint32Array(TABLE_SIZE);
  const byNumber = new Uint32Array(TABLE_SIZE);
  const byThread = new Uint32Array(threads);
  const after = new Uint32Array(AFTER_SIZE);
  const args = halvesOf(known.args);
  const ret = halvesOf(known.ret);
  const guesses = [0, 0, 0];
  for (let row = 0; row < known.count; row++) {
    const form = forms[formOf[row]!]!;
    const own = formOf[row]! * FORM_SLOTS;
    const thread = threadOf[row]!;
    const process = Math.imul(known.tgid[row]!, 61);
    const texts = form[FORM.texts]!;
    /** Visits a text: `slot` of the form, of a row about `subject`; `first` and `second` are other guesses. */
    const text = (slot: number, first: number, second: number, at: number, column: Uint32Array): number => {
      const place = hash(own + slot, subject) & (AFTER_SIZE - 1);
      guesses[0] = after[place]!;
      guesses[1] = first;
      guesses[2] = second;
      const id = visit('text', thread, guesses, at, column);
      after[place] = byForm[own + slot] = id;
      return id;
    };
    let subject = 0;
    for (let arg = 0; arg < 6; arg++) {
      if (((texts >> arg) & 1) === 0 || form[FORM.argKinds + arg] !== ARG_KINDS.value) continue;
      const low = args[(row * 6 + arg) * 2]!;
      const file = (process + low) & (TABLE_SIZE - 1);
      const number = low & (TABLE_SIZE - 1);
      guesses[0] = byFile[file]!;
      guesses[1] = byNumber[number]!;
      guesses[2] = byForm[own + arg]!;
      const id = visit('text', thread, guesses, row * 6 + arg, argText);
      byFile[file] = byNumber[number] = byForm[own + arg] = id;
      if (subject === 0) subject = id;
    }
    const firstSpan = known.memStart[row]!;
    const endSpan = known.memStart[row + 1]!;
    for (let span = firstSpan; span < endSpan; span++) {
      guesses[0] = span === firstSpan ? byThread[thread]! : memBytes[span - 1]!;
      guesses[1] = guesses[2] = 0;
      visit('mem', thread, guesses, span, memBytes);
    }
    if (endSpan > firstSpan) {
      byThread[thread] = memBytes[firstSpan]!;
      subject = hash(subject, memBytes[firstSpan]!);
    }
    for (let arg = 0; arg < 6; arg++) {
      if (((texts >> arg) & 1) === 0 || form[FORM.argKinds + arg] === ARG_KINDS.value) continue;
      text(arg, byForm[own + arg]!, 0, row * 6 + arg, argText);
    }
    if ((texts >> RET_TEXT) & 1) {
      const low = ret[row * 2]!;
      const file = (process + low) & (TABLE_SIZE - 1);
      const mem = endSpan > firstSpan ? memBytes[firstSpan]! : NO_SPAN;
      const id = text(RET_TEXT, mem, byFile[file]!, row, retText);
      byFile[file] = byNumber[low & (TABLE_SIZE - 1)] = id;
    }
  }
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
