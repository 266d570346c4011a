// The plugin, and cases in the form of bpf_conformance: our own, and those of its repository where TAILSCOPE_CONFORMANCE names the folder that
// has them. In a run by itself a program may do what Linux refuses, so all of them apply, calls through a register too.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDataCase, type DataCase } from './data-file.ts';
import { answer, type PluginAnswer } from './protocol.ts';

const OWN = join(import.meta.dirname, '..', 'cases', 'conformance');
const PUBLIC = process.env['TAILSCOPE_CONFORMANCE'] ?? '';
const PLUGIN = join(import.meta.dirname, 'plugin.ts');

function casesIn(folder: string): { name: string; file: string }[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.data')) : [];
  if (names.length === 0) throw new Error(`there are no cases (NAME.data) in ${folder}`);
  return names.map((name) => ({ name: basename(name, '.data'), file: join(folder, name) }));
}

/** Bytes as the runner of bpf_conformance writes them. */
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `${byte.toString(16).padStart(2, '0')}  `).join('');
}

function ask({ insns, memory }: DataCase): PluginAnswer {
  return answer(memory.length === 0 ? [] : [hexOf(memory)], hexOf(insns));
}

/** r0 of an answer in hex, or why there is none. */
function outcome({ code, stdout, stderr }: PluginAnswer): string {
  return code === 0 ? `0x${stdout.trim()}` : `${code}: ${stderr.trim()}`;
}

function checkCase(file: string): void {
  const dataCase = readDataCase(readFileSync(file, 'utf8'));
  const { result, error } = dataCase;
  if (result !== undefined) expect(outcome(ask(dataCase))).toBe(`0x${result.toString(16)}`);
  else expect(ask(dataCase)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(error) });
}

test.each(casesIn(OWN))('own case $name', ({ file }) => checkCase(file));

if (PUBLIC === '') {
  process.stderr.write(
    'The public cases of bpf_conformance are left out: TAILSCOPE_CONFORMANCE names no folder.\n',
  );
}

describe.skipIf(PUBLIC === '')('the public cases', () => {
  test('are there', () => expect(casesIn(PUBLIC).length).toBeGreaterThan(0));

  test.each(PUBLIC === '' ? [] : casesIn(PUBLIC))('$name', ({ file }) => checkCase(file));
});

/** The plugin as a process, as its runner starts it. */
function spawnPlugin(args: readonly string[], input: string): PluginAnswer {
  const node = spawnSync(process.execPath, [PLUGIN, ...args], { input, encoding: 'utf8' });
  return { code: node.status as 0 | 1 | 2, stdout: node.stdout, stderr: node.stderr };
}

const SUM_OF_MEMORY = '71 10 00 00 00 00 00 00  0f 20 00 00 00 00 00 00\n95 00 00 00 00 00 00 00\n';

test('the plugin reads a program from stdin and prints r0 in hex', () => {
  expect(spawnPlugin(['0c 00 00'], SUM_OF_MEMORY)).toEqual({ code: 0, stdout: 'f\n', stderr: '' });
  expect(spawnPlugin([], 'b7000000ffffffff9500000000000000').stdout).toBe('ffffffffffffffff\n');
});

test('the plugin says on stderr why there is no r0', () => {
  expect(spawnPlugin([], SUM_OF_MEMORY)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      '0: invalid read at 0x0 size=1: a null pointer, as bpf_map_lookup_elem returns for a missing key\n',
  });
});

test.each([
  [['0c'], '95 00 00', 'an insn is 8 bytes, got 3 bytes', 1],
  [['0c'], '', 'a program has 1 to 1000000 insns, got 0', 1],
  [['0c'], '95 00 0', 'the program has half a byte at its end', 2],
  [['xy'], '95', 'the memory is in hex, got x', 2],
  [['0c', '0d'], '95', 'unexpected argument 0d', 2],
  [['--jit'], '95', 'unexpected argument --jit', 2],
  [['--elf'], '7f 45 4c 46', 'the program is read as insns, not as ELF', 2],
] as const)('a request of %j with %j is refused: %s', (args, stdin, message, code) => {
  const refusal = answer(args, stdin);
  expect(refusal).toMatchObject({ code, stdout: '' });
  expect(refusal.stderr).toContain(message);
});

test('an empty argument is an empty memory, --program goes before stdin, and --debug shows the insns', () => {
  const exit = 'b7 00 00 00 07 00 00 00 95 00 00 00 00 00 00 00';
  const stderr = '0: r0 = 7\n1: exit\n';
  expect(answer(['', '--debug'], exit)).toEqual({ code: 0, stdout: '7\n', stderr });
  expect(answer(['--program', exit, '01 02'], '')).toMatchObject({ code: 0, stdout: '7\n' });
});
