// Numbers that spread over many octaves (steps of a clock, durations): a class that is packed well, and low bits that are noise.
//
// Values below 16 are their own class. Above, a class is an eighth of an octave and `octave - 3` low bits follow in a bit string of
// their own. Deflate then sees only the classes, whose distribution it can use; the noise is stored as it is. Seven-bit varints
// through deflate took 4.5 bytes for the two stamps of a call of gcc-make where this takes 3.8.
import type { ByteReader, ByteWriter } from './bytes.ts';

const FINE_BITS = 3;
const DIRECT = 1 << (FINE_BITS + 1);
/** Values from here on, negative ones and fractions are stored whole. */
const LIMIT = 2 ** 33;
const CLASS_ODD = 254;
const CLASS_NAN = 255;

/** Writes numbers of any kind exactly; whole ones from 0 to 2^33 - 1 compactly. */
export class SpreadWriter {
  readonly #classes: ByteWriter;
  readonly #low: ByteWriter;
  readonly #odd: ByteWriter;
  #held = 0;
  #heldBits = 0;

  constructor(classes: ByteWriter, low: ByteWriter, odd: ByteWriter) {
    this.#classes = classes;
    this.#low = low;
    this.#odd = odd;
  }

  put(value: number): void {
    if (value >= 0 && value < LIMIT && Number.isInteger(value) && !Object.is(value, -0))
      this.#putWhole(value);
    else if (Number.isNaN(value)) this.#classes.u8(CLASS_NAN);
    else {
      this.#classes.u8(CLASS_ODD);
      this.#odd.f64(value);
    }
  }

  /** Writes the bits that do not fill a byte. */
  end(): void {
    if (this.#heldBits > 0) this.#low.u8(this.#held & 0xff);
    this.#heldBits = 0;
  }

  #putWhole(value: number): void {
    if (value < DIRECT) return this.#classes.u8(value);
    const high = Math.floor(value / 0x1_0000_0000);
    const octave = high > 0 ? 32 : 31 - Math.clz32(value);
    const lowBits = octave - FINE_BITS;
    const top = Math.floor(value / 2 ** lowBits);
    this.#classes.u8(DIRECT + ((octave - FINE_BITS - 1) << FINE_BITS) + (top & 7));
    const low = value - top * 2 ** lowBits;
    this.#putBits(low & 0xffff, Math.min(lowBits, 16));
    if (lowBits > 16) this.#putBits(low >>> 16, lowBits - 16);
  }

  #putBits(bits: number, count: number): void {
    this.#held |= bits << this.#heldBits;
    this.#heldBits += count;
    for (; this.#heldBits >= 8; this.#heldBits -= 8) {
      this.#low.u8(this.#held & 0xff);
      this.#held >>>= 8;
    }
  }
}

/** Reads what a SpreadWriter wrote, in the same order. */
export class SpreadReader {
  readonly #classes: ByteReader;
  readonly #low: Uint8Array;
  readonly #odd: ByteReader;
  #bit = 0;

  constructor(classes: ByteReader, low: ByteReader, odd: ByteReader) {
    this.#classes = classes;
    this.#low = low.bytes;
    this.#odd = odd;
  }

  next(): number {
    const kind = this.#classes.u8();
    if (kind < DIRECT) return kind;
    if (kind >= CLASS_ODD) return kind === CLASS_NAN ? Number.NaN : this.#odd.f64();
    const octave = FINE_BITS + 1 + ((kind - DIRECT) >> FINE_BITS);
    const lowBits = octave - FINE_BITS;
    const top = 8 + ((kind - DIRECT) & 7);
    const low = lowBits <= 16 ? this.#bits(lowBits) : this.#bits(16) + this.#bits(lowBits - 16) * 0x1_0000;
    return top * 2 ** lowBits + low;
  }

  #bits(count: number): number {
    const low = this.#low;
    const at = this.#bit >>> 3;
    const word = low[at]! | (low[at + 1]! << 8) | (low[at + 2]! << 16);
    const bits = (word >>> (this.#bit & 7)) & ((1 << count) - 1);
    this.#bit += count;
    return bits;
  }
}
