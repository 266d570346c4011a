// The section .BTF.ext: functions, source lines and CO-RE relocations of the insns, by section.
//
//   header: magic, version, flags, header bytes | func info, line info, core relos: offset and length of each, from the end of the header
//   each: record bytes, then for each section: its name, a count, records
//
// @see Documentation/bpf/btf.rst, tools/lib/bpf/btf.c btf_ext_setup_info
import type { Btf } from '../btf/btf.ts';
import { LoadError } from '../load-error.ts';
import type { LineInfo } from '../object.ts';
import { CORE_KINDS, type CoreKind, type CoreRelo } from './core/core-relo.ts';
import { textAt, viewOf, type ElfSection } from './elf-bytes.ts';

/** What stands at an insn of a section, `at` bytes from its start. */
export interface At<T> {
  readonly at: number;
  readonly value: T;
}

/** By the section's name. `funcs` are ids of types. */
export interface BtfExt {
  readonly funcs: ReadonlyMap<string, readonly At<number>[]>;
  readonly lines: ReadonlyMap<string, readonly At<Omit<LineInfo, 'pc'>>[]>;
  readonly relos: ReadonlyMap<string, readonly At<Omit<CoreRelo, 'pc'>>[]>;
}

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
/** A header with core relos is that long. */
const CORE_HEADER_BYTES = 32;
const KIND_NAMES: ReadonlyMap<number, CoreKind> = new Map(
  Object.entries(CORE_KINDS).map(([name, { number }]) => [number, name as CoreKind]), // keys of the table
);

/** What there is of a section of records: in the header, and of each record at least. */
interface Part {
  readonly what: string;
  readonly headerAt: number;
  readonly leastBytes: number;
}
const PARTS = {
  funcs: { what: 'functions', headerAt: 8, leastBytes: 8 },
  lines: { what: 'lines', headerAt: 16, leastBytes: 16 },
  relos: { what: 'relocations', headerAt: 24, leastBytes: 16 },
} as const satisfies Record<string, Part>;

export const NO_EXT: BtfExt = { funcs: new Map(), lines: new Map(), relos: new Map() };

/** Reads the section; `strings` are those of .BTF. Throws LoadError 'btf'. */
export function readBtfExt(section: ElfSection, strings: Uint8Array, types: Btf, object: string): BtfExt {
  return new ExtReader(section, strings, types, object).read();
}

class ExtReader {
  private readonly section: ElfSection;
  private readonly view: DataView;
  private readonly strings: Uint8Array;
  private readonly types: Btf;
  private readonly object: string;
  private readonly texts = new Map<number, string>();

  constructor(section: ElfSection, strings: Uint8Array, types: Btf, object: string) {
    this.section = section;
    this.view = viewOf(section.bytes);
    this.strings = strings;
    this.types = types;
    this.object = object;
  }

  read(): BtfExt {
    const { view } = this;
    if (view.byteLength < HEADER_BYTES)
      this.refuse(0, `${view.byteLength} bytes are no header, which has ${HEADER_BYTES}`);
    if (view.getUint16(0, true) !== MAGIC || view.getUint8(2) !== 1)
      this.refuse(0, 'this is no header of version 1');
    const headerBytes = view.getUint32(4, true);
    if (headerBytes < HEADER_BYTES || headerBytes > view.byteLength)
      this.refuse(4, `length ${headerBytes} of the header`);
    const hasRelos = headerBytes >= CORE_HEADER_BYTES;
    return {
      funcs: this.part(PARTS.funcs, headerBytes, (at) => this.func(at)),
      lines: this.part(PARTS.lines, headerBytes, (at) => this.line(at)),
      relos: hasRelos ? this.part(PARTS.relos, headerBytes, (at) => this.relo(at)) : new Map<string, never>(),
    };
  }

  private part<T>(
    { what, headerAt, leastBytes }: Part,
    headerBytes: number,
    read: (at: number) => T,
  ): ReadonlyMap<string, readonly At<T>[]> {
    const { view } = this;
    const start = headerBytes + view.getUint32(headerAt, true);
    const end = start + view.getUint32(headerAt + 4, true);
    const found = new Map<string, At<T>[]>();
    if (start === end) return found;
    if (end > view.byteLength) this.refuse(headerAt, `${what} end at byte ${end} of ${view.byteLength}`);
    if (end - start < 4) this.refuse(start, `${what} are cut off`);
    const recordBytes = view.getUint32(start, true);
    if (recordBytes < leastBytes || recordBytes % 4 !== 0) {
      this.refuse(start, `${what} of ${recordBytes} bytes each, and they have ${leastBytes} at least`);
    }
    for (let at = start + 4; at < end;) {
      if (at + 8 > end) this.refuse(at, `${what} are cut off`);
      const name = this.text(at);
      const count = view.getUint32(at + 4, true);
      const records = at + 8;
      at = records + count * recordBytes;
      if (at > end) this.refuse(records - 4, `${count} ${what} end at byte ${at}, bound ${end}`);
      const list = found.get(name) ?? [];
      for (let i = 0; i < count; i++) {
        const record = records + i * recordBytes;
        list.push({ at: view.getUint32(record, true), value: read(record) });
      }
      found.set(name, list);
    }
    for (const list of found.values()) list.sort((a, b) => a.at - b.at);
    return found;
  }

  private func(at: number): number {
    const id = this.typeId(at + 4);
    if (this.types.type(id).kind !== 'func') this.refuse(at + 4, `type ${id} is no function`);
    return id;
  }

  private line(at: number): Omit<LineInfo, 'pc'> {
    const place = this.view.getUint32(at + 12, true);
    return { file: this.text(at + 4), text: this.text(at + 8), line: place >>> 10, column: place & 0x3ff };
  }

  private relo(at: number): Omit<CoreRelo, 'pc'> {
    const number = this.view.getUint32(at + 12, true);
    const kind = KIND_NAMES.get(number);
    if (kind === undefined) {
      return this.refuse(at + 12, `kind ${number} of relocations is none, bound ${KIND_NAMES.size - 1}`);
    }
    return { kind, typeId: this.typeId(at + 4), access: this.text(at + 8) };
  }

  private typeId(at: number): number {
    const id = this.view.getUint32(at, true);
    if (id >= this.types.count) this.refuse(at, `there is no type ${id}, bound ${this.types.count - 1}`);
    return id;
  }

  /** The string that the word at a place names. */
  private text(at: number): string {
    const offset = this.view.getUint32(at, true);
    const known = this.texts.get(offset);
    if (known !== undefined) return known;
    const text = textAt(this.strings, offset);
    if (text === undefined)
      return this.refuse(at, `there is no text at byte ${offset} of the strings of .BTF`);
    this.texts.set(offset, text);
    return text;
  }

  private refuse(offset: number, reason: string): never {
    throw new LoadError('btf', this.object, reason, { section: this.section.name, offset });
  }
}
