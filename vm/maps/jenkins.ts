// The kernel's hash of bytes: Bob Jenkins' lookup3. Bloom filters and stack ids are made of it, so that they are the numbers that Linux gives.
// @see include/linux/jhash.h jhash

const START = 0xdeadbeef;

/** One round of the mixing between blocks: which word is taken from which, and by how much it is turned. */
function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Hash of `size` bytes at `at` from a u32 seed: u32. */
export function jenkinsHash(bytes: Uint8Array, at: number, size: number, seed: number): number {
  let a = (START + size + seed) | 0;
  let b = a;
  let c = a;
  const end = at + size;
  let from = at;
  for (; end - from > 12; from += 12) {
    a = (a + word(bytes, from, end)) | 0;
    b = (b + word(bytes, from + 4, end)) | 0;
    c = (c + word(bytes, from + 8, end)) | 0;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (from === end) return c >>> 0;
  a = (a + word(bytes, from, end)) | 0;
  if (end - from > 4) b = (b + word(bytes, from + 4, end)) | 0;
  if (end - from > 8) c = (c + word(bytes, from + 8, end)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
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
