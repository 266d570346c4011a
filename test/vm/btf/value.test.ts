// Bytes as values of their types, and these as JSON.
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { recordTypeOf } from '../../../vm/btf/record-type.ts';
import { valueOf } from '../../../vm/btf/value.ts';
import { valueJson } from '../../../vm/btf/value-text.ts';

function typed(declare: (builder: BtfBuilder) => number, hex: string): string {
  const builder = new BtfBuilder('test');
  const id = declare(builder);
  return valueJson(
    valueOf(builder.build(), id, Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))),
  );
}

const member = (name: string, type: number, bitOff: number, bits = 0) => ({ name, type, bitOff, bits });

function bitFields(builder: BtfBuilder): number {
  const u32 = builder.type('unsigned int');
  const values = [
    { name: 'IDLE', value: 0n },
    { name: 'BUSY', value: 1n },
  ];
  const state = builder.push({ kind: 'enum', name: 'state', bytes: 4, isSigned: false, values });
  const members = [
    member('low', u32, 0, 3),
    member('high', builder.type('int'), 3, 5),
    member('state', state, 32),
    member('other', state, 64),
  ];
  return builder.push({ kind: 'struct', name: 's', bytes: 12, members });
}

function unnamed(builder: BtfBuilder): number {
  const u16 = builder.type('unsigned short');
  const both = [member('a', u16, 0), member('b', u16, 16)];
  const inner = builder.push({ kind: 'struct', name: '', bytes: 4, members: both });
  const either = [member('', inner, 0), member('word', builder.type('unsigned int'), 0)];
  const union = builder.push({ kind: 'union', name: '', bytes: 4, members: either });
  return builder.push({ kind: 'struct', name: 's', bytes: 8, members: [member('', union, 32)] });
}

function flexible(builder: BtfBuilder): number {
  const u16 = builder.type('unsigned short');
  const members = [member('n', u16, 0), member('rest', builder.type('unsigned short[0]'), 16)];
  return builder.push({ kind: 'struct', name: 's', bytes: 2, members });
}

function section(builder: BtfBuilder): number {
  const int = builder.type('int');
  const first = builder.push({ kind: 'var', name: 'first', type: int, linkage: 'global' });
  const second = builder.push({ kind: 'var', name: 'second', type: int, linkage: 'static' });
  const vars = [
    { type: first, off: 0, bytes: 4 },
    { type: second, off: 8, bytes: 4 },
  ];
  return builder.push({ kind: 'datasec', name: '.bss', bytes: 12, vars });
}

function types(...structs: readonly (readonly [name: string, bytes: number])[]) {
  const builder = new BtfBuilder('test');
  const ids = structs.map(([name, bytes]) => builder.push({ kind: 'struct', name, bytes, members: [] }));
  return { btf: builder.build(), ids };
}

describe('a value', () => {
  test.each([
    ['int', 'ffffffff', '-1'],
    ['unsigned int', 'ffffffff', '4294967295'],
    ['long long', 'ffffffffffffff7f', '9223372036854775807'],
    ['unsigned long long', 'ffffffffffffffff', '18446744073709551615'],
    ['short', '0080', '-32768'],
    ['_Bool', '01', 'true'],
    ['_Bool', '02', '2'],
    ['void *', '00100080888fffff', '"0xffff8f8880001000"'],
    ['char[8]', '6c73000000000000', '"ls"'],
    ['char[4]', '6c736667', '"lsfg"'],
    ['char[4]', 'c3a40a00', '"ä\\n"'],
    ['char[4]', 'ff010203', '[-1, 1, 2, 3]'],
    ['unsigned char[4]', '7f000001', '[127, 0, 0, 1]'],
    ['int[2]', '0100000002000000', '[1, 2]'],
    ['int', '0100', 'null'],
    ['int[3]', '010000000200', '[1, null]'],
    ['int[3]', '01000000', '[1]'],
    ['char[3][4]', '6c730000', '["ls"]'],
  ])('of type %s is read from %s', (type, hex, text) => {
    expect(typed((builder) => builder.type(type), hex)).toBe(text);
  });

  test('of a struct has its members in order, bit fields and enumerators among them', () => {
    expect(typed(bitFields, 'fd000000 01000000 07000000')).toBe(
      '{"low": 5, "high": -1, "state": "BUSY", "other": 7}',
    );
  });

  test('shows members of unnamed structs and unions where C finds them', () => {
    expect(typed(unnamed, '00000000 01000200')).toBe('{"a": 1, "b": 2, "word": 131073}');
  });

  test('ends a flexible array with the bytes', () => {
    expect(typed(flexible, '0300 0100 0200 0300')).toBe('{"n": 3, "rest": [1, 2, 3]}');
  });

  test('of global data names the variables of its section', () => {
    expect(typed(section, '05000000 00000000 06000000')).toBe('{"first": 5, "second": 6}');
  });

  test('is indented where that is asked for, with numbers of an array on one line', () => {
    const value = { members: [['slots', [1n, 2n]] as const, ['name', 'dd'] as const] };
    expect(valueJson(value, 2)).toBe('{\n  "slots": [1, 2],\n  "name": "dd"\n}');
  });
});

describe('the type of a record', () => {
  test.each([
    [
      'the only one named so and as long',
      [
        ['event', 24],
        ['other', 24],
      ],
      'events',
      24,
      0,
    ],
    [
      'the one that is named like the map',
      [
        ['exec_event', 24],
        ['exit_event', 24],
      ],
      'exit_events',
      24,
      1,
    ],
    [
      'one that is as long, before a longer one',
      [
        ['event', 32],
        ['open_event', 24],
      ],
      'events',
      24,
      1,
    ],
    ['one of which the record is the beginning', [['event', 300]], 'rb', 44, 0],
    ['one that the padding of a perf buffer made longer', [['event', 24]], 'events', 28, 0],
    ['none that is much shorter', [['event', 24]], 'events', 40, undefined],
    [
      'none of two that fit alike',
      [
        ['a_event', 24],
        ['b_event', 24],
      ],
      'rb',
      24,
      undefined,
    ],
    ['none of another name', [['hist', 24]], 'events', 24, undefined],
  ] as const)('is %s', (_title, structs, map, bytes, expected) => {
    const { btf, ids } = types(...structs);
    expect(recordTypeOf(btf, map, bytes)).toBe(expected === undefined ? undefined : ids[expected]);
  });
});
