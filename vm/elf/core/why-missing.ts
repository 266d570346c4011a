// Why a kernel has no answer, for the person whose program is refused for it: what is missing, and what there is of nearly that name.
import type { Btf } from '../../btf/btf.ts';
import { isStruct, plainType, skipModifiers } from '../../btf/query.ts';
import { declaration } from '../../btf/text.ts';
import type { Candidates } from './candidates.ts';
import type { CoreSpec } from './core-spec.ts';
import { essentialName } from './essential-name.ts';
import { typeText } from './spec-text.ts';

/** Names that are told at most. */
const LIMIT_NAMES = 3;

/** A sentence without a full stop; `candidates` are those that the relocations before it have left. */
export function whyMissing(asked: CoreSpec, kernel: Btf, candidates: Candidates): string {
  const name = typeText(asked.btf, asked.rootId);
  const { kernelName } = candidates;
  const [first] = candidates.of(asked.rootId);
  if (first === undefined) return `${kernelName} has no ${essentialName(name)}`;
  const enumerator = asked.steps[0]?.name;
  if (enumerator !== undefined) {
    const type = plainType(kernel, first);
    const names = type.kind === 'enum' ? type.values.map((value) => value.name) : [];
    return `${typeText(kernel, first)} of ${kernelName} has no ${essentialName(enumerator)}${near(enumerator, names)}`;
  }
  return whyNoField(asked, kernel, first, kernelName);
}

/** Goes along the steps as far as there is a way. */
function whyNoField(asked: CoreSpec, kernel: Btf, root: number, kernelName: string): string {
  let at = root;
  let path = typeText(kernel, root);
  for (const [i, { name, index }] of asked.steps.entries()) {
    const type = plainType(kernel, at);
    if (name === undefined) {
      if (i === 0) continue;
      if (type.kind !== 'array')
        return `${path} of ${kernelName} is no array, but ${declaration(kernel, at)}`;
      if (index >= type.count && type.count > 0) {
        return `${path} of ${kernelName} has ${type.count} elements, and none at ${index}`;
      }
      at = type.type;
      path += `[${index}]`;
      continue;
    }
    if (!isStruct(type)) return `${path} of ${kernelName} is no struct, but ${declaration(kernel, at)}`;
    const members = memberTypes(kernel, at);
    const member = members.get(name);
    if (member === undefined) {
      return `${path} of ${kernelName} has no member ${name}${near(name, [...members.keys()])}`;
    }
    at = member;
    path += `.${name}`;
  }
  return `${path} of ${kernelName} is of another kind: ${declaration(kernel, at)}`;
}

/** Types of the members by name, those of unnamed structs and unions too. */
function memberTypes(btf: Btf, id: number): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  const seen = new Set<number>();
  const add = (at: number): void => {
    const struct = skipModifiers(btf, at);
    const type = btf.type(struct);
    if (!isStruct(type) || seen.has(struct)) return;
    seen.add(struct);
    for (const member of type.members) {
      if (member.name === '') add(member.type);
      else if (!members.has(member.name)) members.set(member.name, member.type);
    }
  };
  add(id);
  return members;
}

/** ' (it has state, exit_state)': the names that differ in few letters, or hold the name. */
function near(name: string, names: readonly string[]): string {
  const wanted = bare(name);
  const found = [...new Set(names)]
    .map((other) => ({ other, far: farness(wanted, bare(other)) }))
    .filter(({ far }) => far <= wanted.length / 3)
    .toSorted((a, b) => a.far - b.far)
    .slice(0, LIMIT_NAMES);
  return found.length === 0 ? '' : ` (it has ${found.map(({ other }) => other).join(', ')})`;
}

/** Without case, flavour, and the underscores around it: what renamings leave alone. */
function bare(name: string): string {
  return essentialName(name)
    .toLowerCase()
    .replaceAll(/^_+|_+$/g, '');
}

/** Longest names that are compared letter by letter. */
const LIMIT_LETTERS = 64;

/** 0 the same, below 1 one holds the other, else letters to change. */
function farness(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a))) {
    return 1 - Math.min(a.length, b.length) / Math.max(a.length, b.length);
  }
  if (Math.abs(a.length - b.length) > 2 || a.length > LIMIT_LETTERS) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** Where a field is there and a load of it would not be the same number. */
export function whyNotLoaded(asked: CoreSpec, place: CoreSpec, kernelName: string): string {
  const [local, target] = [asked, place].map(fieldText);
  return `the insn loads or stores ${local}, and ${kernelName} has ${target}: only numbers without sign, and pointers, may be of another size`;
}

function fieldText({ btf, steps }: CoreSpec): string {
  const { typeId, index, name } = steps.at(-1)!; // the root at least
  const struct = btf.type(typeId);
  const member = isStruct(struct) && name !== undefined ? struct.members[index]! : undefined;
  if (member === undefined) return `'${declaration(btf, typeId)}'`;
  const bits = member.bits === 0 ? '' : ` : ${member.bits}`;
  return `'${declaration(btf, member.type, member.name)}${bits}' of ${typeText(btf, typeId)}`;
}
