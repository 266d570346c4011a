// The commands of bpf(2) on elements of a map, one by one and in batches: rights, flags, sizes, in the kernel's order. What a kind does is in vm/maps.
// @see kernel/bpf/syscall.c map_lookup_elem, map_update_elem, map_lookup_and_delete_elem, generic_map_lookup_batch; kernel/bpf/hashtab.c
// __htab_map_lookup_and_delete_batch
import type { Bpf, MapBatch } from '../api.ts';
import { ERRNO } from '../errno.ts';
import { isFrozen, setFrozen, type KernelMap, type MapBuckets } from '../maps/map.ts';
import { UPDATE_FLAGS, type MapTypeName } from '../maps/types.ts';
import { hasSpinLock, kernelFields } from '../maps/value-fields.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { FdTarget, ObjectTable } from './objects.ts';

type MapFd = Extract<FdTarget, { kind: 'map' }>;

/** The commands on a map and its elements. */
export type MapCommands = Pick<
  Bpf,
  | 'mapLookup'
  | 'mapUpdate'
  | 'mapDelete'
  | 'mapLookupAndDelete'
  | 'mapNextKey'
  | 'mapLookupBatch'
  | 'mapLookupAndDeleteBatch'
  | 'mapUpdateBatch'
  | 'mapDeleteBatch'
  | 'mapFreeze'
>;

type BatchName = 'lookup' | 'take' | 'update' | 'delete';
const ALL_BATCHES = ['lookup', 'take', 'update', 'delete'] as const;

/** Which batch commands a type knows. */
const BATCHES: Partial<Record<MapTypeName, readonly BatchName[]>> = {
  hash: ALL_BATCHES,
  percpu_hash: ALL_BATCHES,
  lru_hash: ALL_BATCHES,
  lru_percpu_hash: ALL_BATCHES,
  hash_of_maps: ALL_BATCHES,
  array: ['lookup', 'update'],
  percpu_array: ['lookup', 'update'],
  array_of_maps: ['lookup', 'update'],
  lpm_trie: ['lookup', 'update', 'delete'],
};

/** The commands over an object table. */
export function createMapCommands(objects: ObjectTable, memory: LinearMemory): MapCommands {
  /** Runs `command` with the map of an fd, or answers why that cannot be. */
  const withMap = <T>(fd: number, command: (target: MapFd) => T): T | number => {
    const target = objects.target(fd);
    if (target === undefined) return -ERRNO.EBADF;
    return target.kind === 'map' ? command(target) : -ERRNO.EINVAL;
  };
  /** The same for commands that look at their flags before the fd: they know BPF_F_LOCK only. */
  const withMapFor = <T>(fd: number, flags: number, command: (target: MapFd) => T): T | number =>
    flags === 0 || flags === UPDATE_FLAGS.lock ? withMap(fd, command) : -ERRNO.EINVAL;
  const mayWrite = ({ map, mayWrite }: MapFd): boolean => mayWrite && !isFrozen(memory, map);

  /** What of a batch command is common to all; `command` gets the map when it may go on. */
  const batch = (
    fd: number,
    name: BatchName,
    flags: number,
    count: number,
    command: (map: KernelMap) => MapBatch,
  ): MapBatch => {
    const answer = withMap(fd, (target) => {
      const { map, mayRead } = target;
      const reads = name === 'lookup' || name === 'take';
      if (reads && !mayRead) return failed(-ERRNO.EPERM);
      if (name !== 'lookup' && !mayWrite(target)) return failed(-ERRNO.EPERM);
      if (BATCHES[map.kind]?.includes(name) !== true) return failed(-ERRNO.ENOTSUPP);
      const error = checkLock(map, flags);
      if (error !== 0) return failed(error);
      return count === 0 ? failed(0) : command(map);
    });
    return typeof answer === 'number' ? failed(answer) : answer;
  };

  return {
    mapLookup: (fd, key, flags = 0) =>
      withMapFor(fd, flags, ({ map, mayRead }) => {
        if (!mayRead) return -ERRNO.EPERM;
        const error = checkLock(map, flags);
        if (error !== 0) return error;
        // A bloom filter has no keys: the value that is asked for stands there.
        const isAsked = map.kind === 'bloom_filter' ? key.length === map.userValueSize : isKeyOf(map, key);
        return isAsked ? map.userLookup(key) : -ERRNO.EINVAL;
      }),
    mapUpdate: (fd, key, value, flags) =>
      withMap(fd, (target) => {
        const { map } = target;
        if (!mayWrite(target)) return -ERRNO.EPERM;
        // Flags are 64 bits wide, and the upper ones always refused.
        if (!Number.isInteger(flags) || flags < 0 || flags > 0xffff_ffff) return -ERRNO.EINVAL;
        if ((flags & UPDATE_FLAGS.lock) !== 0 && !hasSpinLock(map.spec)) return -ERRNO.EINVAL;
        return updateOne(map, key, value, flags);
      }),
    mapDelete: (fd, key) =>
      withMap(fd, (target) => {
        if (!mayWrite(target)) return -ERRNO.EPERM;
        return isKeyOf(target.map, key) ? target.map.userRemove(key) : -ERRNO.EINVAL;
      }),
    mapLookupAndDelete: (fd, key, flags = 0) =>
      withMapFor(fd, flags, (target) => {
        const { map } = target;
        if (!target.mayRead || !mayWrite(target)) return -ERRNO.EPERM;
        const error = checkLock(map, flags);
        if (error !== 0) return error;
        if (!isKeyOf(map, key)) return -ERRNO.EINVAL;
        return map.userTake === undefined ? -ERRNO.ENOTSUPP : map.userTake(key);
      }),
    mapNextKey: (fd, key) =>
      withMap(fd, ({ map, mayRead }) => {
        if (!mayRead) return -ERRNO.EPERM;
        return key === undefined || isKeyOf(map, key) ? map.nextKey(key) : -ERRNO.EINVAL;
      }),
    mapLookupBatch: (fd, from, count, flags = 0) =>
      batch(fd, 'lookup', flags, count, (map) => lookupBatch(map, from, count, false)),
    mapLookupAndDeleteBatch: (fd, from, count, flags = 0) =>
      batch(fd, 'take', flags, count, (map) => lookupBatch(map, from, count, true)),
    mapUpdateBatch: (fd, entries, flags = 0) =>
      batch(fd, 'update', flags, entries.length, (map) =>
        each(entries.length, (i) => updateOne(map, entries[i]![0], entries[i]![1], flags)),
      ),
    mapDeleteBatch: (fd, keys, flags = 0) =>
      batch(fd, 'delete', flags, keys.length, (map) =>
        each(keys.length, (i) => (isKeyOf(map, keys[i]!) ? map.userRemove(keys[i]!) : -ERRNO.EINVAL)),
      ),
    mapFreeze: (fd) =>
      withMap(fd, (target) => {
        if (kernelFields(target.map.spec) !== undefined) return -ERRNO.ENOTSUPP;
        if (!mayWrite(target)) return -ERRNO.EPERM;
        setFrozen(memory, target.map);
        return 0;
      }),
  };
}

/** Linux reads key_size bytes at the key's address; bytes of another length would be read past their end there. */
function isKeyOf({ spec }: KernelMap, key: Uint8Array): boolean {
  return key.length === spec.keySize;
}

function updateOne(map: KernelMap, key: Uint8Array, value: Uint8Array, flags: number): number {
  if (!isKeyOf(map, key) || value.length !== map.userValueSize) return -ERRNO.EINVAL;
  return map.userUpdate(key, value, flags);
}

/** 0, or why BPF_F_LOCK (the one flag that these commands take) is refused. */
function checkLock({ spec }: KernelMap, flags: number): number {
  if (flags === 0) return 0;
  return flags === UPDATE_FLAGS.lock && hasSpinLock(spec) ? 0 : -ERRNO.EINVAL;
}

function failed(errno: number): MapBatch {
  return { errno, count: 0, entries: [], next: undefined };
}

/** A batch of `count` steps that ends with the first that fails. */
function each(count: number, step: (i: number) => number): MapBatch {
  for (let i = 0; i < count; i++) {
    const errno = step(i);
    if (errno !== 0) return { ...failed(errno), count: i };
  }
  return { ...failed(0), count };
}

function lookupBatch(
  map: KernelMap,
  from: Uint8Array | undefined,
  count: number,
  isTaking: boolean,
): MapBatch {
  const { buckets } = map;
  return buckets === undefined
    ? keysBatch(map, from, count)
    : bucketsBatch(map, buckets, from, count, isTaking);
}

/** From the key after `from` on; `next` is the last key. */
function keysBatch(map: KernelMap, from: Uint8Array | undefined, count: number): MapBatch {
  if (from !== undefined && !isKeyOf(map, from)) return failed(-ERRNO.EINVAL);
  const entries: (readonly [Uint8Array, Uint8Array])[] = [];
  let last = from;
  while (entries.length < count) {
    const key = map.nextKey(last);
    if (typeof key === 'number') return batchOf(key, entries, last);
    last = key;
    const value = map.userLookup(key);
    if (typeof value === 'number' && value !== -ERRNO.ENOENT) return failed(value);
    if (typeof value !== 'number') entries.push([key, value]);
  }
  return batchOf(0, entries, last);
}

const BUCKET_BYTES = 4;

/** Whole buckets from the one that `from` names on; `next` names the next. */
function bucketsBatch(
  map: KernelMap,
  buckets: MapBuckets,
  from: Uint8Array | undefined,
  count: number,
  isTaking: boolean,
): MapBatch {
  if (from !== undefined && from.length !== BUCKET_BYTES) return failed(-ERRNO.EINVAL);
  let bucket = from === undefined ? 0 : new DataView(from.buffer, from.byteOffset).getUint32(0, true);
  if (bucket >= buckets.count) return failed(-ERRNO.ENOENT);
  const entries: (readonly [Uint8Array, Uint8Array])[] = [];
  for (; bucket < buckets.count; bucket++) {
    const keys = buckets.keysIn(bucket);
    if (keys.length > count - entries.length) {
      return batchOf(entries.length === 0 ? -ERRNO.ENOSPC : 0, entries, bucketBytes(bucket));
    }
    for (const key of keys) {
      const value = map.userLookup(key);
      if (typeof value === 'number') continue;
      entries.push([key, value]);
      if (isTaking) map.userRemove(key);
    }
  }
  return batchOf(-ERRNO.ENOENT, entries, bucketBytes(buckets.count));
}

function bucketBytes(bucket: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(bucket).buffer);
}

function batchOf(errno: number, entries: MapBatch['entries'], next: Uint8Array | undefined): MapBatch {
  return { errno, count: entries.length, entries, next };
}
