// The number that answers a question, once its place is found.
import type { Btf, BtfRecord } from '../../btf/btf.ts';
import { isStruct, plainType, skipModifiers } from '../../btf/query.ts';
import { CoreProblem } from './core-problem.ts';
import { CORE_KINDS, type CoreKind } from './core-relo.ts';
import { bitsOf, type CoreSpec } from './core-spec.ts';

/** An answer. */
export interface CoreValue {
  /** As 64 bits without sign; undefined: there is none, the insn is to be poisoned. */
  readonly value: bigint | undefined;
  /** Of an offset the bytes and the type of what lies there: loads and stores are as wide. 0 where that is not to be looked at. */
  readonly bytes: number;
  readonly typeId: number;
  /** The insn of the object must hold the object's own answer: compilers know it. */
  readonly isKnown: boolean;
}

const plain = (value: bigint | undefined, isKnown = true): CoreValue => ({
  value: value === undefined ? undefined : BigInt.asUintN(64, value),
  bytes: 0,
  typeId: 0,
  isKnown,
});

/** The answer of a place; of none: 0 to questions whether there is one, and none to others. Throws CoreProblem. @see tools/lib/bpf/relo_core.c bpf_core_calc_relo */
export function valueOf(kind: CoreKind, place: CoreSpec | undefined): CoreValue {
  switch (CORE_KINDS[kind].subject) {
    case 'type':
      return place === undefined ? plain(0n) : typeValue(kind, place);
    case 'enumval':
      if (kind === 'enumval_exists') return plain(place === undefined ? 0n : 1n);
      return plain(place === undefined ? undefined : enumeratorValue(place));
    default:
      if (kind === 'field_exists') return plain(place === undefined ? 0n : 1n);
      return place === undefined ? plain(undefined) : fieldValue(kind, place);
  }
}

function typeValue(kind: CoreKind, { btf, rootId }: CoreSpec): CoreValue {
  // A type's id may change when objects are linked.
  if (kind === 'type_id_target' || kind === 'type_id_local') return plain(BigInt(rootId), false);
  return plain(kind === 'type_size' ? BigInt(bitsOf(btf, rootId) / 8) : 1n);
}

function enumeratorValue({ btf, steps }: CoreSpec): bigint {
  const { typeId, index } = steps[0]!; // of an enumerator there is one
  const type = btf.type(typeId);
  if (type.kind !== 'enum') return 0n;
  const { value } = type.values[index]!;
  // Enums of 32 bits are read with their sign, whether they have one or not.
  return type.bytes === 8 ? value : BigInt.asIntN(32, value);
}

function fieldValue(kind: CoreKind, { btf, steps, bitOff }: CoreSpec): CoreValue {
  const { typeId, index, name } = steps.at(-1)!; // the root at least
  if (name === undefined) return elementValue(kind, btf, typeId, bitOff);
  const struct = btf.type(typeId);
  const member = isStruct(struct) ? struct.members[index]! : undefined;
  if (member === undefined) throw new CoreProblem(`type ${typeId} of ${btf.name} is no struct`);
  const id = skipModifiers(btf, member.type);
  const isBitField = member.bits > 0;
  const word = isBitField ? wordOf(btf.type(id), bitOff, member.bits) : wholeOf(btf, id, bitOff);
  const bits = isBitField ? member.bits : 8 * word.bytes;
  switch (kind) {
    case 'field_byte_offset': {
      const offset = plain(BigInt(word.at), !isBitField);
      return isBitField ? offset : { ...offset, bytes: word.bytes, typeId: id };
    }
    case 'field_byte_size':
      return plain(BigInt(word.bytes), !isBitField);
    case 'field_signed':
      return plain(isSigned(plainType(btf, id)) ? 1n : 0n);
    case 'field_lshift_u64':
      return plain(shift(bitOff + bits - 8 * word.at), !isBitField);
    default:
      return plain(shift(bits));
  }
}

/** Of a number that is wider than 64 bits there is none: it wraps, as libbpf's u32. */
function shift(bits: number): bigint {
  return BigInt.asUintN(32, BigInt(64 - bits));
}

function elementValue(kind: CoreKind, btf: Btf, typeId: number, bitOff: number): CoreValue {
  const bytes = bitsOf(btf, typeId) / 8;
  if (kind === 'field_byte_offset') return { ...plain(BigInt(Math.floor(bitOff / 8))), bytes, typeId };
  if (kind === 'field_byte_size') return plain(BigInt(bytes));
  throw new CoreProblem('an element of an array has an offset and a size, and nothing else to ask for');
}

interface Word {
  /** Bytes from the start of the root. */
  readonly at: number;
  readonly bytes: number;
}

function wholeOf(btf: Btf, id: number, bitOff: number): Word {
  return { at: Math.floor(bitOff / 8), bytes: bitsOf(btf, id) / 8 };
}

/** The smallest aligned word, as wide as its type or wider, that holds a bit field. */
function wordOf(type: BtfRecord, bitOff: number, bits: number): Word {
  if ((type.kind !== 'int' && type.kind !== 'enum') || type.bytes === 0) {
    throw new CoreProblem(`a bit field is a number, and not ${type.kind}`);
  }
  const startOf = (bytes: number): number => Math.floor(Math.floor(bitOff / 8) / bytes) * bytes;
  let { bytes } = type;
  while (bitOff + bits - 8 * startOf(bytes) > 8 * bytes) {
    if (bytes >= 8)
      throw new CoreProblem(`a bit field of ${bits} bits at bit ${bitOff} fits no word of 8 bytes`);
    bytes *= 2;
  }
  return { at: startOf(bytes), bytes };
}

function isSigned(type: BtfRecord): boolean {
  return (type.kind === 'int' || type.kind === 'enum') && type.isSigned;
}

/** Whether a load or store of one field may become one of the other, of another size: what has no sign keeps its value. */
export function isResizable(
  from: Pick<CoreSpec, 'btf'>,
  a: number,
  to: Pick<CoreSpec, 'btf'>,
  b: number,
): boolean {
  const local = from.btf.type(a);
  const target = to.btf.type(b);
  if (local.kind === 'ptr' && target.kind === 'ptr') return true;
  return local.kind === 'int' && target.kind === 'int' && !isPlainSigned(local) && !isPlainSigned(target);
}

/** Chars and truth values of BTF may be marked as signed besides: these do not count. */
function isPlainSigned(type: Extract<BtfRecord, { kind: 'int' }>): boolean {
  return type.isSigned && !type.isChar && !type.isBool;
}
