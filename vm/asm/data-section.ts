// Global data: what stands in .data, .rodata and .bss becomes the value of a map of the section's name, as libbpf does it.
import { MAP_FLAGS } from '../maps/types.ts';
import type { MapSpec } from '../object.ts';
import { refuse, type Place } from './errors.ts';
import { didYouMean } from './suggest.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

/** Directives that put numbers there, with the bytes of each. */
const NUMBERS: Readonly<Record<string, number>> = {
  '.byte': 1,
  '.short': 2,
  '.2byte': 2,
  '.long': 4,
  '.4byte': 4,
  '.int': 4,
  '.quad': 8,
  '.8byte': 8,
  '.octa': 16,
};
const TEXTS = ['.ascii', '.asciz', '.string'];
const FILLS = ['.zero', '.skip', '.space'];
const ALIGNS = ['.p2align', '.align', '.balign'];
/** All of them. */
const DATA_DIRECTIVES = [...Object.keys(NUMBERS), ...TEXTS, ...FILLS, ...ALIGNS];

/** Most bytes of all sections: more is a mistake in a `.zero`. */
const LIMIT_BYTES = 1 << 26;
const LIMIT_ALIGN = 1 << 12;

/** Where a name of global data stands. */
export interface DataSymbol extends Place {
  /** The map, which has the name of the section. */
  readonly map: string;
  /** Bytes from the start of its value. */
  readonly off: number;
}

/** True for the name of a section whose contents become a map. @see tools/lib/bpf/libbpf.c bpf_object__elf_collect */
export function isDataSection(name: string): boolean {
  return /^\.(?:data|rodata|bss)(?:\.|$)/.test(name);
}

/** The contents of one section as they are written. */
export class DataSection {
  readonly name: string;
  readonly place: Place;
  readonly globals: GlobalData;
  private bytes = new Uint8Array(64);
  private length = 0;

  /** `globals` takes the names. */
  constructor(name: string, place: Place, globals: GlobalData) {
    this.name = name;
    this.place = place;
    this.globals = globals;
  }

  label({ text, line, column }: Token): void {
    const { symbols } = this.globals;
    const earlier = symbols.get(text);
    if (earlier !== undefined) refuse({ line, column }, 'duplicate-label', [text, earlier.line]);
    symbols.set(text, { map: this.name, off: this.length, line, column });
  }

  /** Runs a directive of data. Throws AsmError; false for a directive that is none. */
  directive(first: Token, cursor: TokenCursor): boolean {
    const { text } = first;
    if (Object.hasOwn(NUMBERS, text)) this.numbers(cursor, NUMBERS[text]!);
    else if (TEXTS.includes(text)) this.texts(cursor, text !== '.ascii');
    else if (FILLS.includes(text)) this.fill(cursor);
    else if (ALIGNS.includes(text)) this.align(cursor, text === '.p2align');
    else return false;
    return true;
  }

  /** Puts a name and zeroes for it at the next offset that is aligned: `.comm`. */
  common(name: Token, size: number, align: number): void {
    this.pad(align, name);
    this.label(name);
    this.reserve(size, name);
  }

  private numbers(cursor: TokenCursor, size: number): void {
    const bits = BigInt(8 * size);
    do {
      const place = cursor.peek();
      if (place.kind === 'word' && !cursor.isConstant(place)) {
        const hint = 'maps are filled before addresses are known; libbpf leaves such a pointer 0';
        refuse(place, 'data-address', [place.text], hint);
      }
      const value = cursor.expression();
      if (value < -(1n << (bits - 1n)) || value >= 1n << bits) refuse(place, 'data-range', [value, size]);
      const bytes = Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
      this.append(bytes, place);
    } while (cursor.accept(','));
  }

  private texts(cursor: TokenCursor, terminated: boolean): void {
    do {
      const token = cursor.next();
      if (token.kind !== 'string') refuse(token, 'expected', ['a string', token.text]);
      this.append(token.bytes, token);
      if (terminated) this.append(Uint8Array.of(0), token);
    } while (cursor.accept(','));
  }

  // .zero 16 | .skip 4, 0xff
  private fill(cursor: TokenCursor): void {
    const place = cursor.peek();
    const size = readUpTo(cursor, 'size', 0, LIMIT_BYTES);
    const byte = cursor.accept(',') ? readUpTo(cursor, 'fill', 0, 255) : 0;
    const at = this.reserve(size, place);
    this.bytes.fill(byte, at, at + size);
  }

  // .p2align 3, 0x0: as a power of two | .balign 8
  private align(cursor: TokenCursor, power: boolean): void {
    const place = cursor.peek();
    const value = power ? 2 ** readUpTo(cursor, 'alignment', 0, 12) : readAlign(cursor);
    cursor.skipAll(); // the byte to fill with, and how many at most
    this.pad(value, place);
  }

  private pad(align: number, place: Place): void {
    this.reserve((align - (this.length % align)) % align, place);
  }

  private append(more: Uint8Array, place: Place): void {
    const at = this.reserve(more.length, place);
    this.bytes.set(more, at);
  }

  /** Puts zeroes at the end: where they begin. */
  private reserve(size: number, place: Place): number {
    const at = this.length;
    const length = at + size;
    const used = this.globals.length + size;
    if (used > LIMIT_BYTES) refuse(place, 'data-size', [this.name, LIMIT_BYTES]);
    this.globals.length = used;
    if (length > this.bytes.length) {
      const bytes = new Uint8Array(Math.min(2 * length, LIMIT_BYTES));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    this.length = length;
    return at;
  }

  /** The bytes so far, a copy. */
  contents(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** The map that holds them; undefined for an empty section. */
  mapSpec(): MapSpec | undefined {
    if (this.length === 0) return undefined;
    const data = this.contents();
    const constant = this.name.startsWith('.rodata');
    return {
      name: this.name,
      type: 'array',
      keySize: 4,
      valueSize: data.length,
      maxEntries: 1,
      flags: MAP_FLAGS.mmapable.bit | (constant ? MAP_FLAGS.rdonly_prog.bit : 0),
      ...(data.some((byte) => byte !== 0) ? { data } : {}),
      ...(constant ? { frozen: true } : {}),
    };
  }
}

/** Sections of data by name, and the names in them. */
export class GlobalData {
  readonly symbols = new Map<string, DataSymbol>();
  /** Bytes in all sections. */
  length = 0;
  readonly sections = new Map<string, DataSection>();

  /** The section of a name, begun where it is not there yet. */
  section(name: string, place: Place): DataSection {
    const known = this.sections.get(name);
    if (known !== undefined) return known;
    const section = new DataSection(name, place, this);
    this.sections.set(name, section);
    return section;
  }

  /** Reads `counter,4,4`: a name, its size and its alignment in bytes, for `.bss`. */
  common(place: Place, cursor: TokenCursor): void {
    const name = cursor.next();
    if (name.kind !== 'word') refuse(name, 'expected', ['a name', name.text]);
    cursor.expect(',');
    const size = readUpTo(cursor, 'size', 0, LIMIT_BYTES);
    const align = cursor.accept(',') ? readAlign(cursor) : 1;
    this.section('.bss', place).common(name, size, align);
  }
}

function readUpTo(cursor: TokenCursor, what: string, min: number, max: number): number {
  const place = cursor.peek();
  const value = cursor.expression();
  if (value < min || value > max) refuse(place, 'key-range', [what, value, min, max]);
  return Number(value);
}

/** An alignment in bytes: a power of two. */
function readAlign(cursor: TokenCursor): number {
  const place = cursor.peek();
  const value = readUpTo(cursor, 'alignment', 1, LIMIT_ALIGN);
  if ((value & (value - 1)) !== 0) refuse(place, 'expected', ['a power of two', String(value)]);
  return value;
}

/** A hint for a directive that is not understood where it stands: inside of data, or elsewhere. */
export function dataHint(name: string, inside: boolean): string {
  if (inside) return didYouMean(name, DATA_DIRECTIVES);
  return DATA_DIRECTIVES.includes(name) ? 'data stands in .data, .rodata or .bss' : '';
}
