// What maps hold from the start: `.values = { [1] = &inner }` of maps of maps, `.values = { [0] = (void *)&prog }` of prog_arrays.
// @see tools/lib/bpf/libbpf.c bpf_object__collect_map_relos
import type { InnerMapSpec, SlotSpec } from '../object.ts';
import type { BtfMap } from './btf-maps.ts';
import type { CodeRange } from './code-sections.ts';
import { elfError, within, type ElfSection } from './elf-bytes.ts';
import { readRelocs, type ElfReloc } from './elf-relocs.ts';
import type { ElfFile } from './elf.ts';

/** Bytes of a pointer in an object. */
const POINTER_BYTES = 8;

export interface StaticValues {
  readonly inners: readonly InnerMapSpec[];
  readonly slots: readonly SlotSpec[];
}

/** The values of the maps in a section .maps. Throws LoadError 'elf' for one that is neither a map nor a program. */
export function readStaticValues(
  elf: ElfFile,
  section: ElfSection,
  maps: readonly BtfMap[],
  functionAt: (section: number, offset: number) => CodeRange | undefined,
): StaticValues {
  const inners: InnerMapSpec[] = [];
  const slots: SlotSpec[] = [];
  const byOffset = new Map(maps.map((map) => [map.off, map]));
  const sorted = maps.map((map) => ({ map, at: map.off })).toSorted((a, b) => a.at - b.at);
  for (const reloc of readRelocs(elf, section)) {
    const refuse = (reason: string): never => {
      throw elfError(elf.name, reloc.section, reloc.offset, reason);
    };
    const { map, index } = placeOf(reloc, sorted, refuse);
    const { symbol } = reloc;
    const { name, type, keySize } = map.spec;
    if (type === 'prog_array') {
      const prog = functionAt(symbol.section, symbol.value);
      if (prog?.isProg !== true)
        refuse(`slot ${index} of ${name} takes a program, and ${symbol.name} is none`);
      else slots.push({ map: name, index, prog: prog.name });
    } else {
      const inner = symbol.section === section.index ? byOffset.get(symbol.value) : undefined;
      if (inner === undefined)
        return refuse(`slot ${index} of ${name} takes a map, and ${symbol.name} is none`);
      if (keySize !== 4) refuse(`${name} has keys of ${keySize} bytes, and those of maps with values have 4`);
      const key = Uint8Array.of(index, index >> 8, index >> 16, index >> 24);
      inners.push({ map: name, key, inner: inner.spec.name });
    }
  }
  return { inners, slots };
}

function placeOf(
  { at }: ElfReloc,
  maps: readonly { readonly map: BtfMap; readonly at: number }[],
  refuse: (reason: string) => never,
): { readonly map: BtfMap; readonly index: number } {
  const map = within(maps, 0, at + 1).at(-1)?.map; // the last that begins before it
  if (map === undefined || at + POINTER_BYTES > map.off + map.bytes)
    return refuse(`byte ${at} of .maps is in no map`);
  const { valuesAt } = map;
  if (valuesAt === undefined || at < valuesAt || (at - valuesAt) % POINTER_BYTES !== 0) {
    return refuse(`byte ${at} of .maps is none of the values of ${map.spec.name}`);
  }
  return { map, index: (at - valuesAt) / POINTER_BYTES };
}
