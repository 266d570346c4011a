// What stands before the body of a line: thread, name, stamp, call number, instruction pointer, each of them optional.
//
//   28639<signals> 1795359717.379469063 [ 257] [00007f8673129ad7] openat(...
//   [pid   747] 15:05:01 (+     0.000094) close(...
import { type ByteBuffer, CH, ascii } from '../bytes.ts';
import { NumberReader } from '../number.ts';

const C = CH;

const PID = ascii('[pid ');
/** Digits from which a number without a dot is a time and no process id (at most 2^22). */
const MIN_EPOCH_DIGITS = 9;
/** Seconds below which a stamp with a dot is a difference and no time since 1970. */
const MIN_EPOCH = 1e8;

export type StampKind = 'none' | 'realtime' | 'day' | 'relative';

/** Reads prefixes; the fields hold the last one. */
export class PrefixReader {
  /** -1 none. */
  pid = -1;
  /** Whether the thread was given as `[pid N]`, as strace does on a terminal. */
  bracketed = false;
  /** Range of the thread's name; empty where there is none. */
  commStart = 0;
  commEnd = 0;
  stamp: StampKind = 'none';
  /** Whole seconds (since 1970, midnight or the line before), the rest in ns, and how many digits the rest had. */
  seconds = 0;
  ns = 0;
  digits = 0;
  /** -1 where none was printed or it was `???`. */
  nr = -1;
  readonly #number = new NumberReader();

  /** Reads the prefix of the line [pos, end); returns where the body starts. */
  read(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    this.pid = -1;
    this.bracketed = false;
    this.commStart = 0;
    this.commEnd = 0;
    this.stamp = 'none';
    this.nr = -1;
    let p = this.#readPid(text, pos, end);
    p = this.#readStamp(text, text.skipSpaces(p, end), end);
    if (p < end && bytes[p] === C.bracket) p = this.#readNumber(text, p, end);
    if (p < end && bytes[p] === C.bracket) p = skipPointer(bytes, p, end);
    return p;
  }

  #readPid(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    const number = this.#number;
    if (pos >= end) return pos;
    if (isDigit(bytes[pos]!)) {
      const after = number.readDigits(bytes, pos, end);
      const next = bytes[after];
      if (next === C.space ? after - pos >= MIN_EPOCH_DIGITS : next !== C.less) return pos;
      const pid = number.lo;
      const p = next === C.less ? this.#readComm(bytes, after, end) : after;
      if (p < 0 || p >= end || bytes[p] !== C.space) return pos;
      this.pid = pid;
      return skipNote(text, p, end);
    }
    if (bytes[pos] !== C.bracket || !text.startsWith(pos, end, PID)) return pos;
    const start = text.skipSpaces(pos + PID.length, end);
    const after = number.readDigits(bytes, start, end);
    if (after === start) return pos;
    const pid = number.lo;
    let p = bytes[after] === C.less ? this.#readComm(bytes, after, end) : after;
    if (p < 0) return pos;
    p = skipNote(text, p, end);
    if (bytes[p] !== C.bracketEnd || bytes[p + 1] !== C.space) return pos;
    this.pid = pid;
    this.bracketed = true;
    return p + 2;
  }

  /** From `<` to the position after `>`; -1 where it does not close. */
  #readComm(bytes: Uint8Array, pos: number, end: number): number {
    for (let p = pos + 1; p < end; p++) {
      if (bytes[p] !== C.greater) continue;
      this.commStart = pos + 1;
      this.commEnd = p;
      return p + 1;
    }
    return -1;
  }

  #readStamp(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    if (pos >= end || !isDigit(bytes[pos]!)) return pos;
    const number = this.#number;
    let p = number.readSeconds(bytes, pos, end);
    let kind: StampKind = number.lo >= MIN_EPOCH ? 'realtime' : 'relative';
    if (bytes[p] === C.colon && p === pos + 2) {
      p = this.#readClock(bytes, pos, end);
      if (p < 0) return pos;
      kind = 'day';
    }
    if (bytes[p] !== C.space) return pos;
    this.stamp = kind;
    this.seconds = number.lo;
    this.ns = number.hi;
    this.digits = number.digits;
    p = text.skipSpaces(p, end);
    if (bytes[p] === C.paren && bytes[p + 1] === C.plus) {
      // the difference to the line before, beside the time; the time says it all
      while (p < end && bytes[p] !== C.parenEnd) p++;
      p = text.skipSpaces(p + 1, end);
    }
    return p;
  }

  /** `hh:mm:ss[.fraction]`; leaves seconds since midnight. */
  #readClock(bytes: Uint8Array, pos: number, end: number): number {
    const number = this.#number;
    const hours = number.lo;
    let p = number.readDigits(bytes, pos + 3, end);
    if (p !== pos + 5 || bytes[p] !== C.colon) return -1;
    const minutes = number.lo;
    p = number.readSeconds(bytes, p + 1, end);
    if (p < 0) return -1;
    number.lo += hours * 3600 + minutes * 60;
    return p;
  }

  /** `[ 257] ` or `[???] `; anything else is left to skipPointer. */
  #readNumber(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    const number = this.#number;
    const start = text.skipSpaces(pos + 1, end);
    let p = number.readDigits(bytes, start, end);
    const unknown = p === start;
    if (unknown) while (p < end && bytes[p] === C.question) p++;
    if (p === start || p - start >= 8 || bytes[p] !== C.bracketEnd || bytes[p + 1] !== C.space) return pos;
    if (!unknown) this.nr = number.lo;
    return p + 2;
  }
}

/** `[00007f8673129ad7] ` or `[????????????????] `. */
function skipPointer(bytes: Uint8Array, pos: number, end: number): number {
  let p = pos + 1;
  while (p < end && isPointerByte(bytes[p]!)) p++;
  return p - pos > 8 && bytes[p] === C.bracketEnd && bytes[p + 1] === C.space ? p + 2 : pos;
}

function isPointerByte(byte: number): boolean {
  return isDigit(byte) || (byte >= C.a && byte <= C.f) || byte === C.question;
}

// Over a comment such as "3 in strace's PID NS", which strace adds where the thread has another number in its own namespace.
function skipNote(text: ByteBuffer, pos: number, end: number): number {
  const { bytes } = text;
  let p = text.skipSpaces(pos, end);
  if (bytes[p] !== C.slash || bytes[p + 1] !== C.star) return pos;
  for (p += 2; p + 1 < end; p++) if (bytes[p] === C.star && bytes[p + 1] === C.slash) return p + 2;
  return pos;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
