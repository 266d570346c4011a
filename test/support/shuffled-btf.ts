// A kernel's types with the members of all structs in another order: what is found by name must come out the same.
import type { Btf, BtfMember, BtfRecord } from '../../vm/btf/btf.ts';
import { isStruct, plainType } from '../../vm/btf/query.ts';
import type { Random } from './seed.ts';

type StructRecord = Extract<BtfRecord, { kind: 'struct' | 'union' }>;

/**
 * The same types. Structs with bit fields, or with an array without length, keep their order; a struct that begins another stays there, as casts of one
 * to the other need it.
 */
export function shuffledBtf(types: Btf, random: Random): Btf {
  const structs = new Map<number, StructRecord>();
  const sizeOf = (id: number): number => {
    const record = plainType(types, id);
    if (record.kind === 'ptr') return 8;
    if (record.kind === 'array') return record.count * sizeOf(record.type);
    if (isStruct(record)) return structAt(idOf(types, id)).bytes;
    return 'bytes' in record ? record.bytes : 0;
  };
  const alignOf = (id: number): number => {
    const record = plainType(types, id);
    if (record.kind === 'array') return alignOf(record.type);
    if (isStruct(record)) return Math.max(1, ...record.members.map(({ type }) => alignOf(type)));
    return Math.max(1, sizeOf(id));
  };
  const structAt = (id: number): StructRecord => {
    const known = structs.get(id);
    if (known !== undefined) return known;
    const record = types.type(id) as StructRecord; // idOf and `type` below ask for structs only
    structs.set(id, record);
    const made = record.kind === 'union' ? grown(record, sizeOf) : reordered(record);
    structs.set(id, made);
    return made;
  };
  const reordered = (record: StructRecord): StructRecord => {
    const isFixed = record.members.some(({ bits, type }) => bits !== 0 || sizeOf(type) === 0);
    const order = isFixed
      ? record.members
      : record.members
          .map((member) => ({
            member,
            key: isStruct(plainType(types, member.type)) && member.bitOff === 0 ? -1 : random.u32(),
          }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ member }) => member);
    if (record.members.some(({ bits }) => bits !== 0)) return record;
    const align = Math.max(1, ...record.members.map(({ type }) => alignOf(type)));
    let end = 0;
    const members = order.map((member): BtfMember => {
      const own = alignOf(member.type);
      const off = Math.ceil(end / own) * own;
      end = off + sizeOf(member.type);
      const { name, type } = member;
      return { name, type, bitOff: 8 * off, bits: 0 };
    });
    return { ...record, members, bytes: Math.max(record.bytes, Math.ceil(end / align) * align) };
  };
  return {
    name: types.name,
    count: types.count,
    find: (kind, name) => types.find(kind, name),
    ids: (kind) => types.ids(kind),
    type: (id) => (isStruct(types.type(id)) ? structAt(id) : types.type(id)),
  };
}

function grown(record: StructRecord, sizeOf: (id: number) => number): StructRecord {
  return { ...record, bytes: Math.max(record.bytes, ...record.members.map(({ type }) => sizeOf(type))) };
}

/** Id of a type without its modifiers. */
function idOf(types: Btf, id: number): number {
  let at = id;
  for (let record = types.type(at); !isStruct(record) && 'type' in record; record = types.type(at)) {
    at = record.type;
  }
  return at;
}
