// Random programs from a printed seed give the same r0 here and in the kernel of this machine.
import { expect, test } from 'vitest';
import { decodeColumns } from '../../../vm/isa/insn.ts';
import { OP_LIST } from '../../../vm/isa/ops.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { RANDOM_OPS, randomProg } from '../../support/random-prog.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const PROGS = 2000;
const BODY_INSNS = 40;
const SEED = seedOf(20261122);

const progs = ((): readonly Uint8Array[] => {
  const random = new Random(SEED);
  return Array.from({ length: PROGS }, () => randomProg(random, BODY_INSNS));
})();

const spec = progs
  .map(
    (insns, i) =>
      `prog r${i} socket_filter log=0\n${insnsLine(insns)}\nend\nrun r${i} data=${'00'.repeat(64)}`,
  )
  .join('\n');

test(`random programs (seed ${SEED}) hold every operation that they can`, () => {
  const used = new Set(progs.flatMap((insns) => [...decodeColumns(insns).op].map((op) => OP_LIST[op]?.name)));
  expect(RANDOM_OPS.filter((name) => !used.has(name))).toEqual([]);
});

test.skipIf(!hasTool('kernel'))(
  `${PROGS} random programs (seed ${SEED}) return what the kernel returns`,
  () => {
    const kernel = askKernel(spec);
    const refused = kernel.filter(({ verdict }) => verdict === 'rejected');
    expect(refused.map(({ name, log }) => `${name}: ${log}`)).toEqual([]);
    const results = (answers: typeof kernel): string[] =>
      answers.filter(({ op }) => op === 'run').map(({ prog, retval }) => `${prog} ${retval}`);
    expect(results(askMachine(spec))).toEqual(results(kernel));
  },
);
