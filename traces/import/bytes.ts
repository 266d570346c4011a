// Bytes of a log: a buffer that grows, the ASCII codes that the grammar knows, and searches in it.

/** Bytes with a DataView over them. `length` is what is filled; the room behind it is scratch. */
export class ByteBuffer {
  bytes: Uint8Array;
  view: DataView;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `capacity` bytes in all, keeping what is filled. */
  reserve(capacity: number): void {
    if (capacity <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(capacity, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Appends bytes[start, end). */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length;
    const next = length + end - start;
    this.reserve(next);
    if (end - start < 64) {
      // a loop beats the call of set() for short texts
      const target = this.bytes;
      for (let from = start, to = length; from < end; from++, to++) target[to] = bytes[from]!;
    } else {
      this.bytes.set(bytes.subarray(start, end), length);
    }
    this.length = next;
  }
}

// oxfmt-ignore
export const CH = {
  newline: 10, return: 13, space: 32, quote: 34, percent: 37, ampersand: 38, paren: 40, parenEnd: 41, star: 42, plus: 43, comma: 44, minus: 45,
  dot: 46, slash: 47, zero: 48, seven: 55, nine: 57, colon: 58, less: 60, equal: 61, greater: 62, question: 63, at: 64,
  bracket: 91, backslash: 92, bracketEnd: 93, underscore: 95, a: 97, f: 102, x: 120, z: 122, brace: 123, bar: 124, braceEnd: 125, tilde: 126,
} as const;

/** Whether `byte` is 0 to 9. */
export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Whether `byte` may stand in a C name: letters, digits, underscore. */
export function isWord(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95
  );
}

/** ASCII text as bytes, for the searches below. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Bytes as text, one character a byte: for names and numbers, never for strings of the program. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** Whether `word` stands at `pos` and ends at or before `end`. */
export function startsWith(bytes: Uint8Array, pos: number, end: number, word: Uint8Array): boolean {
  if (pos < 0 || pos + word.length > end) return false;
  for (let i = 0; i < word.length; i++) if (bytes[pos + i] !== word[i]) return false;
  return true;
}

/** First position of `word` in [pos, end), or -1. */
export function indexOf(bytes: Uint8Array, pos: number, end: number, word: Uint8Array): number {
  const first = word[0];
  for (let i = pos; i + word.length <= end; i++) {
    if (bytes[i] === first && startsWith(bytes, i, end, word)) return i;
  }
  return -1;
}

/** Last position of `word` in [pos, end), or -1. */
export function lastIndexOf(bytes: Uint8Array, pos: number, end: number, word: Uint8Array): number {
  for (let i = end - word.length; i >= pos; i--) if (startsWith(bytes, i, end, word)) return i;
  return -1;
}

/** First position at or after `pos` that is no space, at most `end`. */
export function skipSpaces(bytes: Uint8Array, pos: number, end: number): number {
  let p = pos;
  while (p < end && bytes[p] === 32) p++;
  return p;
}
