// Structs of functions that a kernel is to call, and which programs stand in them.
// @see tools/lib/bpf/libbpf.c init_struct_ops_maps, bpf_object__collect_st_ops_relos
import type { Btf } from '../btf/btf.ts';
import { plainType } from '../btf/query.ts';
import type { CodeRange } from './code-sections.ts';
import { elfError, within, type ElfSection } from './elf-bytes.ts';
import { readRelocs } from './elf-relocs.ts';
import type { ElfFile } from './elf.ts';
import type { ObjectStructOps } from './object-file.ts';

/** True for a section of such structs. */
export function isStructOpsSection({ name }: ElfSection): boolean {
  return /^\??\.struct_ops(?:\.link)?$/.test(name);
}

/** Those of all sections. Throws LoadError 'elf' for one without a type. */
export function readStructOps(
  elf: ElfFile,
  types: Btf | undefined,
  functionAt: (section: number, offset: number) => CodeRange | undefined,
): ObjectStructOps[] {
  return elf.sections
    .filter((section) => isStructOpsSection(section) && section.size > 0)
    .flatMap((section) => readSection(elf, section, types, functionAt));
}

function readSection(
  elf: ElfFile,
  section: ElfSection,
  types: Btf | undefined,
  functionAt: (section: number, offset: number) => CodeRange | undefined,
): ObjectStructOps[] {
  const id = types?.find('datasec', section.name);
  const record = types === undefined || id === undefined ? undefined : types.type(id);
  if (types === undefined || record?.kind !== 'datasec') {
    throw elfError(elf.name, section.name, 0, 'nothing tells which structs stand here: build with -g');
  }
  const relocs = readRelocs(elf, section);
  return record.vars.map(({ type, off, bytes }): ObjectStructOps => {
    const variable = types.type(type);
    const struct = variable.kind === 'var' ? plainType(types, variable.type) : undefined;
    if (variable.kind !== 'var' || struct?.kind !== 'struct') {
      throw elfError(elf.name, section.name, off, 'this variable is no struct');
    }
    const members = within(relocs, off, off + bytes).flatMap(({ at, symbol }) => {
      const member = struct.members.find(({ bitOff }) => bitOff === 8 * (at - off));
      const prog = functionAt(symbol.section, symbol.value);
      return member === undefined || prog === undefined ? [] : [{ member: member.name, prog: prog.name }];
    });
    const isOptional = section.name.startsWith('?');
    return { name: variable.name, struct: struct.name, section: section.name, isOptional, members };
  });
}
