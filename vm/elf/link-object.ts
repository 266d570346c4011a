// The loader's second half: an object meets a kernel. CO-RE, externs and subprograms are settled; what comes out can be loaded.
import type { Btf } from '../btf/btf.ts';
import { valueFields } from '../btf/value-fields.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { loadAttributes, parseSection, sectionHint, type Section } from '../kernel/prog-sections.ts';
import { LoadError } from '../load-error.ts';
import type { ObjectSpec, ObjectType, ProgSpec } from '../object.ts';
import { Candidates } from './core/candidates.ts';
import type { CoreOutcome } from './core/relocate.ts';
import { elfError } from './elf-bytes.ts';
import { findSymbol, type KernelSymbol } from './kernel-symbols.ts';
import { linkMaps, type MapOptions } from './link-maps.ts';
import { linkProg, type LinkedProg, type LinkScope } from './link-prog.ts';
import type { ObjectFile, ObjectFunc } from './object-file.ts';
import type { AssumedSize } from './open-sizes.ts';
import { chosenProgs } from './chosen-progs.ts';
import { asksForRings, withPerfBuffers } from './older-buffers.ts';

/** Most insns of all programs together. */
const LIMIT_SLOTS = 1 << 22;

/** What sections of programs are called, for names that are near to none. */
const USUAL =
  'names are those of libbpf: kprobe/FUNCTION, tracepoint/GROUP/NAME, raw_tp/NAME, socket, tc, xdp';

export interface LinkOptions extends MapOptions {
  /** Names of the programs to load; default those whose section does not begin with '?'. */
  readonly only?: readonly string[];
}

/** An object that can be loaded, and how it came to be so. */
export interface LinkedObject {
  readonly spec: ObjectSpec;
  /** By program. */
  readonly core: ReadonlyMap<string, readonly CoreOutcome[]>;
  /** Sizes of maps that neither the object nor `LinkOptions.sizes` says. */
  readonly assumed: readonly AssumedSize[];
  /** Ring buffers in whose place there are perf buffers, because the object asks for ring buffers and the kernel has none. */
  readonly perfBuffers: readonly string[];
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
  const { maps, assumed } = linkMaps(
    file,
    options,
    linked.flatMap(({ prog }) => prog.code.relocs),
  );
  const core = new Map(linked.map(({ func, prog }) => [func.name, prog.core]));
  const isOlder = types !== undefined && asksForRings([...core.values()].flat(), types);
  const { maps: buffers, perfBuffers } = isOlder ? withPerfBuffers(maps) : { maps, perfBuffers: [] };
  const spec: ObjectSpec = {
    name: file.name,
    license,
    maps: buffers,
    progs: linked.map(({ func, section, prog }) => progSpec(func.name, section, prog, objects)),
    slots: file.slots.filter(({ prog }) => names.has(prog)),
    inners,
    ...(types === undefined ? {} : { types }),
    ...(version === undefined ? {} : { version }),
  };
  return { spec, core, assumed, perfBuffers };
}

function sectionOf(file: ObjectFile, { name, section, offset }: ObjectFunc): Section {
  const parsed = parseSection(section);
  if (typeof parsed === 'object' && 'type' in parsed) return parsed;
  // 'kprobe.multi/': whoever loads the program says later where it goes.
  const bare = parseSection(section.replace(/\/$/, ''));
  if (typeof bare === 'object' && 'type' in bare) return bare;
  const hint = parsed === 'unknown' ? sectionHint(section) || USUAL : `it is ${parsed.noHook}/NAME`;
  const reason = `program ${name}: the section's name says no type of programs (${hint})`;
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

function scopeOf(file: ObjectFile, kernel: Kernel): LinkScope {
  const { types, externs, kconfig } = file;
  const found = new Map<string, KernelSymbol & { index: number }>();
  const indices = new Map(file.maps.map(({ name }, index) => [name, index]));
  const places = new Map(externs.map(({ name }, index) => [name, index]));
  const options = new Map(kconfig.map(({ name, off }) => [name, off]));
  return {
    functions: new Map([...file.progs, ...file.subprogs].map((func) => [func.name, func])),
    types,
    kernel: kernel.types,
    candidates: types === undefined ? undefined : new Candidates(types, kernel.types, kernel.name),
    symbol: (name) => {
      const known = found.get(name);
      if (known !== undefined) return known;
      const index = places.get(name)!; // as below
      const symbol = { ...findSymbol(externs[index]!, types!, kernel), index }; // relocations name externs of the object, and types tell of them
      found.set(name, symbol);
      return symbol;
    },
    mapIndex: (name) => indices.get(name)!, // as above
    option: (name) => options.get(name)!, // as above
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
