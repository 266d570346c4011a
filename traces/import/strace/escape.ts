// The contents of a quoted string, back to the bytes the program had.
import { type ByteBuffer, CH } from '../bytes.ts';

const C = CH;

/** What a letter after a backslash stands for; 0 for letters that start no escape of one letter. */
const LETTERS = new Uint8Array(256);
const LETTER_BYTES = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  '"': 34,
  "'": 39,
  '\\': 92,
  '?': 63,
} as const;
for (const [letter, byte] of Object.entries(LETTER_BYTES)) LETTERS[letter.charCodeAt(0)] = byte;

/**
 * Appends the decoded bytes of [start, end), the text between the quotes, to `target`. Knows `\n` and its kin, octal of one to three
 * digits (the digit after it decides: strace writes `\0` before a letter and `\0005` before a digit) and `\x` with two. A backslash
 * before anything else is kept as it stands.
 */
export function decodeEscapes(bytes: Uint8Array, start: number, end: number, target: ByteBuffer): void {
  target.reserve(target.length + end - start);
  const out = target.bytes;
  let to = target.length;
  let p = start;
  while (p < end) {
    const byte = bytes[p++]!;
    if (byte !== C.backslash || p >= end) {
      out[to++] = byte;
      continue;
    }
    const next = bytes[p]!;
    if (next >= 48 && next <= 55) {
      let value = next - 48;
      const limit = p + 3 < end ? p + 3 : end;
      for (p++; p < limit; p++) {
        const digit = bytes[p]! - 48;
        if (digit < 0 || digit > 7) break;
        value = value * 8 + digit;
      }
      out[to++] = value;
    } else if (next === C.x && p + 2 < end && hexDigit(bytes[p + 1]!) >= 0 && hexDigit(bytes[p + 2]!) >= 0) {
      out[to++] = hexDigit(bytes[p + 1]!) * 16 + hexDigit(bytes[p + 2]!);
      p += 3;
    } else if (LETTERS[next] !== 0) {
      out[to++] = LETTERS[next]!;
      p++;
    } else {
      out[to++] = byte;
    }
  }
  target.length = to;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = (byte | 32) - 87;
  return letter >= 10 && letter <= 15 ? letter : -1;
}
