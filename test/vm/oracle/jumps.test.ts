// Random programs that jump into one another return, and count, the same here and in the kernel of this machine.
import { describe, test } from 'vitest';
import { randomJumps } from '../../support/random-jumps.ts';
import { expectSame } from '../../support/same-answers.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';

const SEED = seedOf(3371);
const GRAPHS = 10;

describe.skipIf(!hasTool('kernel'))(`tail calls from programs and functions (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let graph = 0; graph < GRAPHS; graph++) {
    const lines = randomJumps(random);
    test(`graph ${graph} answers as the kernel does`, () => {
      expectSame(lines);
    });
  }
});
