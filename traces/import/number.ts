// Numbers as strace prints them, read into two 32-bit halves: no bigint and no rounding on the way.
import { CH } from './bytes.ts';

/** What the readers below leave behind: the value modulo 2^64 as unsigned halves. */
export interface Halves {
  lo: number;
  hi: number;
  /** Written with 0x. */
  hex: boolean;
  /** Digits of a fraction, see readSeconds. */
  digits: number;
}

const TWO_32 = 4294967296;

/**
 * Reads a number at `pos`: decimal, 0x hexadecimal, 0 octal, each with an optional minus.
 * Returns the position after it, or -1 where no number stands. Values of 2^64 and more wrap.
 */
export function readNumber(bytes: Uint8Array, pos: number, end: number, out: Halves): number {
  let p = pos;
  const negative = bytes[p] === CH.minus && p < end;
  if (negative) p++;
  out.hex = false;
  let digit = p < end ? bytes[p]! - 48 : 10;
  if (digit === 0 && p + 1 < end) {
    const next = bytes[p + 1]!;
    if (next === CH.x) {
      p = readHex(bytes, p + 2, end, out);
      out.hex = true;
    } else if (next >= 48 && next <= 55) {
      p = readOctal(bytes, p + 1, end, out);
    } else {
      p++;
      out.lo = 0;
      out.hi = 0;
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
      out.lo = value;
      out.hi = 0;
    } else {
      out.hi = Math.floor(value / TWO_32);
      out.lo = value - out.hi * TWO_32;
    }
    if (p === limit && p < end) p = readMoreDecimal(bytes, p, end, out);
  }
  if (negative && p > 0) negate(out);
  return p;
}

function readMoreDecimal(bytes: Uint8Array, pos: number, end: number, out: Halves): number {
  let p = pos;
  for (; p < end; p++) {
    const digit = bytes[p]! - 48;
    if (digit < 0 || digit > 9) break;
    const lo = out.lo * 10 + digit;
    const carry = Math.floor(lo / TWO_32);
    out.lo = lo - carry * TWO_32;
    out.hi = (out.hi * 10 + carry) % TWO_32;
  }
  return p;
}

/** Digits after 0x. */
function readHex(bytes: Uint8Array, pos: number, end: number, out: Halves): number {
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
  out.lo = lo >>> 0;
  out.hi = hi >>> 0;
  return p === pos ? -1 : p;
}

function readOctal(bytes: Uint8Array, pos: number, end: number, out: Halves): number {
  let lo = 0;
  let hi = 0;
  let p = pos;
  for (; p < end; p++) {
    const digit = bytes[p]! - 48;
    if (digit < 0 || digit > 7) break;
    hi = (hi << 3) | (lo >>> 29);
    lo = (lo << 3) | digit;
  }
  out.lo = lo >>> 0;
  out.hi = hi >>> 0;
  return p;
}

/** Two's complement of the halves. */
function negate(out: Halves): void {
  out.lo = -out.lo >>> 0;
  out.hi = (out.lo === 0 ? -out.hi : ~out.hi) >>> 0;
}

/**
 * Reads plain decimal digits at `pos` (at most 15). Returns the position after them, `pos` itself where there are none;
 * the value is in `out.lo` as a plain number, which may pass 2^32.
 */
export function readDigits(bytes: Uint8Array, pos: number, end: number, out: Halves): number {
  let value = 0;
  let p = pos;
  const limit = Math.min(end, pos + 15);
  for (; p < limit; p++) {
    const digit = bytes[p]! - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  out.lo = value;
  return p;
}

/** 10^(9 - digits): ns of the last digit of a fraction with so many digits. */
export const FRACTION_NS: readonly number[] = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

/**
 * Reads `seconds[.fraction]`. Returns the position after it, -1 where no digit stands. `out.lo` holds the whole seconds, `out.hi` the
 * fraction in ns, `out.digits` how many digits the fraction had (0 to 9).
 */
export function readSeconds(bytes: Uint8Array, pos: number, end: number, out: Halves): number {
  let p = readDigits(bytes, pos, end, out);
  if (p === pos) return -1;
  out.hi = 0;
  out.digits = 0;
  if (p < end && bytes[p] === CH.dot) {
    const seconds = out.lo;
    const from = p + 1;
    p = readDigits(bytes, from, Math.min(end, from + 9), out);
    out.digits = p - from;
    out.hi = out.lo * FRACTION_NS[out.digits]!;
    if (out.digits === 0) out.hi = 0;
    out.lo = seconds;
  }
  return p;
}
