// Explanations of refused programs, whole: `npm run test:accept` rewrites them, the diff is read by eye.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LineInfo } from '../../../vm/object.ts';
import { printReport } from '../../../vm/verifier/explain/print-report.ts';
import { reportOf } from '../../../vm/verifier/explain/report.ts';
import { inputOf } from '../../../vm/verifier/input-of.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { verify } from '../../../vm/verifier/walk/verify.ts';
import { readCases, sectionLines, type TestCase } from '../../support/case-file.ts';
import { textLine, verifierObject } from '../../support/verifier-case.ts';

const FOLDER = join(import.meta.dirname, '../../cases/verifier/reports');
const THEMES = ['memory', 'pointers', 'held', 'calls', 'loops'];

/** The explanation of a case; lines are those of its asm section. */
function reportText(testCase: TestCase): string {
  const { prog, ...object } = verifierObject(testCase);
  const input = inputOf(object, prog, kernelTypes());
  const lines = sectionLines(testCase, 'asm');
  const lineAt = (pc: number): LineInfo | undefined => {
    const line = textLine(testCase, prog, pc);
    return line === 0 ? undefined : { pc, file: 'asm', text: lines[line - 1]!, line, column: 0 };
  };
  const report = reportOf(input, verify(input), lineAt);
  return `# ${testCase.title}\n${report === undefined ? 'accepted' : printReport(report).join('\n')}\n`;
}

describe('a refused program is explained', () => {
  test.each(THEMES)('%s', async (theme) => {
    const texts = readCases('verifier/reports', `${theme}.`).map(reportText);
    await expect(texts.join('\n')).toMatchFileSnapshot(join(FOLDER, `${theme}.report`));
    expect(texts.filter((text) => text.includes('accepted'))).toEqual([]);
  });
});
