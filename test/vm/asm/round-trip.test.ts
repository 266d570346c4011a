// Text and bytes are two forms of one thing, whatever the bytes are. fast-check prints the smallest program that fails.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleObject, assembleProg } from '../../../vm/asm/assemble.ts';
import { AsmError, type AsmProblem } from '../../../vm/asm/errors.ts';
import { disassemble, logLine, type DisassembledLine } from '../../../vm/asm/disassemble.ts';
import { makeInsn } from '../../../vm/isa/insn.ts';
import { SLOT_BYTES } from '../../../vm/isa/opcodes.ts';
import { OP_LIST } from '../../../vm/isa/ops.ts';
import type { MapReloc } from '../../../vm/object.ts';
import { hexOf } from '../../support/case-file.ts';
import { anyInsn, bytesOfInsns, nearlyInsns } from '../../support/random-insns.ts';
import { seedOf } from '../../support/seed.ts';

const SEED = seedOf(20150514);
const RUNS = { seed: SEED, numRuns: 400 };
const insns = fc.array(anyInsn(), { minLength: 1, maxLength: 30 });
const join = (lines: readonly string[]): string => lines.join('\n');
const reassembled = (lines: readonly string[]): string => hexOf(assembleProg(join(lines)).insns);

test(`random programs hold each operation (seed ${SEED})`, () => {
  const shown = new Set(fc.sample(insns, RUNS).flatMap((prog) => prog.map(({ op }) => op.name)));
  expect(OP_LIST.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
});

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

const MAPS = ['counts', 'jumps', '.bss', '.rodata.str1.1'];
/** The map that an insn names: its place in MAPS, and where in the value. */
const reference = fc.record({
  map: fc.nat({ max: MAPS.length - 1 }),
  valueOff: fc.option(fc.nat({ max: 0x7fff_ffff })),
});

test('maps by name come back, with the place in their value', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(reference, fc.nat({ max: 10 })), { minLength: 1, maxLength: 10 }),
      (list) => {
        const bytes = bytesOfInsns(
          list.map(([{ map, valueOff }, dst]) =>
            valueOff === null
              ? makeInsn('ld_map_fd', { dst, imm: map })
              : makeInsn('ld_map_value', { dst, imm: map, hi: valueOff }),
          ),
        );
        const relocs = list.map(([{ map, valueOff }], i): MapReloc => {
          const named = { pc: 2 * i, map: MAPS[map]! };
          return valueOff === null ? named : { ...named, valueOff };
        });
        for (const dialect of ['clang', 'kernel'] as const) {
          const lines = disassemble(bytes, { relocs, dialect });
          const text = lines.map((line) => (dialect === 'kernel' ? logLine(line) : line.text));
          const again = assembleProg(join(text), MAPS);
          expect(hexOf(again.insns)).toBe(hexOf(bytes));
          expect(again.relocs).toEqual(relocs);
        }
      },
    ),
    RUNS,
  );
});

/** Pieces of which a text is made that is assembly, or nearly so. */
const PIECES = [
  ...'r0 r1 w2 r10 r11 = += s>= ( ) [ ] { } , : ; @ # + - * ~ < 0 1 -1 0x 0xffffffff 99999999999 5b 1f "ab" "\\ \' ll goto gotol may_goto'.split(
    ' ',
  ),
  ...'call callx callsub exit if lock skb pc *(u64 *)(r1 + 0) (u8 load_acquire store_release addr_space_cast xchg_64 cmpxchg_64'.split(
    ' ',
  ),
  ...'.map .slot .inner .template .section .data .text .bss .quad .zero .asciz .p2align .comm .equ .license .type maps socket "kprobe/1" hash'.split(
    ' ',
  ),
  ...'prog_array array_of_maps key=4 value=4 entries=2 inner=a fields=timer@0 frozen a a: b: main: kernel-function#1 /* */ // map[a] mapval[a]+4'.split(
    ' ',
  ),
  '\n',
  '\n',
  '\n  ',
];

test('a text of pieces of assembly is assembled, or refused with places in it', () => {
  const texts = fc
    .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 60 })
    .map((pieces) => pieces.join(' '));
  fc.assert(
    fc.property(texts, (text) => {
      const heights = text.split('\n').length;
      for (const assemble of [() => assembleProg(text), () => assembleObject(text, 'test')]) {
        const problems = problemsOf(assemble);
        for (const { line, column, message } of problems) {
          expect(line >= 1 && line <= heights && column >= 1 && message !== '').toBe(true);
        }
      }
    }),
    { ...RUNS, numRuns: 3000 },
  );
});

/** What an assembly is refused for; anything but an AsmError is thrown on. */
function problemsOf(assemble: () => unknown): readonly AsmProblem[] {
  try {
    assemble();
    return [];
  } catch (error) {
    if (error instanceof AsmError) return error.all;
    throw error;
  }
}

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
