// stack_trace: call stacks by id. The id is the hash of the addresses, cut to the number of buckets; a bucket holds one stack.
//
//   header | used u32, free head u32 | bucket -> element: u32 each | elements
//   element: next free u32 | hash u32 | addresses u32, spare u32 | addresses: u64 each
//
// @see kernel/bpf/stackmap.c
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapSpec } from '../object.ts';
import { jenkinsHash } from './jenkins.ts';
import { withoutKeys } from './keyless.ts';
import {
  allocMap,
  indexOf,
  invalid,
  MAP_HEADER_BYTES,
  roundUp8,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { hasFlag } from './types.ts';

/** Most addresses of a stack. @see kernel/events/callchain.c sysctl_perf_event_max_stack */
export const MAX_STACK_DEPTH = 127;
const ADDRESS_BYTES = 8;
/** struct bpf_stack_build_id: i32 status | u8 id[20] | u64 offset or address. Files and their ids are in no recording: the status says `address`. */
export const BUILD_ID_BYTES = 32;
const BUILD_ID_ADDRESS_AT = 24;
const STATUS_ADDRESS = 2;
const FIELDS_BYTES = 8;
const ELEMENT_HEADER_BYTES = 16;
const MAX_ENTRIES = 2 ** 31;

/** How a stack is put in. @see include/uapi/linux/bpf.h BPF_F_FAST_STACK_CMP, BPF_F_REUSE_STACKID */
export const STACK_FLAGS = { fastCompare: 1 << 9, reuseId: 1 << 10 } as const satisfies Record<
  string,
  number
>;

export function checkStackTrace(spec: MapSpec): MapRefusal | undefined {
  const { keySize, valueSize, maxEntries } = spec;
  if (maxEntries === 0 || keySize !== 4 || valueSize < ADDRESS_BYTES || valueSize % ADDRESS_BYTES !== 0) {
    const rule = 'a stack_trace has entries, keys of 4 bytes and values of some times 8';
    return invalid(`${rule}; not ${maxEntries}, ${keySize}, ${valueSize}`);
  }
  const depth = valueSize / frameBytes(spec);
  if (!Number.isInteger(depth))
    return invalid(`values with build ids are some times ${BUILD_ID_BYTES} bytes long`);
  if (depth > MAX_STACK_DEPTH)
    return invalid(`stacks have at most ${MAX_STACK_DEPTH} addresses and not ${depth}`);
  if (maxEntries <= MAX_ENTRIES) return undefined;
  return {
    errno: -ERRNO.E2BIG,
    reason: `a stack_trace has at most ${MAX_ENTRIES} entries and not ${maxEntries}`,
  };
}

/** Bytes that a value of the map has for each address. */
export function frameBytes({ flags }: MapSpec): number {
  return hasFlag(flags, 'stack_build_id') ? BUILD_ID_BYTES : ADDRESS_BYTES;
}

/** Writes an address as a build id that is not known: 32 bytes at `to`. */
export function writeBuildId({ view }: LinearMemory, to: number, address: bigint): void {
  for (let off = 0; off < BUILD_ID_ADDRESS_AT; off += 8) view.setBigUint64(to + off, 0n, true);
  view.setInt32(to, STATUS_ADDRESS, true);
  view.setBigUint64(to + BUILD_ID_ADDRESS_AT, address, true);
}

/** A stack_trace as helpers use it. */
export interface StackTraceMap extends KernelMap {
  readonly kind: 'stack_trace';
  /** Id of the stack whose `count` addresses stand at `at`, or -errno. `flags` of STACK_FLAGS. */
  put(at: number, count: number, flags: number): number;
}

export function isStackTrace(map: KernelMap): map is StackTraceMap {
  return map.kind === 'stack_trace';
}

/** Makes a stack_trace, or answers -errno. The spec has passed `checkMapSpec`. */
export function createStackTrace(context: MapContext, spec: MapSpec): StackTraceMap | number {
  const { memory, id } = context;
  const { valueSize, maxEntries } = spec;
  const buckets = 2 ** Math.ceil(Math.log2(maxEntries));
  const each = frameBytes(spec);
  const stride = ELEMENT_HEADER_BYTES + (valueSize / each) * ADDRESS_BYTES;
  const elementsOff = FIELDS_BYTES + roundUp8(4 * buckets);
  const byteSize = MAP_HEADER_BYTES + elementsOff + maxEntries * stride;
  const at = allocMap(context, spec, byteSize - MAP_HEADER_BYTES);
  if (at === 0) return -ERRNO.ENOMEM;
  const usedAt = at + MAP_HEADER_BYTES;
  const freeAt = usedAt + 4;
  const bucketsAt = usedAt + FIELDS_BYTES;
  const elementsAt = usedAt + elementsOff;

  const get = (where: number): number => memory.view.getUint32(where, true);
  const set = (where: number, value: number): void => memory.view.setUint32(where, value, true);
  const inBucket = (index: number): number => (index < buckets ? get(bucketsAt + 4 * index) : 0);
  /** An element that holds no stack, 0 when all do. */
  const take = (): number => {
    const head = get(freeAt);
    if (head !== 0) {
      set(freeAt, get(head));
      return head;
    }
    const used = get(usedAt);
    if (used === maxEntries) return 0;
    set(usedAt, used + 1);
    return elementsAt + used * stride;
  };
  const release = (element: number): void => {
    set(element, get(freeAt));
    set(freeAt, element);
  };
  const holds = (element: number, from: number, count: number): boolean => {
    if (get(element + 8) !== count) return false;
    const { u8 } = memory;
    const addresses = element + ELEMENT_HEADER_BYTES;
    for (let i = 0; i < ADDRESS_BYTES * count; i++) if (u8[addresses + i] !== u8[from + i]) return false;
    return true;
  };
  const remove = (key: Uint8Array, keyAt: number): number => {
    const index = indexOf(key, keyAt);
    if (index >= buckets) return -ERRNO.E2BIG;
    const element = inBucket(index);
    if (element === 0) return -ERRNO.ENOENT;
    set(bucketsAt + 4 * index, 0);
    release(element);
    return 0;
  };

  const copyOf = (key: Uint8Array): Uint8Array | number => {
    const element = inBucket(indexOf(key, 0));
    if (element === 0) return -ERRNO.ENOENT;
    const value = new Uint8Array(valueSize);
    const addresses = element + ELEMENT_HEADER_BYTES;
    const count = get(element + 8);
    if (each === ADDRESS_BYTES) {
      value.set(memory.u8.subarray(addresses, addresses + ADDRESS_BYTES * count));
      return value;
    }
    for (let i = 0; i < count; i++) {
      const from = addresses + ADDRESS_BYTES * i;
      value[BUILD_ID_BYTES * i] = STATUS_ADDRESS;
      value.set(memory.u8.subarray(from, from + ADDRESS_BYTES), BUILD_ID_BYTES * i + BUILD_ID_ADDRESS_AT);
    }
    return value;
  };

  return {
    kind: 'stack_trace',
    id,
    spec,
    at,
    regions: [],
    get entries() {
      let count = 0;
      for (let index = 0; index < buckets; index++) if (inBucket(index) !== 0) count += 1;
      return count;
    },
    userValueSize: valueSize,
    ...withoutKeys(-ERRNO.EINVAL),
    put(from, count, flags) {
      const hash = jenkinsHash(memory.u8, from, ADDRESS_BYTES * count, 0);
      const index = hash & (buckets - 1);
      const old = inBucket(index);
      const sameHash = old !== 0 && get(old + 4) === hash;
      if (sameHash && ((flags & STACK_FLAGS.fastCompare) !== 0 || holds(old, from, count))) return index;
      if (old !== 0 && (flags & STACK_FLAGS.reuseId) === 0) return -ERRNO.EEXIST;
      const element = take();
      if (element === 0) return -ERRNO.ENOMEM;
      set(element + 4, hash);
      set(element + 8, count);
      memory.u8.copyWithin(element + ELEMENT_HEADER_BYTES, from, from + ADDRESS_BYTES * count);
      set(bucketsAt + 4 * index, element);
      if (old !== 0) release(old);
      return index;
    },
    remove,
    userLookup: copyOf,
    userTake(key) {
      const value = copyOf(key);
      if (typeof value !== 'number') remove(key, 0);
      return value;
    },
    userRemove: (key) => remove(key, 0),
    nextKey(key) {
      const index = key === undefined ? buckets : indexOf(key, 0);
      for (let next = index >= buckets ? 0 : index + 1; next < buckets; next++) {
        if (inBucket(next) !== 0) return Uint8Array.of(next, next >> 8, next >> 16, next >> 24);
      }
      return -ERRNO.ENOENT;
    },
    free: () => memory.free(at, byteSize),
  };
}
