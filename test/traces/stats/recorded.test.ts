// What is known of the recorded workloads, from whoever recorded them: the numbers of their README.
import { describe, expect, test } from 'vitest';
import { createCursor, createSctWriter, createTotals, openSct, summarize } from '../../../traces/index.ts';
import type { RecordingSummary } from '../../../traces/index.ts';
import { joined } from '../../support/blocks.ts';
import { importLog } from '../../support/imported.ts';

type Facts = Pick<
  RecordingSummary,
  'lines' | 'calls' | 'threads' | 'comms' | 'distinctSyscalls' | 'errors'
> & {
  readonly percent: number;
};

// oxfmt-ignore
const FACTS: Readonly<Record<string, Facts>> = {
  'gcc-make': { lines: 189573, calls: 145770, threads: 302, comms: 24, distinctSyscalls: 68, percent: 39.9, errors: { EINVAL: 39051, ENOENT: 18409, ENOTTY: 480, ECHILD: 95 } },
  npm:        { lines: 62986,  calls: 43547,  threads: 22,  comms: 6,  distinctSyscalls: 72, percent: 14.6, errors: { ENOENT: 4266, EAGAIN: 1419, EEXIST: 566, ENOTTY: 36 } },
  shell:      { lines: 44751,  calls: 27258,  threads: 149, comms: 21, distinctSyscalls: 61, percent: 9.8,  errors: { ENOENT: 1925, ENODATA: 369, EBADF: 165 } },
  signals:    { lines: 520,    calls: 397,    threads: 17,  comms: 3,  distinctSyscalls: 45, percent: 8.1,  errors: { ENOENT: 15, EINTR: 13 } },
  fail:       { lines: 612,    calls: 611,    threads: 1,   comms: 2,  distinctSyscalls: 55, percent: 93.3, errors: { ENOENT: 403, EACCES: 106, EMFILE: 12, EPERM: 11 } },
  strings:    { lines: 1180,   calls: 1170,   threads: 3,   comms: 4,  distinctSyscalls: 60, percent: 8.3,  errors: { ENOENT: 61, ENOTTY: 27 } },
  compat32:   { lines: 69,     calls: 68,     threads: 1,   comms: 3,  distinctSyscalls: 24, percent: 2.9,  errors: { ENOENT: 2 } },
};

describe.each(Object.entries(FACTS))('%s', (name, { percent, ...facts }) => {
  const pieces: Uint8Array[] = [];
  importLog(name).replayTo(createSctWriter((piece) => pieces.push(piece)));
  const recording = openSct(joined(pieces));

  test('has the numbers of its README', () => {
    const summary = summarize(recording);
    expect(summary).toMatchObject({ ...facts, badLines: 0, orphanLines: 0, damage: undefined });
    expect(summary.errorPercent.toFixed(1)).toBe(percent.toFixed(1));
    expect(summary.comms).toBe(summary.commNames.length);
  });

  test('has the totals of its summary when it is replayed in small steps with jumps back', () => {
    const cursor = createCursor(recording);
    const totals = createTotals(recording);
    const stepNs = Math.max(1, Math.floor(recording.durationNs / 50));
    let saved = { cursor: cursor.save(), totals: totals.save() };
    for (let i = 1, jumps = 0; cursor.nextNs() < Number.POSITIVE_INFINITY; i++) {
      while (cursor.advance(i * stepNs)) totals.take(cursor);
      if (i === 20 && jumps++ < 1) {
        cursor.restore(saved.cursor);
        totals.restore(saved.totals);
      }
      if (i % 8 === 0) saved = { cursor: cursor.save(), totals: totals.save() };
    }
    const summary = summarize(recording);
    const { calls, errors, restarts, inFlight, threads, comms, distinctSyscalls, categories } = totals;
    expect({ calls, restarts, inFlight, threads, comms, distinctSyscalls, categories }).toEqual({
      calls: summary.calls,
      restarts: summary.restarts,
      inFlight: summary.inFlight,
      threads: summary.threads,
      comms: summary.comms,
      distinctSyscalls: summary.distinctSyscalls,
      categories: summary.categories,
    });
    expect(errors).toBe(summary.failedCalls);
    const rows = totals.syscalls().sort((a, b) => b.calls - a.calls || a.sys - b.sys);
    expect(rows.length).toBe(summary.syscalls.length);
    expect(summary.syscalls).toMatchObject(rows);
  });
});
