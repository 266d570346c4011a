// The functions of a program: itself and its subprograms, and which of them helpers may call.
import { OPS } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';

/** First pcs, in ascending order. */
export interface Functions {
  /** Those that are called. The program itself may be one of them. */
  readonly subprogs: readonly number[];
  /** Those that an insn loads the address of: a helper or a timer may call them. */
  readonly callbacks: readonly number[];
}

/** Finds them. Of a verified program only those that the verifier came to. */
export function functionsOf({ code, known }: KernelProg): Functions {
  const { op, imm, count } = code;
  const subprogs = new Set<number>();
  const callbacks = new Set<number>();
  for (let pc = 0; pc < count; pc++) {
    const isAddress = op[pc] === OPS.ld_func.index;
    if (!isAddress && op[pc] !== OPS.call_subprog.index) continue;
    if (known !== undefined && !known.facts[pc]!.seen) continue;
    const target = pc + 1 + imm[pc]!;
    subprogs.add(target);
    if (isAddress) callbacks.add(target);
  }
  return { subprogs: ascending(subprogs), callbacks: ascending(callbacks) };
}

function ascending(pcs: ReadonlySet<number>): number[] {
  return [...pcs].toSorted((a, b) => a - b);
}
