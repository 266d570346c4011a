// Programs and what the verifier says of them; where this machine has a kernel that answers, the kernel says the same.
import { describe, expect, test } from 'vitest';
import { readCases } from '../../support/case-file.ts';
import { askKernel } from '../../support/oracle.ts';
import { hasTool } from '../../support/tools.ts';
import { expectedLines, isForLinux, lastLines, ourLog, verifierSpec } from '../../support/verifier-case.ts';

const CASES = readCases('verifier');

describe('the verifier', () => {
  test.each(CASES)('$where $title', (testCase) => {
    const { isAccepted, log } = ourLog(testCase, 1);
    const expected = expectedLines(testCase);
    if (expected === undefined) expect({ isAccepted, log }).toMatchObject({ isAccepted: true });
    else
      expect({ isAccepted, last: lastLines(log, expected.length) }).toEqual({
        isAccepted: false,
        last: expected,
      });
  });
});

describe.skipIf(!hasTool('kernel'))('Linux', () => {
  const cases = CASES.filter(isForLinux);
  let maps = 0;
  const lines = cases.flatMap((testCase, i) => {
    const spec = verifierSpec(testCase, `p${i}`, maps, 1);
    maps += spec.maps;
    return spec.lines;
  });
  const answers = new Map(askKernel(lines.join('\n')).map((answer) => [answer.name, answer]));
  test.each(cases.map((testCase, i) => Object.assign({ name: `p${i}` }, testCase)))(
    '$where $title',
    (testCase) => {
      const { verdict, log = '' } = answers.get(testCase.name)!;
      const expected = expectedLines(testCase);
      if (expected === undefined) expect({ verdict, log }).toMatchObject({ verdict: 'accepted' });
      else
        expect({ verdict, last: lastLines(log.split('\n'), expected.length) }).toEqual({
          verdict: 'rejected',
          last: expected,
        });
    },
  );
});
