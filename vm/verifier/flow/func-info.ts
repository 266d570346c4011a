// What BTF says of functions and lines, held against the insns.
import { isSmallInt, plainType } from '../../btf/query.ts';
import type { Env, Subprog } from '../env.ts';
import { refuse } from '../refusal.ts';

/** Before anything else is looked at: the entries stand in order, and name functions. @see check_btf_func_early */
export function checkFuncInfo(env: Env): void {
  const { funcs, types } = env.input;
  for (const [i, { pc, typeId }] of funcs.entries()) {
    const before = funcs[i - 1]?.pc;
    env.pc = pc;
    if (before === undefined) {
      if (pc !== 0) refuse(env, 'func-info-first', [], pc);
    } else if (pc <= before) refuse(env, 'func-info-order', [], pc, before);
    if (typeId === undefined) continue;
    const isKnown = types !== undefined && typeId > 0 && typeId < types.count;
    if (!isKnown || types.type(typeId).kind !== 'func') refuse(env, 'func-info-type', [], typeId);
  }
}

/** Once the functions are known: there is an entry for each, and what tail calls need. @see check_btf_func, check_abnormal_return */
export function checkFuncs(env: Env): void {
  const { subprogs, input } = env;
  const { funcs } = input;
  if (funcs.length === 0) return checkWithoutInfo(env);
  env.pc = 0;
  if (funcs.length !== subprogs.length) refuse(env, 'func-info-count', []);
  for (const [i, subprog] of subprogs.entries()) {
    env.pc = subprog.start;
    if (funcs[i]!.pc !== subprog.start) refuse(env, 'func-info-layout', []);
    if (i === 0 || returnsNumber(env, subprog)) continue;
    if (subprog.hasPacketLoad) refuse(env, 'packet-load-return', []);
    if (subprog.hasTailCall) refuse(env, 'tail-call-return', []);
  }
}

function checkWithoutInfo(env: Env): void {
  for (const subprog of env.subprogs.slice(1)) {
    env.pc = subprog.start;
    if (subprog.hasPacketLoad) refuse(env, 'packet-load-btf', []);
    if (subprog.hasTailCall) refuse(env, 'tail-call-btf', []);
  }
}

/** True for functions of assembly text too. */
function returnsNumber({ input: { types } }: Env, { info }: Subprog): boolean {
  if (types === undefined || info?.typeId === undefined) return true;
  const func = types.type(info.typeId);
  const proto = func.kind === 'func' ? types.type(func.type) : func;
  if (proto.kind !== 'func_proto') return false;
  const ret = plainType(types, proto.ret);
  return ret.kind === 'enum' || isSmallInt(ret);
}

/** @see check_btf_line */
export function checkLines(env: Env): void {
  const { insns, subprogs, input } = env;
  const { lines } = input;
  if (lines.length === 0) return;
  let next = 0;
  for (const [i, { pc }] of lines.entries()) {
    const before = i === 0 ? 0 : lines[i - 1]!.pc;
    env.pc = pc;
    if ((i > 0 && pc <= before) || pc >= insns.length) {
      refuse(env, 'line-info-order', [], i, pc, before, insns.length);
    }
    if (insns[pc] === undefined) refuse(env, 'line-info-middle', [], i);
    const start = subprogs[next]?.start;
    if (start === pc) next += 1;
    else if (start !== undefined && start < pc) refuse(env, 'line-info-missing', [], next);
  }
  if (next !== subprogs.length) refuse(env, 'line-info-short', [], subprogs.length - next, next);
}
