// What a release of Linux has otherwise than the one after it: tables, and how they are laid over the tables of that.
import type { Btf } from '../../btf/btf.ts';
import {
  BtfBuilder,
  type FuncTable,
  type MemberTable,
  type StructTable,
  type TypeTables,
} from '../../btf/build.ts';
import { typesFromTables } from '../../btf/kernel-types.ts';
import type { EnumTable } from '../../btf/enum-table.ts';
import { sizeOf } from '../../btf/query.ts';

type Tables = Required<TypeTables>;

/** A member by its name and type. */
type NamedMember = readonly [name: string, type: string];

export interface StructChange {
  /** Members that it does not have, in words. Their room stays empty. */
  readonly without?: string;
  /** Members that lie or are typed otherwise, or are new: their places among those of the newer release. */
  readonly put?: Readonly<Record<string, MemberTable>>;
  /** What stands in the place of a member: another name, another type. What follows gives way. */
  readonly as?: Readonly<Record<string, NamedMember>>;
  /** Members that it has besides, each behind another one. */
  readonly with?: Readonly<Record<string, readonly NamedMember[]>>;
  /** From a member on so many bytes further: room of members that no table has. The numbers are our own. */
  readonly further?: Readonly<Record<string, number>>;
}

export interface ReleaseChanges {
  /** Structs that it does not have, in words. */
  readonly withoutStructs?: string;
  /** Structs that it has besides, or wholly otherwise. */
  readonly structs?: Readonly<Record<string, StructTable>>;
  readonly members?: Readonly<Record<string, StructChange>>;
  /** The last value that an enum has, before the one that begins with __MAX or ends with MAX_ID. */
  readonly enumsUpTo?: Readonly<Record<string, string>>;
  /** Enums that it does not have, in words; and those that it has otherwise. */
  readonly withoutEnums?: string;
  readonly enums?: Readonly<Record<string, EnumTable>>;
  readonly withoutTypedefs?: string;
  readonly typedefs?: Readonly<Record<string, string | StructTable>>;
  /** What structs were called that functions are given: by the name in the newer release. */
  readonly called?: Readonly<Record<string, string>>;
  readonly funcs?: Readonly<Record<string, FuncTable>>;
  readonly protos?: Readonly<Record<string, FuncTable>>;
  /** Functions and typedefs of raw tracepoints that it does not have. */
  readonly without?: RegExp;
}

/** The tables of a release, from those of the one after it. Throws RangeError for a change of what is not there. */
export function releaseTables(newer: Tables, changes: ReleaseChanges): Tables {
  const kept = (all: Readonly<Record<string, FuncTable>>): Record<string, FuncTable> => {
    const here = Object.entries(all).filter(([name]) => changes.without?.test(name) !== true);
    return Object.fromEntries(here.map(([name, func]) => [name, calledSo(func, changes.called ?? {})]));
  };
  const structs: Record<string, StructTable> = {
    ...without(newer.structs, words(changes.withoutStructs)),
    ...changes.structs,
  };
  const typedefs = { ...without(newer.typedefs, words(changes.withoutTypedefs)), ...changes.typedefs };
  const sizes = new TypeSizes({
    ...newer,
    structs: { ...newer.structs, ...structs },
    typedefs: { ...newer.typedefs, ...typedefs },
  });
  for (const [name, change] of Object.entries(changes.members ?? {})) {
    const table = structs[name];
    if (table === undefined) throw new RangeError(`no struct ${name} to change`);
    structs[name] = new Layout(name, table, sizes).change(change);
  }
  giveWay(newer.structs, structs, sizes);
  const enums = { ...without(newer.enums, words(changes.withoutEnums)), ...changes.enums };
  for (const [name, last] of Object.entries(changes.enumsUpTo ?? {})) {
    const table = enums[name];
    if (table === undefined) throw new RangeError(`no enum ${name} to change`);
    enums[name] = { ...table, values: upTo(name, table.values, last) };
  }
  return {
    structs,
    typedefs,
    enums,
    funcs: { ...kept(newer.funcs), ...changes.funcs },
    protos: { ...kept(newer.protos), ...changes.protos },
    sizes: newer.sizes,
  };
}

/** Structs that hold one that has grown: what lies behind it gives way. */
function giveWay(
  before: Readonly<Record<string, StructTable>>,
  structs: Record<string, StructTable>,
  sizes: TypeSizes,
): void {
  const settled = new Set<string>();
  const growth = (name: string): number => {
    settle(name);
    return Math.max(0, (structs[name]?.bytes ?? 0) - (before[name]?.bytes ?? structs[name]?.bytes ?? 0));
  };
  const settle = (name: string): void => {
    const table = structs[name];
    if (table === undefined || settled.has(name)) return;
    settled.add(name);
    const grown: [string, number][] = [];
    for (const [member, [, type]] of Object.entries(table.members)) {
      const [, held, count = '1'] = (typeof type === 'string' && EMBEDDED.exec(type)) || [];
      const bytes = held === undefined ? 0 : growth(held) * Number(count);
      if (bytes > 0) grown.push([member, bytes]);
    }
    if (grown.length > 0) structs[name] = new Layout(name, table, sizes).grow(grown);
  };
  for (const name of Object.keys(structs)) settle(name);
}

/** A struct that another holds, or an array of some. */
const EMBEDDED = /^(?:const )?(?:struct|union) (\w+)(?:\[(\d+)\])?$/;

/** Types of tables, built when they are first asked for. */
export function lazyTypes(tables: () => Tables): () => Btf {
  let types: Btf | undefined;
  return () => (types ??= typesFromTables(tables()));
}

/** A table without some rows. Throws RangeError for a row that is not there. */
function without<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  const unknown = names.find((name) => !Object.hasOwn(all, name));
  if (unknown !== undefined) throw new RangeError(`no ${unknown} to leave out`);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

/** A function with the names that a release has for structs. */
function calledSo({ ret, params }: FuncTable, called: Readonly<Record<string, string>>): FuncTable {
  const named = (type: string): string =>
    type.replaceAll(/struct (\w+)/g, (text, name: string) =>
      Object.hasOwn(called, name) ? `struct ${called[name]}` : text,
    );
  const own = Object.entries(params).map(([name, type]) => [name, named(type)] as const);
  return { ret: named(ret), params: Object.fromEntries(own) };
}

const words = (text = ''): string[] => text.split(/\s+/).filter((word) => word !== '');

/** The values up to one, and the one that says how many there are. */
function upTo(name: string, values: string, last: string): string {
  const all = values.split(/\s+/);
  const at = all.findIndex((word) => word.replace(/=.*/, '') === last);
  if (at < 0) throw new RangeError(`no ${last} in enum ${name}`);
  const max = all.slice(at + 1).filter((word) => /__MAX_|MAX_ID$/.test(word));
  return [...all.slice(0, at + 1), ...max].join(' ');
}

/** Bytes of types that are written in C. */
class TypeSizes {
  private readonly builder = new BtfBuilder('sizes');

  constructor({ structs, typedefs, enums, sizes }: Tables) {
    this.builder.add({ structs, typedefs, enums, sizes });
  }

  of(type: string | StructTable): number {
    if (typeof type !== 'string') return type.bytes;
    const id = this.builder.type(type);
    return sizeOf(this.builder.sofar, id) ?? 0;
  }
}

/** Members of a struct while they are moved. */
class Layout {
  private readonly name: string;
  private readonly table: StructTable;
  private readonly sizes: TypeSizes;
  private members: (readonly [name: string, place: MemberTable])[];
  private readonly shared: Set<string>;
  private bytes: number;

  constructor(name: string, table: StructTable, sizes: TypeSizes) {
    this.name = name;
    this.table = table;
    this.sizes = sizes;
    this.bytes = table.bytes;
    this.members = Object.entries(table.members);
    this.shared = new Set(table.shared);
  }

  change(change: StructChange): StructTable {
    for (const member of words(change.without)) {
      const at = this.index(member);
      this.members = this.members.filter((_, i) => i !== at);
    }
    for (const [member, place] of Object.entries(change.put ?? {})) {
      const at = this.members.findIndex(([name]) => name === member);
      this.members.splice(at < 0 ? this.members.length : at, at < 0 ? 0 : 1, [member, place]);
      this.shared.delete(member);
    }
    for (const [member, [name, type]] of Object.entries(change.as ?? {})) this.replace(member, name, type);
    for (const [member, added] of Object.entries(change.with ?? {})) this.insert(member, added);
    for (const [member, bytes] of Object.entries(change.further ?? {}))
      this.move(this.place(member)[0], bytes);
    const members = Object.fromEntries(this.members);
    const shared = [...this.shared].filter((member) => Object.hasOwn(members, member));
    return { ...this.table, bytes: this.bytes, members, shared };
  }

  /** Members that have become larger, by so many bytes. */
  grow(grown: readonly (readonly [member: string, bytes: number])[]): StructTable {
    for (const [member, bytes] of grown) {
      const at = this.index(member);
      const [off] = this.place(member);
      const next = this.members.slice(at + 1).find(([, [start]]) => start > off);
      this.move(next?.[1][0] ?? this.bytes, roundUp(bytes, 8));
    }
    return { ...this.table, bytes: this.bytes, members: Object.fromEntries(this.members) };
  }

  private index(member: string): number {
    const at = this.members.findIndex(([name]) => name === member);
    if (at < 0) throw new RangeError(`no member ${this.name}.${member} to change`);
    return at;
  }

  private place(member: string): MemberTable {
    return this.members[this.index(member)]![1];
  }

  private replace(member: string, name: string, type: string): void {
    const index = this.index(member);
    const [off, old, bits = 0] = this.place(member);
    const end = off + this.sizes.of(old);
    const bytes = this.sizes.of(type);
    const isAlone = bits === 0 && !this.shared.has(member);
    this.shared.delete(member);
    const at = roundUp(off, Math.min(8, bytes & -bytes));
    if (isAlone && at + bytes > end) this.move(end, roundUp(at + bytes - end, 8));
    this.members[index] = [name, [at, type]];
  }

  private insert(behind: string, added: readonly NamedMember[]): void {
    const index = this.index(behind);
    const [off, type] = this.place(behind);
    const end = off + this.sizes.of(type);
    let at = roundUp(end, 8);
    const places = added.map(([name, each]): readonly [string, MemberTable] => {
      const bytes = this.sizes.of(each);
      const from = roundUp(at, Math.min(8, bytes & -bytes));
      at = from + bytes;
      return [name, [from, each]];
    });
    this.move(end, roundUp(at - end, 8));
    this.members.splice(index + 1, 0, ...places);
  }

  /** What begins at `off` or behind it. */
  private move(off: number, bytes: number): void {
    this.members = this.members.map(([name, [at, type, ...bits]]) => [
      name,
      [at >= off ? at + bytes : at, type, ...bits],
    ]);
    this.bytes += bytes;
  }
}

const roundUp = (value: number, to: number): number => (to <= 1 ? value : Math.ceil(value / to) * to);
