// One insn: decoded from bytes, encoded to bytes. And a whole program as columns, the form that engines run from.
import { SLOT_BYTES } from './opcodes.ts';
import { OPS, opsOf, type Op, type OpName } from './ops.ts';

/** A slot as it stands in memory, nothing interpreted. `off` and `imm` are signed. */
export interface Slot {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

/** A decoded insn. Fields that `op` does not leave free hold its fixed values, but for those that nobody reads; `hi` is imm of the second slot of a wide insn, else 0. */
export interface Insn {
  readonly op: Op;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
  readonly hi: number;
}

/** Reads slot `pc`. Throws RangeError outside of the bytes. */
export function readSlot(insns: Uint8Array, pc: number): Slot {
  const at = pc * SLOT_BYTES;
  if (pc < 0 || at + SLOT_BYTES > insns.length) {
    throw new RangeError(`pc ${pc} is outside of a program of ${insns.length / SLOT_BYTES} slots`);
  }
  const regs = insns[at + 1]!;
  return {
    opcode: insns[at]!,
    dst: regs & 15,
    src: regs >> 4,
    off: ((insns[at + 2]! << 16) | (insns[at + 3]! << 24)) >> 16,
    imm: insns[at + 4]! | (insns[at + 5]! << 8) | (insns[at + 6]! << 16) | (insns[at + 7]! << 24),
  };
}

/** Writes slot `pc`; `imm` may be given signed or unsigned. */
export function writeSlot(insns: Uint8Array, pc: number, slot: Slot): void {
  const view = new DataView(insns.buffer, insns.byteOffset + pc * SLOT_BYTES, SLOT_BYTES);
  view.setUint8(0, slot.opcode);
  view.setUint8(1, (slot.src << 4) | slot.dst);
  view.setInt16(2, slot.off, true);
  view.setInt32(4, slot.imm | 0, true);
}

/**
 * The operation of a slot: the row whose fixed fields match and whose unused fields are 0, but for those that nobody reads. Undefined when there is none.
 * Looks at this slot only: of a wide insn the second slot is not checked.
 */
export function opOfSlot(slot: Slot): Op | undefined {
  return opsOf(slot.opcode).find(
    (op) =>
      (op.free.includes('dst') || slot.dst === 0) &&
      (op.free.includes('src') || slot.src === op.fixed.src) &&
      (op.free.includes('off') || slot.off === op.fixed.off || op.unread.includes('off')) &&
      (op.free.includes('imm') || slot.imm === op.fixed.imm),
  );
}

/**
 * Decodes the insn that starts at slot `pc`. Undefined when the bytes are no insn of the table: unknown opcode, a field that
 * must be zero and is not, the second slot of a wide insn missing or not empty. Registers above r10 decode (checkProg refuses them).
 */
export function decodeInsn(insns: Uint8Array, pc: number): Insn | undefined {
  const slot = readSlot(insns, pc);
  const op = opOfSlot(slot);
  if (op === undefined) return undefined;
  const hi = op.slots === 2 ? tailImm(insns, pc + 1, op) : 0;
  if (hi === undefined) return undefined;
  return { op, dst: slot.dst, src: slot.src, off: slot.off, imm: slot.imm, hi };
}

function tailImm(insns: Uint8Array, pc: number, op: Op): number | undefined {
  if ((pc + 1) * SLOT_BYTES > insns.length) return undefined;
  const { opcode, dst, src, off, imm } = readSlot(insns, pc);
  if (opcode !== 0 || dst !== 0 || src !== 0 || off !== 0) return undefined;
  return imm !== 0 && !op.free.includes('hi') ? undefined : imm;
}

/** Where a call of a subprogram, or a wide insn that names one, leads; undefined for other slots. */
export function calleePc({ opcode, src, imm }: Slot, pc: number): number | undefined {
  const call = opcode === OPS.call_subprog.opcode && src === OPS.call_subprog.fixed.src;
  const address = opcode === OPS.ld_func.opcode && src === OPS.ld_func.fixed.src;
  return call || address ? pc + 1 + imm : undefined;
}

/** Builds an insn from the free fields of an operation. Numbers are taken modulo the width of their field. */
export function makeInsn(name: OpName, fields: Partial<Omit<Insn, 'op'>> = {}): Insn {
  const op = OPS[name];
  const pick = (field: 'dst' | 'src' | 'off' | 'imm' | 'hi', fixed: number): number =>
    op.free.includes(field) ? (fields[field] ?? 0) : fixed;
  return {
    op,
    dst: pick('dst', 0) & 15,
    src: pick('src', op.fixed.src) & 15,
    off: (pick('off', op.fixed.off) << 16) >> 16,
    imm: pick('imm', op.fixed.imm) | 0,
    hi: pick('hi', 0) | 0,
  };
}

/** Writes the insn at slot `pc`, one slot or two. */
export function encodeInsn(insns: Uint8Array, pc: number, insn: Insn): void {
  const { dst, src, off, imm } = insn;
  writeSlot(insns, pc, { opcode: insn.op.opcode, dst, src, off, imm });
  if (insn.op.slots === 2) writeSlot(insns, pc + 1, { opcode: 0, dst: 0, src: 0, off: 0, imm: insn.hi });
}

/** The 64-bit immediate of a wide insn, as signed. */
export function wideImm(insn: Insn): bigint {
  return BigInt.asIntN(64, (BigInt(insn.hi) << 32n) | BigInt(insn.imm >>> 0));
}

/** `InsnColumns.op` of the second slot of a wide insn. */
export const WIDE_TAIL = 0xfe;
/** `InsnColumns.op` of a slot that is no insn. */
export const NO_OP = 0xff;

/** A program to run: one row a slot, so that a row number is a pc. */
export interface InsnColumns {
  /** Slots. */
  readonly count: number;
  /** Index in OP_LIST; WIDE_TAIL or NO_OP. */
  readonly op: Uint8Array;
  readonly dst: Uint8Array;
  readonly src: Uint8Array;
  readonly off: Int16Array;
  /** In the second slot of a wide insn: the high half. */
  readonly imm: Int32Array;
  /** imm sign-extended, as the 64-bit insns use it; of a wide insn the whole immediate. */
  readonly imm64: BigInt64Array;
}

/** Decodes a whole program. Never throws: what is no insn is marked NO_OP. Bytes after the last whole slot are ignored. */
export function decodeColumns(insns: Uint8Array): InsnColumns {
  const count = Math.floor(insns.length / SLOT_BYTES);
  const columns = {
    count,
    op: new Uint8Array(count).fill(NO_OP),
    dst: new Uint8Array(count),
    src: new Uint8Array(count),
    off: new Int16Array(count),
    imm: new Int32Array(count),
    imm64: new BigInt64Array(count),
  };
  for (let pc = 0; pc < count; pc++) {
    const { dst, src, off, imm } = readSlot(insns, pc);
    columns.dst[pc] = dst;
    columns.src[pc] = src;
    columns.off[pc] = off;
    columns.imm[pc] = imm;
    columns.imm64[pc] = BigInt(imm);
    if (columns.op[pc] === WIDE_TAIL) continue;
    const insn = decodeInsn(insns, pc);
    if (insn === undefined) continue;
    columns.op[pc] = insn.op.index;
    if (insn.op.slots === 1) continue;
    columns.imm64[pc] = wideImm(insn);
    columns.op[pc + 1] = WIDE_TAIL;
  }
  return columns;
}
