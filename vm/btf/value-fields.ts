// Fields of a type that programs reach through helpers only: locks, timers, kptrs, lists, trees. @see kernel/bpf/btf.c btf_find_field, btf_parse_fields
import type { ValueField, ValueFieldKind } from '../object.ts';
import type { Btf } from './btf.ts';
import { declTags, nameOf, plainType, sizeOf, skipModifiers } from './query.ts';

/** Structs of the kernel that are such fields. */
const STRUCTS: ReadonlyMap<string, ValueFieldKind> = new Map([
  ['bpf_spin_lock', 'spin_lock'],
  ['bpf_res_spin_lock', 'res_spin_lock'],
  ['bpf_timer', 'timer'],
  ['bpf_wq', 'workqueue'],
  ['bpf_list_head', 'list_head'],
  ['bpf_list_node', 'list_node'],
  ['bpf_rb_root', 'rb_root'],
  ['bpf_rb_node', 'rb_node'],
  ['bpf_refcount', 'refcount'],
]);

/** Tags of pointers that are. */
const TAGS: ReadonlyMap<string, ValueFieldKind> = new Map([
  ['kptr', 'kptr'],
  ['kptr_untrusted', 'kptr_untrusted'],
  ['percpu_kptr', 'kptr_percpu'],
]);

/** How deep structs within structs are looked through. @see kernel/bpf/btf.c MAX_RESOLVE_DEPTH, BTF_FIELDS_MAX */
const LIMIT_DEPTH = 4;
const LIMIT_FIELDS = 11;

/** The fields of type `id`, by offset: those of structs within it and of arrays among them. At most 11, as in the kernel. */
export function valueFields(btf: Btf, id: number): ValueField[] {
  const fields: ValueField[] = [];
  walk(btf, id, 0, 0, fields);
  return fields.toSorted((a, b) => a.off - b.off);
}

function walk(btf: Btf, id: number, off: number, depth: number, fields: ValueField[]): void {
  const record = plainType(btf, id);
  if (record.kind === 'datasec') {
    for (const { type, off: at } of record.vars) {
      const variable = btf.type(type);
      if (variable.kind === 'var')
        member(btf, { id: variable.type, tagged: type, component: -1 }, at, depth, fields);
    }
  } else if (record.kind === 'struct') {
    const struct = skipModifiers(btf, id);
    for (const [component, { type, bitOff }] of record.members.entries()) {
      member(btf, { id: type, tagged: struct, component }, off + bitOff / 8, depth, fields);
    }
  }
}

/** A member or variable: its type, and where declaration tags of it stand. */
interface Member {
  readonly id: number;
  readonly tagged: number;
  readonly component: number;
}

function member(
  btf: Btf,
  { id, tagged, component }: Member,
  off: number,
  depth: number,
  fields: ValueField[],
): void {
  if (fields.length >= LIMIT_FIELDS) return;
  const record = plainType(btf, id);
  if (record.kind === 'array') {
    const bytes = sizeOf(btf, record.type) ?? 0;
    const before = fields.length;
    for (let i = 0; i < record.count && fields.length < LIMIT_FIELDS; i++) {
      member(btf, { id: record.type, tagged, component }, off + i * bytes, depth, fields);
      if (fields.length === before) return; // one element is as the others
    }
  } else if (record.kind === 'ptr') {
    const kind = tagOf(btf, record.type);
    if (kind !== undefined) fields.push({ kind, off, target: nameOf(plainType(btf, record.type)) });
  } else if (record.kind === 'struct') {
    const kind = STRUCTS.get(record.name);
    if (kind === undefined) {
      if (depth < LIMIT_DEPTH) walk(btf, id, off, depth + 1, fields);
    } else if (kind === 'list_head' || kind === 'rb_root') {
      const contains = declTags(btf, tagged, component).find((tag) => tag.startsWith('contains:'));
      if (contains !== undefined) fields.push({ kind, off, target: contains.slice('contains:'.length) });
    } else fields.push({ kind, off });
  }
}

/** The field kind that the tags of a pointer's target say. */
function tagOf(btf: Btf, id: number): ValueFieldKind | undefined {
  let record = btf.type(id);
  while (record.kind === 'type_tag' || record.kind === 'const' || record.kind === 'volatile') {
    if (record.kind === 'type_tag') return TAGS.get(record.name);
    record = btf.type(record.type);
  }
  return undefined;
}
