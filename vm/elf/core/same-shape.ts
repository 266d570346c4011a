// type_matches: whether a type of the kernel has the shape of one of the object.
import type { Btf, BtfRecord } from '../../btf/btf.ts';
import { isStruct, nameOf, skipModifiers } from '../../btf/query.ts';
import type { TypeOf } from './compatible.ts';
import { CoreProblem } from './core-problem.ts';
import { essentialName } from './essential-name.ts';

/** Types that are made of one another, one after the other, and structs within structs, at most. */
const LIMIT_DEPTH = 32;

type Struct = Extract<BtfRecord, { kind: 'struct' | 'union' }>;
type Enum = Extract<BtfRecord, { kind: 'enum' }>;
type Fwd = Extract<BtfRecord, { kind: 'fwd' }>;
/** A function's type, and its id. */
type ProtoOf = readonly [Extract<BtfRecord, { kind: 'func_proto' }>, number];

/**
 * Names, sizes and signs agree at each step; the kernel's struct has all members of the object's, its enum all enumerators, by name. Behind a pointer
 * the name of a struct is enough. Throws CoreProblem for types that are nested too deep. @see tools/lib/bpf/relo_core.c __bpf_core_types_match
 */
export function isSameShape(local: TypeOf, target: TypeOf): boolean {
  return new Matcher(local.btf, target.btf).match(local.id, target.id, false, LIMIT_DEPTH);
}

class Matcher {
  private readonly local: Btf;
  private readonly target: Btf;
  private readonly known = new Map<string, boolean>();
  private readonly members = new Map<number, ReadonlyMap<string, readonly number[]>>();

  constructor(local: Btf, target: Btf) {
    this.local = local;
    this.target = target;
  }

  match(localId: number, targetId: number, isBehind: boolean, level: number): boolean {
    if (level <= 0) throw new CoreProblem(`structs lie in structs, more than ${LIMIT_DEPTH} deep`);
    let isBehindPointer = isBehind;
    let a = skipModifiers(this.local, localId);
    let b = skipModifiers(this.target, targetId);
    for (let depth = 0; depth < LIMIT_DEPTH; depth++) {
      const from = this.local.type(a);
      const to = this.target.type(b);
      if (essentialName(nameOf(from)) !== essentialName(nameOf(to))) return false;
      if (from.kind === 'fwd') return isDeclared(from, to, isBehindPointer);
      if (isStruct(from)) return this.struct(from, a, b, isBehindPointer, level);
      if (from.kind !== to.kind) return false;
      switch (from.kind) {
        case 'void':
          return true;
        case 'enum':
          return isSameEnum(from, to as Enum); // of the same kind
        case 'int': {
          const { bytes, isSigned } = to as typeof from; // of the same kind
          return from.bytes === bytes && from.isSigned === isSigned;
        }
        case 'ptr':
          isBehindPointer = true;
          break;
        case 'array':
          if (from.count !== (to as typeof from).count) return false; // of the same kind
          break;
        case 'func_proto':
          if (!this.params([from, a], [to as typeof from, b], isBehindPointer, level)) return false; // of the same kind
          break;
        default:
          return false;
      }
      a = skipModifiers(this.local, nextOf(from));
      b = skipModifiers(this.target, nextOf(to));
    }
    throw new CoreProblem(`types are made of more than ${LIMIT_DEPTH} others`);
  }

  private struct(from: Struct, a: number, b: number, isBehindPointer: boolean, level: number): boolean {
    const to = this.target.type(b);
    if (isBehindPointer) {
      return to.kind === from.kind || (to.kind === 'fwd' && to.isUnion === (from.kind === 'union'));
    }
    if (to.kind !== from.kind || !isStruct(to) || from.members.length > to.members.length) return false;
    const key = `${a} ${b}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const names = this.membersOf(b, to);
    const isSame = from.members.every(({ name, type }) =>
      (names.get(essentialName(name)) ?? []).some((other) => this.match(type, other, false, level - 1)),
    );
    this.known.set(key, isSame);
    return isSame;
  }

  private params([from, a]: ProtoOf, [to, b]: ProtoOf, isBehindPointer: boolean, level: number): boolean {
    if (from.params.length !== to.params.length) return false;
    const key = `${a} ${b} ${isBehindPointer}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const isSame = from.params.every(({ type }, i) =>
      this.match(type, to.params[i]!.type, isBehindPointer, level - 1),
    );
    this.known.set(key, isSame);
    return isSame;
  }

  /** Types of the members of a struct of the kernel, by their names without flavour. */
  private membersOf(id: number, { members }: Struct): ReadonlyMap<string, readonly number[]> {
    const known = this.members.get(id);
    if (known !== undefined) return known;
    const names = new Map<string, number[]>();
    for (const { name, type } of members) {
      const types = names.get(essentialName(name)) ?? [];
      types.push(type);
      names.set(essentialName(name), types);
    }
    this.members.set(id, names);
    return names;
  }
}

/** What a pointer, array or function leads on to. */
function nextOf(type: BtfRecord): number {
  if (type.kind === 'func_proto') return type.ret;
  return type.kind === 'ptr' || type.kind === 'array' ? type.type : 0;
}

/** A struct that is only declared is any struct of that name, behind a pointer. */
function isDeclared({ isUnion }: Fwd, to: BtfRecord, isBehindPointer: boolean): boolean {
  if (to.kind === 'fwd') return to.isUnion === isUnion;
  return isBehindPointer && to.kind === (isUnion ? 'union' : 'struct');
}

function isSameEnum(from: Enum, to: Enum): boolean {
  if (from.bytes !== to.bytes || from.values.length > to.values.length) return false;
  const names = new Set(to.values.map(({ name }) => essentialName(name)));
  return from.values.every(({ name }) => names.has(essentialName(name)));
}
