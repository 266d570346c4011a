// What is wrong is said with its place, its code, the value seen and the bound, and often with what was meant.
import { expect, test } from 'vitest';
import { assembleObject, assembleProg } from '../../../vm/asm/assemble.ts';
import { ASM_MESSAGES, AsmError } from '../../../vm/asm/errors.ts';
import { readCases, section, sectionLines } from '../../support/case-file.ts';

const INSNS = readCases('asm', 'errors-insns')
  .flatMap((testCase) => sectionLines(testCase, 'errors'))
  .map((line) => {
    const [text, column, code, message, hint] = line
      .split(/(?<!\\)\|/)
      .map((part) => part.trim().replace('\\|', '|'));
    return { text: text!, expected: `${column} ${code}: ${message} (${hint})` };
  });
const OBJECTS = readCases('asm', 'errors-objects');

function errorOf(assemble: () => unknown): AsmError {
  try {
    assemble();
  } catch (error) {
    if (error instanceof AsmError) return error;
    throw error;
  }
  throw new Error('assembled without an error');
}

test.each(INSNS)('$text', ({ text, expected }) => {
  const error = errorOf(() => assembleProg(text));
  expect(
    `${error.column} ${error.code}: ${error.message.replace(/^line \d+, column \d+: /, '').replace(/ \(.*\)$|$/, '')} (${error.hint})`,
  ).toBe(expected);
  expect(error.line).toBe(1);
  expect(error.all.length).toBe(1);
});

test.each(OBJECTS)('$title', (testCase) => {
  const error = errorOf(() => assembleObject(section(testCase, 'object'), 'test'));
  expect(error.message).toBe(section(testCase, 'errors'));
});

test('all problems of a text come at once, in the order of the text', () => {
  const error = errorOf(() => assembleProg('r1 = r2\nr1 = r12\ngoto nowhere\nexi\nr2 = 5000000000\nexit'));
  expect(error.all.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([
    '2:6 bad-register',
    '3:6 unknown-label',
    '4:1 unknown-insn',
    '5:6 imm-range',
  ]);
  expect([error.line, error.column, error.code]).toEqual([2, 6, 'bad-register']);
  expect(error.message.split('\n').length).toBe(4);
});

test('a text of nothing but problems is given up after a hundred', () => {
  const error = errorOf(() =>
    assembleObject('.section "socket"\nmain:\n' + 'call no_such_helper\n'.repeat(5000), 'o'),
  );
  expect(error.all.length).toBe(100);
  expect(errorOf(() => assembleProg('\u0001'.repeat(5000))).all.length).toBe(100);
});

test.each(['-', '(', '~'])('an expression of thousands of %s is refused, and the parser holds', (sign) => {
  const error = errorOf(() => assembleProg(`r0 = ${sign.repeat(100_000)}1\nexit`));
  expect(error.message).toBe('line 1, column 107: expression is nested too deep, bound 100');
  expect(assembleProg(`r0 = ${'-'.repeat(100)}1\nexit`).insns.length).toBe(16);
});

test('numbers and names that go on and on are refused, and shown in part', () => {
  const long = errorOf(() => assembleProg(`r0 = ${'9'.repeat(1_000_000)}\nexit`));
  expect(long.message).toBe(
    `line 1, column 6: malformed number ${'9'.repeat(160)}... (a number has 200 digits at most)`,
  );
  const name = 'a'.repeat(1_000_000);
  const near = errorOf(() => assembleProg(`${name}: call ${name}b\nexit`));
  expect(near.message).toBe(
    `line 1, column 1000008: ${'a'.repeat(160)}... is neither a helper, a kernel function nor a label`,
  );
});

test('copies of functions are bounded: a short text makes no endless programs', () => {
  const functions = `.text\nf: ${'r1 = 1; '.repeat(99_999)}exit\n`;
  const programs = Array.from({ length: 50 }, (_, i) => `.section "xdp"\np${i}: call f\nexit\n`).join('');
  const error = errorOf(() => assembleObject(functions + programs, 'o'));
  expect(error.message).toBe(
    'line 127, column 1: programs are too long with the functions that they call, bound 4194304 insns in all',
  );
  expect(error.all.length).toBe(1);
});

test('a hundred thousand labels of one number are told apart', () => {
  const { insns } = assembleProg(`${'1: if r1 == 0 goto 1f\n'.repeat(100_000)}1: goto 1b\nexit`);
  expect(insns.subarray(8 * 99_999 + 2, 8 * 99_999 + 4)).toEqual(Uint8Array.of(0, 0));
  expect(insns.subarray(8 * 100_000 + 2, 8 * 100_000 + 4)).toEqual(Uint8Array.of(255, 255));
});

test('strings of any length are read', () => {
  const text = `.license "${'x'.repeat(300_000)}"\n.section "socket"\nmain:\nr0 = 0\nexit`;
  expect(assembleObject(text, 'o').license.length).toBe(300_000);
});

test('a jump of more than 16 bits is refused, and gotol reaches', () => {
  const far = `${'r1 = 1\n'.repeat(32768)}end: exit`;
  const error = errorOf(() => assembleProg(`goto end\n${far}`));
  expect(error.message).toBe(
    'line 1, column 6: jump is too far: 32768 slots, bound -32768 to 32767 (gotol reaches further)',
  );
  expect(assembleProg(`gotol end\n${far}`).insns.subarray(0, 8)).toEqual(
    Uint8Array.of(6, 0, 0, 0, 0, 128, 0, 0),
  );
});

test('each code of the table has a text that brings it about', () => {
  const texts = new Set([
    ...INSNS.map(({ expected }) => / (\S+):/.exec(expected)![1]),
    ...OBJECTS.flatMap((testCase) => sectionLines(testCase, 'codes').flatMap((line) => line.split(' '))),
    'jump-range',
    'too-deep',
    'object-size',
  ]);
  expect(Object.keys(ASM_MESSAGES).filter((code) => !texts.has(code))).toEqual([]);
});
