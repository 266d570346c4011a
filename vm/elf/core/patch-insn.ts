// Writes an answer into the insn that asked for it.
import { readSlot, writeSlot, type Slot } from '../../isa/insn.ts';
import { SLOT_BYTES } from '../../isa/opcodes.ts';
import { CoreProblem } from './core-problem.ts';

/** What an insn is to hold. */
export interface Patch {
  /** 64 bits without sign. */
  readonly value: bigint;
  /** What it must hold by now; undefined: anything. */
  readonly old: bigint | undefined;
  /** Of the field, before and now: a load or store that is as wide as the one becomes as wide as the other. */
  readonly oldBytes: number;
  readonly bytes: number;
  /** A load or store may become as wide as the kernel's field. */
  readonly canResize: boolean;
}

/** imm of the call that a poisoned insn becomes: "bad relo" in hex, nearly; no kernel has such a helper. @see bpf_core_poison_insn */
export const POISON = 195_896_080;

const CLASSES = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, alu64: 7 } as const;
const CLASS_MASK = 7;
const SRC_REG = 8;
const WIDE = 0x18;
const CALL = 0x85;
const SIZE_MASK = 0x18;
/** BPF_SIZE by bytes. */
const SIZES: Readonly<Record<number, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };
const LIMIT_OFF = 0x7fffn;

/**
 * False for a load or store whose width would have to change and may not: it stays as it is. Throws CoreProblem for an insn that holds something else, or
 * cannot hold the value. @see tools/lib/bpf/relo_core.c bpf_core_patch_insn
 */
export function patchInsn(insns: Uint8Array, pc: number, patch: Patch): boolean {
  const slot = checkedSlot(insns, pc);
  switch (slot.opcode & CLASS_MASK) {
    case CLASSES.alu:
    case CLASSES.alu64:
      checkOld(pc, BigInt(slot.imm), patch);
      writeSlot(insns, pc, { ...slot, imm: Number(BigInt.asIntN(32, patch.value)) });
      return true;
    case CLASSES.ld:
      patchWide(insns, pc, slot, patch);
      return true;
    default:
      return patchAccess(insns, pc, slot, patch);
  }
}

/** Makes the insn a call that the verifier refuses when it comes to it. */
export function poisonInsn(insns: Uint8Array, pc: number): void {
  const slots = checkedSlot(insns, pc).opcode === WIDE ? 2 : 1;
  for (let i = 0; i < slots; i++) {
    writeSlot(insns, pc + i, { opcode: CALL, dst: 0, src: 0, off: 0, imm: POISON });
  }
}

/** The insn, when it is one that can be relocated. */
function checkedSlot(insns: Uint8Array, pc: number): Slot {
  const slots = Math.floor(insns.length / SLOT_BYTES);
  if (pc < 0 || pc >= slots) throw new CoreProblem(`there is no insn ${pc}, bound ${slots - 1}`);
  const slot = readSlot(insns, pc);
  const insnClass = slot.opcode & CLASS_MASK;
  const isAlu = insnClass === CLASSES.alu || insnClass === CLASSES.alu64;
  if (insnClass === CLASSES.ld) checkWide(insns, pc, slot, slots);
  else if (isAlu ? (slot.opcode & SRC_REG) !== 0 : insnClass > CLASSES.stx) {
    const opcode = `0x${slot.opcode.toString(16).padStart(2, '0')}`;
    throw new CoreProblem(`an insn with opcode ${opcode} has no place for an answer`);
  }
  return slot;
}

function checkWide(insns: Uint8Array, pc: number, slot: Slot, slots: number): void {
  const tail = slot.opcode === WIDE && pc + 1 < slots ? readSlot(insns, pc + 1) : undefined;
  const isPlain =
    tail !== undefined && tail.opcode === 0 && tail.dst === 0 && tail.src === 0 && tail.off === 0;
  if (isPlain && slot.src === 0 && slot.off === 0) return;
  throw new CoreProblem('the insn is no load of a 64-bit number');
}

function patchWide(insns: Uint8Array, pc: number, slot: Slot, patch: Patch): void {
  const tail = readSlot(insns, pc + 1); // checkedSlot has seen it
  checkOld(pc, (BigInt(tail.imm) << 32n) | BigInt(slot.imm >>> 0), patch);
  writeSlot(insns, pc, { ...slot, imm: Number(BigInt.asIntN(32, patch.value)) });
  writeSlot(insns, pc + 1, { ...tail, imm: Number(BigInt.asIntN(32, patch.value >> 32n)) });
}

function patchAccess(insns: Uint8Array, pc: number, slot: Slot, patch: Patch): boolean {
  const { value, oldBytes, bytes, canResize } = patch;
  checkOld(pc, BigInt(slot.off), patch);
  if (value > LIMIT_OFF) {
    throw new CoreProblem(`off of a load or store cannot hold ${value}, bound ${LIMIT_OFF}`);
  }
  let { opcode } = slot;
  if (bytes !== oldBytes) {
    if (!canResize) return false;
    const size = SIZES[bytes];
    if (SIZES[oldBytes] !== (opcode & SIZE_MASK)) {
      throw new CoreProblem(`the insn does not load or store the ${oldBytes} bytes of the field`);
    }
    if (size === undefined)
      throw new CoreProblem(`no load or store has the ${bytes} bytes of the kernel's field`);
    opcode = (opcode & ~SIZE_MASK) | size;
  }
  writeSlot(insns, pc, { ...slot, opcode, off: Number(value) });
  return true;
}

function checkOld(pc: number, held: bigint, { old, value }: Patch): void {
  if (old === undefined || BigInt.asUintN(64, held) === old) return;
  throw new CoreProblem(
    `insn ${pc} holds ${held} where the object's own types say ${old} (and the kernel's ${value})`,
  );
}
