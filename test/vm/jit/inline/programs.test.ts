// Helpers that generated code does itself, against those of JavaScript: whole programs on two machines, all that can be seen of them the same after each event.
import { describe, test } from 'vitest';
import { readCases } from '../../../support/case-file.ts';
import { expectCalls, runOnTwins } from '../../../support/jit-programs.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(5);

describe(`at random events (seed ${SEED})`, () => {
  test.each(readCases('jit').map((testCase) => [testCase.title, testCase] as const))(
    '%s',
    (_title, testCase) => {
      const calls = runOnTwins(testCase, new Random(SEED));
      expectCalls(testCase, calls);
    },
  );
});
