// Programs that differ from others in a few places: another number, another register, another operation of the kind, another offset.
import { decodeInsn, encodeInsn, makeInsn, type Insn } from '../../vm/isa/insn.ts';
import { MAX_REG, SLOT_BYTES } from '../../vm/isa/opcodes.ts';
import { OP_LIST } from '../../vm/isa/ops.ts';
import type { Random } from './seed.ts';

const EDGES = [0, 1, 2, 7, 8, 31, 32, 63, 64, 255, 0x7fff_ffff, -1, -8, -0x8000_0000];

/** A copy of the insns with one to four of them changed; as long as before. */
export function mutated(random: Random, insns: Uint8Array): Uint8Array {
  const copy = insns.slice();
  const pcs: number[] = [];
  for (let pc = 0; pc < insns.length / SLOT_BYTES;) {
    const { op } = decodeInsn(insns, pc)!;
    if (op.kind !== 'wide' && op.kind !== 'exit' && op.kind !== 'call') pcs.push(pc);
    pc += op.slots;
  }
  for (let i = 1 + random.below(4); i > 0 && pcs.length > 0; i -= 1) {
    const pc = random.pick(pcs);
    encodeInsn(copy, pc, change(random, decodeInsn(copy, pc)!));
  }
  return copy;
}

function change(random: Random, insn: Insn): Insn {
  const { op } = insn;
  switch (random.below(5)) {
    case 0:
      return makeInsn(op.name, {
        ...insn,
        imm: random.below(2) === 0 ? random.pick(EDGES) : insn.imm + random.below(5) - 2,
      });
    case 1:
      return makeInsn(op.name, { ...insn, dst: random.below(MAX_REG) });
    case 2:
      return makeInsn(op.name, { ...insn, src: random.below(MAX_REG + 1) });
    case 3:
      return makeInsn(op.name, { ...insn, off: insn.off + random.pick([-8, -4, -1, 1, 4, 8]) });
    default: {
      const others = OP_LIST.filter(
        (other) => other.kind === op.kind && other.free.join() === op.free.join(),
      );
      return makeInsn(random.pick(others).name, { ...insn });
    }
  }
}
