// task_storage: of each task one value, made when a program or user space first asks for it. Tasks are known by their thread id.
//
//   header | count u32, free element u32, first slab u32, slabs u32 | buckets: u32 each
//   slab:    next slab u32, elements u32 | elements
//   element: next u32 | tid u32 | value, rounded up to 8
//
// There is no limit: elements come in slabs, each twice as large as the one before. A value stays where it is until it is removed. What a thread leaves
// behind stays until somebody deletes it: a recording does not tell of the end of all threads.
// @see kernel/bpf/bpf_task_storage.c, kernel/bpf/bpf_local_storage.c
import { ERRNO } from '../errno.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import type { MapSpec } from '../object.ts';
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
import { hasFlag, UPDATE_FLAGS } from './types.ts';

const FIELDS = { count: 0, free: 4, slab: 8, slabs: 12 } as const;
const FIELDS_BYTES = 16;
const BUCKETS = 256;
const SLAB_HEADER_BYTES = 8;
const ELEMENT_HEADER_BYTES = 8;
const FIRST_SLAB = 8;
/** Most elements of one slab. */
const LARGEST_SLAB = 4096;

/** Longest value. @see include/linux/bpf_local_storage.h BPF_LOCAL_STORAGE_MAX_VALUE_SIZE */
const MAX_VALUE_BYTES = 0xffff - 128;

/** What maps of local storage demand. @see kernel/bpf/bpf_local_storage.c bpf_local_storage_map_alloc_check */
export function checkTaskStorage({
  type,
  keySize,
  valueSize,
  maxEntries,
  flags,
}: MapSpec): MapRefusal | undefined {
  if (!hasFlag(flags, 'no_prealloc')) return invalid(`a ${type} takes the flag no_prealloc`);
  if (maxEntries !== 0 || keySize !== 4 || valueSize === 0) {
    return invalid(
      `a ${type} has keys of 4 bytes, values, and 0 max entries; not ${keySize}, ${valueSize}, ${maxEntries}`,
    );
  }
  if (valueSize <= MAX_VALUE_BYTES) return undefined;
  const reason = `values of a ${type} are at most ${MAX_VALUE_BYTES} bytes long and not ${valueSize}`;
  return { errno: -ERRNO.E2BIG, reason };
}

/** A task_storage as helpers use it. */
export interface TaskStorage extends KernelMap {
  readonly kind: 'task_storage';
  /** Offset of the value of a task, 0 when there is none. */
  find(tid: number): number;
  /** Makes the value of a task that has none: its offset, with zeroes in it; 0 when there is no room. */
  add(tid: number): number;
  /** 0, or -ENOENT. */
  removeOf(tid: number): number;
}

export function isTaskStorage(map: KernelMap): map is TaskStorage {
  return map.kind === 'task_storage';
}

/** Makes a task_storage, or answers -errno. The spec has passed `checkMapSpec`. */
export function createTaskStorage(context: MapContext, spec: MapSpec): TaskStorage | number {
  const { memory, id, cells, files } = context;
  const { valueSize } = spec;
  const stride = ELEMENT_HEADER_BYTES + roundUp8(valueSize);
  const byteSize = MAP_HEADER_BYTES + FIELDS_BYTES + 4 * BUCKETS;
  const at = allocMap(context, spec, byteSize - MAP_HEADER_BYTES);
  if (at === 0) return -ERRNO.ENOMEM;
  const fields = at + MAP_HEADER_BYTES;

  const get = (where: number): number => memory.view.getUint32(where, true);
  const set = (where: number, value: number): void => memory.view.setUint32(where, value, true);
  const bucketOf = (tid: number): number => fields + FIELDS_BYTES + 4 * (tid & (BUCKETS - 1));
  const slabBytes = (slab: number): number => SLAB_HEADER_BYTES + get(slab + 4) * stride;
  const regionOf = (slab: number): Region => ({
    ...plainRegion(`a value of map ${spec.name}`, slab + SLAB_HEADER_BYTES, get(slab + 4) * stride, true),
    stride,
    skip: ELEMENT_HEADER_BYTES,
    size: valueSize,
    ...(spec.fields === undefined ? {} : { fields: spec.fields }),
  });
  const slabs = (): number[] => {
    const found: number[] = [];
    for (let slab = get(fields + FIELDS.slab); slab !== 0; slab = get(slab)) found.push(slab);
    return found;
  };
  const freeElement = (element: number): void => {
    set(element, get(fields + FIELDS.free));
    set(fields + FIELDS.free, element);
  };
  const addSlab = (): boolean => {
    const elements = Math.min(LARGEST_SLAB, FIRST_SLAB * 2 ** get(fields + FIELDS.slabs));
    const slab = memory.alloc(SLAB_HEADER_BYTES + elements * stride);
    if (slab === 0) return false;
    set(slab, get(fields + FIELDS.slab));
    set(slab + 4, elements);
    set(fields + FIELDS.slab, slab);
    set(fields + FIELDS.slabs, get(fields + FIELDS.slabs) + 1);
    for (let i = elements - 1; i >= 0; i--) freeElement(slab + SLAB_HEADER_BYTES + i * stride);
    cells.add(regionOf(slab));
    return true;
  };
  const find = (tid: number): number => {
    for (let element = get(bucketOf(tid)); element !== 0; element = get(element)) {
      if (get(element + 4) === tid) return element + ELEMENT_HEADER_BYTES;
    }
    return 0;
  };
  const add = (tid: number): number => {
    if (get(fields + FIELDS.free) === 0 && !addSlab()) return 0;
    const element = get(fields + FIELDS.free);
    set(fields + FIELDS.free, get(element));
    set(element, get(bucketOf(tid)));
    set(element + 4, tid);
    set(bucketOf(tid), element);
    set(fields + FIELDS.count, get(fields + FIELDS.count) + 1);
    memory.u8.fill(0, element + ELEMENT_HEADER_BYTES, element + stride);
    return element + ELEMENT_HEADER_BYTES;
  };
  const removeOf = (tid: number): number => {
    let link = bucketOf(tid);
    while (get(link) !== 0 && get(get(link) + 4) !== tid) link = get(link);
    const element = get(link);
    if (element === 0) return -ERRNO.ENOENT;
    set(link, get(element));
    set(fields + FIELDS.count, get(fields + FIELDS.count) - 1);
    if (spec.fields !== undefined) context.released(spec.fields, element + ELEMENT_HEADER_BYTES);
    freeElement(element);
    return 0;
  };
  /** Thread id of the task whose fd is the key, or -errno. */
  const tidOf = (key: Uint8Array): number => {
    const file = files.fileByFd(indexOf(key, 0));
    if (typeof file === 'number') return -ERRNO.EBADF;
    return file.kind === 'pidfd' ? file.tid : -ERRNO.EBADF;
  };

  return {
    kind: 'task_storage',
    id,
    spec,
    at,
    find,
    add,
    removeOf,
    get regions() {
      return slabs().map(regionOf);
    },
    get entries() {
      return get(fields + FIELDS.count);
    },
    userValueSize: valueSize,
    ...withoutKeys(-ERRNO.ENOTSUPP),
    userLookup(key) {
      const tid = tidOf(key);
      if (tid < 0) return tid;
      const value = find(tid);
      return value === 0 ? -ERRNO.ENOENT : memory.u8.slice(value, value + valueSize);
    },
    userUpdate(key, value, flags) {
      const tid = tidOf(key);
      if (tid < 0) return tid;
      if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
      const old = find(tid);
      if (old !== 0 && flags === UPDATE_FLAGS.noexist) return -ERRNO.EEXIST;
      if (old === 0 && flags === UPDATE_FLAGS.exist) return -ERRNO.ENOENT;
      const to = old === 0 ? add(tid) : old;
      if (to === 0) return -ERRNO.ENOMEM;
      memory.write(to, value, 0, valueSize);
      return 0;
    },
    userRemove(key) {
      const tid = tidOf(key);
      return tid < 0 ? tid : removeOf(tid);
    },
    free() {
      for (const slab of slabs()) memory.free(slab, slabBytes(slab));
      memory.free(at, byteSize);
    },
  };
}
