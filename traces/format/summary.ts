// What the index says of a block, made while it is written and read without decoding it.
import { CATEGORY_NAMES } from '../categories.ts';
import { RECORD_FLAGS, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import type { BlockSummary } from '../recording.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

const CATEGORY_COUNT = CATEGORY_NAMES.length;

/** Sums up a block. `categoryOf` gives the category code of a system call by its index; errors are those that totals count. */
export function summarizeBlock(block: Block, categoryOf: (sys: number) => number): BlockSummary {
  const categories = Array.from({ length: CATEGORY_COUNT }, () => 0);
  let calls = 0;
  let errors = 0;
  let firstNs = Number.POSITIVE_INFINITY;
  let lastNs = 0;
  let maxLatencyNs = 0;
  for (let row = 0; row < block.count; row++) {
    const enterNs = block.enterNs[row]!;
    const exitNs = block.exitNs[row]!;
    if (enterNs < firstNs) firstNs = enterNs;
    if (enterNs > lastNs) lastNs = enterNs;
    if (exitNs > lastNs) lastNs = exitNs;
    if (block.kind[row] !== RECORD_KINDS.call.code) continue;
    calls++;
    categories[categoryOf(block.sys[row]!)]! += 1;
    if (block.errno[row] !== 0 && (block.flags[row]! & RECORD_FLAGS.restart) === 0) errors++;
    if (exitNs - enterNs > maxLatencyNs) maxLatencyNs = exitNs - enterNs;
  }
  if (firstNs === Number.POSITIVE_INFINITY) firstNs = 0;
  return { count: block.count, calls, errors, firstNs, lastNs, maxLatencyNs, categories };
}

/** Appends a summary. */
export function writeSummary(out: ByteWriter, summary: BlockSummary): void {
  out.varint(summary.count);
  out.varint(summary.calls);
  out.varint(summary.errors);
  out.f64(summary.firstNs);
  out.f64(summary.lastNs);
  out.f64(summary.maxLatencyNs);
  for (const calls of summary.categories) out.varint(calls);
}

/** Reads what `writeSummary` wrote. */
export function readSummary(from: ByteReader): BlockSummary {
  return {
    count: from.varint(),
    calls: from.varint(),
    errors: from.varint(),
    firstNs: from.f64(),
    lastNs: from.f64(),
    maxLatencyNs: from.f64(),
    categories: Array.from({ length: CATEGORY_COUNT }, () => from.varint()),
  };
}
