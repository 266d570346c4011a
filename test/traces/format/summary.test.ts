// What the index says of blocks, whatever stamps they have.
import { expect, test } from 'vitest';
import { recordingOf } from '../../support/sct.ts';

const REFS = [{ arch: 'x86_64', nr: 0, name: 'read' }] as const;

test.each([
  ['beyond all whole numbers', [3.4e23, 0, 5]],
  ['before the start', [0, -3e20, -4.5]],
  ['endless', [1, Number.POSITIVE_INFINITY, 7]],
  ['none', [Number.NaN, Number.NaN, Number.NaN]],
])('stamps %s leave a file that opens, and come back', (_, times) => {
  const rows = Array.from({ length: 40 }, (__, i) => ({ enter: times[i % 3]!, exit: times[(i + 1) % 3]! }));
  const recording = recordingOf(REFS, [rows, rows]);
  expect(recording.damage).toBeUndefined();
  expect(recording.index.map(({ strips }) => strips.length)).toEqual([5, 5]);
  expect([...recording.block(1).enterNs]).toEqual(rows.map(({ enter }) => enter));
  expect([...recording.block(1).exitNs]).toEqual(rows.map(({ exit }) => exit));
});
