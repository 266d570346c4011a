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

  /** Whether `word` stands at `pos` and ends at or before `end`. */
  startsWith(pos: number, end: number, word: Uint8Array): boolean {
    if (pos < 0 || pos + word.length > end) return false;
    const bytes = this.bytes;
    for (let i = 0; i < word.length; i++) if (bytes[pos + i] !== word[i]) return false;
    return true;
  }

  /** First position of `word` in [pos, end), or -1. */
  indexOf(pos: number, end: number, word: Uint8Array): number {
    const first = word[0];
    for (let i = pos; i + word.length <= end; i++) {
      if (this.bytes[i] === first && this.startsWith(i, end, word)) return i;
    }
    return -1;
  }

  /** First position of `byte` in [pos, end), or -1. */
  find(byte: number, pos: number, end: number): number {
    const bytes = this.bytes;
    for (let p = pos; p < end; p++) if (bytes[p] === byte) return p;
    return -1;
  }

  /** First position at or after `pos` that is no space, at most `end`. */
  skipSpaces(pos: number, end: number): number {
    const bytes = this.bytes;
    let p = pos;
    while (p < end && bytes[p] === SPACE) p++;
    return p;
  }

  /** Where [pos, end) ends without the spaces at its end. */
  trimEnd(pos: number, end: number): number {
    const bytes = this.bytes;
    let to = end;
    while (to > pos && bytes[to - 1] === SPACE) to--;
    return to;
  }

  /** First position at or after `pos` that can stand in no C name, at most `end`. */
  skipWord(pos: number, end: number): number {
    const bytes = this.bytes;
    let p = pos;
    while (p < end && WORD_BYTES[bytes[p]!] === 1) p++;
    return p;
  }

  /** [start, end) as text, one character a byte: for names and numbers, never for strings of the program. */
  latin1(start: number, end: number): string {
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(this.bytes[i]!);
    return text;
  }
}

const SPACE = 32;

/** 1 for letters, digits and the underscore. */
export const WORD_BYTES = new Uint8Array(256);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')
  WORD_BYTES[char.charCodeAt(0)] = 1;

/**
 * The bytes that the grammar knows. Modules take theirs into constants of their own, as of all tables that they need at every byte or line:
 * through a test runner's loader an imported name is looked up at each use, which made the whole import six times slower.
 */
// oxfmt-ignore
export const CH = {
  newline: 10, return: 13, space: 32, quote: 34, percent: 37, ampersand: 38, paren: 40, parenEnd: 41, star: 42, plus: 43, comma: 44, minus: 45,
  dot: 46, slash: 47, zero: 48, seven: 55, nine: 57, colon: 58, less: 60, equal: 61, greater: 62, question: 63, at: 64,
  bracket: 91, backslash: 92, bracketEnd: 93, underscore: 95, a: 97, f: 102, x: 120, z: 122, brace: 123, bar: 124, braceEnd: 125, tilde: 126,
} as const;

/** ASCII text as bytes, for the searches above. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
