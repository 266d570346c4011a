// Loads and stores through pointers to the kernel's structs.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import { makeReg, type Reg } from '../reg.ts';

/** What a load of `bytes` at `off` behind btf_id register `n` yields; of a store undefined. @see check_ptr_to_btf_access */
export function accessBtf(
  _env: Env,
  _n: number,
  _reg: Reg,
  _off: number,
  _bytes: number,
  _access: 'read' | 'write',
): Reg | undefined {
  return notBuilt('accessBtf');
}
/** Registers r1 to r5 of a function of the program that is verified on its own: main programs get ctx. Fills the running frame. @see btf_prepare_func_args, do_check_common */
export function setEntryRegs(env: Env, subprog: number): void {
  if (subprog === 0) env.setReg(1, makeReg('ctx'));
  else notBuilt('setEntryRegs');
}
/** Arguments of a call of a global function. @see btf_check_func_arg_match, btf_check_subprog_call */
export function checkGlobalArgs(_env: Env, _subprog: number): void {
  notBuilt('checkGlobalArgs');
}
/** True when a pointer to `actual` at offset `off` is one to `wanted`: the same struct, or one that begins there. @see btf_struct_ids_match */
export function isStruct(
  _actual: Reg,
  _off: number,
  _wanted: { readonly btf: import('../../btf/btf.ts').Btf; readonly id: number },
  _isStrict: boolean,
): boolean {
  return notBuilt('isStruct');
}
