// Helpers that generated code does itself, against those of JavaScript: whole programs on two machines, all that can be seen of them the same.
import { describe, test } from 'vitest';
import { readCases } from '../../../support/case-file.ts';
import { expectCalls, isOfCalls, runInBatches, runOneByOne } from '../../../support/jit-programs.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(5);
const CASES = readCases('jit').map((testCase) => [testCase.title, testCase] as const);

describe(`at random events (seed ${SEED})`, () => {
  test.each(CASES)('%s', (_title, testCase) => {
    expectCalls(testCase, runOneByOne(testCase, new Random(SEED)));
  });
});

describe(`in batches (seed ${SEED})`, () => {
  test.each(CASES.filter(([, testCase]) => isOfCalls(testCase)))('%s', (_title, testCase) => {
    runInBatches(testCase, new Random(SEED));
  });
});
