// What every kind of map gives to the engines and to bpf(2), and the rules of creation that they share.
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { Region, RegionTable } from '../memory/regions.ts';
import type { MapSpec } from '../object.ts';
import type { MapTable, ProgTable } from './table.ts';
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
  /** Gives the memory back. */
  free(): void;
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
