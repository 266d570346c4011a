// A block section: what the index says of it, then its columns.
//
//   clear part: ordinal, records before, string base, strings, system calls, last line (varints) | summary
//   then the container of streams
//
// Columns decode in groups, each when first touched, so that totals never unpack arguments:
//
//   who --> form --> numbers (ret) --> texts --> args --> memory        enters --> exits
//                \--> lines, flags <-------------------------------------------/
import type { Block } from '../event.ts';
import { tellOutcomeFlags } from '../outcome-flags.ts';
import type { BlockSummary } from '../recording.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { argKindsOf, decodeForms, encodeForms, spansOf } from './columns/form.ts';
import { decodeMadeUp, decodeMemory, encodeMemory } from './columns/memory.ts';
import type { LengthOf } from './columns/memory.ts';
import { decodeNumbers, encodeNumbers, hasMadeUp } from './columns/numbers.ts';
import { decodeTexts, encodeTexts } from './columns/texts.ts';
import { decodeLines, encodeLines } from './columns/lines.ts';
import { decodeTimes, encodeTimes } from './columns/when.ts';
import type { ClockGrain } from './columns/when.ts';
import { decodeWho, encodeWho } from './columns/who.ts';
import { FormatError } from './errors.ts';
import type { Inflate } from './inflate.ts';
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
export function decodeBlock(payload: Uint8Array, lengthOf: LengthOf, inflate: Inflate): Block {
  const start = new ByteReader(payload);
  const head = readBlockHead(start);
  const { count } = head.summary;
  const streams = new PackedStreams(start, inflate);
  const who = lazy(() => decodeWho(count, head.strings, streams));
  const form = lazy(() => decodeForms(count, who().order, head.syscalls, streams));
  const times = lazy(() => decodeTimes(count, streams));
  const exitNs = lazy(() => times().exitNs());
  const lines = lazy(() =>
    decodeLines({ count, enterNs: times().enterNs, exitNs: exitNs() }, form().flags, streams),
  );
  const argKinds = lazy(() => argKindsOf(form()));
  const spans = lazy(() => spansOf(form()));
  const numbers = lazy(() => decodeNumbers(count, form(), who().order, streams));
  const known = () => ({ count, tgid: who().tgid, memStart: form().memStart, ...numbers() });
  const texts = lazy(() => decodeTexts(known(), who(), form(), head.stringBase, head.strings, streams));
  const args = lazy(() => {
    if (hasMadeUp(form())) decodeMadeUp({ ...known(), ...texts() }, form(), who().order, streams);
    return numbers().args;
  });
  const memory = lazy(() => {
    const before = { ...known(), args: args(), ...spans(), ...texts() };
    return decodeMemory(before, who().order, lengthOf, streams);
  });
  const block: Block = {
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
      return exitNs();
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
      return args();
    },
    get argKinds() {
      return argKinds();
    },
    get argText() {
      return texts().argText;
    },
    get ret() {
      return numbers().ret;
    },
    get errno() {
      return form().errno;
    },
    get retText() {
      return texts().retText;
    },
    get memStart() {
      return form().memStart;
    },
    get memArg() {
      return spans().memArg;
    },
    get memFlags() {
      return spans().memFlags;
    },
    get memAddress() {
      return memory().memAddress;
    },
    get memBytes() {
      return texts().memBytes;
    },
    get memTrueLength() {
      return memory().memTrueLength;
    },
  };
  tellOutcomeFlags(block, () => form().flags);
  return block;
}
