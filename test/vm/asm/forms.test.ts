// The many ways to write one insn: spaces, numbers, comments, labels, and what other tools print around an insn.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/asm/assemble.ts';
import { disassemble } from '../../../vm/asm/disassemble.ts';
import { readCases, sectionLines } from '../../support/case-file.ts';

const FORMS = readCases('asm', 'forms')
  .flatMap((testCase) => sectionLines(testCase, 'forms'))
  .map((line) => {
    const at = line.lastIndexOf(' => ');
    return { written: line.slice(0, at), printed: line.slice(at + 4) };
  });

test.each(FORMS)('$written', ({ written, printed }) => {
  const lines = disassemble(assembleProg(written).insns);
  expect(lines.map((line) => line.text).join('; ')).toBe(printed);
});

test('an insn may stretch over the lines of a block comment, and lines are still counted right', () => {
  const { lines } = assembleProg('r0 = 0 /* one\ntwo */\n\n; source of the next line\nr1 = 5 ll\nexit');
  expect(lines).toEqual([1, 5, 5, 6]);
});

test('maps are named, numbered in order, and left for the loader', () => {
  const text = 'r1 = map[b] ll\nr2 = a ll\nr3 = mapval[a]+8 ll\nr4 = mapval[b] ll';
  const { insns, relocs } = assembleProg(text, ['a', 'b']);
  expect(relocs).toEqual([
    { pc: 0, map: 'b' },
    { pc: 2, map: 'a' },
    { pc: 4, map: 'a', valueOff: 8 },
    { pc: 6, map: 'b', valueOff: 0 },
  ]);
  expect(disassemble(insns).map((line) => line.text)).toEqual([
    'ld_pseudo r1, 1, 1',
    'ld_pseudo r2, 1, 0',
    'ld_pseudo r3, 2, 34359738368',
    'ld_pseudo r4, 2, 1',
  ]);
  expect(disassemble(insns, { relocs }).map((line) => line.text)).toEqual([
    'r1 = map[b] ll',
    'r2 = map[a] ll',
    'r3 = mapval[a]+8 ll',
    'r4 = mapval[b] ll',
  ]);
});
