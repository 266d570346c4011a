// Addresses: how far from which of the last ones.
//
// A loader maps the same libraries at the same distances in every process, though at another base. So an address is the number of a known
// one (0 is the latest) and the distance to it, which deflate has seen before; or a number of its own.
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { FormatError } from '../errors.ts';

/** Addresses that are remembered: code, heap, stack, libraries. */
const KNOWN = 4;
/** Codes of `near` beyond the known addresses: an address near none of them; no address but a plain number. */
const FAR = KNOWN;
export const PLAIN: number = KNOWN + 1;
/** Farther is not near: 2^36 bytes. */
const NEAR_BYTES = 2 ** 36;
const TWO32 = 0x1_0000_0000;

/** The known addresses, latest first, as two halves each. */
class Known {
  readonly #low = new Uint32Array(KNOWN);
  readonly #high = new Uint32Array(KNOWN);

  /** Distance of an address from known address `i`; inexact when it is huge. */
  distance(i: number, low: number, high: number): number {
    return (high - this.#high[i]!) * TWO32 + (low - this.#low[i]!);
  }

  low(i: number): number {
    return this.#low[i]!;
  }

  high(i: number): number {
    return this.#high[i]!;
  }

  /** Puts an address in front, in place of known address `i`. */
  renew(i: number, low: number, high: number): void {
    for (let to = i; to > 0; to--) {
      this.#low[to] = this.#low[to - 1]!;
      this.#high[to] = this.#high[to - 1]!;
    }
    this.#low[0] = low;
    this.#high[0] = high;
  }
}

/** Writes addresses. */
export class AddressWriter {
  readonly #known = new Known();
  readonly #near: ByteWriter;
  readonly #distances: ByteWriter;

  constructor(near: ByteWriter, distances: ByteWriter) {
    this.#near = near;
    this.#distances = distances;
  }

  /** Whether writing a number as an address would be of use: it is large, and near a known one or beyond 32 bits. */
  isAddress(low: number, high: number): boolean {
    if (high !== 0) return high < 0x8000_0000;
    return low >= 0x10_0000 && Math.abs(this.#known.distance(this.#nearest(low, high), low, high)) < low / 4;
  }

  put(low: number, high: number): void {
    const known = this.#known;
    const i = this.#nearest(low, high);
    const distance = known.distance(i, low, high);
    if (Math.abs(distance) < NEAR_BYTES) {
      this.#near.u8(i);
      this.#distances.zigzag(distance);
      known.renew(i, low, high);
    } else {
      this.#near.u8(FAR);
      this.#distances.varint64(low, high);
      known.renew(KNOWN - 1, low, high);
    }
  }

  #nearest(low: number, high: number): number {
    let nearest = 0;
    for (let i = 1; i < KNOWN; i++) {
      if (Math.abs(this.#known.distance(i, low, high)) < Math.abs(this.#known.distance(nearest, low, high)))
        nearest = i;
    }
    return nearest;
  }
}

/** Reads what an AddressWriter wrote. */
export class AddressReader {
  readonly #known = new Known();
  readonly #near: ByteReader;
  readonly #distances: ByteReader;
  /** High half of the last address; `next` gives the low one. */
  high = 0;

  constructor(near: ByteReader, distances: ByteReader) {
    this.#near = near;
    this.#distances = distances;
  }

  /** Reads an address: its low half. `PLAIN_NUMBER` where a plain number stands elsewhere. */
  next(): number {
    const near = this.#near.u8();
    if (near === PLAIN) return PLAIN_NUMBER;
    if (near > FAR) throw new FormatError('bad-stream', `address near ${near}`);
    let low: number;
    if (near === FAR) {
      low = this.#distances.varint64();
      this.high = this.#distances.high;
      this.#known.renew(KNOWN - 1, low, this.high);
      return low;
    }
    const sum = this.#known.low(near) + this.#distances.zigzag();
    const carry = Math.floor(sum / TWO32);
    low = sum - carry * TWO32;
    this.high = (this.#known.high(near) + carry) >>> 0;
    this.#known.renew(near, low, this.high);
    return low;
  }
}

/** What AddressReader.next gives for a plain number. */
export const PLAIN_NUMBER = -1;
