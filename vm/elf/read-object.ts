// The loader's first half: from the bytes of an ELF file to what the object holds.
//
//   bytes -- elf: sections, symbols --> types (.BTF), externs, maps (.maps, maps, data) --> functions, with what their insns name
//
// @see tools/lib/bpf/libbpf.c bpf_object_open
import type { Btf } from '../btf/btf.ts';
import { readWire } from '../btf/wire.ts';
import type { MapSpec, SlotSpec } from '../object.ts';
import { parseSection } from '../kernel/prog-sections.ts';
import { NO_EXT, readBtfExt, type BtfExt } from './btf-ext.ts';
import { readBtfMaps } from './btf-maps.ts';
import { isCodeSection, readCodeRanges, type CodeRange } from './code-sections.ts';
import { dataMap, isDataSection, mapOfValue } from './data-maps.ts';
import { elfError, textAt, viewOf, type ElfSection } from './elf-bytes.ts';
import { readRelocs } from './elf-relocs.ts';
import { readElf, type ElfFile } from './elf.ts';
import { readExterns, type Externs } from './externs.ts';
import { functionOf } from './functions.ts';
import type { RelocScope } from './insn-relocs.ts';
import { readLegacyMaps } from './legacy-maps.ts';
import type { ObjectFile, ObjectFunc } from './object-file.ts';
import { placedTypes, readObjectTypes } from './object-types.ts';
import { readStaticValues, type StaticValues } from './static-values.ts';
import { readStructOps } from './struct-ops.ts';

const BTF_MAPS = '.maps';
const LEGACY_MAPS = 'maps';
/** Variables of an arena. @see ARENA_SEC */
const ARENA_DATA = '.addr_space.1';

/** Reads an object. Throws LoadError 'elf' or 'btf' with section and offset for bytes that are no BPF object, and for objects that make no sense. */
export function readObject(bytes: Uint8Array, name: string): ObjectFile {
  const elf = readElf(bytes, name);
  const typed = readObjectTypes(elf);
  const externs = readExterns(elf, typed?.types);
  const types =
    typed === undefined ? undefined : placedTypes(elf, typed.section, typed.types, externs.kconfig);
  const ext = typed === undefined || types === undefined ? NO_EXT : extOf(elf, typed.section, types);
  const ranges = readCodeRanges(elf);
  const functionAt = functionIndex(ranges);
  const maps = readMaps(elf, types, externs, functionAt);
  const scope = {
    elf,
    functionAt,
    ...maps.places,
    externs: new Map(externs.list.map((each) => [each.name, each])),
  };
  const functions = readFunctions(elf, ranges, scope, ext, types);
  const progs = functions.filter((_, i) => ranges[i]!.isProg);
  return {
    name,
    license: readLicense(elf),
    version: readVersion(elf),
    sections: elf.sections.map(({ index, name: section, type, flags, offset, size }) => {
      return { index, name: section, type, flags, offset, size };
    }),
    maps: maps.specs,
    inners: maps.values.inners,
    slots: [...maps.values.slots, ...numberedSlots(progs, maps.specs)],
    progs,
    subprogs: functions.filter((_, i) => !ranges[i]!.isProg),
    externs: externs.list,
    kconfig: externs.kconfig,
    structOps: readStructOps(elf, types, functionAt),
    types,
  };
}

function extOf(elf: ElfFile, section: ElfSection, types: Btf): BtfExt {
  const ext = elf.sections.find(({ name }) => name === '.BTF.ext');
  if (ext === undefined) return NO_EXT;
  const { strings } = readWire(section.bytes);
  return readBtfExt(ext, section.bytes.subarray(strings.start, strings.end), types, elf.name);
}

type FunctionAt = RelocScope['functionAt'];

function functionIndex(ranges: readonly CodeRange[]): FunctionAt {
  const byPlace = new Map<string, CodeRange>();
  for (const range of ranges) {
    const key = `${range.section.index}:${range.start}`;
    if (!byPlace.has(key)) byPlace.set(key, range);
  }
  return (section, offset) => byPlace.get(`${section}:${offset}`);
}

interface Maps {
  readonly specs: readonly MapSpec[];
  readonly values: StaticValues;
  readonly places: Pick<RelocScope, 'mapsIn' | 'dataIn'>;
}

/** Declared maps first, in the order in which they stand; then data, by section; then the kernel's configuration. */
function readMaps(elf: ElfFile, types: Btf | undefined, externs: Externs, functionAt: FunctionAt): Maps {
  const specs: MapSpec[] = [];
  const mapsIn = new Map<number, ReadonlyMap<number, string>>();
  const dataIn = new Map<number, string>();
  let values: StaticValues = { inners: [], slots: [] };
  for (const section of elf.sections) {
    if (section.size === 0 || (section.name !== BTF_MAPS && section.name !== LEGACY_MAPS)) continue;
    if (section.name === BTF_MAPS) {
      if (types === undefined) {
        throw elfError(
          elf.name,
          BTF_MAPS,
          0,
          'there are maps, and no section .BTF that says what they are like: build with -g',
        );
      }
      const maps = readBtfMaps(section, types, elf.name);
      values = readStaticValues(elf, section, maps, functionAt);
      specs.push(...maps.map(({ spec }) => spec));
      mapsIn.set(section.index, new Map(maps.map(({ spec, off }) => [off, spec.name])));
    } else {
      const maps = readLegacyMaps(elf, section, types);
      specs.push(...maps.map(({ spec }) => spec));
      mapsIn.set(section.index, new Map(maps.map(({ spec, off }) => [off, spec.name])));
    }
  }
  const arena = specs.find(({ type }) => type === 'arena');
  for (const section of elf.sections) {
    if (section.name === ARENA_DATA && arena !== undefined) dataIn.set(section.index, arena.name);
    if (!isDataSection(section)) continue;
    specs.push(dataMap(section, elf.name, types));
    dataIn.set(section.index, section.name);
  }
  if (externs.kconfig.length > 0 && types !== undefined) {
    const bytes = Math.max(...externs.kconfig.map((place) => place.off + place.bytes));
    const valueType = types.find('datasec', '.kconfig') ?? 0;
    specs.push(mapOfValue('.kconfig', elf.name, bytes, types, valueType, true));
  }
  checkNames(elf, specs);
  return { specs, values, places: { mapsIn, dataIn } };
}

function checkNames(elf: ElfFile, specs: readonly MapSpec[]): void {
  const names = new Set<string>();
  for (const { name } of specs) {
    if (names.has(name)) throw elfError(elf.name, BTF_MAPS, 0, `two maps are called ${name}`);
    names.add(name);
  }
}

function readFunctions(
  elf: ElfFile,
  ranges: readonly CodeRange[],
  scope: RelocScope,
  ext: BtfExt,
  types: Btf | undefined,
): ObjectFunc[] {
  const relocs = new Map(
    elf.sections.filter(isCodeSection).map((section) => [section.index, readRelocs(elf, section)]),
  );
  return ranges.map((range) => functionOf(range, relocs.get(range.section.index) ?? [], scope, ext, types));
}

/** Programs of sections such as kprobe/9 go into that slot of the last prog_array. @see samples/bpf/bpf_load.c of Linux 4.3 */
function numberedSlots(progs: readonly ObjectFunc[], maps: readonly MapSpec[]): SlotSpec[] {
  const last = maps.findLast(({ type }) => type === 'prog_array');
  if (last === undefined) return [];
  return progs.flatMap(({ name, section }) => {
    const parsed = parseSection(section);
    const slot = typeof parsed === 'object' && 'slot' in parsed ? parsed.slot : undefined;
    return slot === undefined ? [] : [{ map: last.name, index: slot, prog: name }];
  });
}

function readLicense(elf: ElfFile): string {
  const section = elf.sections.find(({ name }) => name === 'license');
  if (section === undefined) return '';
  const ended = textAt(section.bytes, 0);
  if (ended === undefined && section.size > 0)
    throw elfError(elf.name, 'license', 0, 'the licence has no end');
  return ended ?? '';
}

/** LINUX_VERSION_CODE that programs of 2015 had to name. */
function readVersion(elf: ElfFile): number | undefined {
  const section = elf.sections.find(({ name }) => name === 'version');
  if (section === undefined) return undefined;
  if (section.bytes.length !== 4) {
    throw elfError(elf.name, 'version', 0, `the version has 4 bytes, and not ${section.bytes.length}`);
  }
  return viewOf(section.bytes).getUint32(0, true);
}
