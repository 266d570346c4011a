// Loads and stores of the frame as the insns alone tell them: where r10 is never more than the address of one.
import type { InsnColumns } from '../../isa/insn.ts';
import { FRAME_REG, SIZES } from '../../isa/opcodes.ts';
import { OP_LIST, type Op } from '../../isa/ops.ts';
import { STACK_BYTES } from '../../interp/frames.ts';

/** Bytes that live in a local, which holds their number without a sign. */
export interface StackLocal {
  /** From r10, < 0. */
  readonly off: number;
  readonly bytes: number;
}

/** A load or store of the frame. */
export interface StackUse extends StackLocal {
  readonly pc: number;
}

/** They, of the insns at `pcs`; undefined where one of these does more with r10, or goes beyond a word of the frame. */
export function plainUses(
  { op, dst, src, off }: InsnColumns,
  pcs: readonly number[],
): StackUse[] | undefined {
  const uses: StackUse[] = [];
  for (const pc of pcs) {
    const row = OP_LIST[op[pc]!];
    if (row === undefined) continue;
    const isDst = row.free.includes('dst') && dst[pc] === FRAME_REG;
    const isSrc = row.free.includes('src') && src[pc] === FRAME_REG;
    if (!isDst && !isSrc) continue;
    const bytes = isAddress(row, isDst, isSrc) ? SIZES[row.size].bytes : 0;
    const at = off[pc]!;
    if (bytes === 0 || at < -STACK_BYTES || at >= 0 || at % bytes !== 0) return undefined;
    uses.push({ pc, off: at, bytes });
  }
  return uses;
}

/** r10 is the address that is loaded from or stored to, and nothing else. */
function isAddress(op: Op, isDst: boolean, isSrc: boolean): op is Extract<Op, { kind: 'load' | 'store' }> {
  return (op.kind === 'load' && isSrc && !isDst) || (op.kind === 'store' && isDst && !isSrc);
}
