// Finds where the arguments of a call begin and end. The text of an argument is free of commas at depth 0 only outside of quotes,
// brackets, comments and annotations, and each of those has its own rules; what is inside them is read later.
import { CH } from '../bytes.ts';

const C = CH;

/** Most arguments that are remembered; a call has six, strace prints a few more for some. */
const MAX_ARGS = 16;

/** Finds the arguments of one call: ranges of the text, spaces trimmed. */
export class ArgScanner {
  count = 0;
  readonly starts = new Int32Array(MAX_ARGS);
  readonly ends = new Int32Array(MAX_ARGS);

  /**
   * Splits the arguments from `pos`, just after the opening parenthesis. Returns the position after the closing one, or -1 where the
   * text ends before it; the ranges hold what was found either way.
   */
  scan(bytes: Uint8Array, pos: number, end: number): number {
    this.count = 0;
    let start = pos;
    let depth = 0;
    let p = pos;
    while (p < end) {
      const kind = CLASS[bytes[p]!];
      if (kind === PLAIN) {
        p++;
        continue;
      }
      switch (kind) {
        case QUOTE:
          p = stringEnd(bytes, p, end);
          if (p < 0) return -1;
          break;
        case OPEN:
          depth++;
          p++;
          break;
        case CLOSE:
          if (depth === 0) {
            if (bytes[p] !== C.parenEnd) return -1;
            if (p > pos || this.count > 0) this.#add(bytes, start, p);
            return p + 1;
          }
          depth--;
          p++;
          break;
        case COMMA:
          if (depth === 0) {
            this.#add(bytes, start, p);
            start = p + 1;
          }
          p++;
          break;
        case LESS:
          p = skipAngle(bytes, p, end);
          if (p < 0) return -1;
          break;
        case SLASH:
          p = bytes[p + 1] === C.star ? commentEnd(bytes, p, end) : p + 1;
          if (p < 0) return -1;
          break;
        default:
          return -1;
      }
    }
    this.#add(bytes, start, end);
    return -1;
  }

  /** See stringEnd. */
  stringEnd(bytes: Uint8Array, pos: number, end: number): number {
    return stringEnd(bytes, pos, end);
  }

  /** See annotationEnd. */
  annotationEnd(bytes: Uint8Array, pos: number, end: number): number {
    return annotationEnd(bytes, pos, end);
  }

  /** See commentEnd. */
  commentEnd(bytes: Uint8Array, pos: number, end: number): number {
    return commentEnd(bytes, pos, end);
  }

  /** Whether `(deleted)` stands at `pos`. */
  isDeleted(bytes: Uint8Array, pos: number, end: number): boolean {
    return isDeleted(bytes, pos, end);
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    let to = end;
    while (from < to && bytes[from] === C.space) from++;
    while (to > from && bytes[to - 1] === C.space) to--;
    if (this.count < MAX_ARGS) {
      this.starts[this.count] = from;
      this.ends[this.count] = to;
      this.count++;
    }
  }
}

const PLAIN = 0;
const QUOTE = 1;
const OPEN = 2;
const CLOSE = 3;
const COMMA = 4;
const LESS = 5;
const SLASH = 6;

/** What each byte means between arguments. */
const CLASS = new Uint8Array(256);
CLASS[C.quote] = QUOTE;
for (const byte of [C.paren, C.bracket, C.brace]) CLASS[byte] = OPEN;
for (const byte of [C.parenEnd, C.bracketEnd, C.braceEnd]) CLASS[byte] = CLOSE;
CLASS[C.comma] = COMMA;
CLASS[C.less] = LESS;
CLASS[C.slash] = SLASH;

/** From an opening quote to the position after the closing one and after `...`; -1 where it does not close. */
function stringEnd(bytes: Uint8Array, pos: number, end: number): number {
  let p = pos + 1;
  while (p < end) {
    const byte = bytes[p]!;
    if (byte === C.quote) {
      p++;
      return isEllipsis(bytes, p, end) ? p + 3 : p;
    }
    p += byte === C.backslash ? 2 : 1;
  }
  return -1;
}

/** Whether `...` stands at `pos`. */
function isEllipsis(bytes: Uint8Array, pos: number, end: number): boolean {
  return pos + 3 <= end && bytes[pos] === C.dot && bytes[pos + 1] === C.dot && bytes[pos + 2] === C.dot;
}

/** From the `/*` of a comment to the position after its end, over comments in it; -1 where it does not close. */
function commentEnd(bytes: Uint8Array, pos: number, end: number): number {
  let depth = 0;
  for (let p = pos; p + 1 < end; p++) {
    const byte = bytes[p];
    if (byte === C.slash && bytes[p + 1] === C.star) {
      depth++;
      p++;
    } else if (byte === C.star && bytes[p + 1] === C.slash) {
      p++;
      if (--depth === 0) return p + 1;
    }
  }
  return -1;
}

/**
 * From a `<`: over an annotation to the position after its `>` and after `(deleted)`, or over a shift or comparison. Text such as
 * `<... resuming interrupted read ...>` is an annotation too.
 */
function skipAngle(bytes: Uint8Array, pos: number, end: number): number {
  const next = bytes[pos + 1];
  if (next === C.less || next === C.equal || next === C.space) return pos + 2;
  const p = annotationEnd(bytes, pos, end);
  if (p < 0) return -1;
  return isDeleted(bytes, p, end) ? p + DELETED.length : p;
}

const DELETED = Uint8Array.from('(deleted)', (char) => char.charCodeAt(0));

/** Whether `(deleted)` stands at `pos`. */
function isDeleted(bytes: Uint8Array, pos: number, end: number): boolean {
  if (pos + DELETED.length > end || bytes[pos] !== C.paren) return false;
  for (let i = 1; i < DELETED.length; i++) if (bytes[pos + i] !== DELETED[i]) return false;
  return true;
}

/**
 * From the `<` of an annotation to the position after its `>`; -1 where it does not close.
 * In `TCP:[a->b]` only `]>` closes, quoted socket names skipped; anywhere else strace writes < and > of names as \74 and \76, so the
 * first `>` closes, after one nested `<char 1:3>`.
 */
function annotationEnd(bytes: Uint8Array, pos: number, end: number): number {
  if (bytes[pos + 1] !== C.slash && isSocket(bytes, pos + 1, end)) return socketEnd(bytes, pos, end);
  let p = pos + 1;
  while (p < end && bytes[p] !== C.greater && bytes[p] !== C.less) p++;
  if (p < end && bytes[p] === C.less) {
    for (p++; p < end && bytes[p] !== C.greater; p++) if (bytes[p] === C.less) return -1;
    for (p++; p < end && bytes[p] !== C.greater; p++) if (bytes[p] === C.less) return -1;
  }
  return p < end ? p + 1 : -1;
}

/** The same for a socket or another kernel object, `NAME:[...]`. */
function socketEnd(bytes: Uint8Array, pos: number, end: number): number {
  for (let p = pos + 1; p < end; p++) {
    const byte = bytes[p];
    if (byte === C.greater && bytes[p - 1] === C.bracketEnd) return p + 1;
    if (byte === C.quote) {
      p = stringEnd(bytes, p, end) - 1;
      if (p < 0) return -1;
    }
  }
  return -1;
}

/** Whether a name of letters, digits and `-` followed by `:[` stands at `pos`. A path begins with a slash and never matches. */
function isSocket(bytes: Uint8Array, pos: number, end: number): boolean {
  for (let p = pos; p < end; p++) {
    const byte = bytes[p]!;
    if (byte === C.colon) return p > pos && bytes[p + 1] === C.bracket;
    const word = (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57);
    if (!word && byte !== C.minus && byte !== C.underscore) return false;
  }
  return false;
}
