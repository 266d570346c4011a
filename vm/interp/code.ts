// A program's insns made ready to run: map fds replaced by addresses, helper numbers by functions.
import { isImplemented, helperName } from '../helpers/table.ts';
import { HELPER_RUN, type HelperRun } from '../helpers/run.ts';
import { decodeColumns, type InsnColumns } from '../isa/insn.ts';
import { OPS } from '../isa/ops.ts';
import { HELPERS } from '../helpers/table.ts';

/** What the interpreter runs from: one row a pc. */
export interface Code extends InsnColumns {
  /** The function behind a helper call; undefined elsewhere and for bpf_tail_call, which the engine does itself. */
  readonly helpers: readonly (HelperRun | undefined)[];
}

/**
 * Decodes insns and fills in what they refer to. `addresses` has, by the pc of a wide insn, the address (u64) that takes the place of a
 * map's fd. The insns have passed `checkProg`.
 */
export function prepareCode(insns: Uint8Array, addresses: ReadonlyMap<number, bigint>): Code {
  const columns = decodeColumns(insns);
  for (const [pc, address] of addresses) columns.imm64[pc] = BigInt.asIntN(64, address);
  const helpers = Array.from({ length: columns.count }, (_, pc) => {
    if (columns.op[pc] !== OPS.call_helper.index) return undefined;
    const name = helperName(columns.imm[pc]!);
    if (name === undefined || !isImplemented(name) || name === 'tail_call') return undefined;
    return HELPER_RUN[name];
  });
  return { ...columns, helpers };
}

/** Number of bpf_tail_call, the one helper that an engine runs itself. */
export const TAIL_CALL_ID = HELPERS.tail_call.id;
