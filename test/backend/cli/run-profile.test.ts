// tailscope run --profile: how often each insn ran, the same on both engines.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tailscope } from '../../support/cli.ts';

interface Document {
  readonly progs: readonly { readonly name: string; readonly runs: number; readonly insnsRun: number }[];
  readonly profile?: readonly {
    readonly prog: string;
    readonly insns: readonly { readonly pc: number; readonly hits: number; readonly line: number | null }[];
  }[];
}

async function documentOf(...args: readonly string[]): Promise<Document> {
  const { code, stdout } = await tailscope(['run', 'tracex5', '--trace', 'dd', '--json', ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Document;
}

test('prints insns under their lines of C, the program that ran most first, behind all that it prints without', async () => {
  const args = ['run', 'tracex5', '--trace', 'dd'];
  const [jit, interp, plain] = await Promise.all([
    tailscope([...args, '--profile']),
    tailscope([...args, '--profile', '--engine', 'interp']),
    tailscope(args),
  ]);
  expect(jit.code).toBe(0);
  expect(interp.stdout).toBe(jit.stdout);
  expect(jit.stdout.startsWith(plain.stdout)).toBe(true);
  const profile = jit.stdout.slice(plain.stdout.length);
  const heads = [...profile.matchAll(/^profile of (\w+): ([\d,]+) runs, ([\d,]+) insns$/gm)];
  expect(heads[0]?.[1]).toBe('main_prog');
  const insns = heads.map(([, , , count]) => Number(count!.replaceAll(',', '')));
  expect(insns).toEqual(insns.toSorted((a, b) => b - a));
  expect(profile).toMatch(/^ +\d+\.\d% {2}; bpf_tail_call\(ctx, &progs, nr\); {2}\(tracex5\.bpf\.c:27:3\)$/m);
  expect(profile).toMatch(/^ *136 +6\.0% +13: call bpf_tail_call#12$/m);
  expect(profile).toMatch(/^ +0 +21: call bpf_trace_printk#6$/m);
});

test('--json has the hits of each insn, which are those that the programs count together', async () => {
  const { progs, profile } = await documentOf('--profile');
  for (const { name, insnsRun, runs } of progs) {
    const { insns } = profile!.find(({ prog }) => prog === name)!;
    expect([insns[0]!.hits, insns.reduce((sum, { hits }) => sum + hits, 0)]).toEqual([runs, insnsRun]);
    expect(insns.every(({ line }) => line !== null)).toBe(true);
  }
  expect((await documentOf()).profile).toBeUndefined();
});

test('of assembly text the lines are those of the file; what did not run is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  try {
    const path = join(folder, 'two.bpf.asm');
    const never = '.section "tp/syscalls/sys_enter_reboot"\nnever:\n  r0 = 0\n  exit\n';
    writeFileSync(path, `.section "raw_tp/sys_enter"\nmain:\n  r0 = 0 ; # nothing\n  exit\n${never}`);
    const { stdout } = await tailscope(['run', path, '--trace', 'dd', '--profile']);
    expect(stdout).toMatch(/^ +50\.0% {2}; r0 = 0 ; # nothing {2}\(two\.bpf\.asm:3\)$/m);
    expect(stdout).toMatch(/^profile: never did not run$/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
