// Random programs: all that the verifier writes down at level 2, line for line beside what the kernel of this machine writes. So states are kept,
// compared and cleaned alike, and the same numbers matter. LOG_PROGRAMS=20000 TEST_SEED=7 asks about more.
import { expect, test } from 'vitest';
import { RANDOM } from '../../support/border-programs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import { compareMany } from '../../support/verdict-differences.ts';

const SEED = seedOf(61_844);
/** Programs of each kind. */
const PROGRAMS = Number(process.env['LOG_PROGRAMS'] ?? 300);

test.skipIf(!hasTool('kernel')).each([...RANDOM])(
  `%s: the log is the kernel's (${PROGRAMS} programs from seed ${SEED})`,
  (_name, make) => {
    const random = new Random(SEED);
    expect(compareMany(() => make(random), PROGRAMS, 2).differences).toEqual([]);
  },
  36_000_000,
);
