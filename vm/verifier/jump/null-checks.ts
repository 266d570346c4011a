// Null checks: where a pointer that may be null was found to be null, or not to be.
import { changeEveryReg } from '../calls/every-reg.ts';
import { forget } from '../calls/held.ts';
import type { ValueField } from '../../object.ts';
import { FLAGS, hasFlag, withReg, ZERO_REG, type Reg } from '../reg.ts';
import type { State } from '../state.ts';

/**
 * All registers and slots of the state whose pointer came with `id` are null, or are not. Where it is null the reference that came with it is given
 * back: there is none. @see mark_ptr_or_null_regs
 */
export function settleNull(state: State, id: number, isNull: boolean): void {
  if (isNull && id !== 0) forget(state, id);
  changeEveryReg(state, (reg) => (reg.id === id && mayBeNull(reg) ? settled(reg, isNull) : reg));
}

/** Pointers with no id are checked together only when they are read under RCU. */
function mayBeNull(reg: Reg): boolean {
  return hasFlag(reg, 'maybe_null') && (reg.id !== 0 || hasFlag(reg, 'rcu'));
}

/** @see mark_ptr_or_null_reg */
function settled(reg: Reg, isNull: boolean): Reg {
  if (isNull) return reg.precise ? withReg(ZERO_REG, { precise: true }) : ZERO_REG;
  const found = notNull(reg);
  return found.id === 0 || hasSpinLock(found) ? found : withReg(found, { id: 0 });
}

/** The same pointer, which is not null. A look-up in a map of maps or sockets gave no value but what stands in it. @see mark_ptr_not_null_reg */
export function notNull(reg: Reg): Reg {
  const { map } = reg;
  if (reg.type !== 'map_value' || map === undefined) {
    return withReg(reg, { flags: reg.flags & ~FLAGS.maybe_null });
  }
  if (map.inner !== undefined) {
    const fields = map.inner.spec.fields ?? [];
    const isOwned = fields.some(
      ({ kind }) => kind === 'timer' || kind === 'workqueue' || kind === 'task_work',
    );
    const mapUid = isOwned ? reg.id : reg.mapUid;
    return withReg(reg, { type: 'map_ptr', flags: 0, map: map.inner, mapUid });
  }
  switch (map.spec.type) {
    case 'xskmap':
      return withReg(reg, { type: 'xdp_sock', flags: 0 });
    case 'sockmap':
    case 'sockhash':
      return withReg(reg, { type: 'sock', flags: 0 });
    default:
      return withReg(reg, { flags: 0 });
  }
}

/** Locks are told apart by the id of the pointer to what they lie in. */
function hasSpinLock(reg: Reg): boolean {
  return fieldsOf(reg).some(({ kind }) => kind === 'spin_lock' || kind === 'res_spin_lock');
}

function fieldsOf(reg: Reg): readonly ValueField[] {
  return (reg.type === 'map_value' ? reg.map?.spec.fields : reg.object?.fields) ?? [];
}
