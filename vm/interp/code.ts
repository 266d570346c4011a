// A program's insns made ready to run: map fds and functions replaced by addresses, helper and kfunc numbers by functions.
import { kfuncRun } from '../helpers/kfunc-run.ts';
import { kfuncName } from '../helpers/kfuncs.ts';
import { helperRun, type HelperRun } from '../helpers/run.ts';
import { helperName } from '../helpers/table.ts';
import { decodeColumns, type InsnColumns } from '../isa/insn.ts';
import { OPS } from '../isa/ops.ts';
import { functionAddress } from './function-address.ts';
import { handlerOf, type Handler } from './handlers.ts';

/** What the interpreter runs from: one row a pc. */
export interface Code extends InsnColumns {
  /** The function behind a call of a helper or of a kernel function; undefined elsewhere and for bpf_tail_call, which the engine does itself. */
  readonly helpers: readonly (HelperRun | undefined)[];
  /** What runs the insn. */
  readonly handlers: readonly Handler[];
}

/**
 * Decodes insns and fills in what they refer to. `addresses` has, by the pc of a wide insn, the address (u64) that takes the place of a
 * map's fd. The insns have passed `checkProg`.
 */
export function prepareCode(insns: Uint8Array, addresses: ReadonlyMap<number, bigint>): Code {
  const columns = decodeColumns(insns);
  for (const [pc, address] of addresses) columns.imm64[pc] = BigInt.asIntN(64, address);
  for (let pc = 0; pc < columns.count; pc++) {
    if (columns.op[pc] !== OPS.ld_func.index) continue;
    columns.imm64[pc] = BigInt.asIntN(64, functionAddress(pc + 1 + columns.imm[pc]!));
  }
  const { op, imm, count } = columns;
  const helpers = Array.from({ length: count }, (_, pc) => runOf(columns, pc));
  const handlers = Array.from({ length: count }, (_, pc) => handlerOf(op[pc]!, imm[pc]!));
  return { ...columns, helpers, handlers };
}

function runOf({ op, imm }: InsnColumns, pc: number): HelperRun | undefined {
  if (op[pc] === OPS.call_helper.index) {
    const name = helperName(imm[pc]!);
    return name === undefined ? undefined : helperRun(name);
  }
  if (op[pc] !== OPS.call_kfunc.index) return undefined;
  const name = kfuncName(imm[pc]!);
  return name === undefined ? undefined : kfuncRun(name);
}
