// Insns as the verifier goes through them: also those that are none, as long as no path leads there.
import { decodeInsn, readSlot, type Insn } from '../../isa/insn.ts';
import { SLOT_BYTES } from '../../isa/opcodes.ts';
import { opsOf, OPS } from '../../isa/ops.ts';

/**
 * Insns by pc, undefined in the second slots of wide ones. Where the fields fit no operation, the insn is the most alike of those with its
 * opcode: it has its place in the graph, and is refused when it is walked. Opcodes that are none count as moves.
 */
export function decodeAll(insns: Uint8Array): (Insn | undefined)[] {
  const count = Math.floor(insns.length / SLOT_BYTES);
  const decoded: (Insn | undefined)[] = Array.from({ length: count }, () => undefined);
  for (let pc = 0; pc < count;) {
    const insn = decodeInsn(insns, pc) ?? alike(insns, pc);
    decoded[pc] = insn;
    pc += insn.op.slots;
  }
  return decoded;
}

function alike(insns: Uint8Array, pc: number): Insn {
  const slot = readSlot(insns, pc);
  const ops = opsOf(slot.opcode);
  const op = ops.find(({ free, fixed }) => free.includes('src') || fixed.src === slot.src) ?? ops[0];
  const { dst, src, off, imm } = slot;
  return { op: op ?? OPS.mov64_imm, dst, src, off, imm, hi: 0 };
}
