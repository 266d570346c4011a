// Fields of map values and objects that only helpers and kfuncs reach: which there are, and what a load or store may meet of them.
import type { ValueField, ValueFieldKind } from '../../object.ts';
import type { Env } from '../env.ts';
import { FLAGS, type Reg } from '../reg.ts';
import { refuse } from '../refusal.ts';
import { isConst } from '../scalar.ts';
import { VALUE_FIELDS } from '../../object.ts';

/** The kernel's names, as its messages have them. @see btf_field_type_name */
// oxfmt-ignore
export const FIELD_NAMES = {
  spin_lock:      'bpf_spin_lock',
  res_spin_lock:  'bpf_res_spin_lock',
  timer:          'bpf_timer',
  workqueue:      'bpf_wq',
  task_work:      'bpf_task_work',
  kptr:           'kptr',
  kptr_untrusted: 'kptr',
  kptr_percpu:    'percpu_kptr',
  list_head:      'bpf_list_head',
  list_node:      'bpf_list_node',
  rb_root:        'bpf_rb_root',
  rb_node:        'bpf_rb_node',
  refcount:       'bpf_refcount',
} as const satisfies Record<ValueFieldKind, string>;

/** Fields of the map value or the program's own object behind a pointer; none for other pointers. @see reg_btf_record */
export function fieldsOf(reg: Reg): readonly ValueField[] {
  if (reg.type === 'map_value') return reg.flags === 0 ? (reg.map!.spec.fields ?? []) : [];
  return isObject(reg) ? (reg.object?.fields ?? []) : [];
}

/** An object that programs make, and that this pointer may be used for. @see type_is_ptr_alloc_obj */
export function isObject({ type, flags }: Reg): boolean {
  return type === 'btf_id' && (flags & (FLAGS.alloc | FLAGS.untrusted)) === FLAGS.alloc;
}

/** The pointer is told apart from others to the same type, because there may be a lock behind it. @see reg_may_point_to_spin_lock */
export function mayHoldLock(reg: Reg): boolean {
  return fieldsOf(reg).some(({ kind }) => kind === 'spin_lock' || kind === 'res_spin_lock');
}

export function isKptr({ kind }: ValueField): boolean {
  return kind === 'kptr' || kind === 'kptr_untrusted' || kind === 'kptr_percpu';
}

/**
 * An access of the program at `off` to `off + bytes` of the value or object behind `reg`, from where its variable part begins: refused where it meets such a
 * field that may not be accessed so; the kptr field that it loads or stores, or undefined. Nodes are nothing in a map's value. @see check_map_access, btf_struct_access
 */
export function checkFieldAccess(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  access: 'read' | 'write' | 'helper',
): ValueField | undefined {
  const fields = fieldsOf(reg);
  for (const field of fields) {
    const name = FIELD_NAMES[field.kind];
    if (reg.type === 'btf_id') {
      if (off < field.off + VALUE_FIELDS[field.kind].bytes && field.off < off + bytes) {
        refuse(env, 'field-in-object', [{ reg: n }], name, field.off);
      }
    } else if (field.kind !== 'list_node' && field.kind !== 'rb_node' && meets(reg, off, bytes, field)) {
      if (!isKptr(field)) refuse(env, 'field-direct', [{ reg: n }], name, field.off);
      checkKptrAccess(env, n, reg, off, bytes, field, access);
      return field;
    }
  }
  return undefined;
}

function meets({ scalar }: Reg, off: number, bytes: number, field: ValueField): boolean {
  const end = field.off + VALUE_FIELDS[field.kind].bytes;
  return scalar.smin + BigInt(off) < BigInt(end) && BigInt(field.off) < scalar.umax + BigInt(off + bytes);
}

function checkKptrAccess(
  env: Env,
  n: number,
  reg: Reg,
  off: number,
  bytes: number,
  field: ValueField,
  access: 'read' | 'write' | 'helper',
): void {
  const name = FIELD_NAMES[field.kind];
  if (access === 'helper') refuse(env, 'kptr-helper', [{ reg: n }], name, field.off);
  if (!isConst(reg.scalar)) refuse(env, 'kptr-variable', [{ reg: n }], name, field.off);
  const at = BigInt(off) + reg.scalar.bits.value;
  if (BigInt(field.off) !== at) refuse(env, 'kptr-misaligned', [{ reg: n }], name, field.off, at);
  if (bytes !== 8) refuse(env, 'kptr-size', [{ reg: n }], name, bytes);
}
