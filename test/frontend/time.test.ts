// Bars and outline over the recording's time, speeds, keys.
import { array, assert, integer, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { timelineBars, usedCategories } from '../../frontend/src/state/bars.ts';
import { keyCommand, KEYS } from '../../frontend/src/state/keys.ts';
import { outlineOfIndex, outlineOfTimeline } from '../../frontend/src/state/overview.ts';
import type { Timeline } from '../../frontend/src/state/page-state.ts';
import { SPEEDS, stepSpeed } from '../../frontend/src/state/speeds.ts';

// Five buckets of 1 ms: bucket i has i file calls and one network call; one error in the last.
const TIMELINE: Timeline = {
  bucketNs: 1e6,
  buckets: 5,
  calls: Uint32Array.from([0, 1, 2, 3, 4].flatMap((i) => [i, 1, 0, 0, 0, 0, 0, 0])),
  errors: new Uint32Array([0, 0, 0, 0, 1]),
  packets: new Uint32Array([2, 0, 0, 0, 5]),
};

test('bars join whole buckets, and the last one is measured over what lies in the recording', () => {
  const bars = timelineBars(TIMELINE, 4.5e6, 3);
  expect(bars.map(({ calls, errors }) => [calls, errors])).toEqual([
    [3, 0],
    [7, 0],
    [5, 1],
  ]);
  expect(bars.map(({ fromNs, toNs }) => [fromNs, toNs])).toEqual([
    [0, 2e6],
    [2e6, 4e6],
    [4e6, 4.5e6],
  ]);
  expect(bars[0]!.perS[0]).toBeCloseTo(500);
  expect(bars[2]!.perS[0]).toBeCloseTo(8000);
});

test('categories without calls are left out of the picture', () => {
  expect(usedCategories(timelineBars(TIMELINE, 5e6, 5))).toEqual([0, 1]);
});

test('no call is lost between timeline and bars, whatever the room', () => {
  const seed = 20_261_122;
  assert(
    property(
      array(nat(1000), { minLength: 1, maxLength: 60 }),
      integer({ min: 1, max: 130 }),
      (counts, room) => {
        const calls = Uint32Array.from(counts.flatMap((count) => [count, 0, 0, 0, 0, 0, 0, 0]));
        const timeline = {
          bucketNs: 10,
          buckets: counts.length,
          calls,
          errors: new Uint32Array(counts.length),
          packets: new Uint32Array(counts.length),
        };
        const bars = timelineBars(timeline, counts.length * 10, room);
        return (
          bars.length <= room &&
          bars.reduce((sum, bar) => sum + bar.calls, 0) === counts.reduce((a, b) => a + b, 0)
        );
      },
    ),
    { seed },
  );
});

test('the outline of the index spreads a block over its time and loses no call', () => {
  const block = {
    firstNs: 25,
    lastNs: 75,
    calls: 100,
    packets: 20,
    errors: 10,
    maxLatencyNs: 1,
    categories: [60, 40, 0, 0, 0, 0, 0, 0],
  };
  const outline = outlineOfIndex([block], 100, 4);
  expect([...outline.calls]).toEqual([0, 50, 50, 0]);
  expect([...outline.errors]).toEqual([0, 5, 5, 0]);
  expect([...outline.packets]).toEqual([0, 10, 10, 0]);
  expect(outline.categories[8]).toBe(30);
});

test('a block of one moment, or past the end, still counts', () => {
  const moment = {
    firstNs: 100,
    lastNs: 100,
    calls: 7,
    packets: 0,
    errors: 0,
    maxLatencyNs: 1,
    categories: [7, 0, 0, 0, 0, 0, 0, 0],
  };
  expect([...outlineOfIndex([moment], 100, 2).calls]).toEqual([0, 7]);
  expect([...outlineOfIndex([], 0, 2).calls]).toEqual([0, 0]);
  expect([...outlineOfTimeline(TIMELINE, 4e6, 2).calls].reduce((a, b) => a + b)).toBeCloseTo(15);
});

test('speeds step through the list and stop at its ends', () => {
  expect([
    stepSpeed(1, 1),
    stepSpeed(1, -1),
    stepSpeed(1000, 1),
    stepSpeed(0, 1),
    stepSpeed(0, -1),
    stepSpeed(0.1, -1),
  ]).toEqual([2, 0.5, 0, 0, 1000, 0.1]);
  expect([stepSpeed(3, 1), stepSpeed(3, -1)]).toEqual([5, 2]);
  expect(SPEEDS).toHaveLength(10);
});

const PRESS = { code: '', key: '', shift: false, typing: false, acting: false, scrolling: false };

test.each(KEYS.map((row) => [row.shown, row] as const))(
  '%s does what the help says',
  (_, { code, shift, command }) => {
    expect(keyCommand({ ...PRESS, code, shift })?.command).toBe(command);
  },
);

test('keys are left to fields and buttons, but Esc always leads out', () => {
  expect(keyCommand({ ...PRESS, code: 'KeyT', typing: true })).toBeUndefined();
  expect(keyCommand({ ...PRESS, code: 'Space', acting: true })).toBeUndefined();
  expect(keyCommand({ ...PRESS, code: 'Home', scrolling: true })).toBeUndefined();
  expect(keyCommand({ ...PRESS, code: 'Space', scrolling: true })?.command).toBe('toggle');
  expect(keyCommand({ ...PRESS, code: 'KeyT', acting: true })?.command).toBe('table');
  expect(keyCommand({ ...PRESS, code: 'Escape', typing: true })?.command).toBe('leave');
});

test('? and / count by what they type where they sit elsewhere', () => {
  expect(keyCommand({ ...PRESS, code: 'Minus', key: '?', shift: true })?.command).toBe('help');
  expect(keyCommand({ ...PRESS, code: 'Digit7', key: '/', shift: true })?.command).toBe('filter');
  expect(keyCommand({ ...PRESS, code: 'Numpad4', key: '4' })).toEqual({ command: 'panel', panel: 4 });
});
