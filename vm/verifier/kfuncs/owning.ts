// References that own an object, and those that only point at one which a list or tree holds: valid until the lock is given back.
import { kfuncName } from '../../helpers/kfuncs.ts';
import { changeEveryReg } from '../calls/every-reg.ts';
import type { Env } from '../env.ts';
import { FLAGS, UNKNOWN_REG, withReg, type Reg } from '../reg.ts';
import { fieldsOf, isObject } from './fields.ts';

/** @see type_is_non_owning_ref */
export function isNonOwning(reg: Reg): boolean {
  return isObject(reg) && (reg.flags & FLAGS.non_own_ref) !== 0;
}

/** The pointer as one that does not own its object. @see ref_set_non_owning */
export function nonOwning(reg: Reg): Reg {
  const isCounted = fieldsOf(reg).some(({ kind }) => kind === 'refcount');
  return withReg(reg, { flags: reg.flags | FLAGS.non_own_ref | (isCounted ? FLAGS.rcu : 0) });
}

/** Pointers that owned the object of reference `id` do not any more. @see ref_convert_owning_non_owning */
export function disown(env: Env, id: number): void {
  changeEveryReg(env.state, (reg) => (reg.refId === id ? nonOwning(withReg(reg, { refId: 0 })) : reg));
}

/** A lock is given back: another CPU may take what only it protected. @see invalidate_non_owning_refs */
export function dropNonOwning(env: Env): void {
  changeEveryReg(env.state, (reg) => (isNonOwning(reg) ? UNKNOWN_REG : reg));
}

/** The running function is one that bpf_rbtree_add calls, under the lock. @see in_rbtree_lock_required_cb */
export function inTreeCallback(env: Env): boolean {
  const { frame } = env;
  if (frame.frameno === 0 || !frame.isCallback) return false;
  const call = env.insns[frame.callsite];
  return call?.op.name === 'call_kfunc' && kfuncName(call.imm)?.startsWith('bpf_rbtree_') === true;
}
