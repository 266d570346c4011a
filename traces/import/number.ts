// Numbers as strace prints them, read into two 32-bit halves: no bigint and no rounding on the way.
import { CH } from './bytes.ts';

const TWO_32 = 4294967296;
const { minus: MINUS, x: X, dot: DOT } = CH;

/** 10^(9 - digits): ns of the last digit of a fraction with so many digits. */
export const FRACTION_NS: readonly number[] = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

/** Reads numbers; the fields hold the last one. */
export class NumberReader {
  /** The value modulo 2^64 as two unsigned halves; see the methods that use them otherwise. */
  lo = 0;
  hi = 0;
  /** It was written with 0x. */
  hex = false;
  /** Digits of the fraction, see readSeconds. */
  digits = 0;

  /**
   * Reads a number at `pos`: decimal, 0x hexadecimal, 0 octal, each with an optional minus.
   * Returns the position after it, or -1 where no number stands. Values of 2^64 and more wrap.
   */
  read(bytes: Uint8Array, pos: number, end: number): number {
    let p = pos;
    const negative = bytes[p] === MINUS && p < end;
    if (negative) p++;
    this.hex = false;
    let digit = p < end ? bytes[p]! - 48 : 10;
    if (digit === 0 && p + 1 < end) {
      const next = bytes[p + 1]!;
      if (next === X) {
        this.hex = true;
        p = this.#readHex(bytes, p + 2, end);
      } else if (next >= 48 && next <= 55) {
        p = this.#readOctal(bytes, p + 1, end);
      } else {
        p++;
        this.lo = 0;
        this.hi = 0;
      }
    } else {
      if (digit < 0 || digit > 9) return -1;
      let value = digit;
      const limit = p + 15 < end ? p + 15 : end; // 15 digits fit a double exactly
      for (p++; p < limit; p++) {
        digit = bytes[p]! - 48;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (value < TWO_32) {
        this.lo = value;
        this.hi = 0;
      } else {
        this.hi = Math.floor(value / TWO_32);
        this.lo = value - this.hi * TWO_32;
      }
      if (p === limit && p < end) p = this.#readMoreDecimal(bytes, p, end);
    }
    if (negative && p > 0) this.#negate();
    return p;
  }

  #readMoreDecimal(bytes: Uint8Array, pos: number, end: number): number {
    let p = pos;
    for (; p < end; p++) {
      const digit = bytes[p]! - 48;
      if (digit < 0 || digit > 9) break;
      const lo = this.lo * 10 + digit;
      const carry = Math.floor(lo / TWO_32);
      this.lo = lo - carry * TWO_32;
      this.hi = (this.hi * 10 + carry) % TWO_32;
    }
    return p;
  }

  /** Digits after 0x. */
  #readHex(bytes: Uint8Array, pos: number, end: number): number {
    let lo = 0;
    let hi = 0;
    let p = pos;
    for (; p < end; p++) {
      const byte = bytes[p]!;
      let digit = byte - 48;
      if (digit < 0 || digit > 9) {
        digit = (byte | 32) - 87;
        if (digit < 10 || digit > 15) break;
      }
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    this.lo = lo >>> 0;
    this.hi = hi >>> 0;
    return p === pos ? -1 : p;
  }

  #readOctal(bytes: Uint8Array, pos: number, end: number): number {
    let lo = 0;
    let hi = 0;
    let p = pos;
    for (; p < end; p++) {
      const digit = bytes[p]! - 48;
      if (digit < 0 || digit > 7) break;
      hi = (hi << 3) | (lo >>> 29);
      lo = (lo << 3) | digit;
    }
    this.lo = lo >>> 0;
    this.hi = hi >>> 0;
    return p;
  }

  /** Two's complement of the halves. */
  #negate(): void {
    this.lo = -this.lo >>> 0;
    this.hi = (this.lo === 0 ? -this.hi : ~this.hi) >>> 0;
  }

  /**
   * Reads plain decimal digits at `pos` (at most 15). Returns the position after them, `pos` itself where there are none;
   * `lo` holds the value as a plain number, which may pass 2^32.
   */
  readDigits(bytes: Uint8Array, pos: number, end: number): number {
    let value = 0;
    let p = pos;
    const limit = end < pos + 15 ? end : pos + 15;
    for (; p < limit; p++) {
      const digit = bytes[p]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.lo = value;
    return p;
  }

  /**
   * Reads `seconds[.fraction]`. Returns the position after it, -1 where no digit stands. `lo` holds the whole seconds, `hi` the
   * fraction in ns, `digits` how many digits the fraction had (0 to 9).
   */
  readSeconds(bytes: Uint8Array, pos: number, end: number): number {
    let p = this.readDigits(bytes, pos, end);
    if (p === pos) return -1;
    this.hi = 0;
    this.digits = 0;
    if (p < end && bytes[p] === DOT) {
      const seconds = this.lo;
      const from = p + 1;
      p = this.readDigits(bytes, from, end < from + 9 ? end : from + 9);
      this.digits = p - from;
      if (this.digits > 0) this.hi = this.lo * FRACTION_NS[this.digits]!;
      this.lo = seconds;
    }
    return p;
  }
}
