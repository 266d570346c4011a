// Bytes to text. Names and strings of a recording are bytes; people read UTF-8.

/** Decodes UTF-8 from `bytes[from..to)`; what is malformed becomes U+FFFD, one for each byte that starts no character. */
export function decodeUtf8(bytes: Uint8Array, from = 0, to = bytes.length): string {
  const end = Math.min(to, bytes.length);
  let plain = from;
  while (plain < end && bytes[plain]! < 0x80) plain += 1;
  let text = byteString(bytes, from, plain);
  for (let i = plain; i < to;) {
    const first = bytes[i]!;
    const length =
      first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    const code = length === 0 || i + length > to ? -1 : codePoint(bytes, i, length);
    text += code < 0 ? '\ufffd' : String.fromCodePoint(code);
    i += code < 0 ? 1 : length;
  }
  return text;
}

/** Most bytes that become text at once. */
const CHUNK_BYTES = 4096;

/** The bytes from[..to) as one character each. Put together one by one they would be a tree of strings, a hundred times as large. */
export function byteString(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= CHUNK_BYTES) return charsOf(bytes.subarray(from, to));
  let text = '';
  for (let at = from; at < to; at += CHUNK_BYTES) {
    text += charsOf(bytes.subarray(at, Math.min(at + CHUNK_BYTES, to)));
  }
  return text;
}

function charsOf(bytes: Uint8Array): string {
  // Any list of numbers will do, and spreading one costs four times as much.
  return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
}

const BEYOND_ASCII = /[^\0-\x7f]/;

/** Decodes UTF-8 that is given as a string of one character a byte. */
export function decodeByteString(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  return decodeUtf8(Uint8Array.from(text, (char) => char.charCodeAt(0)));
}

/** Smallest code point that needs so many bytes: shorter ones in longer forms are malformed. */
const FIRST_OF_LENGTH = [0, 0, 0x80, 0x800, 0x1_0000];

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  let code = length === 1 ? bytes[at]! : bytes[at]! & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (byte & 0x3f);
  }
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return surrogate || code > 0x10_ffff || code < FIRST_OF_LENGTH[length]! ? -1 : code;
}
