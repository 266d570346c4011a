// Which programs of an object are loaded.
// @see tools/lib/bpf/libbpf.c bpf_object__init_prog, bpf_object_adjust_struct_ops_autoload
import { didYouMean } from '../asm/suggest.ts';
import { LoadError } from '../load-error.ts';
import type { ObjectFile, ObjectFunc } from './object-file.ts';

/**
 * Those of `only`; without it, all but those that their section marks as optional ('?kprobe/...'), and those of structs of functions that are. Throws
 * LoadError for a name that no program has, and for a struct of functions that the object wants to be there.
 */
export function chosenProgs(file: ObjectFile, only: readonly string[] | undefined): readonly ObjectFunc[] {
  if (only !== undefined) return only.map((name) => progNamed(file, name));
  const wanted = file.structOps.find(({ isOptional }) => !isOptional);
  if (wanted !== undefined) {
    const rule = `the kernel calls the functions of struct ${wanted.struct} itself, and a recording has no place for that`;
    const fix = `put it into SEC("?${wanted.section}"), or name the programs to load`;
    throw new LoadError('unsupported', wanted.name, `${rule}: ${fix}`);
  }
  const optional = new Set(file.structOps.flatMap(({ members }) => members.map(({ prog }) => prog)));
  return file.progs.filter(({ name, section }) => !section.startsWith('?') && !optional.has(name));
}

function progNamed({ name: object, progs }: ObjectFile, name: string): ObjectFunc {
  const found = progs.find((prog) => prog.name === name);
  if (found !== undefined) return found;
  const names = progs.map((prog) => prog.name);
  const hint = didYouMean(name, names);
  throw new LoadError(
    'elf',
    object,
    `there is no program ${name}: ${hint === '' ? `it has ${names.join(', ')}` : hint}`,
  );
}
