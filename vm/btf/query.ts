// Questions about types that several parts ask.
import type { Btf, BtfRecord } from './btf.ts';

/** Kinds that a type keeps its meaning without. @see btf_type_is_modifier */
export function isModifier(
  record: BtfRecord,
): record is Extract<BtfRecord, { kind: 'typedef' | 'type_tag' | 'const' | 'volatile' | 'restrict' }> {
  const { kind } = record;
  return (
    kind === 'typedef' ||
    kind === 'const' ||
    kind === 'volatile' ||
    kind === 'restrict' ||
    kind === 'type_tag'
  );
}

/** Id of what a type is without typedefs, const and the like. @see btf_type_skip_modifiers */
export function skipModifiers(btf: Pick<Btf, 'type'>, id: number): number {
  let at = id;
  for (let record = btf.type(at); isModifier(record); record = btf.type(at)) at = record.type;
  return at;
}

/** The type with an id, without modifiers. */
export function plainType(btf: Pick<Btf, 'type'>, id: number): BtfRecord {
  return btf.type(skipModifiers(btf, id));
}

/** True for structs and unions. */
export function isStruct(record: BtfRecord): record is Extract<BtfRecord, { kind: 'struct' | 'union' }> {
  return record.kind === 'struct' || record.kind === 'union';
}

/** An integer of 1, 2, 4 or 8 bytes that fills them. @see btf_type_is_small_int */
export function isSmallInt(record: BtfRecord): boolean {
  if (record.kind !== 'int' || record.bitOff !== 0 || record.bits !== 8 * record.bytes) return false;
  return record.bytes <= 8 && [1, 2, 4, 8].includes(record.bytes);
}

/** Ints and enums. */
export function isNumber(record: BtfRecord): boolean {
  return record.kind === 'int' || record.kind === 'enum';
}

/** Name of a type, '' for one that has none. */
export function nameOf(record: BtfRecord): string {
  return 'name' in record ? record.name : '';
}

/** A name as the kernel's messages show it. @see __btf_name_by_offset */
export function shownName(name: string): string {
  return name === '' ? '(anon)' : name;
}

/** Bytes of a type's value, undefined for those that have none: void, functions, incomplete structs. @see btf_resolve_size */
export function sizeOf(btf: Pick<Btf, 'type'>, id: number): number | undefined {
  let times = 1;
  let at = id;
  for (;;) {
    const record = plainType(btf, at);
    switch (record.kind) {
      case 'ptr':
        return 8 * times;
      case 'int':
      case 'float':
      case 'enum':
      case 'struct':
      case 'union':
      case 'datasec':
        return record.bytes * times;
      case 'array':
        times *= record.count;
        at = record.type;
        break;
      case 'var':
        at = record.type;
        break;
      default:
        return undefined;
    }
  }
}

/** The word that the kernel's messages have for a kind. @see btf_kind_str */
// oxfmt-ignore
const KIND_WORDS: Readonly<Record<BtfRecord['kind'], string>> = {
  void: 'UNKNOWN', int: 'INT', ptr: 'PTR', array: 'ARRAY', struct: 'STRUCT', union: 'UNION', enum: 'ENUM', fwd: 'FWD', typedef: 'TYPEDEF',
  volatile: 'VOLATILE', const: 'CONST', restrict: 'RESTRICT', func: 'FUNC', func_proto: 'FUNC_PROTO', var: 'VAR', datasec: 'DATASEC',
  float: 'FLOAT', decl_tag: 'DECL_TAG', type_tag: 'TYPE_TAG',
};

/** How the kernel's messages call a type's kind. */
export function kindWord(record: BtfRecord): string {
  // An enum of 64 bits is a kind of its own there.
  return record.kind === 'enum' && record.bytes === 8 ? 'ENUM64' : KIND_WORDS[record.kind];
}

/** Tags on a function's parameter, or on a struct's member; -1: on the whole. In the order in which they stand. */
export function declTags(btf: Btf, id: number, component: number): string[] {
  return (tagIndex(btf).get(id) ?? []).filter((tag) => tag.component === component).map(({ name }) => name);
}

interface Tag {
  readonly name: string;
  readonly component: number;
}
const TAGS = new WeakMap<Btf, ReadonlyMap<number, readonly Tag[]>>();

function tagIndex(btf: Btf): ReadonlyMap<number, readonly Tag[]> {
  const known = TAGS.get(btf);
  if (known !== undefined) return known;
  const index = new Map<number, Tag[]>();
  for (const id of btf.ids('decl_tag')) {
    const tag = btf.type(id);
    if (tag.kind !== 'decl_tag') continue;
    const tags = index.get(tag.type) ?? [];
    tags.push({ name: tag.name, component: tag.component });
    index.set(tag.type, tags);
  }
  TAGS.set(btf, index);
  return index;
}

/** Structs within structs that are looked into. */
const LIMIT_NESTING = 3;

/**
 * A struct with nothing but numbers in it, in structs and arrays too: programs may make one up. `tooDeep` is told of a struct that is not looked into.
 * @see __btf_type_is_scalar_struct
 */
export function isOfNumbers(btf: Btf, id: number, tooDeep?: () => void, depth = 0): boolean {
  const record = plainType(btf, id);
  if (!isStruct(record)) return false;
  return record.members.every(({ type }) => {
    const member = plainType(btf, type);
    if (isStruct(member)) {
      if (depth < LIMIT_NESTING) return isOfNumbers(btf, type, tooDeep, depth + 1);
      tooDeep?.();
      return false;
    }
    if (member.kind !== 'array') return isNumber(member);
    return member.count > 0 && isNumber(plainType(btf, member.type));
  });
}
