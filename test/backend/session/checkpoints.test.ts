// Where checkpoints are kept, which one a seek starts from, and how they are thinned out.
import { expect, test } from 'vitest';
import { createCheckpoints } from '../../../backend/session/checkpoints.ts';
import type { ReplayState } from '../../../backend/session/replay.ts';

/** A state as far as checkpoints look at it. */
function stateAt(points: number, atNs: number): ReplayState {
  return { points, atNs, byteSize: 100 } as ReplayState; // the other fields are only passed on
}

test('a seek starts from the latest checkpoint that is not after it', () => {
  const checkpoints = createCheckpoints(stateAt(0, 0), 10, 1e9);
  for (const points of [10, 20, 30]) checkpoints.add(stateAt(points, points * 100));
  expect(checkpoints.before(0).points).toBe(0);
  expect(checkpoints.before(999).points).toBe(0);
  expect(checkpoints.before(1000).points).toBe(10);
  expect(checkpoints.before(2999).points).toBe(20);
  expect(checkpoints.before(1e9).points).toBe(30);
});

test('a checkpoint is wanted at its distance, once', () => {
  const checkpoints = createCheckpoints(stateAt(0, 0), 10, 1e9);
  expect([0, 5, 10, 20].map((points) => checkpoints.wants(points))).toEqual([false, false, true, true]);
  checkpoints.add(stateAt(20, 2000));
  checkpoints.add(stateAt(10, 1000));
  expect([10, 20, 30].map((points) => checkpoints.wants(points))).toEqual([false, false, true]);
  expect(checkpoints.before(1500).points).toBe(10);
});

test('the next one is never 0 points away', () => {
  const checkpoints = createCheckpoints(stateAt(0, 0), 10, 1e9);
  expect([0, 1, 9, 10].map((points) => checkpoints.pointsToNext(points))).toEqual([10, 9, 1, 10]);
});

test('checkpoints that outgrow their memory are thinned out evenly and stay below it', () => {
  const checkpoints = createCheckpoints(stateAt(0, 0), 10, 1000);
  for (let points = 10; points <= 10_000; points += 10)
    if (checkpoints.wants(points)) checkpoints.add(stateAt(points, points));
  expect(checkpoints.byteSize).toBeLessThanOrEqual(1000);
  expect(checkpoints.count).toBeGreaterThanOrEqual(5);
  const gaps = [1000, 3000, 5000, 7000, 9000].map((atNs) => atNs - checkpoints.before(atNs).points);
  expect(Math.max(...gaps)).toBeLessThan(checkpoints.pointsToNext(0));
});
