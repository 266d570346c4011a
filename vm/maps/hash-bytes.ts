// The hash function of hash maps whose order is nobody's business: 32 bits, no seed. Chosen to be short in WebAssembly too; it mixes each word by a
// multiplication and a rotation and ends with two rounds of shift, xor and multiply, so that keys that differ in one bit spread over all buckets. (The
// kernel's own, jenkins.ts, has seven steps that wait for one another, where this one has four.)

/** Odd constants with bits spread evenly: the golden ratio and two primes. */
export const HASH_STEP = 0x9e3779b1 | 0;
export const HASH_MIX_A = 0x85ebca77 | 0;
export const HASH_MIX_B = 0xc2b2ae3d | 0;
/** Bits that a word is turned by when it is mixed in, and shifts of the rounds at the end. */
export const HASH_TURN = 15;
export const HASH_ENDS = { a: 15, b: 13, last: 16 } as const;

/** Hash of `size` bytes at `at`, u32. The bytes are taken as little endian words, the last one filled up with zeros. */
export function hashBytes(bytes: Uint8Array, at: number, size: number): number {
  let hash = size;
  const end = at + size;
  let i = at;
  for (; i + 4 <= end; i += 4) {
    hash = mixIn(hash, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  if (i < end) {
    let word = bytes[i]!;
    if (i + 1 < end) word |= bytes[i + 1]! << 8;
    if (i + 2 < end) word |= bytes[i + 2]! << 16;
    hash = mixIn(hash, word);
  }
  hash = Math.imul(hash ^ (hash >>> HASH_ENDS.a), HASH_MIX_A);
  hash = Math.imul(hash ^ (hash >>> HASH_ENDS.b), HASH_MIX_B);
  return (hash ^ (hash >>> HASH_ENDS.last)) >>> 0;
}

function mixIn(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ Math.imul(word, HASH_MIX_A), HASH_STEP);
  return (mixed << HASH_TURN) | (mixed >>> (32 - HASH_TURN));
}
