// What the verifier says of loads, stores and memory that callees are given, line for line beside what the kernel of this machine says.
import { expect, test } from 'vitest';
import { logDifference } from '../../support/log-difference.ts';
import { memoryProgram } from '../../support/memory-programs.ts';
import { askKernel } from '../../support/oracle.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import { ourLog, verifierSpec } from '../../support/verifier-case.ts';

const SEED = seedOf(4_096);
const PROGRAMS = Number(process.env['MEMORY_PROGRAMS'] ?? 1000);
const AT_ONCE = 300;

test.skipIf(!hasTool('kernel'))(
  `says of memory what the kernel says (${PROGRAMS} programs from seed ${SEED})`,
  () => {
    const random = new Random(SEED);
    const differences: string[] = [];
    for (let done = 0; done < PROGRAMS; done += AT_ONCE) {
      const programs = Array.from({ length: AT_ONCE }, (_, i) =>
        memoryProgram(random, 2 + random.below(14), `p${i}`),
      );
      let maps = 0;
      const spec = programs.flatMap((program) => {
        const made = verifierSpec(program, program.title, maps, 2);
        maps += made.maps;
        return made.lines;
      });
      const answers = new Map(askKernel(spec.join('\n')).map((answer) => [answer.name, answer]));
      for (const program of programs) {
        const { log = '' } = answers.get(program.title)!;
        const difference = logDifference(ourLog(program, 2).log, log.split('\n'));
        if (difference !== undefined) differences.push(`${program.sections.get('asm')}\n${difference}`);
      }
    }
    expect(differences).toEqual([]);
  },
  600_000,
);
