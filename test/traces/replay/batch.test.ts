// Batches have the points of a cursor: the same rows in the same order, whoever listens and wherever batches end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBatcher, createCursor, openSct } from '../../../traces/index.ts';
import type { Recording } from '../../../traces/index.ts';
import { ComparingBatch, orderedState, PATTERNS, type PlanOf } from '../../support/batch-reference.ts';
import { broken } from '../../support/broken-lines.ts';
import { logLines, recordingOfText } from '../../support/followed.ts';
import { randomRecording } from '../../support/random-records.ts';
import { Random, seedOf } from '../../support/seed.ts';

const RECORDED = join(import.meta.dirname, '..', '..', '..', 'traces', 'recorded');
const SEED = seedOf(71);
const NAMES = Object.keys(PATTERNS) as (keyof typeof PATTERNS)[]; // keys of a const table

function opened(name: string): Recording {
  return openSct(new Uint8Array(readFileSync(join(RECORDED, `${name}.sct`))));
}

/** Feeds a batch that compares, with limits at random; gives the rows. */
function compare(
  recording: Recording,
  planOf: PlanOf,
  random: Random,
  stepNs = Number.POSITIVE_INFINITY,
): number {
  const limits = { rows: 1 + random.below(random.pick([3, 300, 5000])), names: 1 + random.below(8) };
  const batch = new ComparingBatch(recording, planOf, limits, random);
  const batcher = createBatcher(recording, batch);
  for (let limitNs = stepNs; limitNs < recording.durationNs; limitNs += stepNs * (1 + random.below(3))) {
    while (batcher.step(limitNs));
  }
  while (batcher.step(Number.POSITIVE_INFINITY));
  batch.expectEnd();
  expect(orderedState(batcher.save().cursor)).toEqual(orderedState(endOf(recording)));
  return batch.compared;
}

function endOf(recording: Recording): ReturnType<ReturnType<typeof createCursor>['save']> {
  const cursor = createCursor(recording);
  while (cursor.advance(Number.POSITIVE_INFINITY));
  return cursor.save();
}

describe.each(['dd', 'fail', 'signals', 'strings', 'threads', 'shell', 'packets'])('%s', (name) => {
  const recording = opened(name);

  test.each(NAMES)(`listened to: %s (seed ${SEED})`, (pattern) => {
    const rows = compare(recording, PATTERNS[pattern], new Random(SEED));
    expect(rows > 0).toBe(pattern !== 'nothing' && name !== 'packets');
  });

  test('taken in steps of time', () => {
    const stepNs = Math.ceil(recording.durationNs / 50);
    expect(compare(recording, PATTERNS.exits, new Random(SEED), stepNs)).toBe(
      compare(recording, PATTERNS.exits, new Random(SEED)),
    );
  });
});

describe.each(['npm', 'gcc-make', 'redis'])('%s', (name) => {
  test('both sides of some calls', () => {
    expect(compare(opened(name), PATTERNS['enter and exit of one call'], new Random(SEED))).toBeGreaterThan(
      1000,
    );
  });
});

describe.each(['shell', 'signals', 'strings', 'threads.classic'])('the log %s', (name) => {
  test('without its ends of threads, as strace -qq writes it', () => {
    const lines = logLines(name).filter((line) => !line.includes('+++ exited'));
    const recording = recordingOfText(lines.slice(0, 6000).join('\n'));
    for (const pattern of ['all', 'enters'] as const) compare(recording, PATTERNS[pattern], new Random(SEED));
  });

  test(`broken anywhere (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const lines = logLines(name).slice(0, 1500);
    for (let round = 0; round < 8; round++) {
      const recording = recordingOfText(lines.flatMap((line) => broken(random, line)).join('\n'));
      compare(recording, PATTERNS[random.pick(NAMES)], random);
    }
  });
});

const ODDITIES = [true, false].flatMap((endsAreTold) =>
  [true, false].flatMap((byDescriptor) =>
    [true, false].map((noTimes) => ({ endsAreTold, byDescriptor, noTimes })),
  ),
);

describe.each(ODDITIES)('records at random: %o', (odd) => {
  test(`have the same rows (seed ${SEED})`, () => {
    const random = new Random(SEED);
    for (let round = 0; round < 60; round++) {
      const recording = randomRecording(random, 1 + random.below(4), 1 + random.below(150), odd);
      const pattern = PATTERNS[random.pick(NAMES)];
      const stepNs = random.below(2) === 0 ? Number.POSITIVE_INFINITY : 1 + random.below(90);
      compare(recording, pattern, random, stepNs);
    }
  });
});
