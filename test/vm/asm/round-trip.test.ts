// Text and bytes are two forms of one thing, whatever the bytes are. fast-check prints the seed and the smallest program that fails.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleProg } from '../../../vm/asm/assemble.ts';
import { disassemble, logLine, type DisassembledLine } from '../../../vm/asm/disassemble.ts';
import { SLOT_BYTES } from '../../../vm/isa/opcodes.ts';
import { hexOf } from '../../support/case-file.ts';
import { anyInsn, bytesOfInsns, nearlyInsns } from '../../support/random-insns.ts';

const RUNS = { seed: 20150514, numRuns: 400 };
const insns = fc.array(anyInsn(), { minLength: 1, maxLength: 30 });
const join = (lines: readonly string[]): string => lines.join('\n');
const reassembled = (lines: readonly string[]): string => hexOf(assembleProg(join(lines)).insns);

test('any program in the words of clang assembles to the same bytes', () => {
  fc.assert(
    fc.property(insns.map(bytesOfInsns), (bytes) => {
      const lines = disassemble(bytes);
      expect(lines.every((line) => line.insn !== undefined)).toBe(true);
      expect(reassembled(lines.map((line) => line.text))).toBe(hexOf(bytes));
      expect(reassembled(disassemble(bytes, { helperNames: true }).map((line) => line.text))).toBe(
        hexOf(bytes),
      );
    }),
    RUNS,
  );
});

test('any program as lines of the kernel log assembles to the same bytes', () => {
  fc.assert(
    fc.property(insns.map(bytesOfInsns), (bytes) => {
      expect(reassembled(disassemble(bytes, { dialect: 'kernel' }).map(logLine))).toBe(hexOf(bytes));
    }),
    RUNS,
  );
});

test('any bytes, insns or not, come back', () => {
  fc.assert(
    fc.property(nearlyInsns(), (bytes) => {
      expect(reassembled(disassemble(bytes).map((line) => line.text))).toBe(hexOf(bytes));
      expect(reassembled(disassemble(bytes, { dialect: 'kernel' }).map(logLine))).toBe(hexOf(bytes));
    }),
    RUNS,
  );
});

test('text comes back from bytes as it was', () => {
  fc.assert(
    fc.property(insns.map(bytesOfInsns), (bytes) => {
      const text = disassemble(bytes).map((line) => line.text);
      expect(disassemble(assembleProg(join(text)).insns).map((line) => line.text)).toEqual(text);
    }),
    RUNS,
  );
});

test('labels give the same bytes as distances', () => {
  fc.assert(
    fc.property(insns.map(bytesOfInsns), (bytes) => {
      expect(reassembled(withLabels(disassemble(bytes), bytes.length / SLOT_BYTES))).toBe(hexOf(bytes));
    }),
    RUNS,
  );
});

/** Puts a label before each line and names it wherever a distance leads to it. */
function withLabels(lines: readonly DisassembledLine[], slots: number): string[] {
  const labels = new Set(lines.map((line) => line.pc)).add(slots);
  const text = lines.map(({ pc, text, insn }) => {
    const kind = insn?.op.kind;
    if (kind !== 'jump' && kind !== 'goto' && insn?.op.name !== 'call_subprog') return `at${pc}: ${text}`;
    return `at${pc}: ${text.replace(/(?:pc)?([+-]\d+)$/, (whole, distance) => {
      const target = pc + 1 + Number(distance);
      return labels.has(target) ? `at${target}` : whole;
    })}`;
  });
  return [...text, `at${slots}:`];
}
