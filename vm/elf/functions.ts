// One function of an object: its insns, what they name, and what .BTF.ext tells of them.
import type { Btf } from '../btf/btf.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { LoadError } from '../load-error.ts';
import type { FuncInfo } from '../object.ts';
import type { At, BtfExt } from './btf-ext.ts';
import type { CodeRange } from './code-sections.ts';
import { within } from './elf-bytes.ts';
import type { ElfReloc } from './elf-relocs.ts';
import { relocsOf, type RelocScope } from './insn-relocs.ts';
import type { ObjectFunc } from './object-file.ts';

/** The function of a range; `relocs` are those of its section. Throws LoadError 'elf', 'btf'. */
export function functionOf(
  range: CodeRange,
  relocs: readonly ElfReloc[],
  scope: RelocScope,
  ext: BtfExt,
  types: Btf | undefined,
): ObjectFunc {
  const { name, section, start, end, linkage } = range;
  const told = <T extends object>(map: ReadonlyMap<string, readonly At<T>[]>): (T & { pc: number })[] =>
    within(map.get(section.name) ?? [], start, end).map(({ at, value }) => {
      const pc = (at - start) / SLOT_BYTES;
      if (Number.isInteger(pc)) return Object.assign({ pc }, value);
      const reason = `byte ${at} of ${section.name}, of which it tells, begins no insn`;
      throw new LoadError('btf', scope.elf.name, reason, { section: '.BTF.ext', offset: 0 });
    });
  return {
    name,
    section: section.name,
    offset: start,
    linkage,
    insns: section.bytes.slice(start, end),
    relocs: relocsOf(range, relocs, scope),
    coreRelos: told(ext.relos),
    info: infoOf(range, ext, types),
    lines: told(ext.lines),
  };
}

function infoOf(
  { section, start, isHidden }: CodeRange,
  { funcs }: BtfExt,
  types: Btf | undefined,
): FuncInfo | undefined {
  const [found] = within(funcs.get(section.name) ?? [], start, start + 1);
  const record = found === undefined ? undefined : types?.type(found.value);
  if (found === undefined || record?.kind !== 'func') return undefined;
  const isGlobal = record.linkage === 'global' && !isHidden;
  return { pc: 0, name: record.name, linkage: isGlobal ? 'global' : 'static', typeId: found.value };
}
