// hash: chains of elements in linear memory, all allocated at creation as the kernel does by default.
//
//   header | count, fresh, free head, one spare element a CPU | buckets: u32 each | elements
//   element: next u32 | hash u32 | key, rounded up to 8 | value, rounded up to 8
//
// An update of an existing key fills a spare element, puts it at the head of its chain and takes the old one out, which becomes the
// spare: a program that still holds the address of the old value reads the old value, as on Linux.
// Order of iteration: by bucket from 0 up, in a bucket the last written first. The hash function has no seed, so that the same writes
// give the same order in every run (Linux seeds it at random, BPF_F_ZERO_SEED does not). nextKey of a key that is not there is the first.
import { ERRNO } from '../errno.ts';
import { plainRegion } from '../memory/regions.ts';
import type { MapSpec } from '../object.ts';
import { hashBytes } from './hash-bytes.ts';
import {
  allocMap,
  checkNotZero,
  MAP_HEADER_BYTES,
  roundUp8,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { hasFlag, UPDATE_FLAGS } from './types.ts';

/** Offsets of the fields behind the header. */
const FIELDS = { count: 0, fresh: 4, freeHead: 8, spares: 12 } as const;
const ELEMENT_HEADER_BYTES = 8;

/** Key plus value: what one kmalloc can give, less the kernel's element header. */
const MAX_ELEMENT_BYTES = 0x40_0000 - 64;
const MAX_ENTRIES = 0x8000_0000;

/** @see kernel/bpf/hashtab.c htab_map_alloc_check */
export function checkHash(spec: MapSpec): MapRefusal | undefined {
  const { keySize, valueSize, maxEntries } = spec;
  const zero = checkNotZero(spec);
  if (zero !== undefined) return zero;
  if (keySize + valueSize < MAX_ELEMENT_BYTES && maxEntries <= MAX_ENTRIES) return undefined;
  const reason = `an element of ${keySize + valueSize} bytes, or ${maxEntries} of them, is more than the kernel allows`;
  return { errno: -ERRNO.E2BIG, reason };
}

/** Makes a hash map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createHash(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id, cpus } = context;
  const { keySize, valueSize, maxEntries } = spec;
  const buckets = 2 ** Math.ceil(Math.log2(maxEntries));
  const valueSkip = ELEMENT_HEADER_BYTES + roundUp8(keySize);
  const stride = valueSkip + roundUp8(valueSize);
  const elements = maxEntries + cpus;
  const bucketsOff = roundUp8(FIELDS.spares + 4 * cpus);
  const elementsOff = bucketsOff + roundUp8(4 * buckets);
  const byteSize = elementsOff + elements * stride;
  const at = allocMap(context, spec, byteSize);
  if (at === 0) return -ERRNO.ENOMEM;
  const fields = at + MAP_HEADER_BYTES;
  const bucketsAt = fields + bucketsOff;
  const elementsAt = fields + elementsOff;

  const get = (where: number): number => memory.view.getUint32(where, true);
  const set = (where: number, value: number): void => memory.view.setUint32(where, value, true);
  const bucketOf = (hash: number): number => bucketsAt + 4 * (hash & (buckets - 1));
  for (let cpu = 0; cpu < cpus; cpu++) {
    set(fields + FIELDS.spares + 4 * cpu, elementsAt + (maxEntries + cpu) * stride);
  }

  const sameKey = (element: number, key: Uint8Array, keyAt: number): boolean => {
    const { u8 } = memory;
    const at = element + ELEMENT_HEADER_BYTES;
    for (let i = 0; i < keySize; i++) if (u8[at + i] !== key[keyAt + i]) return false;
    return true;
  };
  /** Offset of the element with this key, 0 for none. */
  const find = (hash: number, key: Uint8Array, keyAt: number): number => {
    for (let element = get(bucketOf(hash)); element !== 0; element = get(element)) {
      if (get(element + 4) === hash && sameKey(element, key, keyAt)) return element;
    }
    return 0;
  };
  const unlink = (element: number): void => {
    let link = bucketOf(get(element + 4));
    while (get(link) !== element) link = get(link);
    set(link, get(element));
  };
  const link = (element: number, hash: number): void => {
    const bucket = bucketOf(hash);
    set(element, get(bucket));
    set(element + 4, hash);
    set(bucket, element);
  };
  /** An unused element: a returned one, or the next that was never used; 0 when the map is full. */
  const take = (): number => {
    const head = get(fields + FIELDS.freeHead);
    if (head !== 0) {
      set(fields + FIELDS.freeHead, get(head));
      return head;
    }
    const fresh = get(fields + FIELDS.fresh);
    if (fresh === maxEntries) return 0;
    set(fields + FIELDS.fresh, fresh + 1);
    return elementsAt + fresh * stride;
  };
  const addCount = (step: number): void => set(fields + FIELDS.count, get(fields + FIELDS.count) + step);

  const lookup: KernelMap['lookup'] = (key, keyAt) => {
    const element = find(hashBytes(key, keyAt, keySize), key, keyAt);
    return element === 0 ? 0 : element + valueSkip;
  };
  const update: KernelMap['update'] = (key, keyAt, value, valueAt, flags, cpu) => {
    if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
    const hash = hashBytes(key, keyAt, keySize);
    const old = find(hash, key, keyAt);
    if (old !== 0 && flags === UPDATE_FLAGS.noexist) return -ERRNO.EEXIST;
    if (old === 0 && flags === UPDATE_FLAGS.exist) return -ERRNO.ENOENT;
    const spare = fields + FIELDS.spares + 4 * cpu;
    const element = old === 0 ? take() : get(spare);
    if (element === 0) return -ERRNO.E2BIG;
    memory.write(element + ELEMENT_HEADER_BYTES, key, keyAt, keySize);
    memory.write(element + valueSkip, value, valueAt, valueSize);
    if (old === 0) {
      addCount(1);
    } else {
      unlink(old);
      set(spare, old);
    }
    link(element, hash);
    return 0;
  };
  const remove: KernelMap['remove'] = (key, keyAt) => {
    const element = find(hashBytes(key, keyAt, keySize), key, keyAt);
    if (element === 0) return -ERRNO.ENOENT;
    unlink(element);
    set(element, get(fields + FIELDS.freeHead));
    set(fields + FIELDS.freeHead, element);
    addCount(-1);
    return 0;
  };
  /** Key of the first element in bucket `first` or a later one. */
  const keyFrom = (first: number): Uint8Array | number => {
    for (let bucket = first; bucket < buckets; bucket++) {
      const element = get(bucketsAt + 4 * bucket);
      if (element !== 0) return keyOf(element);
    }
    return -ERRNO.ENOENT;
  };
  const keyOf = (element: number): Uint8Array =>
    memory.u8.slice(element + ELEMENT_HEADER_BYTES, element + ELEMENT_HEADER_BYTES + keySize);

  return {
    kind: 'hash',
    id,
    spec,
    at,
    regions: [
      {
        ...plainRegion(`a value of map ${spec.name}`, elementsAt, elements * stride, true),
        stride,
        skip: valueSkip,
        size: valueSize,
        read: !hasFlag(spec.flags, 'wronly_prog'),
        write: !hasFlag(spec.flags, 'rdonly_prog'),
      },
    ],
    get entries() {
      return get(fields + FIELDS.count);
    },
    userValueSize: valueSize,
    lookup,
    update,
    remove,
    userLookup(key) {
      const at = lookup(key, 0, 0);
      return at === 0 ? -ERRNO.ENOENT : memory.u8.slice(at, at + valueSize);
    },
    userUpdate: (key, value, flags) => update(key, 0, value, 0, flags, 0),
    userRemove: (key) => remove(key, 0),
    nextKey(key) {
      const hash = key === undefined ? 0 : hashBytes(key, 0, keySize);
      const element = key === undefined ? 0 : find(hash, key, 0);
      if (element === 0) return keyFrom(0);
      const next = get(element);
      return next === 0 ? keyFrom((hash & (buckets - 1)) + 1) : keyOf(next);
    },
    free: () => memory.free(at, MAP_HEADER_BYTES + byteSize),
  };
}
