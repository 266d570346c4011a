// Random programs full of helpers that generated code does itself do the same on both engines, event by event and in batches.
import { describe, expect, test } from 'vitest';
import { runInBatches, runOneByOne } from '../../../support/jit-programs.ts';
import { randomHelpers } from '../../../support/random-helpers.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(61);
const PROGS = Number(process.env['HELPERS'] ?? 40);

describe(`${PROGS} programs (seed ${SEED})`, () => {
  const runs = { 'one by one': runOneByOne, 'in batches': runInBatches };
  test.each(Object.entries(runs))('%s', (_name, run) => {
    const random = new Random(SEED);
    let calls = 0;
    for (let i = 0; i < PROGS; i++) {
      const testCase = randomHelpers(random, `program ${i} of seed ${SEED}`);
      calls += run(testCase, new Random(SEED + i)).calls;
    }
    expect(calls).toBeGreaterThan(0); // some helpers are left to JavaScript at times
  });
});
