// Blocks of pcapng that hold a packet: enhanced ones, simple ones without stamp and device, and those of before 2009.
import type { ByteBuffer } from '../bytes.ts';
import { DIRECTION, NO_DIRECTION, type CaptureInterface, type CaptureTaker } from './capture.ts';
import { OPTIONS, Options } from './options.ts';
import { stampOf, type Stamp, type StampUnit } from './stamp.ts';

/** A device as its section describes it. */
export interface Device {
  readonly device: CaptureInterface;
  readonly unit: StampUnit;
  /** Most bytes of a packet that it records; 0 no limit. */
  readonly snapBytes: number;
}

/** Where a block stands: [at, end) without its second length; `offset` is its place in the file. */
export interface BlockPlace {
  readonly bytes: ByteBuffer;
  readonly at: number;
  readonly end: number;
  readonly offset: number;
  readonly isLittle: boolean;
}

export type PacketSort = 'enhanced' | 'simple' | 'old';

const NO_STAMP: Stamp = { seconds: Number.NaN, ns: 0 };
const NO_SNAP = 0;
/** Of the drop count of an old packet block: unknown. */
const UNKNOWN_DROPS = 0xffff;

/** Hands the packet of a block to `taker`. One of a device that is not among `devices` is told and left out. */
export function readPacket(
  sort: PacketSort,
  place: BlockPlace,
  devices: readonly Device[],
  taker: CaptureTaker,
): void {
  const { bytes, at, isLittle, offset } = place;
  const { view } = bytes;
  const id =
    sort === 'simple'
      ? 0
      : sort === 'old'
        ? view.getUint16(at + 8, isLittle)
        : view.getUint32(at + 8, isLittle);
  const device = devices[id];
  if (device === undefined) taker.warn('no-interface', offset, `number ${id} of ${devices.length}`);
  else if (sort === 'simple') readSimple(place, device, taker);
  else readStamped(sort, place, device, taker);
}

/** A device for people. */
export function nameOf({ name, ifindex }: CaptureInterface): string {
  return name === '' ? `interface ${ifindex}` : name;
}

function readSimple({ bytes, at, end, isLittle }: BlockPlace, device: Device, taker: CaptureTaker): void {
  const trueLength = bytes.view.getUint32(at + 8, isLittle);
  const snap = device.snapBytes === NO_SNAP ? Infinity : device.snapBytes;
  taker.packet(bytes, {
    device: device.device,
    ...NO_STAMP,
    at: at + 12,
    length: Math.min(trueLength, snap, end - at - 12),
    trueLength,
    direction: NO_DIRECTION,
    comment: '',
  });
}

function readStamped(sort: PacketSort, place: BlockPlace, device: Device, taker: CaptureTaker): void {
  const { bytes, at, end, offset, isLittle } = place;
  const { view } = bytes;
  const recorded = view.getUint32(at + 20, isLittle);
  const trueLength = view.getUint32(at + 24, isLittle);
  const first = at + 28;
  const length = Math.min(recorded, end - first);
  if (length < recorded || trueLength < recorded)
    taker.warn('bad-length', offset, `${recorded} of ${trueLength} bytes, room for ${end - first}`);
  const beside = readOptions(place, first + ((length + 3) & ~3), taker);
  const oldDrops = sort === 'old' ? view.getUint16(at + 10, isLittle) : UNKNOWN_DROPS;
  const drops = beside.drops + (oldDrops === UNKNOWN_DROPS ? 0 : oldDrops);
  if (drops > 0)
    taker.warn('dropped-packets', offset, `${drops} at ${nameOf(device.device)}, before this one`);
  taker.packet(bytes, {
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
interface Beside {
  readonly direction: number;
  readonly comment: string;
  readonly drops: number;
}

const NOTHING_BESIDE: Beside = { direction: NO_DIRECTION, comment: '', drops: 0 };

function readOptions(
  { bytes, end, offset, isLittle }: BlockPlace,
  from: number,
  taker: CaptureTaker,
): Beside {
  if (from + 4 > end) return NOTHING_BESIDE;
  const options = new Options(bytes, from, end, isLittle);
  const comments: string[] = [];
  let direction = NO_DIRECTION;
  let drops = 0;
  const isWhole = options.each((code, at, length) => {
    if (code === OPTIONS.any.comment) comments.push(options.text(at, length));
    if (code === OPTIONS.packet.flags && length >= 4) direction = directionOf(options.u32(at));
    if (code === OPTIONS.packet.dropCount && length >= 8) drops = options.u64(at);
  });
  if (!isWhole) taker.warn('bad-option', offset, 'an option is longer than its block');
  return { direction, comment: comments.join('\n'), drops };
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
