// Which strings a record names: bytes of its spans, texts of its arguments and of its result, in source order.
//
// A text beside a number is nearly always the path of a file descriptor, which a process keeps until it closes it; a path that a call was
// given is often given again by the next call of the thread.
import { ARG_KINDS } from '../../event.ts';
import type { Block } from '../../event.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';
import { FORM, RET_TEXT } from './form.ts';
import type { Forms } from './form.ts';
import { IdReader, IdWriter } from './ids.ts';
import { halvesOf } from './numbers.ts';

/** The columns that are known before the texts. */
export type Known = Pick<Block, 'count' | 'tid' | 'tgid' | 'args' | 'ret' | 'memStart'>;
export type Texts = Pick<Block, 'argText' | 'retText' | 'memBytes'>;

/** Entries of a table of guesses. Two keys may share one: a guess need not be right. */
const TABLE_SIZE = 4096;
const NO_SPAN = 0;

/** Puts ids on their way, or takes them in: the walk over a block is the same. */
type Visit = (
  codes: 'textCode' | 'memCode',
  guesses: readonly number[],
  at: number,
  column: Uint32Array,
) => number;

/** Writes argText, retText and memBytes. `base` is the lowest id that no earlier block used. */
export function encodeTexts(block: Block, forms: Forms, base: number, to: StreamSet): void {
  const ids = new IdWriter(base, to.to('id'));
  const streams: Record<'textCode' | 'memCode', ByteWriter> = {
    textCode: to.to('textCode'),
    memCode: to.to('memCode'),
  };
  walk(block, forms, block, (codes, guesses, at, column) => {
    ids.put(column[at]!, guesses, streams[codes]);
    return column[at]!;
  });
}

/** Reads what `encodeTexts` wrote. Throws FormatError for an id from `limit` on. */
export function decodeTexts(
  known: Known,
  forms: Forms,
  base: number,
  limit: number,
  from: PackedStreams,
): Texts {
  const stream = from.from('id');
  const ids = new IdReader(base, limit, stream);
  const streams: Record<'textCode' | 'memCode', ByteReader> = {
    textCode: from.from('textCode'),
    memCode: from.from('memCode'),
  };
  const columns = {
    argText: new Uint32Array(known.count * 6),
    retText: new Uint32Array(known.count),
    memBytes: new Uint32Array(known.memStart[known.count]!),
  };
  walk(
    known,
    forms,
    columns,
    (codes, guesses, at, column) => (column[at] = ids.next(guesses, streams[codes])),
  );
  streams.textCode.end('codes of texts');
  streams.memCode.end('codes of spans');
  stream.end('string ids');
  return columns;
}

/** Visits every id of a block in a fixed order, with what is foreseen for it. */
function walk(
  known: Known,
  { forms, formOf }: Forms,
  { argText, retText, memBytes }: Texts,
  visit: Visit,
): void {
  const byForm = new Uint32Array(forms.length * 16);
  const byFile = new Uint32Array(TABLE_SIZE);
  const byNumber = new Uint32Array(TABLE_SIZE);
  const byThread = new Uint32Array(TABLE_SIZE);
  const args = halvesOf(known.args);
  const ret = halvesOf(known.ret);
  const guesses = [0, 0, 0, 0];
  for (let row = 0; row < known.count; row++) {
    const form = forms[formOf[row]!]!;
    const own = formOf[row]! * 16;
    const thread = known.tid[row]! & (TABLE_SIZE - 1);
    const process = Math.imul(known.tgid[row]!, 61);
    const firstSpan = known.memStart[row]!;
    const endSpan = known.memStart[row + 1]!;
    for (let span = firstSpan; span < endSpan; span++) {
      const slot = own + 8 + ((span - firstSpan) & 7);
      guesses[0] = byForm[slot]!;
      guesses[1] = byThread[thread]!;
      guesses[2] = span > firstSpan ? memBytes[span - 1]! : 0;
      guesses[3] = 0;
      byForm[slot] = visit('memCode', guesses, span, memBytes);
    }
    if (endSpan > firstSpan) byThread[thread] = memBytes[firstSpan]!;
    const texts = form[FORM.texts]!;
    if (texts === 0) continue;
    guesses[3] = endSpan > firstSpan ? memBytes[firstSpan]! : NO_SPAN;
    for (let arg = 0; arg < 6; arg++) {
      if ((texts >> arg) & 1) {
        const low = args[(row * 6 + arg) * 2]!;
        const isNumber = form[FORM.argKinds + arg] === ARG_KINDS.value;
        const file = (process + low) & (TABLE_SIZE - 1);
        guesses[0] = isNumber ? byFile[file]! : byForm[own + arg]!;
        guesses[1] = isNumber ? byNumber[low & (TABLE_SIZE - 1)]! : 0;
        guesses[2] = byForm[own + arg]!;
        const id = visit('textCode', guesses, row * 6 + arg, argText);
        byForm[own + arg] = id;
        if (isNumber) byFile[file] = byNumber[low & (TABLE_SIZE - 1)] = id;
      }
    }
    if ((texts >> RET_TEXT) & 1) {
      const low = ret[row * 2]!;
      const file = (process + low) & (TABLE_SIZE - 1);
      guesses[0] = byForm[own + RET_TEXT]!;
      guesses[1] = byFile[file]!;
      guesses[2] = byNumber[low & (TABLE_SIZE - 1)]!;
      const id = visit('textCode', guesses, row, retText);
      byForm[own + RET_TEXT] = byFile[file] = byNumber[low & (TABLE_SIZE - 1)] = id;
    }
  }
}
