// What the index says of a block, made while it is written and read without decoding it.
import { CATEGORY_NAMES } from '../categories.ts';
import { RECORD_FLAGS, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import type { BlockSummary, OverviewStrip } from '../recording.ts';
import { FormatError } from './errors.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

const CATEGORY_COUNT = CATEGORY_NAMES.length;
/** Strips of a full block: 256 records each, finer than a screen needs for long recordings, fine enough for one of a single block. */
const STRIPS = 16;
/** Fewest records of a strip, but for the only one. */
const STRIP_RECORDS = 8;
/** 52 days, and what a varint of either sign can hold. */
const LONGEST_NS = 2 ** 52 - 1;

/** Sums up a block. `categoryOf` gives the category code of a system call by its index; errors are those that totals count. */
export function summarizeBlock(block: Block, categoryOf: (sys: number) => number): BlockSummary {
  const { count } = block;
  const strips: OverviewStrip[] = [];
  let calls = 0;
  let packets = 0;
  let errors = 0;
  let firstNs = count === 0 ? 0 : Number.POSITIVE_INFINITY;
  let lastNs = 0;
  const stripCount = Math.min(STRIPS, Math.ceil(count / STRIP_RECORDS));
  for (let i = 0; i < stripCount; i++) {
    const from = Math.floor((i * count) / stripCount);
    const to = Math.floor(((i + 1) * count) / stripCount);
    const strip = sumStrip(block, from, to, categoryOf);
    strips.push(strip);
    calls += strip.calls;
    packets += strip.packets;
    errors += strip.errors;
    firstNs = Math.min(firstNs, strip.firstNs);
    lastNs = Math.max(lastNs, strip.lastNs);
  }
  for (let row = 0; row < count; row++) if (block.exitNs[row]! > lastNs) lastNs = block.exitNs[row]!;
  return { count, calls, packets, errors, firstNs, lastNs, strips };
}

/** Sums up the records from `from` to before `to`, at least one. */
function sumStrip(
  block: Block,
  from: number,
  to: number,
  categoryOf: (sys: number) => number,
): OverviewStrip {
  const categories = Array.from({ length: CATEGORY_COUNT }, () => 0);
  let calls = 0;
  let packets = 0;
  let errors = 0;
  let firstNs = Number.POSITIVE_INFINITY;
  let lastNs = Number.NEGATIVE_INFINITY;
  let maxLatencyNs = 0;
  for (let row = from; row < to; row++) {
    const enterNs = block.enterNs[row]!;
    if (enterNs < firstNs) firstNs = enterNs;
    if (enterNs > lastNs) lastNs = enterNs;
    if (block.kind[row] === RECORD_KINDS.packet.code) packets++;
    if (block.kind[row] !== RECORD_KINDS.call.code) continue;
    calls++;
    categories[categoryOf(block.sys[row]!)]! += 1;
    if (block.errno[row] !== 0 && (block.flags[row]! & RECORD_FLAGS.restart) === 0) errors++;
    const latencyNs = block.exitNs[row]! - enterNs;
    if (latencyNs > maxLatencyNs) maxLatencyNs = latencyNs;
  }
  return { calls, packets, errors, firstNs, lastNs, maxLatencyNs, categories };
}

/** Appends a summary, without its packets. */
export function writeSummary(out: ByteWriter, summary: BlockSummary): void {
  out.varint(summary.count);
  out.varint(summary.calls);
  out.varint(summary.errors);
  out.f64(summary.firstNs);
  out.f64(summary.lastNs);
  out.u8(summary.strips.length);
  let atNs = summary.firstNs;
  for (const strip of summary.strips) {
    out.varint(strip.calls);
    out.varint(strip.errors);
    const stepNs = bounded(strip.firstNs - atNs);
    out.zigzag(stepNs);
    out.varint(Math.max(0, bounded(strip.lastNs - strip.firstNs)));
    out.varint(bounded(strip.maxLatencyNs));
    for (const calls of strip.categories) out.varint(calls);
    atNs += stepNs;
  }
}

/** A span of time as a strip can say it: damaged logs have stamps of any size. */
function bounded(ns: number): number {
  return Number.isNaN(ns) ? 0 : Math.trunc(Math.min(Math.max(ns, -LONGEST_NS), LONGEST_NS));
}

/** Reads what `writeSummary` wrote; packets are 0. Throws FormatError when it says that there are more strips than there can be. */
export function readSummary(from: ByteReader): BlockSummary {
  const count = from.varint();
  const calls = from.varint();
  const errors = from.varint();
  const firstNs = from.f64();
  const lastNs = from.f64();
  const stripCount = from.u8();
  if (stripCount > STRIPS)
    throw new FormatError('bad-stream', `a block has ${stripCount} strips, at most ${STRIPS}`);
  const strips: OverviewStrip[] = [];
  for (let i = 0, atNs = firstNs; i < stripCount; i++) {
    const strip = readStrip(from, atNs);
    strips.push(strip);
    atNs = strip.firstNs;
  }
  return { count, calls, packets: 0, errors, firstNs, lastNs, strips };
}

function readStrip(from: ByteReader, beforeNs: number): OverviewStrip {
  const calls = from.varint();
  const errors = from.varint();
  const firstNs = beforeNs + from.zigzag();
  const lastNs = firstNs + from.varint();
  const maxLatencyNs = from.varint();
  const categories = Array.from({ length: CATEGORY_COUNT }, () => from.varint());
  return { calls, packets: 0, errors, firstNs, lastNs, maxLatencyNs, categories };
}

/** How many packets the strips of a block have. Only blocks that have packets have a section of these. */
export interface PacketCounts {
  /** Of the block. */
  readonly ordinal: number;
  readonly strips: readonly number[];
}

/** Payload of a packets section. */
export function encodePackets({ ordinal, strips }: PacketCounts): Uint8Array {
  const out = new ByteWriter();
  out.varint(ordinal);
  out.varint(strips.length);
  for (const packets of strips) out.varint(packets);
  return out.bytes();
}

/** Throws FormatError when the payload is no packets section. */
export function decodePackets(payload: Uint8Array): PacketCounts {
  const from = new ByteReader(payload);
  const ordinal = from.varint();
  const count = from.varint();
  if (count > STRIPS) throw new FormatError('bad-stream', `packets of ${count} strips, at most ${STRIPS}`);
  const strips = Array.from({ length: count }, () => from.varint());
  from.end('packets');
  return { ordinal, strips };
}

/** The summary with its packets; without them where the counts are not those of its strips. */
export function withPackets(summary: BlockSummary, counts: PacketCounts | undefined): BlockSummary {
  if (counts === undefined || counts.strips.length !== summary.strips.length) return summary;
  return {
    ...summary,
    packets: counts.strips.reduce((sum, packets) => sum + packets, 0),
    strips: summary.strips.map((strip, i) => ({ ...strip, packets: counts.strips[i]! })),
  };
}
