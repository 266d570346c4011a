// The Internet checksum against sums of 16-bit words, and the flow hash.
import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import {
  csum16,
  csumAdd,
  csumFold,
  csumPartial,
  csumReplace2,
  csumReplace4,
  csumReplaceBy,
  csumSub,
} from '../../../../vm/kernel/net/checksum.ts';
import { seedOf } from '../../../support/seed.ts';

const SEED = seedOf(20250915);
const runs = { seed: SEED };

/** The one's complement sum of little endian 16-bit words, u16: 0 for zeroes only. */
function plainSum(bytes: readonly number[], seed = 0): number {
  let sum = (seed & 0xffff) + (seed >>> 16);
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! | ((bytes[i + 1] ?? 0) << 8);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

const bytes = array(integer({ min: 0, max: 255 }), { maxLength: 200 });
const u32 = integer({ min: 0, max: 0xffff_ffff });
const u16 = integer({ min: 0, max: 0xffff });

const partial = (list: readonly number[], seed = 0): number =>
  csumPartial(new DataView(Uint8Array.from(list).buffer), 0, list.length, seed);

test(`a sum of words of 32 bits, folded, is the sum of words of 16 bits (seed ${SEED})`, () => {
  assert(
    property(bytes, u32, (list, seed) => {
      expect(csum16(partial(list, seed))).toBe(plainSum(list, seed));
    }),
    runs,
  );
});

test('what was added can be taken away, but for the two zeroes', () => {
  assert(
    property(u32, u32, (a, b) => {
      expect(csum16(csumSub(csumAdd(a, b), b)) % 0xffff).toBe(csum16(a) % 0xffff);
    }),
    runs,
  );
});

test('a header is right again after a field has changed, however it is mended', () => {
  assert(
    property(array(u16, { minLength: 9, maxLength: 9 }), u32, (words, to) => {
      const header = words.flatMap((word) => [word & 0xff, word >> 8]);
      const check = csumFold(partial(header));
      const from = (words[2]! | (words[3]! << 16)) >>> 0;
      const changed = [...words.slice(0, 2), to & 0xffff, to >>> 16, ...words.slice(4)];
      const want = csumFold(partial(changed.flatMap((word) => [word & 0xff, word >> 8])));
      const twice = csumReplace2(csumReplace2(check, words[2]!, to & 0xffff), words[3]!, to >>> 16);
      for (const mended of [csumReplace4(check, from, to), csumReplaceBy(check, csumSub(to, from)), twice]) {
        expect(mended % 0xffff).toBe(want % 0xffff);
      }
    }),
    runs,
  );
});

test('a long run of bytes of all ones stays exact', () => {
  const list = Array.from({ length: 100_000 }, () => 0xff);
  expect(csum16(partial(list, 5))).toBe(5);
});
