// Steps of a clock as classes, low bits and ticks.
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../../traces/format/bytes.ts';
import { refineGrain, searchGrain } from '../../../traces/format/grain.ts';
import { SpreadReader, SpreadWriter } from '../../../traces/format/spread.ts';
import { randomFrom } from '../../support/blocks.ts';

const GRAIN = 10.0149135;
const EDGES = [
  0,
  -0,
  1,
  15,
  16,
  17,
  127,
  1023,
  1 << 20,
  (1 << 20) + 1,
  2 ** 31,
  2 ** 32,
  2 ** 33 - 1,
  2 ** 33,
  2 ** 52,
  -1,
  0.5,
  Infinity,
  NaN,
];

interface Packed {
  readonly back: number[];
  readonly bytes: number;
}

function through(values: readonly number[], grain: number, isChained: boolean): Packed {
  const to = {
    classes: new ByteWriter(),
    low: new ByteWriter(),
    off: new ByteWriter(),
    odd: new ByteWriter(),
  };
  const writer = new SpreadWriter(to, { grain, isChained });
  for (const value of values) writer.put(value);
  writer.end();
  const from = {
    classes: new ByteReader(to.classes.bytes()),
    low: new ByteReader(to.low.bytes()),
    off: new ByteReader(to.off.bytes()),
    odd: new ByteReader(to.odd.bytes()),
  };
  const reader = new SpreadReader(from, { grain, isChained });
  const bytes = to.low.length + to.odd.length;
  const back = new Float64Array(values.length);
  reader.read(back);
  return { back: [...back], bytes };
}

describe.each([0, GRAIN, 3.3, 1000])('with a grain of %d', (grain) => {
  test.each([false, true])('any number comes back exactly (chained: %s)', (isChained) => {
    const random = randomFrom(5);
    const values = [
      ...EDGES,
      ...Array.from({ length: 3000 }, () => Math.floor(2 ** (random(34_000) / 1000))),
      ...EDGES,
    ];
    expect(through(values, grain, isChained).back).toEqual(values);
  });
});

/** Steps between stamps of a clock of this grain. */
function clockSteps(grain: number, count: number, shortest: number): number[] {
  const random = randomFrom(9);
  let ticks = 1000;
  let last = Math.floor(ticks * grain);
  return Array.from({ length: count }, () => {
    ticks += Math.ceil(shortest / grain) + Math.floor(2 ** (random(14_000) / 1000));
    const step = Math.floor(ticks * grain) - last;
    last += step;
    return step;
  });
}

test.each([10.0149135, 41.6667, 5.5, 100.25])('the grain of a clock of %d ns is found', (grain) => {
  const steps = clockSteps(grain, 4096, 5000);
  const found = refineGrain(steps, searchGrain(steps));
  expect(Math.abs(found / grain - 1)).toBeLessThan(1e-5);
});

test('a clock of 1 ns has no grain, nor have a few steps', () => {
  const random = randomFrom(3);
  const steps = Array.from({ length: 4096 }, () => 5000 + random(50_000));
  expect(searchGrain(steps)).toBe(0);
  expect(refineGrain(steps, GRAIN)).toBe(0);
  expect(searchGrain(clockSteps(GRAIN, 20, 5000))).toBe(0);
});

test('ticks take fewer bits than ns, and a chain of stamps is nearly always foreseen', () => {
  const steps = clockSteps(GRAIN, 4096, 5000);
  const plain = through(steps, 0, true);
  const ticks = through(steps, GRAIN, true);
  expect(ticks.back).toEqual(steps);
  expect(plain.bytes - ticks.bytes).toBeGreaterThan((4096 * 3) / 8);
});
