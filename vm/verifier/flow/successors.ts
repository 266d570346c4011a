// Where control goes on within a function.
import { HELPERS } from '../../helpers/table.ts';
import type { Insn } from '../../isa/insn.ts';

/** pcs that may follow insn `pc` within its function: first the next, then the target of a jump. None behind an exit. @see bpf_insn_successors */
export function successors(insns: readonly (Insn | undefined)[], pc: number): readonly number[] {
  const insn = insns[pc];
  if (insn === undefined) return [pc + 1];
  const { op, off, imm } = insn;
  switch (op.kind) {
    case 'exit':
      return [];
    case 'goto':
      if (op.goto === 'may_goto') return [pc + 1, pc + 1 + off];
      return [pc + 1 + (op.goto === 'gotol' ? imm : off)];
    case 'jump':
      return [pc + 1, pc + 1 + off];
    default:
      return [pc + op.slots];
  }
}

export function isTailCall(insn: Insn | undefined): boolean {
  return insn?.op.name === 'call_helper' && insn.imm === HELPERS.tail_call.id;
}
