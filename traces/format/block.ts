// A block section: what the index says of it, then its columns.
//
//   clear part: ordinal, records before, string base, strings, system calls, last line (varints) | summary
//   then the container of streams
//
// Columns decode in five groups, each when first touched, so that totals never unpack arguments:
//
//   who --> form --> numbers --> texts --> memory        times
//                \--> lines, flags <---------------------/
import type { Block } from '../event.ts';
import type { BlockSummary } from '../recording.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeForms, encodeForms } from './columns/form.ts';
import type { FormColumns } from './columns/form.ts';
import { decodeMadeUp, decodeMemory, encodeMemory } from './columns/memory.ts';
import type { LengthOf } from './columns/memory.ts';
import { decodeNumbers, encodeNumbers } from './columns/numbers.ts';
import { decodeTexts, encodeTexts } from './columns/texts.ts';
import { decodeLines, encodeLines } from './columns/lines.ts';
import { decodeTimes, encodeTimes } from './columns/when.ts';
import type { ClockGrain } from './columns/when.ts';
import { decodeWho, encodeWho } from './columns/who.ts';
import type { Who } from './columns/who.ts';
import { FormatError } from './errors.ts';
import { PackedStreams, StreamSet } from './streams.ts';
import type { StreamName } from './streams.ts';
import { readSummary, writeSummary } from './summary.ts';

/** More records than a block may have, by far. */
export const MAX_RECORDS = 1 << 16;

/** The clear part of a block section. */
export interface BlockHead {
  /** Blocks and records of the recording before this one. */
  readonly ordinal: number;
  readonly recordsBefore: number;
  /** Lowest string id that no earlier block used. */
  readonly stringBase: number;
  /** Strings and system calls that stand in the file by now: ids below these may occur. */
  readonly strings: number;
  readonly syscalls: number;
  /** Highest line so far. */
  readonly lastLine: number;
  readonly summary: BlockSummary;
}

/** Payload of a block section. `clock` is the writer's, from block to block; `onPacked` is told the stored size of each stream. */
export function encodeBlock(
  block: Block,
  head: BlockHead,
  lengthOf: LengthOf,
  clock: ClockGrain,
  onPacked?: (name: StreamName, storedBytes: number) => void,
): Uint8Array {
  const streams = new StreamSet();
  const threads = encodeWho(block, streams);
  const { order } = threads;
  const forms = encodeForms(block, order, streams);
  encodeLines(block, streams);
  encodeTimes(block, clock, streams);
  encodeNumbers(block, forms, order, streams);
  encodeTexts(block, threads, forms, head.stringBase, streams);
  encodeMemory(block, order, lengthOf, streams);
  const out = new ByteWriter();
  for (const number of [
    head.ordinal,
    head.recordsBefore,
    head.stringBase,
    head.strings,
    head.syscalls,
    head.lastLine,
  ]) {
    out.varint(number);
  }
  writeSummary(out, head.summary);
  streams.write(out, onPacked);
  return out.bytes();
}

/** Reads the clear part; `from` then stands at the container. Throws FormatError when it is impossible. */
export function readBlockHead(from: ByteReader): BlockHead {
  const head = {
    ordinal: from.varint(),
    recordsBefore: from.varint(),
    stringBase: from.varint(),
    strings: from.varint(),
    syscalls: from.varint(),
    lastLine: from.varint(),
    summary: readSummary(from),
  };
  const { count } = head.summary;
  if (count < 1 || count > MAX_RECORDS || head.strings > 0xffff_ffff || head.syscalls > 0xffff) {
    throw new FormatError(
      'bad-block',
      `${count} records, ${head.strings} strings, ${head.syscalls} system calls`,
    );
  }
  return head;
}

/** A value that is made when it is first asked for. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * The block of a payload. Columns are decoded when first read: reading one throws FormatError where the stream is impossible in spite
 * of its check sum. Lost strings (lengthOf NaN) leave true lengths that followed from them unknown.
 */
export function decodeBlock(payload: Uint8Array, lengthOf: LengthOf): Block {
  const start = new ByteReader(payload);
  const head = readBlockHead(start);
  const { count } = head.summary;
  const streams = new PackedStreams(start);
  const who = lazy(() => decodeWho(count, streams));
  const form = lazy(() => decodeFormGroup(count, head, who(), streams));
  const times = lazy(() => decodeTimes(count, streams));
  const lines = lazy(() => decodeLines({ count, ...times() }, form().flags, streams));
  const what = lazy(() => decodeWhat(count, head, who(), form(), lengthOf, streams));
  return {
    count,
    get kind() {
      return form().kind;
    },
    get flags() {
      return lines().flags;
    },
    get line() {
      return lines().line;
    },
    get source() {
      return lines().source;
    },
    get enterNs() {
      return times().enterNs;
    },
    get exitNs() {
      return times().exitNs;
    },
    get tid() {
      return who().tid;
    },
    get tgid() {
      return who().tgid;
    },
    get cpu() {
      return who().cpu;
    },
    get comm() {
      return who().comm;
    },
    get sys() {
      return form().sys;
    },
    get args() {
      return what().args;
    },
    get argKinds() {
      return form().argKinds;
    },
    get argText() {
      return what().argText;
    },
    get ret() {
      return what().ret;
    },
    get errno() {
      return form().errno;
    },
    get retText() {
      return what().retText;
    },
    get memStart() {
      return form().memStart;
    },
    get memArg() {
      return form().memArg;
    },
    get memFlags() {
      return form().memFlags;
    },
    get memAddress() {
      return what().memAddress;
    },
    get memBytes() {
      return what().memBytes;
    },
    get memTrueLength() {
      return what().memTrueLength;
    },
  };
}

function decodeFormGroup(count: number, head: BlockHead, who: Who, streams: PackedStreams): FormColumns {
  if (who.comm.some((id) => id >= head.strings))
    throw new FormatError('bad-block', `a comm from string ${head.strings} on`);
  return decodeForms(count, who.order, head.syscalls, streams);
}

function decodeWhat(
  count: number,
  head: BlockHead,
  who: Who,
  form: FormColumns,
  lengthOf: LengthOf,
  streams: PackedStreams,
) {
  const numbers = decodeNumbers(count, form, who.order, streams);
  const known = {
    count,
    tgid: who.tgid,
    memStart: form.memStart,
    memArg: form.memArg,
    ...numbers,
  };
  const texts = decodeTexts(known, who, form, head.stringBase, head.strings, streams);
  const before = { ...known, ...texts };
  decodeMadeUp(before, form, who.order, streams);
  return { ...numbers, ...texts, ...decodeMemory(before, who.order, lengthOf, streams) };
}
