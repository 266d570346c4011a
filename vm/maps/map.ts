// What every kind of map gives to the engines and to bpf(2), and the rules of creation that they share.
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { Region } from '../memory/regions.ts';
import type { MapSpec } from '../object.ts';
import { hasFlag, MAP_FLAGS, mapTypeRow, type MapKind } from './types.ts';

/**
 * A map in linear memory. Everything that changes lies there, so that a copy of the memory is a copy of the map.
 * Keys and values of the program's side come as bytes and an offset in them; results are offsets in linear memory or -errno.
 */
export interface KernelMap {
  readonly kind: MapKind;
  readonly id: number;
  readonly spec: MapSpec;
  /** Offset of the map's header: what a program holds as the map's address. Nobody may read or write through it. */
  readonly at: number;
  /** Cells that programs may touch; undefined for kinds whose values only helpers reach. */
  readonly region: Region | undefined;
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

/** What a kind's rule of creation takes of the sizes. */
const SIZE_LIMITS = {
  /** Key plus value of a hash: what one kmalloc can give, less the kernel's element header. */
  hashElement: 0x40_0000 - 64,
  /** One per-CPU allocation. */
  percpuValue: 0x8000,
  arrayValue: 0x7fff_ffff,
  maxEntries: 0x8000_0000,
} as const;

/** Why a map cannot be created. */
export interface MapRefusal {
  /** Negative. */
  readonly errno: number;
  readonly reason: string;
}

/**
 * The kernel's checks of BPF_MAP_CREATE. Undefined when the map may be created.
 * @see kernel/bpf/syscall.c map_create, kernel/bpf/arraymap.c array_map_alloc_check, kernel/bpf/hashtab.c htab_map_alloc_check
 */
export function checkMapSpec(spec: MapSpec): MapRefusal | undefined {
  const row = mapTypeRow(spec.type);
  const kind = row?.kind;
  const { keySize, valueSize, maxEntries, flags } = spec;
  if (row === undefined) return invalid(`the kernel has no map type ${spec.type}`);
  if (kind === undefined) return invalid(`maps of type ${spec.type} are not implemented`);
  for (const [name, number] of Object.entries({ keySize, valueSize, maxEntries, flags })) {
    if (Number.isInteger(number) && number >= 0 && number <= 0xffff_ffff) continue;
    return invalid(`${name} is a u32 and not ${number}`);
  }
  const unknown = flags & ~flagMask(kind);
  if (unknown !== 0) return invalid(`flags 0x${(unknown >>> 0).toString(16)} are not for a ${kind}`);
  if (hasFlag(flags, 'rdonly') && hasFlag(flags, 'wronly'))
    return invalid('rdonly and wronly exclude each other');
  if (hasFlag(flags, 'rdonly_prog') && hasFlag(flags, 'wronly_prog')) {
    return invalid('rdonly_prog and wronly_prog exclude each other');
  }
  if (keySize === 0 || valueSize === 0 || maxEntries === 0) {
    return invalid(
      `key size ${keySize}, value size ${valueSize} and max entries ${maxEntries} must not be 0`,
    );
  }
  return kind === 'hash' ? checkHashSizes(spec) : checkArraySizes(spec, kind);
}

function invalid(reason: string): MapRefusal {
  return { errno: -ERRNO.EINVAL, reason };
}

function checkHashSizes({ keySize, valueSize, maxEntries }: MapSpec): MapRefusal | undefined {
  if (keySize + valueSize < SIZE_LIMITS.hashElement && maxEntries <= SIZE_LIMITS.maxEntries) return undefined;
  const reason = `an element of ${keySize + valueSize} bytes, or ${maxEntries} of them, is more than the kernel allows`;
  return { errno: -ERRNO.E2BIG, reason };
}

function checkArraySizes({ keySize, valueSize }: MapSpec, kind: MapKind): MapRefusal | undefined {
  if (keySize !== 4) return invalid(`keys of ${kind} maps are 4 bytes long and not ${keySize}`);
  if (kind === 'prog_array' && valueSize !== 4) {
    return invalid(`the value of a prog_array is 4 bytes long and not ${valueSize}`);
  }
  const limit = kind === 'percpu_array' ? SIZE_LIMITS.percpuValue : SIZE_LIMITS.arrayValue;
  if (roundUp8(valueSize) <= limit) return undefined;
  return {
    errno: -ERRNO.E2BIG,
    reason: `values of ${kind} maps are at most ${limit} bytes long and not ${valueSize}`,
  };
}

function flagMask(kind: MapKind): number {
  let mask = 0;
  for (const { bit, of } of Object.values(MAP_FLAGS)) {
    if ((of as readonly MapKind[]).includes(kind)) mask |= bit; // widened: `of` is a different tuple in each row
  }
  return mask;
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
