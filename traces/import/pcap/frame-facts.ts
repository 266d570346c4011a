// What the header of a frame says of its way: the headers that libpcap puts before packets of the device `any`.
import { linkHeaderOf } from '../../tables/link-types.ts';
import type { ByteBuffer } from '../bytes.ts';
import { DIRECTION, NO_DIRECTION } from './capture.ts';

export interface FrameFacts {
  /** A number of DIRECTION, or NO_DIRECTION. */
  readonly direction: number;
  /** Index of the device at the recorder. */
  readonly ifindex: number | undefined;
}

/** Lengths of the two headers, and where their fields stand, big endian. @see https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
const COOKED = { bytes: 16, type: 0 } as const;
const COOKED2 = { bytes: 20, ifindex: 4, type: 10 } as const;

const NOTHING: FrameFacts = { direction: NO_DIRECTION, ifindex: undefined };

/** Of the frame [start, end) of `bytes`. */
export function frameFacts(linkType: number, bytes: ByteBuffer, start: number, end: number): FrameFacts {
  const header = linkHeaderOf(linkType);
  if (header === 'cooked' && end - start >= COOKED.bytes)
    return { direction: directionOf(bytes.view.getUint16(start + COOKED.type)), ifindex: undefined };
  if (header === 'cooked2' && end - start >= COOKED2.bytes) {
    return {
      direction: directionOf(bytes.view.getUint8(start + COOKED2.type)),
      ifindex: bytes.view.getUint32(start + COOKED2.ifindex),
    };
  }
  return NOTHING;
}

function directionOf(type: number): number {
  return type <= DIRECTION.outgoing ? type : NO_DIRECTION;
}
