// The ring behind ringbuf and user_ringbuf: records one behind the other, each with a header, in a run of bytes that is used round and round.
//
//   consumer f64 | producer f64 | pending f64 | dropped f64 | data: `size` bytes, and as many again
//
//   record:  31     30       29..0       32 bits    `length` bytes, rounded up to 8
//            busy | discard | length  |  0        | what was written
//
// Positions count bytes since the beginning and never wrap. A record that begins near the end of the data goes on behind it, where Linux maps the
// beginning a second time: nobody looks at a record but from its start, so the two need not be the same bytes here.
// @see kernel/bpf/ringbuf.c
import type { LinearMemory } from '../memory/linear.ts';
import { roundUp8, type RecordBuffer } from './map.ts';

/** Bytes before each record. */
export const RECORD_HEADER_BYTES = 8;
/** Upper bits of a record's length. @see include/uapi/linux/bpf.h BPF_RINGBUF_BUSY_BIT */
export const BUSY = 0x8000_0000;
export const DISCARDED = 0x4000_0000;
/** Longest record. @see kernel/bpf/ringbuf.c RINGBUF_MAX_RECORD_SZ */
export const MAX_RECORD_BYTES = 0x3fff_ffff;

/** Offsets of the numbers before the data, and of the data. */
export const RING = {
  consumer: 0,
  producer: 8,
  pending: 16,
  dropped: 24,
  data: 32,
} as const satisfies Record<string, number>;
/** The same in units of 8 bytes. */
const FIELDS = {
  consumer: RING.consumer / 8,
  producer: RING.producer / 8,
  pending: RING.pending / 8,
  dropped: RING.dropped / 8,
} as const;

/** Bytes that a ring with `size` bytes of data needs. */
export function ringBytes(size: number): number {
  return RING.data + 2 * size;
}

/** A ring at an offset of linear memory that is a multiple of 8; `size`, a power of two, is what records may fill. */
export class Ring implements RecordBuffer {
  readonly size: number;
  /** Offset of the position behind all that is reserved. */
  readonly writtenAt: number;
  limit = Infinity;
  private readonly memory: LinearMemory;
  /** Index of the first field as f64. */
  private readonly fields: number;
  private readonly dataAt: number;

  constructor(memory: LinearMemory, at: number, size: number) {
    this.memory = memory;
    this.size = size;
    this.fields = at / 8;
    this.writtenAt = at + RING.producer;
    this.dataAt = at + RING.data;
  }

  get consumer(): number {
    return this.memory.f64[this.fields + FIELDS.consumer]!;
  }

  set consumer(position: number) {
    this.memory.f64[this.fields + FIELDS.consumer] = position;
  }

  get producer(): number {
    return this.memory.f64[this.fields + FIELDS.producer]!;
  }

  set producer(position: number) {
    this.memory.f64[this.fields + FIELDS.producer] = position;
  }

  /** Records that found no room. */
  get dropped(): number {
    return this.memory.f64[this.fields + FIELDS.dropped]!;
  }

  /** Offset of the header of the record at a position. */
  headerAt(position: number): number {
    return this.dataAt + (position & (this.size - 1)); // & takes a number modulo 2 ** 32, and the size is smaller
  }

  /** True for an offset in the data, and in what follows it. */
  holds(at: number): boolean {
    return at >= this.dataAt && at < this.dataAt + 2 * this.size;
  }

  header(position: number): number {
    return this.memory.view.getUint32(this.headerAt(position), true);
  }

  /**
   * Room for a record of `size` bytes, marked busy: the offset of its bytes. 0 when there is none, which is counted: a record, header included, is
   * shorter than the data, and none is given before older ones that are busy are done with.
   */
  reserve(size: number): number {
    const length = roundUp8(size + RECORD_HEADER_BYTES);
    const { f64, view } = this.memory;
    const { producer } = this;
    const end = producer + length;
    if (
      size > MAX_RECORD_BYTES ||
      end - this.oldest() > this.size - 1 ||
      end - this.consumer > this.size - 1
    ) {
      f64[this.fields + FIELDS.dropped]! += 1;
      return 0;
    }
    const at = this.headerAt(producer);
    view.setUint32(at, (size | BUSY) >>> 0, true);
    view.setUint32(at + 4, 0, true);
    f64[this.fields + FIELDS.producer] = end;
    return at + RECORD_HEADER_BYTES;
  }

  /** Ends the reservation of the record whose bytes begin at `at`. */
  commit(at: number, discard: boolean): void {
    const { view } = this.memory;
    const length = view.getUint32(at - RECORD_HEADER_BYTES, true) & ~BUSY;
    view.setUint32(at - RECORD_HEADER_BYTES, (discard ? length | DISCARDED : length) >>> 0, true);
  }

  /** Position of the oldest record that is busy, the producer's where there is none. */
  private oldest(): number {
    const { f64 } = this.memory;
    const { producer } = this;
    let pending = f64[this.fields + FIELDS.pending]!;
    while (pending < producer) {
      const header = this.header(pending);
      if ((header & BUSY) !== 0) break;
      pending += recordBytes(header);
    }
    f64[this.fields + FIELDS.pending] = pending;
    return pending;
  }
}

/** Bytes that a record takes, by its header. */
export function recordBytes(header: number): number {
  return roundUp8(lengthOf(header) + RECORD_HEADER_BYTES);
}

/** Bytes of a record without its header. */
export function lengthOf(header: number): number {
  return header & ~(BUSY | DISCARDED);
}
