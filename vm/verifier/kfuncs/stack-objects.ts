// Dynptrs, iterators and saved interrupt flags: objects of the kernel that lie on the program's stack.
import type { Insn } from '../../isa/insn.ts';
import type { HelperArg } from '../../helpers/args.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Frame } from '../state.ts';

/** A store touches this slot: a dynptr there is destroyed, or the store refused. @see destroy_if_dynptr_stack_slot */
export function destroyDynptrAt(_env: Env, _frame: Frame, _slot: number): void {
  notBuilt('destroyDynptrAt');
}
/** What the argument checks of helpers and kfuncs learn of a dynptr argument. */
export interface DynptrArg {
  readonly id: number;
  readonly refId: number;
  readonly kind: import('../reg.ts').DynptrKind | undefined;
  readonly isReadonly: boolean;
}
/** Register `n` is a dynptr argument as `arg` of the tables says; `cloned` for what bpf_dynptr_clone makes. @see process_dynptr_func */
export function checkDynptrArg(
  _env: Env,
  _insn: Insn,
  _n: number,
  _arg: HelperArg,
  _cloned?: DynptrArg,
): DynptrArg {
  return notBuilt('checkDynptrArg');
}
/** Gives back the dynptr behind register `n`. @see unmark_stack_slots_dynptr */
export function releaseDynptr(_env: Env, _n: number): void {
  notBuilt('releaseDynptr');
}
