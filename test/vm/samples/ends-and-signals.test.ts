// exitsnoop and sigsnoop beside the log itself.
import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { rawLog, splitArgs, type RawEnd, type RawLog } from '../../support/raw-log.ts';
import { runSample, type Value } from '../../support/sample-run.ts';

const SIGNALS: Readonly<Record<string, number>> = constants.signals;

describe('exitsnoop', () => {
  test.each(['signals', 'shell', 'npm', 'fail'])('tells the end of every process of %s', async (log) => {
    const { records } = await runSample('exitsnoop', log);
    expectEnds(records, rawLog(log), ({ tid, pid }) => tid === pid);
  });

  test.each(['npm', 'signals'])('tells the end of every thread of %s', async (log) => {
    const { records } = await runSample('exitsnoop', log, { threads: 1n });
    expectEnds(records, rawLog(log), () => true);
  });
});

describe('sigsnoop', () => {
  test.each(['signals', 'shell'])('tells every signal that a process of %s sends', async (log) => {
    const { records } = await runSample('sigsnoop', log);
    expect(records).toEqual(sentOf(log));
    expect(records.length).toBeGreaterThan(1);
  });

  test.each(['signals', 'shell', 'npm'])('tells what the kernel sends in %s, too', async (log) => {
    const { calls, ends, births, signals } = rawLog(log);
    const lastNs = new Map(ends.map(({ pid, atNs }) => [pid, atNs]));
    /** SIGCHLD goes to the parent, whether that wants it or not; one that ended before is nobody's. */
    const children = ends.flatMap(({ pid, tid, isReplaced, atNs }) => {
      const parent = births.get(pid)?.ppid;
      const isAlive = parent !== undefined && (lastNs.get(parent) ?? Infinity) > atNs;
      return tid !== pid || isReplaced || !isAlive ? [] : [{ pid, target: parent, signal: 17 }];
    });
    /** What a thread does wrong comes back to it. */
    const faults = signals.flatMap(({ tid, fields }) => {
      const { si_signo: signal = 0, si_code: code = 0 } = fields;
      const isFault = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP'].some(
        (name) => SIGNALS[name] === signal,
      );
      return isFault && code > 0
        ? [{ pid: calls.find((call) => call.tid === tid)!.pid, target: tid, signal }]
        : [];
    });
    const { records } = await runSample('sigsnoop', log, { from_kernel: 1n });
    const expected = [...sentOf(log), ...children, ...faults].map(short);
    expect(records.map(short).toSorted()).toEqual(expected.toSorted());
    expect(children.length).toBeGreaterThan(0);
  });
});

/** Signals that were sent by a call which came back. */
function sentOf(log: string): Value[] {
  const target: Readonly<Record<string, number>> = {
    kill: 0,
    tkill: 0,
    tgkill: 1,
    rt_sigqueueinfo: 0,
    rt_tgsigqueueinfo: 1,
  };
  const sent = rawLog(log).calls.flatMap(({ name, args, pid, exit }) => {
    const at = target[name];
    if (at === undefined || exit === undefined) return [];
    const [to, signal] = splitArgs(args)
      .slice(at)
      .map((arg) => Number.parseInt(arg, 10));
    return [{ at_ns: exit.atNs, pid, target: to, signal, ret: exit.ret, comm: exit.comm }];
  });
  return sent.toSorted((a, b) => a.at_ns - b.at_ns);
}

function expectEnds(records: readonly Value[], log: RawLog, isTold: (end: RawEnd) => boolean): void {
  const ends = log.ends.filter(isTold).map(({ tid, pid, status, signal, comm }) => ({
    tid,
    pid,
    ppid: log.births.get(pid)?.ppid ?? log.told.get(pid)?.ppid ?? 0,
    status,
    signal: signal === undefined ? 0 : SIGNALS[signal],
    comm,
  }));
  const told = records.map(({ at_ns: _at, age_ns: _age, ...rest }) => rest);
  expect(byThread(told)).toEqual(byThread(ends));
  for (const { tid, at_ns: atNs, age_ns: ageNs } of records)
    expectTimes(log, Number(tid), Number(atNs), Number(ageNs));
  expect(told.length).toBeGreaterThan(0);
}

/** At the line of its end, and as old as the call is that made it: 0 of the first process. One that makes room goes within the execve. */
function expectTimes({ ends, births }: RawLog, tid: number, atNs: number, ageNs: number): void {
  const moments = ends.filter((end) => end.tid === tid);
  const isTold = moments.some((end) => (end.isReplaced ? atNs <= end.atNs : atNs === end.atNs));
  expect(isTold, `${tid} at ${atNs}`).toBe(true);
  const birth = births.get(tid);
  if (birth !== undefined && moments.length === 1) {
    expect(ageNs).toBeGreaterThanOrEqual(atNs - birth.exitNs);
    expect(ageNs).toBeLessThanOrEqual(atNs - birth.enterNs);
  } else if (birth === undefined && moments[0]!.pid === tid) {
    expect(ageNs).toBe(0);
  }
}

function byThread<T extends Value>(list: readonly T[]): readonly T[] {
  return list.toSorted((a, b) => Number(a['tid']) - Number(b['tid']));
}

function short({ pid, target, signal }: Value): string {
  return `${String(pid)} ${String(target)} ${String(signal)}`;
}
