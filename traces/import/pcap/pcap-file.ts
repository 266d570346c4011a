// pcap files: a header of 24 bytes, then records to the end.
//
//   header  0       4        6        8       12      16       20         24       all numbers in the byte order of the magic
//           +-------+--------+--------+-------+-------+--------+----------+
//           | magic | major  | minor  | zone  | sigs  | snap   | link     |
//           +-------+--------+--------+-------+-------+--------+----------+
//   record  0         4            8        12       16      (20         22     23   24)
//           +---------+------------+--------+--------+--------+----------+------+----+-------
//           | seconds | micro/nano | length | true   | device | protocol | type | -  | bytes
//           +---------+------------+--------+--------+--------+----------+------+----+-------
//
// Only patched files have what stands in brackets. The upper half of `link` tells of check sums behind the frames, which stay where they are.
// @see https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/
import type { ByteBuffer } from '../bytes.ts';
import {
  MAX_PACKET_BYTES,
  NO_DIRECTION,
  type CaptureInterface,
  type CaptureReader,
  type CaptureTaker,
} from './capture.ts';
import { pcapKind } from './recognise.ts';

export const PCAP_HEADER_BYTES = 24;
/** Later versions are not known; before 2.3 the two lengths of a record stood the other way round. */
const MAJOR = 2;
const SWAPPED_BELOW_MINOR = 3;
const TYPE_MAX = 4;

/** Reads the file whose first PCAP_HEADER_BYTES are `head`. Undefined where they are no header of a version that is known. */
export function openPcapFile(head: ByteBuffer, taker: CaptureTaker): CaptureReader | undefined {
  const kind = pcapKind(head.bytes.subarray(0, head.length));
  if (kind === undefined || head.length < PCAP_HEADER_BYTES) return undefined;
  const { view } = head;
  const { isLittle } = kind;
  if (view.getUint16(4, isLittle) !== MAJOR) return undefined;
  const linkType = view.getUint32(20, isLittle) & 0xffff;
  taker.resolution(kind.unitNs);
  return new PcapFile(taker, {
    ...kind,
    isSwapped: view.getUint16(6, isLittle) < SWAPPED_BELOW_MINOR,
    device: taker.device('', 0, linkType),
  });
}

interface Layout {
  readonly isLittle: boolean;
  readonly unitNs: number;
  readonly recordBytes: number;
  readonly isSwapped: boolean;
  readonly device: CaptureInterface;
}

class PcapFile implements CaptureReader {
  readonly format = 'pcap';
  readonly application = '';
  readonly #taker: CaptureTaker;
  readonly #layout: Layout;
  #isHeadRead = false;

  constructor(taker: CaptureTaker, layout: Layout) {
    this.#taker = taker;
    this.#layout = layout;
  }

  read(bytes: ByteBuffer, offset: number): number {
    const { isLittle, unitNs, recordBytes, isSwapped, device } = this.#layout;
    const { view, length } = bytes;
    let at = this.#isHeadRead ? 0 : PCAP_HEADER_BYTES;
    this.#isHeadRead = true;
    while (at + recordBytes <= length) {
      const first = view.getUint32(at + 8, isLittle);
      const second = view.getUint32(at + 12, isLittle);
      // some writers of 2.3 swapped them as well: the recorded length is the smaller one
      const recorded = isSwapped ? Math.min(first, second) : first;
      const trueLength = isSwapped ? Math.max(first, second) : second;
      if (recorded > MAX_PACKET_BYTES) {
        this.#taker.stop(offset + at, `a packet of ${recorded} bytes`);
        return length;
      }
      const end = at + recordBytes + recorded;
      if (end > length) break;
      const patched = recordBytes === 24;
      const type = patched ? view.getUint8(at + 22) : NO_DIRECTION;
      const fraction = view.getUint32(at + 4, isLittle);
      if (trueLength < recorded)
        this.#taker.warn('bad-length', offset + at, `${recorded} of ${trueLength} bytes`);
      this.#taker.packet(bytes, {
        device: patched ? { ...device, ifindex: view.getUint32(at + 16, isLittle) } : device,
        seconds: view.getUint32(at, isLittle),
        ns: fraction * unitNs,
        at: at + recordBytes,
        length: recorded,
        trueLength: Math.max(trueLength, recorded),
        direction: type > TYPE_MAX ? NO_DIRECTION : type,
        comment: '',
      });
      at = end;
    }
    return at;
  }
}
