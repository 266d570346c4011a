// Insns by themselves: what RFC 9669 gives a meaning and Linux refuses, what stays refused, and that nothing is left behind.
import { expect, test } from 'vitest';
import { assembleProg, LoadError } from '../../../vm/index.ts';
import { rig, runOnce, withFields, type Rig } from '../../support/machine.ts';

function run(text: string, memory?: readonly number[], { machine }: Rig = rig()) {
  return machine.runInsns(assembleProg(text).insns, memory && Uint8Array.from(memory));
}

function refusal(text: string): string {
  try {
    run(text);
  } catch (error) {
    if (error instanceof LoadError) return error.reason;
    throw error;
  }
  throw new Error(`${text} was run`);
}

test('r1 is the memory, r2 its length, and the memory comes back as the run left it', () => {
  const result = run('r0 = *(u8 *)(r1 + 1)\nr0 += r2\n*(u8 *)(r1 + 0) = 9\nexit', [1, 2, 3]);
  expect(result).toMatchObject({ r0: 5n, insns: 4, fault: undefined });
  expect([...result.memory]).toEqual([9, 2, 3]);
});

test('r0 has 64 bits, and the other registers begin as 0', () => {
  expect(run('r0 = -1\nexit').r0).toBe(0xffff_ffff_ffff_ffffn);
  expect(run('r0 = r1\nr0 |= r2\nr0 |= r3\nr0 |= r6\nr0 |= r9\nexit').r0).toBe(0n);
});

test.each([
  ['r0 = 5\nr0 /= 0\nexit', 0n],
  ['r0 = 1\nr0 <<= 65\nexit', 2n],
  ['w0 = 1\nw0 s>>= -32\nexit', 1n],
  ['*(u32 *)(r10 - 7) = 258\nr0 = *(u8 *)(r10 - 6)\nexit', 1n],
  ['r0 = 1\nexit\nr0 = 2\nexit', 1n],
  ['r6 = 8\ncallx r6\nr0 += 7\nexit', 7n],
])('%j is run', (text, r0) => {
  expect(run(text)).toMatchObject({ r0, fault: undefined });
});

test('may_goto jumps once a function has passed 8388608 of them', () => {
  const rounds = `loop: ${'may_goto out\n'.repeat(64)}r6 += 64\ngoto loop`;
  const text = `call f\nr0 += 1\nexit\nf: r6 = 0\n${rounds}\nout: r0 = r6\nexit`;
  const many = rig({ limitInsns: 20_000_000 });
  expect(run(text, [], many)).toMatchObject({ r0: 8_388_609n, fault: undefined });
});

test.each([
  ['.quad 0x00000000000000ff\nexit', 'unknown opcode ff'],
  ['.quad 0x00000001000100b7\nexit', 'BPF_MOV uses reserved fields'],
  ['r0 = 0\ngoto +9\nexit', 'jump out of range from insn 1 to 11'],
  ['r0 = 0', 'last insn is not an exit or jmp'],
  ['r10 = 0\nexit', 'frame pointer is read only'],
  ['ld_pseudo r1, 1, 3\nexit', 'fd 3 is not pointing to valid bpf_map'],
  ['call 10000\nexit', 'invalid func unknown#10000'],
  ['gotox r1\nexit', 'unknown opcode 0d'],
])('%j is refused', (text, message) => {
  expect(refusal(text)).toContain(message);
});

test('a run that breaks a rule ends with a fault, r0 is 0 then', () => {
  const here = rig();
  const { r0, fault } = run('r0 = 1\n*(u64 *)(r1 - 1) = 0\nexit', [0, 0], here);
  expect(r0).toBe(0n);
  expect(fault).toMatchObject({ prog: 'insns', pc: 1, code: 'access' });
  expect(here.faults).toEqual([fault]);
  expect(run('callx r1\nexit', [1], here).fault?.message).toMatch(/^callx of \d+, which is no helper/);
  expect(run('top: goto top', [], here).fault?.code).toBe('budget');
});

test('nothing stays in memory, whatever comes of the run', () => {
  const here = rig();
  const before = here.machine.snapshot().byteSize;
  run('r0 = 1\nexit', [1, 2, 3], here);
  run('r0 = *(u64 *)(r1 + 100)\nexit', [1, 2, 3], here);
  expect(() => run('r0 = 1', [1, 2, 3], here)).toThrow(LoadError);
  expect(() => here.machine.runInsns(assembleProg('exit').insns, new Uint8Array(2 ** 30))).toThrow(
    'no room for a memory of 1073741824 bytes',
  );
  expect(here.machine.snapshot().byteSize).toBe(before);
});

test('no timer is left behind, even where insns find one of another program', () => {
  const here = rig();
  const text = '.map m array key=4 value=32 entries=1\n.section "tc"\nmain:\nr0 = map[m] ll\nexit';
  const object = here.machine.load(withFields(`.license GPL\n${text}`, [{ kind: 'timer', off: 8 }]));
  const map = `r2 = ${0xffff_8880_0000_0000n + BigInt(runOnce(here.machine, object.progs[0]!).retval)} ll`;
  const value = [0, 8, 16, 24, 32, 40, 48]
    .map((off) => `${map}\nr1 = r2\nr1 += ${off}\nr6 = r1`)
    .find((at) => run(`${at}\nr3 = 1\ncall timer_init\nexit`, undefined, here).fault === undefined);
  const set = `${value}\nr2 = func f ll\ncall timer_set_callback\nexit\nf:\nr0 = 0\nexit`;
  expect(run(set, undefined, here)).toMatchObject({ r0: BigInt.asUintN(64, -22n), fault: undefined });
  here.machine.advance(100);
  expect(here.machine.insnsRun).toBeGreaterThan(0);
});
