// Totals of points, and that the way to a point does not matter.
import { describe, expect, test } from 'vitest';
import { createCursor, createTotals, RECORD_FLAGS, summarize } from '../../../traces/index.ts';
import type { Cursor, Recording, SyscallRef, Totals } from '../../../traces/index.ts';
import { randomFrom, StringPool } from '../../support/blocks.ts';
import type { Random, Row } from '../../support/blocks.ts';
import { recordingOf } from '../../support/sct.ts';

const REFS: readonly SyscallRef[] = [
  { arch: 'x86_64', nr: 0, name: 'read' },
  { arch: 'x86_64', nr: 41, name: 'socket' },
  { arch: 'x86_64', nr: 9, name: 'mmap' },
];

const READ = 0;
const SOCKET = 1;
const ENOENT = 2;
const EAGAIN = 11;
const ERESTARTSYS = 512;

function totalsAt(recording: Recording, limitNs = Number.POSITIVE_INFINITY): Totals {
  const cursor = createCursor(recording);
  const totals = createTotals(recording);
  while (cursor.advance(limitNs)) totals.take(cursor);
  return totals;
}

/** Everything that totals tell. */
function reading(totals: Totals): unknown {
  const { calls, errors, restarts, inFlight, threads, comms, distinctSyscalls, categories, timeline, heat } =
    totals;
  const counts = { calls, errors, restarts, inFlight, threads, comms, distinctSyscalls, categories };
  return structuredClone({
    counts,
    timeline,
    heat,
    syscalls: totals.syscalls(),
    errnos: totals.errnos(),
    names: totals.commIds(),
  });
}

describe('a call counts', () => {
  const recording = recordingOf(REFS, [
    [
      { enter: 0, exit: 1000, sys: READ, tid: 1, comm: 0 },
      { enter: 2000, exit: 9000, sys: SOCKET, tid: 2, errno: ENOENT, ret: -2n },
    ],
  ]);

  test('when it enters, by thread, system call and category', () => {
    const totals = totalsAt(recording, 2000);
    expect(totals).toMatchObject({ calls: 2, threads: 2, distinctSyscalls: 2, inFlight: 1, errors: 0 });
    expect(totals.categories).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });

  test('its error and its latency when it exits', () => {
    const totals = totalsAt(recording);
    expect(totals.errnos()).toEqual([{ sys: SOCKET, errno: ENOENT, count: 1 }]);
    expect(totals.syscalls()).toMatchObject([
      { sys: READ, calls: 1, errors: 0, totalNs: 1000, maxNs: 1000 },
      { sys: SOCKET, calls: 1, errors: 1, totalNs: 7000, maxNs: 7000 },
    ]);
    expect(totals.inFlight).toBe(0);
  });

  test('in the bucket of its time, the last for the end of the recording', () => {
    const { timeline, heat } = totalsAt(recording);
    expect(timeline.bucketNs).toBe(75);
    expect([timeline.calls[0], timeline.calls[26 * 8 + 1], timeline.errors[119]]).toEqual([1, 1, 1]);
    expect(heat.bucketNs).toBe(38);
    expect(heat.lastColumn).toBe(Math.floor(9000 / 38));
    // 7,000 ns is above 2^12.5 and below 2^13: row (12.5 - 7) * 2
    expect(heat.counts[heat.lastColumn * heat.rows + 11]).toBe(1);
  });
});

test('a restart is no error', () => {
  const restarted = { enter: 0, exit: 5, errno: ERESTARTSYS, ret: -512n, flags: RECORD_FLAGS.restart };
  expect(totalsAt(recordingOf(REFS, [[restarted]]))).toMatchObject({ errors: 0, restarts: 1, calls: 1 });
});

test('an error without a time of return counts, its latency does not', () => {
  const totals = totalsAt(recordingOf(REFS, [[{ enter: 7, errno: EAGAIN, ret: -11n }]]));
  expect(totals.errors).toBe(1);
  expect(totals.syscalls()).toMatchObject([{ calls: 1, errors: 1, totalNs: 0, maxNs: 0, p50Ns: Number.NaN }]);
});

describe('a call that never returned is in flight', () => {
  const lost: Row = { enter: 0, flags: RECORD_FLAGS.unfinished };

  test('at the end of the recording', () => {
    expect(totalsAt(recordingOf(REFS, [[lost]])).inFlight).toBe(1);
  });

  test.each(['exit', 'killed'] as const)('until its thread ends (%s)', (kind) => {
    expect(totalsAt(recordingOf(REFS, [[lost, { enter: 5, kind }]])).inFlight).toBe(0);
  });

  test('until its thread makes another call', () => {
    expect(totalsAt(recordingOf(REFS, [[lost, { enter: 5, exit: 6 }]])).inFlight).toBe(0);
  });
});

test('percentiles are at or above the true value, by at most 19 %', () => {
  const random = randomFrom(77);
  const latencies = Array.from({ length: 5000 }, () => Math.floor(2 ** (random(37_000) / 1000)));
  let enter = 0;
  const rows = latencies.map((latencyNs) => ({ enter: (enter += 2 ** 38), exit: enter + latencyNs }));
  const [row] = totalsAt(recordingOf(REFS, [rows])).syscalls();
  const sorted = latencies.toSorted((a, b) => a - b);
  for (const [share, value] of [
    [0.5, row!.p50Ns],
    [0.95, row!.p95Ns],
    [0.99, row!.p99Ns],
  ] as const) {
    const truth = sorted[Math.ceil(share * sorted.length) - 1]!;
    expect(value).toBeGreaterThanOrEqual(truth);
    expect(value).toBeLessThanOrEqual(truth * 1.1893);
  }
  expect(row!.maxNs).toBe(sorted.at(-1));
});

test.each([1, 2, 3, 15, 100, 2 ** 31 - 1])('one latency of %i ns is its own percentile', (latencyNs) => {
  const [row] = totalsAt(recordingOf(REFS, [[{ enter: 0, exit: latencyNs }]])).syscalls();
  expect(row).toMatchObject({ p50Ns: latencyNs, p99Ns: latencyNs });
});

describe.each([31, 32, 33, 34])('over random recordings (seed %i)', (seed) => {
  const random = randomFrom(seed);
  const strings = new StringPool();
  const rows = Array.from({ length: 1 + random(4) }, () => randomRows(random, strings, 1 + random(300)));
  const recording = recordingOf(REFS, rows, strings);

  test('a state restored gives the totals of a straight way', () => {
    const states: {
      cursor: ReturnType<Cursor['save']>;
      totals: ReturnType<Totals['save']>;
      read: unknown;
    }[] = [];
    const cursor = createCursor(recording);
    const totals = createTotals(recording);
    do {
      if (random(40) === 0)
        states.push({ cursor: cursor.save(), totals: totals.save(), read: reading(totals) });
    } while (cursor.advance(Number.POSITIVE_INFINITY) && (totals.take(cursor), true));
    const atEnd = reading(totals);
    for (const state of states.toReversed()) {
      cursor.restore(state.cursor);
      totals.restore(structuredClone(state.totals));
      expect(reading(totals)).toEqual(state.read);
      while (cursor.advance(Number.POSITIVE_INFINITY)) totals.take(cursor);
      expect(reading(totals)).toEqual(atEnd);
    }
  });

  test('the summary has the totals at the end, and those are sums of the rows', () => {
    const totals = totalsAt(recording);
    const calls = rows.flat().filter((row) => row.kind === undefined);
    const summary = summarize(recording);
    expect(summary).toMatchObject({
      calls: calls.length,
      threads: totals.threads,
      inFlight: totals.inFlight,
    });
    expect(summary.records).toBe(rows.flat().length);
    expect(summary.commNames.toSorted()).toEqual(
      [...new Set(calls.flatMap((row) => (row.comm ? [strings.text(row.comm)] : [])))].toSorted(),
    );
    expect(summary.failedCalls).toBe(calls.filter((row) => row.errno !== undefined).length);
    expect(recording.index.reduce((sum, { errors }) => sum + errors, 0)).toBe(summary.failedCalls);
    expect(Object.values(summary.errors).reduce((sum, count) => sum + count, 0)).toBe(summary.failedCalls);
    expect(totals.timeline.calls.reduce((sum, count) => sum + count, 0)).toBe(calls.length);
    expect(totals.syscalls().reduce((sum, row) => sum + row.calls, 0)).toBe(calls.length);
  });
});

function randomRows(random: Random, strings: StringPool, count: number): Row[] {
  let enter = 0;
  return Array.from({ length: count }, () => {
    enter += random(3000);
    const row = { enter, tid: 1 + random(6), comm: strings.id(['', 'sh', 'cc1', 'make'][random(4)]!) };
    if (random(15) === 0) return { ...row, kind: 'exit' };
    if (random(15) === 0) return { ...row, sys: random(3), flags: RECORD_FLAGS.unfinished };
    const call = { ...row, sys: random(3), exit: enter + random(random(9) === 0 ? 90_000 : 900) };
    return random(4) === 0 ? { ...call, errno: 1 + random(40) } : call;
  });
}
