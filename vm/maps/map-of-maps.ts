// array_of_maps and hash_of_maps: slots that hold other maps. A program's look-up gives the inner map's address, to be passed on to map helpers; user space
// writes an fd and reads an id. What may be put in is fixed by an inner map that is shown at creation.
//
//   slot: offset of the inner map's header u32, its id u32; zeroes when empty
//
// @see kernel/bpf/map_in_map.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { checkFdArray } from './array.ts';
import { HASH_FREE_OFF, HASH_HEAD_BYTES, HashTable } from './hash-table.ts';
import { checkExists, checkHashSizes } from './hash.ts';
import {
  allocMap,
  indexOf,
  invalid,
  MAP_HEADER_BYTES,
  nextIndex,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { hasFlag, UPDATE_FLAGS } from './types.ts';
import { kernelFields } from './value-fields.ts';

const SLOT = { map: 0, id: 4, bytes: 8 } as const;

/** Kinds that are never inner maps. @see kernel/bpf map_meta_equal of each */
const NEVER_INNER: ReadonlySet<string> = new Set([
  'prog_array',
  'cgroup_storage',
  'percpu_cgroup_storage',
  'struct_ops',
  'arena',
  'insn_array',
]);

export function checkArrayOfMaps(spec: MapSpec): MapRefusal | undefined {
  return checkFdArray(spec);
}

/** @see kernel/bpf/hashtab.c fd_htab_map_alloc_check */
export function checkHashOfMaps(spec: MapSpec): MapRefusal | undefined {
  if (spec.valueSize !== 4)
    return invalid(`the value of a hash_of_maps is 4 bytes long and not ${spec.valueSize}`);
  return checkHashSizes(spec, false);
}

/** 0, or why maps like this cannot be inner maps. @see kernel/bpf/map_in_map.c bpf_map_meta_alloc */
export function innerErrno({ type, inner }: MapSpec): number {
  if (inner !== undefined || type === 'array_of_maps' || type === 'hash_of_maps') return -ERRNO.EINVAL;
  return NEVER_INNER.has(type) ? -ERRNO.ENOTSUPP : 0;
}

/** What inner maps of the map shown at creation must be like, or -errno. */
function innerSpec(inner: KernelMap | number): MapSpec | number {
  if (typeof inner === 'number') return inner;
  return innerErrno(inner.spec) || inner.spec;
}

/** True when a map can be put where one like `wanted` was shown. @see kernel/bpf/map_in_map.c bpf_map_meta_equal */
function fits(wanted: MapSpec, { spec }: KernelMap): boolean {
  const { type, keySize, valueSize, flags, maxEntries } = wanted;
  const isAlike =
    spec.type === type && spec.keySize === keySize && spec.valueSize === valueSize && spec.flags === flags;
  if (!isAlike || !sameFields(wanted, spec)) return false;
  // Programs may have the bounds of an array built in, unless it says that it is an inner map of any size.
  return type !== 'array' || hasFlag(flags, 'inner_map') || spec.maxEntries === maxEntries;
}

function sameFields(a: MapSpec, b: MapSpec): boolean {
  const [left, right] = [kernelFields(a) ?? [], kernelFields(b) ?? []];
  return (
    left.length === right.length &&
    left.every(
      (field, i) =>
        field.kind === right[i]!.kind && field.off === right[i]!.off && field.target === right[i]!.target,
    )
  );
}

/** Slots of one map of maps, by their offset. */
class InnerSlots {
  private readonly context: MapContext;
  private readonly wanted: MapSpec;

  constructor(context: MapContext, wanted: MapSpec) {
    this.context = context;
    this.wanted = wanted;
  }

  /** The map behind an fd, when it may be put in; or -errno. */
  admit(fd: number): KernelMap | number {
    const map = this.context.maps.mapByFd(fd);
    if (typeof map === 'number') return map;
    return fits(this.wanted, map) ? map : -ERRNO.EINVAL;
  }

  /** Puts a map (or nothing) into a slot and lets go of the one that was there. */
  put(slot: number, map: KernelMap | undefined): void {
    const { memory, maps } = this.context;
    const old = maps.mapById(memory.view.getUint32(slot + SLOT.id, true));
    if (map !== undefined) maps.holdMap(map);
    memory.view.setUint32(slot + SLOT.map, map?.at ?? 0, true);
    memory.view.setUint32(slot + SLOT.id, map?.id ?? 0, true);
    if (old !== undefined) maps.dropMap(old);
  }

  /** Offset of the inner map's header, 0 for none. */
  mapIn(slot: number): number {
    return this.context.memory.view.getUint32(slot + SLOT.map, true);
  }

  /** The inner map's id as a value, or -ENOENT. */
  idIn(slot: number): Uint8Array | number {
    const at = slot + SLOT.id;
    return this.mapIn(slot) === 0 ? -ERRNO.ENOENT : this.context.memory.u8.slice(at, at + 4);
  }
}

/** Makes an array_of_maps, or answers -errno. The spec has passed `checkMapSpec`. */
export function createArrayOfMaps(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { maxEntries } = spec;
  const inner = innerSpec(context.inner);
  if (typeof inner === 'number') return inner;
  const slots = new InnerSlots(context, inner);
  const byteSize = maxEntries * SLOT.bytes;
  const at = allocMap(context, spec, byteSize);
  if (at === 0) return -ERRNO.ENOMEM;
  const slotAt = (index: number): number => at + MAP_HEADER_BYTES + index * SLOT.bytes;

  return {
    kind: 'array_of_maps',
    id,
    spec: { ...spec, inner },
    at,
    regions: [],
    entries: maxEntries,
    userValueSize: 4,
    lookup(key, keyAt) {
      const index = indexOf(key, keyAt);
      return index < maxEntries ? slots.mapIn(slotAt(index)) : 0;
    },
    // Programs look up only.
    update: () => -ERRNO.EINVAL,
    remove: () => -ERRNO.EINVAL,
    userLookup(key) {
      const index = indexOf(key, 0);
      return index < maxEntries ? slots.idIn(slotAt(index)) : -ERRNO.ENOENT;
    },
    userUpdate(key, value, flags) {
      if (flags !== UPDATE_FLAGS.any) return -ERRNO.EINVAL;
      const index = indexOf(key, 0);
      if (index >= maxEntries) return -ERRNO.E2BIG;
      const map = slots.admit(indexOf(value, 0) | 0);
      if (typeof map === 'number') return map;
      slots.put(slotAt(index), map);
      return 0;
    },
    userRemove(key) {
      const index = indexOf(key, 0);
      if (index >= maxEntries) return -ERRNO.E2BIG;
      if (slots.mapIn(slotAt(index)) === 0) return -ERRNO.ENOENT;
      slots.put(slotAt(index), undefined);
      return 0;
    },
    nextKey: (key) => nextIndex(key, maxEntries),
    layout: { kind: 'cells', cellsAt: slotAt(0), stride: SLOT.bytes, cpus: 1, holds: 'map' },
    free() {
      for (let index = 0; index < maxEntries; index++) slots.put(slotAt(index), undefined);
      memory.free(at, MAP_HEADER_BYTES + byteSize);
    },
  };
}

/** Makes a hash_of_maps, or answers -errno. The spec has passed `checkMapSpec`. */
export function createHashOfMaps(context: MapContext, spec: MapSpec): KernelMap | number {
  const { id } = context;
  const { keySize, maxEntries, flags: mapFlags } = spec;
  const inner = innerSpec(context.inner);
  if (typeof inner === 'number') return inner;
  const slots = new InnerSlots(context, inner);
  const table = HashTable.make(context, spec, {
    element: {
      headBytes: HASH_HEAD_BYTES,
      freeOff: HASH_FREE_OFF,
      keyBytes: keySize,
      valueBytes: SLOT.bytes,
      cpus: 0,
      isCell: false,
    },
    elements: maxEntries,
    capacity: maxEntries,
    isFilled: !hasFlag(mapFlags, 'no_prealloc'),
    ownBytes: 0,
  });
  if (table === undefined) return -ERRNO.ENOMEM;
  const { pool } = table;

  return {
    kind: 'hash_of_maps',
    id,
    spec: { ...spec, inner },
    at: table.at,
    regions: [],
    get entries() {
      return table.entries;
    },
    userValueSize: 4,
    lookup(key, keyAt) {
      const slot = table.valueOf(key, keyAt, 0);
      return slot === 0 ? 0 : slots.mapIn(slot);
    },
    // Programs look up only.
    update: () => -ERRNO.EINVAL,
    remove: () => -ERRNO.EINVAL,
    userLookup(key) {
      const slot = table.valueOf(key, 0, 0);
      return slot === 0 ? -ERRNO.ENOENT : slots.idIn(slot);
    },
    userUpdate(key, value, flags) {
      const map = slots.admit(indexOf(value, 0) | 0);
      if (typeof map === 'number') return map;
      if (flags > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
      const hash = table.hash(key, 0);
      const old = table.find(hash, key, 0);
      const error = checkExists(old, flags);
      if (error !== 0) return error;
      if (old !== 0) {
        slots.put(pool.valueAt(old, 0), map);
        return 0;
      }
      if (table.entries >= maxEntries) return -ERRNO.E2BIG;
      const element = pool.take();
      if (element === 0) return -ERRNO.ENOMEM;
      table.writeKey(element, key, 0);
      slots.put(pool.valueAt(element, 0), map);
      table.link(element, hash);
      return 0;
    },
    userRemove(key) {
      const element = table.takeKey(key, 0);
      if (element === 0) return -ERRNO.ENOENT;
      slots.put(pool.valueAt(element, 0), undefined);
      pool.give(element);
      return 0;
    },
    nextKey: (key) => table.nextKey(key),
    buckets: table,
    layout: { ...table.layout, holds: 'map' },
    free() {
      for (let element = table.next(0); element !== 0; element = table.next(element)) {
        slots.put(pool.valueAt(element, 0), undefined);
      }
      table.free();
    },
  };
}
