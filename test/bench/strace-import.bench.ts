// Full parse of strace logs to blocks, no compression behind it. Input: the logs of test/cases/strace, unpacked before; pushed in pieces
// of 64 KiB into a sink that drops the blocks. Unit: MB/s and lines/s of the best of five runs after two to warm up, by CPU time of this
// process, since the machine may be shared.
import { expect, test } from 'vitest';
import { createStraceImporter } from '../../traces/index.ts';
import { caseBytes } from '../support/strace.ts';

const LOGS = [
  'redis.strace',
  'find.strace',
  'gcc-make.strace',
  'gcc-make.classic.strace',
  'npm.strace',
  'shell.strace',
  'variants/08-raw-all.strace',
  'variants/09-verbose-const.strace',
] as const;
const PIECE_BYTES = 65_536;
const WARM_UP = 2;
const RUNS = 5;

function importAll(bytes: Uint8Array): number {
  const importer = createStraceImporter({ open: () => {}, block: () => {}, close: () => {} });
  importer.file('bench');
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) importer.push(bytes.subarray(at, at + PIECE_BYTES));
  return importer.end().lines;
}

test.each(LOGS)('import %s', (name) => {
  const bytes = caseBytes(name);
  let best = Number.POSITIVE_INFINITY;
  let lines = 0;
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const before = process.cpuUsage();
    lines = importAll(bytes);
    const used = process.cpuUsage(before);
    const seconds = (used.user + used.system) / 1e6;
    if (run >= WARM_UP && seconds < best) best = seconds;
  }
  const rate = `${(bytes.length / best / 1e6).toFixed(0).padStart(4)} MB/s ${Math.round(lines / best / 1000)
    .toLocaleString('en')
    .padStart(6)} k lines/s`;
  process.stdout.write(`${name.padEnd(34)} ${rate}\n`);
  expect(lines).toBeGreaterThan(0);
});
