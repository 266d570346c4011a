// A batcher can be left and taken up at the end of any step: what it saves is what a cursor would, and goes on in another batcher or point by point.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ARCHS, createBatcher, createCursor, openSct } from '../../../traces/index.ts';
import type { BatcherState, Cursor, Recording } from '../../../traces/index.ts';
import { createIdentities } from '../../../traces/replay/processes.ts';
import { ComparingBatch, orderedState, PATTERNS, type PlanOf } from '../../support/batch-reference.ts';
import { logLines, recordingOfText } from '../../support/followed.ts';
import { randomRecording } from '../../support/random-records.ts';
import { Random, seedOf } from '../../support/seed.ts';

const RECORDED = join(import.meta.dirname, '..', '..', '..', 'traces', 'recorded');
const SEED = seedOf(72);
const NAMES = Object.keys(PATTERNS) as (keyof typeof PATTERNS)[]; // keys of a const table
const END = Number.POSITIVE_INFINITY;

/** Plays a recording in steps of any length, now in batches, now in others, now point by point. Gives the states that were looked at. */
function playMixed(recording: Recording, planOf: PlanOf, random: Random, steps: number): number {
  const batch = new ComparingBatch(recording, planOf, { rows: 1 + random.below(200), names: 4 }, random);
  const beside = createCursor(recording);
  let batcher = createBatcher(recording, batch);
  let looked = 0;
  for (let limitNs = 0, isOver = false; !isOver;) {
    const isMore = batcher.step(limitNs);
    if (isMore && random.below(2) === 0) continue;
    const state = batcher.save();
    expectSamePlace(beside, state);
    looked++;
    isOver = !isMore && limitNs === END;
    limitNs = limitNs >= recording.durationNs ? END : limitNs + random.below(recording.durationNs / steps);
    const way = random.below(4);
    if (way === 0) continue;
    if (way === 1) batcher = createBatcher(recording, batch);
    batcher.restore(way === 3 ? playPoints(recording, batch, state, random.below(40)) : state);
  }
  batch.expectEnd();
  return looked;
}

/** A cursor that plays up to the same point is at the same place. */
function expectSamePlace(beside: Cursor, { cursor }: BatcherState): void {
  while (beside.points < cursor.points && beside.advance(END));
  expect(orderedState(cursor)).toEqual(orderedState(beside.save()));
}

/** Goes on without a batch for up to `points` points. */
function playPoints(
  recording: Recording,
  batch: ComparingBatch,
  from: BatcherState,
  points: number,
): BatcherState {
  const cursor = createCursor(recording);
  const identities = createIdentities(recording);
  cursor.restore(from.cursor);
  identities.restore(from.identities);
  for (let i = 0; i < points && cursor.advance(END); i++) {
    identities.before(cursor);
    const { phase, block, row } = cursor;
    const { arch, nr } = recording.syscalls[block.sys[row]!] ?? { arch: 'x86_64', nr: -1 };
    if ((phase === 'enter' || phase === 'exit') && batch.plan(phase, ARCHS[arch].audit, nr) !== 0)
      batch.pass();
    identities.take(cursor);
  }
  return { cursor: cursor.save(), identities: identities.save() };
}

describe.each(['signals', 'strings', 'threads', 'shell'])('%s', (name) => {
  const recording = openSct(new Uint8Array(readFileSync(join(RECORDED, `${name}.sct`))));

  test.each(NAMES)(`listened to: %s (seed ${SEED})`, (pattern) => {
    expect(playMixed(recording, PATTERNS[pattern], new Random(SEED), 40)).toBeGreaterThan(20);
  });
});

test('a log without ends of threads', () => {
  const lines = logLines('shell').filter((line) => !line.includes('+++ exited'));
  const recording = recordingOfText(lines.slice(0, 4000).join('\n'));
  expect(playMixed(recording, PATTERNS.enters, new Random(SEED), 100)).toBeGreaterThan(50);
});

test(`records at random (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 150; round++) {
    const odd = {
      endsAreTold: random.below(2) === 0,
      byDescriptor: random.below(4) === 0,
      noTimes: random.below(4) === 0,
    };
    const recording = randomRecording(random, 1 + random.below(5), 1 + random.below(60), odd);
    playMixed(recording, PATTERNS[random.pick(NAMES)], random, 1 + random.below(30));
  }
});
