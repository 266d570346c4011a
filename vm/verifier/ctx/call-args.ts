// Whether what stands in r1 to r5 is what a function of the program takes.
import { nameOf } from '../../btf/query.ts';
import { checkArgOffset } from '../calls/arg-offset.ts';
import { isNullReg } from '../calls/helper-args.ts';
import type { Env, Subprog } from '../env.ts';
import { checkDynptrArg } from '../kfuncs/dynptr.ts';
import { checkMemReg } from '../memory/access.ts';
import { FLAGS, hasFlag, type Reg } from '../reg.ts';
import { Refusal, refuse } from '../refusal.ts';
import { typeText } from '../type-text.ts';
import { isStruct } from './btf-access.ts';
import { funcArgs, type FuncArg } from './func-args.ts';

/** Functions whose BTF a caller has disagreed with: compilers leave arguments of static functions out. @see func_info_aux.unreliable */
const UNRELIABLE = new WeakSet<Subprog>();

/** From now on nobody asks what the function's BTF says. */
export function distrust(subprog: Subprog): void {
  UNRELIABLE.add(subprog);
}

/**
 * Why the registers are not what function `index` takes, undefined when they are. The log is told. It matters to global functions only: static ones are walked with
 * what they are given. @see btf_check_subprog_call
 */
export function mismatchOf(env: Env, index: number): Refusal | undefined {
  const subprog = env.subprogs[index]!;
  if (UNRELIABLE.has(subprog)) return undefined;
  try {
    const args = funcArgs(env, index);
    if (args === undefined) {
      if (subprog.info?.typeId !== undefined) distrust(subprog);
      return undefined;
    }
    for (const [i, arg] of args.entries()) checkArg(env, i, arg);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    distrust(subprog);
    return error;
  }
  return undefined;
}

/** Refuses a call of a global function with other arguments than it takes. @see check_func_call */
export function refuseCall(env: Env, index: number, mismatch: Refusal): never {
  const { name } = env.subprogs[index]!.info!; // without it there is no mismatch
  return refuse(env, 'func-call-args', mismatch.places, index, name, mismatch);
}

/** @see btf_check_func_arg_match */
function checkArg(env: Env, i: number, arg: FuncArg): void {
  const n = i + 1;
  const reg = env.reg(n);
  const place = [{ reg: n }];
  switch (arg.kind) {
    case 'number':
      if (reg.type !== 'scalar') refuse(env, 'func-call-number', place, n);
      return;
    case 'any-memory':
      return;
    case 'ctx':
      checkArgOffset(env, n, reg, false);
      if (reg.type !== 'ctx') refuse(env, 'func-call-ctx', place, i);
      return;
    case 'memory':
      checkArgOffset(env, n, reg, false);
      checkMemory(env, n, reg, arg.bytes);
      if (!arg.mayBeNull && hasFlag(reg, 'maybe_null')) refuse(env, 'func-call-null', place, i);
      return;
    case 'arena':
      if (reg.type !== 'arena' && reg.type !== 'scalar') refuse(env, 'func-call-arena', place, n);
      return;
    case 'dynptr':
      checkArgOffset(env, n, reg, false, true);
      checkDynptrArg(env, n, 'ptr_to_dynptr');
      return;
    case 'struct':
      checkStructArg(env, n, reg, arg);
  }
}

/** What is wrong with memory counts as a wrong argument, whatever it is. The log has been told. */
function checkMemory(env: Env, n: number, reg: Reg, bytes: number): void {
  try {
    checkMemReg(env, n, reg, bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal('func-call-memory', env.pc, error.places, [n, bytes, error]);
  }
}

/** Flags of pointers that will do for a struct of the kernel. @see btf_ptr_types */
const STRUCT_FLAGS: readonly number[] = [0, FLAGS.trusted, FLAGS.rcu];

/** @see check_reg_type */
function checkStructArg(env: Env, n: number, reg: Reg, arg: Extract<FuncArg, { kind: 'struct' }>): void {
  if ((arg.flags & FLAGS.untrusted) !== 0) return;
  const mayBeNull = (arg.flags & FLAGS.maybe_null) !== 0;
  if (mayBeNull && isNullReg(reg)) return;
  const place = [{ reg: n }];
  const flags = mayBeNull ? reg.flags & ~FLAGS.maybe_null : reg.flags;
  if (reg.type !== 'btf_id' || !STRUCT_FLAGS.includes(flags)) {
    const expected = STRUCT_FLAGS.map((each) => typeText({ type: 'btf_id', flags: each })).join(', ');
    refuse(env, 'func-call-type', place, n, typeText(reg), expected);
  }
  const { kernel } = env.input;
  if (!isStruct(reg, reg.off, { btf: kernel, id: arg.id }, false, env)) {
    const actual = reg.btf === undefined ? '' : nameOf(reg.btf.btf.type(reg.btf.id));
    refuse(env, 'func-call-struct', place, n, actual, nameOf(kernel.type(arg.id)));
  }
  checkArgOffset(env, n, reg, false);
}
