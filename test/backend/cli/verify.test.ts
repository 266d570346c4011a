// tailscope verify: verdicts, logs and explanations; and what run says of a program that is refused.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tailscope } from '../../support/cli.ts';
import { logPath, temporaryFolder } from '../../support/logs.ts';

const folder = temporaryFolder();
const bad = join(folder, 'unchecked.bpf.asm');
writeFileSync(
  bad,
  `.license "GPL"
.map counts hash key=4 value=8 entries=16

.section "raw_tp/sys_enter"
main:
  *(u32 *)(r10 - 4) = 7
  r2 = r10
  r2 += -4
  r1 = counts ll
  call bpf_map_lookup_elem
  r7 = *(u64 *)(r0 + 0)
  r0 = 0
  exit
`,
);

const EXPLAINED = [
  "R0 invalid mem access 'map_value_or_null'",
  'r0 is what bpf_map_lookup_elem returned at line 10: a pointer to a value of map counts (8 bytes), or null when the map has no such key',
  'check it first: if r0 == 0 goto ...',
];

describe('verify', () => {
  test('accepts a sample, with the log as Linux writes it', async () => {
    const { code, stdout, stderr } = await tailscope(['verify', 'tracex5']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^tracex5 \w+ \(kprobe\): accepted \(\d+ insns?, \d+ walked in [\d.]+ .?s\)$/m);
    expect(stdout).toMatch(/^ {2}processed \d+ insns \(limit 1000000\) max_states_per_insn \d/m);
  });

  test('explains a refusal by the lines of the text, and exits with 1', async () => {
    const { code, stdout, stderr } = await tailscope(['verify', bad]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '1 of 1 program refused\n' });
    for (const words of EXPLAINED) expect(stdout).toContain(words);
    expect(stdout).toContain('; call bpf_map_lookup_elem  @ unchecked.bpf.asm:10');
  });

  test('--log 0 leaves the log out, --log 2 shows all states', async () => {
    const [none, all] = await Promise.all(
      ['0', '2'].map((level) => tailscope(['verify', bad, '--log', level])),
    );
    expect(none!.stdout).not.toContain('processed');
    expect(none!.stdout).toContain('Verification failed: memory safety');
    expect(all!.stdout).toContain('0: R1=ctx() R10=fp0');
    expect(all!.stdout).toContain('Verification failed: memory safety');
  });

  test('--json gives the parts of the explanation, the statistics, and how often each insn was walked', async () => {
    const { code, stdout } = await tailscope(['verify', bad, '--json']);
    expect(code).toBe(1);
    const [one] = JSON.parse(stdout) as readonly Record<string, unknown>[];
    expect(one).toMatchObject({
      type: 'raw_tracepoint',
      accepted: false,
      errno: -13,
      report: {
        code: 'no-memory',
        category: 'memory safety',
        at: { pc: 6, text: '6: (79) r7 = *(u64 *)(r0 +0)', source: { line: 11 } },
        causes: [{ pc: 5, place: 'r0', means: 'a pointer to a value of map counts (8 bytes), or null' }],
      },
      stats: { insns: 6 },
    });
    expect((one!['walked'] as readonly number[]).slice(0, 3)).toEqual([1, 1, 1]);
  });

  test('a level that is none is wrong usage', async () => {
    const { code, stderr } = await tailscope(['verify', bad, '--log', '3']);
    expect(code).toBe(2);
    expect(stderr).toContain('--log is 0, 1 or 2 and not 3');
  });
});

describe('what is no program', () => {
  test('an object file is told from assembly text', async () => {
    const path = join(folder, 'mine.bpf.o');
    writeFileSync(path, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0));
    const { code, stderr } = await tailscope(['verify', path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /mine\.bpf\.o cannot be used as a program:\n {2}mine: byte 8: the file ends in its header/,
    );
  });

  test('of a text that is all wrong the first problems are told', async () => {
    const path = join(folder, 'wrong.asm');
    writeFileSync(path, '?\n'.repeat(50));
    const { code, stderr } = await tailscope(['verify', path]);
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.includes('wrong.asm:'))).toHaveLength(20);
    expect(stderr).toContain('and 30 more');
  });
});

test('run explains a program that is refused', async () => {
  const { code, stdout, stderr } = await tailscope(['run', bad, '--trace', logPath('dd')]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^tailscope: unchecked cannot be used as a program:/);
  for (const words of EXPLAINED) expect(stderr).toContain(words);
  expect(stderr).toContain('@ unchecked:11');
});
