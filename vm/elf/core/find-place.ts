// Where a type of the kernel has what the object asks for: the question's steps, gone through the other type.
import type { Btf } from '../../btf/btf.ts';
import { isStruct, skipModifiers } from '../../btf/query.ts';
import { areFieldsCompatible, areTypesCompatible } from './compatible.ts';
import { CoreProblem } from './core-problem.ts';
import { CORE_KINDS } from './core-relo.ts';
import { bitsOf, checkedBits, isFlexible, LIMIT_STEPS, type CoreSpec, type CoreStep } from './core-spec.ts';
import { essentialName } from './essential-name.ts';
import { isSameShape } from './same-shape.ts';

/**
 * The place in type `id` of the kernel that answers a question of the object; undefined where it has none. Throws CoreProblem for types that lie too deep
 * in each other, or have no size. @see tools/lib/bpf/relo_core.c bpf_core_spec_match
 */
export function findPlace(asked: CoreSpec, kernel: Btf, id: number): CoreSpec | undefined {
  const about = { btf: kernel, kind: asked.kind, rootId: id };
  switch (CORE_KINDS[asked.kind].subject) {
    case 'type': {
      const match = asked.kind === 'type_matches' ? isSameShape : areTypesCompatible;
      const isIt = match({ btf: asked.btf, id: asked.rootId }, { btf: kernel, id });
      return isIt ? { ...about, steps: [], raw: [], bitOff: 0 } : undefined;
    }
    case 'enumval': {
      const step = findEnumerator(asked.steps[0]!, kernel, id); // readSpec made one
      return step === undefined ? undefined : { ...about, steps: [step], raw: [step.index], bitOff: 0 };
    }
    default: {
      const finder = new PlaceFinder(asked.btf, kernel, id);
      const { place } = finder;
      if (!asked.steps.every((step, i) => finder.step(step, i === 0))) return undefined;
      return { ...about, steps: place.steps, raw: place.raw, bitOff: place.bitOff };
    }
  }
}

function findEnumerator({ name = '' }: CoreStep, kernel: Btf, id: number): CoreStep | undefined {
  const typeId = skipModifiers(kernel, id);
  const type = kernel.type(typeId);
  if (type.kind !== 'enum') return undefined;
  const wanted = essentialName(name);
  const index = type.values.findIndex((value) => essentialName(value.name) === wanted);
  return index < 0 ? undefined : { typeId, index, name: type.values[index]!.name };
}

/** What has been gone so far. */
interface Place {
  readonly steps: CoreStep[];
  readonly raw: number[];
  bitOff: number;
}

class PlaceFinder {
  readonly place: Place = { steps: [], raw: [], bitOff: 0 };
  private readonly local: Btf;
  private readonly kernel: Btf;
  private at: number;

  constructor(local: Btf, kernel: Btf, id: number) {
    this.local = local;
    this.kernel = kernel;
    this.at = skipModifiers(kernel, id);
  }

  /** Whether the kernel's type goes on so. */
  step(step: CoreStep, isRoot: boolean): boolean {
    return step.name === undefined ? this.element(step.index, isRoot) : this.member(step, step.name);
  }

  private element(index: number, isRoot: boolean): boolean {
    if (!isRoot) {
      const array = this.kernel.type(this.at);
      if (array.kind !== 'array') return false;
      const isThere = index < array.count || isFlexible(this.kernel, this.place.steps.at(-1), array.count);
      if (!isThere) return false;
      this.at = skipModifiers(this.kernel, array.type);
    }
    this.place.steps.push({ typeId: this.at, index, name: undefined });
    this.enter(index, index * bitsOf(this.kernel, this.at));
    return true;
  }

  private enter(index: number, bits: number): void {
    if (this.place.raw.length === LIMIT_STEPS) {
      throw new CoreProblem(`in ${this.kernel.name} the field lies more than ${LIMIT_STEPS} types deep`);
    }
    this.place.raw.push(index);
    this.place.bitOff = checkedBits(this.place.bitOff + bits);
  }

  private member({ typeId, index }: CoreStep, name: string): boolean {
    const path = memberPath(this.kernel, this.at, name);
    if (path === undefined) return false;
    for (const part of path) this.enter(part.index, part.bitOff);
    const last = path.at(-1)!; // a path has a step
    const struct = this.local.type(typeId);
    const type = isStruct(struct) ? struct.members[index]!.type : 0; // readSpec went there
    this.place.steps.push({ typeId: last.struct, index: last.index, name });
    this.at = skipModifiers(this.kernel, last.type);
    return areFieldsCompatible({ btf: this.local, id: type }, { btf: this.kernel, id: last.type });
  }
}

interface PathPart {
  /** The struct that the member stands in, without modifiers, and its position there. */
  readonly struct: number;
  readonly index: number;
  readonly type: number;
  /** From the start of that struct. */
  readonly bitOff: number;
}

/** The way from a struct to its member of that name, through unnamed structs and unions; undefined where there is none. @see bpf_core_match_member */
function memberPath(btf: Btf, id: number, name: string): readonly PathPart[] | undefined {
  const barren = new Set<number>();
  const search = (at: number, depth: number): PathPart[] | undefined => {
    const struct = skipModifiers(btf, at);
    const type = btf.type(struct);
    if (!isStruct(type) || barren.has(struct) || depth > LIMIT_STEPS) return undefined;
    for (const [index, member] of type.members.entries()) {
      const part = { struct, index, type: member.type, bitOff: member.bitOff };
      if (member.name === name) return [part];
      const rest = member.name === '' ? search(member.type, depth + 1) : undefined;
      if (rest !== undefined) return [part, ...rest];
    }
    barren.add(struct);
    return undefined;
  };
  return search(id, 1);
}
