// Numbers as bytes.
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../../traces/format/bytes.ts';
import { crc32 } from '../../../traces/format/crc32.ts';
import { FormatError } from '../../../traces/format/errors.ts';
import { readPacked, writePacked } from '../../../traces/format/streams.ts';

test.each([
  ['', 0x00000000],
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
])('the CRC-32 of %j is the known one', (text, crc) => {
  expect(crc32(new TextEncoder().encode(text))).toBe(crc);
});

test('the CRC-32 of a part is that of a copy', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
  for (let start = 0; start < 20; start++)
    expect(crc32(bytes, start, 77)).toBe(crc32(bytes.slice(start, 77)));
});

const NUMBERS = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 49, 2 ** 52 - 1];
const WIDE = [
  0n,
  1n,
  127n,
  128n,
  (1n << 28n) - 1n,
  1n << 28n,
  1n << 32n,
  1n << 35n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];

describe('numbers come back', () => {
  test.each(NUMBERS)('%d as varint and of either sign', (number) => {
    const out = new ByteWriter();
    out.varint(number);
    out.zigzag(number);
    out.zigzag(-number);
    const from = new ByteReader(out.bytes());
    expect([from.varint(), from.zigzag(), from.zigzag() + 0]).toEqual([number, number, 0 - number]);
    from.end('numbers');
  });

  test.each(WIDE)('%d in 64 bits', (number) => {
    const low = Number(number & 0xffff_ffffn);
    const high = Number(number >> 32n);
    const out = new ByteWriter();
    out.varint64(low, high);
    out.zigzag64(low, high);
    const from = new ByteReader(out.bytes());
    expect([from.varint64(), from.high]).toEqual([low, high]);
    expect([from.zigzag64(), from.high]).toEqual([low, high]);
    from.end('numbers');
  });
});

test('reading past the end stops, and is found', () => {
  const from = new ByteReader(Uint8Array.of(0xff, 0xff));
  from.varint();
  from.varint64();
  expect(() => from.end('a column')).toThrow(FormatError);
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(9)],
  ['a run', new Uint8Array(5000).fill(3)],
  ['noise', Uint8Array.from({ length: 300 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 13)],
  ['text', new TextEncoder().encode('/usr/lib/x86_64-linux-gnu/'.repeat(30))],
])('%s packs and unpacks', (_, bytes) => {
  const out = new ByteWriter();
  writePacked(out, bytes);
  expect(readPacked(new ByteReader(out.bytes()))).toEqual(bytes);
});

test.each([
  ['a length beyond what deflate can make', [1, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 3]],
  ['a run of gigabytes', [2, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 3]],
  ['a packing that is none', [9, 1, 1, 1]],
  ['deflate data that is none', [1, 5, 3, 0xff, 0xff, 0xff]],
])('%s is refused', (_, bytes) => {
  expect(() => readPacked(new ByteReader(Uint8Array.from(bytes)))).toThrow(FormatError);
});
