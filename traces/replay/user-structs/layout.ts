// Where the members of a struct stand in memory: the tables of members, laid out by the rules of C on an ABI.
import { ARCHS, type Arch } from '../../event.ts';
import { STRUCTS, type StructRow } from '../../tables/struct-layouts.ts';

/** A number of `size` bytes. */
export interface IntType {
  readonly kind: 'int';
  readonly size: number;
  readonly align: number;
  /** `network`: highest byte first; `hex`: printed as hex digits without 0x. */
  readonly form: 'host' | 'network' | 'hex';
}

/** An address of what `to` names; empty where nobody looks. */
export interface PointerType {
  readonly kind: 'pointer';
  readonly size: number;
  readonly align: number;
  readonly to: string;
  /** The kernel writes what it leads to. */
  readonly isOut: boolean;
}

/** A string in place, `size` bytes with what follows it. */
export interface CharType {
  readonly kind: 'char';
  readonly size: number;
  readonly align: 1;
  /** The kernel clears what follows the string. */
  readonly isCleared: boolean;
}

/** Padding: 0 where the kernel writes it, or unknown. */
export interface PadType {
  readonly kind: 'pad';
  readonly size: number;
  readonly align: 1;
  readonly isZero: boolean;
}

/** What has its own notation, see SPECIAL_TYPES. */
export interface SpecialType {
  readonly kind: 'special';
  readonly size: number;
  readonly align: number;
  readonly name: SpecialName;
}

/** A member at `off`; `count` of them in a row, -1 where it is no array. */
export interface Member {
  readonly off: number;
  readonly type: Type;
  readonly count: number;
  readonly isOut: boolean;
}

/** A struct or union. */
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly size: number;
  readonly align: number;
  /** By name, those of unnamed structs and unions among them. */
  readonly members: ReadonlyMap<string, Member>;
  /** Names in the order of positional printing. */
  readonly order: readonly string[];
  /** Members that are 0 where a whole struct does not show them. */
  readonly silent: readonly string[];
}

export type Type = IntType | PointerType | CharType | PadType | SpecialType | StructType;

/** Types that are printed in a notation of their own: size and alignment, 0 where the value decides; `word` as wide as a pointer. */
export const SPECIAL_TYPES = {
  sigset: { size: 8, align: 'word' },
  sigset32: { size: 4, align: 4 },
  fdset: { size: 0, align: 'word' },
  cpuset: { size: 0, align: 'word' },
  sockaddr: { size: 0, align: 2 },
  sockaddr16: { size: 16, align: 2 },
  in6: { size: 16, align: 4 },
  path: { size: 0, align: 1 },
  bytes: { size: 0, align: 1 },
  cmsgs: { size: 0, align: 'word' },
  caps: { size: 24, align: 4 },
  status: { size: 4, align: 4 },
  dirents: { size: 0, align: 'word' },
  dirents64: { size: 0, align: 8 },
  sockopt: { size: 0, align: 4 },
} as const satisfies Record<string, { size: number; align: number | 'word' }>;
export type SpecialName = keyof typeof SPECIAL_TYPES;

/** Bytes of numbers; `word` as wide as a pointer, `gid` 2 bytes in the oldest ABI. */
const INTS: Readonly<Record<string, number | 'word' | 'gid'>> = {
  s8: 1,
  u8: 1,
  s16: 2,
  u16: 2,
  s32: 4,
  u32: 4,
  s64: 8,
  u64: 8,
  long: 'word',
  ulong: 'word',
  be16: 2,
  be32: 4,
  hex32: 4,
  gid: 'gid',
};

const known: Record<Arch, Map<string, Type>> = { x86_64: new Map(), i386: new Map(), arm64: new Map() };

/** Bytes of a pointer. */
export function wordOf(arch: Arch): 4 | 8 {
  return ARCHS[arch].bits === 64 ? 8 : 4;
}

/** The type named `name` on an ABI. Throws for a name that no table has, which only our own tables can hold. */
export function typeOf(arch: Arch, name: string): Type {
  let type = known[arch].get(name);
  if (type === undefined) {
    type = makeType(arch, name);
    known[arch].set(name, type);
  }
  return type;
}

function makeType(arch: Arch, name: string): Type {
  const word = wordOf(arch);
  const star = name.indexOf('*');
  if (star >= 0) {
    const isOut = name[star - 1] === '>';
    const size = name.endsWith('*64') ? 8 : word;
    const to = name.slice(0, isOut ? star - 1 : star);
    return { kind: 'pointer', size, align: alignOf(arch, size), to: to === 'void' ? '' : to, isOut };
  }
  const int = INTS[name];
  if (int !== undefined) {
    const size = int === 'word' ? word : int === 'gid' ? word / 2 : int;
    const form = name.startsWith('be') ? 'network' : name.startsWith('hex') ? 'hex' : 'host';
    return { kind: 'int', size: int === 'gid' && size > 4 ? 4 : size, align: alignOf(arch, size), form };
  }
  if (name === 'char' || name === 'zchar')
    return { kind: 'char', size: 1, align: 1, isCleared: name === 'zchar' };
  if (name === 'zero' || name === 'gap') return { kind: 'pad', size: 1, align: 1, isZero: name === 'zero' };
  if (isSpecial(name)) {
    const { size, align } = SPECIAL_TYPES[name];
    return { kind: 'special', name, size, align: align === 'word' ? word : align };
  }
  const row = (STRUCTS as Readonly<Record<string, StructRow>>)[name];
  if (row === undefined) throw new Error(`no table has the type '${name}'`);
  return makeStruct(arch, name, row);
}

function isSpecial(name: string): name is SpecialName {
  return Object.hasOwn(SPECIAL_TYPES, name);
}

/** 64-bit numbers are aligned to 4 on i386. */
function alignOf(arch: Arch, size: number): number {
  return arch === 'i386' ? Math.min(size, 4) : size;
}

function makeStruct(arch: Arch, name: string, row: StructRow): StructType {
  const members = new Map<string, Member>();
  const order: string[] = [];
  const isPacked = row.packed?.includes(arch) === true;
  let end = 0;
  let size = 0;
  let align = 1;
  for (const text of ((arch === 'x86_64' ? undefined : row[arch]) ?? row.members).split(', ')) {
    const [typeName = '', given = ''] = text.split(' ');
    const [, own = '', count, mark] = /^(\w+)(?:\[(\d+)\])?(>?)$/.exec(given) ?? [];
    const type = typeOf(arch, typeName);
    const isArray = count !== undefined;
    const typeAlign = isPacked ? 1 : type.align;
    const off = row.union === true ? 0 : Math.ceil(end / typeAlign) * typeAlign;
    const isOut = mark === '>';
    end = off + sizeOf(type, isArray ? Number(count) : -1);
    size = Math.max(size, end);
    align = Math.max(align, typeAlign);
    if (own === '_' && type.kind === 'struct') {
      for (const [inner, member] of type.members) {
        if (members.has(inner)) continue;
        members.set(inner, { ...member, off: off + member.off, isOut: isOut || member.isOut });
        order.push(inner);
      }
    } else {
      members.set(own, {
        off,
        type: sized(type, isArray ? Number(count) : -1),
        count: countOf(type, isArray, Number(count)),
        isOut,
      });
      if (!own.startsWith('_')) order.push(own);
    }
  }
  return {
    kind: 'struct',
    name,
    size: Math.ceil(size / align) * align,
    align,
    members,
    order: row.printed?.split(' ') ?? order,
    silent: row.silent?.split(' ') ?? [],
  };
}

/** Strings and padding are one thing of many bytes; other arrays are many things. */
function sized(type: Type, count: number): Type {
  return count >= 0 && (type.kind === 'char' || type.kind === 'pad') ? { ...type, size: count } : type;
}

function countOf(type: Type, isArray: boolean, count: number): number {
  return isArray && type.kind !== 'char' && type.kind !== 'pad' ? count : -1;
}

function sizeOf(type: Type, count: number): number {
  return type.size * Math.max(1, count);
}
