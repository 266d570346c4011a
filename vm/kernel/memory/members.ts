// Members of structs as C writes them, in any BTF: where 'numbers[0].nr' or 'pwd.dentry' lies, and what lies at an offset.
import type { Btf, BtfMember, BtfRecord } from '../../btf/btf.ts';
import { isStruct, plainType, sizeOf } from '../../btf/query.ts';

/** A member: numbers in bytes from the start of the struct, and the id of its type. */
export interface MemberSpot {
  readonly off: number;
  readonly bytes: number;
  readonly type: number;
}

type StructRecord = Extract<BtfRecord, { kind: 'struct' | 'union' }>;

const STEPS = /\w+|\[\d+\]/g;
/** Structs within unnamed members, one in the other. */
const LIMIT_DEPTH = 16;
const MAX_VALUE_BYTES = 8;

/**
 * Where a member lies. `path` is what C has behind `->`; several with `|` between them are names of different kernels, the first that is there counts.
 * Undefined where there is none, and for bit fields that are not whole bytes.
 */
export function memberOf(btf: Btf, struct: number, path: string): MemberSpot | undefined {
  for (const one of path.split('|')) {
    const spot = follow(btf, struct, one.match(STEPS) ?? []);
    if (spot !== undefined) return spot;
  }
  return undefined;
}

function follow(btf: Btf, struct: number, steps: readonly string[]): MemberSpot | undefined {
  let off = 0;
  let type = struct;
  let bits = 0;
  for (const step of steps) {
    if (bits !== 0) return undefined;
    const record = plainType(btf, type);
    if (step.startsWith('[')) {
      if (record.kind !== 'array') return undefined;
      const index = Number(step.slice(1, -1));
      // An array of one element or none at the end of a struct may be longer.
      if (index >= record.count && record.count > 1) return undefined;
      off += index * (sizeOf(btf, record.type) ?? 0);
      type = record.type;
      continue;
    }
    const found = named(btf, record, step, 0);
    if (found === undefined || found.bitOff % 8 !== 0 || found.bits % 8 !== 0) return undefined;
    off += found.bitOff / 8;
    ({ type, bits } = found);
  }
  return { off, bytes: bits === 0 ? (sizeOf(btf, type) ?? 0) : bits / 8, type };
}

/** A member by its name, those of unnamed members among them. */
function named(btf: Btf, record: BtfRecord, name: string, depth: number): BtfMember | undefined {
  if (!isStruct(record) || depth > LIMIT_DEPTH) return undefined;
  for (const member of record.members) {
    if (member.name === name) return member;
    if (member.name !== '') continue;
    const inner = named(btf, plainType(btf, member.type), name, depth + 1);
    if (inner !== undefined) return { ...inner, bitOff: inner.bitOff + member.bitOff };
  }
  return undefined;
}

/**
 * The innermost member at an offset, as C writes it: 'pwd.dentry'. Of several in a union the one that begins last, and of these the shortest. Undefined
 * where none is: between members, and behind the last.
 */
export function memberAt(btf: Btf, struct: number, off: number): string | undefined {
  const record = plainType(btf, struct);
  return isStruct(record) ? covering(btf, record, off, 0)?.name : undefined;
}

/** A member around an offset. */
interface Covering {
  readonly start: number;
  readonly bytes: number;
  readonly name: string;
}

/** The best member of a struct around an offset, those of unnamed members among them. */
function covering(btf: Btf, { members }: StructRecord, off: number, depth: number): Covering | undefined {
  if (depth > LIMIT_DEPTH) return undefined;
  let best: Covering | undefined;
  for (const member of members) {
    const start = Math.floor(member.bitOff / 8);
    const bytes =
      member.bits === 0
        ? (sizeOf(btf, member.type) ?? 0)
        : Math.ceil((member.bitOff + member.bits) / 8) - start;
    if (off < start || off >= start + bytes) continue;
    const found = inside(btf, member, off, { start, bytes, name: member.name }, depth);
    if (found !== undefined && (best === undefined || isBetter(found, best))) best = found;
  }
  return best;
}

function isBetter(one: Covering, other: Covering): boolean {
  return one.start > other.start || (one.start === other.start && one.bytes < other.bytes);
}

function inside(
  btf: Btf,
  { name, type }: BtfMember,
  off: number,
  itself: Covering,
  depth: number,
): Covering | undefined {
  const { start } = itself;
  if (name === '') {
    const record = plainType(btf, type);
    const inner = isStruct(record) ? covering(btf, record, off - start, depth + 1) : undefined;
    return inner === undefined ? undefined : { ...inner, start: inner.start + start };
  }
  const inner = within(btf, type, off - start, depth + 1);
  return inner === undefined ? undefined : { ...itself, name: joined(name, inner) };
}

/** What lies at an offset of a member's type: 'dentry', '[3].pid'; '' for what has no members to tell apart. Undefined between members. */
function within(btf: Btf, type: number, off: number, depth: number): string | undefined {
  const record = plainType(btf, type);
  if (isStruct(record)) {
    // A struct around one value: kuid_t, atomic_t.
    const isOne = record.members.length < 2 && record.bytes <= MAX_VALUE_BYTES;
    return isOne || record.members.length === 0 ? '' : covering(btf, record, off, depth)?.name;
  }
  if (record.kind !== 'array') return '';
  const bytes = sizeOf(btf, record.type) ?? 0;
  if (bytes <= 1) return '';
  const inner = within(btf, record.type, off % bytes, depth);
  return inner === undefined ? undefined : joined(`[${Math.floor(off / bytes)}]`, inner);
}

function joined(before: string, inner: string): string {
  return inner === '' || inner.startsWith('[') ? before + inner : `${before}.${inner}`;
}
