// tailscope run with objects of clang: records by their types, variables, sizes, kernels, programs; and what is told on stderr.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tailscope } from '../../support/cli.ts';
import { compileBpf } from '../../support/clang.ts';
import { logPath, temporaryFolder } from '../../support/logs.ts';
import { hasTool } from '../../support/tools.ts';

const DD = ['--trace', logPath('dd')] as const;

interface RunResult {
  readonly kernel: string;
  readonly assumed: readonly { map: string; size: string; value: number }[];
  readonly records: readonly { map: string; type: string; value: Record<string, unknown> }[];
  readonly progs: readonly { name: string; runs: number; silence?: { state: string; why: string } }[];
  readonly unknownReads: number;
  readonly unknown: readonly { what: string; count: number }[];
}

describe('an object over dd', () => {
  test('prints a line a record, by its type, then the maps; programs that did not run are told', async () => {
    const { code, stdout, stderr } = await tailscope([
      'run',
      'opensnoop',
      ...DD,
      '--set',
      'failed_only=true',
    ]);
    expect(code).toBe(0);
    const records = stdout.split('\n').filter((line) => /^\d+\.\d{6} events: \{/.test(line));
    expect(records.length).toBeGreaterThan(5);
    for (const record of records) expect(record).toMatch(/"ret": -2, .*"comm": "dd", "path": "\//);
    expect(stdout).toMatch(/^map events: ringbuf, \d+ records read, 0 dropped$/m);
    expect(stdout).toMatch(/^ {2}0: \{"failed_only": true, "pid": 0\}$/m);
    expect(stderr).toMatch(
      /^enter_open \(tracepoint\/syscalls\/sys_enter_open\) did not run: no sys_enter_open in this recording; openat has \d+$/m,
    );
  });

  test('gives all of it as JSON: records with values, reasons of programs, the kernel', async () => {
    const { stdout } = await tailscope(['run', 'opensnoop', ...DD, '--json', '--kernel', 'linux-5.10']);
    const result = JSON.parse(stdout) as RunResult;
    expect(result).toMatchObject({ kernel: 'linux-5.10', assumed: [] });
    expect(result.records[0]).toMatchObject({ map: 'events', type: 'struct event', value: { comm: 'dd' } });
    const runs = new Map(result.progs.map((prog) => [prog.name, prog]));
    expect(runs.get('leave_openat')!.runs).toBe(result.records.length);
    expect(runs.get('leave_open')!.silence).toMatchObject({ state: 'absent' });
    expect(result.unknown.reduce((sum, { count }) => sum + count, 0)).toBe(result.unknownReads);
  });

  test('--prog loads the programs that are named, and no others', async () => {
    const { stdout } = await tailscope([
      'run',
      'opensnoop',
      ...DD,
      '--json',
      '--prog',
      'enter_openat',
      '--prog',
      'leave_openat',
    ]);
    expect((JSON.parse(stdout) as RunResult).progs.map(({ name }) => name)).toEqual([
      'enter_openat',
      'leave_openat',
    ]);
  });
});

describe('wrong options', () => {
  test.concurrent.each([
    [['--set', 'failed_onli=true'], 1, /failed_onli: .*did you mean failed_only\?/],
    [['--set', 'pid=many'], 1, /pid: a text is for an array of char/],
    [['--set', 'pid=5000000000'], 1, /pid: .*is from 0 to 4294967295, and not 5000000000/],
    [['--set', 'pid'], 2, /--set cannot be pid: expected NAME=VALUE/],
    [['--size', 'nope=5'], 1, /nope: there is no such map in opensnoop/],
    [['--size', 'asked=x'], 2, /--size cannot be asked=x: expected MAP=ENTRIES/],
    [['--kernel', 'linux-9'], 1, /no kernel named linux-9.*linux-6\.12.*BTF file/],
    [['--record', 'events=nope'], 1, /opensnoop has no struct nope among its types/],
    [['--record', 'nope=event'], 1, /no map named nope/],
    [['--record', 'events'], 2, /--record cannot be events: expected MAP=TYPE/],
  ])('%j', async (options, code, words) => {
    const result = await tailscope(['run', 'opensnoop', ...DD, ...options]);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(words);
  });
});

/** Types of every kind, as global data, and maps that say no size or hold a lot of nothing. */
const SOURCE = `
typedef unsigned int u32; typedef long long s64;
#define SEC(n) __attribute__((section(n), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
enum color { RED = 1, BLUE = -7 };
struct all {
  signed char sc; unsigned char uc; s64 l; _Bool t; enum color col; enum color odd;
  char text[8]; unsigned char raw[2]; struct { short x; char name[4]; } arr[2];
  union { int r; u32 w; }; unsigned bits : 3; int neg : 5; void *ptr; double db;
};
volatile struct all all = { -3, 200, -9000000000000000001LL, 1, BLUE, 9, "a\\"b", {1, 2}, {{1, "p"}, {2, "q"}}, {.w = 7}, 5, -3, (void *)0x1234, -2.25 };
struct { __uint(type, 1); __type(key, u32); __type(value, s64); } open_ended SEC(".maps");
struct { __uint(type, 2); __uint(max_entries, 1000); __type(key, u32); __type(value, s64); } sparse SEC(".maps");
static long (*update)(void *, const void *, const void *, unsigned long long) = (void *)2;
SEC("raw_tp/sys_enter") int main_prog(void *ctx) {
  u32 key = 500; s64 value = all.sc;
  update(&sparse, &key, &value, 0);
  update(&open_ended, &key, &value, 0);
  return 0;
}
char _license[] SEC("license") = "GPL";
`;

describe.runIf(hasTool('clang'))('maps of an object', () => {
  const folder = temporaryFolder();
  const object = join(folder, 'types.bpf.o');
  writeFileSync(join(folder, 'types.c'), SOURCE);
  compileBpf(join(folder, 'types.c'), object);

  test('are printed by their types, in the words of bpftool; long arrays without what holds nothing', async () => {
    const { code, stdout, stderr } = await tailscope(['run', object, ...DD]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'map open_ended: its size is left to the tool that loads it: taken is 10,240 entries (or --size open_ended=ENTRIES)\n',
    );
    expect(stdout).toContain(
      '  0: {"all": {"sc": -3, "uc": 200, "l": -9000000000000000001, "t": true, "col": "BLUE", "odd": 9, "text": "a\\"b", "raw": [1, 2], ' +
        '"arr": [{"x": 1, "name": "p"}, {"x": 2, "name": "q"}], "r": 7, "w": 7, "bits": 5, "neg": -3, "ptr": "0x1234", "db": -2.25}}\n',
    );
    expect(stdout).toContain(
      'map sparse: array, 1,000 of 1,000 entries\n  500: -3\n  999 entries of zeros\n',
    );
  });

  test('have the size that --size gives them', async () => {
    const { stdout, stderr } = await tailscope(['run', object, ...DD, '--size', 'open_ended=7']);
    expect(stderr).toBe('');
    expect(stdout).toContain('map open_ended: hash, 1 of 7 entries\n  500: -3\n');
  });
});
