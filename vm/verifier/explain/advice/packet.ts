// Advice for accesses to the packet that no comparison with its end covers.
import { isConst } from '../../scalar.ts';
import { nameOf, regHeld, whereText, type Advice, type Facts } from './facts.ts';
import { count } from './bounds.ts';

/** Of 'packet-range': args are the register, the offset, the bytes, and how many behind the pointer are known to be there. */
export function advisePacket(facts: Facts): Advice | undefined {
  const [reg, off, bytes, range] = facts.refusal.args as [number, number, number, number]; // as the message takes them
  const held = regHeld(facts, reg);
  if (held === undefined) return undefined;
  const compared = facts.causes.findLast(({ what }) => what === 'narrowed' || what === 'linked');
  const need = off + bytes;
  if (range > 0 && isConst(held.scalar)) {
    const where = compared === undefined ? '' : ` (the comparison at ${whereText(facts, compared.step.pc)})`;
    return {
      why: `the first ${count(range)} of the packet are known to be there${where}, and the access reaches up to byte ${need - 1}`,
      fix: `ask for ${count(need)} in the comparison: if (data + ${need} > data_end) return`,
    };
  }
  const moved = facts.causes.findLast(
    ({ what, step: { insn } }) => what === 'changed' && insn.op.kind === 'alu' && insn.op.source === 'reg',
  );
  if (moved !== undefined) {
    const name = nameOf(facts, moved, `r${reg}`);
    return {
      why: `${name} was moved by a number that is known only when the program runs (${whereText(facts, moved.step.pc)}): what was compared with data_end before says nothing about the place where it points now`,
      fix: `compare again, behind that: if (${name.replace(/ \(.*/, '')} + ${need - held.off} > data_end) return`,
    };
  }
  return {
    why: `nothing of the packet is known to be there: on this path no comparison with data_end comes before the access to ${count(bytes)} at byte ${off}`,
    fix: `compare first: if (data + ${need} > data_end) return`,
  };
}
