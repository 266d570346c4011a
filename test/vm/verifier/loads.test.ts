// Loads that were captured from real objects (test/support/capture-loads.c) beside the verifier: verdict, errno, last line and statistics. TAILSCOPE_LOADS
// names the file; the project has none, because what others wrote stays theirs.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseBtf } from '../../../vm/btf/parse.ts';
import { printLog } from '../../../vm/verifier/print.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import { inputOfLoad, NotComparable, readLoads, type CapturedLoad } from '../../support/load-corpus.ts';

const FILE = process.env['TAILSCOPE_LOADS'];
const TYPES = '/sys/kernel/btf/vmlinux';

describe.skipIf(FILE === undefined)('captured loads (TAILSCOPE_LOADS)', () => {
  const loads = FILE === undefined ? [] : readLoads(FILE).filter(wasVerified);
  const kernel = FILE === undefined ? undefined : parseBtf(readFileSync(TYPES), 'vmlinux');
  test.each(loads.map((load, i) => [i, load.name, load] as const))('%i %s', (_i, _name, load) => {
    const ours = answerOf(load, kernel!);
    if (ours !== undefined) expect(ours).toEqual(kernelAnswer(load));
  });
});

/** Some hooks the kernel has not: it refuses their programs before it looks at them, without a log. */
function wasVerified({ errno, log1 }: CapturedLoad): boolean {
  return errno === 0 || log1.includes('processed ');
}

interface Answer {
  readonly errno: number;
  /** Of a refused program: the last line before the statistics. */
  readonly last: string | undefined;
  readonly stats: string | undefined;
}

/** Undefined for what cannot be compared. */
function answerOf(load: CapturedLoad, kernel: ReturnType<typeof parseBtf>): Answer | undefined {
  try {
    const input = inputOfLoad(load, kernel);
    const verdict = verify(input, { logLevel: 1 });
    return answer(verdict.refusal?.errno ?? 0, printLog(input, verdict));
  } catch (error) {
    if (error instanceof NotComparable) return undefined;
    throw error;
  }
}

function kernelAnswer({ errno, stats, log1 }: CapturedLoad): Answer {
  return { ...answer(errno, log1.split('\n')), stats: stats.split('\n').find(isStats) };
}

function answer(errno: number, log: readonly string[]): Answer {
  const lines = log.filter(
    (line) => line.trim() !== '' && !isStats(line) && !/^(verification time|stack depth) /.test(line),
  );
  return { errno, last: errno === 0 ? undefined : lines.at(-1), stats: log.find(isStats) };
}

function isStats(line: string): boolean {
  return line.startsWith('processed ');
}
