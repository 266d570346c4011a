// The functions of an object: which bytes of which section each one is.
// @see tools/lib/bpf/libbpf.c bpf_object__add_programs
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { elfError, type ElfSection } from './elf-bytes.ts';
import { BINDINGS, SECTION_FLAGS, SECTION_TYPES, SYMBOL_TYPES, VISIBILITIES } from './elf-numbers.ts';
import type { ElfSymbol } from './elf-symbols.ts';
import type { ElfFile } from './elf.ts';

/** Where functions stand that programs call, and that are no programs. */
const TEXT = '.text';
/** How often an insn may belong to functions, on average: functions may have several names, and that is all. */
const LIMIT_COVERED = 8;

/** A function's place. */
export interface CodeRange {
  /** Of no other function of the object. */
  readonly name: string;
  readonly section: ElfSection;
  /** Bytes from the start of the section. */
  readonly start: number;
  readonly end: number;
  readonly linkage: 'static' | 'global';
  /** A global function that the object keeps to itself: the verifier knows who calls it. */
  readonly isHidden: boolean;
  readonly isProg: boolean;
}

/** True for a section of insns. */
export function isCodeSection({ type, flags, size }: ElfSection): boolean {
  return type === SECTION_TYPES.progbits && (flags & SECTION_FLAGS.execinstr) !== 0 && size > 0;
}

/** The functions, by section and then by place. Throws LoadError 'elf' for one that is cut off, or of no whole insns. */
export function readCodeRanges(elf: ElfFile): CodeRange[] {
  const names = new Map<string, number>();
  const bySection = new Map<number, ElfSymbol[]>();
  for (const symbol of elf.symbols) {
    const list = bySection.get(symbol.section);
    if (list === undefined) bySection.set(symbol.section, [symbol]);
    else list.push(symbol);
  }
  const sections = elf.sections.filter(isCodeSection);
  return sections.flatMap((section) => rangesOf(elf, section, bySection.get(section.index) ?? [], names));
}

function rangesOf(
  elf: ElfFile,
  section: ElfSection,
  symbols: readonly ElfSymbol[],
  names: Map<string, number>,
): CodeRange[] {
  const { size } = section;
  if (size % SLOT_BYTES !== 0) {
    throw elfError(
      elf.name,
      section.name,
      size,
      `${size} bytes are no whole insns, which have ${SLOT_BYTES}`,
    );
  }
  const starts = functionSymbols(symbols).toSorted((a, b) => a.value - b.value);
  const known = starts.length > 0 ? starts : [wholeSection(section)];
  const ends = endsOf(known, size);
  let covered = 0;
  return known.map((symbol, i): CodeRange => {
    const start = symbol.value;
    const end = ends[i]!;
    covered += end - start;
    if (covered > LIMIT_COVERED * size) {
      throw elfError(elf.name, section.name, start, `${symbol.name} overlaps with too many other functions`);
    }
    if (start >= size || end > size) {
      throw elfError(
        elf.name,
        section.name,
        start,
        `${symbol.name} ends at byte ${end} of a section of ${size}`,
      );
    }
    if (start % SLOT_BYTES !== 0 || end % SLOT_BYTES !== 0) {
      const where = `bytes ${start} to ${end}`;
      throw elfError(
        elf.name,
        section.name,
        start,
        `${symbol.name} lies at ${where}, which are no whole insns`,
      );
    }
    const isStatic = symbol.binding === BINDINGS.local;
    return {
      name: ownName(symbol.name, names),
      section,
      start,
      end,
      linkage: isStatic ? 'static' : 'global',
      isHidden: symbol.visibility === VISIBILITIES.hidden || symbol.visibility === VISIBILITIES.internal,
      isProg: section.name !== TEXT && !isStatic,
    };
  });
}

/** Where functions end, which are sorted by place: those of no size reach to the next one. */
function endsOf(symbols: readonly ElfSymbol[], sectionEnd: number): number[] {
  const ends: number[] = [];
  let next = sectionEnd;
  for (let i = symbols.length - 1; i >= 0; i--) {
    const { value, size } = symbols[i]!;
    const above = symbols[i + 1]?.value ?? sectionEnd;
    if (above > value) next = above;
    ends[i] = size === 0 ? next : value + size;
  }
  return ends;
}

/** Symbols of functions; of objects whose compiler did not say which symbols these are, all that others can see. */
function functionSymbols(symbols: readonly ElfSymbol[]): readonly ElfSymbol[] {
  const functions = symbols.filter(({ type }) => type === SYMBOL_TYPES.func);
  if (functions.length > 0) return functions;
  return symbols.filter(
    ({ type, binding, name }) => type === SYMBOL_TYPES.notype && binding !== BINDINGS.local && name !== '',
  );
}

/** A section without names is one function of the section's name. */
function wholeSection({ name, index, size }: ElfSection): ElfSymbol {
  return {
    name: name.replaceAll(/[^A-Za-z0-9_.]/g, '_'),
    binding: BINDINGS.global,
    type: SYMBOL_TYPES.func,
    visibility: VISIBILITIES.default,
    section: index,
    value: 0,
    size,
  };
}

/** Static functions of files that were linked into one object may share a name: 'name', 'name.2'. */
function ownName(name: string, names: Map<string, number>): string {
  const count = (names.get(name) ?? 0) + 1;
  names.set(name, count);
  return count === 1 ? name : `${name}.${count}`;
}
