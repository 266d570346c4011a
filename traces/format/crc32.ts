// CRC-32 as gzip and PNG have it (polynomial 0xedb88320, reflected), eight bytes a step.

const TABLES: readonly Uint32Array[] = makeTables();

/** CRC-32 of bytes[start..end), as an unsigned number. @see RFC 1952 section 8 */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]; // makeTables makes eight
  let crc = ~0;
  let at = start;
  for (const whole = end - 7; at < whole; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      t7[low & 0xff]! ^
      t6[(low >>> 8) & 0xff]! ^
      t5[(low >>> 16) & 0xff]! ^
      t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = t0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Table k holds the CRC of a byte that k zero bytes follow. */
function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const first = tables[0]!;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    first[byte] = crc;
  }
  for (let k = 1; k < 8; k++) {
    const before = tables[k - 1]!;
    const table = tables[k]!;
    for (let byte = 0; byte < 256; byte++) table[byte] = first[before[byte]! & 0xff]! ^ (before[byte]! >>> 8);
  }
  return tables;
}
