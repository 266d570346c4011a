// Random programs from a printed seed: what the verifier writes down at level 2 is what Linux does, line for line. So states are kept, compared and
// cleaned alike, and the same numbers matter.
import { describe, expect, test } from 'vitest';
import { printLog } from '../../../../vm/verifier/print.ts';
import { verify } from '../../../../vm/verifier/walk/verify.ts';
import type { TestCase } from '../../../support/case-file.ts';
import { askKernel } from '../../../support/oracle.ts';
import { PATHS_MAP, randomPaths } from '../../../support/random-paths.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { hasTool } from '../../../support/tools.ts';
import { verifierInput, verifierSpec } from '../../../support/verifier-case.ts';

const SEED = seedOf(618);
const PROGS = 200;
/** BPF_F_TEST_STATE_FREQ. */
const EVERY_STATE = 8;

interface PathsCase extends TestCase {
  readonly name: string;
  readonly flags: number;
}

const cases = Array.from({ length: PROGS }, (_, i): PathsCase => {
  const flags = i % 2 === 0 ? 0 : EVERY_STATE;
  return {
    name: `p${i}`,
    title: `program ${i}`,
    where: `seed ${SEED + i}`,
    sections: new Map([
      [`prog socket_filter flags=${flags}`, ''],
      ['maps', PATHS_MAP],
      ['asm', randomPaths(new Random(SEED + i))],
    ]),
    flags,
  };
});

/** How the log names maps, and their addresses, is not compared. */
function comparable(lines: readonly string[]): string {
  const plain = lines.map((line) =>
    line
      .replace(/\(18\) r(\d+) = .*?(\s+;|$)/, '(18) r$1 = X$2')
      .replace(/\s+;/, ' ;')
      .replaceAll(/map=p\d+_/g, 'map='),
  );
  return plain
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

function stats(logLevel: 0 | 2): unknown[] {
  return cases.map((testCase) => {
    const options = { logLevel, everyState: testCase.flags === EVERY_STATE } as const;
    return verify(verifierInput(testCase), options).stats;
  });
}

test('the log tells of a walk without changing it', () => {
  expect(stats(0)).toEqual(stats(2));
});

describe.skipIf(!hasTool('kernel'))(`logs of random programs, seed ${SEED}`, () => {
  const specs = cases.map((testCase, i) => verifierSpec(testCase, testCase.name, i, 2).lines);
  const answers = new Map(askKernel(specs.flat().join('\n')).map((answer) => [answer.name, answer]));
  test.each(cases)('$where', (testCase) => {
    const input = verifierInput(testCase);
    const verdict = verify(input, { logLevel: 2, everyState: testCase.flags === EVERY_STATE });
    const ours = comparable(printLog(input, verdict).flatMap((line) => line.split('\n')));
    expect(ours).toBe(comparable(answers.get(testCase.name)!.log!.split('\n')));
  });
});
