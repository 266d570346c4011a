// The symbol table of an object.
import { elfError, readU64, textAt, viewOf, type ElfSection } from './elf-bytes.ts';
import { SECTION_INDICES, SECTION_TYPES } from './elf-numbers.ts';

/** A symbol. Its place in the table is what relocations name. */
export interface ElfSymbol {
  readonly name: string;
  /** BINDINGS, SYMBOL_TYPES and VISIBILITIES. */
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  /** Index of its section: 0 for one that is not in the file, -1 for one that is in none. */
  readonly section: number;
  /** Bytes from the start of the section. */
  readonly value: number;
  readonly size: number;
}

const SYMBOL_BYTES = 24;

/** The symbols of a file. Throws LoadError 'elf' for a file without, or with names and sections that are not there. */
export function readSymbols(sections: readonly ElfSection[], name: string): ElfSymbol[] {
  const [table, second] = sections.filter(({ type }) => type === SECTION_TYPES.symtab);
  if (table === undefined) throw elfError(name, '', 40, 'the file has no symbols: do not strip it of them');
  if (second !== undefined)
    throw elfError(name, second.name, 0, 'this is a second table of symbols, and one is allowed');
  const { bytes, entryBytes } = table;
  if (entryBytes !== SYMBOL_BYTES || bytes.length % SYMBOL_BYTES !== 0) {
    const found = `${bytes.length} bytes in entries of ${entryBytes}`;
    throw elfError(name, table.name, 0, `symbols have ${SYMBOL_BYTES} bytes each, and these are ${found}`);
  }
  const names = sections[table.link];
  if (names?.type !== SECTION_TYPES.strtab) {
    throw elfError(
      name,
      table.name,
      0,
      `section ${table.link}, where the names of symbols should be, holds no strings`,
    );
  }
  const far = sections.find(({ type, link }) => type === SECTION_TYPES.symtab_shndx && link === table.index);
  const view = viewOf(bytes);
  const texts = new Map<number, string | undefined>();
  const textOf = (offset: number): string | undefined => {
    if (!texts.has(offset)) texts.set(offset, textAt(names.bytes, offset));
    return texts.get(offset);
  };
  return Array.from({ length: bytes.length / SYMBOL_BYTES }, (_, index): ElfSymbol => {
    const at = index * SYMBOL_BYTES;
    const text = textOf(view.getUint32(at, true));
    if (text === undefined) {
      throw elfError(name, table.name, at, `symbol ${index} has its name outside of ${names.name}`);
    }
    const section = sectionOf(view.getUint16(at + 6, true), index, far);
    if (section >= sections.length) {
      throw elfError(
        name,
        table.name,
        at,
        `symbol ${index} stands in section ${section} of ${sections.length}`,
      );
    }
    const info = view.getUint8(at + 4);
    return {
      name: text,
      binding: info >>> 4,
      type: info & 15,
      visibility: view.getUint8(at + 5) & 3,
      section,
      value: readU64(view, at + 8),
      size: readU64(view, at + 16),
    };
  });
}

/** Indices that need more than 16 bits stand in a table of their own. */
function sectionOf(section: number, symbol: number, far: ElfSection | undefined): number {
  if (section < SECTION_INDICES.loreserve) return section;
  const at = 4 * symbol;
  if (section !== SECTION_INDICES.xindex || far === undefined || at + 4 > far.bytes.length) return -1;
  return viewOf(far.bytes).getUint32(at, true);
}
