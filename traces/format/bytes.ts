// Growing and walking byte strings: fixed-size numbers little endian, variable ones seven bits a byte, lowest first.
import { FormatError } from './errors.ts';

const TWO32 = 0x1_0000_0000;

/** Bytes that grow as they are written. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written, as a view that the next write may leave behind. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  u32(value: number): void {
    this.#grow(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  f64(value: number): void {
    this.#grow(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  raw(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    let rest = value;
    while (rest >= TWO32) {
      this.u8((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    rest >>>= 0;
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** A whole number from -2^52 to 2^52 - 1: 0, -1, 1, -2 become 0, 1, 2, 3. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** 64 bits as two unsigned halves. */
  varint64(low: number, high: number): void {
    let lo = low >>> 0;
    let hi = high >>> 0;
    while (hi !== 0) {
      this.u8((lo & 0x7f) | 0x80);
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    this.varint(lo);
  }

  /** A signed 64-bit number as two halves, small of either sign short. */
  zigzag64(low: number, high: number): void {
    const sign = high >> 31;
    this.varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
  }

  #grow(by: number): void {
    const needed = this.#length + by;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/**
 * Walks bytes. Reading past the end yields zeros and is found by `end`, so that loops need no test for each number and still
 * stop whatever the bytes are.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  /** High half of the last 64-bit read; its result is the low half. Both are unsigned. */
  high = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  u8(): number {
    return this.bytes[this.at++] ?? 0;
  }

  u32(): number {
    return (this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24)) >>> 0;
  }

  f64(): number {
    const { bytes, at } = this;
    this.at += 8;
    return this.at > bytes.length
      ? 0
      : new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true);
  }

  /** The next `length` bytes, as a view; fewer at the end. */
  raw(length: number): Uint8Array {
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  varint(): number {
    let byte = this.bytes[this.at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 128; byte >= 0x80 && scale < 2 ** 60; scale *= 128) {
      byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  varint64(): number {
    let lo = 0;
    let hi = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80 && shift < 70; shift += 7) {
      byte = this.bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
    }
    this.high = hi >>> 0;
    return lo >>> 0;
  }

  zigzag64(): number {
    const lo = this.varint64();
    const hi = this.high;
    const sign = -(lo & 1);
    this.high = ((hi >>> 1) ^ sign) >>> 0;
    return (((lo >>> 1) | (hi << 31)) ^ sign) >>> 0;
  }

  /** Throws FormatError unless exactly all bytes were read. `what` names them. */
  end(what: string): void {
    if (this.at === this.bytes.length) return;
    throw new FormatError('bad-stream', `${what} has ${this.bytes.length} bytes, its values ${this.at}`);
  }
}
