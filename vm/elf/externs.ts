// Externs of an object: symbols that are not in it, and what of the kernel its types say they are.
// @see tools/lib/bpf/libbpf.c bpf_object__collect_externs
import type { Btf } from '../btf/btf.ts';
import { sizeOf } from '../btf/query.ts';
import { elfError } from './elf-bytes.ts';
import { BINDINGS, SYMBOL_TYPES } from './elf-numbers.ts';
import type { ElfFile } from './elf.ts';
import { kconfigKind, layOutKconfig, type KconfigKind, type KconfigPlace } from './kconfig-layout.ts';
import type { ObjectExtern } from './object-file.ts';

/** The externs as libbpf sorts them: options first, then functions and variables by name. */
export interface Externs {
  readonly list: readonly ObjectExtern[];
  readonly kconfig: readonly KconfigPlace[];
}

/** Sections of externs in BTF, and what stands in them. */
const KCONFIG = '.kconfig';
const KSYMS = '.ksyms';

/** Most bytes of an option: those of a kernel are numbers and short texts. */
const LIMIT_OPTION_BYTES = 4096;

/** Throws LoadError 'elf' for an extern that no type tells of, or that is of no kind that a kernel has. */
export function readExterns(elf: ElfFile, types: Btf | undefined): Externs {
  const missing = elf.symbols.filter(
    ({ name, section, binding, type }) =>
      name !== '' &&
      section === 0 &&
      type === SYMBOL_TYPES.notype &&
      (binding === BINDINGS.global || binding === BINDINGS.weak),
  );
  if (missing.length === 0) return { list: [], kconfig: [] };
  const places = types === undefined ? new Map<string, Place>() : placesOf(types);
  const externs = missing.map(({ name, binding }): ObjectExtern => {
    const place = places.get(name);
    if (types === undefined || place === undefined) {
      const why =
        types === undefined
          ? 'nothing tells what it is: build with -g'
          : 'it is no __ksym and no __kconfig: link the objects that belong together with bpftool gen object';
      throw elfError(elf.name, '.symtab', 0, `${name} is not defined in the object, and ${why}`);
    }
    const { section, id } = place;
    const isFunction = types.type(id).kind === 'func';
    if (section !== KSYMS && (section !== KCONFIG || isFunction)) {
      throw elfError(
        elf.name,
        section,
        0,
        `extern ${name} stands in a section that is neither .ksyms nor .kconfig: link the objects that belong together with bpftool gen object`,
      );
    }
    const kind = section === KCONFIG ? 'kconfig' : isFunction ? 'kfunc' : 'ksym';
    return { name, kind, isWeak: binding === BINDINGS.weak, typeId: id };
  });
  const options = externs.filter(({ kind }) => kind === 'kconfig');
  const kconfig =
    types === undefined
      ? []
      : layOutKconfig(
          types,
          options.map((each) => optionOf(elf, types, each)),
        );
  const others = externs
    .filter(({ kind }) => kind !== 'kconfig')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const byName = new Map(options.map((each) => [each.name, each]));
  const inOrder = kconfig.map(({ name }) => byName.get(name)!); // laid out from them
  return { list: [...inOrder, ...others], kconfig };
}

interface Place {
  readonly section: string;
  readonly id: number;
}

/** Externs of the types by name, with the section that they stand in. */
function placesOf(types: Btf): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const sectionId of types.ids('datasec')) {
    const section = types.type(sectionId);
    if (section.kind !== 'datasec') continue;
    for (const { type: id } of section.vars) {
      const record = types.type(id);
      const isExtern = (record.kind === 'var' || record.kind === 'func') && record.linkage === 'extern';
      if (isExtern && !places.has(record.name)) places.set(record.name, { section: section.name, id });
    }
  }
  return places;
}

function optionOf(
  elf: ElfFile,
  types: Btf,
  { name, typeId }: ObjectExtern,
): { readonly name: string; readonly type: number; readonly kind: KconfigKind } {
  const variable = types.type(typeId);
  const type = variable.kind === 'var' ? variable.type : 0;
  const kind = kconfigKind(types, type);
  if (kind === undefined) {
    const rule = 'options are bool, char, integers, enum libbpf_tristate and arrays of char';
    throw elfError(elf.name, KCONFIG, 0, `${name} has a type that no option has: ${rule}`);
  }
  const bytes = sizeOf(types, type) ?? 0;
  if (bytes > LIMIT_OPTION_BYTES) {
    const rule = `an option has ${LIMIT_OPTION_BYTES} bytes at most`;
    throw elfError(elf.name, KCONFIG, 0, `${name} has ${bytes} bytes, and ${rule}`);
  }
  return { name, type, kind };
}
