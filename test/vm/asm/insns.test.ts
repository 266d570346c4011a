// Each operation of the table in bytes, in clang's words and in the kernel's: to bytes and back.
// The bytes come from llvm-mc 19, the third column from the log of Linux 6.18, except where these have no words for an insn.
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/asm/assemble.ts';
import { disassemble, logLine } from '../../../vm/asm/disassemble.ts';
import { decodeInsn } from '../../../vm/isa/insn.ts';
import { OP_LIST } from '../../../vm/isa/ops.ts';
import { bytesOf, hexOf, readCases, sectionLines } from '../../support/case-file.ts';

const ROWS = readCases('asm', 'insns-')
  .flatMap((testCase) => sectionLines(testCase, 'insns'))
  .map((line) => {
    const [hex, clang, kernel] = line.split(' | ').map((part) => part.trim());
    return { hex: hex!, clang: clang!, kernel: kernel! };
  });

test.each(ROWS)('$clang', ({ hex, clang, kernel }) => {
  const bytes = bytesOf(hex);
  const [line, ...rest] = disassemble(bytes);
  const [log] = disassemble(bytes, { dialect: 'kernel' });
  expect(rest).toEqual([]);
  expect(line!.text).toBe(clang);
  expect(log!.text).toBe(kernel);
  expect(hexOf(assembleProg(clang).insns)).toBe(hex);
  expect(hexOf(assembleProg(logLine(log!)).insns)).toBe(hex);
});

test('some row shows each operation', () => {
  const shown = new Set(ROWS.map(({ hex }) => decodeInsn(bytesOf(hex), 0)?.op.name));
  expect(OP_LIST.map((op) => op.name).filter((name) => !shown.has(name))).toEqual([]);
});
