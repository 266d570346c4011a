// One type of a blob.
import { byteString } from '../memory/text.ts';
import type { BtfRecord } from './btf.ts';
import { KIND, TYPE_BYTES, WIRE_KINDS } from './kinds.ts';
import type { Wire } from './wire.ts';

const LINKAGES = ['static', 'global', 'extern'] as const;

/** Reads the type with an id from 1 on. `wire` has been checked. */
export function decodeType(wire: Wire, id: number): BtfRecord {
  const { view, offsets, kinds } = wire;
  const at = offsets[id]!;
  const number = kinds[id]!;
  const info = view.getUint32(at + 4, true);
  const type: Words = {
    wire,
    number,
    name: stringAt(wire, view.getUint32(at, true)),
    vlen: info & 0xffff,
    flag: info >>> 31 === 1,
    word: view.getUint32(at + 8, true),
    at: at + TYPE_BYTES,
  };
  return READERS[WIRE_KINDS[number]!.kind](type); // readWire knows all kinds
}

/** The string at an offset of the section; at most its bytes, one character each. */
export function stringAt({ bytes, strings }: Wire, offset: number): string {
  const start = strings.start + offset;
  let end = start;
  while (end < strings.end && bytes[end] !== 0) end += 1;
  return end === start ? '' : byteString(bytes, start, end);
}

/** The words of a type, and the offset `at` of what is behind them. */
interface Words {
  readonly wire: Wire;
  readonly number: number;
  readonly name: string;
  readonly vlen: number;
  readonly flag: boolean;
  readonly word: number;
  readonly at: number;
}

const READERS = {
  void: () => ({ kind: 'void' }),
  int: ({ wire, name, word, at }) => {
    const bits = wire.view.getUint32(at, true);
    const encoding = bits >>> 24;
    return {
      kind: 'int',
      name,
      bytes: word,
      bits: bits & 0xff,
      bitOff: (bits >>> 16) & 0xff,
      isSigned: (encoding & 1) !== 0,
      isChar: (encoding & 2) !== 0,
      isBool: (encoding & 4) !== 0,
    };
  },
  float: ({ name, word }) => ({ kind: 'float', name, bytes: word }),
  ptr: ({ word }) => ({ kind: 'ptr', type: word }),
  array: ({ wire: { view }, at }) => ({
    kind: 'array',
    type: view.getUint32(at, true),
    index: view.getUint32(at + 4, true),
    count: view.getUint32(at + 8, true),
  }),
  struct: (words) => ({ kind: 'struct', name: words.name, bytes: words.word, members: membersOf(words) }),
  union: (words) => ({ kind: 'union', name: words.name, bytes: words.word, members: membersOf(words) }),
  enum: (words) => ({
    kind: 'enum',
    name: words.name,
    bytes: words.word,
    isSigned: words.flag,
    values: valuesOf(words),
  }),
  fwd: ({ name, flag }) => ({ kind: 'fwd', name, isUnion: flag }),
  typedef: ({ name, word }) => ({ kind: 'typedef', name, type: word }),
  type_tag: ({ name, word, flag }) => ({ kind: 'type_tag', name, type: word, isAttribute: flag }),
  const: ({ word }) => ({ kind: 'const', type: word }),
  volatile: ({ word }) => ({ kind: 'volatile', type: word }),
  restrict: ({ word }) => ({ kind: 'restrict', type: word }),
  func: ({ name, word, vlen }) => ({ kind: 'func', name, type: word, linkage: LINKAGES[vlen] ?? 'extern' }),
  func_proto: ({ wire, word, vlen, at }) => ({
    kind: 'func_proto',
    ret: word,
    params: parts(vlen, at, 8, (part) => ({
      name: stringAt(wire, wire.view.getUint32(part, true)),
      type: wire.view.getUint32(part + 4, true),
    })),
  }),
  var: ({ wire, name, word, at }) => {
    const linkage = LINKAGES[wire.view.getUint32(at, true)] ?? 'extern';
    return { kind: 'var', name, type: word, linkage };
  },
  datasec: ({ wire: { view }, name, word, vlen, at }) => ({
    kind: 'datasec',
    name,
    bytes: word,
    vars: parts(vlen, at, 12, (part) => ({
      type: view.getUint32(part, true),
      off: view.getUint32(part + 4, true),
      bytes: view.getUint32(part + 8, true),
    })),
  }),
  decl_tag: ({ wire, name, word, flag, at }) => ({
    kind: 'decl_tag',
    name,
    type: word,
    component: wire.view.getInt32(at, true),
    isAttribute: flag,
  }),
} as const satisfies Record<BtfRecord['kind'], (words: Words) => BtfRecord>;

type Members = Extract<BtfRecord, { kind: 'struct' | 'union' }>['members'];

/** With kind_flag the upper byte of an offset is the width of a bit field. */
function membersOf({ wire, vlen, flag, at }: Words): Members {
  const { view } = wire;
  return parts(vlen, at, 12, (part) => {
    const place = view.getUint32(part + 8, true);
    return {
      name: stringAt(wire, view.getUint32(part, true)),
      type: view.getUint32(part + 4, true),
      bitOff: flag ? place & 0xff_ffff : place,
      bits: flag ? place >>> 24 : 0,
    };
  });
}

type Values = Extract<BtfRecord, { kind: 'enum' }>['values'];

function valuesOf({ wire, number, vlen, flag, at }: Words): Values {
  const { view } = wire;
  const isWide = number === KIND.enum64;
  return parts(vlen, at, isWide ? 12 : 8, (part) => {
    const low = BigInt(view.getUint32(part + 4, true));
    const all = isWide ? low | (BigInt(view.getUint32(part + 8, true)) << 32n) : low;
    return {
      name: stringAt(wire, view.getUint32(part, true)),
      value: flag ? BigInt.asIntN(isWide ? 64 : 32, all) : all,
    };
  });
}

function parts<Part>(count: number, at: number, bytes: number, read: (part: number) => Part): Part[] {
  return Array.from({ length: count }, (_, i) => read(at + i * bytes));
}
