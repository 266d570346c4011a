// Where packets come into an object of 2015: all of its programs are in slots, and its tool gave one of them to the kernel as well.
//
//   socket/1 ... socket/4   parsers, that others jump to          socket/0   the first one, that none jumps to
//
// @see samples/bpf/sockex3_user.c of Linux 4.1
import { HELPERS } from '../helpers/table.ts';
import { readSlot } from '../isa/insn.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { OPS } from '../isa/ops.ts';
import type { ObjectSpec, ProgSpec } from '../object.ts';
import { isOnPackets } from './hook-sections.ts';

/** The register of a tail call's index. */
const INDEX_REG = 3;
/** Insns before a tail call that are searched for it. */
const LIMIT_BACK = 16;

/**
 * The program on packets that jumps, and whose slot no tail call of the object asks for, where that is one and all on packets are in slots; undefined
 * elsewhere, and where the index of a tail call is no constant.
 */
export function entryProg({ progs, slots }: ObjectSpec): ProgSpec | undefined {
  const onPackets = progs.filter(({ section }) => isOnPackets(section));
  const slotOf = new Map(slots.map(({ prog, index }) => [prog, index]));
  if (onPackets.some(({ name }) => !slotOf.has(name))) return undefined;
  const asked = new Set<number>();
  for (const { insns } of onPackets) {
    const indices = askedIndices(insns);
    if (indices === undefined) return undefined;
    for (const index of indices) asked.add(index);
  }
  const first = onPackets.filter(({ name }) => !asked.has(slotOf.get(name)!)); // all of them have one
  return first.length === 1 && tailCalls(first[0]!.insns).length > 0 ? first[0] : undefined;
}

/** The pcs of calls of bpf_tail_call. */
function tailCalls(insns: Uint8Array): readonly number[] {
  const pcs = Array.from({ length: insns.length / SLOT_BYTES }, (_, pc) => pc);
  return pcs.filter((pc) => {
    const { opcode, src, imm } = readSlot(insns, pc);
    return opcode === OPS.call_helper.opcode && src === 0 && imm === HELPERS.tail_call.id;
  });
}

/** All constants that stand in the index register, since jumps may lead around one; undefined where a tail call has another before it. */
function askedIndices(insns: Uint8Array): readonly number[] | undefined {
  const constants: number[] = [];
  for (let pc = 0; pc < insns.length / SLOT_BYTES; pc++) {
    const { opcode, dst, imm } = readSlot(insns, pc);
    if (isConstant(opcode) && dst === INDEX_REG) constants.push(imm);
  }
  return tailCalls(insns).every((pc) => hasConstant(insns, pc)) ? constants : undefined;
}

function hasConstant(insns: Uint8Array, call: number): boolean {
  for (let pc = call - 1; pc >= Math.max(0, call - LIMIT_BACK); pc--) {
    const { opcode, dst } = readSlot(insns, pc);
    if (dst === INDEX_REG && opcode !== 0) return isConstant(opcode); // the second slot of a wide insn is all 0
  }
  return false;
}

function isConstant(opcode: number): boolean {
  return opcode === OPS.mov64_imm.opcode || opcode === OPS.mov32_imm.opcode;
}
