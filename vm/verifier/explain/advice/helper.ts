// The helper that an insn calls, as its table has it.
import { argsFor, type HelperArg } from '../../../helpers/args.ts';
import { helperName, helperRow } from '../../../helpers/table.ts';
import type { Insn } from '../../../isa/insn.ts';
import type { ProgTypeName } from '../../../kernel/prog-types.ts';

/** Name and arguments of the helper that `insn` calls; undefined for all other insns. */
export function helperOf(
  insn: Insn,
  type: ProgTypeName,
): { readonly name: string; readonly args: readonly HelperArg[] } | undefined {
  const name = insn.op.name === 'call_helper' ? helperName(insn.imm) : undefined;
  return name === undefined ? undefined : { name: `bpf_${name}`, args: argsFor(helperRow(name), type) };
}
