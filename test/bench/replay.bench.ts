// Calls a second through the cursor, over recorded logs: alone, with totals, with processes followed, and with points filled for a machine; and the same
// points as columns of batches, which run nothing.
// Vitest's own module loader makes every imported name a getter, which costs loops like these a factor of two to five; add
// --experimental.viteModuleRunner=false to measure what Node runs.
import { describe, test } from 'vitest';
import {
  createBatcher,
  createCursor,
  createProcesses,
  createSctWriter,
  createTotals,
  fillPoint,
  openSct,
} from '../../traces/index.ts';
import type { Recording } from '../../traces/index.ts';
import { emptyPoint } from '../../vm/index.ts';
import { joined } from '../support/blocks.ts';
import { importLog } from '../support/imported.ts';
import { inflateByZlib } from '../../backend/library/inflate.ts';
import { idleBatch } from '../support/batch-reference.ts';

const ROUNDS = { iterations: 5, warmupIterations: 2, time: 0, warmupTime: 0 } as const;
const END = Number.POSITIVE_INFINITY;

function walk(recording: Recording): number {
  const cursor = createCursor(recording);
  while (cursor.advance(END));
  return cursor.points;
}

function total(recording: Recording): number {
  const cursor = createCursor(recording);
  const totals = createTotals(recording);
  while (cursor.advance(END)) totals.take(cursor);
  return totals.calls;
}

function follow(recording: Recording): number {
  const cursor = createCursor(recording);
  const totals = createTotals(recording);
  const processes = createProcesses(recording);
  let events = 0;
  while (cursor.advance(END)) {
    totals.take(cursor);
    events += processes.before(cursor).length;
    processes.take(cursor);
  }
  return events;
}

function fill(recording: Recording): number {
  const cursor = createCursor(recording);
  const processes = createProcesses(recording);
  const point = emptyPoint();
  let sum = 0;
  while (cursor.advance(END)) {
    processes.before(cursor);
    if (cursor.phase === 'enter') fillPoint(cursor, recording, point, processes.current());
    sum += point.nr;
    processes.take(cursor);
  }
  return sum;
}

function batch(recording: Recording, isExitWanted: boolean): void {
  const batcher = createBatcher(
    recording,
    idleBatch((at) => (at === 'enter' || isExitWanted ? 1 : 0)),
  );
  while (batcher.step(END));
}

describe.each(['gcc-make', 'redis'])('%s', (name) => {
  const pieces: Uint8Array[] = [];
  importLog(name).replayTo(createSctWriter((piece) => pieces.push(piece)));
  const bytes = joined(pieces);
  const calls = openSct(bytes).index.reduce((sum, block) => sum + block.calls, 0);

  test.for([
    ['cursor', walk],
    ['cursor and totals', total],
    ['cursor, totals and processes', follow],
    ['cursor, processes and points of enters', fill],
    ['enters in batches', (recording) => batch(recording, false)],
    ['enters and exits in batches', (recording) => batch(recording, true)],
  ] as const satisfies readonly (readonly [string, (recording: Recording) => unknown])[])(
    '%s, from the file',
    async ([what, run], { bench }) => {
      const { latency } = await bench(what, () => void run(openSct(bytes, { inflate: inflateByZlib }))).run(
        ROUNDS,
      );
      process.stdout.write(
        `${name}, ${what}: ${calls} calls in ${latency.mean.toFixed(0)} ms, ${Math.round((calls / latency.mean) * 1000).toLocaleString('en-US')} calls/s\n`,
      );
    },
  );
});
