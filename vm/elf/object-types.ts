// The types of an object: its section .BTF, with what a compiler leaves to the loader: sizes of sections and places of variables.
// @see tools/lib/bpf/libbpf.c btf_fixup_datasec, bpf_object__collect_externs
import { BtfError } from '../btf/btf-error.ts';
import type { Btf } from '../btf/btf.ts';
import { parseBtf } from '../btf/parse.ts';
import { readWire } from '../btf/wire.ts';
import { LoadError } from '../load-error.ts';
import { viewOf, type ElfSection } from './elf-bytes.ts';
import { BINDINGS, SYMBOL_TYPES, VISIBILITIES } from './elf-numbers.ts';
import type { ElfSymbol } from './elf-symbols.ts';
import type { ElfFile } from './elf.ts';
import type { KconfigPlace } from './kconfig-layout.ts';

/** Bytes of the head of a type, and of each variable of a section behind it: type, offset, size. */
const TYPE_BYTES = 12;
const VAR_BYTES = 12;
const STATIC = 0;

/** The types as the compiler wrote them; undefined for an object without. Throws LoadError 'btf'. */
export function readObjectTypes(
  elf: ElfFile,
): { readonly types: Btf; readonly section: ElfSection } | undefined {
  const section = elf.sections.find(({ name }) => name === '.BTF');
  if (section === undefined) return undefined;
  return { types: parse(elf, section, section.bytes), section };
}

/** The same types with the sizes of sections, the places of variables in them (of `.kconfig`: as `kconfig` says), sorted by place. */
export function placedTypes(
  elf: ElfFile,
  section: ElfSection,
  types: Btf,
  kconfig: readonly KconfigPlace[],
): Btf {
  const bytes = section.bytes.slice();
  const { offsets } = readWire(bytes);
  const symbols = variableSymbols(elf);
  const view = viewOf(bytes);
  const homes = new Map(elf.sections.toReversed().map((each) => [each.name, each]));
  const options = new Map(kconfig.map(({ name, off }) => [name, off]));
  for (const id of types.ids('datasec')) {
    const record = types.type(id);
    if (record.kind !== 'datasec') continue;
    const at = offsets[id]!;
    const home = homes.get(record.name);
    const isKconfig = record.name === '.kconfig';
    const isSized = record.bytes !== 0;
    if (isKconfig) view.setUint32(at + 8, endOf(kconfig), true);
    else if (!isSized && home !== undefined) view.setUint32(at + 8, home.size, true);
    const places = record.vars.map(({ type, off, bytes: size }) => {
      const variable = types.type(type);
      const name = 'name' in variable ? variable.name : '';
      if (isKconfig) return { type, off: options.get(name) ?? off, size };
      const symbol = variable.kind === 'var' && variable.linkage === 'global' ? symbols.get(name) : undefined;
      if (symbol === undefined) return { type, off, size };
      const { visibility } = symbol;
      if (visibility === VISIBILITIES.hidden || visibility === VISIBILITIES.internal) {
        view.setUint32(offsets[type]! + TYPE_BYTES, STATIC, true);
      }
      return { type, off: symbol.value, size }; // linkers of objects forget some
    });
    for (const [i, { type, off, size }] of places.toSorted((a, b) => a.off - b.off).entries()) {
      const place = at + TYPE_BYTES + i * VAR_BYTES;
      view.setUint32(place, type, true);
      view.setUint32(place + 4, off, true);
      view.setUint32(place + 8, size, true);
    }
  }
  return parse(elf, section, bytes);
}

function parse(elf: ElfFile, section: ElfSection, bytes: Uint8Array): Btf {
  try {
    return parseBtf(bytes, elf.name);
  } catch (error) {
    if (!(error instanceof BtfError)) throw error;
    throw new LoadError('btf', elf.name, error.message.replace(/^BTF (\w+), byte \d+: /, '$1: '), {
      section: section.name,
      offset: error.offset,
    });
  }
}

/** Variables that other files can see, by name. */
function variableSymbols({ symbols }: ElfFile): ReadonlyMap<string, ElfSymbol> {
  const variables = symbols.filter(
    ({ type, binding }) =>
      type === SYMBOL_TYPES.object && (binding === BINDINGS.global || binding === BINDINGS.weak),
  );
  return new Map(variables.toReversed().map((symbol) => [symbol.name, symbol]));
}

function endOf(places: readonly KconfigPlace[]): number {
  return Math.max(0, ...places.map(({ off, bytes }) => off + bytes));
}
