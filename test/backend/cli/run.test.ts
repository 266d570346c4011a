// tailscope run, info, list: what they print.
import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../vm/index.ts';
import { BIN, tailscope } from '../../support/cli.ts';
import { logPath } from '../../support/logs.ts';

interface RunResult {
  readonly program: string;
  readonly trace: string;
  readonly calls: number;
  readonly points: number;
  readonly insns: number;
  readonly printk: readonly { text: string; comm: string; tid: number; line: string }[];
  readonly maps: readonly { name: string; type: string; entries: readonly unknown[] }[];
  readonly progArrays: readonly { map: string; hits: number }[];
  readonly faults: readonly unknown[];
}

describe('run tracex5 over dd', () => {
  test('prints 5 writes of 512, 6 reads in range and 21 mmaps, then the maps', async () => {
    const { code, stdout, stderr } = await tailscope(['run', 'tracex5', '--trace', logPath('dd')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    const count = (words: RegExp): number => lines.filter((line) => words.test(line)).length;
    expect(count(/bpf_trace_printk: write\(fd=1, buf=[0-9a-f]+, size=512\)/)).toBe(5);
    expect(count(/bpf_trace_printk: read\(fd=\d+, buf=[0-9a-f]+, size=(512|832)\)/)).toBe(6);
    expect(count(/bpf_trace_printk: mmap$/)).toBe(21);
    expect(stdout).toMatch(/^map progs: prog_array, \d+ of 1,024 entries$/m);
  });

  test('gives the same as one JSON document', async () => {
    const { code, stdout } = await tailscope(['run', 'tracex5', '--trace', logPath('dd'), '--json']);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as RunResult;
    expect(result).toMatchObject({ program: 'tracex5', trace: 'dd', faults: [] });
    expect(result.printk.filter(({ text }) => text.startsWith('mmap'))).toHaveLength(21);
    expect(result.printk[0]!.line).toContain(result.printk[0]!.text.trimEnd());
    expect(result.printk.every(({ comm, tid }) => comm === 'dd' && tid > 0)).toBe(true);
    expect(result.points).toBeGreaterThan(result.calls);
    expect(result.insns).toBeGreaterThan(result.calls);
    expect(result.progArrays[0]).toMatchObject({ map: 'progs' });
  });

  test('--limit stops after so many calls', async () => {
    const { stdout } = await tailscope([
      'run',
      'tracex5',
      '--trace',
      logPath('dd'),
      '--limit',
      '10',
      '--json',
    ]);
    expect((JSON.parse(stdout) as RunResult).calls).toBe(10);
  });
});

test.each([[['tracex5']], [['tracex5', '--json']], [['opensnoop']], [['opensnoop', '--json']]])(
  'run %j prints the same, byte for byte, whichever engine runs',
  async (args) => {
    const outs = await Promise.all(
      ['jit', 'interp'].map((engine) =>
        tailscope(['run', ...args, '--trace', logPath('dd'), '--engine', engine]),
      ),
    );
    const [compiled, interpreted] = outs.map(({ stdout }) =>
      stdout.replaceAll(/"engine": ?"(jit|interp)"/g, '"engine"'),
    );
    expect(compiled).toBe(interpreted);
    expect(outs.map(({ code }) => code)).toEqual([0, 0]);
    for (const [i, engine] of ['jit', 'interp'].entries())
      expect(new RegExp(`"engine": ?"${engine}"`).test(outs[i]!.stdout)).toBe(args.includes('--json'));
  },
);

test('a reader that closes the pipe early ends run quietly', async () => {
  const child = spawn(process.execPath, [BIN, 'run', 'tracex5', '--trace', logPath('npm')]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

describe('info', () => {
  test('--json gives the facts of a recording', async () => {
    const { code, stdout } = await tailscope(['info', logPath('fail'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      calls: 611,
      lines: 612,
      badLines: 0,
      threads: 1,
      comms: 2,
      distinctSyscalls: 55,
      errors: { ENOENT: 403, EACCES: 106, EMFILE: 12, EPERM: 11 },
    });
  });

  test('prints them for a person', async () => {
    const { stdout } = await tailscope(['info', logPath('fail')]);
    expect(stdout).toMatch(/^calls +611 of 55 system calls$/m);
    expect(stdout).toMatch(/^errors +\d+: ENOENT 403, EACCES 106/m);
  });
});

test('list names the samples, and gives recordings and programs as JSON', async () => {
  const { code, stdout } = await tailscope(['list']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^tracex5 /m);
  const { programs } = JSON.parse((await tailscope(['list', '--json'])).stdout) as { programs: Sample[] };
  const opensnoop = programs.find(({ name }) => name === 'opensnoop');
  expect(opensnoop?.globals.map(({ name }) => name)).toEqual(['failed_only', 'pid']);
  expect(opensnoop?.object).toBe('objects/opensnoop.bpf.o');
});
