// The tables and the codec: each operation once, no two alike, and bytes come back as they were.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { disassemble } from '../../../vm/asm/disassemble.ts';
import {
  decodeColumns,
  decodeInsn,
  makeInsn,
  NO_OP,
  opOfSlot,
  readSlot,
  WIDE_TAIL,
  wideImm,
  writeSlot,
} from '../../../vm/isa/insn.ts';
import {
  ALU,
  ATOMICS,
  CALLS,
  GOTOS,
  JMP,
  MOVSX,
  ORDERED,
  SIZES,
  SWAPS,
  WIDES,
} from '../../../vm/isa/opcodes.ts';
import { OP_LIST, OPS, opsOf } from '../../../vm/isa/ops.ts';
import { bytesOf, hexOf } from '../../support/case-file.ts';
import { anyInsn, bytesOfInsns, nearlyInsns } from '../../support/random-insns.ts';

const RUNS = { seed: 9669, numRuns: 500 };
const rows = (table: object): number => Object.keys(table).length;

test('the list holds what the tables multiply out to, each name once', () => {
  const arithmetic = rows(ALU) * 4 + 2 + (rows(MOVSX) * 2 - 1) + 1 + rows(SWAPS) * 3;
  const memory = rows(SIZES) * 3 + 3 + 6 + rows(SIZES) * rows(ORDERED);
  const jumps = rows(JMP) * 4 + rows(GOTOS) + rows(CALLS) + 1;
  const expected = arithmetic + memory + rows(ATOMICS) * 2 + rows(WIDES) + jumps;
  expect(OP_LIST.length).toBe(expected);
  expect(new Set(OP_LIST.map((op) => op.name)).size).toBe(expected);
  expect(OP_LIST.every((op, index) => op.index === index && OPS[op.name] === op)).toBe(true);
  expect(expected).toBeLessThan(WIDE_TAIL);
});

test('no two operations can be mistaken for each other', () => {
  const alike = OP_LIST.flatMap((op) =>
    opsOf(op.opcode)
      .filter((other) => other.index > op.index)
      .filter((other) =>
        (['src', 'off', 'imm'] as const).every(
          (field) =>
            op.free.includes(field) || other.free.includes(field) || op.fixed[field] === other.fixed[field],
        ),
      )
      .map((other) => `${op.name} ${other.name}`),
  );
  expect(alike).toEqual([]);
});

test('RFC 9669 uses 125 opcode bytes, six of them for the legacy packet loads; five are newer', () => {
  const opcodes = new Set(OP_LIST.filter((op) => op.since < 5).map((op) => op.opcode));
  const newer = new Set(OP_LIST.map((op) => op.opcode).filter((opcode) => !opcodes.has(opcode)));
  const names = ['call_reg', 'may_goto', 'gotox', 'load_acquire_u8', 'load_acquire_u16'] as const;
  expect(opcodes.size).toBe(125);
  expect(newer).toEqual(new Set(names.map((name) => OPS[name].opcode)));
});

// Bytes written out by hand from the figures of RFC 9669 sections 3 to 5.
test.each([
  ['add64_imm', '07 01 00 00 02 00 00 00', { dst: 1, imm: 2 }],
  ['sdiv32_reg', '3c 21 01 00 00 00 00 00', { dst: 1, src: 2 }],
  ['movsx16_64', 'bf 21 10 00 00 00 00 00', { dst: 1, src: 2 }],
  ['be32', 'dc 03 00 00 20 00 00 00', { dst: 3 }],
  ['bswap64', 'd7 03 00 00 40 00 00 00', { dst: 3 }],
  ['jsle32_imm', 'd6 04 ff ff fe ff ff ff', { dst: 4, off: -1, imm: -2 }],
  ['gotol', '06 00 00 00 ff ff ff ff', { imm: -1 }],
  ['call_subprog', '85 10 00 00 07 00 00 00', { imm: 7 }],
  ['ldx_s32', '81 21 fc ff 00 00 00 00', { dst: 1, src: 2, off: -4 }],
  ['stx_u8', '73 2a f8 ff 00 00 00 00', { dst: 10, src: 2, off: -8 }],
  ['atomic_cmpxchg64', 'db 21 08 00 f1 00 00 00', { dst: 1, src: 2, off: 8 }],
  ['ld_abs_u16', '28 00 00 00 0c 00 00 00', { imm: 12 }],
  ['ld_map_value', '18 21 00 00 05 00 00 00 00 00 00 00 08 00 00 00', { dst: 1, imm: 5, hi: 8 }],
] as const)('%s is %s', (name, hex, fields) => {
  const insn = makeInsn(name, fields);
  expect(hexOf(bytesOfInsns([insn]))).toBe(hex);
  expect(decodeInsn(bytesOf(hex), 0)).toEqual(insn);
});

test('an insn comes back from its bytes', () => {
  fc.assert(
    fc.property(anyInsn(), (insn) => {
      expect(decodeInsn(bytesOfInsns([insn]), 0)).toEqual(insn);
    }),
    RUNS,
  );
});

test('a slot comes back from its bytes, insn or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
      const copy = new Uint8Array(8);
      writeSlot(copy, 0, readSlot(bytes, 0));
      expect(copy).toEqual(bytes);
    }),
    RUNS,
  );
});

test('a field that must be zero makes an insn none', () => {
  for (const op of OP_LIST) {
    const insn = makeInsn(op.name, { dst: 1, src: 1, off: 1, imm: 1, hi: 1 });
    const slot = { ...insn, opcode: op.opcode };
    expect(opOfSlot(slot)).toBe(op);
    const fields = ['dst', 'src', 'off', 'imm'] as const;
    for (const field of fields.filter((name) => !op.free.includes(name) && !op.unread.includes(name))) {
      expect(opOfSlot({ ...slot, [field]: 13 })?.name).not.toBe(op.name);
    }
  }
});

test('a field that nobody reads may be anything, and is shown', () => {
  const exit = bytesOf('95 00 07 00 00 00 00 00');
  expect(decodeInsn(exit, 0)).toMatchObject({ op: OPS.exit, off: 7 });
  expect(disassemble(exit)[0]!.text).toBe('.quad 0x0000000000070095');
});

test('a wide insn needs an empty second slot', () => {
  const whole = bytesOf('18 01 00 00 05 00 00 00 00 00 00 00 ff ff ff ff');
  expect(wideImm(decodeInsn(whole, 0)!)).toBe(-4294967291n);
  expect(decodeInsn(whole.subarray(0, 8), 0)).toBeUndefined();
  expect(decodeInsn(bytesOf('18 01 00 00 05 00 00 00 01 00 00 00 00 00 00 00'), 0)).toBeUndefined();
  expect(decodeInsn(bytesOf('18 11 00 00 05 00 00 00 00 00 00 00 01 00 00 00'), 0)).toBeUndefined();
});

test('columns have a row for each slot, and agree with the codec', () => {
  fc.assert(
    fc.property(nearlyInsns(), (bytes) => {
      const columns = decodeColumns(bytes);
      expect(columns.count).toBe(bytes.length / 8);
      for (let pc = 0; pc < columns.count; pc++) {
        const slot = readSlot(bytes, pc);
        expect([columns.dst[pc], columns.src[pc], columns.off[pc], columns.imm[pc]]).toEqual([
          slot.dst,
          slot.src,
          slot.off,
          slot.imm,
        ]);
        if (columns.op[pc] === WIDE_TAIL) continue;
        const insn = decodeInsn(bytes, pc);
        expect(columns.op[pc]).toBe(insn?.op.index ?? NO_OP);
        expect(columns.imm64[pc]).toBe(insn?.op.slots === 2 ? wideImm(insn) : BigInt(slot.imm));
        if (insn?.op.slots === 2) expect(columns.op[pc + 1]).toBe(WIDE_TAIL);
      }
    }),
    RUNS,
  );
});

test('reading outside of a program says where', () => {
  const bytes = new Uint8Array(64).subarray(8, 24);
  expect(() => readSlot(bytes, 2)).toThrow('pc 2 is outside of a program of 2 slots');
  expect(() => readSlot(bytes, -1)).toThrow(RangeError);
});
