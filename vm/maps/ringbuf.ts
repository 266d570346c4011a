// ringbuf: records from programs to user space, all CPUs in one order. A program reserves room, which is lent to it until it submits or discards the
// record; user space takes records in the order of reservation and stops at one that is not done with.
//
//   header | ring (ring.ts)
import { ERRNO } from '../errno.ts';
import type { Owed } from '../helpers/context.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import type { MapSpec } from '../object.ts';
import { withoutKeys } from './keyless.ts';
import {
  allocMap,
  invalid,
  MAP_HEADER_BYTES,
  type KernelMap,
  type MapContext,
  type MapRefusal,
  type RecordVisitor,
} from './map.ts';
import { BUSY, DISCARDED, lengthOf, recordBytes, RECORD_HEADER_BYTES, Ring, ringBytes } from './ring.ts';

const PAGE_BYTES = 4096;

/** What rings of both directions demand. @see kernel/bpf/ringbuf.c ringbuf_map_alloc */
export function checkRingbuf({ type, keySize, valueSize, maxEntries }: MapSpec): MapRefusal | undefined {
  if (keySize !== 0 || valueSize !== 0) return invalid(`a ${type} has no keys and values: their sizes are 0`);
  if (maxEntries >= PAGE_BYTES && Number.isInteger(Math.log2(maxEntries))) return undefined;
  return invalid(
    `the size of a ${type} is a power of two and a multiple of ${PAGE_BYTES}, and not ${maxEntries}`,
  );
}

/** A ringbuf as helpers use it. */
export interface Ringbuf extends KernelMap {
  readonly kind: 'ringbuf';
  readonly ring: Ring;
  /** What a program owes for a reserved record. */
  readonly debt: RecordDebt;
}

export function isRingbuf(map: KernelMap): map is Ringbuf {
  return map.kind === 'ringbuf';
}

/** Reserved records of one ring: the regions that are lent for them, used again and again. */
export class RecordDebt implements Owed {
  readonly what: string;
  readonly ring: Ring;
  private readonly name: string;
  private readonly spare: LoanedRecord[] = [];
  private readonly lent: LoanedRecord[] = [];

  constructor(ring: Ring, name: string) {
    this.ring = ring;
    this.name = `a reserved record of ring buffer ${name}`;
    this.what = this.name;
  }

  /** The region of the record of `size` bytes at `at`, for `HelperContext.lend`. */
  regionOf(at: number, size: number): Region {
    const region = this.spare.pop() ?? { ...plainRegion(this.name, at, size, true) };
    region.start = at;
    region.end = at + size;
    region.size = size;
    region.stride = Math.max(1, size);
    this.lent.push(region);
    return region;
  }

  /** The loan at `start` was taken back; the record is submitted or discarded. */
  settle(start: number, discard: boolean): void {
    const { lent, spare } = this;
    for (let i = 0; i < lent.length; i++) {
      const region = lent[i]!;
      if (region.start !== start) continue;
      lent[i] = lent.at(-1)!;
      lent.pop();
      spare.push(region);
      break;
    }
    this.ring.commit(start, discard);
  }

  giveBack(start: number): void {
    this.settle(start, true);
  }
}

interface LoanedRecord extends Region {
  start: number;
  stride: number;
  size: number;
}

/** Makes a ringbuf, or answers -errno. The spec has passed `checkMapSpec`. */
export function createRingbuf(context: MapContext, spec: MapSpec): Ringbuf | number {
  const { memory, id } = context;
  const size = spec.maxEntries;
  const at = allocMap(context, spec, ringBytes(size));
  if (at === 0) return -ERRNO.ENOMEM;
  const ring = new Ring(memory, at + MAP_HEADER_BYTES, size);

  const consume = (visit: RecordVisitor): number => {
    let count = 0;
    while (ring.consumer < Math.min(ring.producer, ring.limit)) {
      const position = ring.consumer;
      const header = ring.header(position);
      if ((header & BUSY) !== 0) break;
      ring.consumer = position + recordBytes(header);
      if ((header & DISCARDED) !== 0) continue;
      const from = ring.headerAt(position) + RECORD_HEADER_BYTES;
      count += 1;
      visit({ kind: 'sample', cpu: undefined, data: memory.u8.slice(from, from + lengthOf(header)) });
    }
    return count;
  };

  return {
    kind: 'ringbuf',
    id,
    spec,
    at,
    ring,
    debt: new RecordDebt(ring, spec.name),
    regions: [],
    entries: 0,
    userValueSize: 0,
    ...withoutKeys(-ERRNO.ENOTSUPP),
    records: {
      consume,
      buffers: () => [ring],
      get dropped() {
        return ring.dropped;
      },
    },
    free: () => memory.free(at, MAP_HEADER_BYTES + ringBytes(size)),
  };
}
