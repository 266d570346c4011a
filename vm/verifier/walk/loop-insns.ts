// Insns at which loops come to an end that no number decides.
import { kfuncName, kfuncRow } from '../../helpers/kfuncs.ts';
import type { Insn } from '../../isa/insn.ts';
import type { State } from '../state.ts';

/** A call of an iterator's next function. @see is_iter_next_insn */
export function isIterNext({ op, imm }: Insn): boolean {
  if (op.name !== 'call_kfunc') return false;
  const name = kfuncName(imm);
  return name !== undefined && kfuncRow(name)?.iter === 'next';
}

/** @see is_may_goto_insn */
export function isMayGoto({ op }: Insn): boolean {
  return op.name === 'may_goto';
}

/** The iterator that r1 points at may give something yet. */
export function isIterActive(state: State): boolean {
  const { frame, off, scalar } = state.frame.regs[1]!;
  const below = -off - Number(BigInt.asIntN(32, scalar.bits.value));
  const object = state.frames[frame]?.stack[Math.trunc((below - 1) / 8)]?.reg.slot;
  return object?.kind === 'iter' && object.state === 'active';
}
