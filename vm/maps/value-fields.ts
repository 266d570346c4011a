// Values with fields that only the kernel writes (spin locks, timers, kptrs): which maps may have them, and how values are copied around them.
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import { VALUE_FIELDS, type MapSpec, type ValueField, type ValueFieldKind } from '../object.ts';
import { invalid, type MapRefusal } from './map.ts';
import { hasFlag } from './types.ts';

const STORAGES = ['sk_storage', 'inode_storage', 'task_storage', 'cgrp_storage'] as const;
const LOCKED = ['hash', 'array', 'cgroup_storage', ...STORAGES] as const;
const SHARED = ['hash', 'lru_hash', 'array'] as const;
const HOLDING = [...SHARED, 'percpu_hash', 'lru_percpu_hash', 'percpu_array', ...STORAGES] as const;

interface FieldRule {
  /** Map types whose values may have one. Absent: the kernel looks for no such field in a map's value, its bytes are like any others. */
  readonly of?: readonly string[];
  /** A value has one at most. */
  readonly once?: true;
  readonly align?: number;
}

/** @see kernel/bpf/syscall.c map_check_btf, kernel/bpf/btf.c btf_parse_fields */
// oxfmt-ignore
const RULES = {
  spin_lock:      { of: LOCKED, once: true, align: 4 },
  res_spin_lock:  { of: LOCKED, once: true, align: 4 },
  timer:          { of: SHARED, once: true, align: 8 },
  workqueue:      { of: SHARED, once: true, align: 8 },
  task_work:      { of: SHARED, once: true, align: 8 },
  kptr:           { of: HOLDING, align: 8 },
  kptr_untrusted: { of: HOLDING, align: 8 },
  kptr_percpu:    { of: HOLDING, align: 8 },
  list_head:      { of: SHARED, align: 8 },
  list_node:      { align: 8 },
  rb_root:        { of: SHARED, align: 8 },
  rb_node:        { align: 8 },
  refcount:       { of: HOLDING, once: true, align: 4 },
} as const satisfies Record<ValueFieldKind, FieldRule>;

/** The rule of a kind under the common type. */
function ruleOf(kind: ValueFieldKind): FieldRule {
  return RULES[kind];
}

/** Fields of a map's value that the kernel keeps to itself, by offset; undefined when there are none. */
export function kernelFields(spec: MapSpec): readonly ValueField[] | undefined {
  const fields = spec.fields?.filter(({ kind }) => ruleOf(kind).of !== undefined);
  return fields === undefined || fields.length === 0 ? undefined : fields.toSorted((a, b) => a.off - b.off);
}

/** True when values have a lock that BPF_F_LOCK takes. */
export function hasSpinLock(spec: MapSpec): boolean {
  return spec.fields?.some(({ kind }) => kind === 'spin_lock') ?? false;
}

/**
 * Why a map cannot have the fields of the spec. Of fields that are not aligned, overlap or stand there twice Linux takes none and says nothing; what would then
 * fail later, is refused here.
 */
export function checkFields(spec: MapSpec): MapRefusal | undefined {
  const fields = kernelFields(spec);
  if (fields === undefined) return undefined;
  const { type, valueSize, flags } = spec;
  const misplaced = checkPlaces(fields, valueSize, 'value');
  if (misplaced !== undefined) return misplaced;
  const seen = new Set(fields.map(({ kind }) => kind));
  const owned = seen.has('list_head') || seen.has('rb_root');
  if (owned && !seen.has('spin_lock') && !seen.has('res_spin_lock')) {
    return invalid('a list_head or rb_root needs a lock in the same value');
  }
  if (hasFlag(flags, 'rdonly_prog') || hasFlag(flags, 'wronly_prog')) {
    return { errno: -ERRNO.EACCES, reason: 'values with kernel fields exclude rdonly_prog and wronly_prog' };
  }
  const alien = fields.find(({ kind }) => ruleOf(kind).of?.includes(type) !== true);
  if (alien === undefined) return undefined;
  return { errno: -ERRNO.EOPNOTSUPP, reason: `values of a ${type} cannot have a ${alien.kind}` };
}

/** Why fields, in the order of their offsets, cannot lie in a value or an object (`what`) of so many bytes. */
export function checkPlaces(
  fields: readonly ValueField[],
  bytes: number,
  what: 'value' | 'object',
): MapRefusal | undefined {
  const seen = new Set<ValueFieldKind>();
  let end = 0;
  for (const { kind, off } of fields) {
    const { once, align = 1 } = ruleOf(kind);
    if (!(off >= 0 && off % align === 0 && off + VALUE_FIELDS[kind].bytes <= bytes)) {
      return invalid(
        `a ${kind} at offset ${off} is not within ${bytes} bytes of ${what}, or not aligned to ${align}`,
      );
    }
    if (once === true && seen.has(kind)) {
      return { errno: -ERRNO.E2BIG, reason: `more than one ${kind} in ${what}` };
    }
    if (off < end)
      return { errno: -ERRNO.EEXIST, reason: `the ${kind} at offset ${off} overlaps the field before it` };
    seen.add(kind);
    end = off + VALUE_FIELDS[kind].bytes;
  }
  return undefined;
}

/** Writes a value around its fields, which keep what they hold. @see include/linux/bpf.h copy_map_value */
export function writeValue(
  memory: LinearMemory,
  at: number,
  bytes: Uint8Array,
  from: number,
  size: number,
  fields: readonly ValueField[] | undefined,
): void {
  if (fields === undefined) {
    memory.write(at, bytes, from, size);
    return;
  }
  let done = 0;
  for (const { kind, off } of fields) {
    memory.write(at + done, bytes, from + done, off - done);
    done = off + VALUE_FIELDS[kind].bytes;
  }
  memory.write(at + done, bytes, from + done, size - done);
}

/** Zeroes the fields of a value that was just made. */
export function clearFields(memory: LinearMemory, at: number, fields: readonly ValueField[]): void {
  for (const { kind, off } of fields) memory.u8.fill(0, at + off, at + off + VALUE_FIELDS[kind].bytes);
}

/**
 * A copy of a value as user space gets it: fields read as if they were new, zeroes, and a refcount 1.
 * @see include/linux/bpf.h check_and_init_map_value
 */
export function copyValue(
  memory: LinearMemory,
  at: number,
  size: number,
  fields: readonly ValueField[] | undefined,
): Uint8Array {
  const value = memory.u8.slice(at, at + size);
  if (fields === undefined) return value;
  for (const { kind, off } of fields) {
    value.fill(0, off, off + VALUE_FIELDS[kind].bytes);
    if (kind === 'refcount') value[off] = 1;
  }
  return value;
}
