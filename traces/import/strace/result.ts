// What stands after the arguments of a call: ` = value`, its decorations, and the time it took.
import { RECORD_FLAGS } from '../../event.ts';
import { ERRNOS, isRestart } from '../../tables/errnos.ts';
import { type ByteBuffer, CH, ascii, isDigit, isWord, latin1, skipSpaces, startsWith } from '../bytes.ts';
import { InternTable } from '../intern.ts';
import { type Halves, readNumber, readSeconds } from '../number.ts';
import { annotationEnd, isDeleted } from './scan.ts';

const INJECTED = ascii('(INJECTED');
const DELAYED = ascii('(DELAYED');
const UNAVAILABLE = ascii('<unavailable>');
const DELETED = ascii('(deleted)');
const ERRNO = ascii('(errno ');
const UPPER_E = 69;

/** Reads results; the fields hold the last one. */
export class ResultReader {
  /** The return value as the kernel gave it, two's complement halves. */
  lo = 0;
  hi = 0;
  errno = 0;
  /** RECORD_FLAGS that the result shows. */
  flags = 0;
  /** String id of the text after the value, 0 none. */
  text = 0;
  /** Time in the call, in ns; -1 where none was printed. */
  durationNs = -1;
  /** The name of an errno that no table has, else empty. */
  unknownErrno = '';
  readonly #strings: InternTable;
  /** Names of errors met so far, and their numbers by id. */
  readonly #names = new InternTable();
  readonly #errnos: (number | undefined)[] = [];
  readonly #number: Halves = { lo: 0, hi: 0, hex: false, digits: 0 };

  constructor(strings: InternTable) {
    this.#strings = strings;
  }

  /** Reads from just after the closing parenthesis to the end of the line. False where no result stands there. */
  read(text: ByteBuffer, pos: number, end: number): boolean {
    const bytes = text.bytes;
    this.lo = 0;
    this.hi = 0;
    this.errno = 0;
    this.flags = 0;
    this.text = 0;
    this.durationNs = -1;
    this.unknownErrno = '';
    let p = skipSpaces(bytes, pos, end);
    if (p >= end || bytes[p] !== CH.equal) return false;
    p = skipSpaces(bytes, p + 1, end);
    if (p >= end) return false;
    const rest = this.#readTail(bytes, p, end);
    if (bytes[p] === CH.question) return this.#readQuestion(bytes, p + 1, rest);
    return this.#readValue(text, p, rest);
  }

  /** Takes `<0.000012>`, `(INJECTED)` and `(DELAYED)` off the end; returns where the rest ends. */
  #readTail(bytes: Uint8Array, pos: number, end: number): number {
    let to = trimEnd(bytes, pos, end);
    if (to > pos && bytes[to - 1] === CH.greater) {
      let p = to - 2;
      while (p > pos && (isDigit(bytes[p]!) || bytes[p] === CH.dot)) p--;
      if (bytes[p] === CH.less && bytes[p - 1] === CH.space) {
        const number = this.#number;
        if (readSeconds(bytes, p + 1, to - 1, number) === to - 1) {
          this.durationNs = number.lo * 1e9 + number.hi;
          to = trimEnd(bytes, pos, p);
        }
      } else if (startsWith(bytes, to - UNAVAILABLE.length, to, UNAVAILABLE)) {
        to = trimEnd(bytes, pos, to - UNAVAILABLE.length);
      }
    }
    while (to > pos && bytes[to - 1] === CH.parenEnd) {
      const open = lastOpen(bytes, pos, to);
      if (startsWith(bytes, open, to, INJECTED)) this.flags |= RECORD_FLAGS.injected;
      else if (!startsWith(bytes, open, to, DELAYED)) break;
      to = trimEnd(bytes, pos, open);
    }
    return to;
  }

  /** After `= ?`: nothing, or the name of a restart code and its meaning. */
  #readQuestion(bytes: Uint8Array, pos: number, end: number): boolean {
    const p = skipSpaces(bytes, pos, end);
    if (p >= end) {
      this.flags |= RECORD_FLAGS.noReturn;
      return true;
    }
    const after = wordEnd(bytes, p, end);
    const errno = ERRNOS.number(latin1(bytes, p, after));
    if (errno === undefined || !isMeaning(bytes, after, end)) return false;
    this.#setErrno(errno);
    return true;
  }

  #readValue(text: ByteBuffer, pos: number, end: number): boolean {
    const bytes = text.bytes;
    const number = this.#number;
    let p = readNumber(bytes, pos, end, number);
    if (p < 0) return false;
    this.lo = number.lo;
    this.hi = number.hi;
    if (p === end) return true;
    if (bytes[p] === CH.less) {
      const after = annotationEnd(bytes, p, end);
      if (after < 0) return false;
      const deleted = isDeleted(bytes, after, end);
      this.text = this.#strings.intern(text, p + 1, deleted ? after + DELETED.length : after - 1);
      p = deleted ? after + DELETED.length : after;
      if (p === end) return true;
    }
    if (bytes[p] !== CH.space) return false;
    p = skipSpaces(bytes, p, end);
    const first = bytes[p]!;
    if (first === CH.paren) {
      if (bytes[end - 1] !== CH.parenEnd) return false;
      if (startsWith(bytes, p, end, ERRNO) && readNumber(bytes, p + ERRNO.length, end, number) === end - 1) {
        this.#setErrno(number.lo);
      } else if (this.text === 0) {
        this.text = this.#strings.intern(text, p + 1, end - 1);
      }
      return true;
    }
    if (first === CH.slash && bytes[p + 1] === CH.star) {
      this.text ||= this.#strings.intern(
        text,
        skipSpaces(bytes, p + 2, end),
        Math.max(p + 2, trimEnd(bytes, p + 2, end - 2)),
      );
      return bytes[end - 1] === CH.slash;
    }
    const after = wordEnd(bytes, p, end);
    if (first !== UPPER_E || number.lo !== 0xffffffff || !isMeaning(bytes, after, end)) return false;
    const errno = this.#errnoOf(text, p, after);
    if (errno > 0) this.#setErrno(errno);
    else this.unknownErrno = latin1(bytes, p, after);
    return true;
  }

  /** The number of the error named [start, end), 0 for one that no table has. */
  #errnoOf(text: ByteBuffer, start: number, end: number): number {
    const id = this.#names.intern(text, start, end);
    return (this.#errnos[id] ??= ERRNOS.number(this.#names.text(id)) ?? 0);
  }

  #setErrno(errno: number): void {
    this.errno = errno;
    this.lo = -errno >>> 0;
    this.hi = 0xffffffff;
    if (isRestart(errno)) this.flags |= RECORD_FLAGS.restart;
  }
}

/** Whether nothing or ` (text)` stands in [pos, end). The text may be in any language. */
function isMeaning(bytes: Uint8Array, pos: number, end: number): boolean {
  const p = skipSpaces(bytes, pos, end);
  return p >= end || (bytes[p] === CH.paren && bytes[end - 1] === CH.parenEnd);
}

function wordEnd(bytes: Uint8Array, pos: number, end: number): number {
  let p = pos;
  while (p < end && isWord(bytes[p]!)) p++;
  return p;
}

function trimEnd(bytes: Uint8Array, pos: number, end: number): number {
  let to = end;
  while (to > pos && bytes[to - 1] === CH.space) to--;
  return to;
}

/** The last `(` in [pos, end), or -1. */
function lastOpen(bytes: Uint8Array, pos: number, end: number): number {
  let p = end - 1;
  while (p >= pos && bytes[p] !== CH.paren) p--;
  return p >= pos ? p : -1;
}
