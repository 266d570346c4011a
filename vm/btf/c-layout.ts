// How a struct must be written in C so that a compiler lays it out as its BTF tells: what to pad, and what to pack.
import type { Btf, BtfMember, BtfRecord } from './btf.ts';
import { alignOfNumber } from './c-words.ts';
import { isStruct, plainType, sizeOf, skipModifiers } from './query.ts';

type StructRecord = Extract<BtfRecord, { kind: 'struct' | 'union' }>;

/** What stands in the braces of a struct. */
export type LayoutPart =
  /** `bits`: of a bit field its width, 0 for others. */
  | {
      readonly kind: 'member';
      readonly index: number;
      readonly member: BtfMember;
      readonly bits: number;
    }
  /** An unnamed bit field. */
  | { readonly kind: 'bits'; readonly word: string; readonly bits: number }
  /** Bytes that nothing else accounts for, too many for bit fields. */
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Unnamed and packed: a union of members that overlap, and a struct for one that does not begin where its union does. */
  | { readonly kind: 'union' | 'struct'; readonly parts: readonly LayoutPart[] };

export interface StructLayout {
  readonly parts: readonly LayoutPart[];
  readonly isPacked: boolean;
  /** Bytes that the struct is aligned to, written so. */
  readonly align: number;
}

/** Structs within structs that are looked into. */
const LIMIT_NESTING = 256;
/** Words of padding that are written one by one. */
const LIMIT_WORDS = 16;
/** Widest first. */
const PAD_WORDS = [
  ['long', 64],
  ['int', 32],
  ['short', 16],
  ['char', 8],
] as const;

/** Layouts of the structs of one set of types; each is worked out once. */
export class Layouts {
  private readonly btf: Btf;
  private readonly known = new Map<number, StructLayout>();
  private nesting = 0;

  constructor(btf: Btf) {
    this.btf = btf;
  }

  /** Of a struct or union by its id. */
  of(id: number): StructLayout {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const type = this.btf.type(id);
    const layout = isStruct(type) ? this.layOut(type) : { parts: [], isPacked: false, align: 1 };
    this.known.set(id, layout);
    return layout;
  }

  private layOut(type: StructRecord): StructLayout {
    this.nesting += 1;
    const fields = type.members.map((member, index) => this.field(member, index));
    this.nesting -= 1;
    const groups = type.kind === 'union' ? fields.map((field) => [field]) : overlaps(fields);
    const loose = groups.flatMap((group) => (group.length === 1 ? group : []));
    const natural = Math.max(1, ...alignments(loose));
    const isPacked = type.bytes % natural !== 0 || loose.some((field) => !isInPlace(field));
    const align = isPacked ? 1 : natural;
    const parts =
      type.kind === 'union'
        ? unionParts(fields, type.bytes, align)
        : structParts(groups, type.bytes, align, isPacked);
    return { parts, isPacked, align };
  }

  private field(member: BtfMember, index: number): Field {
    const type = plainType(this.btf, member.type);
    // Compilers once wrote bit fields as numbers of few bits.
    const old = type.kind === 'int' && type.bits < 8 * type.bytes && type.bits > 0 ? type : undefined;
    const bits = member.bits > 0 ? member.bits : (old?.bits ?? 0);
    return {
      index,
      member,
      bits,
      off: member.bitOff + (member.bits > 0 ? 0 : (old?.bitOff ?? 0)),
      bytes: sizeOf(this.btf, member.type) ?? 0,
      align: this.alignOf(member.type),
    };
  }

  private alignOf(id: number): number {
    let at = skipModifiers(this.btf, id);
    for (let type = this.btf.type(at); type.kind === 'array'; type = this.btf.type(at)) {
      at = skipModifiers(this.btf, type.type);
    }
    if (!isStruct(this.btf.type(at))) return alignOfNumber(this.btf, at);
    return this.nesting > LIMIT_NESTING ? 1 : this.of(at).align;
  }
}

interface Field {
  readonly index: number;
  readonly member: BtfMember;
  readonly bits: number;
  /** Bits from the start of the struct. */
  readonly off: number;
  readonly bytes: number;
  readonly align: number;
}

/** Too many to be arguments of one call. */
function* alignments(fields: readonly Field[]): Iterable<number> {
  for (const field of fields) yield field.align;
}

/** Fields that follow each other stand alone, those that share bits together. */
function overlaps(fields: readonly Field[]): Field[][] {
  const groups: Field[][] = [];
  let end = 0;
  for (const field of fields.toSorted((a, b) => a.off - b.off)) {
    if (field.off < end) groups.at(-1)!.push(field);
    else groups.push([field]);
    end = Math.max(end, field.off + widthOf(field));
  }
  return groups;
}

/** Whether a compiler can place it there without being told to pack. */
function isInPlace({ off, bits, bytes, align }: Field): boolean {
  if (bits === 0) return off % (8 * align) === 0;
  return bytes > 0 && (off % (8 * bytes)) + bits <= 8 * bytes;
}

function memberPart({ index, member, bits }: Field): LayoutPart {
  return { kind: 'member', index, member, bits };
}

/** A member that begins so many bits behind the union that it is in. */
function shifted(field: Field, from: number): LayoutPart {
  const pads = padding(from, field.off);
  return pads.length === 0 ? memberPart(field) : { kind: 'struct', parts: [...pads, memberPart(field)] };
}

function unionParts(fields: readonly Field[], bytes: number, align: number): LayoutPart[] {
  const longest = fields.reduce((most, field) => Math.max(most, field.off + widthOf(field)), 0);
  const rest = roundUp(longest, 8 * align) < 8 * bytes;
  return [...fields.map((field) => shifted(field, 0)), ...(rest ? [{ kind: 'bytes', bytes } as const] : [])];
}

function structParts(
  groups: readonly (readonly Field[])[],
  bytes: number,
  align: number,
  isPacked: boolean,
): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let at = 0;
  for (const group of groups) {
    const [field] = group as [Field]; // a group has one at least
    if (group.length === 1) {
      if (placeOf(field, at, isPacked) < field.off) parts.push(...padding(at, field.off));
      parts.push(memberPart(field));
      at = field.off + widthOf(field);
      continue;
    }
    const start = field.off - (field.off % 8);
    if (roundUp(at, 8) < start) parts.push(...padding(at, start));
    parts.push({ kind: 'union', parts: group.map((one) => shifted(one, start)) });
    at = group.reduce((end, one) => Math.max(end, roundUp(one.off + widthOf(one), 8)), at);
  }
  if (roundUp(at, 8 * align) < 8 * bytes) parts.push(...padding(at, 8 * bytes));
  return parts;
}

/** Where a compiler puts a field when `at` bits are taken. */
function placeOf({ bits, bytes, align }: Field, at: number, isPacked: boolean): number {
  if (bits === 0) return roundUp(at, isPacked ? 8 : 8 * align);
  return isPacked || (at % (8 * bytes)) + bits <= 8 * bytes ? at : roundUp(at, 8 * bytes);
}

function widthOf({ bits, bytes }: Field): number {
  return bits > 0 ? bits : 8 * bytes;
}

/** Fills the bits between two places: what is left of a byte, then words, then bits. */
function padding(from: number, to: number): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let at = from;
  const bitsUpTo = (end: number): void => {
    if (end > at) parts.push({ kind: 'bits', word: 'char', bits: end - at });
    at = Math.max(at, end);
  };
  bitsUpTo(Math.min(to, roundUp(at, 8)));
  const bytes = Math.floor((to - at) / 8);
  if (bytes > 8 * LIMIT_WORDS) {
    parts.push({ kind: 'bytes', bytes });
    at += 8 * bytes;
  }
  while (to - at >= 8) {
    const [word, bits] = PAD_WORDS.find(([, width]) => at % width === 0 && to - at >= width)!; // a char always is
    parts.push({ kind: 'bits', word, bits });
    at += bits;
  }
  bitsUpTo(to);
  return parts;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
