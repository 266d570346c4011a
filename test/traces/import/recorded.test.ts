// The recorded logs give the facts that were established for them independently of this importer.
import { expect, test } from 'vitest';
import { errnoName } from '../../../traces/index.ts';
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

function count<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

test.each(FACTS)('$name: $calls calls of $threads threads', (facts) => {
  const imported = importCase(`${facts.name}.strace`);
  const calls = imported.calls();
  const errors = count(
    calls.flatMap((row) => (row.errno > 0 && !row.flags.includes('restart') ? [errnoName(row.errno)] : [])),
  );
  const failed = [...errors.values()].reduce((sum, n) => sum + n, 0);
  expect(imported.footer).toMatchObject({
    lines: facts.lines,
    badLines: 0,
    orphanLines: 0,
    otherLines: 0,
    warnings: [],
  });
  expect({
    calls: calls.length,
    threads: new Set(imported.rows().map((row) => row.tid)).size,
    comms: new Set(imported.rows().map((row) => row.comm)).size,
    distinct: new Set(calls.map((row) => row.name)).size,
    errorShare: Math.round((failed / calls.length) * 1000) / 10,
  }).toEqual({
    calls: facts.calls,
    threads: facts.threads,
    comms: facts.comms,
    distinct: facts.distinct,
    errorShare: facts.errorShare,
  });
  expect(Object.fromEntries(errors)).toMatchObject(facts.errors);
});

const WHOLE = [...caseNames('.'), ...caseNames('variants')].filter(
  (name) => !name.includes('perf.txt') && !name.includes('07-ff'),
);

test.each(WHOLE)('%s imports with no bad and no orphan line, and every line is accounted for', (name) => {
  const imported = importCase(name);
  const rows = imported.rows();
  expect(imported.footer).toMatchObject({ badLines: 0, orphanLines: 0, warnings: [] });
  const halves = rows.filter((row) => row.flags.includes('halved')).length;
  // two lines of strace's own about 32-bit mode stand in the logs from stderr
  const other = name.endsWith('stderr') ? 2 : 0;
  expect(imported.footer.otherLines).toBe(other);
  if (other === 0) expect(rows.length + halves + splitUnfinished(imported)).toBe(imported.footer.lines);
});

/** Calls that were resumed and left again, `<... x resumed> <unfinished ...>) = ?`, are one line a half like all others: none are left over. */
function splitUnfinished(imported: ImportView): number {
  return imported.rows().filter((row) => row.flags.includes('unfinished') && row.flags.includes('halved'))
    .length;
}

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
    const best = count(
      importCase(`${name}.strace`)
        .calls()
        .map((row) => row.name),
    );
    const classic = count(
      importCase(`${name}.classic.strace`)
        .calls()
        .map((row) => row.name),
    );
    expect([...classic.keys()].toSorted()).toEqual([...best.keys()].toSorted());
  }
});
