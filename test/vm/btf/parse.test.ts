// BTF from bytes: every kind comes back as it was written, and bytes that are none are refused with their place.
import { describe, expect, test } from 'vitest';
import { BtfError } from '../../../vm/btf/btf-error.ts';
import type { Btf, BtfRecord } from '../../../vm/btf/btf.ts';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { kernelTypes } from '../../../vm/btf/kernel-types.ts';
import { parseBtf } from '../../../vm/btf/parse.ts';
import { declTags } from '../../../vm/btf/query.ts';
import { btfBytes } from '../../support/btf-bytes.ts';
import { vmlinux } from '../../support/vmlinux.ts';

/** One type of each kind. */
function everyKind(): Btf {
  const builder = new BtfBuilder('test');
  const int = builder.type('int');
  const other = builder.type('struct other __rcu *');
  const pair = builder.push({
    kind: 'struct',
    name: 'pair',
    bytes: 16,
    members: [
      { name: 'flags', type: int, bitOff: 0, bits: 3 },
      { name: 'rest', type: int, bitOff: 3, bits: 29 },
      { name: 'next', type: other, bitOff: 64, bits: 0 },
    ],
  });
  const members = [{ name: 'number', type: int, bitOff: 0, bits: 0 }];
  builder.push({ kind: 'union', name: 'either', bytes: 4, members });
  const small = { name: 'MINUS', value: -1n };
  builder.push({ kind: 'enum', name: 'small', bytes: 4, isSigned: true, values: [small] });
  const wide = { name: 'WIDE', value: 0xffff_ffff_0000_0001n };
  builder.push({ kind: 'enum', name: 'wide', bytes: 8, isSigned: false, values: [wide] });
  builder.push({ kind: 'fwd', name: 'unknown', isUnion: true });
  builder.push({ kind: 'typedef', name: 'number_t', type: int });
  for (const kind of ['const', 'volatile', 'restrict'] as const) builder.push({ kind, type: int });
  builder.push({ kind: 'array', type: int, index: int, count: 7 });
  builder.push({ kind: 'float', name: 'double', bytes: 8 });
  const params = [
    { name: 'ctx', type: pair },
    { name: '', type: 0 },
  ];
  const proto = builder.push({ kind: 'func_proto', ret: int, params });
  const func = builder.push({ kind: 'func', name: 'main', type: proto, linkage: 'global' });
  const tag = { kind: 'decl_tag', name: 'arg:ctx', type: func, component: 0, isAttribute: false } as const;
  builder.push(tag);
  builder.push({ ...tag, name: 'whole', component: -1, isAttribute: true });
  const variable = builder.push({ kind: 'var', name: 'counter', type: int, linkage: 'static' });
  builder.push({ kind: 'datasec', name: '.bss', bytes: 4, vars: [{ type: variable, off: 0, bytes: 4 }] });
  return builder.build();
}

const typesOf = (btf: Btf): BtfRecord[] => Array.from({ length: btf.count }, (_, id) => btf.type(id));

describe('types come back as they were written', () => {
  test('of every kind', () => {
    const written = everyKind();
    expect(new Set(typesOf(written).map(({ kind }) => kind)).size).toBe(19);
    expect(typesOf(parseBtf(btfBytes(written), 'test'))).toEqual(typesOf(written));
  });

  test('of the kernel, as this machine knows it', () => {
    expect(typesOf(parseBtf(btfBytes(kernelTypes()), 'vmlinux'))).toEqual(typesOf(kernelTypes()));
  });

  test.runIf(vmlinux() !== undefined)('of the running kernel, byte for byte', () => {
    const again = parseBtf(btfBytes(vmlinux()!), 'vmlinux');
    expect(again.count).toBe(vmlinux()!.count);
    for (let id = 0; id < again.count; id += 97) expect(again.type(id)).toEqual(vmlinux()!.type(id));
  });
});

describe('types are found', () => {
  const btf = parseBtf(btfBytes(everyKind()), 'test');

  test('by kind and name', () => {
    expect(btf.type(btf.find('struct', 'pair')!)).toMatchObject({ kind: 'struct', bytes: 16 });
    expect(btf.find('union', 'pair')).toBeUndefined();
    expect(btf.find('enum', 'wide')).not.toBe(btf.find('enum', 'small'));
  });

  test('by the tags on them', () => {
    const func = btf.find('func', 'main')!;
    expect(declTags(btf, func, 0)).toEqual(['arg:ctx']);
    expect(declTags(btf, func, -1)).toEqual(['whole']);
    expect(declTags(btf, func, 1)).toEqual([]);
  });

  test('never beyond the last', () => {
    expect(() => btf.type(btf.count)).toThrow(RangeError);
    expect(() => btf.type(-1)).toThrow(RangeError);
    expect(() => btf.type(0.5)).toThrow(RangeError);
  });
});

/** A blob with one word changed; `at` in bytes from the start. */
function changed(at: number, word: number): Uint8Array {
  const bytes = btfBytes(everyKind());
  new DataView(bytes.buffer).setUint32(at, word, true);
  return bytes;
}

/** Where the last type of a kind lies in the blob. */
function placeOf(kind: BtfRecord['kind']): number {
  const written = everyKind();
  const id = typesOf(written).findLastIndex((type) => type.kind === kind);
  const before = new BtfBuilder('before');
  for (let i = 1; i < id; i++) before.push(written.type(i));
  const view = new DataView(btfBytes(before.build()).buffer);
  return 24 + view.getUint32(12, true);
}

function refusalOf(bytes: Uint8Array): BtfError {
  try {
    parseBtf(bytes, 'bad');
  } catch (error) {
    if (error instanceof BtfError) return error;
    throw error;
  }
  throw new Error('the bytes were taken');
}

describe('bytes are refused', () => {
  // oxfmt-ignore
  test.each([
    ['that are too few',                 new Uint8Array(10),             'header', 'header', 0],
    ['with another magic',               changed(0, 0x1_eb9e),           'header', 'header', 0],
    ['of another version',               changed(0, 0x2_eb9f),           'header', 'header', 2],
    ['with a header that is too long',   changed(4, 0xffff_ffff),        'header', 'header', 4],
    ['with types behind the end',        changed(12, 0x7fff_fff0),       'header', 'header', 8],
    ['with types that are not aligned',  changed(8, 1),                  'header', 'header', 8],
    ['with strings among the types',     changed(16, 0),                 'header', 'header', 16],
    ['with a type that is cut off',      changed(12, 24),                'bounds', 'types',  0],
    ['of no kind',                       changed(24 + 4, 31 << 24),      'kind',   'types',  24],
    ['with a name that is nowhere',      changed(24, 0x10_0000),         'bounds', 'types',  24],
    ['with a type that is not there',    changed(placeOf('ptr') + 8, 999),            'reference',  'types', placeOf('ptr') + 8],
    ['with a func of no func_proto',     changed(placeOf('func') + 8, 1),             'wrong-kind', 'types', placeOf('func')],
    ['with a member of no type',         changed(placeOf('struct') + 12 + 4, 999),    'reference',  'types', placeOf('struct') + 16],
  ] as const)('%s', (_title, bytes, code, section, offset) => {
    const error = refusalOf(bytes);
    expect({ code: error.code, section: error.section }).toEqual({ code, section });
    if (offset !== 0) expect(error.offset).toBe(offset);
  });

  test('with a struct that contains itself', () => {
    const builder = new BtfBuilder('loop');
    builder.push({
      kind: 'struct',
      name: 'outer',
      bytes: 8,
      members: [{ name: 'inner', type: 2, bitOff: 0, bits: 0 }],
    });
    builder.push({ kind: 'const', type: 3 });
    builder.push({ kind: 'array', type: 1, index: 4, count: 1 });
    builder.type('int');
    expect(refusalOf(btfBytes(builder.build())).message).toBe('BTF types, byte 24: type 1 contains itself');
  });

  test('with a pointer to itself, but not with a list', () => {
    const pointer = new BtfBuilder('pointer');
    pointer.push({ kind: 'ptr', type: 2 });
    pointer.push({ kind: 'typedef', name: 'self', type: 1 });
    expect(refusalOf(btfBytes(pointer.build())).code).toBe('loop');
    const list = new BtfBuilder('list');
    list.add({ structs: { node: { bytes: 8, members: { next: [0, 'struct node *'] } } } });
    expect(parseBtf(btfBytes(list.build()), 'list').find('struct', 'node')).toBe(1);
  });
});
