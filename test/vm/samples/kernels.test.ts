// One object on all kernels: members lie elsewhere, have other names or are not there, and what the samples tell is the same.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readKernel } from '../../../backend/library/kernels.ts';
import { DEFAULT_KERNEL, KERNELS, SAMPLES } from '../../../vm/index.ts';
import { recordingOf } from '../../support/logs.ts';
import { runOver, type SampleRun } from '../../support/sample-run.ts';

const LOG = 'signals';
const BTF_FILE = '/sys/kernel/btf/vmlinux';
const FILES = existsSync(BTF_FILE) ? [BTF_FILE] : [];
const OTHERS = Object.keys(KERNELS).filter((name) => name !== DEFAULT_KERNEL.name);
const TRACEX5 = ['tracex5', 'tracex5-2015'];
/** Maps that hold what samples count. */
const TABLES: ReadonlySet<string> = new Set(['counts', 'files', 'processes', 'locks', 'slots']);

async function run(sample: string, kernel: string): Promise<SampleRun> {
  return runOver(sample, await recordingOf(LOG), {}, readKernel(kernel));
}

function toldBy({ records, mapNames, entries }: SampleRun): unknown {
  const maps = mapNames.filter((map) => TABLES.has(map)).map((map) => entries(map));
  return { records, maps };
}

describe.each([...OTHERS, ...FILES])('on %s', (kernel) => {
  const samples = Object.keys(SAMPLES).filter((name) => !TRACEX5.includes(name));
  test.each(samples)('%s tells the same', async (sample) => {
    expect(toldBy(await run(sample, kernel))).toEqual(toldBy(await run(sample, DEFAULT_KERNEL.name)));
  });
});

describe.each(TRACEX5)('%s', (sample) => {
  test.each(['linux-5.10', 'linux-4.14'])('prints the same on %s', async (kernel) => {
    const { printed } = await run(sample, kernel);
    expect(printed).toEqual((await run(sample, DEFAULT_KERNEL.name)).printed);
    expect(printed.length).toBeGreaterThan(20);
  });

  test('prints no reads and writes on linux-6.18, whose __seccomp_filter is not handed their arguments', async () => {
    const { printed } = await run(sample, DEFAULT_KERNEL.name);
    const rest = printed.filter((line) => !/: (?:read|write)\(/u.test(line));
    expect((await run(sample, 'linux-6.18')).printed).toEqual(rest);
    expect(rest.length).toBeLessThan(printed.length);
  });

  test('is refused on linux-4.4, with the name of the function that is there', async () => {
    await expect(run(sample, 'linux-4.4')).rejects.toThrow(/seccomp_phase1/u);
  });
});
