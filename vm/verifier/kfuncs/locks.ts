// Spin locks in map values and objects: bpf_spin_lock, one at a time, and bpf_res_spin_lock, given back in the reverse order.
import { acquireLock, releaseLock } from '../calls/held.ts';
import type { Env } from '../env.ts';
import type { Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import type { Held } from '../state.ts';
import { fieldsOf, FIELD_NAMES } from './fields.ts';
import { dropNonOwning, inTreeCallback } from './owning.ts';

/** Owner of the locks of all objects: they are told apart by the id of the pointer. */
const OBJECTS = 'objects';

/** What holds the lock behind a pointer: `Held.owner`. @see check_reg_allocation_locked */
export function lockOwner(reg: Reg): unknown {
  return reg.type === 'map_value' ? reg.map : OBJECTS;
}

/** Argument `n` is a bpf_spin_lock in a map value or object. @see process_spin_lock */
export function checkSpinLockArg(env: Env, n: number, isLock: boolean): void {
  if (inTreeCallback(env)) refuse(env, 'lock-in-tree-callback', [{ reg: n }]);
  checkLock(env, n, 'spin_lock', 'lock', isLock);
}

/** Argument `n` is a bpf_res_spin_lock. `isIrq`: interrupts are off while it is held. */
export function checkResLockArg(env: Env, n: number, isLock: boolean, isIrq: boolean): void {
  checkLock(env, n, 'res_spin_lock', isIrq ? 'res_lock_irq' : 'res_lock', isLock);
}

function checkLock(
  env: Env,
  n: number,
  field: 'spin_lock' | 'res_spin_lock',
  kind: Held['kind'],
  isLock: boolean,
): void {
  const reg = env.reg(n);
  checkLockField(env, n, reg, field);
  const name = FIELD_NAMES[field];
  const owner = lockOwner(reg);
  const { state } = env;
  if (isLock) {
    const isHeld = state.held.some(
      (held) => held.kind.startsWith('res') && held.id === reg.id && held.owner === owner,
    );
    if (field === 'res_spin_lock' && isHeld) refuse(env, 'lock-twice', [{ reg: n }]);
    acquireLock(env, kind, reg.id, owner);
    return;
  }
  if (state.locks === 0) refuse(env, 'unlock-without-lock', [{ reg: n }], name);
  const isHeld = state.held.some((held) => held.kind === kind && held.id === reg.id && held.owner === owner);
  if (!isHeld) refuse(env, 'unlock-other', [{ reg: n }], name);
  if (reg.id !== state.lockId || owner !== state.lockOwner) refuse(env, 'unlock-order', [{ reg: n }], name);
  releaseLock(env, kind, reg.id, owner);
  dropNonOwning(env);
}

function checkLockField(env: Env, n: number, reg: Reg, kind: 'spin_lock' | 'res_spin_lock'): void {
  const name = FIELD_NAMES[kind];
  if (!isConst(reg.scalar)) refuse(env, 'field-variable', [{ reg: n }], n, name);
  const map = reg.type === 'map_value' ? reg.map!.spec : undefined;
  if (map !== undefined && map.fields === undefined) refuse(env, 'map-no-btf', [{ reg: n }], map.name, name);
  const field = fieldsOf(reg).find((known) => known.kind === kind);
  if (field === undefined) {
    refuse(env, 'lock-none', [{ reg: n }], map === undefined ? "local 'kptr'" : `map '${map.name}'`, name);
  }
  const off = BigInt.asIntN(64, reg.scalar.bits.value) + BigInt(reg.off);
  if (off !== BigInt(field.off)) refuse(env, 'field-elsewhere', [{ reg: n }], off, name, field.off);
}
