// Fields of map values and objects that only helpers and kfuncs reach: locks, timers, kptrs, lists, trees.
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';
import type { Reg } from '../reg.ts';

/** An access of the program at `off` to `off + bytes` of the value or object behind `reg`: refused where it meets such a field that may not be accessed so; the kptr field that it loads or stores, or undefined. @see check_map_access, map_kptr_match_type */
export function checkFieldAccess(
  _env: Env,
  _n: number,
  _reg: Reg,
  _off: number,
  _bytes: number,
  _access: 'read' | 'write' | 'helper',
): import('../../object.ts').ValueField | undefined {
  return notBuilt('checkFieldAccess');
}
/** A load or store of a kptr field by the program. @see check_map_kptr_access */
export function accessKptr(
  _env: Env,
  _n: number,
  _valueReg: number,
  _field: import('../../object.ts').ValueField,
  _access: 'read' | 'write',
): void {
  notBuilt('accessKptr');
}
/** Argument `n` is a bpf_spin_lock in a map value or object. @see process_spin_lock */
export function checkSpinLockArg(_env: Env, _n: number, _isLock: boolean): void {
  notBuilt('checkSpinLockArg');
}
/** Argument `n` is a bpf_timer (or bpf_wq) in the value of `map`. @see process_timer_func, process_wq_func */
export function checkTimerArg(_env: Env, _n: number, _kind: 'timer' | 'workqueue'): void {
  notBuilt('checkTimerArg');
}
/** Argument `n` is where a kptr is stored: the field. @see process_kptr_func */
export function checkKptrArg(_env: Env, _n: number): import('../../object.ts').ValueField {
  return notBuilt('checkKptrArg');
}
/** Register `n` may be stored into the kptr field: its type is the field's. @see map_kptr_match_type */
export function checkKptrMatch(_env: Env, _n: number, _field: import('../../object.ts').ValueField): void {
  notBuilt('checkKptrMatch');
}
