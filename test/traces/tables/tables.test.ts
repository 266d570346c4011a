// The tables agree with themselves and, where they are installed, with the kernel's headers.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ARCHS,
  ARG_FORMS,
  CATEGORY_NAMES,
  ERRNOS,
  SIGNALS,
  SYSCALLS,
  categoryOf,
  errnoName,
  isRestart,
} from '../../../traces/index.ts';
import type { Arch } from '../../../traces/index.ts';

const ARCH_NAMES = Object.keys(ARCHS) as Arch[];

test.each(ARCH_NAMES)('%s: a number is one call, a call one number, and both are found', (arch) => {
  const table = SYSCALLS[arch];
  const { rows } = table;
  expect(rows.length).toBeGreaterThan(300);
  expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
  const numbered = rows.filter((row) => row.nr >= 0);
  expect(new Set(numbered.map((row) => row.nr)).size).toBe(numbered.length);
  for (const row of rows) expect(table.byName(row.name)).toBe(row);
  for (const row of numbered) expect(table.byNr(row.nr)).toBe(row);
  expect(table.byName('no_such_call')).toBeUndefined();
  expect(table.byNr(100_000)).toBeUndefined();
});

test.each(ARCH_NAMES)('%s: arguments are at most six, and sizes belong to buffers', (arch) => {
  for (const { name, args } of SYSCALLS[arch].rows) {
    expect(args.length, name).toBeLessThanOrEqual(6);
    for (const { kind, sizeArg } of args) {
      expect(Object.keys(ARG_FORMS)).toContain(kind);
      if (sizeArg >= 0) expect(args[sizeArg]!.kind, name).toMatch(/^(size|int)$/);
      expect(sizeArg >= 0, name).toBe(kind === 'in' || kind === 'out');
    }
  }
});

// oxfmt-ignore
test.each([
  { name: 'read',      x86_64: 0,   i386: 3,   arm64: 63,  category: 'file' },
  { name: 'write',     x86_64: 1,   i386: 4,   arm64: 64,  category: 'file' },
  { name: 'mmap',      x86_64: 9,   i386: 90,  arm64: 222, category: 'memory' },
  { name: 'mmap2',     x86_64: -1,  i386: 192, arm64: -1,  category: 'memory' },
  { name: '_llseek',   x86_64: -1,  i386: 140, arm64: -1,  category: 'file' },
  { name: 'stat64',    x86_64: -1,  i386: 195, arm64: -1,  category: 'file' },
  { name: 'clone3',    x86_64: 435, i386: 435, arm64: 435, category: 'process' },
  { name: 'connect',   x86_64: 42,  i386: 362, arm64: 203, category: 'network' },
  { name: 'kill',      x86_64: 62,  i386: 37,  arm64: 129, category: 'signal' },
  { name: 'nanosleep', x86_64: 35,  i386: 162, arm64: 101, category: 'time' },
  { name: 'futex',     x86_64: 202, i386: 240, arm64: 98,  category: 'ipc' },
  { name: 'getrandom', x86_64: 318, i386: 355, arm64: 278, category: 'other' },
])('$name is $x86_64, $i386, $arm64 and of category $category', ({ name, category, ...numbers }) => {
  for (const arch of ARCH_NAMES) {
    expect(SYSCALLS[arch].byName(name)?.nr ?? -1).toBe(numbers[arch]);
    expect(categoryOf(arch, name)).toBe(category);
  }
});

test('every category has calls, and an unknown call is of category other', () => {
  for (const category of CATEGORY_NAMES)
    expect(SYSCALLS.x86_64.rows.some((row) => row.category === category)).toBe(true);
  expect(categoryOf('x86_64', 'syscall_0x270f')).toBe('other');
});

// oxfmt-ignore
const HEADERS = [
  { arch: 'x86_64', path: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h' },
  { arch: 'i386',   path: '/usr/include/x86_64-linux-gnu/asm/unistd_32.h' },
] as const;

test.each(HEADERS.filter(({ path }) => existsSync(path)))('$arch agrees with $path', ({ arch, path }) => {
  const defined = [...readFileSync(path, 'utf8').matchAll(/^#define __NR_(\w+)\s+(\d+)$/gm)];
  expect(defined.length).toBeGreaterThan(300);
  for (const [, name, nr] of defined) expect(SYSCALLS[arch].byName(name!)?.nr, name).toBe(Number(nr));
});

test('errnos by name and number, aliases included', () => {
  expect(errnoName(2)).toBe('ENOENT');
  expect(errnoName(516)).toBe('ERESTART_RESTARTBLOCK');
  expect(errnoName(9999)).toBe('errno 9999');
  expect(ERRNOS.number('EWOULDBLOCK')).toBe(ERRNOS.number('EAGAIN'));
  expect(ERRNOS.number('ENOTHING')).toBeUndefined();
  expect([511, 512, 513, 514, 515, 516, 517].filter((errno) => isRestart(errno))).toEqual([
    512, 513, 514, 516,
  ]);
  for (let errno = 1; errno <= 133; errno++) {
    const name = ERRNOS.name(errno);
    if (name !== undefined) expect(ERRNOS.number(name)).toBe(errno);
  }
});

test('signals by name and number, real-time ones counted from 32', () => {
  expect(SIGNALS.number('SIGSEGV')).toBe(11);
  expect(SIGNALS.number('SIGRT_5')).toBe(37);
  expect(SIGNALS.number('SIGRTMIN')).toBe(32);
  expect(SIGNALS.number('SIGNOTHING')).toBeUndefined();
  for (let signal = 1; signal <= 64; signal++) expect(SIGNALS.number(SIGNALS.name(signal)!)).toBe(signal);
});
