// What stands after the arguments of a call: ` = value`, its decorations, and the time it took.
import { RECORD_FLAGS } from '../../event.ts';
import { ERRNOS, isRestart } from '../../tables/errnos.ts';
import { type ByteBuffer, CH, ascii } from '../bytes.ts';
import { InternTable } from '../intern.ts';
import { NumberReader } from '../number.ts';
import type { ArgScanner } from './scan.ts';

const C = CH;
const FLAG = RECORD_FLAGS;

const INJECTED = ascii('(INJECTED');
const DELAYED = ascii('(DELAYED');
const UNAVAILABLE = ascii('<unavailable>');
const DELETED = ascii('(deleted)');
const ERRNO = ascii('(errno ');
const UPPER_E = 69;
/** -1 as half of a value. */
const NO_VALUE = 0xffffffff;

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
  readonly #scanner: ArgScanner;
  /** Names of errors met so far, and their numbers by id. */
  readonly #names = new InternTable();
  readonly #errnos: (number | undefined)[] = [];
  readonly #number = new NumberReader();

  constructor(strings: InternTable, scanner: ArgScanner) {
    this.#strings = strings;
    this.#scanner = scanner;
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
    let p = text.skipSpaces(pos, end);
    if (p >= end || bytes[p] !== C.equal) return false;
    p = text.skipSpaces(p + 1, end);
    if (p >= end) return false;
    const rest = this.#readTail(text, p, end);
    if (bytes[p] === C.question) return this.#readQuestion(text, p + 1, rest);
    return this.#readValue(text, p, rest);
  }

  /** Takes `<0.000012>`, `(INJECTED)` and `(DELAYED)` off the end; returns where the rest ends. */
  #readTail(text: ByteBuffer, pos: number, end: number): number {
    const { bytes } = text;
    let to = text.trimEnd(pos, end);
    if (to > pos && bytes[to - 1] === C.greater) {
      let p = to - 2;
      while (p > pos && (isDigit(bytes[p]!) || bytes[p] === C.dot)) p--;
      if (bytes[p] === C.less && bytes[p - 1] === C.space) {
        const number = this.#number;
        if (number.readSeconds(bytes, p + 1, to - 1) === to - 1) {
          this.durationNs = number.lo * 1e9 + number.hi;
          to = text.trimEnd(pos, p);
        }
      } else if (text.startsWith(to - UNAVAILABLE.length, to, UNAVAILABLE)) {
        to = text.trimEnd(pos, to - UNAVAILABLE.length);
      }
    }
    while (to > pos && bytes[to - 1] === C.parenEnd) {
      const open = lastOpen(bytes, pos, to);
      if (text.startsWith(open, to, INJECTED)) this.flags |= FLAG.injected;
      else if (!text.startsWith(open, to, DELAYED)) break;
      to = text.trimEnd(pos, open);
    }
    return to;
  }

  /** After `= ?`: nothing, or the name of a restart code and its meaning. */
  #readQuestion(text: ByteBuffer, pos: number, end: number): boolean {
    const p = text.skipSpaces(pos, end);
    if (p >= end) {
      this.flags |= FLAG.noReturn;
      return true;
    }
    const after = text.skipWord(p, end);
    const errno = ERRNOS.number(text.latin1(p, after));
    if (errno === undefined || !isMeaning(text, after, end)) return false;
    this.#setErrno(errno);
    return true;
  }

  #readValue(text: ByteBuffer, pos: number, end: number): boolean {
    const bytes = text.bytes;
    const number = this.#number;
    let p = number.read(bytes, pos, end);
    if (p < 0) return false;
    this.lo = number.lo;
    this.hi = number.hi;
    if (p === end) return true;
    if (bytes[p] === C.less) {
      const after = this.#scanner.annotationEnd(bytes, p, end);
      if (after < 0) return false;
      const deleted = this.#scanner.isDeleted(bytes, after, end);
      this.text = this.#strings.intern(text, p + 1, deleted ? after + DELETED.length : after - 1);
      p = deleted ? after + DELETED.length : after;
      if (p === end) return true;
    }
    if (bytes[p] !== C.space) return false;
    p = text.skipSpaces(p, end);
    const first = bytes[p]!;
    if (first === C.paren) {
      if (bytes[end - 1] !== C.parenEnd) return false;
      if (text.startsWith(p, end, ERRNO) && number.read(bytes, p + ERRNO.length, end) === end - 1) {
        this.#setErrno(number.lo);
      } else if (this.text === 0) {
        this.text = this.#strings.intern(text, p + 1, end - 1);
      }
      return true;
    }
    if (first === C.slash && bytes[p + 1] === C.star) {
      this.text ||= this.#strings.intern(
        text,
        text.skipSpaces(p + 2, end),
        Math.max(p + 2, text.trimEnd(p + 2, end - 2)),
      );
      return bytes[end - 1] === C.slash;
    }
    const after = text.skipWord(p, end);
    if (first !== UPPER_E || !isMeaning(text, after, end)) return false;
    const errno = this.#errnoOf(text, p, after);
    // -1, or of modify_ldt the error as an unsigned int
    if (number.lo !== NO_VALUE && (errno === 0 || number.lo !== -errno >>> 0)) return false;
    if (errno > 0) this.#setErrno(errno);
    else this.unknownErrno = text.latin1(p, after);
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
    if (isRestart(errno)) this.flags |= FLAG.restart;
  }
}

/** Whether nothing or ` (text)` stands in [pos, end). The text may be in any language. */
function isMeaning(text: ByteBuffer, pos: number, end: number): boolean {
  const { bytes } = text;
  const p = text.skipSpaces(pos, end);
  return p >= end || (bytes[p] === C.paren && bytes[end - 1] === C.parenEnd);
}

/** The last `(` in [pos, end), or -1. */
function lastOpen(bytes: Uint8Array, pos: number, end: number): number {
  let p = end - 1;
  while (p >= pos && bytes[p] !== C.paren) p--;
  return p >= pos ? p : -1;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
