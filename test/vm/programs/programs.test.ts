// Programs as authors of tracing and networking tools write them, through the public door: on packets, on recordings, over time. Where a kernel can take
// the same steps, it answers the same.
import { describe, expect, test } from 'vitest';
import { readCases, sectionLines } from '../../support/case-file.ts';
import { askKernel } from '../../support/oracle.ts';
import { isForKernel, kernelSteps, programSpec, runProgram } from '../../support/program-case.ts';
import { hasTool } from '../../support/tools.ts';

const CASES = readCases('programs').map((testCase) => ({ title: testCase.title, testCase }));
const FOR_KERNEL = CASES.filter(({ testCase }) => isForKernel(testCase));

describe('a machine', () => {
  test.each(CASES)('$title', ({ testCase }) => {
    expect(runProgram(testCase)).toEqual(sectionLines(testCase, 'steps'));
  });
});

describe.skipIf(!hasTool('kernel'))('a kernel', () => {
  test.each(FOR_KERNEL)('$title', ({ testCase }) => {
    const answers = askKernel(programSpec(testCase));
    expect(kernelSteps(testCase, answers)).toEqual(sectionLines(testCase, 'steps'));
  });
});
