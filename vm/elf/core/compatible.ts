// When a type of the kernel can stand for one of the object: for fields, and for types as a whole.
import type { Btf, BtfRecord } from '../../btf/btf.ts';
import { isStruct, skipModifiers } from '../../btf/query.ts';
import { CoreProblem } from './core-problem.ts';
import { essentialName } from './essential-name.ts';

/** A type and whose it is. */
export interface TypeOf {
  readonly btf: Btf;
  readonly id: number;
}

/** Types that are made of one another, one after the other, at most; and functions within functions. */
const LIMIT_DEPTH = 32;

/**
 * A field may be of another size and sign, a pointer to anything; an array of other length; a struct is like a union. Enums have the same name, or none.
 * @see tools/lib/bpf/relo_core.c bpf_core_fields_are_compat
 */
export function areFieldsCompatible(local: TypeOf, target: TypeOf): boolean {
  let a = plain(local);
  let b = plain(target);
  for (;;) {
    if (isStruct(a.type) && isStruct(b.type)) return true;
    if (a.type.kind !== b.type.kind) return false;
    switch (a.type.kind) {
      case 'ptr':
      case 'float':
        return true;
      case 'fwd':
      case 'enum':
        return isNamedAlike(a.type.name, (b.type as typeof a.type).name); // of the same kind
      case 'int':
        return isWhole(a.type) && isWhole(b.type);
      case 'array':
        a = plain({ btf: a.btf, id: a.type.type });
        b = plain({ btf: b.btf, id: (b.type as typeof a.type & { type: number }).type }); // of the same kind
        break;
      default:
        return false;
    }
  }
}

/**
 * Types of one name: of the same kind, and what they point to, hold and take too. Sizes and members do not count.
 * Throws CoreProblem for types that are nested too deep. @see __bpf_core_types_are_compat
 */
export function areTypesCompatible(local: TypeOf, target: TypeOf): boolean {
  if (local.btf.type(local.id).kind !== target.btf.type(target.id).kind) return false;
  return areAlike(local, target, LIMIT_DEPTH, new Map());
}

function areAlike(local: TypeOf, target: TypeOf, level: number, known: Map<string, boolean>): boolean {
  let a = plain(local);
  let b = plain(target);
  for (let depth = 0; depth < LIMIT_DEPTH; depth++) {
    if (a.type.kind !== b.type.kind) return false;
    switch (a.type.kind) {
      case 'void':
      case 'struct':
      case 'union':
      case 'enum':
      case 'fwd':
        return true;
      case 'int':
        return isWhole(a.type) && isWhole(b.type);
      case 'ptr':
      case 'array':
        b = plain({ btf: b.btf, id: (b.type as { readonly type: number }).type }); // of the same kind
        a = plain({ btf: a.btf, id: a.type.type });
        break;
      case 'func_proto': {
        const to = b.type as typeof a.type; // of the same kind
        if (!areParamsAlike({ ...a, type: a.type }, { ...b, type: to }, level, known)) return false;
        a = plain({ btf: a.btf, id: a.type.ret });
        b = plain({ btf: b.btf, id: to.ret });
        break;
      }
      default:
        return false;
    }
  }
  throw new CoreProblem(`types are made of more than ${LIMIT_DEPTH} others`);
}

interface Proto extends TypeOf {
  readonly type: Extract<BtfRecord, { kind: 'func_proto' }>;
}

function areParamsAlike(a: Proto, b: Proto, level: number, known: Map<string, boolean>): boolean {
  const key = `${a.id} ${b.id}`;
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  if (a.type.params.length !== b.type.params.length) return false;
  if (level <= 0 && a.type.params.length > 0) {
    throw new CoreProblem(`functions take functions, more than ${LIMIT_DEPTH} deep`);
  }
  const isAlike = a.type.params.every((param, i) =>
    areAlike(
      { btf: a.btf, id: param.type },
      { btf: b.btf, id: b.type.params[i]!.type }, // as many
      level - 1,
      known,
    ),
  );
  known.set(key, isAlike);
  return isAlike;
}

interface PlainType extends TypeOf {
  readonly type: BtfRecord;
}

function plain({ btf, id }: TypeOf): PlainType {
  const at = skipModifiers(btf, id);
  return { btf, id: at, type: btf.type(at) };
}

/** No part of a word, as compilers once wrote bit fields. */
function isWhole(type: BtfRecord): boolean {
  return type.kind === 'int' && type.bitOff === 0;
}

function isNamedAlike(local: string, target: string): boolean {
  return local === '' || target === '' || essentialName(local) === essentialName(target);
}
