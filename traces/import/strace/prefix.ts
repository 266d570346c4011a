// What stands before the body of a line: thread, name, stamp, call number, instruction pointer, each of them optional.
//
//   28639<signals> 1795359717.379469063 [ 257] [00007f8673129ad7] openat(...
//   [pid   747] 15:05:01 (+     0.000094) close(...
import { CH, ascii, isDigit, skipSpaces, startsWith } from '../bytes.ts';
import { type Halves, readDigits, readSeconds } from '../number.ts';

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
  readonly #number: Halves = { lo: 0, hi: 0, hex: false, digits: 0 };

  /** Reads the prefix of the line [pos, end); returns where the body starts. */
  read(bytes: Uint8Array, pos: number, end: number): number {
    this.pid = -1;
    this.bracketed = false;
    this.commStart = 0;
    this.commEnd = 0;
    this.stamp = 'none';
    this.nr = -1;
    let p = this.#readPid(bytes, pos, end);
    p = this.#readStamp(bytes, skipSpaces(bytes, p, end), end);
    if (p < end && bytes[p] === CH.bracket) p = this.#readNumber(bytes, p, end);
    if (p < end && bytes[p] === CH.bracket) p = skipPointer(bytes, p, end);
    return p;
  }

  #readPid(bytes: Uint8Array, pos: number, end: number): number {
    const number = this.#number;
    if (pos >= end) return pos;
    if (isDigit(bytes[pos]!)) {
      const after = readDigits(bytes, pos, end, number);
      const next = bytes[after];
      if (next === CH.space ? after - pos >= MIN_EPOCH_DIGITS : next !== CH.less) return pos;
      const pid = number.lo;
      const p = next === CH.less ? this.#readComm(bytes, after, end) : after;
      if (p < 0 || p >= end || bytes[p] !== CH.space) return pos;
      this.pid = pid;
      return skipNote(bytes, p, end);
    }
    if (bytes[pos] !== CH.bracket || !startsWith(bytes, pos, end, PID)) return pos;
    const start = skipSpaces(bytes, pos + PID.length, end);
    const after = readDigits(bytes, start, end, number);
    if (after === start) return pos;
    const pid = number.lo;
    let p = bytes[after] === CH.less ? this.#readComm(bytes, after, end) : after;
    if (p < 0) return pos;
    p = skipNote(bytes, p, end);
    if (bytes[p] !== CH.bracketEnd || bytes[p + 1] !== CH.space) return pos;
    this.pid = pid;
    this.bracketed = true;
    return p + 2;
  }

  /** From `<` to the position after `>`; -1 where it does not close. */
  #readComm(bytes: Uint8Array, pos: number, end: number): number {
    for (let p = pos + 1; p < end; p++) {
      if (bytes[p] !== CH.greater) continue;
      this.commStart = pos + 1;
      this.commEnd = p;
      return p + 1;
    }
    return -1;
  }

  #readStamp(bytes: Uint8Array, pos: number, end: number): number {
    if (pos >= end || !isDigit(bytes[pos]!)) return pos;
    const number = this.#number;
    let p = readSeconds(bytes, pos, end, number);
    let kind: StampKind = number.lo >= MIN_EPOCH ? 'realtime' : 'relative';
    if (bytes[p] === CH.colon && p === pos + 2) {
      p = this.#readClock(bytes, pos, end);
      if (p < 0) return pos;
      kind = 'day';
    }
    if (bytes[p] !== CH.space) return pos;
    this.stamp = kind;
    this.seconds = number.lo;
    this.ns = number.hi;
    this.digits = number.digits;
    p = skipSpaces(bytes, p, end);
    if (bytes[p] === CH.paren && bytes[p + 1] === CH.plus) {
      // the difference to the line before, beside the time; the time says it all
      while (p < end && bytes[p] !== CH.parenEnd) p++;
      p = skipSpaces(bytes, p + 1, end);
    }
    return p;
  }

  /** `hh:mm:ss[.fraction]`; leaves seconds since midnight. */
  #readClock(bytes: Uint8Array, pos: number, end: number): number {
    const number = this.#number;
    const hours = number.lo;
    let p = readDigits(bytes, pos + 3, end, number);
    if (p !== pos + 5 || bytes[p] !== CH.colon) return -1;
    const minutes = number.lo;
    p = readSeconds(bytes, p + 1, end, number);
    if (p < 0) return -1;
    number.lo += hours * 3600 + minutes * 60;
    return p;
  }

  /** `[ 257] ` or `[???] `; anything else is left to skipPointer. */
  #readNumber(bytes: Uint8Array, pos: number, end: number): number {
    const number = this.#number;
    const start = skipSpaces(bytes, pos + 1, end);
    let p = readDigits(bytes, start, end, number);
    const unknown = p === start;
    if (unknown) while (p < end && bytes[p] === CH.question) p++;
    if (p === start || p - start >= 8 || bytes[p] !== CH.bracketEnd || bytes[p + 1] !== CH.space) return pos;
    if (!unknown) this.nr = number.lo;
    return p + 2;
  }
}

/** `[00007f8673129ad7] ` or `[????????????????] `. */
function skipPointer(bytes: Uint8Array, pos: number, end: number): number {
  let p = pos + 1;
  while (p < end && isPointerByte(bytes[p]!)) p++;
  return p - pos > 8 && bytes[p] === CH.bracketEnd && bytes[p + 1] === CH.space ? p + 2 : pos;
}

function isPointerByte(byte: number): boolean {
  return isDigit(byte) || (byte >= CH.a && byte <= CH.f) || byte === CH.question;
}

// Over a comment such as "3 in strace's PID NS", which strace adds where the thread has another number in its own namespace.
function skipNote(bytes: Uint8Array, pos: number, end: number): number {
  let p = skipSpaces(bytes, pos, end);
  if (bytes[p] !== CH.slash || bytes[p + 1] !== CH.star) return pos;
  for (p += 2; p + 1 < end; p++) if (bytes[p] === CH.star && bytes[p + 1] === CH.slash) return p + 2;
  return pos;
}
