// test/cases/core: a program that asks for all there is to ask, and targets that answer differently.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Btf } from '../../vm/btf/btf.ts';
import { relocateCore, type CoreOutcome } from '../../vm/elf/core/relocate.ts';
import { LoadError } from '../../vm/load-error.ts';
import type { ObjectFile, ObjectFunc } from '../../vm/elf/object-file.ts';
import { readObject } from '../../vm/elf/read-object.ts';
import type { CoreAnswer } from './core-oracle.ts';

export const CORE_CASES = join(import.meta.dirname, '..', 'cases', 'core');
export const TARGETS = ['same', 'moved', 'less', 'twins'] as const;
export type Target = (typeof TARGETS)[number];

/** An object of the folder, 'program' or 'target-same'. */
export function coreObject(name: string): ObjectFile {
  return readObject(readFileSync(join(CORE_CASES, `${name}.o`)), name);
}

/** Types of an object of the folder. */
export function coreTypes(name: string): Btf {
  const { types } = coreObject(name);
  if (types === undefined) throw new Error(`${name}.o has no types`);
  return types;
}

/** The program's functions, each relocated alone. */
export function ourAnswers(target: Target): CoreAnswer[] {
  const { progs, types } = coreObject('program');
  const kernel = coreTypes(`target-${target}`);
  return progs.flatMap((func) => answersOf(func, types!, kernel)); // the program has types
}

/** A function of an object, relocated alone: what became of each of its relocations, up to one that is refused. */
export function answersOf({ name, insns, coreRelos }: ObjectFunc, types: Btf, kernel: Btf): CoreAnswer[] {
  try {
    return relocateCore(name, insns.slice(), coreRelos, types, kernel).map((outcome) => ({
      prog: name,
      asked: outcome.asked,
      found: outcome.relo.kind === 'type_id_local' ? undefined : outcome.found,
      answer: outcome.value ?? 'poison',
    }));
  } catch (error) {
    if (!(error instanceof LoadError) || error.code !== 'core') throw error;
    const asked = /(<.*?\)):/.exec(error.reason)?.[1] ?? /(<[^:]*(::[^:]*)?):/.exec(error.reason)![1]!;
    return [{ prog: name, asked, found: undefined, answer: 'error' }];
  }
}

/** One function of the program against a target: what became of its relocation, and its insns. Throws LoadError. */
export function relocated(func: string, target: Target): { outcome: CoreOutcome; insns: Uint8Array } {
  const { progs, types } = coreObject('program');
  const { insns, coreRelos } = progs.find(({ name }) => name === func)!;
  const copy = insns.slice();
  const [outcome] = relocateCore(func, copy, coreRelos, types!, coreTypes(`target-${target}`));
  return { outcome: outcome!, insns: copy };
}
