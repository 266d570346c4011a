// Global data: .data, .rodata and .bss become maps, each with one value that holds the section.
// @see tools/lib/bpf/libbpf.c bpf_object__init_global_data_maps, internal_map_name
import type { Btf } from '../btf/btf.ts';
import { valueFields } from '../btf/value-fields.ts';
import { MAP_FLAGS } from '../maps/types.ts';
import type { MapSpec } from '../object.ts';
import type { ElfSection } from './elf-bytes.ts';
import { SECTION_FLAGS, SECTION_TYPES } from './elf-numbers.ts';

/** Bytes of a map's name in the kernel, the 0 at its end included. */
const NAME_BYTES = 16;
const LEAST_SUFFIX = 7;

/** True for a section whose contents become a map. */
export function isDataSection({ name, type, flags, size }: ElfSection): boolean {
  if (size === 0) return false;
  if (type === SECTION_TYPES.nobits) return /^\.bss(?:\.|$)/.test(name);
  const isCode = (flags & SECTION_FLAGS.execinstr) !== 0;
  return type === SECTION_TYPES.progbits && !isCode && /^\.(?:ro)?data(?:\.|$)/.test(name);
}

/** The map of a section of data of the object `object`. */
export function dataMap({ name, size, bytes }: ElfSection, object: string, types: Btf | undefined): MapSpec {
  const valueType = types?.find('datasec', name) ?? 0;
  const isConstant = name.startsWith('.rodata');
  return {
    ...mapOfValue(name, object, size, types, valueType, isConstant),
    data: bytes.length === 0 ? new Uint8Array(size) : bytes.slice(),
  };
}

/** The map of a value that stands alone; programs may only read a constant one. */
export function mapOfValue(
  name: string,
  object: string,
  valueSize: number,
  types: Btf | undefined,
  valueType: number,
  isConstant: boolean,
): MapSpec {
  const isMapped = types !== undefined && valueType !== 0 && isSeen(types, valueType);
  return {
    name,
    kernelName: kernelName(name, object),
    type: 'array',
    keySize: 4,
    valueSize,
    maxEntries: 1,
    flags: (isConstant ? MAP_FLAGS.rdonly_prog.bit : 0) | (isMapped ? MAP_FLAGS.mmapable.bit : 0),
    valueType,
    ...(types === undefined || valueType === 0 ? {} : { fields: valueFields(types, valueType, 'value') }),
    ...(isConstant ? { frozen: true } : {}),
  };
}

/** User space maps the data when a variable in it is to be seen from outside. @see map_is_mmapable */
function isSeen(types: Btf, id: number): boolean {
  const record = types.type(id);
  if (record.kind !== 'datasec') return false;
  return record.vars.some(({ type }) => {
    const variable = types.type(type);
    return variable.kind === 'var' && variable.linkage !== 'static';
  });
}

/** 'syscount.rodata' for .rodata of syscount: what bpftool shows. Sections of the programmer's own naming have no object in front. */
function kernelName(section: string, object: string): string {
  const suffix = Math.min(Math.max(LEAST_SUFFIX, section.length), NAME_BYTES - 1);
  const prefix = section.includes('.', 1) ? 0 : Math.min(NAME_BYTES - suffix - 1, object.length);
  return (object.slice(0, prefix) + section.slice(0, suffix)).replaceAll(/[^A-Za-z0-9_.]/g, '_');
}
