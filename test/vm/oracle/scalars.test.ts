// What the verifier knows of numbers, register for register, beside what the kernel of this machine knows of them.
import { expect, test } from 'vitest';
import { bytesOfInsns } from '../../support/random-insns.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { anyScalarSteps, logDifference, scalarProgram } from '../../support/scalar-programs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(20_260_801);
const PROGRAMS = Number(process.env['SCALAR_PROGRAMS'] ?? 3000);
const STEPS = 12;
const AT_ONCE = 500;

test.skipIf(!hasTool('kernel'))(
  `knows of numbers what the kernel knows (${PROGRAMS} programs from seed ${SEED})`,
  () => {
    const random = new Random(SEED);
    const differences: string[] = [];
    for (let done = 0; done < PROGRAMS; done += AT_ONCE) {
      const programs = Array.from({ length: AT_ONCE }, () => scalarProgram(anyScalarSteps(random, STEPS)));
      const spec = programs.map(
        ({ insns }, i) => `prog p${i} socket_filter log=2\n${insnsLine(bytesOfInsns(insns))}\nend\n`,
      );
      const answers = askKernel(spec.join(''));
      for (const [i, program] of programs.entries()) {
        const difference = logDifference(program, answers[i]?.log ?? '');
        if (difference !== undefined) differences.push(`${difference}\n${answers[i]?.log}`);
      }
    }
    expect(differences.length).toBe(0);
    expect(differences).toEqual([]);
  },
  600_000,
);
