// What a machine is told of a packet of a recording.
import type { PacketPoint } from '../../vm/index.ts';
import type { Recording } from '../recording.ts';
import { linkHeaderOf } from '../tables/link-types.ts';
import type { Cursor } from './cursor.ts';

type Direction = NonNullable<PacketPoint['direction']>;

/** Directions by the number of PACKET_* that args[1] holds. @see include/uapi/linux/if_packet.h */
const DIRECTIONS: readonly Direction[] = ['host', 'broadcast', 'multicast', 'otherHost', 'outgoing'];
/** Its kind where the recording does not tell. */
const ABSENT = 0;
const NO_BYTES = new Uint8Array(0);

/** Bytes of the link header and type of what follows; undefined: as Ethernet has them. */
interface Link {
  readonly linkBytes: number | undefined;
  readonly protocol: number | undefined;
}

const ETHERNET: Link = { linkBytes: undefined, protocol: undefined };
const UNKNOWN: Link = { linkBytes: 0, protocol: 0 };
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
/** Address families of capture headers: AF_INET everywhere, AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
const FAMILIES: ReadonlyMap<number, number> = new Map([
  [2, IPV4],
  [10, IPV6],
  [24, IPV6],
  [28, IPV6],
  [30, IPV6],
]);
const FAMILY_BYTES = 4;
const COOKED = { bytes: 16, protocol: 14 } as const;
const COOKED2 = { bytes: 20, protocol: 0 } as const;

/** Fills a point (reused from packet to packet) with the packet that the cursor stands at. */
export function fillPacket(cursor: Cursor, recording: Recording, point: PacketPoint): void {
  const { block, row } = cursor;
  const span = block.memStart[row]!;
  const isRecorded = span < block.memStart[row + 1]!;
  const bytes = isRecorded ? recording.strings.bytes(block.memBytes[span]!) : NO_BYTES;
  const trueLength = isRecorded ? block.memTrueLength[span]! : 0;
  const cpu = block.cpu[row]!;
  const { linkBytes, protocol } = linkOf(Number(block.ret[row]), bytes);
  point.atNs = cursor.atNs;
  point.bytes = bytes;
  point.trueLength = trueLength > bytes.length ? trueLength : undefined;
  point.linkBytes = linkBytes;
  point.protocol = protocol;
  point.direction =
    block.argKinds[row * 6 + 1] === ABSENT ? undefined : DIRECTIONS[Number(block.args[row * 6 + 1])];
  point.ifindex = Number(BigInt.asUintN(31, block.args[row * 6]!));
  point.cpu = Math.max(cpu, 0);
}

/** A point to fill. */
export function emptyPacket(): PacketPoint {
  return { atNs: 0, bytes: NO_BYTES, ifindex: 0 };
}

/** The link header of a frame of a LINKTYPE_*; of a frame that is shorter than it: not known. */
function linkOf(linkType: number, bytes: Uint8Array): Link {
  switch (linkHeaderOf(linkType)) {
    case 'ethernet':
      return ETHERNET;
    case 'ip':
      return { linkBytes: 0, protocol: protocolOfVersion(bytes[0]) };
    case 'family':
      if (bytes.length < FAMILY_BYTES) return UNKNOWN;
      return { linkBytes: FAMILY_BYTES, protocol: FAMILIES.get(familyOf(bytes)) ?? 0 };
    case 'cooked':
      if (bytes.length < COOKED.bytes) return UNKNOWN;
      return { linkBytes: COOKED.bytes, protocol: u16At(bytes, COOKED.protocol) };
    case 'cooked2':
      if (bytes.length < COOKED2.bytes) return UNKNOWN;
      return { linkBytes: COOKED2.bytes, protocol: u16At(bytes, COOKED2.protocol) };
    default:
      return UNKNOWN;
  }
}

function protocolOfVersion(first: number | undefined): number {
  if (first === undefined) return 0;
  if (first >> 4 === 4) return IPV4;
  return first >> 4 === 6 ? IPV6 : 0;
}

/** The family stands in the byte order of whoever captured, and is small: the end that is not zero is the low one. */
function familyOf(bytes: Uint8Array): number {
  return bytes[0] !== 0 ? bytes[0]! | (bytes[1]! << 8) : bytes[3]! | (bytes[2]! << 8);
}

function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
