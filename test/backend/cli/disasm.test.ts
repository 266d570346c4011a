// tailscope disasm: insns as they are loaded, with the lines of C that they were made from.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SAMPLES_FOLDER } from '../../../backend/library/package-root.ts';
import { tailscope } from '../../support/cli.ts';

const OBJECT = join(SAMPLES_FOLDER, 'objects', 'opensnoop.bpf.o');

interface Insn {
  readonly pc: number;
  readonly bytes: string;
  readonly text: string;
  readonly line: { readonly file: string; readonly line: number } | null;
}
interface Disassembled {
  readonly prog: string;
  readonly section: string;
  readonly insns: readonly Insn[];
}

test('prints the insns of each program under the lines that they were made from', async () => {
  const { code, stdout, stderr } = await tailscope(['disasm', OBJECT, '--prog', 'enter_openat']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^enter_openat: section tracepoint\/syscalls\/sys_enter_openat, tracepoint, \d+ insns$/m,
  );
  expect(stdout).toMatch(/^ {2}; .*bpf_get_current_pid_tgid.*\(opensnoop\.bpf\.c:\d+:\d+\)$/m);
  expect(stdout).toMatch(/^ +\d+: call bpf_get_current_pid_tgid#14$/m);
  expect(stdout).toMatch(/^ +\d+: r1 = map\[asked\] ll$/m);
  expect(stdout).not.toContain('leave_openat');
});

test('--no-source leaves the lines out', async () => {
  const { stdout } = await tailscope(['disasm', OBJECT, '--no-source']);
  expect(stdout).not.toContain('opensnoop.bpf.c');
  expect(stdout).toMatch(/^leave_openat2:/m);
});

test('--json has bytes and lines of every insn', async () => {
  const { stdout } = await tailscope(['disasm', OBJECT, '--json']);
  const progs = JSON.parse(stdout) as readonly Disassembled[];
  const prog = progs.find((one) => one.prog === 'enter_openat')!;
  expect(prog.insns.at(-1)).toMatchObject({ text: 'exit', bytes: '9500000000000000' });
  expect(prog.insns.some(({ line }) => line !== null && line.file.endsWith('opensnoop.bpf.c'))).toBe(true);
});

test('a program that is not there is refused, with those that are', async () => {
  const { code, stdout, stderr } = await tailscope(['disasm', OBJECT, '--prog', 'nope']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/no program nope.*enter_openat/);
});
