// Bytes that are put together for one argument: things at addresses, each with the bytes of it that are known.
import type { UserMemory } from '../../../vm/index.ts';
import { SYNTHETIC_STRIDE, syntheticAddress } from '../../event.ts';

/** First of the made-up addresses of 32-bit programs, and the room of each argument: below where their code begins. */
const LOW_BASE = 0x10_0000n;
const LOW_STRIDE = 0x10_0000n;
/** Things within an argument's room are aligned to this. */
const ALIGN = 16n;

/** Memory of one thing, nothing of it known at first. */
export class Image {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  private readonly known: Uint8Array;

  constructor(address: bigint, size: number) {
    this.address = address;
    this.bytes = new Uint8Array(size);
    this.known = new Uint8Array(size);
  }

  /** Bytes at an offset are known; those beyond the end are dropped. */
  set(off: number, bytes: ArrayLike<number>): void {
    const count = Math.min(bytes.length, this.bytes.length - off);
    for (let i = 0; i < count; i++) {
      this.bytes[off + i] = bytes[i]!;
      this.known[off + i] = 1;
    }
  }

  /** A number of `size` bytes, in two's complement. A number that does not fit into what is left of the image is dropped. */
  setNumber(off: number, size: number, value: bigint, isNetworkOrder = false): void {
    if (off + size > this.bytes.length) return;
    let rest = value;
    for (let i = 0; i < size; i++) {
      const at = off + (isNetworkOrder ? size - 1 - i : i);
      this.bytes[at] = Number(rest & 255n);
      this.known[at] = 1;
      rest >>= 8n;
    }
  }

  /** Nothing is known of these bytes any more. */
  forget(off: number, size: number): void {
    this.known.fill(0, off, off + size);
  }

  /**
   * Forgets the bytes of both that are said to be different: two arguments that were shown alike have one made-up address, though the kernel may have
   * written something else to each.
   */
  agreeWith(other: Image): void {
    const from = other.address - this.address;
    if (from >= BigInt(this.bytes.length) || from <= BigInt(-other.bytes.length)) return;
    const shift = Number(from);
    const end = Math.min(this.bytes.length, shift + other.bytes.length);
    for (let i = Math.max(0, shift); i < end; i++) {
      if (this.bytes[i] === other.bytes[i - shift] || this.known[i] !== 1 || other.known[i - shift] !== 1)
        continue;
      this.forget(i, 1);
      other.forget(i - shift, 1);
    }
  }

  /** The number of `size` bytes at an offset; undefined where one of them is not known. */
  number(off: number, size: number): bigint | undefined {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) {
      if (this.known[off + i] !== 1) return undefined;
      value = (value << 8n) | BigInt(this.bytes[off + i]!);
    }
    return value;
  }

  /** Appends each run of known bytes. */
  spansTo(spans: UserMemory[]): void {
    const { bytes, known } = this;
    for (let start = known.indexOf(1); start >= 0;) {
      const hole = known.indexOf(0, start);
      const end = hole < 0 ? known.length : hole;
      spans.push({
        address: this.address + BigInt(start),
        bytes: bytes.subarray(start, end),
        trueLength: bytes.length - start,
        cString: false,
      });
      start = known.indexOf(1, end);
    }
  }
}

/** The made-up addresses of an argument: what its pointers lead to lies there, one thing after the other. */
export class Room {
  readonly images: Image[] = [];
  private next: bigint;
  private readonly end: bigint;

  /** `textId`: string id of the argument's text; `arg` 0 to 5. */
  constructor(textId: number, arg: number, word: 4 | 8) {
    const isLow = word === 4;
    this.next = isLow ? LOW_BASE + BigInt(arg) * LOW_STRIDE : syntheticAddress(textId);
    this.end = this.next + (isLow ? LOW_STRIDE : SYNTHETIC_STRIDE);
  }

  /** A thing at an address that is known. */
  placeAt(address: bigint, size: number): Image {
    const image = new Image(address, size);
    this.images.push(image);
    const end = address + BigInt(size);
    if (address <= this.next && end > this.next) this.next = aligned(end); // the room begins with the argument itself
    return image;
  }

  /** A thing at the next free address; undefined where the room is full. */
  place(size: number): Image | undefined {
    const address = this.next;
    if (address + BigInt(size) > this.end) return undefined;
    this.next = aligned(address + BigInt(Math.max(size, 1)));
    const image = new Image(address, size);
    this.images.push(image);
    return image;
  }
}

function aligned(address: bigint): bigint {
  return (address + ALIGN - 1n) & -ALIGN;
}
