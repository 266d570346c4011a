// A relocation's question, step by step: from the access string '0:1:2:3' to names and indices.
//
//   struct sample { int first; struct { int a; int list[7]; }; } *s;      &s->list[3] has the access string 0:1:1:3
//   raw    0 (s[0])   1 (the unnamed struct)   1 (list)   3
//   steps  [0]                                 .list      [3]        what a struct of another kernel is searched for
import type { Btf, BtfRecord } from '../../btf/btf.ts';
import { isStruct, plainType, sizeOf, skipModifiers } from '../../btf/query.ts';
import { CoreProblem } from './core-problem.ts';
import { CORE_KINDS, type CoreKind, type CoreRelo } from './core-relo.ts';

/** One step: a member by its name, or an element of an array; the first is the pointer's own index. */
export interface CoreStep {
  /** Of a member the struct that it stands in; of an element its type; of an enumerator the enum. Without modifiers. */
  readonly typeId: number;
  /** Of a member or enumerator its position. */
  readonly index: number;
  readonly name: string | undefined;
}

/** A question about types, or the place in a kernel's types that answers it. */
export interface CoreSpec {
  readonly btf: Btf;
  readonly kind: CoreKind;
  readonly rootId: number;
  readonly steps: readonly CoreStep[];
  /** Each index, those of unnamed members too. */
  readonly raw: readonly number[];
  /** Of a field: bits from the start of the root. */
  readonly bitOff: number;
}

/** Indices of an access string at most. @see BPF_CORE_SPEC_MAX_LEN */
export const LIMIT_STEPS = 64;
/** Bits that a field may lie from its root. */
const LIMIT_BITS = 2 ** 32;

/** Reads a relocation against the object's own types. Throws CoreProblem. @see tools/lib/bpf/relo_core.c bpf_core_parse_spec */
export function readSpec(types: Btf, { kind, typeId, access }: CoreRelo): CoreSpec {
  const about = { btf: types, kind, rootId: typeId };
  const { subject } = CORE_KINDS[kind];
  if (subject === 'type') {
    if (access !== '0') throw new CoreProblem(`the access string of a type is '0', and not '${access}'`);
    return { ...about, steps: [], raw: [], bitOff: 0 };
  }
  const raw = readAccess(access);
  const id = skipModifiers(types, typeId);
  const root = { typeId: id, index: raw[0]!, name: undefined };
  if (subject === 'enumval') return { ...about, raw, bitOff: 0, steps: [enumerator(types, root, raw)] };
  const reader = new FieldReader(types, root);
  for (const index of raw.slice(1)) reader.step(index);
  return { ...about, raw, steps: reader.steps, bitOff: reader.bitOff };
}

function readAccess(access: string): number[] {
  if (!/^\d+(:\d+)*$/.test(access)) {
    throw new CoreProblem(`an access string is numbers with colons between them, and not '${access}'`);
  }
  const raw = access.split(':').map(Number);
  if (raw.length > LIMIT_STEPS) {
    throw new CoreProblem(`an access string has ${raw.length} numbers, bound ${LIMIT_STEPS}`);
  }
  return raw;
}

function enumerator(types: Btf, root: CoreStep, raw: readonly number[]): CoreStep {
  const type = types.type(root.typeId);
  if (type.kind !== 'enum') throw new CoreProblem('it asks for an enumerator of a type that is no enum');
  const value = type.values[root.index];
  if (value === undefined || raw.length > 1) {
    throw new CoreProblem(`there is no enumerator ${raw.join(':')}, bound ${type.values.length - 1}`);
  }
  return { ...root, name: value.name };
}

class FieldReader {
  readonly steps: CoreStep[];
  bitOff: number;
  private readonly types: Btf;
  private at: number;

  constructor(types: Btf, root: CoreStep) {
    this.types = types;
    this.at = root.typeId;
    this.steps = [root];
    this.bitOff = checkedBits(root.index * bitsOf(types, root.typeId));
  }

  /** Into member or element `index`. */
  step(index: number): void {
    const id = skipModifiers(this.types, this.at);
    const type = this.types.type(id);
    if (isStruct(type)) this.member(type, id, index);
    else if (type.kind === 'array') this.element(type, index);
    else throw new CoreProblem(`there is nothing with parts at step ${this.steps.length}: ${type.kind}`);
  }

  private member(type: Extract<BtfRecord, { kind: 'struct' | 'union' }>, id: number, index: number): void {
    const member = type.members[index];
    if (member === undefined) {
      throw new CoreProblem(
        `${type.kind} ${type.name} has no member ${index}, bound ${type.members.length - 1}`,
      );
    }
    this.bitOff = checkedBits(this.bitOff + member.bitOff);
    if (member.name !== '') this.steps.push({ typeId: id, index, name: member.name });
    this.at = member.type;
  }

  private element(array: Extract<BtfRecord, { kind: 'array' }>, index: number): void {
    if (index >= array.count && !isFlexible(this.types, this.steps.at(-1), array.count)) {
      throw new CoreProblem(`an array has no element ${index}, bound ${array.count - 1}`);
    }
    this.at = skipModifiers(this.types, array.type);
    this.steps.push({ typeId: this.at, index, name: undefined });
    this.bitOff = checkedBits(this.bitOff + index * bitsOf(this.types, this.at));
  }
}

/** An array without length that is the last member of its struct: it has any element. `step` is the member. @see is_flex_arr */
export function isFlexible(btf: Btf, step: CoreStep | undefined, count: number): boolean {
  if (step?.name === undefined || count > 0) return false;
  const struct = plainType(btf, step.typeId);
  return isStruct(struct) && step.index === struct.members.length - 1;
}

/** Bits of a type. Throws CoreProblem for one that has no size. */
export function bitsOf(btf: Btf, id: number): number {
  const bytes = sizeOf(btf, id);
  if (bytes === undefined || bytes > 0xffff_ffff) {
    throw new CoreProblem(`type ${id} of ${btf.name} (${plainType(btf, id).kind}) has no size`);
  }
  return 8 * bytes;
}

/** Throws CoreProblem for an offset that no struct has. */
export function checkedBits(bits: number): number {
  if (bits < LIMIT_BITS) return bits;
  throw new CoreProblem(`a field lies ${bits} bits from its root, bound ${LIMIT_BITS - 1}`);
}
