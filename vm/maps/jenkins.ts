// The kernel's hash of bytes: Bob Jenkins' lookup3. Bloom filters and stack ids are made of it, so that they are the numbers that Linux gives.
// @see include/linux/jhash.h jhash

/** Where the three words begin, how far words are turned in a round between blocks, and in the round at the end. */
export const JENKINS = {
  start: 0xdeadbeef,
  mix: [4, 6, 8, 16, 19, 4],
  end: [14, 11, 25, 16, 4, 14, 24],
} as const;
const [MIX_1, MIX_2, MIX_3, MIX_4, MIX_5, MIX_6] = JENKINS.mix;
const [END_1, END_2, END_3, END_4, END_5, END_6, END_7] = JENKINS.end;

/** One round of the mixing between blocks: which word is taken from which, and by how much it is turned. */
function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Hash of `size` bytes at `at` from a u32 seed: u32. */
export function jenkinsHash(bytes: Uint8Array, at: number, size: number, seed: number): number {
  let a = (JENKINS.start + size + seed) | 0;
  let b = a;
  let c = a;
  const end = at + size;
  let from = at;
  for (; end - from > 12; from += 12) {
    a = (a + word(bytes, from, end)) | 0;
    b = (b + word(bytes, from + 4, end)) | 0;
    c = (c + word(bytes, from + 8, end)) | 0;
    a = ((a - c) ^ rotate(c, MIX_1)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, MIX_2)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, MIX_3)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, MIX_4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, MIX_5)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, MIX_6)) | 0;
    b = (b + a) | 0;
  }
  if (from === end) return c >>> 0;
  a = (a + word(bytes, from, end)) | 0;
  if (end - from > 4) b = (b + word(bytes, from + 4, end)) | 0;
  if (end - from > 8) c = (c + word(bytes, from + 8, end)) | 0;
  c = ((c ^ b) - rotate(b, END_1)) | 0;
  a = ((a ^ c) - rotate(c, END_2)) | 0;
  b = ((b ^ a) - rotate(a, END_3)) | 0;
  c = ((c ^ b) - rotate(b, END_4)) | 0;
  a = ((a ^ c) - rotate(c, END_5)) | 0;
  b = ((b ^ a) - rotate(a, END_6)) | 0;
  c = ((c ^ b) - rotate(b, END_7)) | 0;
  return c >>> 0;
}

/** The little endian word at `at`; bytes from `end` on are 0. */
function word(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end)
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  let value = 0;
  for (let i = 0; at + i < end; i++) value |= bytes[at + i]! << (8 * i);
  return value;
}
