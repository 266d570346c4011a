// Unpacking of streams: whatever the chunks, packed or not, whole, cut or damaged.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { peek, unpack, type UnpackOptions } from '../../../backend/library/unpack.ts';

const TEXT = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${(i * 7919) % 10_007}\n`).join(''));

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpacked(
  bytes: Uint8Array,
  size: number,
  options: Partial<UnpackOptions> = {},
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unpack(chunksOf(bytes, size), { name: 'x.log', ...options })) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('gives the bytes as they were before packing', () => {
  const packings = { plain: TEXT, gzip: gzipSync(TEXT), zstd: zstdCompressSync(TEXT) };
  const twice = Buffer.concat([gzipSync(TEXT.subarray(0, 5000)), gzipSync(TEXT.subarray(5000))]);
  const frames = [0, 5000, 5001, 90_000].map((from, i, starts) =>
    zstdCompressSync(TEXT.subarray(from, starts[i + 1])),
  );
  const cases = Object.entries({
    ...packings,
    'gzip in two members': twice,
    'zstd in four frames': Buffer.concat(frames),
  });
  test.each(cases.flatMap(([name, bytes]) => [1, 3, 1000, 1_000_000].map((size) => ({ name, bytes, size }))))(
    '$name in chunks of $size',
    async ({ bytes, size }) => {
      expect((await unpacked(bytes, size === 1 ? 7 : size)).equals(TEXT)).toBe(true);
    },
  );

  test('nothing from nothing', async () => {
    expect(await unpacked(new Uint8Array(0), 10)).toHaveLength(0);
  });
});

test('counts packed bytes', async () => {
  const packed = gzipSync(TEXT);
  let read = 0;
  await unpacked(packed, 100, { onBytes: (bytes) => (read = bytes) });
  expect(read).toBe(packed.length);
});

test('gives what is there of a gzip file that was cut, and says that it was', async () => {
  const packed = gzipSync(TEXT);
  let cut = '';
  const got = await unpacked(packed.subarray(0, packed.length >> 1), 1000, {
    onCut: (format) => (cut = format),
  });
  expect(cut).toBe('gzip');
  expect(got.length).toBeGreaterThan(10_000);
  expect(TEXT.subarray(0, got.length).equals(got)).toBe(true);
});

test.each([
  ['gzip', gzipSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
])('refuses %s that was cut before anything could be read', async (format, packed) => {
  await expect(unpacked(packed.subarray(0, 12), 1000)).rejects.toThrow(
    `x.log cannot be unpacked as ${format}: it ends before the first bytes`,
  );
});

test.each([
  ['gzip', gzipSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
])('refuses damaged %s with the name and what to do', async (format, packed) => {
  const damaged = Buffer.from(packed).fill(7, packed.length >> 1, (packed.length >> 1) + 90);
  await expect(unpacked(damaged, 1000)).rejects.toThrow(
    new RegExp(`^x\\.log cannot be unpacked as ${format}: `),
  );
});

test('stops a file that unpacks to more than the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  await expect(unpacked(bomb, 1000, { limitBytes: 1_000_000 })).rejects.toThrow('more than 1000000 bytes');
});

test('peek gives the first bytes and loses none', async () => {
  const { head, rest } = await peek(chunksOf(TEXT, 3), 8);
  expect(Buffer.from(head.subarray(0, 8)).toString()).toBe('line 0\nl');
  const pieces: Uint8Array[] = [];
  for await (const piece of rest) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(TEXT)).toBe(true);
});
