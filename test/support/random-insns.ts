// Random insns and programs for fast-check: any operation of the table, any value in the fields that it leaves free.
import * as fc from 'fast-check';
import { encodeInsn, makeInsn, type Insn } from '../../vm/isa/insn.ts';
import { MAX_REG, SLOT_BYTES } from '../../vm/isa/opcodes.ts';
import { OP_LIST, type Op } from '../../vm/isa/ops.ts';

const REG = fc.integer({ min: 0, max: MAX_REG });
/** Small numbers, bounds and anything between. */
const OFF = fc.oneof(
  fc.integer({ min: -16, max: 16 }),
  fc.constantFrom(-32768, 32767),
  fc.integer({ min: -32768, max: 32767 }),
);
const IMM = fc.oneof(
  fc.integer({ min: -16, max: 64 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1),
  fc.integer(),
);

/** An insn of one of the operations; all by default. */
export function anyInsn(ops: readonly Op[] = OP_LIST): fc.Arbitrary<Insn> {
  return fc
    .record({ op: fc.constantFrom(...ops), dst: REG, src: REG, off: OFF, imm: IMM, hi: IMM })
    .map(({ op, ...fields }) => makeInsn(op.name, fields));
}

/** The insns one after the other, 8 bytes a slot. */
export function bytesOfInsns(insns: readonly Insn[]): Uint8Array {
  const slots = insns.reduce((sum, insn) => sum + insn.op.slots, 0);
  const bytes = new Uint8Array(slots * SLOT_BYTES);
  let pc = 0;
  for (const insn of insns) {
    encodeInsn(bytes, pc, insn);
    pc += insn.op.slots;
  }
  return bytes;
}

/** Bytes that are insns for the most part: a random program with some bits turned over. */
export function nearlyInsns(): fc.Arbitrary<Uint8Array> {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { maxLength: 8 });
  return fc.tuple(fc.array(anyInsn(), { minLength: 1, maxLength: 20 }), flips).map(([insns, bits]) => {
    const bytes = bytesOfInsns(insns);
    for (const [at, bit] of bits) bytes[at % bytes.length]! ^= 1 << bit;
    return bytes;
  });
}
