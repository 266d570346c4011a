// What lies at an offset of a struct.
import { describe, expect, test } from 'vitest';
import { BtfBuilder } from '../../../vm/btf/build.ts';
import { findMember, walkErrorText } from '../../../vm/btf/walk.ts';
import { declaration } from '../../../vm/btf/text.ts';

const builder = new BtfBuilder('test');
builder.add({
  structs: {
    inner: { bytes: 16, members: { number: [0, 'long int'], link: [8, 'struct inner *'] } },
    outer: {
      bytes: 96,
      members: {
        first: [0, 'int'],
        list: [8, 'struct inner[2]'],
        text: [40, 'char[8]'],
        table: [48, 'struct inner *[2][2]'],
        plain: [80, 'void *'],
        tagged: [88, 'struct inner __rcu *'],
      },
    },
    open: { bytes: 8, members: { count: [0, 'int'], tail: [8, 'struct inner[0]'] } },
    shared: { bytes: 8, members: { link: [0, 'struct inner *'] }, shared: ['link'] },
  },
});
const int = builder.type('int');
const bits = builder.push({
  kind: 'struct',
  name: 'bits',
  bytes: 8,
  members: [
    { name: 'a', type: int, bitOff: 0, bits: 3 },
    { name: 'b', type: int, bitOff: 3, bits: 10 },
    { name: 'c', type: int, bitOff: 32, bits: 0 },
  ],
});
const btf = builder.build();

function at(struct: string, off: number, bytes: number, isFlexible = true): string {
  const id = struct === 'bits' ? bits : btf.find('struct', struct)!;
  const { found, isUntrusted } = findMember(btf, id, off, bytes, { isFlexible, isUntrusted: false });
  if (found.kind === 'error') return walkErrorText(found.error);
  if (found.kind !== 'pointer') return found.kind;
  const tag = found.tag === '' ? '' : ` __${found.tag}`;
  return `${found.member}: ${declaration(btf, found.id)} *${tag}${isUntrusted ? ' untrusted' : ''}`;
}

describe('a load finds', () => {
  // oxfmt-ignore
  test.each([
    ['a number',                             'outer',  0,  4, 'number'],
    ['a part of a number',                   'outer',  2,  2, 'number'],
    ['a member of an element',               'outer',  24, 8, 'number'],
    ['a pointer in an element',              'outer',  32, 8, 'link: struct inner *'],
    ['some bytes of an array of characters', 'outer',  44, 4, 'number'],
    ['a pointer in an array of arrays',      'outer',  72, 8, 'table: struct inner *'],
    ['a pointer to no struct',               'outer',  80, 8, 'plain-pointer'],
    ['a pointer with a tag',                 'outer',  88, 8, 'tagged: struct inner * __rcu'],
    ['an element behind the struct',         'open',   24, 8, 'number'],
    ['a pointer behind the struct',          'open',   32, 8, 'link: struct inner *'],
    ['a pointer that may be another member', 'shared', 0,  8, 'link: struct inner * untrusted'],
    ['a whole bit field',                    'bits',   0,  2, 'number'],
    ['a number behind bit fields',           'bits',   4,  4, 'number'],
  ])('%s', (_title, struct, off, bytes, expected) => {
    expect(at(struct, off, bytes)).toBe(expected);
  });
});

describe('a load finds nothing', () => {
  // oxfmt-ignore
  test.each([
    ['behind the end',                  'outer', 96, 1, 'access beyond struct outer at off 96 size 1'],
    ['in a hole',                       'outer', 4,  4, "struct outer doesn't have field at offset 4"],
    ['in the middle of a pointer',      'outer', 34, 2, 'cannot access ptr member link with moff 8 in struct inner with off 10 size 2'],
    ['in a part of a pointer',          'outer', 80, 4, 'cannot access ptr member plain with moff 80 in struct outer with off 80 size 4'],
    ['over the end of a member',        'outer', 0,  8, 'access beyond the end of member first (mend:4) in struct outer with off 0 size 8'],
    ['in a part of a bit field',        'bits',  1,  1, "struct bits doesn't have field at offset 1"],
  ])('%s', (_title, struct, off, bytes, expected) => {
    expect(at(struct, off, bytes)).toBe(expected);
  });

  test('behind a struct of which nothing may follow', () => {
    expect(at('open', 24, 8, false)).toBe('access beyond struct open at off 24 size 8');
  });
});
