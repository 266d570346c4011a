// Objects for tests: those of test/cases/elf, as clang built them, and files made by hand where a compiler makes no such thing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { linkObject, type LinkOptions } from '../../vm/elf/link-object.ts';
import type { ObjectFile } from '../../vm/elf/object-file.ts';
import { readObject } from '../../vm/elf/read-object.ts';
import { DEFAULT_KERNEL } from '../../vm/kernel/profiles/index.ts';
import type { ObjectSpec } from '../../vm/object.ts';

export const OBJECT_FOLDER = fileURLToPath(new URL('../cases/elf/', import.meta.url));
/** Sources in the folder. `types`: built with -g. */
export const OBJECTS = {
  maps: { types: true },
  data: { types: true },
  calls: { types: true },
  externs: { types: true },
  missing: { types: true },
  'kernel-functions': { types: true },
  kernels: { types: true },
  'struct-ops': { types: true },
  legacy: { types: false },
} as const satisfies Record<string, { types: boolean }>;
export type ObjectName = keyof typeof OBJECTS;
export const OBJECT_NAMES = Object.keys(OBJECTS) as ObjectName[]; // the table's own keys

/** The bytes of an object, a copy. */
export function objectBytes(name: ObjectName): Uint8Array {
  return new Uint8Array(readFileSync(`${OBJECT_FOLDER}${name}.o`));
}

export function readCase(name: ObjectName): ObjectFile {
  return readObject(objectBytes(name), name);
}

/** An object linked against a kernel; default the machine's. */
export function linkCase(name: ObjectName, options: Partial<LinkOptions> = {}): ObjectSpec {
  return linkObject(readCase(name), { kernel: DEFAULT_KERNEL, ...options }).spec;
}

export interface MadeSection {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly bytes?: Uint8Array;
  /** Of sections without bytes. */
  readonly size?: number;
  readonly link?: number;
  readonly info?: number;
  readonly entryBytes?: number;
}

export interface MadeSymbol {
  readonly name: string;
  /** st_info: binding << 4 | type. */
  readonly info: number;
  readonly section: number;
  readonly value?: number;
  readonly size?: number;
}

const [PROGBITS, SYMTAB, STRTAB] = [1, 2, 3];
const HEADER = 64;

/** A section of insns; `hex` are 16 digits each. */
export function codeSection(name: string, hex: string): MadeSection {
  return {
    name,
    type: PROGBITS,
    flags: 6,
    bytes: Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')),
  };
}

/** An ELF file of sections 1, 2, ..., behind which its symbols and names stand. `patch` may break it. */
export function madeElf(
  sections: readonly MadeSection[],
  symbols: readonly MadeSymbol[],
  patch: (view: DataView) => void = () => {},
): Uint8Array {
  const names = new Strings();
  const table = new DataView(new ArrayBuffer(24 * (symbols.length + 1)));
  for (const [i, { name, info, section, value = 0, size = 0 }] of symbols.entries()) {
    const at = 24 * (i + 1);
    table.setUint32(at, names.add(name), true);
    table.setUint8(at + 4, info);
    table.setUint16(at + 6, section, true);
    table.setBigUint64(at + 8, BigInt(value), true);
    table.setBigUint64(at + 16, BigInt(size), true);
  }
  const strings = sections.length + 2;
  const all: MadeSection[] = [
    { name: '', type: 0 },
    ...sections,
    { name: '.symtab', type: SYMTAB, bytes: new Uint8Array(table.buffer), link: strings, entryBytes: 24 },
    { name: '.strtab', type: STRTAB },
  ];
  const nameOffsets = all.map(({ name }) => names.add(name));
  all[strings] = { name: '.strtab', type: STRTAB, bytes: names.bytes() };
  const bodies = all.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  const headers = Math.ceil((HEADER + bodies) / 8) * 8;
  const file = new Uint8Array(headers + 64 * all.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 1, true);
  view.setUint16(18, 247, true);
  view.setBigUint64(40, BigInt(headers), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, all.length, true);
  view.setUint16(62, strings, true);
  let offset = HEADER;
  for (const [i, { type, flags = 0, bytes, size, link = 0, info = 0, entryBytes = 0 }] of all.entries()) {
    const at = headers + 64 * i;
    view.setUint32(at, nameOffsets[i]!, true);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 8, BigInt(flags), true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(size ?? bytes?.length ?? 0), true);
    view.setUint32(at + 40, link, true);
    view.setUint32(at + 44, info, true);
    view.setBigUint64(at + 56, BigInt(entryBytes), true);
    file.set(bytes ?? [], offset);
    offset += bytes?.length ?? 0;
  }
  patch(view);
  return file;
}

class Strings {
  private text = '\0';
  private readonly known = new Map<string, number>([['', 0]]);

  add(name: string): number {
    const before = this.known.get(name);
    if (before !== undefined) return before;
    const at = this.text.length;
    this.known.set(name, at);
    this.text += `${name}\0`;
    return at;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(Buffer.from(this.text, 'latin1'));
  }
}
