// Assembly text to programs: one bare program, or an object with maps, slots and several programs (see README.md for the syntax).
import { KFUNCS } from '../helpers/kfuncs.ts';
import { HELPERS } from '../helpers/table.ts';
import type { ObjectSpec } from '../object.ts';
import { ProblemList, problemAt } from './errors.ts';
import { Body } from './body.ts';
import { layOutAll, link, type LinkedProg } from './link.ts';
import { ObjectReader } from './object-reader.ts';
import { parseInsn } from './parse-insn.ts';
import { tokenize } from './tokens.ts';

/** What a kernel offers to call, by name. */
const KERNEL = { helpers: idsOf(HELPERS), kfuncs: idsOf(KFUNCS) };

function idsOf(table: Readonly<Record<string, { readonly id: number }>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(table).map(([name, { id }]) => [name, id]));
}

/**
 * Assembles an object: maps, programs by section, slots of prog arrays, licence. `name` becomes the object's name.
 * Throws AsmError with the problems of the text.
 */
export function assembleObject(text: string, name: string): ObjectSpec {
  const problems = new ProblemList();
  return problems.file(() => new ObjectReader(tokenize(text, problems), problems).finish(name, KERNEL));
}

/**
 * Assembles the insns of one program, without directives; `maps` are the names that it may use, imm of a reference is the position
 * in the list. Throws AsmError.
 */
export function assembleProg(text: string, maps: readonly string[] = []): LinkedProg {
  const problems = new ProblemList();
  return problems.file(() => assembleBody(text, maps, problems));
}

function assembleBody(text: string, maps: readonly string[], problems: ProblemList): LinkedProg {
  const body = new Body('', { line: 1, column: 1 });
  const noConstants = new Map<string, bigint>();
  for (const statement of tokenize(text, problems)) {
    for (const label of statement.labels) problems.attempt(() => body.label(label));
    if (statement.tokens.length === 0) continue;
    const draft = problems.attempt(() => parseInsn(statement, noConstants));
    if (draft !== undefined) body.add(draft);
  }
  const scope = {
    maps: new Map(maps.map((map, index) => [map, index])),
    functions: new Map(),
    programs: new Set<string>(),
    data: new Map(),
    btfMaps: new Set<string>(),
    ...KERNEL,
  };
  const [layout] = layOutAll([body], scope);
  const prog = link(layout!, scope, problems);
  if (body.drafts.length === 0 && problems.problems.length === 0) {
    problems.add(problemAt(body.place, 'empty-program', ['']));
  }
  return prog;
}
