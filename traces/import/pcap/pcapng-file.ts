// pcapng files: blocks to the end, in sections of their own byte order.
//
//   block   0      4        8                    length-4  length
//           +------+--------+-- ... ---+----------+---------+
//           | type | length | fields   | options  | length  |
//           +------+--------+-- ... ---+----------+---------+
//
// @see https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/
import type { ByteBuffer } from '../bytes.ts';
import { MAX_PACKET_BYTES, type CaptureReader, type CaptureTaker } from './capture.ts';
import { OPTIONS, Options } from './options.ts';
import { nameOf, readPacket, type Device } from './packet-block.ts';
import { DEFAULT_RESOLUTION, stampUnit } from './stamp.ts';

/** Block types. `least` is the smallest length that one can have, with its frame of 12 bytes. */
// oxfmt-ignore
const BLOCKS = {
  section:    { type: 0x0a0d0d0a, least: 28 },
  device:     { type: 1,          least: 20 },
  /** Not written any more since 2009. */
  oldPacket:  { type: 2,          least: 32 },
  simple:     { type: 3,          least: 16 },
  statistics: { type: 5,          least: 24 },
  packet:     { type: 6,          least: 32 },
} as const satisfies Record<string, { type: number; least: number }>;
type Row = (typeof BLOCKS)[keyof typeof BLOCKS];
const BY_TYPE: ReadonlyMap<number, Row> = new Map(Object.values(BLOCKS).map((row) => [row.type, row]));

/** Blocks of these types are known to hold no packets. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [4, 'name resolution'],
  [9, 'systemd journal'],
  [10, 'decryption secrets'],
  [0xbad, 'custom'],
  [0x4000_0bad, 'custom'],
]);

const FRAME_BYTES = 12;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Blocks of packets and options are read as a whole: these must not be longer. Others are skipped, however long. */
const MAX_BLOCK_BYTES = MAX_PACKET_BYTES + (1 << 20);
const MAX_DEVICES = 1 << 16;

/** Reads a file from its start. */
export class PcapngFile implements CaptureReader {
  readonly format = 'pcapng';
  application = '';
  readonly #taker: CaptureTaker;
  #isLittle = true;
  #isFirst = true;
  #devices: Device[] = [];
  /** Where the buffer begins in the file. */
  #offset = 0;

  constructor(taker: CaptureTaker) {
    this.#taker = taker;
  }

  read(bytes: ByteBuffer, offset: number): number {
    const { view, length } = bytes;
    this.#offset = offset;
    const stop = (at: number, detail: string): number => {
      this.#taker.stop(offset + at, detail);
      return length;
    };
    let at = 0;
    while (at + FRAME_BYTES <= length) {
      if (!this.#openSection(view, at)) return stop(at, 'a section without byte order');
      const type = view.getUint32(at, this.#isLittle);
      const size = view.getUint32(at + 4, this.#isLittle);
      if (this.#isFirst && type !== BLOCKS.section.type) return stop(at, 'no section');
      if (size < FRAME_BYTES || size % 4 !== 0) return stop(at, `a block of type ${type} and ${size} bytes`);
      const row = BY_TYPE.get(type);
      if (row === undefined) {
        this.#other(type, at, size);
        at += size;
        continue;
      }
      if (size > MAX_BLOCK_BYTES) return stop(at, `a block of type ${type} and ${size} bytes`);
      if (at + size > length) break;
      this.#isFirst = false;
      if (view.getUint32(at + size - 4, this.#isLittle) !== size)
        this.#taker.warn(
          'bad-block',
          offset + at,
          `type ${type}: ${size} bytes, at its end ${view.getUint32(at + size - 4, this.#isLittle)}`,
        );
      this.#block(bytes, row, at, size);
      at += size;
    }
    return at;
  }

  /** Takes the byte order of a section that begins at `at`; false when it has none. */
  #openSection(view: DataView, at: number): boolean {
    if (view.getUint32(at, true) !== BLOCKS.section.type) return true;
    const isLittle = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    if (!isLittle && view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) return false;
    this.#isLittle = isLittle;
    return true;
  }

  /** A block without packets. A type that nobody knows may have held some: that is told. */
  #other(type: number, at: number, size: number): void {
    this.#taker.other();
    if (!OTHERS.has(type))
      this.#taker.warn('bad-block', this.#offset + at, `type ${type}, ${size} bytes: not known, skipped`);
  }

  #block(bytes: ByteBuffer, row: Row, at: number, size: number): void {
    const end = at + size - 4;
    if (size < row.least) {
      this.#taker.warn(
        'bad-block',
        this.#offset + at,
        `type ${row.type}: ${size} bytes, at least ${row.least}`,
      );
      return;
    }
    if (row === BLOCKS.section) this.#section(bytes, at, end);
    else if (row === BLOCKS.device) this.#device(bytes, at, end);
    else if (row === BLOCKS.statistics) this.#statistics(bytes, at, end);
    else {
      const sort = row === BLOCKS.simple ? 'simple' : row === BLOCKS.oldPacket ? 'old' : 'enhanced';
      readPacket(
        sort,
        { bytes, at, end, offset: this.#offset + at, isLittle: this.#isLittle },
        this.#devices,
        this.#taker,
      );
    }
  }

  #section(bytes: ByteBuffer, at: number, end: number): void {
    this.#devices = [];
    const options = this.#options(bytes, at + 24, end);
    this.#each(options, at, (code, from, length) => {
      if (code === OPTIONS.any.comment) this.#taker.note(`comment: ${options.text(from, length)}`);
      if (code === OPTIONS.section.application && this.application === '')
        this.application = options.text(from, length);
    });
  }

  #device(bytes: ByteBuffer, at: number, end: number): void {
    const linkType = bytes.view.getUint16(at + 8, this.#isLittle);
    const options = this.#options(bytes, at + 16, end);
    let name = '';
    let resolution = DEFAULT_RESOLUTION;
    let offset = 0;
    const notes: string[] = [];
    this.#each(options, at, (code, from, length) => {
      if (code === OPTIONS.device.name) name = options.text(from, length);
      if (code === OPTIONS.device.resolution && length > 0) resolution = bytes.bytes[from]!;
      if (code === OPTIONS.device.offset && length >= 8) offset = options.i64(from);
      if (code === OPTIONS.any.comment) notes.push(`comment: ${options.text(from, length)}`);
      if (code === OPTIONS.device.description) notes.push(options.text(from, length));
    });
    let unit = stampUnit(resolution, offset);
    if (unit === undefined) {
      this.#taker.warn('bad-option', this.#offset + at, `if_tsresol ${resolution}, taken as 6`);
      unit = stampUnit(DEFAULT_RESOLUTION, offset)!; // a power that clocks have
    }
    if (this.#devices.length >= MAX_DEVICES) return;
    this.#taker.resolution(unit.resolutionNs);
    const device = this.#taker.device(name, this.#devices.length, linkType);
    this.#devices.push({ device, unit, snapBytes: bytes.view.getUint32(at + 12, this.#isLittle) });
    for (const note of notes) this.#taker.note(`${nameOf(device)}: ${note}`);
  }

  #statistics(bytes: ByteBuffer, at: number, end: number): void {
    const options = this.#options(bytes, at + 20, end);
    const device = this.#devices[bytes.view.getUint32(at + 8, this.#isLittle)];
    const name = device === undefined ? 'an unknown device' : nameOf(device.device);
    const counts: string[] = [];
    let dropped = 0;
    this.#each(options, at, (code, from, length) => {
      if (code === OPTIONS.any.comment) counts.push(`comment: ${options.text(from, length)}`);
      if (length < 8) return;
      const count = options.u64(from);
      if (code === OPTIONS.statistics.received) counts.push(`${count} packets came`);
      if (code === OPTIONS.statistics.accepted) counts.push(`${count} passed the filter`);
      if (code === OPTIONS.statistics.delivered) counts.push(`${count} were delivered`);
      if (code === OPTIONS.statistics.droppedByDevice) counts.push(`the device dropped ${count}`);
      if (code === OPTIONS.statistics.droppedByOs) counts.push(`the system dropped ${count}`);
      if (code === OPTIONS.statistics.droppedByDevice || code === OPTIONS.statistics.droppedByOs)
        dropped += count;
    });
    if (counts.length > 0) this.#taker.note(`${name}: ${counts.join(', ')}`);
    else this.#taker.other();
    if (dropped > 0)
      this.#taker.warn('dropped-packets', this.#offset + at, `${dropped} at ${name}, by its statistics`);
  }

  #options(bytes: ByteBuffer, at: number, end: number): Options {
    return new Options(bytes, at, end, this.#isLittle);
  }

  #each(options: Options, block: number, visit: (code: number, at: number, length: number) => void): void {
    if (!options.each(visit))
      this.#taker.warn('bad-option', this.#offset + block, 'an option is longer than its block');
  }
}
