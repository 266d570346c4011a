// From counts to pixels and back.
import { expect, test } from 'vitest';
import { cellAt, heatPixels, heatShade, readCell } from '../../frontend/src/charts/heat-image.ts';
import { heatPalette } from '../../frontend/src/charts/palette.ts';
import { decades, timeTick } from '../../frontend/src/charts/ticks.ts';
import { describeHeat } from '../../frontend/src/state/describe.ts';
import { columnPercentileRow, type Heat, heatExtent } from '../../frontend/src/state/heat.ts';
import { contrast } from './contrast.ts';

// Three columns of four rows; rows from 1,024 ns up, one an octave.
const HEAT: Heat = {
  bucketNs: 1e6,
  columns: 3,
  rows: 4,
  minLog2: 10,
  perOctave: 1,
  counts: new Uint32Array([0, 100, 1, 0, 0, 0, 0, 0, 0, 50, 0, 0]),
};

test('the axis fits the rows that have calls', () => {
  expect(heatExtent(HEAT)).toEqual({ lowRow: 1, highRow: 2, max: 100 });
  expect(heatExtent({ ...HEAT, counts: new Uint32Array(12) })).toBeUndefined();
});

test('the slow row is on top, the fullest cell has the last colour, cells without calls are see-through', () => {
  const palette = heatPalette('dark');
  const pixels = heatPixels(HEAT, heatExtent(HEAT)!, palette);
  const pixel = (x: number, y: number): number[] => [
    ...pixels.subarray((y * 3 + x) * 4, (y * 3 + x) * 4 + 4),
  ];
  expect(pixels).toHaveLength(3 * 2 * 4);
  expect(pixel(0, 0)).toEqual([...palette.subarray(0, 4)]);
  expect(pixel(0, 1)).toEqual([...palette.subarray(255 * 4)]);
  expect(pixel(1, 0)).toEqual([0, 0, 0, 0]);
  expect(pixel(2, 1)[3]).toBe(255);
});

test('shades go by the logarithm', () => {
  expect([heatShade(1, 100), heatShade(10, 100), heatShade(100, 100), heatShade(1, 1)]).toEqual([
    0, 128, 255, 255,
  ]);
});

test('a place in the picture leads to its cell, also at the edges', () => {
  const extent = heatExtent(HEAT)!;
  expect(cellAt(HEAT, extent, 0, 0)).toEqual({ column: 0, row: 1 });
  expect(cellAt(HEAT, extent, 1, 1)).toEqual({ column: 2, row: 2 });
  expect(cellAt(HEAT, extent, 0.5, 0.6)).toEqual({ column: 1, row: 2 });
});

test('a cell reads as its time, its latencies and its count', () => {
  expect(readCell(HEAT, { column: 2, row: 1 })).toEqual({
    fromNs: 2e6,
    toNs: 3e6,
    lowNs: 2048,
    highNs: 4096,
    count: 50,
  });
});

test('percentiles of a column are rows, none for too few calls', () => {
  expect(columnPercentileRow(HEAT, 0, 0.5)).toBe(1);
  expect(columnPercentileRow(HEAT, 0, 1)).toBe(2);
  expect(columnPercentileRow(HEAT, 1, 0.5)).toBe(-1);
  expect(columnPercentileRow(HEAT, 2, 0.5, 51)).toBe(-1);
});

// The row of the heat map in which it lies reaches further.
const SLOWEST = { sys: 0, calls: 1, errors: 0, totalNs: 7, maxNs: 7, p50Ns: 7, p95Ns: 7, p99Ns: 7 };

test('says in a sentence where the latencies lie', () => {
  expect(describeHeat(HEAT, { calls: 1, inFlight: 0, syscalls: [SLOWEST] })).toBe(
    'Half of all calls took less than 4.1 µs, 1 in 100 more than 2.05 µs; the slowest 7 ns.',
  );
  expect(describeHeat(undefined, { calls: 2, inFlight: 2, syscalls: [] })).toBe('No call has returned yet.');
  expect(describeHeat(undefined, { calls: 2, inFlight: 1, syscalls: [] })).toBe('No latency is recorded.');
});

test('latency ticks are powers of ten, finer ones where fewer than two fit', () => {
  expect(decades(Math.log2(900), Math.log2(200_000)).map((at) => Math.round(2 ** at))).toEqual([
    1000, 10_000, 100_000,
  ]);
  expect(decades(Math.log2(900), Math.log2(6000)).map((at) => Math.round(2 ** at))).toEqual([
    1000, 2000, 5000,
  ]);
});

test.each([
  [0.0005, 0.0009, '500 µs'],
  [0.25, 1, '250 ms'],
  [2.5, 12, '2.5 s'],
  [150, 600, '2:30'],
])('time tick %s s of %s s is %s', (seconds, length, text) => {
  expect(timeTick(seconds, length)).toBe(text);
});

test.each([
  ['dark', [17, 23, 29]],
  ['light', [251, 252, 253]],
] as const)('every colour of the %s heat map stands 3:1 from the panel', (ground, panel) => {
  const palette = heatPalette(ground);
  const weakest = Math.min(
    ...Array.from({ length: 256 }, (_, i) => contrast([...palette.subarray(i * 4, i * 4 + 3)], panel)),
  );
  expect(weakest).toBeGreaterThanOrEqual(3);
});
