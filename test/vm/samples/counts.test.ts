// The samples that count, beside sums over the lines of the log.
import { describe, expect, test } from 'vitest';
import { rawLog, splitArgs, stringOf, type RawCall, type RawExit } from '../../support/raw-log.ts';
import { asText, runSample, type SampleRun, type Value } from '../../support/sample-run.ts';

type Returned = RawCall & { readonly exit: RawExit };

/** Calls that came back to the thread that made them: an execve that takes the place of the first thread does not. */
function returned(log: string, ...names: readonly string[]): Returned[] {
  const calls = rawLog(log).calls.filter(({ name }) => names.length === 0 || names.includes(name));
  return calls.flatMap((call) =>
    call.exit === undefined || call.exit.tid !== call.tid ? [] : [{ ...call, exit: call.exit }],
  );
}

/** By key: what `add` makes of the calls that have it, one after the other. */
function gather<T>(
  calls: readonly Returned[],
  keyOf: (call: Returned) => unknown,
  none: T,
  add: (sum: T, call: Returned) => T,
): [unknown, T][] {
  const sums = new Map<string, T>();
  for (const call of calls) {
    const key = JSON.stringify(keyOf(call));
    sums.set(key, add(sums.get(key) ?? none, call));
  }
  return [...sums].map(([key, sum]) => [JSON.parse(key), sum]);
}

/** Maps have no order. */
function sorted(entries: readonly (readonly [unknown, unknown])[]): unknown {
  return entries.toSorted(([a], [b]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const isError = (ret: number): boolean => ret < 0 && ret >= -4095;

describe('syscount', () => {
  const NONE = { calls: 0, errors: 0, total_ns: 0 };
  const add = (sum: typeof NONE, { exit }: Returned): typeof NONE => ({
    calls: sum.calls + 1,
    errors: sum.errors + (isError(exit.ret) ? 1 : 0),
    total_ns: sum.total_ns + exit.tookNs,
  });

  test.each(['shell', 'signals', 'fail', 'npm'])('counts calls of %s by number', async (log) => {
    const { entries } = await runSample('syscount', log);
    expect(sorted(entries('counts'))).toEqual(sorted(gather(returned(log), ({ nr }) => nr, NONE, add)));
    expect(entries('running').length).toBeLessThan(2); // the thread that takes the place of the first one ends as that
  });

  test.each(['shell', 'signals', 'npm'])('counts calls of %s by process', async (log) => {
    const { entries } = await runSample('syscount', log, { by_process: 1n });
    expect(sorted(entries('counts'))).toEqual(sorted(gather(returned(log), ({ pid }) => pid, NONE, add)));
  });
});

/** What stands in an array of `count` slots: how many times fall between two powers of two. */
function histogram(times: readonly number[], count: number): number[] {
  const slots = Array.from({ length: count }, () => 0);
  for (const ns of times) slots[Math.floor(Math.log2(Math.max(1, ns)))]! += 1;
  return slots;
}

function slotsOf({ entries }: SampleRun): unknown[] {
  return entries('slots').map(([, value]) => value);
}

describe('latency', () => {
  test.each([
    ['shell', 'read', 0],
    ['shell', 'wait4', 61],
    ['npm', 'futex', 202],
  ])('of %s: %s', async (log, name, nr) => {
    const times = returned(log, name).map(({ exit }) => exit.tookNs);
    expect(slotsOf(await runSample('latency', log, { nr: BigInt(nr) }))).toEqual(histogram(times, 40));
    expect(times.length).toBeGreaterThan(50);
  });
});

describe('iotop', () => {
  const READS = ['read', 'pread64', 'readv', 'recvfrom', 'recvmsg'];
  const WRITES = ['write', 'pwrite64', 'writev', 'sendto', 'sendmsg', 'sendfile'];
  const NONE = { read_bytes: 0, written_bytes: 0, reads: 0, writes: 0, comm: '' };
  const add = (sum: typeof NONE, { name, exit: { ret, comm } }: Returned): typeof NONE =>
    READS.includes(name)
      ? { ...sum, comm, reads: sum.reads + 1, read_bytes: sum.read_bytes + ret }
      : { ...sum, comm, writes: sum.writes + 1, written_bytes: sum.written_bytes + ret };

  test.each(['shell', 'npm', 'dd', 'strings'])('adds up the bytes of the processes of %s', async (log) => {
    const calls = returned(log, ...READS, ...WRITES).filter(({ exit }) => exit.ret > 0);
    const inOrder = calls.toSorted((a, b) => a.exit.atNs - b.exit.atNs);
    const { entries } = await runSample('iotop', log);
    expect(sorted(entries('processes'))).toEqual(sorted(gather(inOrder, ({ pid }) => pid, NONE, add)));
  });
});

describe('filetop', () => {
  const READS = ['read', 'pread64', 'readv'];
  const NONE = { reads: 0, writes: 0, read_bytes: 0, written_bytes: 0 };
  const add = (sum: typeof NONE, { name, exit: { ret } }: Returned): typeof NONE =>
    READS.includes(name)
      ? { ...sum, reads: sum.reads + 1, read_bytes: sum.read_bytes + ret }
      : { ...sum, writes: sum.writes + 1, written_bytes: sum.written_bytes + ret };

  test.each(['shell', 'npm', 'dd', 'strings', 'fail'])(
    'adds up the bytes of the files of %s',
    async (log) => {
      const calls = returned(log, ...READS, 'write', 'pwrite64', 'writev').filter(
        ({ exit, args }) => exit.ret >= 0 && fileOf(args) !== undefined,
      );
      const { entries } = await runSample('filetop', log);
      const files = entries('files').map(
        ([key, value]) => [{ ...(key as Value), file: asText((key as Value)['file']) }, value] as const,
      );
      expect(sorted(files)).toEqual(
        sorted(gather(calls, ({ pid, args }) => ({ pid, file: fileOf(args) }), NONE, add)),
      );
    },
  );
});

describe('futexwait', () => {
  const NONE = { count: 0, total_ns: 0, longest_ns: 0 };
  const add = (sum: typeof NONE, { exit: { tookNs } }: Returned): typeof NONE => ({
    count: sum.count + 1,
    total_ns: sum.total_ns + tookNs,
    longest_ns: Math.max(sum.longest_ns, tookNs),
  });

  test.each(['npm', 'threads.classic'])(
    'tells how long the threads of %s wait, lock by lock',
    async (log) => {
      const waits = returned(log, 'futex').filter(({ args }) =>
        [0, 9].includes(Number(splitArgs(args)[1]) & 0x7f),
      );
      const run = await runSample('futexwait', log);
      const locks = gather(
        waits,
        ({ pid, args }) => ({ address: Number(splitArgs(args)[0]), pid, padding: 0 }),
        NONE,
        add,
      );
      expect(sorted(run.entries('locks'))).toEqual(sorted(locks));
      expect(slotsOf(run)).toEqual(
        histogram(
          waits.map(({ exit }) => exit.tookNs),
          40,
        ),
      );
      expect(waits.length).toBeGreaterThan(2);
    },
  );
});

/** The last part of the path that strace -yy tells of the descriptor; undefined for pipes and sockets. */
function fileOf(args: string): string | undefined {
  const [, path = ''] = /^\d+<(.*)>(?:\(deleted\))?$/u.exec(splitArgs(args)[0]!) ?? [];
  const name = /^(?:\/.*\/|\/|anon_inode:)(.+?)(?:<(?:char|block) [^<>]*>)?$/u.exec(path)?.[1];
  const text = name === undefined ? undefined : stringOf(`"${name.replaceAll(/(?<!\\)"/gu, '\\"')}"`)?.text;
  return text === undefined ? undefined : Buffer.from(text).subarray(0, 31).toString();
}
