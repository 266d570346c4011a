// Maps as objects before BTF declare them: struct bpf_map_def in the section "maps".
//
//   type, key_size, value_size, max_entries | map_flags (4.6) | inner map's index, numa node (4.12)      all u32
//
// @see samples/bpf/bpf_load.h of Linux 4.1 to 4.19
import type { Btf } from '../btf/btf.ts';
import { plainType } from '../btf/query.ts';
import { valueFields } from '../btf/value-fields.ts';
import type { MapSpec } from '../object.ts';
import { typeName } from './btf-maps.ts';
import { elfError, viewOf, type ElfSection } from './elf-bytes.ts';
import { SYMBOL_TYPES } from './elf-numbers.ts';
import type { ElfFile } from './elf.ts';

/** A map, and where its definition begins. */
export interface LegacyMap {
  readonly spec: MapSpec;
  readonly off: number;
}

const LEAST_BYTES = 16;
const FLAGS_AT = 16;
const INNER_AT = 20;
/** What user space puts into a map of maps: an fd. */
const INNER_BYTES = 4;

/** The maps of the section, in its order. Throws LoadError 'elf' for what is no bpf_map_def. */
export function readLegacyMaps(elf: ElfFile, section: ElfSection, types: Btf | undefined): LegacyMap[] {
  const symbols = elf.symbols
    .filter(
      (symbol) =>
        symbol.section === section.index && symbol.name !== '' && symbol.type !== SYMBOL_TYPES.section,
    )
    .toSorted((a, b) => a.value - b.value);
  const view = viewOf(section.bytes);
  const maps = symbols.map(({ name, value: off }, i): LegacyMap & { innerIndex: number } => {
    const end = Math.min(symbols[i + 1]?.value ?? Infinity, section.bytes.length);
    if (end - off < LEAST_BYTES) {
      const rule = `a map is declared in ${LEAST_BYTES} bytes at least`;
      throw elfError(
        elf.name,
        section.name,
        off,
        `map ${name}: ${rule}, and here are ${Math.max(0, end - off)}`,
      );
    }
    const field = (at: number): number => (off + at + 4 <= end ? view.getUint32(off + at, true) : 0);
    const type = typeName(field(0));
    if (type === undefined) {
      throw elfError(elf.name, section.name, off, `map ${name}: there is no map type ${field(0)}`);
    }
    const sizes = { keySize: field(4), valueSize: field(8), maxEntries: field(12), flags: field(FLAGS_AT) };
    return { spec: { name, type, ...sizes, ...annotated(types, name) }, off, innerIndex: field(INNER_AT) };
  });
  return maps.map(({ spec, off, innerIndex }) => {
    if (spec.type !== 'array_of_maps' && spec.type !== 'hash_of_maps') return { off, spec };
    const inner = maps[innerIndex]?.spec;
    const whole = { ...spec, valueSize: INNER_BYTES }; // whatever the definition says: loaders of then left it at 0
    return { off, spec: inner === undefined || inner === spec ? whole : { ...whole, inner } };
  });
}

/** Types of key and value, where BPF_ANNOTATE_KV_PAIR tells them. */
function annotated(types: Btf | undefined, name: string): Pick<MapSpec, 'keyType' | 'valueType' | 'fields'> {
  const id = types?.find('struct', `____btf_map_${name}`);
  const record = types === undefined || id === undefined ? undefined : plainType(types, id);
  if (types === undefined || record?.kind !== 'struct') return {};
  const [key, value] = ['key', 'value'].map(
    (field) => record.members.find((member) => member.name === field)?.type ?? 0,
  );
  const fields = value === undefined || value === 0 ? {} : { fields: valueFields(types, value, 'value') };
  return { keyType: key ?? 0, valueType: value ?? 0, ...fields };
}
