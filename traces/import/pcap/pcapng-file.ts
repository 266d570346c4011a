// pcapng files: blocks to the end, in sections of their own byte order.
//
//   block   0      4        8                    length-4  length
//           +------+--------+-- ... ---+----------+---------+
//           | type | length | fields   | options  | length  |
//           +------+--------+-- ... ---+----------+---------+
//
// @see https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/
import type { ByteBuffer } from '../bytes.ts';
import {
  DIRECTION,
  MAX_PACKET_BYTES,
  NO_DIRECTION,
  type CaptureInterface,
  type CaptureReader,
  type CaptureTaker,
} from './capture.ts';
import { OPTIONS, Options } from './options.ts';
import { DEFAULT_RESOLUTION, stampOf, stampUnit, type Stamp, type StampUnit } from './stamp.ts';

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
const NO_STAMP: Stamp = { seconds: Number.NaN, ns: 0 };
const NO_SNAP = 0;
/** Of the drop count of an old packet block: unknown. */
const UNKNOWN_DROPS = 0xffff;

interface Device {
  readonly device: CaptureInterface;
  readonly unit: StampUnit;
  readonly snapBytes: number;
}

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
      const isRead = Object.values(BLOCKS).some((block) => block.type === type);
      if (!isRead) {
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
      this.#block(bytes, type, at, size);
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

  #block(bytes: ByteBuffer, type: number, at: number, size: number): void {
    const row = Object.values(BLOCKS).find((block) => block.type === type)!; // read() asked
    const end = at + size - 4;
    if (size < row.least) {
      this.#taker.warn('bad-block', this.#offset + at, `type ${type}: ${size} bytes, at least ${row.least}`);
      return;
    }
    if (row === BLOCKS.section) this.#section(bytes, at, end);
    else if (row === BLOCKS.device) this.#device(bytes, at, end);
    else if (row === BLOCKS.statistics) this.#statistics(bytes, at, end);
    else if (row === BLOCKS.simple) this.#simple(bytes, at, end);
    else this.#packet(bytes, at, end, row === BLOCKS.oldPacket);
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

  /** A packet without stamp and device: of the first device of the section. */
  #simple(bytes: ByteBuffer, at: number, end: number): void {
    const device = this.#devices[0];
    if (device === undefined) return this.#noDevice(at, 0);
    const trueLength = bytes.view.getUint32(at + 8, this.#isLittle);
    const snap = device.snapBytes === NO_SNAP ? Infinity : device.snapBytes;
    this.#taker.packet(bytes, {
      device: device.device,
      ...NO_STAMP,
      at: at + 12,
      length: Math.min(trueLength, snap, end - at - 12),
      trueLength,
      direction: NO_DIRECTION,
      comment: '',
    });
  }

  #packet(bytes: ByteBuffer, at: number, end: number, isOld: boolean): void {
    const { view } = bytes;
    const isLittle = this.#isLittle;
    const id = isOld ? view.getUint16(at + 8, isLittle) : view.getUint32(at + 8, isLittle);
    const device = this.#devices[id];
    if (device === undefined) return this.#noDevice(at, id);
    const recorded = view.getUint32(at + 20, isLittle);
    const trueLength = view.getUint32(at + 24, isLittle);
    const first = at + 28;
    const length = Math.min(recorded, end - first);
    if (length < recorded || trueLength < recorded)
      this.#taker.warn(
        'bad-length',
        this.#offset + at,
        `${recorded} of ${trueLength} bytes, room for ${end - first}`,
      );
    const beside = this.#beside(bytes, at, first + ((length + 3) & ~3), end);
    const oldDrops = isOld ? view.getUint16(at + 10, isLittle) : UNKNOWN_DROPS;
    const drops = beside.drops + (oldDrops === UNKNOWN_DROPS ? 0 : oldDrops);
    if (drops > 0)
      this.#taker.warn(
        'dropped-packets',
        this.#offset + at,
        `${drops} at ${nameOf(device.device)}, before this one`,
      );
    this.#taker.packet(bytes, {
      device: device.device,
      ...stampOf(view.getUint32(at + 12, isLittle), view.getUint32(at + 16, isLittle), device.unit),
      at: first,
      length,
      trueLength: Math.max(trueLength, length),
      direction: beside.direction,
      comment: beside.comment,
    });
  }

  /** What options tell of a packet. */
  #beside(
    bytes: ByteBuffer,
    block: number,
    at: number,
    end: number,
  ): { direction: number; comment: string; drops: number } {
    if (at + 4 > end) return NOTHING_BESIDE;
    const options = this.#options(bytes, at, end);
    const comments: string[] = [];
    let direction = NO_DIRECTION;
    let drops = 0;
    this.#each(options, block, (code, from, length) => {
      if (code === OPTIONS.any.comment) comments.push(options.text(from, length));
      if (code === OPTIONS.packet.flags && length >= 4) direction = directionOf(options.u32(from));
      if (code === OPTIONS.packet.dropCount && length >= 8) drops = options.u64(from);
    });
    return { direction, comment: comments.join('\n'), drops };
  }

  #noDevice(at: number, id: number): void {
    this.#taker.warn('no-interface', this.#offset + at, `number ${id} of ${this.#devices.length}`);
  }

  #options(bytes: ByteBuffer, at: number, end: number): Options {
    return new Options(bytes, at, end, this.#isLittle);
  }

  #each(options: Options, block: number, visit: (code: number, at: number, length: number) => void): void {
    if (!options.each(visit))
      this.#taker.warn('bad-option', this.#offset + block, 'an option is longer than its block');
  }
}

const NOTHING_BESIDE = { direction: NO_DIRECTION, comment: '', drops: 0 };

function nameOf({ name, ifindex }: CaptureInterface): string {
  return name === '' ? `interface ${ifindex}` : name;
}

/** epb_flags: bits 0 and 1 in or out, bits 2 to 4 how it was received. Received, but not how: the frame itself tells. */
function directionOf(flags: number): number {
  if ((flags & 3) === 2) return DIRECTION.outgoing;
  if ((flags & 3) === 0) return NO_DIRECTION;
  return RECEIVED[(flags >> 2) & 7] ?? NO_DIRECTION;
}

/** By reception type: not told, to this host, multicast, broadcast, to others. */
const RECEIVED = [
  NO_DIRECTION,
  DIRECTION.host,
  DIRECTION.multicast,
  DIRECTION.broadcast,
  DIRECTION.otherHost,
] as const;
