// What every kind of map gives to the engines and to bpf(2), and the rules of creation that they share.
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { Region, RegionTable } from '../memory/regions.ts';
import type { MapSpec, ValueField } from '../object.ts';
import type { MapLayout } from './layout.ts';
import type { OwnerTraits } from './prog-owner.ts';
import type { FileTable, MapTable, ProgTable } from './table.ts';
import { mapTypeRow, type MapTypeName } from './types.ts';

/**
 * A map in linear memory. Everything that changes lies there, so that a copy of the memory is a copy of the map.
 * Keys and values of the program's side come as bytes and an offset in them; results are offsets in linear memory or -errno.
 */
export interface KernelMap {
  readonly kind: MapTypeName;
  readonly id: number;
  readonly spec: MapSpec;
  /** Offset of the map's header: what a program holds as the map's address. Nobody may read or write through it. */
  readonly at: number;
  /** Cells that programs may touch now; none for kinds whose values only helpers reach. Those that come and go later are told to `MapContext.cells`. */
  readonly regions: readonly Region[];
  /** Elements that a user would see now. */
  readonly entries: number;
  /** Bytes of a value as bpf(2) passes it. */
  readonly userValueSize: number;
  /** Offset of the value for `cpu`, 0 when there is none. */
  lookup(key: Uint8Array, keyAt: number, cpu: number): number;
  /** 0 or -errno. */
  update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    cpu: number,
  ): number;
  /** 0 or -errno. */
  remove(key: Uint8Array, keyAt: number): number;
  /** A copy of the value, for per-CPU maps of all CPUs; or -errno. */
  userLookup(key: Uint8Array): Uint8Array | number;
  userUpdate(key: Uint8Array, value: Uint8Array, flags: number): number;
  userRemove(key: Uint8Array): number;
  nextKey(key: Uint8Array | undefined): Uint8Array | number;
  /** Takes the value out: a copy or -errno. Absent for kinds that BPF_MAP_LOOKUP_AND_DELETE_ELEM does not take. */
  userTake?(key: Uint8Array): Uint8Array | number;
  /** How the batch commands go through the map where they do it bucket by bucket. */
  readonly buckets?: MapBuckets;
  /** How bpf_for_each_map_elem goes through the map; absent for kinds that it does not take. */
  readonly walk?: MapWalk;
  /** Of kinds that belong to programs: whether the program may use the map; the first that asks becomes the owner. */
  admits?(prog: OwnerTraits): boolean;
  /** How bpf_map_push_elem, _pop_elem and _peek_elem reach the values; absent for kinds that they do not take. */
  readonly values?: ValueStore;
  /** The records that user space takes out of the map; absent for kinds that have none. */
  readonly records?: MapRecords;
  /** Where its parts stand, for engines; absent for kinds whose helpers are never written in place. */
  readonly layout?: MapLayout;
  /** Gives the memory back. */
  free(): void;
}

/** The buckets of a hash map. */
export interface MapBuckets {
  readonly count: number;
  /** Keys of the elements in a bucket, in its order. */
  keysIn(bucket: number): readonly Uint8Array[];
}

/** Values that are reached without a key. Values are as long as the map's; results are 0 or -errno. */
export interface ValueStore {
  /** `flags` are those of an update. */
  push(value: Uint8Array, valueAt: number, flags: number): number;
  /** Takes a value out and writes it to `into`; zeroes when there is none. */
  pop(into: Uint8Array, intoAt: number): number;
  /** The same and leaves it there. A bloom filter reads the value at `into` and says whether it may hold it. */
  peek(into: Uint8Array, intoAt: number): number;
}

/** What user space finds in a buffer: a record, or how many were lost since the one before. `cpu` where each CPU has a buffer of its own. */
export type MapRecord =
  | { readonly kind: 'sample'; readonly cpu: number | undefined; readonly data: Uint8Array }
  | { readonly kind: 'lost'; readonly cpu: number | undefined; readonly count: number };

export type RecordVisitor = (record: MapRecord) => void;

/** One buffer of a map of records. */
export interface RecordBuffer {
  /** Offset of the f64 that counts the bytes that were written to it since the beginning. */
  readonly writtenAt: number;
  /** The CPU whose programs alone write to it; absent: those of all do. */
  readonly cpu?: number;
  /** Readers find what was written before this position: Infinity, but for those that catch up with a batch event by event. */
  limit: number;
}

/** The buffer of a map of records. */
export interface MapRecords {
  /** Its parts: one, or those of the CPUs. */
  buffers(): readonly RecordBuffer[];
  /** Takes out what is there, in order, and shows it: how many samples. Each is out before it is shown. */
  consume(visit: RecordVisitor): number;
  /** Records that found no room, since the map was made. */
  readonly dropped: number;
}

/**
 * A walk over the elements of a map for programs, in the kind's own order. A position is a number above 0 that the kind gives out: an index + 1, the
 * offset of an element. While it lasts, elements may be updated and removed. The position after an element is asked for before the function is called with
 * it, as the kernel does: what is removed meanwhile is still gone to, with the value that it had, and what is added may be passed over.
 */
export interface MapWalk {
  /** The position after `position`, the first for 0; 0 behind the last. */
  next(position: number): number;
  /** Offset of the key, keySize bytes; 0 where no key stands in memory: that of an array is position - 1. */
  keyAt(position: number): number;
  /** Offset of the value as `cpu` sees it. */
  valueAt(position: number, cpu: number): number;
  /** The position of the element whose value, of any CPU, stands at this offset. */
  positionOf(valueAt: number): number;
}

/** What a kind needs to make a map. */
export interface MapContext {
  readonly memory: LinearMemory;
  readonly cpus: number;
  readonly id: number;
  /** What programs may touch of all maps: for kinds whose cells come and go after creation. */
  readonly cells: RegionTable;
  readonly progs: ProgTable;
  readonly maps: MapTable;
  readonly files: FileTable;
  /** Of maps of maps: the map that was shown at creation, or -errno. */
  readonly inner: KernelMap | number;
  /**
   * To be told when a value with fields (MapSpec.fields, `valueAt` its offset) is removed, evicted or overwritten: timers in it are cancelled, what its
   * kptrs hold is let go. When a map goes, this is done for all that its `walk` finds, before `free`.
   */
  released(fields: readonly ValueField[], valueAt: number): void;
}

/** Bytes of the header that each map begins with: u32 type, u32 id, u32 frozen, u32 spare. It makes each map's address its own. */
export const MAP_HEADER_BYTES = 16;
const FROZEN_AT = 8;

/** Allocates a map of `size` bytes behind the header; 0 when there is no room. */
export function allocMap(context: MapContext, spec: MapSpec, size: number): number {
  const { memory, id } = context;
  const at = memory.alloc(MAP_HEADER_BYTES + size);
  if (at === 0) return 0;
  memory.view.setUint32(at, mapTypeRow(spec.type)?.number ?? 0, true);
  memory.view.setUint32(at + 4, id, true);
  return at;
}

/** True when user space may no longer write the map. */
export function isFrozen(memory: LinearMemory, map: KernelMap): boolean {
  return memory.view.getUint32(map.at + FROZEN_AT, true) !== 0;
}

export function setFrozen(memory: LinearMemory, map: KernelMap): void {
  memory.view.setUint32(map.at + FROZEN_AT, 1, true);
}

/** Why a map cannot be created. */
export interface MapRefusal {
  /** Negative. */
  readonly errno: number;
  readonly reason: string;
}

/** A refusal with -EINVAL. */
export function invalid(reason: string): MapRefusal {
  return { errno: -ERRNO.EINVAL, reason };
}

/** Refuses sizes of 0 where a kind allows none. */
export function checkNotZero({ keySize, valueSize, maxEntries }: MapSpec): MapRefusal | undefined {
  if (keySize !== 0 && valueSize !== 0 && maxEntries !== 0) return undefined;
  return invalid(`key size ${keySize}, value size ${valueSize} and max entries ${maxEntries} must not be 0`);
}

/** The next multiple of 8. */
export function roundUp8(size: number): number {
  return Math.ceil(size / 8) * 8;
}

/** The index that an array's key holds. */
export function indexOf(key: Uint8Array, at: number): number {
  return (key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24)) >>> 0;
}

/** The key after `key` in a map whose keys are 0 to entries-1; a key outside of it starts over, as in the kernel. */
export function nextIndex(key: Uint8Array | undefined, entries: number): Uint8Array | number {
  const index = key === undefined ? entries : indexOf(key, 0);
  if (index === entries - 1) return -ERRNO.ENOENT;
  const next = index >= entries ? 0 : index + 1;
  return Uint8Array.of(next, next >> 8, next >> 16, next >> 24);
}
