// Fields of a type that programs reach through helpers only: locks, timers, kptrs, lists, trees. Where such a field stands as it must not, the type counts as
// one without fields, as it does for Linux.
// @see kernel/bpf/btf.c btf_parse_fields, btf_find_field_one
import { VALUE_FIELDS, type ValueField, type ValueFieldKind } from '../object.ts';
import type { Btf, BtfRecord } from './btf.ts';
import { declTags, nameOf, plainType, skipModifiers } from './query.ts';

/** Structs of the kernel that are such fields, their alignment, and whether a struct may have only one. */
// oxfmt-ignore
const STRUCTS: Readonly<Record<string, { kind: ValueFieldKind; align: number; isUnique: boolean }>> = {
  bpf_spin_lock:     { kind: 'spin_lock',     align: 4, isUnique: true },
  bpf_res_spin_lock: { kind: 'res_spin_lock', align: 4, isUnique: true },
  bpf_timer:         { kind: 'timer',         align: 8, isUnique: true },
  bpf_wq:            { kind: 'workqueue',     align: 8, isUnique: true },
  bpf_task_work:     { kind: 'task_work',     align: 8, isUnique: true },
  bpf_list_head:     { kind: 'list_head',     align: 8, isUnique: false },
  bpf_list_node:     { kind: 'list_node',     align: 8, isUnique: false },
  bpf_rb_root:       { kind: 'rb_root',       align: 8, isUnique: false },
  bpf_rb_node:       { kind: 'rb_node',       align: 8, isUnique: false },
  bpf_refcount:      { kind: 'refcount',      align: 4, isUnique: false },
};

/** Tags of pointers that are. */
const TAGS: ReadonlyMap<string, ValueFieldKind> = new Map([
  ['kptr', 'kptr'],
  ['kptr_untrusted', 'kptr_untrusted'],
  ['percpu_kptr', 'kptr_percpu'],
]);

/** Fields that values of maps do not have, and objects that programs make. @see map_check_btf, btf_parse_struct_metas */
const ELSEWHERE = {
  value: new Set<ValueFieldKind>(['list_node', 'rb_node']),
  object: new Set<ValueFieldKind>(['timer', 'workqueue', 'task_work']),
} as const;

/** How deep structs within structs and arrays of arrays are looked through. @see MAX_RESOLVE_DEPTH, BTF_FIELDS_MAX */
const LIMIT_DEPTH = 32;
const LIMIT_FIELDS = 11;

/** A field stands as it must not. One for all: nobody asks where it was thrown, and types of a broken object throw it without end. */
const MALFORMED = new Error('a field stands as it must not');

/** Where fields are looked for. */
interface Search {
  readonly btf: Btf;
  readonly left: ReadonlySet<ValueFieldKind>;
  /** Structs without such fields, and how deep others lie in them, Infinity for malformed ones: types may share parts so that the ways through them are without number. */
  readonly barren: Map<number, number>;
}
const SEARCHES = new WeakMap<Btf, Record<keyof typeof ELSEWHERE, Search>>();

function searchIn(btf: Btf, of: keyof typeof ELSEWHERE): Search {
  const known = SEARCHES.get(btf);
  if (known !== undefined) return known[of];
  const made = {
    value: { btf, left: ELSEWHERE.value, barren: new Map<number, number>() },
    object: { btf, left: ELSEWHERE.object, barren: new Map<number, number>() },
  };
  SEARCHES.set(btf, made);
  return made[of];
}

/** A member or variable: its type, and where declaration tags of it stand. */
interface Member {
  readonly id: number;
  readonly tagged: number;
  readonly component: number;
  readonly off: number;
  /** Bytes that it must have; 0: any. */
  readonly bytes: number;
}

/** The fields of type `id`, by offset: of a map's values, or of objects that programs make. At most 11; none where one stands as it must not. */
export function valueFields(btf: Btf, id: number, of: 'value' | 'object'): ValueField[] {
  const search = searchIn(btf, of);
  const struct = skipModifiers(btf, id);
  let isRead = false;
  try {
    const { fields } = fieldsIn(search, struct, 0);
    isRead = true;
    checkTogether(btf, fields);
    return fields;
  } catch (error) {
    if (error !== MALFORMED) throw error;
    if (!isRead) search.barren.set(struct, Infinity); // deeper in another it stands no better
    return [];
  }
}

interface Found {
  readonly fields: ValueField[];
  /** Structs within each other, from here on. */
  readonly height: number;
}

function fieldsIn(search: Search, id: number, depth: number): Found {
  const { btf, barren } = search;
  const known = barren.get(id);
  if (depth + (known ?? 0) >= LIMIT_DEPTH) throw MALFORMED;
  if (known !== undefined) return { fields: [], height: known };
  const fields: ValueField[] = [];
  const seen = new Set<ValueFieldKind>();
  let height = 0;
  for (const member of membersOf(btf, id)) {
    const found = fieldsOf(search, member, depth, seen);
    fields.push(...found.fields);
    height = Math.max(height, found.height);
    if (fields.length > LIMIT_FIELDS) throw MALFORMED;
  }
  if (fields.length === 0) barren.set(id, height);
  return { fields, height };
}

function membersOf(btf: Btf, id: number): Member[] {
  const record = btf.type(id);
  if (record.kind === 'datasec') {
    return record.vars.map(({ type, off, bytes }) => {
      const variable = btf.type(type);
      return { id: variable.kind === 'var' ? variable.type : 0, tagged: type, component: -1, off, bytes };
    });
  }
  if (record.kind !== 'struct') return [];
  return record.members.map(({ type, bitOff }, component) => {
    if (bitOff % 8 !== 0) throw MALFORMED;
    return { id: type, tagged: id, component, off: bitOff / 8, bytes: 0 };
  });
}

const NONE: Found = { fields: [], height: 0 };

/** The fields of a member, once for each element where it is an array. */
function fieldsOf(search: Search, member: Member, depth: number, seen: Set<ValueFieldKind>): Found {
  const { btf, left } = search;
  const { id, count } = elementOf(btf, member.id);
  if (count === 0) return NONE;
  const record = btf.type(id);
  const struct = record.kind === 'struct' ? STRUCTS[record.name] : undefined;
  const isField = struct !== undefined && !left.has(struct.kind);
  if (record.kind === 'struct' && !isField) {
    if (member.bytes !== 0 && member.bytes !== record.bytes * count) return NONE;
    const { fields, height } = fieldsIn(search, id, depth + 1);
    const all = fields.length === 0 ? fields : repeated(fields, member.off, count, record.bytes);
    return { fields: all, height: height + 1 };
  }
  if (struct?.isUnique === true && seen.has(struct.kind)) throw MALFORMED;
  if (struct !== undefined) seen.add(struct.kind);
  const field =
    struct === undefined ? pointerField(btf, record, member) : structField(btf, struct.kind, member);
  if (field === undefined) return NONE;
  const { bytes } = VALUE_FIELDS[field.kind];
  if (member.bytes !== 0 && member.bytes !== bytes * count) return NONE;
  if (member.off % (struct?.align ?? 8) !== 0) return NONE;
  return { fields: repeated([field], 0, count, bytes), height: 0 };
}

function elementOf(btf: Btf, id: number): { readonly id: number; readonly count: number } {
  let [at, count] = [id, 1];
  for (let depth = 0; depth < LIMIT_DEPTH; depth++) {
    const record = btf.type(at);
    if (record.kind !== 'array') return { id: at, count };
    count *= record.count;
    at = record.type;
  }
  throw MALFORMED;
}

/** The fields of `count` elements of so many bytes, the first at `off`. Pointers, lists and trees alone may stand in arrays. @see btf_repeat_fields */
function repeated(fields: readonly ValueField[], off: number, count: number, bytes: number): ValueField[] {
  if (count > 1 && (!fields.every(mayRepeat) || fields.length * count > LIMIT_FIELDS)) throw MALFORMED;
  const all: ValueField[] = [];
  for (let i = 0; i < count; i++) {
    for (const field of fields) all.push({ ...field, off: field.off + off + i * bytes });
  }
  return all;
}

function mayRepeat({ kind }: ValueField): boolean {
  return kind.startsWith('kptr') || kind === 'list_head' || kind === 'rb_root';
}

/** A pointer to a struct with just one tag. @see btf_find_kptr */
function pointerField(btf: Btf, record: BtfRecord, { off }: Member): ValueField | undefined {
  const pointer = record.kind === 'volatile' ? btf.type(record.type) : record;
  if (pointer.kind !== 'ptr') return undefined;
  const tag = btf.type(pointer.type);
  if (tag.kind !== 'type_tag') return undefined;
  const kind = TAGS.get(tag.name);
  const target = plainType(btf, tag.type);
  if (btf.type(tag.type).kind === 'type_tag' || kind === undefined || target.kind !== 'struct') {
    throw MALFORMED;
  }
  return { kind, off, target: target.name };
}

function structField(btf: Btf, kind: ValueFieldKind, { off, tagged, component }: Member): ValueField {
  if (kind !== 'list_head' && kind !== 'rb_root') return { kind, off };
  const tags = declTags(btf, tagged, component).filter((tag) => tag.startsWith('contains:'));
  if (tags.length !== 1) throw MALFORMED;
  return { kind, off, target: tags[0]!.slice('contains:'.length) };
}

/** What fields ask of each other, and lists and trees of the type of their nodes. @see btf_parse_graph_root */
function checkTogether(btf: Btf, fields: readonly ValueField[]): void {
  const has = (kind: ValueFieldKind): boolean => fields.some((field) => field.kind === kind);
  let end = 0;
  for (const field of fields) {
    if (field.off < end) throw MALFORMED;
    end = field.off + VALUE_FIELDS[field.kind].bytes;
    if (field.kind === 'list_head' || field.kind === 'rb_root') checkRoot(btf, field);
  }
  const locks = Number(has('spin_lock')) + Number(has('res_spin_lock'));
  if (locks === 2 || (locks === 0 && (has('list_head') || has('rb_root')))) throw MALFORMED;
  if (has('list_node') && has('rb_node') && !has('refcount')) throw MALFORMED;
}

function checkRoot(btf: Btf, { kind, target = '' }: ValueField): void {
  const [struct = '', name = ''] = target.split(':', 2);
  const id = btf.find('struct', struct);
  const record = id === undefined ? undefined : btf.type(id);
  if (record?.kind !== 'struct') throw MALFORMED;
  const members = record.members.filter((member) => member.name === name);
  const node = members.length === 1 ? btf.type(members[0]!.type) : undefined;
  const wanted = kind === 'list_head' ? 'bpf_list_node' : 'bpf_rb_node';
  if (node?.kind !== 'struct' || nameOf(node) !== wanted || members[0]!.bitOff % 64 !== 0) throw MALFORMED;
}
