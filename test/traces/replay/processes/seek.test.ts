// A state that was saved and put back goes on as the whole does; and logs that are broken anywhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCursor, createProcesses, openSct } from '../../../../traces/index.ts';
import type { Cursor, Processes } from '../../../../traces/index.ts';
import { broken } from '../../../support/broken-lines.ts';
import { describeTask, follow, logLines, recordingOfText } from '../../../support/followed.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const RECORDED = join(import.meta.dirname, '..', '..', '..', '..', 'traces', 'recorded');
const SEED = seedOf(5);

/** Plays up to `points` and says what is known then of the thread of every `step`th point, and which events there were. */
function play(cursor: Cursor, processes: Processes, points: number, step: number): string[] {
  const told: string[] = [];
  while (cursor.points < points && cursor.advance(Number.POSITIVE_INFINITY)) {
    for (const event of processes.before(cursor))
      told.push(`${event.event} ${event.atNs} ${describeTask(event.task).join()}`);
    if (cursor.points % step === 0)
      told.push(`${cursor.points} ${describeTask(processes.current()).join('\n')}`);
    processes.take(cursor);
  }
  return told;
}

describe.each([
  ['gcc-make', 997],
  ['shell', 53],
  ['signals', 1],
  ['redis', 1999],
] as const)('%s', (name, step) => {
  const recording = openSct(readFileSync(join(RECORDED, `${name}.sct`)));

  test(`a seek finds what playing finds (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const cursor = createCursor(recording);
    const processes = createProcesses(recording);
    const total = recording.index.reduce((sum, { count }) => sum + count, 0) * 2;
    const span = Math.ceil(total / 6);
    const saved: {
      cursor: ReturnType<Cursor['save']>;
      processes: ReturnType<Processes['save']>;
      next: string[];
    }[] = [];
    for (let end = span; end <= total; end += span) {
      const state = { cursor: cursor.save(), processes: processes.save() };
      saved.push({ ...state, next: play(cursor, processes, end, step) });
    }
    const other = createCursor(recording);
    const again = createProcesses(recording);
    for (let round = 0; round < 5; round++) {
      const at = random.below(saved.length);
      other.restore(saved[at]!.cursor);
      again.restore(saved[at]!.processes);
      expect(play(other, again, span * (at + 1), step)).toEqual(saved[at]!.next);
    }
  });
});

test('a saved state is as small as what lives', () => {
  const sizes: number[] = [];
  follow(openSct(readFileSync(join(RECORDED, 'gcc-make.sct'))), ({ cursor, processes }) => {
    if (cursor.points % 32_768 === 0) sizes.push(processes.save().byteSize);
  });
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBeLessThan(256 * 1024);
});

describe.each(['signals', 'strings', 'shell'])('%s, broken', (name) => {
  test(`is followed to its end without a complaint (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const lines = logLines(name).slice(0, 1500);
    for (let round = 0; round < 12; round++) {
      let tasks = 0;
      follow(recordingOfText(lines.flatMap((line) => broken(random, line)).join('\n')), ({ processes }) => {
        tasks += describeTask(processes.current()).length;
      });
      expect(tasks).toBeGreaterThan(0);
    }
  });
});
