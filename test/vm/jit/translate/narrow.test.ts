// Values of which nobody reads the upper half are found, no others, and what is made of them is right.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../../vm/index.ts';
import { encodeInsn, decodeInsn, makeInsn } from '../../../../vm/isa/insn.ts';
import { shapeOf } from '../../../../vm/jit/translate/shape.ts';
import { prepareBareRun } from '../../../../vm/kernel/bare-run.ts';
import { LinearMemory } from '../../../../vm/memory/linear.ts';
import { randomProg } from '../../../support/random-prog.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { Twins } from '../../../support/twins.ts';

const SEED = seedOf(1964);
const PROGS = 150;

/** Writes of a program, 'pc:register', that are narrow. */
function narrowWrites(text: string): string[] {
  const { prog } = prepareBareRun(new LinearMemory(), assembleProg(text).insns, new Uint8Array(16));
  const { writes } = shapeOf(prog, 'trusted', false, 0).narrow;
  const found: string[] = [];
  for (const [pc, bits] of [...writes].toSorted(([a], [b]) => a - b)) {
    for (let reg = 0; reg < 10; reg++) if ((bits & (1 << reg)) !== 0) found.push(`${pc}:r${reg}`);
  }
  return found;
}

const CASES: readonly (readonly [title: string, text: string, narrow: readonly string[]])[] = [
  [
    'an address that a loop moves on',
    'r3 = r1\nr0 = 0\nr4 = 2\nagain:\nr5 = *(u64 *)(r3 + 0)\nr0 += r5\nr3 += 8\nr4 -= 1\nif r4 != 0 goto again\nexit',
    ['0:r3', '5:r3'],
  ],
  [
    'what is stored in part',
    'r2 = *(u64 *)(r1 + 0)\nr2 *= 3\n*(u32 *)(r1 + 8) = r2\nr0 = 0\nexit',
    ['0:r2', '1:r2'],
  ],
  ['what is stored whole', 'r2 = *(u64 *)(r1 + 0)\n*(u64 *)(r1 + 8) = r2\nr0 = 0\nexit', []],
  [
    'what is shifted right before',
    'r2 = *(u64 *)(r1 + 0)\nr2 >>= 8\n*(u32 *)(r1 + 8) = r2\nr0 = 0\nexit',
    ['1:r2'],
  ],
  [
    'what one of two ways reads whole',
    'r2 = *(u64 *)(r1 + 0)\nif r1 == 7 goto +2\n*(u32 *)(r1 + 8) = r2\nr2 = 0\nr0 = r2\nexit',
    [],
  ],
  ['what a helper is given', 'r6 = r1\nr1 = r6\nr2 = 1\ncall get_prandom_u32\nexit', []],
  [
    'two values in one register',
    'r2 = *(u64 *)(r1 + 0)\n*(u8 *)(r1 + 8) = r2\nr2 = *(u64 *)(r1 + 0)\nr0 = r2\nexit',
    ['0:r2'],
  ],
];

test.each(CASES)('%s', (_title, text, narrow) => {
  expect(narrowWrites(text)).toEqual(narrow);
});

/** The end of a random program, which mixes all registers, on 32 bits: of most values only the low half is read then. */
function readLowOnly(insns: Uint8Array): Uint8Array {
  const fold = 49;
  const low = insns.slice();
  for (let pc = low.length / 8 - fold; pc < low.length / 8; pc++) {
    const insn = decodeInsn(low, pc)!;
    const { name } = insn.op;
    if (name === 'mul64_imm') encodeInsn(low, pc, makeInsn('mul32_imm', insn));
    else if (name === 'xor64_reg') encodeInsn(low, pc, makeInsn('xor32_reg', insn));
    else if (name === 'rsh64_imm') encodeInsn(low, pc, makeInsn('rsh32_imm', { ...insn, imm: 7 }));
    else if (name === 'mov64_reg') encodeInsn(low, pc, makeInsn('mov32_reg', insn));
  }
  return low;
}

test(`${PROGS} random programs whose values are narrow for the most part (seed ${SEED}) compute the same`, () => {
  const random = new Random(SEED);
  let ran = 0;
  for (let i = 0, twins = new Twins(); i < PROGS; i++) {
    if (i % 50 === 49) twins = new Twins();
    const insns = readLowOnly(randomProg(random, 60));
    const fd = twins.prog({ name: `p${i}`, type: 'socket_filter', insns, license: 'GPL' });
    if (fd < 0) continue;
    ran += 1;
    const what = `program ${i}, seed ${SEED}`;
    twins.both((machine) => machine.testRun(fd, { data: new Uint8Array(64) }), what);
    twins.compare(what);
  }
  expect(ran).toBeGreaterThan(PROGS / 2);
});
