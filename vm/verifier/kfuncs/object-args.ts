// Arguments that are objects of the program, and the lists and trees that hold them.
import type { ValueField } from '../../object.ts';
import type { Env } from '../env.ts';
import { FLAGS, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import type { Kfunc, KfuncNotes } from './call.ts';
import { FIELD_NAMES, fieldsOf, isObject } from './fields.ts';
import { lockOwner } from './locks.ts';
import { nodeOf, pointeeName } from './objects.ts';
import { inTreeCallback, isNonOwning } from './owning.ts';
import { offsetOf } from './stack-place.ts';

/** Register `n` is an object that the program owns. */
function checkOwned(env: Env, n: number, reg: Reg): void {
  if (!isPlainObject(reg)) refuse(env, 'object-expected', [{ reg: n }], n);
  if (reg.refId === 0) refuse(env, 'object-unreferenced', [{ reg: n }], n);
}

/** Register `n` is an object that the function gives back: one of all CPUs, or one for each. */
export function checkDropped(env: Env, { name }: Kfunc, n: number, reg: Reg): void {
  const isPercpu = reg.type === 'btf_id' && reg.flags === (FLAGS.alloc | FLAGS.percpu);
  const isOne = isPlainObject(reg);
  if (!isPercpu && !isOne) refuse(env, 'object-expected', [{ reg: n }], n);
  const wanted = isPercpu ? 'bpf_percpu_obj_drop_impl' : 'bpf_obj_drop_impl';
  if (name !== wanted) refuse(env, 'object-drop-kind', [{ reg: n }], n, wanted);
  if (reg.refId === 0) refuse(env, 'object-unreferenced', [{ reg: n }], n);
}

/** Register `n` is an object that counts its references. */
export function checkCounted(env: Env, n: number, reg: Reg, notes: KfuncNotes): void {
  if (!isObject(reg)) refuse(env, 'object-not-own', [{ reg: n }], n);
  notes.isOwning = !isNonOwning(reg) && reg.refId !== 0;
  if (!fieldsOf(reg).some(({ kind }) => kind === 'refcount'))
    refuse(env, 'object-uncounted', [{ reg: n }], n);
  notes.object = { btf: reg.btf, object: reg.object };
}

/** Register `n` is a list or a tree whose lock is held: its field. @see __process_kf_arg_ptr_to_graph_root */
export function checkRoot(env: Env, n: number, reg: Reg, kind: 'list_head' | 'rb_root'): ValueField {
  const isMapValue = reg.type === 'map_value' && reg.flags === 0;
  const isOwned = isPlainObject(reg) && reg.refId !== 0;
  if (!isMapValue && !isOwned) refuse(env, 'root-pointer', [{ reg: n }], n);
  const field = fieldAt(env, n, reg, kind);
  if (nodeOf(env, field) === undefined)
    refuse(env, 'field-not-found', [{ reg: n }], FIELD_NAMES[kind], field.off);
  const owner = lockOwner(reg);
  const { held, locks } = env.state;
  const isLock = (lock: (typeof held)[number]): boolean =>
    lock.kind !== 'ref' && lock.kind !== 'irq' && lock.id === reg.id && lock.owner === owner;
  if (locks === 0 || !held.some(isLock)) {
    if (locks > 0) env.log.line('held lock and object are not in the same allocation');
    const lock = fieldsOf(reg).find((known) => known.kind === 'spin_lock');
    refuse(env, 'root-unlocked', [{ reg: n }], lock?.off ?? -1, FIELD_NAMES[kind], locks > 0);
  }
  return field;
}

/** Register `n` is an object's node for that list or tree. @see __process_kf_arg_ptr_to_graph_node */
export function checkNode(
  env: Env,
  kfunc: Kfunc,
  n: number,
  reg: Reg,
  kind: 'list_node' | 'rb_node',
  root: ValueField,
): void {
  if (kfunc.isInsert) checkOwned(env, n, reg);
  else {
    if (!isNonOwning(reg) && reg.refId === 0) refuse(env, 'node-pointer', [{ reg: n }], kfunc.name);
    if (inTreeCallback(env)) refuse(env, 'tree-in-callback', [{ reg: n }], kfunc.name);
  }
  fieldAt(env, n, reg, kind);
  const off = offsetOf(reg);
  const wanted = nodeOf(env, root)!; // checkRoot has found it
  const struct = pointeeName(wanted.pointee);
  const [rootName, nodeName] = [FIELD_NAMES[root.kind], FIELD_NAMES[kind]];
  if (wanted.pointee.object !== reg.object) {
    const given = pointeeName(reg);
    refuse(env, 'node-type', [{ reg: n }], rootName, nodeName, wanted.off, struct, off, given);
  }
  if (off !== wanted.off) refuse(env, 'node-offset', [{ reg: n }], off, nodeName, wanted.off, struct);
}

function fieldAt(env: Env, n: number, reg: Reg, kind: ValueField['kind']): ValueField {
  const name = FIELD_NAMES[kind];
  if (!isConst(reg.scalar)) refuse(env, 'field-variable', [{ reg: n }], n, name);
  const off = offsetOf(reg);
  const field = fieldsOf(reg).find((known) => known.kind === kind && known.off === off);
  return field ?? refuse(env, 'field-not-found', [{ reg: n }], name, off);
}

/** Exactly an object of the program: owned, or by way of an owning pointer. */
function isPlainObject({ type, flags }: Reg): boolean {
  return type === 'btf_id' && flags === FLAGS.alloc;
}
