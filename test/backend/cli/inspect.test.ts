// tailscope inspect: what an object holds, for people and as JSON; its types as C.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SAMPLES_FOLDER } from '../../../backend/library/package-root.ts';
import { complaintsOf } from '../../support/clang.ts';
import { tailscope } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/logs.ts';
import { hasTool } from '../../support/tools.ts';

const OBJECT = join(SAMPLES_FOLDER, 'objects', 'opensnoop.bpf.o');
const bytes = readFileSync(OBJECT);
const folder = temporaryFolder();

interface Inspected {
  readonly name: string;
  readonly kernel: string;
  readonly problems: readonly string[];
  readonly sections: readonly { name: string }[];
  readonly maps: readonly { name: string; type: string; data: string | null }[];
  readonly variables: readonly { name: string; type: string; map: string; off: number; bytes: number }[];
  readonly progs: readonly {
    name: string;
    section: string;
    hooks: readonly string[];
    core: readonly unknown[];
  }[];
}

describe('inspect of an object', () => {
  test('tells sections, maps, variables, programs and their hooks', async () => {
    const { code, stdout, stderr } = await tailscope(['inspect', OBJECT]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^.*opensnoop\.bpf\.o: ELF object for BPF, licence GPL, BTF of \d+ types, linked against linux-6\.12$/m,
    );
    expect(stdout).toMatch(/^ *\d+ +tracepoint\/syscalls\/sys_enter_openat +\d+ +\d+$/m);
    expect(stdout).toMatch(/^asked +hash +u32 \(4\) +struct asked \(\d+\) +10,240/m);
    expect(stdout).toMatch(/^failed_only +const volatile bool +\.rodata +0 +1 +false$/m);
    expect(stdout).toMatch(
      /^enter_openat +tracepoint\/syscalls\/sys_enter_openat +tracepoint +\d+ +syscalls:sys_enter_openat$/m,
    );
    expect(stdout).toMatch(/^and \d+ sections of symbols, relocations and debug information$/m);
    expect(stdout).not.toMatch(/\.debug_|\.symtab/);
  });

  test('and the same as one JSON document, with what the text leaves out', async () => {
    const { stdout } = await tailscope(['inspect', OBJECT, '--json', '--kernel', 'linux-5.10']);
    const result = JSON.parse(stdout) as Inspected;
    expect(result).toMatchObject({ name: 'opensnoop', kernel: 'linux-5.10', problems: [] });
    expect(result.sections.map(({ name }) => name)).toContain('.symtab');
    expect(result.variables).toContainEqual(
      expect.objectContaining({ name: 'pid', map: '.rodata', off: 4, bytes: 4 }),
    );
    expect(result.progs.find(({ name }) => name === 'leave_openat')!.hooks).toEqual([
      'syscalls:sys_exit_openat',
    ]);
  });

  test.runIf(hasTool('clang'))('prints its types as C that compiles', async () => {
    const { stdout } = await tailscope(['inspect', OBJECT, '--types']);
    expect(stdout).toMatch(/^struct asked \{$/m);
    expect(complaintsOf(stdout)).toBe('');
  });

  test('lists relocations, with what CO-RE found', async () => {
    const { stdout } = await tailscope(['inspect', 'exitsnoop', '--relocs']);
    expect(stdout).toMatch(/^CO-RE: \d+ relocations? \(.*\), 0 without an answer$/m);
    expect(stdout).toMatch(/^on_exit +\d+ +map +events/m);
  });
});

describe('what cannot be inspected', () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['cut.o', bytes.subarray(0, 2000), /cut\.o cannot be used as a program:\n {2}cut: byte \d+: .*2000/],
    [
      'other.o',
      Buffer.concat([bytes.subarray(0, 18), Uint8Array.of(62, 0), bytes.subarray(20)]),
      /another machine/,
    ],
    ['empty.s', new Uint8Array(), /object has no program/],
  ];
  test.each(cases)('%s is told in a sentence, and exits with 1', async (name, content, words) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    const { code, stdout, stderr } = await tailscope(['inspect', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('mistake in tailscope');
  });

  test('a folder is told as one', async () => {
    const { code, stderr } = await tailscope(['inspect', folder]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `tailscope: cannot read ${folder}: it is a folder\n`,
    });
  });
});
