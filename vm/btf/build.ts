// BTF in memory, from tables: structs by their members, functions by their parameters, all types in C.
import type { Btf, BtfKind, BtfMember, BtfRecord } from './btf.ts';
import { parseType, type TagKind } from './c-type.ts';
import { enumValues, type EnumTable } from './enum-table.ts';
import { sizeOf } from './query.ts';

/** A member: offset in bytes and type; of a bit field its width in bits, and how many bits behind the offset it begins. */
export type MemberTable = readonly [off: number, type: string | StructTable, bits?: number, from?: number];

/**
 * A struct: size in bytes, and its members by name, in C's order: of members that lie over each other a load meets the first. Unnamed members are
 * not needed: members of theirs stand here with their own offset.
 */
export interface StructTable {
  readonly bytes: number;
  readonly members: Readonly<Record<string, MemberTable>>;
  /** Members that share their bytes with others: each is in an unnamed union. */
  readonly shared?: readonly string[];
  readonly isUnion?: boolean;
}

/** A function: its result, and its parameters by name, in order. */
export interface FuncTable {
  readonly ret: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Types to build, each by its name. */
export interface TypeTables {
  /** Unions too, by `isUnion`. */
  readonly structs?: Readonly<Record<string, StructTable>>;
  readonly enums?: Readonly<Record<string, EnumTable>>;
  /** Of another type, or of a struct that has no name of its own. */
  readonly typedefs?: Readonly<Record<string, string | StructTable>>;
  readonly funcs?: Readonly<Record<string, FuncTable>>;
  /** Typedefs of pointers to functions. */
  readonly protos?: Readonly<Record<string, FuncTable>>;
  /** Bytes of structs and unions that are only named. */
  readonly sizes?: Readonly<Record<string, number>>;
}

/** Builds the types of some tables. Structs that are named nowhere else are there and empty. Throws RangeError for a type that is no C, or unknown. */
export function buildBtf(name: string, ...tables: readonly TypeTables[]): Btf {
  const builder = new BtfBuilder(name);
  for (const table of tables) builder.add(table);
  return builder.build();
}

/** Integer types of C, as the kernel's BTF spells them. */
// oxfmt-ignore
const INTS: Readonly<Record<string, readonly [bytes: number, isSigned: boolean]>> = {
  char:                     [1, true],
  'signed char':            [1, true],
  'unsigned char':          [1, false],
  'short int':              [2, true],
  'short unsigned int':     [2, false],
  int:                      [4, true],
  'unsigned int':           [4, false],
  'long int':               [8, true],
  'long unsigned int':      [8, false],
  'long long int':          [8, true],
  'long long unsigned int': [8, false],
  _Bool:                    [1, false],
};

/** Other ways to write them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  long: 'long int',
  'unsigned long': 'long unsigned int',
  'long long': 'long long int',
  'unsigned long long': 'long long unsigned int',
  short: 'short int',
  'unsigned short': 'short unsigned int',
  unsigned: 'unsigned int',
};

/** Collects types. Equal types that have no name of their own are made once. */
export class BtfBuilder {
  private readonly name: string;
  private readonly records: BtfRecord[] = [{ kind: 'void' }];
  private readonly known = new Map<string, number>();
  private readonly typedefs = new Map<string, string | StructTable>();
  private readonly sizes = new Map<string, number>();
  /** The types so far, to ask for sizes. */
  readonly sofar: Pick<Btf, 'type'> = { type: (id) => this.records[id]! }; // ids are those of `push`

  constructor(name: string) {
    this.name = name;
  }

  /** Adds all types of some tables; they may name each other in any order. */
  add({ structs = {}, enums = {}, typedefs = {}, funcs = {}, protos = {}, sizes = {} }: TypeTables): void {
    for (const [name, bytes] of Object.entries(sizes)) this.sizes.set(name, bytes);
    for (const [name, type] of Object.entries(typedefs)) this.typedefs.set(name, type);
    for (const [name, { bytes }] of Object.entries(structs)) this.sizes.set(name, bytes);
    for (const [name, table] of Object.entries(enums)) this.enumeration(name, table);
    for (const [name, table] of Object.entries(structs)) this.named(name, table);
    for (const name of Object.keys(typedefs)) this.type(name);
    for (const [name, table] of Object.entries(funcs)) {
      this.push({ kind: 'func', name, type: this.proto(table), linkage: 'static' });
    }
    for (const [name, table] of Object.entries(protos)) {
      this.push({ kind: 'typedef', name, type: this.once({ kind: 'ptr', type: this.proto(table) }) });
    }
  }

  /** Id of a type that is written in C: 'struct task_struct *', 'char[16]', 'u32'. */
  type(text: string): number {
    return parseType(text, {
      named: (name) => this.plain(name),
      tagged: (kind, name) => this.declared(kind, name),
      wrap: (record) => this.once(record),
    });
  }

  /** Adds a type, and gives its id. */
  push(record: BtfRecord): number {
    this.records.push(record);
    return this.records.length - 1;
  }

  /** The types so far. */
  build(): Btf {
    return new TableBtf(this.name, this.records.slice());
  }

  private named(name: string, table: StructTable): void {
    const id = this.declared(kindOf(table), name);
    this.records[id] = this.struct(name, table);
  }

  private struct(name: string, table: StructTable): BtfRecord {
    const { bytes, members, shared = [] } = table;
    const list = Object.entries(members).map(([member, [off, given, bits = 0, from = 0]]): BtfMember => {
      const type = typeof given === 'string' ? this.type(given) : this.push(this.struct('', given));
      return shared.includes(member)
        ? { name: '', type: this.shared(member, type, bits), bitOff: 8 * off + from, bits: 0 }
        : { name: member, type, bitOff: 8 * off + from, bits };
    });
    return { kind: kindOf(table), name, bytes, members: list };
  }

  private enumeration(name: string, table: EnumTable): void {
    const values = enumValues(table);
    const isSigned = values.some(({ value }) => value < 0n);
    this.records[this.declared('enum', name)] = {
      kind: 'enum',
      name,
      bytes: table.bytes ?? 4,
      isSigned,
      values,
    };
  }

  /** A union of a member and of its bytes. */
  private shared(name: string, type: number, bits: number): number {
    const bytes = sizeOf(this.sofar, type) ?? 0;
    const members = [
      { name, type, bitOff: 0, bits },
      { name: '', type: this.type(`char[${bytes}]`), bitOff: 0, bits: 0 },
    ];
    return this.push({ kind: 'union', name: '', bytes, members });
  }

  private proto({ ret, params }: FuncTable): number {
    const list = Object.entries(params).map(([name, type]) => ({ name, type: this.type(type) }));
    return this.push({ kind: 'func_proto', ret: this.type(ret), params: list });
  }

  /** A struct, union or enum by its name; one that no table has told of yet has no members. */
  private declared(kind: TagKind, name: string): number {
    const key = `${kind} ${name}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const id = this.push(
      kind === 'enum'
        ? { kind, name, bytes: 4, isSigned: false, values: [] }
        : { kind, name, bytes: this.sizes.get(name) ?? 0, members: [] },
    );
    this.known.set(key, id);
    return id;
  }

  private plain(spelling: string): number {
    const name = SPELLINGS[spelling] ?? spelling;
    if (name === 'void') return 0;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const int = INTS[name];
    const aliased = this.typedefs.get(name);
    if (int === undefined && aliased === undefined) throw new RangeError(`no type ${name}`);
    const id = int === undefined ? this.typedef(name, aliased!) : this.push(intRecord(name, ...int));
    this.known.set(name, id);
    return id;
  }

  private typedef(name: string, of: string | StructTable): number {
    const type = typeof of === 'string' ? this.type(of) : this.push(this.struct('', of));
    return this.push({ kind: 'typedef', name, type });
  }

  private once(record: BtfRecord): number {
    const key = JSON.stringify(record);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const id = this.push(record);
    this.known.set(key, id);
    return id;
  }
}

function kindOf({ isUnion = false }: StructTable): 'struct' | 'union' {
  return isUnion ? 'union' : 'struct';
}

function intRecord(name: string, bytes: number, isSigned: boolean): BtfRecord {
  const isBool = name === '_Bool';
  return { kind: 'int', name, bytes, bits: 8 * bytes, bitOff: 0, isSigned, isChar: false, isBool };
}

/** Types that are all there already. */
class TableBtf implements Btf {
  readonly name: string;
  private readonly records: readonly BtfRecord[];
  private readonly firsts = new Map<string, number>();

  constructor(name: string, records: readonly BtfRecord[]) {
    this.name = name;
    this.records = records;
    records.forEach((record, id) => {
      const key = 'name' in record ? `${record.kind} ${record.name}` : '';
      if (key !== '' && !this.firsts.has(key)) this.firsts.set(key, id);
    });
  }

  get count(): number {
    return this.records.length;
  }

  type(id: number): BtfRecord {
    const record = this.records[id];
    if (record === undefined) throw new RangeError(`no type ${id} in the BTF ${this.name}`);
    return record;
  }

  find(kind: BtfKind, name: string): number | undefined {
    return this.firsts.get(`${kind} ${name}`);
  }

  ids(kind: BtfKind): readonly number[] {
    return this.records.flatMap((record, id) => (record.kind === kind ? [id] : []));
  }
}
