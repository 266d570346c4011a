// The cases of test/cases/interp: a program each, and what it returns. With a kernel at hand, the kernel returns the same.
import { describe, expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { bytesOf, readCases, section, type TestCase } from '../../support/case-file.ts';
import { askKernel, insnsLine } from '../../support/oracle.ts';
import { askMachine } from '../../support/spec-machine.ts';
import { hasTool } from '../../support/tools.ts';

const CASES = readCases('interp');

function specOf(testCase: TestCase, i: number): string {
  const { insns } = assembleProg(section(testCase, 'asm'));
  const data = testCase.sections.get('data') ?? '00'.repeat(64);
  const hex = Buffer.from(bytesOf(data)).toString('hex');
  return `prog p${i} socket_filter log=0\n${insnsLine(insns)}\nend\nrun p${i} data=${hex}\n`;
}

describe('the machine', () => {
  test.each(CASES.map((testCase, i) => ({ title: testCase.title, testCase, i })))(
    '$title',
    ({ testCase, i }) => {
      const [, run] = askMachine(specOf(testCase, i));
      expect(run?.retval).toBe(Number(section(testCase, 'r0')));
    },
  );
});

test.skipIf(!hasTool('kernel'))('the kernel returns the same for all of them', () => {
  // It refuses functions that it has no type information of only where they may fail; these it takes.
  const answers = askKernel(CASES.map(specOf).join(''));
  const results = answers
    .filter(({ op }) => op === 'run')
    .map(({ retval }, i) => `${CASES[i]!.title}: ${retval}`);
  expect(results).toEqual(CASES.map((testCase) => `${testCase.title}: ${Number(section(testCase, 'r0'))}`));
});
