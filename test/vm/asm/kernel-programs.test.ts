// Programs that Linux 6.18 has loaded and run, written for another assembler: the same text gives the same bytes here.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/index.ts';
import { bytesOf, hexOf, readCases, section } from '../../support/case-file.ts';

test.each(readCases('asm', 'kernel-programs'))('$title', (testCase) => {
  const maps = section(testCase, 'maps').split(' ');
  const { insns } = assembleProg(section(testCase, 'asm'), maps);
  expect(hexOf(insns)).toBe(hexOf(bytesOf(section(testCase, 'hex'))));
});
