// Tables of relocations: which places of a section name which symbols.
import { elfError, readU64, viewOf, type ElfSection } from './elf-bytes.ts';
import { SECTION_TYPES } from './elf-numbers.ts';
import type { ElfSymbol } from './elf-symbols.ts';
import type { ElfFile } from './elf.ts';

/** A relocation of `at` bytes from the start of the section that it belongs to. */
export interface ElfReloc {
  readonly at: number;
  readonly symbol: ElfSymbol;
  /** Where it is told: section and byte offset, for messages. */
  readonly section: string;
  readonly offset: number;
}

const ENTRY_BYTES = 16;

/** The relocations of a section, by place. Throws LoadError 'elf' for tables of another kind, and for symbols and places that are not there. */
export function readRelocs(elf: ElfFile, target: ElfSection): ElfReloc[] {
  const tables = tablesOf(elf).get(target.index) ?? [];
  return tables.flatMap((table) => readTable(elf, table, target)).toSorted((a, b) => a.at - b.at);
}

const TABLES = new WeakMap<ElfFile, ReadonlyMap<number, readonly ElfSection[]>>();

/** Tables of a file by the section that they are for. */
function tablesOf(elf: ElfFile): ReadonlyMap<number, readonly ElfSection[]> {
  const known = TABLES.get(elf);
  if (known !== undefined) return known;
  const tables = new Map<number, ElfSection[]>();
  for (const section of elf.sections) {
    if (!isRelocTable(section.type)) continue;
    const list = tables.get(section.info);
    if (list === undefined) tables.set(section.info, [section]);
    else list.push(section);
  }
  TABLES.set(elf, tables);
  return tables;
}

function isRelocTable(type: number): boolean {
  return type === SECTION_TYPES.rel || type === SECTION_TYPES.rela;
}

function readTable(elf: ElfFile, table: ElfSection, target: ElfSection): ElfReloc[] {
  const { name: section, bytes } = table;
  const refuse = (offset: number, reason: string): never => {
    throw elfError(elf.name, section, offset, reason);
  };
  if (table.type === SECTION_TYPES.rela) {
    refuse(0, 'these relocations have addends of their own (SHT_RELA), which no compiler for BPF writes');
  }
  if (table.entryBytes !== ENTRY_BYTES || bytes.length % ENTRY_BYTES !== 0) {
    const found = `${bytes.length} bytes in entries of ${table.entryBytes}`;
    refuse(0, `relocations have ${ENTRY_BYTES} bytes each, and these are ${found}`);
  }
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / ENTRY_BYTES }, (_, i): ElfReloc => {
    const offset = i * ENTRY_BYTES;
    const at = readU64(view, offset);
    const index = view.getUint32(offset + 12, true);
    const symbol = elf.symbols[index];
    if (symbol === undefined) {
      return refuse(offset, `there is no symbol ${index}, bound ${elf.symbols.length - 1}`);
    }
    if (at >= target.size) refuse(offset, `it is for byte ${at} of ${target.name}, which has ${target.size}`);
    return { at, symbol, section, offset };
  });
}
