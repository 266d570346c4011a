// Which locals a function needs: what nobody uses is not declared, and not set when the function begins.
import { FRAME_REG } from '../../isa/opcodes.ts';
import { OP_LIST, type Op } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { StackPlan } from '../stack/plan-stack.ts';
import type { NarrowPlan } from './narrow.ts';
import type { Operands } from './operands.ts';
import { ALL_REGS, ARGS, LOCAL_REGS, R0 } from './registers.ts';

/** Registers as bits. */
export interface UsedLocals {
  /** Those with an i64 local, and those with an i32 local. */
  readonly wide: number;
  readonly narrow: number;
  /** Those that are read as they are when the function begins, all of them. */
  readonly entry: number;
  /** An insn gets at the frame by its first byte. */
  readonly stack: boolean;
}

const bitsOf = (regs: readonly number[]): number => regs.reduce((bits, reg) => bits | (1 << reg), 0);

/** Registers that code of calls names, whatever it reads of them. */
const CALL_REGS = bitsOf([R0, ...ARGS]);

const MEMORY_KINDS: ReadonlySet<Op['kind']> = new Set(['load', 'acquire', 'store', 'release', 'atomic']);

/** Of code that nothing is known of: everything. */
export const ALL_LOCALS: UsedLocals = {
  wide: bitsOf(ALL_REGS),
  narrow: 0,
  entry: bitsOf(ALL_REGS),
  stack: true,
};

/** Of the insns at `pcs`; those that are skipped have no code. */
export function usedLocals(
  { code }: KernelProg,
  pcs: readonly number[],
  operands: (pc: number) => Operands,
  narrow: NarrowPlan,
  skipped: ReadonlySet<number>,
  stack: StackPlan,
): UsedLocals {
  let wide = bitsOf([R0]);
  let low = narrow.entry;
  let isFramed = stack.cleared.length > 0;
  for (const pc of pcs) {
    const { reads, writes } = operands(pc);
    if (skipped.has(pc)) continue;
    let read = 0;
    for (const [reg] of reads) read |= 1 << reg;
    const written = writes < 0 ? 0 : 1 << writes;
    const narrowRead = narrow.reads.get(pc) ?? 0;
    const narrowWritten = narrow.writes.get(pc) ?? 0;
    wide |= (read & ~narrowRead) | (written & ~narrowWritten);
    low |= narrowRead | narrowWritten;
    const kind = OP_LIST[code.op[pc]!]?.kind;
    if (kind === 'call') wide |= CALL_REGS;
    const base = kind === 'load' || kind === 'acquire' ? code.src[pc] : code.dst[pc];
    if (kind !== undefined && MEMORY_KINDS.has(kind) && base === FRAME_REG && !stack.uses.has(pc))
      isFramed = true;
  }
  return {
    wide: wide & ~(-1 << LOCAL_REGS),
    narrow: low,
    entry: narrow.live & ~narrow.entry,
    stack: isFramed,
  };
}
