// tracex5 in both forms beside the lines of the log: what it prints, and where its tail calls land.
import { describe, expect, test } from 'vitest';
import { rawLog, splitArgs, type RawCall } from '../../support/raw-log.ts';
import { runSample } from '../../support/sample-run.ts';

const FORMS = ['tracex5', 'tracex5-2015'];
const NR_GETUID = 102;
const NR_GETSID = 124;

/** What is printed of a call, but for the address of its buffer. */
function printedOf({ name, nr, args }: RawCall): string | undefined {
  const [fd = '', , size = ''] = splitArgs(args);
  const bytes = Number(size);
  const text = `${name}(fd=${Number.parseInt(fd, 10)}, size=${bytes})`;
  if (name === 'write') return bytes === 512 ? text : undefined;
  if (name === 'read') return bytes > 128 && bytes <= 1024 ? text : undefined;
  if (name === 'mmap') return 'mmap';
  return nr >= NR_GETUID && nr <= NR_GETSID ? `syscall=${nr} (one of get/set uid/pid/gid)` : undefined;
}

describe.each(FORMS)('%s', (form) => {
  test('over dd prints 5 writes, 6 reads and 21 mmaps', async () => {
    const { printed } = await runSample(form, 'dd');
    const count = (start: string): number => printed.filter((line) => line.includes(`: ${start}`)).length;
    expect([count('write('), count('read('), count('mmap')]).toEqual([5, 6, 21]);
  });

  test.each(['dd', 'shell', 'fail', 'signals'])(
    'over %s prints a line for each call that it is about',
    async (log) => {
      const lines = rawLog(log)
        .calls.toSorted((a, b) => a.enterNs - b.enterNs)
        .map(printedOf);
      const { printed } = await runSample(form, log);
      const texts = printed.map((line) =>
        line
          .replace(/^.*bpf_trace_printk: /u, '')
          .replace(/ buf=[^,]*,/u, '')
          .trimEnd(),
      );
      expect(texts).toEqual(lines.filter((line) => line !== undefined));
    },
  );

  test.each(['shell', 'gcc-make'])(
    'over %s lands once in a slot for each call of its number',
    async (log) => {
      const { calls } = rawLog(log);
      const { jumps } = await runSample(form, log);
      const made = (nr: number): number => calls.filter((call) => call.nr === nr).length;
      const slot = (index: number): number | undefined =>
        jumps('progs').slots.find((one) => one.index === index)?.hits;
      expect([slot(0), slot(1), slot(9)]).toEqual([made(0), made(1), made(9)]);
      const { hits, misses } = jumps('progs');
      expect(hits + misses.empty + misses.outOfRange).toBe(calls.length);
    },
  );
});
