// The recorded logs give the facts that were established for them independently of this importer.
import { expect, test } from 'vitest';
import { RECORD_FLAGS, RECORD_KINDS, errnoName } from '../../../traces/index.ts';
import { type ImportView, caseBytes, caseNames, importCase, importSources } from '../../support/strace.ts';

interface Facts {
  readonly name: string;
  readonly lines: number;
  readonly calls: number;
  readonly threads: number;
  readonly comms: number;
  readonly distinct: number;
  /** In percent, one decimal. */
  readonly errorShare: number;
  readonly errors: Readonly<Record<string, number>>;
}

// oxfmt-ignore
const FACTS: readonly Facts[] = [
  { name: 'gcc-make', lines: 189573, calls: 145770, threads: 302, comms: 24, distinct: 68, errorShare: 39.9, errors: { EINVAL: 39051, ENOENT: 18409, ENOTTY: 480, ECHILD: 95 } },
  { name: 'npm',      lines: 62986,  calls: 43547,  threads: 22,  comms: 6,  distinct: 72, errorShare: 14.6, errors: { ENOENT: 4266, EAGAIN: 1419, EEXIST: 566, ENOTTY: 36 } },
  { name: 'find',     lines: 291417, calls: 291416, threads: 1,   comms: 2,  distinct: 27, errorShare: 0,    errors: { ENOENT: 20, ENOTTY: 2 } },
  { name: 'shell',    lines: 44751,  calls: 27258,  threads: 149, comms: 21, distinct: 61, errorShare: 9.8,  errors: { ENOENT: 1925, ENODATA: 369, EBADF: 165 } },
  { name: 'redis',    lines: 459543, calls: 292512, threads: 15,  comms: 11, distinct: 67, errorShare: 0.1,  errors: { EINPROGRESS: 143, ENOENT: 69, EINVAL: 17 } },
  { name: 'signals',  lines: 520,    calls: 397,    threads: 17,  comms: 3,  distinct: 45, errorShare: 8.1,  errors: { ENOENT: 15, EINTR: 13 } },
  { name: 'fail',     lines: 612,    calls: 611,    threads: 1,   comms: 2,  distinct: 55, errorShare: 93.3, errors: { ENOENT: 403, EACCES: 106, EMFILE: 12, EPERM: 11 } },
  { name: 'strings',  lines: 1180,   calls: 1170,   threads: 3,   comms: 4,  distinct: 60, errorShare: 8.3,  errors: { ENOENT: 61, ENOTTY: 27 } },
  { name: 'compat32', lines: 69,     calls: 68,     threads: 1,   comms: 3,  distinct: 24, errorShare: 2.9,  errors: { ENOENT: 2 } },
];

/** What the columns of an import say, without making an object of each row. */
interface Totals {
  rows: number;
  calls: number;
  halved: number;
  readonly tids: Set<number>;
  readonly comms: Set<number>;
  /** Calls by name. */
  readonly names: Map<string, number>;
  /** Failed calls by name of the error. */
  readonly errors: Map<string, number>;
}

function totalsOf({ blocks, syscalls }: ImportView): Totals {
  const totals: Totals = {
    rows: 0,
    calls: 0,
    halved: 0,
    tids: new Set(),
    comms: new Set(),
    names: new Map(),
    errors: new Map(),
  };
  for (const block of blocks) {
    for (let i = 0; i < block.count; i++) {
      totals.rows++;
      totals.tids.add(block.tid[i]!);
      totals.comms.add(block.comm[i]!);
      if (block.kind[i] !== RECORD_KINDS.call.code) continue;
      totals.calls++;
      raise(totals.names, syscalls[block.sys[i]!]!.name);
      const flags = block.flags[i]!;
      if ((flags & RECORD_FLAGS.halved) !== 0) totals.halved++;
      if (block.errno[i]! > 0 && (flags & RECORD_FLAGS.restart) === 0)
        raise(totals.errors, errnoName(block.errno[i]!));
    }
  }
  return totals;
}

function raise(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

test.each(FACTS)('$name: $calls calls of $threads threads', (facts) => {
  const imported = importCase(`${facts.name}.strace`);
  const totals = totalsOf(imported);
  const failed = [...totals.errors.values()].reduce((sum, n) => sum + n, 0);
  expect(imported.footer).toMatchObject({
    lines: facts.lines,
    badLines: 0,
    orphanLines: 0,
    otherLines: 0,
    warnings: [],
  });
  expect({
    calls: totals.calls,
    threads: totals.tids.size,
    comms: totals.comms.size,
    distinct: totals.names.size,
    errorShare: Math.round((failed / totals.calls) * 1000) / 10,
  }).toEqual({
    calls: facts.calls,
    threads: facts.threads,
    comms: facts.comms,
    distinct: facts.distinct,
    errorShare: facts.errorShare,
  });
  expect(Object.fromEntries(totals.errors)).toMatchObject(facts.errors);
  // a whole line a row, two lines a halved call
  expect(totals.rows + totals.halved).toBe(facts.lines);
});

const OTHERS = [...caseNames('.'), ...caseNames('variants')].filter(
  (name) =>
    !name.includes('perf.txt') &&
    !name.includes('07-ff') &&
    !FACTS.some((facts) => name === `${facts.name}.strace`),
);

test.each(OTHERS)('%s imports with no bad and no orphan line, and every line is accounted for', (name) => {
  const imported = importCase(name);
  expect(imported.footer).toMatchObject({ badLines: 0, orphanLines: 0, warnings: [] });
  const totals = totalsOf(imported);
  if (name.endsWith('stderr')) {
    // two messages about 32-bit mode; lines that a message or output broke are more than rows
    expect(imported.footer.otherLines).toBe(2);
  } else {
    expect(imported.footer.otherLines).toBe(0);
    expect(totals.rows + totals.halved).toBe(imported.footer.lines);
  }
});

test('variants/07-ff: fifteen files are one recording in order of time', () => {
  const names = caseNames('variants').filter((name) => name.includes('07-ff'));
  const imported = importSources(
    names.map((name) => ({ name: name.replace('variants/', ''), pieces: [caseBytes(name)] })),
  );
  const rows = imported.rows();
  expect(imported.footer).toMatchObject({
    badLines: 0,
    orphanLines: 0,
    otherLines: 0,
    warnings: [],
    lines: rows.length,
  });
  expect(imported.footer.sources).toHaveLength(15);
  expect(new Set(rows.map((row) => row.tid)).size).toBe(15);
  expect(rows.every((row, i) => i === 0 || rows[i - 1]!.enterNs <= row.enterNs)).toBe(true);
  // eight threads of one process beside seven processes of one thread
  expect(new Set(rows.map((row) => row.tgid))).toEqual(new Set([839, 840, 841, 842, 843, 844, 845, 846]));
  expect(rows.filter((row) => row.tgid === 846).map((row) => row.tid)).toEqual(
    expect.arrayContaining([847, 853]),
  );
});

test('the classic profile of a workload tells of the same calls as the best one', () => {
  for (const name of ['gcc-make', 'shell']) {
    const best = totalsOf(importCase(`${name}.strace`));
    const classic = totalsOf(importCase(`${name}.classic.strace`));
    expect([...classic.names.keys()].toSorted()).toEqual([...best.names.keys()].toSorted());
  }
});
