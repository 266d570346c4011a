// tailscope disasm: insns as they are loaded, with the lines of C that they were made from.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

interface Code {
  readonly why: string | null;
  readonly wasmBytes: number;
  readonly imports: readonly string[];
  readonly functions: readonly {
    readonly inlined: readonly { readonly pc: number; readonly what: string }[];
    readonly wasm: { readonly name: string; readonly lines: readonly { readonly pc: number }[] } | null;
  }[];
}

test('--wasm has C, insns and WebAssembly side by side, in the width that is asked for', async () => {
  const { code, stdout, stderr } = await tailscope([
    'disasm',
    OBJECT,
    '--prog',
    'enter_openat',
    '--wasm',
    '--width',
    '140',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(
    /^enter_openat: section \S+, tracepoint, \d+ insns, [\d,]+ bytes of WebAssembly, \d+ locals/,
  );
  expect(lines[2]).toMatch(/^source +eBPF +WebAssembly$/);
  const call = lines.find((line) => line.includes('call bpf_get_current_pid_tgid#14'))!;
  expect(call).toMatch(/^\S.*pid_tgid\(\).* {2}.*\d+: call bpf_get_current_pid_tgid#14 +\S/);
  expect(lines[lines.indexOf(call) + 1]).toMatch(/^ +\d*:? *= \S.* {2}\S/);
  const tables = lines.slice(2).filter((line) => !/^\w+: .*\(func /.test(line));
  expect(Math.max(...tables.map((line) => line.length))).toBeLessThanOrEqual(140);
});

test('--no-columns cuts nothing off', async () => {
  const { stdout } = await tailscope(['disasm', 'tracex5', '--wasm', '--no-columns']);
  expect(stdout).toMatch(
    /^ {2}; bpf_tail_call\(ctx, &progs, nr\); {2}\(tracex5\.bpf\.c:\d+:\d+\)\n +\d+: r1 = r7$/m,
  );
  expect(stdout).toMatch(/^ +\d+: call bpf_tail_call#12\n {8}= tail call\n {10,}\S/m);
  expect(stdout).not.toContain('…');
});

test('--module prints each module once, insns as comments', async () => {
  const { stdout } = await tailscope(['disasm', 'tracex5', '--module']);
  expect(stdout.match(/^\(module$/gm)).toHaveLength(1);
  expect(stdout).toMatch(/^ {2}\(func \$prog:1 /m);
  expect(stdout).toContain(';; = tail call');
  expect(stdout.trimEnd()).toMatch(/^\)$/m);
});

test('--wasm --json has the code of every program, line by line', async () => {
  const { stdout } = await tailscope(['disasm', 'tracex5', '--wasm', '--json']);
  const progs = JSON.parse(stdout) as readonly { readonly prog: string; readonly code: Code }[];
  const { code } = progs.find(({ prog }) => prog === 'main_prog')!;
  expect(code.why).toBeNull();
  expect(code.functions[0]!.inlined.map(({ what }) => what)).toContain('tail call');
  expect(code.functions[0]!.wasm!.lines.filter(({ pc }) => pc === 0).length).toBeGreaterThan(0);
});

test('a text has its own lines beside its insns, and one that is refused is told as verify tells it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'disasm-'));
  try {
    const good = join(folder, 'good.bpf.asm');
    writeFileSync(good, '.section "socket"\nmain:\n  r0 = 1 ; # one\n  exit\n');
    const { stdout } = await tailscope(['disasm', good, '--wasm']);
    expect(stdout).toMatch(/^r0 = 1 ; # one +0: r0 = 1 +i64\.const 1/m);
    const bad = join(folder, 'bad.bpf.asm');
    writeFileSync(bad, '.section "socket"\nmain:\n  r0 = r3\n  exit\n');
    const refused = await tailscope(['disasm', bad, '--wasm']);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('R3 !read_ok');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
