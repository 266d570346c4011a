// The loader's second half: an object meets a kernel. CO-RE, externs and subprograms are settled; what comes out can be loaded.
import { didYouMean } from '../asm/suggest.ts';
import type { Btf } from '../btf/btf.ts';
import { valueFields } from '../btf/value-fields.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { loadAttributes, parseSection, sectionHint, type Section } from '../kernel/prog-sections.ts';
import { LoadError } from '../load-error.ts';
import { withBufferSize } from '../loader-buffers.ts';
import type { MapSpec, ObjectSpec, ObjectType, ProgSpec } from '../object.ts';
import { Candidates } from './core/candidates.ts';
import type { CoreOutcome } from './core/relocate.ts';
import { elfError } from './elf-bytes.ts';
import { findSymbol, type KernelSymbol } from './kernel-symbols.ts';
import { kconfigData } from './kconfig.ts';
import { linkProg, type LinkedProg, type LinkScope } from './link-prog.ts';
import type { ObjectFile, ObjectFunc } from './object-file.ts';
import { withGlobals, type GlobalValue } from './set-globals.ts';
import { chosenProgs } from './chosen-progs.ts';

/** Most insns of all programs together. */
const LIMIT_SLOTS = 1 << 22;

/** Sizes of a map that its object leaves open. */
export interface MapSizes {
  readonly maxEntries?: number;
  readonly valueSize?: number;
}

export interface LinkOptions {
  readonly kernel: Kernel;
  /** CPUs of the machine: maps that have one entry a CPU are made that long. Absent: the machine makes them so when it loads the object. */
  readonly cpus?: number;
  /** Global variables to set before load, by name: numbers, texts (char arrays, enumerators), or bytes. */
  readonly globals?: Readonly<Record<string, GlobalValue>>;
  /** Sizes of maps that a tool sets before load, by name, as bpf_map__set_max_entries and bpf_map__set_value_size do. */
  readonly sizes?: Readonly<Record<string, MapSizes>>;
  /** Names of the programs to load; default those whose section does not begin with '?'. */
  readonly only?: readonly string[];
}

/** An object that can be loaded, and how it came to be so. */
export interface LinkedObject {
  readonly spec: ObjectSpec;
  /** By program. */
  readonly core: ReadonlyMap<string, readonly CoreOutcome[]>;
}

/**
 * Throws LoadError: 'elf' for a program whose section names no type, and for one that is not there; 'core', 'extern'; 'map' for a variable that is not
 * there or does not take its value; 'unsupported' for structs of functions.
 */
export function linkObject(file: ObjectFile, options: LinkOptions): LinkedObject {
  const progs = chosenProgs(file, options.only);
  const scope = scopeOf(file, options.kernel);
  const objects = file.types === undefined ? [] : objectTypes(file.types);
  let slots = 0;
  const linked = progs.map((func) => {
    const section = sectionOf(file, func);
    const prog = linkProg(func, scope);
    slots += prog.code.insns.length / SLOT_BYTES;
    if (slots > LIMIT_SLOTS) {
      const rule = `the programs have more than ${LIMIT_SLOTS} insns, each with its own copy of the functions that it calls`;
      throw new LoadError('structure', file.name, rule);
    }
    return { func, section, prog };
  });
  const names = new Set(progs.map(({ name }) => name));
  const { license, inners, types, version } = file;
  const spec: ObjectSpec = {
    name: file.name,
    license,
    maps: mapsOf(
      file,
      options,
      linked.map(({ prog }) => prog),
    ),
    progs: linked.map(({ func, section, prog }) => progSpec(func.name, section, prog, objects)),
    slots: file.slots.filter(({ prog }) => names.has(prog)),
    inners,
    ...(types === undefined ? {} : { types }),
    ...(version === undefined ? {} : { version }),
  };
  return { spec, core: new Map(linked.map(({ func, prog }) => [func.name, prog.core])) };
}

function sectionOf(file: ObjectFile, { name, section, offset }: ObjectFunc): Section {
  const parsed = parseSection(section);
  if (typeof parsed === 'object' && 'type' in parsed) return parsed;
  // 'kprobe.multi/': whoever loads the program says later where it goes.
  const bare = parseSection(section.replace(/\/$/, ''));
  if (typeof bare === 'object' && 'type' in bare) return bare;
  const hint = parsed === 'unknown' ? sectionHint(section) : `it is ${parsed.noHook}/NAME`;
  const reason = `program ${name}: the section's name says no type of programs${hint === '' ? '' : ` (${hint})`}`;
  throw elfError(file.name, section, offset, reason);
}

function progSpec(
  name: string,
  section: Section,
  { code }: LinkedProg,
  objects: readonly ObjectType[],
): ProgSpec {
  return {
    name,
    section: section.name,
    type: section.type,
    ...code,
    ...loadAttributes(section),
    ...(objects.length === 0 ? {} : { objects }),
    ...(section.isOptional ? { optional: true } : {}),
  };
}

/** The maps with their contents and sizes for this kernel. */
function mapsOf(file: ObjectFile, options: LinkOptions, progs: readonly LinkedProg[]): MapSpec[] {
  const { globals = {}, sizes = {} } = options;
  const needed = neededOptions(file, progs);
  checkSizes(file, sizes);
  return withGlobals(file, globals).map((map) => finished(map, file, options, needed));
}

function finished(
  map: MapSpec,
  { kconfig }: ObjectFile,
  { kernel, cpus, sizes = {} }: LinkOptions,
  needed: ReadonlySet<string>,
): MapSpec {
  const isConfig = map.name === '.kconfig' && kconfig.length > 0;
  const sized: MapSpec = {
    ...map,
    ...(isConfig ? { data: kconfigData(kconfig, kernel, needed) } : {}),
    ...(Object.hasOwn(sizes, map.name) ? sizes[map.name] : {}),
  };
  return cpus === undefined ? sized : withBufferSize(sized, cpus);
}

function checkSizes({ name: object, maps }: ObjectFile, sizes: Readonly<Record<string, MapSizes>>): void {
  const names = maps.filter(({ data }) => data === undefined).map(({ name }) => name);
  for (const name of Object.keys(sizes)) {
    if (names.includes(name)) continue;
    const hint = didYouMean(name, names);
    throw new LoadError('map', name, `there is no such map in ${object}${hint === '' ? '' : `: ${hint}`}`);
  }
}

/** Options that the programs read, and that are not declared weak. */
function neededOptions({ kconfig, externs }: ObjectFile, progs: readonly LinkedProg[]): ReadonlySet<string> {
  const read = new Set(
    progs.flatMap(({ code: { relocs } }) =>
      relocs.filter(({ map }) => map === '.kconfig').map(({ valueOff }) => valueOff),
    ),
  );
  const weak = new Set(externs.filter(({ isWeak }) => isWeak).map(({ name }) => name));
  return new Set(kconfig.filter(({ name, off }) => read.has(off) && !weak.has(name)).map(({ name }) => name));
}

function scopeOf(file: ObjectFile, kernel: Kernel): LinkScope {
  const { types, externs, kconfig } = file;
  const found = new Map<string, KernelSymbol & { index: number }>();
  const indices = new Map(file.maps.map(({ name }, index) => [name, index]));
  return {
    functions: new Map([...file.progs, ...file.subprogs].map((func) => [func.name, func])),
    types,
    kernel: kernel.types,
    candidates: types === undefined ? undefined : new Candidates(types, kernel.types, kernel.name),
    symbol: (name) => {
      const known = found.get(name);
      if (known !== undefined) return known;
      const index = externs.findIndex((extern) => extern.name === name);
      const symbol = { ...findSymbol(externs[index]!, types!, kernel), index }; // relocations name externs of the object, and types tell of them
      found.set(name, symbol);
      return symbol;
    },
    mapIndex: (name) => indices.get(name)!, // as above
    option: (name) => kconfig.find((place) => place.name === name)!.off, // as above
  };
}

/** What programs can make with bpf_obj_new: all structs. */
function objectTypes(types: Btf): ObjectType[] {
  return types.ids('struct').flatMap((id): ObjectType[] => {
    const record = types.type(id);
    if (record.kind !== 'struct' || record.bytes === 0) return [];
    const fields = valueFields(types, id, 'object');
    return [{ id, name: record.name, bytes: record.bytes, ...(fields.length === 0 ? {} : { fields }) }];
  });
}
