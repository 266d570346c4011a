// Bytes as a value of a type: what stands in maps and in records of programs.
import { decodeUtf8 } from '../memory/text.ts';
import type { Btf, BtfMember, BtfRecord } from './btf.ts';
import { isStruct, plainType, sizeOf } from './query.ts';

/** Members by name, in order. Those of unnamed structs and unions stand among them, as C reaches them. */
export interface StructValue {
  readonly members: readonly (readonly [name: string, value: BtfValue])[];
}

/**
 * A value: numbers are bigint, floats number; a pointer is { pointer }; an enumerator and a char array are text; an enum without a name for its number
 * is the number. What lies beyond the bytes is undefined; elements of an array that begin there are left out, as records end behind what there is.
 */
export type BtfValue =
  | bigint
  | number
  | boolean
  | string
  | undefined
  | { readonly pointer: bigint }
  | readonly BtfValue[]
  | StructValue;

/** How many elements an array may have before the rest is left out; a flexible array ends with the bytes. */
const LIMIT_ELEMENTS = 4096;
/** Structs and arrays inside of each other. BTF cannot hold a struct in itself, but a broken one can be deep. */
const LIMIT_DEPTH = 32;

/** The value of type `id` that `bytes` begin with. Little endian, as everything in a machine. */
export function valueOf(btf: Btf, id: number, bytes: Uint8Array): BtfValue {
  return read(
    btf,
    id,
    { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), depth: 0 },
    0,
  );
}

/** True for a value with members. */
export function isStructValue(value: BtfValue): value is StructValue {
  return typeof value === 'object' && 'members' in value;
}

interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly depth: number;
}

function read(btf: Btf, id: number, source: Source, at: number): BtfValue {
  const type = plainType(btf, id);
  const deeper = { ...source, depth: source.depth + 1 };
  if (source.depth > LIMIT_DEPTH) return undefined;
  if (isStruct(type)) return { members: membersOf(btf, type.members, deeper, at) };
  switch (type.kind) {
    case 'array':
      return readArray(btf, type, deeper, at);
    case 'int':
      return type.bitOff === 0 && type.bits === 8 * type.bytes
        ? shown(type, readInt(source, at, type.bytes, type.isSigned))
        : shown(type, readBits(source, 8 * at + type.bitOff, type.bits, type.isSigned));
    case 'enum':
      return enumerator(type, readInt(source, at, type.bytes, type.isSigned));
    case 'ptr': {
      const pointer = readInt(source, at, 8, false);
      return pointer === undefined ? undefined : { pointer };
    }
    case 'float':
      return readFloat(source, at, type.bytes);
    case 'var':
      return read(btf, type.type, deeper, at);
    case 'datasec':
      return {
        members: type.vars.flatMap(({ type: variable, off }) => {
          const { name, type: id } = varOf(btf, variable);
          return name === '' ? [] : [[name, read(btf, id, deeper, at + off)] as const];
        }),
      };
    default:
      return undefined;
  }
}

function varOf(btf: Btf, id: number): { readonly name: string; readonly type: number } {
  const record = btf.type(id);
  return record.kind === 'var' ? record : { name: '', type: 0 };
}

function membersOf(
  btf: Btf,
  members: readonly BtfMember[],
  source: Source,
  at: number,
): StructValue['members'] {
  return members.flatMap(({ name, type, bitOff, bits }) => {
    const plain = plainType(btf, type);
    if (bits > 0)
      return name === '' ? [] : [[name, readField(plain, source, 8 * at + bitOff, bits)] as const];
    if (name === '' && isStruct(plain)) {
      return source.depth > LIMIT_DEPTH
        ? []
        : membersOf(btf, plain.members, deeperThan(source), at + bitOff / 8);
    }
    return [[name, read(btf, type, source, at + bitOff / 8)] as const];
  });
}

function deeperThan(source: Source): Source {
  return { ...source, depth: source.depth + 1 };
}

/** A bit field, of an int or an enum. */
function readField(type: BtfRecord, source: Source, bitAt: number, bits: number): BtfValue {
  if (type.kind === 'enum') return enumerator(type, readBits(source, bitAt, bits, type.isSigned));
  return type.kind === 'int' ? shown(type, readBits(source, bitAt, bits, type.isSigned)) : undefined;
}

function readArray(
  btf: Btf,
  { type, count }: Extract<BtfRecord, { kind: 'array' }>,
  source: Source,
  at: number,
): BtfValue {
  const bytes = sizeOf(btf, type) ?? 0;
  const left = bytes === 0 ? count : (source.bytes.length - at) / bytes;
  const there = count === 0 ? Math.floor(left) : Math.min(count, Math.ceil(left));
  const elements = Math.max(0, Math.min(there, LIMIT_ELEMENTS));
  const element = plainType(btf, type);
  if (element.kind === 'int' && element.bytes === 1 && isCharType(element)) {
    const text = textOf(source.bytes.subarray(at, at + there));
    if (text !== undefined) return text;
  }
  return Array.from({ length: elements }, (_, i) => read(btf, type, source, at + i * bytes));
}

function isCharType({ name, isChar }: Extract<BtfRecord, { kind: 'int' }>): boolean {
  return isChar || name === 'char';
}

const FIRST_PRINTABLE = 0x20;
const DEL = 0x7f;

/** A char array as text, up to its NUL; undefined when it holds anything but text: bytes that are no UTF-8, control characters but tab and newline. */
function textOf(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const text = decodeUtf8(bytes, 0, end < 0 ? bytes.length : end);
  const isText = Array.from(text).every((char) => {
    const code = char.codePointAt(0)!;
    return (
      (code >= FIRST_PRINTABLE && code !== DEL && code !== REPLACEMENT) || char === '\t' || char === '\n'
    );
  });
  return isText ? text : undefined;
}

const REPLACEMENT = 0xfffd;

function shown(type: Extract<BtfRecord, { kind: 'int' }>, value: bigint | undefined): BtfValue {
  return type.isBool && (value === 0n || value === 1n) ? value === 1n : value;
}

function enumerator(type: Extract<BtfRecord, { kind: 'enum' }>, value: bigint | undefined): BtfValue {
  if (value === undefined) return undefined;
  return type.values.find((one) => one.value === value)?.name ?? value;
}

/** An integer of 1 to 16 bytes. */
function readInt(source: Source, at: number, bytes: number, isSigned: boolean): bigint | undefined {
  return readBits(source, 8 * at, 8 * bytes, isSigned);
}

function readBits({ bytes }: Source, bitAt: number, bits: number, isSigned: boolean): bigint | undefined {
  const first = Math.floor(bitAt / 8);
  const last = Math.ceil((bitAt + bits) / 8);
  if (last > bytes.length || bits <= 0) return undefined;
  let value = 0n;
  for (let i = last - 1; i >= first; i--) value = (value << 8n) | BigInt(bytes[i]!);
  value >>= BigInt(bitAt - 8 * first);
  return isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function readFloat({ view, bytes }: Source, at: number, size: number): number | undefined {
  if (at + size > bytes.length) return undefined;
  return size === 4 ? view.getFloat32(at, true) : size === 8 ? view.getFloat64(at, true) : undefined;
}
