// Which register an insn accesses memory through.
import type { Env } from '../env.ts';

/** The number of that register, for the explanation of a refusal; r1 for insns that access none themselves (calls). */
export function pointerReg({ insns, pc }: Env): number {
  const insn = insns[pc];
  switch (insn?.op.kind) {
    case 'load':
    case 'acquire':
      return insn.src;
    case 'store':
    case 'atomic':
    case 'release':
      return insn.dst;
    default:
      return 1;
  }
}
