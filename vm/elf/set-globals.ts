// Global variables that are set before an object is loaded: `const volatile` ones above all, which the verifier then knows.
import { didYouMean } from '../asm/suggest.ts';
import type { Btf, BtfRecord } from '../btf/btf.ts';
import { plainType, sizeOf } from '../btf/query.ts';
import { LoadError } from '../load-error.ts';
import type { MapSpec } from '../object.ts';
import type { ObjectFile } from './object-file.ts';

/** What a variable can be set to. */
export type GlobalValue = bigint | boolean | string | Uint8Array;

/** A variable of the object's global data. */
export interface GlobalVariable {
  readonly name: string;
  readonly map: string;
  readonly off: number;
  readonly bytes: number;
  readonly type: number;
}

/** The variables of the object's global data, in their order. None of an object without types. */
export function globalVariables({ maps, types }: Pick<ObjectFile, 'maps' | 'types'>): GlobalVariable[] {
  if (types === undefined) return [];
  return maps.flatMap(({ name: map, valueType = 0, data }) => {
    const section = types.type(valueType);
    if (data === undefined || section.kind !== 'datasec') return [];
    return section.vars.flatMap(({ type, off, bytes }): GlobalVariable[] => {
      const variable = types.type(type);
      if (variable.kind !== 'var' || off + bytes > data.length) return [];
      return [{ name: variable.name, map, off, bytes, type: variable.type }];
    });
  });
}

/** The maps with variables set. Throws LoadError 'map' for a variable that is not there, and for a value that it cannot have. */
export function withGlobals(
  file: ObjectFile,
  globals: Readonly<Record<string, GlobalValue>>,
): readonly MapSpec[] {
  const entries = Object.entries(globals);
  if (entries.length === 0) return file.maps;
  const { types } = file;
  if (types === undefined) {
    throw new LoadError(
      'map',
      entries[0]![0],
      'the object has no types that tell of its variables: build with -g',
    );
  }
  const variables = globalVariables(file);
  const data = new Map(file.maps.map(({ name, data: bytes }) => [name, bytes?.slice()]));
  for (const [name, value] of entries) {
    const variable = variables.find((each) => each.name === name);
    if (variable === undefined) throw new LoadError('map', name, missing(file, name, variables));
    const bytes = bytesOf(variable, value, types);
    data.get(variable.map)!.set(bytes, variable.off); // variables stand in maps with data
  }
  return file.maps.map((map) => {
    const bytes = data.get(map.name);
    return bytes === undefined ? map : { ...map, data: bytes };
  });
}

function missing({ name: object }: ObjectFile, name: string, variables: readonly GlobalVariable[]): string {
  const names = variables.map((variable) => variable.name);
  const hint = didYouMean(name, names);
  if (hint !== '') return `there is no such variable in ${object}: ${hint}`;
  return `there is no such variable in ${object}${names.length === 0 ? ', which has none' : `: it has ${names.slice(0, 12).join(', ')}`}`;
}

/** The bytes of a value of the variable's type. */
function bytesOf(variable: GlobalVariable, value: GlobalValue, types: Btf): Uint8Array {
  const { name, bytes: size } = variable;
  const record = plainType(types, variable.type);
  const refuse = (reason: string): never => {
    throw new LoadError('map', name, reason);
  };
  if (value instanceof Uint8Array) {
    if (value.length !== size) refuse(`the variable has ${size} bytes, and the value ${value.length}`);
    return value;
  }
  if (typeof value === 'string') return bytesOfText(record, value, size, types, refuse);
  const number = BigInt(value);
  const range = rangeOf(record, size);
  if (range === undefined)
    return refuse(
      `a variable of ${size} bytes that is no number takes bytes, or a text where it is an array of char`,
    );
  const [low, high] = range;
  // -1 for the largest number, as C takes it: uid_t that stands for nobody.
  const least = low === 0n && high > 1n ? -(high >> 1n) - 1n : low;
  if (number < least || number > high)
    refuse(`${describe(record, size)} is from ${low} to ${high}, and not ${number}`);
  return Uint8Array.from({ length: size }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

function bytesOfText(
  record: BtfRecord,
  text: string,
  size: number,
  types: Btf,
  refuse: (reason: string) => never,
): Uint8Array {
  if (record.kind === 'enum') {
    const found = record.values.find((each) => each.name === text);
    if (found === undefined) {
      const names = record.values.map((each) => each.name);
      return refuse(`enum ${record.name} has no ${text} ${didYouMean(text, names)}`.trimEnd());
    }
    return Uint8Array.from({ length: size }, (_, i) => Number((found.value >> BigInt(8 * i)) & 0xffn));
  }
  const isText = record.kind === 'array' && sizeOf(types, record.type) === 1;
  if (!isText) return refuse(`a text is for an array of char, and this is ${describe(record, size)}`);
  const utf8 = encodeUtf8(text);
  if (utf8.length >= size) refuse(`the text has ${utf8.length} bytes, bound ${size - 1} and a 0 behind them`);
  const bytes = new Uint8Array(size);
  bytes.set(utf8);
  return bytes;
}

function rangeOf(record: BtfRecord, size: number): readonly [bigint, bigint] | undefined {
  if (record.kind === 'int' && record.isBool) return [0n, 1n];
  const isNumber = record.kind === 'int' || record.kind === 'enum' || record.kind === 'ptr';
  if (!isNumber || size > 16) return undefined;
  const bits = BigInt(8 * size);
  const isSigned = record.kind !== 'ptr' && record.isSigned;
  return isSigned ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}

function describe(record: BtfRecord, size: number): string {
  const name = 'name' in record && record.name !== '' ? record.name : record.kind;
  return record.kind === 'ptr' ? 'a pointer' : `${name} of ${size} bytes`;
}

function encodeUtf8(text: string): number[] {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const more = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
    if (code < 0x80) return [code];
    if (code < 0x800) return [0xc0 | (code >> 6), more(0)];
    if (code < 0x1_0000) return [0xe0 | (code >> 12), more(6), more(0)];
    return [0xf0 | (code >> 18), more(12), more(6), more(0)];
  }).flat();
}
