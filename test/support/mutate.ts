// Programs that differ from others in a few places: another number, register, offset or operation of the kind, another helper, an insn that is missing,
// that stands twice or too early.
import { HELPERS, helperRow, type HelperName } from '../../vm/helpers/table.ts';
import { KFUNCS } from '../../vm/helpers/kfuncs.ts';
import { decodeInsn, encodeInsn, makeInsn, type Insn } from '../../vm/isa/insn.ts';
import { MAX_REG, SLOT_BYTES } from '../../vm/isa/opcodes.ts';
import { OP_LIST, type Op } from '../../vm/isa/ops.ts';
import type { Random } from './seed.ts';

const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 47, 48, 63, 64, 255, 256, 511, 512, 0x7fff, 0x8000, 0xffff, 0x10000,
  0x7fff_ffff, -1, -2, -8, -16, -512, -513, -0x8000, -0x7fff_ffff, -0x8000_0000,
];
const STEPS = [-8, -4, -2, -1, 1, 2, 4, 8];
const HELPER_IDS = (Object.keys(HELPERS) as HelperName[]) // the table's own keys
  .filter((name) => helperRow(name).refused === undefined)
  .map((name) => HELPERS[name].id);
const KFUNC_IDS = Object.values(KFUNCS)
  .filter((row) => !('refused' in row))
  .map(({ id }) => id);

/** A copy of the insns with one to `most` of them changed; as long as before. Exits, what names maps and functions, and what is no insn stay. */
export function mutated(random: Random, insns: Uint8Array, most = 4): Uint8Array {
  const copy = insns.slice();
  const pcs: number[] = [];
  for (let pc = 0; pc < insns.length / SLOT_BYTES;) {
    const op = decodeInsn(insns, pc)?.op;
    if (op !== undefined && isChangeable(op)) pcs.push(pc);
    pc += op?.slots ?? 1;
  }
  for (let i = 1 + random.below(most); i > 0 && pcs.length > 0; i -= 1) change(random, copy, pcs);
  return copy;
}

function isChangeable({ kind, name }: Op): boolean {
  if (kind === 'wide') return name === 'ld_imm64';
  return kind !== 'exit' && name !== 'call_subprog';
}

function change(random: Random, insns: Uint8Array, pcs: readonly number[]): void {
  const pc = random.pick(pcs);
  const insn = decodeInsn(insns, pc)!;
  if (insn.op.kind === 'wide') {
    encodeInsn(insns, pc, { ...insn, imm: number(random, insn.imm), hi: number(random, insn.hi) });
    return;
  }
  switch (random.below(8)) {
    case 0: {
      const other = decodeInsn(insns, random.pick(pcs))!;
      if (other.op.slots === 1) encodeInsn(insns, pc, other);
      break;
    }
    case 1:
      encodeInsn(insns, pc, makeInsn('goto'));
      break;
    case 2: {
      const next = pcs.includes(pc + 1) ? decodeInsn(insns, pc + 1)! : insn;
      if (next.op.slots !== 1) break;
      encodeInsn(insns, pc, next);
      if (next !== insn) encodeInsn(insns, pc + 1, insn);
      break;
    }
    default:
      encodeInsn(insns, pc, nearly(random, insn));
  }
}

/** The insn with another field, or another operation of the kind. */
function nearly(random: Random, insn: Insn): Insn {
  const { op } = insn;
  if (op.name === 'call_helper') return makeInsn(op.name, { imm: random.pick(HELPER_IDS) });
  if (op.name === 'call_kfunc' && random.below(8) > 0)
    return makeInsn(op.name, { imm: random.pick(KFUNC_IDS) });
  const field = random.pick([...op.free, 'op'] as const);
  switch (field) {
    case 'op': {
      const others = OP_LIST.filter(
        (other) => other.kind === op.kind && other.free.join() === op.free.join(),
      );
      return makeInsn(random.pick(others).name, insn);
    }
    case 'dst':
      return makeInsn(op.name, { ...insn, dst: random.below(MAX_REG + 1) });
    case 'src':
      return makeInsn(op.name, { ...insn, src: random.below(MAX_REG + 1) });
    case 'off':
      return makeInsn(op.name, { ...insn, off: insn.off + random.pick(STEPS) });
    default:
      if (op.name === 'call_kfunc') return insn;
      return makeInsn(op.name, { ...insn, imm: number(random, insn.imm) });
  }
}

/** One at a limit, or near to what stood there. */
function number(random: Random, imm: number): number {
  return random.below(2) === 0 ? random.pick(EDGES) : imm + random.pick(STEPS);
}
