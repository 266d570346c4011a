// Tables of types: what C can say of a member, and what is no type.
import { describe, expect, test } from 'vitest';
import { buildBtf } from '../../../vm/btf/build.ts';
import { plainType } from '../../../vm/btf/query.ts';
import { declaration } from '../../../vm/btf/text.ts';

const TYPES = {
  structs: {
    thing: {
      bytes: 64,
      shared: ['number', 'text'],
      members: {
        number: [0, 'volatile long int'],
        text: [0, 'char[8]'],
        low: [8, 'unsigned int', 3, 0],
        high: [8, 'unsigned int', 5, 27],
        ops: [16, 'int (*)(struct thing *, const char *, enum colour)'],
        grid: [24, 'u8[2][4]'],
        inner: [32, { bytes: 8, isUnion: true, members: { a: [0, 'int'], b: [0, '__be64'] } }],
        next: [40, 'struct thing *'],
        many: [48, 'union value *[2]'],
      },
    },
    value: { bytes: 8, isUnion: true, members: { whole: [0, '__be64'] } },
  },
  enums: { colour: { prefix: 'COLOUR_', values: 'RED GREEN=5 BLUE !NONE=-1' } },
  typedefs: { u8: 'unsigned char', __be64: 'long long unsigned int' },
} as const;

const btf = buildBtf('test', TYPES);
const thing = btf.type(btf.find('struct', 'thing')!);
const members = thing.kind === 'struct' ? thing.members : [];
const member = (name: string) => members.find((each) => each.name === name)!;

describe('a table builds', () => {
  test('bit fields by their bits from the start of the struct', () => {
    expect([member('low'), member('high')].map(({ bitOff, bits }) => [bitOff, bits])).toEqual([
      [64, 3],
      [91, 5],
    ]);
  });

  test('members that share their bytes in unions without a name', () => {
    const unions = members.filter(({ name }) => name === '').map(({ type }) => plainType(btf, type));
    expect(unions.map((union) => (union.kind === 'union' ? union.members[0]!.name : union.kind))).toEqual([
      'number',
      'text',
    ]);
  });

  test('pointers to functions with what they take', () => {
    const pointer = btf.type(member('ops').type);
    const proto = pointer.kind === 'ptr' ? btf.type(pointer.type) : pointer;
    expect(proto.kind === 'func_proto' && proto.params.length).toBe(3);
  });

  test('structs and unions within, arrays of arrays, arrays of pointers', () => {
    const inner = btf.type(member('inner').type);
    expect(inner).toMatchObject({ kind: 'union', name: '', bytes: 8 });
    const grid = btf.type(member('grid').type);
    expect(grid).toMatchObject({ kind: 'array', count: 2 });
    expect(btf.type(member('many').type)).toMatchObject({ kind: 'array', count: 2 });
  });

  test('enums whose values go on from the last, and below 0', () => {
    const colour = btf.type(btf.find('enum', 'colour')!);
    expect(colour).toMatchObject({
      isSigned: true,
      values: [
        { name: 'COLOUR_RED', value: 0n },
        { name: 'COLOUR_GREEN', value: 5n },
        { name: 'COLOUR_BLUE', value: 6n },
        { name: 'NONE', value: -1n },
      ],
    });
    expect(declaration(btf, btf.find('enum', 'colour')!)).toContain('colour');
  });
});

test.each(['', 'struct', 'int int2', 'char[', 'int (*)(int', 'no_such_type', 'int ]', 'int (*)', '* int'])(
  'no type: %j',
  (type) => {
    const build = () => buildBtf('test', { structs: { wrong: { bytes: 8, members: { it: [0, type] } } } });
    expect(build).toThrow(RangeError);
  },
);

test.each(['a-b', 'A=', '=1', 'A=x', 'A=1=2', '!'])('no value of an enum: %j', (values) => {
  expect(() => buildBtf('test', { enums: { wrong: { values } } })).toThrow(RangeError);
});
