// The order of points.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCursor, openSct, RECORD_FLAGS, RECORD_KINDS } from '../../../traces/index.ts';
import type { Cursor, Recording } from '../../../traces/index.ts';
import { randomFrom } from '../../support/blocks.ts';
import type { Random, Row } from '../../support/blocks.ts';
import { recordingOf } from '../../support/sct.ts';

const RECORDED_FOLDER = join(import.meta.dirname, '..', '..', '..', 'traces', 'recorded');
const REFS = [{ arch: 'x86_64', nr: 0, name: 'read' }] as const;

function made(...rows: readonly (readonly Row[])[]): Recording {
  return recordingOf(REFS, rows);
}

/** One word a point: its phase, the line of its record, its time. */
function pointsOf(cursor: Cursor, limitNs = Number.POSITIVE_INFINITY): string[] {
  const points: string[] = [];
  while (cursor.advance(limitNs))
    points.push(`${cursor.phase} ${cursor.block.line[cursor.row]} at ${cursor.atNs}`);
  return points;
}

describe('points come in the order of time', () => {
  test('a call enters and exits', () => {
    expect(pointsOf(createCursor(made([{ enter: 5, exit: 9 }])))).toEqual(['enter 1 at 5', 'exit 1 at 9']);
  });

  test('calls of two threads interleave', () => {
    const cursor = createCursor(
      made([
        { enter: 0, exit: 10, tid: 1 },
        { enter: 4, exit: 6, tid: 2 },
      ]),
    );
    expect(pointsOf(cursor)).toEqual(['enter 1 at 0', 'enter 2 at 4', 'exit 2 at 6', 'exit 1 at 10']);
  });

  test('at one time exits come before enters, and exits in source order', () => {
    const rows = [
      { enter: 0, exit: 5, tid: 1 },
      { enter: 0, exit: 5, tid: 2 },
      { enter: 5, exit: 7, tid: 3 },
    ];
    expect(pointsOf(createCursor(made(rows)))).toEqual([
      'enter 1 at 0',
      'enter 2 at 0',
      'exit 1 at 5',
      'exit 2 at 5',
      'enter 3 at 5',
      'exit 3 at 7',
    ]);
  });

  test('a thread returns before it calls again, whatever the stamps say', () => {
    const cursor = createCursor(
      made([
        { enter: 0, exit: 50 },
        { enter: 20, exit: 30 },
      ]),
    );
    expect(pointsOf(cursor)).toEqual(['enter 1 at 0', 'exit 1 at 20', 'enter 2 at 20', 'exit 2 at 30']);
  });

  test('a thread returns before it ends', () => {
    const cursor = createCursor(
      made([
        { enter: 0, exit: 50 },
        { kind: 'killed', enter: 20 },
      ]),
    );
    expect(pointsOf(cursor)).toEqual(['enter 1 at 0', 'exit 1 at 20', 'mark 2 at 20']);
  });

  test('a word of the recorder changes nothing about the call', () => {
    const cursor = createCursor(
      made([
        { enter: 0, exit: 50 },
        { kind: 'note', enter: 20 },
      ]),
    );
    expect(pointsOf(cursor)).toEqual(['enter 1 at 0', 'mark 2 at 20', 'exit 1 at 50']);
  });

  test('a stamp that steps back counts as the latest time', () => {
    const cursor = createCursor(
      made([
        { enter: 30, exit: 40 },
        { enter: 10, exit: 15 },
        { enter: 41, exit: 42 },
      ]),
    );
    expect(pointsOf(cursor)).toEqual([
      'enter 1 at 30',
      'exit 1 at 30',
      'enter 2 at 30',
      'exit 2 at 30',
      'enter 3 at 41',
      'exit 3 at 42',
    ]);
  });

  test('a call that nobody saw return has no exit', () => {
    const unfinished = { enter: 0, flags: RECORD_FLAGS.unfinished };
    const noReturn = { enter: 1, exit: 3, flags: RECORD_FLAGS.noReturn };
    expect(pointsOf(createCursor(made([unfinished, noReturn])))).toEqual(['enter 1 at 0', 'enter 2 at 1']);
  });

  test('a call that returned at an unknown time returns at once', () => {
    expect(
      pointsOf(
        createCursor(
          made([
            { enter: 3, ret: 7n },
            { enter: 4, ret: 1n },
          ]),
        ),
      ),
    ).toEqual(['enter 1 at 3', 'exit 1 at 3', 'enter 2 at 4', 'exit 2 at 4']);
  });

  test('an exit is found in a block that was long ago', () => {
    const cursor = createCursor(
      made(
        [{ enter: 0, exit: 100, tid: 1 }],
        [{ enter: 1, exit: 2, tid: 2 }],
        [{ enter: 3, exit: 4, tid: 2 }],
      ),
    );
    expect(pointsOf(cursor).at(-1)).toBe('exit 1 at 100');
  });

  test('a recording without records has no points', () => {
    const cursor = createCursor(made());
    expect(cursor.nextNs()).toBe(Number.POSITIVE_INFINITY);
    expect(cursor.advance(Number.POSITIVE_INFINITY)).toBe(false);
  });
});

test('advance stops at its limit, and takes what is at the limit', () => {
  const cursor = createCursor(
    made([
      { enter: 5, exit: 9 },
      { enter: 12, exit: 13 },
    ]),
  );
  expect(pointsOf(cursor, 4)).toEqual([]);
  expect(cursor.nextNs()).toBe(5);
  expect(pointsOf(cursor, 9)).toEqual(['enter 1 at 5', 'exit 1 at 9']);
  expect(cursor.nextNs()).toBe(12);
  expect(cursor.points).toBe(2);
});

describe.each([11, 12, 13, 14, 15, 16])('over random recordings (seed %i)', (seed) => {
  const random = randomFrom(seed);
  const recording = made(...Array.from({ length: 1 + random(6) }, () => randomRows(random, 1 + random(200))));
  const whole = pointsOf(createCursor(recording));

  test('nextNs tells the time of the next point, and time never steps back', () => {
    const cursor = createCursor(recording);
    for (let last = 0; ; last = cursor.atNs) {
      const nextNs = cursor.nextNs();
      if (!cursor.advance(Number.POSITIVE_INFINITY)) break;
      expect(cursor.atNs).toBe(nextNs);
      expect(nextNs).toBeGreaterThanOrEqual(last);
    }
    expect(cursor.nextNs()).toBe(Number.POSITIVE_INFINITY);
  });

  test('a thread is in one call at a time', () => {
    const inCall = new Map<number, string>();
    const cursor = createCursor(recording);
    while (cursor.advance(Number.POSITIVE_INFINITY)) {
      const tid = cursor.block.tid[cursor.row]!;
      const call = `${cursor.block.line[cursor.row]}`;
      if (cursor.phase === 'exit') expect(inCall.get(tid)).toBe(call);
      if (cursor.phase === 'enter') inCall.set(tid, call);
    }
  });

  test('a saved place goes on as the whole does, in another cursor, by any steps', () => {
    for (let i = 0; i < 20; i++) {
      const cursor = createCursor(recording);
      const upTo = random(whole.length + 1);
      while (cursor.points < upTo) cursor.advance(Number.POSITIVE_INFINITY);
      const other = createCursor(recording);
      other.advance(random(1e6));
      other.restore(structuredClone(cursor.save()));
      expect([other.atNs, other.phase, other.row, other.points]).toEqual([
        cursor.atNs,
        cursor.phase,
        cursor.row,
        upTo,
      ]);
      const rest: string[] = [];
      for (let limitNs = other.atNs; other.nextNs() < Number.POSITIVE_INFINITY; limitNs += random(1e5)) {
        rest.push(...pointsOf(other, limitNs));
      }
      expect(rest).toEqual(whole.slice(upTo));
    }
  });
});

const RECORDED = ['dd', 'shell', 'signals', 'threads'];

test.each(RECORDED)('%s: the order is that of sorting all points at once', (name) => {
  const recording = openSct(readFileSync(join(RECORDED_FOLDER, `${name}.sct`)));
  expect(pointsOf(createCursor(recording))).toEqual(sortedPoints(recording));
});

interface SortedPoint {
  readonly atNs: number;
  readonly isExit: boolean;
  readonly rank: number;
  readonly text: string;
}

/**
 * All points by brute force: a record's time is the latest stamp so far, a call returns before its thread speaks again, and at one time
 * exits come first, except those of calls that begin at that time.
 */
function sortedPoints(recording: Recording): string[] {
  const points: SortedPoint[] = [];
  const open = new Map<number, { line: number; rank: number; outNs: number }>();
  let nowNs = 0;
  let rank = 0;
  const settle = (tid: number, beforeNs: number): void => {
    const call = open.get(tid);
    if (call === undefined) return;
    open.delete(tid);
    const atNs = Math.min(call.outNs, beforeNs);
    points.push({ atNs, isExit: true, rank: call.rank, text: `exit ${call.line} at ${atNs}` });
  };
  for (let i = 0; i < recording.index.length; i++) {
    const block = recording.block(i);
    for (let row = 0; row < block.count; row++, rank++) {
      nowNs = Math.max(nowNs, block.enterNs[row]!);
      const [tid, line, kind] = [block.tid[row]!, block.line[row]!, block.kind[row]!];
      if (kind !== RECORD_KINDS.note.code) settle(tid, nowNs);
      const isCall = kind === RECORD_KINDS.call.code;
      points.push({
        atNs: nowNs,
        isExit: false,
        rank,
        text: `${isCall ? 'enter' : 'mark'} ${line} at ${nowNs}`,
      });
      const returns = (block.flags[row]! & (RECORD_FLAGS.unfinished | RECORD_FLAGS.noReturn)) === 0;
      if (isCall && returns)
        open.set(tid, { line, rank, outNs: Math.max(nowNs, block.exitNs[row]! || nowNs) });
    }
  }
  for (const tid of open.keys()) settle(tid, Number.POSITIVE_INFINITY);
  const enteredNs = new Map(points.filter(({ isExit }) => !isExit).map((point) => [point.rank, point.atNs]));
  const late = (point: SortedPoint): number =>
    point.isExit && enteredNs.get(point.rank)! < point.atNs ? 0 : point.rank * 2 + 1 + Number(point.isExit);
  return points
    .toSorted((a, b) => a.atNs - b.atNs || late(a) - late(b) || a.rank - b.rank)
    .map(({ text }) => text);
}

/** Rows of a few threads; some stamps step back, some exits are wrong or missing. */
function randomRows(random: Random, count: number): Row[] {
  let now = 0;
  return Array.from({ length: count }, (_, i) => {
    now += random(2000) - (random(20) === 0 ? 5000 : 0);
    const row = { enter: Math.max(now, 0), tid: 1 + random(8), line: i + 1 };
    if (random(12) === 0) return { ...row, kind: random(2) === 0 ? 'signal' : 'exit' };
    if (random(12) === 0) return { ...row, flags: RECORD_FLAGS.unfinished };
    return random(10) === 0 ? row : { ...row, exit: row.enter + random(random(10) === 0 ? 100_000 : 1500) };
  });
}
