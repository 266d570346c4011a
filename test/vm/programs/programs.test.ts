// Programs as authors of tracing and networking tools write them, through the public door: on packets, on recordings, over time. Where a kernel can take
// the same steps, it answers the same.
import { describe, expect, test } from 'vitest';
import { readCases, sectionLines } from '../../support/case-file.ts';
import { askKernel } from '../../support/oracle.ts';
import { programObject, runProgram } from '../../support/program-case.ts';
import { isForKernel, isLoadable, kernelSteps, loadLines, programSpec } from '../../support/program-spec.ts';
import { hasTool } from '../../support/tools.ts';

const CASES = readCases('programs').map((testCase) => ({ title: testCase.title, testCase }));
const FOR_KERNEL = CASES.filter(({ testCase }) => isForKernel(testCase));

describe('a machine', () => {
  test.each(CASES)('$title', ({ testCase }) => {
    expect(runProgram(testCase)).toEqual(sectionLines(testCase, 'steps'));
  });
});

describe.skipIf(!hasTool('kernel'))('a kernel', () => {
  test('accepts the programs that can be loaded without types', () => {
    const objects = CASES.map(({ testCase }) => programObject(testCase)).filter(isLoadable);
    let maps = 0;
    const spec = objects.flatMap((object, i) => {
      const lines = loadLines(object, `c${i}`, maps);
      maps += object.maps.length;
      return lines;
    });
    const loads = askKernel(spec.join('\n')).filter(({ op }) => op === 'map' || op === 'prog');
    expect(loads.filter(({ errno }) => (errno ?? 0) !== 0)).toEqual([]);
    expect(loads.length).toBeGreaterThan(objects.length);
  });

  test.each(FOR_KERNEL)('$title', ({ testCase }) => {
    const answers = askKernel(programSpec(testCase));
    expect(kernelSteps(testCase, answers)).toEqual(sectionLines(testCase, 'steps'));
  });
});
