// A host may lend its own inflate: what is read, and what is refused, is the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inflateByZlib } from '../../../backend/library/inflate.ts';
import { openSct } from '../../../traces/index.ts';
import { ByteReader, ByteWriter } from '../../../traces/format/bytes.ts';
import { FormatError } from '../../../traces/format/errors.ts';
import { inflateAnywhere } from '../../../traces/format/inflate.ts';
import { readPacked } from '../../../traces/format/streams.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(73);
const DEFLATED = 1;

/** Deflate data that is said to give `length` bytes, as it stands in a file. */
function packed(data: Uint8Array, length: number): Uint8Array {
  const out = new ByteWriter();
  out.u8(DEFLATED);
  out.varint(length);
  out.varint(data.length);
  out.raw(data);
  return out.bytes();
}

/** Bytes, or that they are refused. */
function read(bytes: Uint8Array, inflate: typeof inflateAnywhere): Uint8Array | 'refused' {
  try {
    return readPacked(new ByteReader(bytes), inflate);
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
}

test.each(['redis', 'gcc-make', 'strings', 'packets'])('%s has the same columns and strings', (name) => {
  const path = join(import.meta.dirname, '..', '..', '..', 'traces', 'recorded', `${name}.sct`);
  const bytes = new Uint8Array(readFileSync(path));
  const [plain, lent] = [openSct(bytes), openSct(bytes, { inflate: inflateByZlib })];
  for (const i of [0, plain.index.length - 1]) expect({ ...lent.block(i) }).toEqual({ ...plain.block(i) });
  for (let id = 0; id < plain.strings.size; id += 7)
    expect(lent.strings.bytes(id)).toEqual(plain.strings.bytes(id));
});

test(`any bytes come back, whatever their length (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let length = 0; length < 400; length++) {
    const bytes = Uint8Array.from({ length: length * (1 + random.below(20)) }, () => random.below(3));
    const data = deflateRawSync(bytes, { level: random.below(10) });
    for (const inflate of [inflateAnywhere, inflateByZlib])
      expect(read(packed(data, bytes.length), inflate)).toEqual(bytes);
  }
});

test(`data of another length is refused (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 200; round++) {
    const bytes = Uint8Array.from({ length: 1 + random.below(300) }, () => random.below(3));
    const data = deflateRawSync(bytes);
    for (const length of [bytes.length - 1, bytes.length + 1, bytes.length + 70]) {
      for (const inflate of [inflateAnywhere, inflateByZlib])
        expect(read(packed(data, length), inflate)).toBe('refused');
    }
  }
});
