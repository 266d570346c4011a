// The border of acceptance: programs that tests have, as they stand and with one or two insns changed, beside the kernel of this machine. Verdict, errno,
// the log of the path that fails and the statistics are the same. BORDER_PROGRAMS=100000 TEST_SEED=7 asks about more.
import { describe, expect, test } from 'vitest';
import { CHANGED, WRITTEN } from '../../support/border-programs.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import { compareMany, compareVerdicts } from '../../support/verdict-differences.ts';

const SEED = seedOf(5_000);
/** Changed programs in all, as many of each kind. */
const PROGRAMS = Number(process.env['BORDER_PROGRAMS'] ?? 5_000);
const OF_EACH = Math.ceil(PROGRAMS / CHANGED.size);

describe.skipIf(!hasTool('kernel'))('Linux says the same of', () => {
  test.each([...WRITTEN])('%s', (_name, make) => {
    const { accepted, differences } = compareVerdicts(make(), 1);
    expect(differences).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
  });

  test.each([...CHANGED])(
    `%s, one or two insns changed (${OF_EACH} programs from seed ${SEED})`,
    (_name, make) => {
      const random = new Random(SEED);
      const { accepted, differences } = compareMany(() => make(random), OF_EACH, 1);
      expect(differences).toEqual([]);
      expect(accepted).toBeGreaterThan(0);
      expect(accepted).toBeLessThan(OF_EACH);
    },
    36_000_000,
  );
});
