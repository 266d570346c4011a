// What a call reads and leaves alone, as the analysis before the walk takes it.
import { argsFor } from '../../helpers/args.ts';
import { kfuncName, kfuncRow, type KfuncRow } from '../../helpers/kfuncs.ts';
import { helperName, helperRow, type HelperRow } from '../../helpers/table.ts';
import type { Insn } from '../../isa/insn.ts';
import { isHelperOf, isKnownTo } from '../calls/availability.ts';
import type { Env } from '../env.ts';

/** Of a helper or kfunc. @see struct call_summary */
export interface CallSummary {
  /** How many of r1 to r5 it takes. */
  readonly params: number;
  readonly isVoid: boolean;
  /** It leaves the other registers alone, and spills around it may go. */
  readonly isFast: boolean;
}

/** The row of a helper, undefined when programs of this type may not call it. @see get_helper_proto */
export function helperFor({ input }: Env, id: number): HelperRow | undefined {
  const name = helperName(id);
  if (name === undefined) return undefined;
  const row = helperRow(name);
  return isHelperOf(input, row) ? row : undefined;
}

/** The row of a kernel function, undefined when programs of this type may not call it. @see fetch_kfunc_arg_meta */
export function kfuncFor({ input }: Env, id: number): KfuncRow | undefined {
  const name = kfuncName(id);
  const row = name === undefined ? undefined : kfuncRow(name);
  return row === undefined || isKnownTo(input, row) ? row : undefined;
}

/** Undefined for calls of subprograms, and for what cannot be called: that is told when it is walked. @see get_call_summary */
export function callSummary(env: Env, { op, imm }: Insn): CallSummary | undefined {
  if (op.name === 'call_helper') {
    const row = helperFor(env, imm);
    if (row?.args === undefined) return undefined;
    return {
      params: argsFor(row, env.input.type).length,
      isVoid: row.ret === 'void',
      isFast: row.fastcall === true && row.slowIn?.includes(env.input.type) !== true,
    };
  }
  if (op.name !== 'call_kfunc') return undefined;
  const row = kfuncFor(env, imm);
  if (row?.args === undefined) return undefined;
  return { params: row.args.length, isVoid: row.ret === 'void', isFast: row.fastcall === true };
}
