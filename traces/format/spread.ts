// Steps of a clock and durations, which spread over many octaves: a class that packs well, and low bits that are noise.
//
// Numbers below 16 are their own class. Above, a class is an eighth of an octave, and `octave - 3` low bits follow in a bit string of
// their own. Deflate then sees only the classes, whose distribution it can use; the noise is stored as it is.
//
// Where the clock has a grain (see grain.ts), a step v is a count of ticks n instead, and v is round down(phase + n * grain), give or take one,
// which a bit says. Phase is the part of a ns that the last stamp had lost; it is 1/2 for durations, which start anywhere.
//
// Seven-bit varints through deflate took 4.5 bytes for the two stamps of a call of gcc-make, classes take 3.8, and with ticks 3.2.
import type { ByteReader, ByteWriter } from './bytes.ts';
import { LONGEST_GRAINED } from './grain.ts';

const FINE_BITS = 3;
const DIRECT = 1 << (FINE_BITS + 1);
/** Values from here on, negative ones and fractions are stored whole. */
const LIMIT = 2 ** 33;
const CLASS_ODD = 254;
const CLASS_NAN = 255;
/** Bits in a byte of `off`: more would give deflate too many symbols to learn. */
const OFF_BITS = 4;
const UNKNOWN_PHASE = 0.5;
/** Phase after a stamp that was a ns later, or earlier, than foreseen. */
const PHASE_LATE = 0.02;
const PHASE_EARLY = 0.98;

/** Where numbers go: classes, low bits, whether a tick was off by one, and what fits nowhere else. */
export interface SpreadStreams<T> {
  readonly classes: T;
  readonly low: T;
  readonly off: T;
  readonly odd: T;
}

/** How numbers are grained: `grain` 0 not at all; `isChained` when each is the step from the stamp before. */
export interface Graining {
  readonly grain: number;
  readonly isChained: boolean;
}

/** Counts up to this are ticks, higher numbers are what they are: no step of this many units or fewer is stored as such. */
function mostTicks(grain: number): number {
  return grain === 0 ? -1 : Math.floor(LONGEST_GRAINED / grain);
}

/** Writes numbers of any kind exactly; whole ones from 0 to 2^33 - 1 compactly. */
export class SpreadWriter {
  readonly #to: SpreadStreams<ByteWriter>;
  readonly #graining: Graining;
  readonly #mostTicks: number;
  #phase = UNKNOWN_PHASE;
  #held = 0;
  #heldBits = 0;
  #offs = 0;
  #offBits = 0;

  constructor(to: SpreadStreams<ByteWriter>, graining: Graining) {
    this.#to = to;
    this.#graining = graining;
    this.#mostTicks = mostTicks(graining.grain);
  }

  put(value: number): void {
    if (Number.isNaN(value)) return this.#to.classes.u8(CLASS_NAN);
    const isWhole = value >= 0 && value < LIMIT && Number.isInteger(value) && !Object.is(value, -0);
    if (isWhole && this.#putTicks(value)) return undefined;
    this.#phase = UNKNOWN_PHASE;
    if (isWhole && value > this.#mostTicks) return this.#putWhole(value);
    this.#to.classes.u8(CLASS_ODD);
    return this.#to.odd.f64(value);
  }

  /** Writes the bits that do not fill a byte. */
  end(): void {
    if (this.#heldBits > 0) this.#to.low.u8(this.#held & 0xff);
    if (this.#offBits > 0) this.#to.off.u8(this.#offs);
  }

  /** Writes a value as ticks; false where it is no count of ticks. */
  #putTicks(value: number): boolean {
    const { grain, isChained } = this.#graining;
    const ticks = Math.round((value + UNKNOWN_PHASE - this.#phase) / grain);
    if (!(ticks >= 0 && ticks <= this.#mostTicks)) return false;
    const foreseen = this.#phase + ticks * grain;
    const low = Math.floor(foreseen);
    const off = value - low;
    if (off !== 0 && off !== (foreseen - low < 0.5 ? -1 : 1)) return false;
    this.#putWhole(ticks);
    this.#offs |= (off === 0 ? 0 : 1) << this.#offBits++;
    if (this.#offBits === OFF_BITS) {
      this.#to.off.u8(this.#offs);
      this.#offs = this.#offBits = 0;
    }
    if (isChained) this.#phase = nextPhase(foreseen - low, off);
    return true;
  }

  #putWhole(value: number): void {
    if (value < DIRECT) return this.#to.classes.u8(value);
    const octave = value >= 2 ** 32 ? 32 : 31 - Math.clz32(value);
    const lowBits = octave - FINE_BITS;
    const top = Math.floor(value / 2 ** lowBits);
    this.#to.classes.u8(DIRECT + ((octave - FINE_BITS - 1) << FINE_BITS) + (top & 7));
    const low = value - top * 2 ** lowBits;
    this.#putBits(low & 0xffff, Math.min(lowBits, 16));
    if (lowBits > 16) this.#putBits(low >>> 16, lowBits - 16);
  }

  #putBits(bits: number, count: number): void {
    this.#held |= bits << this.#heldBits;
    this.#heldBits += count;
    for (; this.#heldBits >= 8; this.#heldBits -= 8) {
      this.#to.low.u8(this.#held & 0xff);
      this.#held >>>= 8;
    }
  }
}

/** Phase after a stamp that was `off` from the one foreseen, whose part of a ns was `phase`. */
function nextPhase(phase: number, off: number): number {
  return off === 0 ? phase : off > 0 ? PHASE_LATE : PHASE_EARLY;
}

/** By class below CLASS_ODD: the number without its low bits, and how many of these there are. */
const LEAST = new Float64Array(CLASS_ODD);
const LOW_BITS = new Uint8Array(CLASS_ODD);
for (let kind = 0; kind < CLASS_ODD; kind++) {
  LOW_BITS[kind] = kind < DIRECT ? 0 : 1 + ((kind - DIRECT) >> FINE_BITS);
  LEAST[kind] = kind < DIRECT ? kind : (8 + ((kind - DIRECT) & 7)) * 2 ** LOW_BITS[kind]!;
}

/** Reads what a SpreadWriter wrote, in the same order. */
export class SpreadReader {
  readonly #from: SpreadStreams<ByteReader>;
  readonly #graining: Graining;

  constructor(from: SpreadStreams<ByteReader>, graining: Graining) {
    this.#from = from;
    this.#graining = graining;
  }

  /** Reads as many numbers as `into` has room for. */
  read(into: Float64Array): void {
    const { classes, low, off, odd } = this.#from;
    const { grain, isChained } = this.#graining;
    const most = mostTicks(grain);
    const lowBytes = low.bytes;
    let bit = 0;
    let phase = UNKNOWN_PHASE;
    let offs = 0;
    let offBits = 0;
    for (let i = 0; i < into.length; i++) {
      const kind = classes.u8();
      if (kind >= CLASS_ODD) {
        if (kind === CLASS_NAN) into[i] = Number.NaN;
        else {
          phase = UNKNOWN_PHASE;
          into[i] = odd.f64();
        }
        continue;
      }
      let whole = LEAST[kind]!;
      if (kind >= DIRECT) {
        const bits = LOW_BITS[kind]!;
        const first = bits > 16 ? 16 : bits;
        whole += bitsAt(lowBytes, bit, first);
        if (bits > 16) whole += bitsAt(lowBytes, bit + 16, bits - 16) * 0x1_0000;
        bit += bits;
      }
      if (whole > most) {
        phase = UNKNOWN_PHASE;
        into[i] = whole;
        continue;
      }
      if (offBits === 0) {
        offs = off.u8();
        offBits = OFF_BITS;
      }
      const foreseen = phase + whole * grain;
      const floor = Math.floor(foreseen);
      const part = foreseen - floor;
      const step = (offs & 1) === 0 ? 0 : part < 0.5 ? -1 : 1;
      offs >>= 1;
      offBits--;
      if (isChained) phase = nextPhase(part, step);
      into[i] = floor + step;
    }
  }
}

/** `count` bits, 16 at most, from bit `at` on; 0 beyond the end. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const byte = at >>> 3;
  const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16);
  return (word >>> (at & 7)) & ((1 << count) - 1);
}
