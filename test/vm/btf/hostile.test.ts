// Random bytes in the place of BTF: they are refused, or give types that can be asked anything without end or crash.
import { expect, test } from 'vitest';
import { BtfError } from '../../../vm/btf/btf-error.ts';
import type { Btf, BtfRecord } from '../../../vm/btf/btf.ts';
import { cHeader } from '../../../vm/btf/c-declarations.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { parseBtf } from '../../../vm/btf/parse.ts';
import { declTags, plainType, sizeOf } from '../../../vm/btf/query.ts';
import { declaration } from '../../../vm/btf/text.ts';
import { valueFields } from '../../../vm/btf/value-fields.ts';
import { findMember } from '../../../vm/btf/walk.ts';
import { btfBytes } from '../../support/btf-bytes.ts';
import { Random, seedOf } from '../../support/seed.ts';

const RUNS = 1_500;
const SEED = seedOf(20_260_401);

/** Asks all there is to ask. */
function interrogate(btf: Btf): void {
  for (let id = 0; id < btf.count; id++) {
    const type = btf.type(id);
    plainType(btf, id);
    sizeOf(btf, id);
    declaration(btf, id, 'x');
    declTags(btf, id, 0);
    if (type.kind !== 'struct' && type.kind !== 'union') continue;
    for (const off of [0, 4, type.bytes - 1, type.bytes]) {
      findMember(btf, id, off, 1, { isFlexible: true, isUntrusted: false });
    }
    btf.find(type.kind, type.name);
  }
}

test(`blobs with bytes changed at random are refused, or make sense (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const blob = btfBytes(kernelTypes());
  const outcomes = { refused: 0, taken: 0 };
  for (let run = 0; run < RUNS; run++) {
    const bytes = blob.slice(0, random.below(20) === 0 ? random.below(blob.length) : blob.length);
    for (let change = random.below(6); change >= 0; change--) {
      const at = random.below(random.below(3) === 0 ? 24 : bytes.length);
      bytes[at] = random.below(3) === 0 ? random.u32() : (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    try {
      const btf = parseBtf(bytes, 'hostile');
      outcomes.taken += 1;
      if (run % 10 === 0) interrogate(btf);
    } catch (error) {
      expect(error).toBeInstanceOf(BtfError);
      outcomes.refused += 1;
    }
  }
  expect(outcomes.refused).toBeGreaterThan(RUNS / 10);
  expect(outcomes.taken).toBeGreaterThan(RUNS / 10);
});

test('types nested ten thousand deep are no danger', () => {
  const deep = 10_000;
  const types: Btf = {
    name: 'deep',
    count: deep + 2,
    type: (id) =>
      id === 0
        ? { kind: 'void' }
        : id > deep
          ? { kind: 'float', name: 'end', bytes: 4 }
          : id % 2 === 0
            ? { kind: 'array', type: id + 1, index: deep + 1, count: 1 }
            : {
                kind: 'struct',
                name: '',
                bytes: 4,
                members: [{ name: 'm', type: id + 1, bitOff: 0, bits: 0 }],
              },
    find: () => undefined,
    ids: () => [],
  };
  const btf = parseBtf(btfBytes(types), 'deep');
  expect(findMember(btf, 1, 0, 4, { isFlexible: false, isUntrusted: false }).found.kind).toBe('number');
  expect(declaration(btf, 1)).toBe('struct { ... }');
});

/** Types behind void and an int with id 1, as bytes read again. */
function typesOf(records: readonly BtfRecord[]): Btf {
  const int: BtfRecord = {
    kind: 'int',
    name: 'int',
    bytes: 4,
    bits: 32,
    isSigned: true,
    isChar: false,
    isBool: false,
    bitOff: 0,
  };
  const all: BtfRecord[] = [{ kind: 'void' }, int, ...records];
  const btf: Btf = {
    name: 'shared',
    count: all.length,
    type: (id) => all[id]!,
    find: () => undefined,
    ids: () => [],
  };
  return parseBtf(btfBytes(btf), 'shared');
}

const LEVELS = 28;
const member = (
  name: string,
  type: number,
): { name: string; type: number; bitOff: number; bits: number } => ({
  name,
  type,
  bitOff: 0,
  bits: 0,
});
const twice = (i: number, name: string): BtfRecord => ({
  kind: 'struct',
  name,
  bytes: 4,
  members: [member(name === '' ? '' : 'a', i + 1), member(name === '' ? '' : 'b', i + 1)],
});
const levels = (make: (i: number) => BtfRecord[]): BtfRecord[] =>
  Array.from({ length: LEVELS }, (_, i) => make(i)).flat();

// oxfmt-ignore
const SHARED = [
  { what: 'unnamed structs that hold one another twice',   types: typesOf([...levels((i) => [twice(i, '')]), { kind: 'struct', name: 'top', bytes: 4, members: [member('m', LEVELS + 1)] }]) },
  { what: 'structs that hold one another twice',           types: typesOf(levels((i) => [twice(i, `s${i}`)])) },
  { what: 'functions that take pointers to one another twice', types: typesOf([
    ...levels((i) => [
      { kind: 'ptr', type: 2 * i + 1 },
      { kind: 'func_proto', ret: 2 * i + 2, params: [{ name: '', type: 2 * i + 2 }, { name: '', type: 2 * i + 2 }] },
    ]),
    { kind: 'typedef', name: 'top', type: 2 * LEVELS + 1 },
  ]) },
];

test.each(SHARED)(
  '$what: the ways through them are without number, and nobody goes them all',
  ({ types }) => {
    expect(cHeader(types).length).toBeLessThan(5_000_000);
    for (const id of types.ids('struct')) expect(valueFields(types, id, 'object')).toEqual([]);
  },
);

const named =
  (name: string): (() => Btf) =>
  () =>
    typesOf([{ kind: 'fwd', name, isUnion: false }]);
const tagged =
  (name: string): (() => Btf) =>
  () =>
    typesOf([{ kind: 'type_tag', name, type: 1 }]);

test('names are as long as a kernel takes them, and tags as long as texts are', () => {
  expect(named('x'.repeat(512))().find('fwd', 'x'.repeat(512))).toBe(2);
  expect(named('x'.repeat(513))).toThrow('BTF types, byte 40: a name is longer than 512 bytes');
  expect(tagged('x'.repeat(4096))().count).toBe(3);
  expect(tagged('x'.repeat(4097))).toThrow('BTF types, byte 40: a name is longer than 4096 bytes');
});
