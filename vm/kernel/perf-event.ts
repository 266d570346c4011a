// A perf event of type software, config bpf-output, on one CPU: a ring of records that programs fill through a perf_event_array and user space
// empties. With sample_type PERF_SAMPLE_RAW, as libbpf opens them.
//
//   head f64 | tail f64 | lost f64 | dropped f64 | id u32 | cpu u32 | size u32 | u32 0 | data: `size` bytes, pages * 4096
//
//   sample: u32 9 | u16 0 | u16 bytes | u32 raw size | raw bytes, the last of them zeroes
//   lost:   u32 2 | u16 0 | u16 24    | u64 id       | u64 how many were lost before it
//
// Records are written round and round. One that finds no room is lost; the next that finds some brings the number of those lost before it.
// @see kernel/events/ring_buffer.c __perf_output_begin
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapRecord, RecordBuffer, RecordVisitor } from '../maps/map.ts';
import { roundUp8 } from '../maps/map.ts';

const PAGE_BYTES = 4096;
/** Offsets in an event. */
// oxfmt-ignore
export const PERF_EVENT = {
  head: 0, tail: 8, lost: 16, dropped: 24, id: 32, cpu: 36, size: 40, data: 48,
} as const satisfies Record<string, number>;

/** Types of records. @see include/uapi/linux/perf_event.h enum perf_event_type */
const RECORD_LOST = 2;
export const RECORD_SAMPLE = 9;
/** Bytes of a record's header. */
export const HEADER_BYTES = 8;
const LOST_BYTES = 24;
/** A record's length is a u16. Linux cuts the length of longer ones to 16 bits, and no reader can go on behind them; here they find no room. */
export const MAX_RECORD_BYTES = 0xffff;

/** Fields that are f64. */
type Count = 'head' | 'tail' | 'lost' | 'dropped';

/** One event. It lives while an fd or a map holds it. */
export class PerfEvent implements RecordBuffer {
  readonly kind = 'perf_event';
  limit = Infinity;
  readonly id: number;
  /** The only CPU whose programs may write to it. */
  readonly cpu: number;
  /** Its offset in linear memory. */
  readonly at: number;
  private readonly memory: LinearMemory;
  /** Bytes of the data; 0 where the event has no buffer. */
  private readonly size: number;

  private constructor(memory: LinearMemory, id: number, cpu: number, at: number, size: number) {
    this.memory = memory;
    this.id = id;
    this.cpu = cpu;
    this.at = at;
    this.size = size;
  }

  /** Opens one with a buffer of `pages` pages, a power of two, or 0 for none. -EINVAL for other numbers, -ENOMEM. */
  static open(memory: LinearMemory, id: number, cpu: number, pages: number): PerfEvent | number {
    if (!Number.isInteger(pages) || pages < 0) return -ERRNO.EINVAL;
    if (pages !== 0 && !Number.isInteger(Math.log2(pages))) return -ERRNO.EINVAL;
    const size = pages * PAGE_BYTES;
    const at = memory.alloc(PERF_EVENT.data + size);
    if (at === 0) return -ERRNO.ENOMEM;
    memory.view.setUint32(at + PERF_EVENT.id, id, true);
    memory.view.setUint32(at + PERF_EVENT.cpu, cpu, true);
    memory.view.setUint32(at + PERF_EVENT.size, size, true);
    return new PerfEvent(memory, id, cpu, at, size);
  }

  free(): void {
    this.memory.free(this.at, PERF_EVENT.data + this.size);
  }

  get writtenAt(): number {
    return this.at + PERF_EVENT.head;
  }

  /** Samples that found no room. */
  get dropped(): number {
    return this.get('dropped');
  }

  /** Writes a sample of `size` bytes at `from` and, behind them, `moreSize` bytes at `more`: 0, or -ENOSPC. */
  output(from: number, size: number, more: number, moreSize: number): number {
    const sum = size + moreSize;
    const raw = roundUp8(sum + 4) - 4;
    const bytes = HEADER_BYTES + 4 + raw;
    const lost = this.get('lost');
    const head = this.get('head');
    const need = lost === 0 ? bytes : bytes + LOST_BYTES;
    const room = this.size - 1 - (head - this.get('tail'));
    if (bytes > MAX_RECORD_BYTES || need > room) {
      if (this.size > 0) this.set('lost', lost + 1);
      this.set('dropped', this.dropped + 1);
      return -ERRNO.ENOSPC;
    }
    let to = head;
    if (lost > 0) {
      this.set('lost', 0);
      this.header(to, RECORD_LOST, LOST_BYTES);
      this.u32(to + 8, this.id);
      this.u32(to + 12, 0);
      this.u32(to + 16, lost);
      this.u32(to + 20, 0);
      to += LOST_BYTES;
    }
    this.header(to, RECORD_SAMPLE, bytes);
    this.u32(to + HEADER_BYTES, raw);
    to += HEADER_BYTES + 4;
    this.copy(to, from, size);
    this.copy(to + size, more, moreSize);
    for (let i = sum; i < raw; i++) this.memory.u8[this.where(to + i)] = 0;
    this.set('head', head + need);
    return 0;
  }

  /** Takes out all records; how many samples. */
  consume(visit: RecordVisitor): number {
    let count = 0;
    while (this.get('tail') < Math.min(this.get('head'), this.limit)) {
      const record = this.take();
      if (record.kind === 'sample') count += 1;
      visit(record);
    }
    return count;
  }

  private take(): MapRecord {
    const tail = this.get('tail');
    const { view } = this.memory;
    const type = view.getUint32(this.where(tail), true);
    const size = view.getUint16(this.where(tail) + 6, true);
    const number = (off: number): number => view.getUint32(this.where(tail + off), true);
    const { cpu } = this;
    this.set('tail', tail + size);
    if (type === RECORD_LOST) return { kind: 'lost', cpu, count: number(16) };
    const data = new Uint8Array(number(HEADER_BYTES));
    const from = this.where(tail + HEADER_BYTES + 4);
    const first = Math.min(data.length, this.dataAt + this.size - from);
    data.set(this.memory.u8.subarray(from, from + first));
    data.set(this.memory.u8.subarray(this.dataAt, this.dataAt + data.length - first), first);
    return { kind: 'sample', cpu, data };
  }

  private get dataAt(): number {
    return this.at + PERF_EVENT.data;
  }

  /** Offset of a position, which counts bytes since the beginning. */
  private where(position: number): number {
    return this.dataAt + (position & (this.size - 1));
  }

  private header(position: number, type: number, size: number): void {
    this.u32(position, type);
    this.memory.view.setUint32(this.where(position) + 4, size << 16, true);
  }

  /** Positions of numbers are multiples of 4: they lie in one piece. */
  private u32(position: number, value: number): void {
    this.memory.view.setUint32(this.where(position), value, true);
  }

  private copy(position: number, at: number, size: number): void {
    const { u8 } = this.memory;
    const to = this.where(position);
    const first = Math.min(size, this.dataAt + this.size - to);
    u8.copyWithin(to, at, at + first);
    u8.copyWithin(this.dataAt, at + first, at + size);
  }

  private get(field: Count): number {
    return this.memory.f64[(this.at + PERF_EVENT[field]) / 8]!;
  }

  private set(field: Count, value: number): void {
    this.memory.f64[(this.at + PERF_EVENT[field]) / 8] = value;
  }
}
