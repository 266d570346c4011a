// bloom_filter: a set that forgets nothing and may remember too much. Each value sets as many bits as there are hash functions; a value whose bits are
// all set may have been put in. The seed of the hash is 0, as Linux has it with BPF_F_ZERO_SEED: the same false answers as there, and the same each time.
//
//   header | count u32, spare u32 | bits
//
// @see kernel/bpf/bloom_filter.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { jenkinsHash } from './jenkins.ts';
import { withoutKeys } from './keyless.ts';
import {
  allocMap,
  invalid,
  MAP_HEADER_BYTES,
  type KernelMap,
  type MapContext,
  type MapRefusal,
  type ValueStore,
} from './map.ts';

const FIELDS_BYTES = 8;
/** Longest value: what one kmalloc can give. */
const MAX_VALUE_BYTES = 0x40_0000;
const DEFAULT_HASHES = 5;
/** map_extra holds the number of hash functions in its lowest bits, and nothing else. */
const MAX_HASHES = 0xf;
const MIN_BITS = 64;
const MAX_BITS = 2 ** 31;
const ALL_BITS = 2 ** 32;

export function checkBloomFilter(spec: MapSpec): MapRefusal | undefined {
  const { keySize, valueSize, maxEntries, extra = 0 } = spec;
  if (valueSize > MAX_VALUE_BYTES) {
    const reason = `values of a bloom_filter are at most ${MAX_VALUE_BYTES} bytes long and not ${valueSize}`;
    return { errno: -ERRNO.E2BIG, reason };
  }
  if (maxEntries === 0 || keySize !== 0 || valueSize === 0) {
    return invalid(
      `a bloom_filter has keys of 0 bytes, values and entries; not ${keySize}, ${valueSize}, ${maxEntries}`,
    );
  }
  if (Number.isInteger(extra) && extra >= 0 && extra <= MAX_HASHES) return undefined;
  return invalid(`a bloom_filter has at most ${MAX_HASHES} hash functions (map_extra) and not ${extra}`);
}

/** Bits of a filter for so many values: the best number for the hash functions, with 7/5 for 1/ln 2, as a power of two. */
function bitsFor(entries: number, hashes: number): number {
  const product = entries * hashes;
  const best = Math.floor(product / 5) * 7;
  if (product >= ALL_BITS || best >= ALL_BITS || best > MAX_BITS) return ALL_BITS;
  return best <= MIN_BITS ? MIN_BITS : 2 ** Math.ceil(Math.log2(best));
}

/** Makes a bloom_filter, or answers -errno. The spec has passed `checkMapSpec`. */
export function createBloomFilter(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { valueSize } = spec;
  const hashes = spec.extra === undefined || spec.extra === 0 ? DEFAULT_HASHES : spec.extra;
  const bits = bitsFor(spec.maxEntries, hashes);
  const byteSize = MAP_HEADER_BYTES + FIELDS_BYTES + bits / 8;
  const at = allocMap(context, spec, byteSize - MAP_HEADER_BYTES);
  if (at === 0) return -ERRNO.ENOMEM;
  const countAt = at + MAP_HEADER_BYTES;
  const bitsAt = countAt + FIELDS_BYTES;
  const bitOf = (value: Uint8Array, valueAt: number, seed: number): number =>
    (jenkinsHash(value, valueAt, valueSize, seed) & (bits - 1)) >>> 0;

  const push: ValueStore['push'] = (value, valueAt, flags) => {
    if (flags !== 0) return -ERRNO.EINVAL;
    const { u8, view } = memory;
    for (let i = 0; i < hashes; i++) {
      const bit = bitOf(value, valueAt, i);
      u8[bitsAt + (bit >>> 3)]! |= 1 << (bit & 7);
    }
    view.setUint32(countAt, view.getUint32(countAt, true) + 1, true);
    return 0;
  };
  const peek: ValueStore['peek'] = (value, valueAt) => {
    const { u8 } = memory;
    for (let i = 0; i < hashes; i++) {
      const bit = bitOf(value, valueAt, i);
      if ((u8[bitsAt + (bit >>> 3)]! & (1 << (bit & 7))) === 0) return -ERRNO.ENOENT;
    }
    return 0;
  };

  return {
    kind: 'bloom_filter',
    id,
    spec,
    at,
    regions: [],
    /** Values that were put in. */
    get entries() {
      return memory.view.getUint32(countAt, true);
    },
    userValueSize: valueSize,
    ...withoutKeys(-ERRNO.EOPNOTSUPP),
    update: () => -ERRNO.EINVAL,
    values: { push, pop: () => -ERRNO.EOPNOTSUPP, peek },
    // The value that is asked for stands where other kinds have the key.
    userLookup(value) {
      if (value.length !== valueSize) return -ERRNO.EINVAL;
      const error = peek(value, 0);
      return error === 0 ? value.slice() : error;
    },
    userUpdate: (_key, value, flags) => push(value, 0, flags),
    layout: { kind: 'bloom', countAt, bitsAt, bits, hashes },
    free: () => memory.free(at, byteSize),
  };
}
