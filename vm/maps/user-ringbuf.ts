// user_ringbuf: records from user space to programs. User space reserves room, writes and submits; a program drains what is there through a function
// that gets each record as a dynptr.
//
//   header | the dynptr that the function gets, 16 bytes | ring (ring.ts)
//
// @see kernel/bpf/ringbuf.c bpf_user_ringbuf_drain, tools/lib/bpf/ringbuf.c user_ring_buffer__reserve
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { withoutKeys } from './keyless.ts';
import { allocMap, MAP_HEADER_BYTES, roundUp8, type KernelMap, type MapContext } from './map.ts';
import { BUSY, DISCARDED, lengthOf, recordBytes, RECORD_HEADER_BYTES, Ring, ringBytes } from './ring.ts';

const DYNPTR_BYTES = 16;
/** What `next` gives for a record that user space gave up. */
export const GIVEN_UP = -1;

/** A user_ringbuf as helpers and user space use it. */
export interface UserRingbuf extends KernelMap {
  readonly kind: 'user_ringbuf';
  /** Offset of the dynptr that the draining function gets. */
  readonly dynptrAt: number;
  /** True while a program drains it: another drain is refused then. */
  draining: boolean;
  /** Offset of the bytes of the next record; 0 when there is none, or it is not handed over yet. One that was given up is taken out: GIVEN_UP. */
  next(): number;
  /** Bytes of the record that `next` gave. */
  length(at: number): number;
  /** The record that `next` gave is done with. */
  release(at: number): void;
  /** Room for a record of `size` bytes: its position, from 0 up; -E2BIG when it can never fit, -ENOSPC when it does not now. */
  reserve(size: number): number;
  /** Writes a reserved record and hands it over: 0, or -EINVAL when none is reserved there or the bytes are more than were reserved. */
  submit(position: number, bytes: Uint8Array): number;
  /** Gives a reserved record up. */
  discard(position: number): number;
}

export function isUserRingbuf(map: KernelMap): map is UserRingbuf {
  return map.kind === 'user_ringbuf';
}

/** Makes a user_ringbuf, or answers -errno. The spec has passed `checkMapSpec`. */
export function createUserRingbuf(context: MapContext, spec: MapSpec): UserRingbuf | number {
  const { memory, id } = context;
  const size = spec.maxEntries;
  const byteSize = DYNPTR_BYTES + ringBytes(size);
  const at = allocMap(context, spec, byteSize);
  if (at === 0) return -ERRNO.ENOMEM;
  const dynptrAt = at + MAP_HEADER_BYTES;
  const ring = new Ring(memory, dynptrAt + DYNPTR_BYTES, size);

  const headerOf = (bytesAt: number): number => memory.view.getUint32(bytesAt - RECORD_HEADER_BYTES, true);
  /** Offset of the bytes of the busy record at a position; 0 when there is none. */
  const reserved = (position: number): number => {
    const inRing = Number.isInteger(position) && position >= ring.consumer && position < ring.producer;
    if (!inRing || position % 8 !== 0 || (ring.header(position) & BUSY) === 0) return 0;
    return ring.headerAt(position) + RECORD_HEADER_BYTES;
  };

  return {
    kind: 'user_ringbuf',
    id,
    spec,
    at,
    dynptrAt,
    regions: [],
    entries: 0,
    userValueSize: 0,
    ...withoutKeys(-ERRNO.ENOTSUPP),
    draining: false,
    next() {
      if (ring.consumer >= ring.producer) return 0;
      const header = ring.header(ring.consumer);
      if ((header & DISCARDED) === 0) {
        return (header & BUSY) === 0 ? ring.headerAt(ring.consumer) + RECORD_HEADER_BYTES : 0;
      }
      ring.consumer += recordBytes(header);
      return GIVEN_UP;
    },
    length: (bytesAt) => lengthOf(headerOf(bytesAt)),
    release(bytesAt) {
      ring.consumer += recordBytes(headerOf(bytesAt));
    },
    reserve(bytes) {
      if (!Number.isInteger(bytes) || bytes < 0) return -ERRNO.EINVAL;
      const length = roundUp8(bytes + RECORD_HEADER_BYTES);
      if (length > size) return -ERRNO.E2BIG;
      const position = ring.producer;
      if (length > size - (position - ring.consumer)) return -ERRNO.ENOSPC;
      const where = ring.headerAt(position);
      memory.view.setUint32(where, (bytes | BUSY) >>> 0, true);
      memory.view.setUint32(where + 4, 0, true);
      memory.u8.fill(0, where + RECORD_HEADER_BYTES, where + length);
      ring.producer = position + length;
      return position;
    },
    submit(position, bytes) {
      const where = reserved(position);
      if (where === 0 || bytes.length > lengthOf(headerOf(where))) return -ERRNO.EINVAL;
      memory.u8.set(bytes, where);
      ring.commit(where, false);
      return 0;
    },
    discard(position) {
      const where = reserved(position);
      if (where === 0) return -ERRNO.EINVAL;
      ring.commit(where, true);
      return 0;
    },
    free: () => memory.free(at, MAP_HEADER_BYTES + byteSize),
  };
}
