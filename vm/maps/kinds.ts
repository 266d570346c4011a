// The kinds of maps that the machine can create: how each refuses a spec, and how it is made.
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { checkArray, checkFdArray, createArray } from './array.ts';
import { checkBloomFilter, createBloomFilter } from './bloom-filter.ts';
import { createCgroupArray } from './cgroup-array.ts';
import { checkHash, checkPercpuHash, createHash, createPercpuHash } from './hash.ts';
import { checkLpmTrie, createLpmTrie } from './lpm-trie.ts';
import { checkLruHash, checkLruPercpuHash, createLruHash, createLruPercpuHash } from './lru-hash.ts';
import {
  checkArrayOfMaps,
  checkHashOfMaps,
  createArrayOfMaps,
  createHashOfMaps,
  innerErrno,
} from './map-of-maps.ts';
import { invalid, type KernelMap, type MapContext, type MapRefusal } from './map.ts';
import { checkPercpuArray, createPercpuArray } from './percpu-array.ts';
import { createPerfEventArray } from './perf-event-array.ts';
import { checkProgArray, createProgArray } from './prog-array.ts';
import { checkQueueStack, createQueueStack } from './queue-stack.ts';
import { checkRedirectMap, createDevmapHash, createRedirectArray } from './redirect-map.ts';
import { checkRingbuf, createRingbuf } from './ringbuf.ts';
import { checkStackTrace, createStackTrace } from './stack-trace.ts';
import { checkTaskStorage, createTaskStorage } from './task-storage.ts';
import { createUserRingbuf } from './user-ringbuf.ts';
import { hasFlag, MAP_FLAGS, mapTypeRow, type MapTypeName } from './types.ts';
import { checkFields } from './value-fields.ts';

interface MapKindRow {
  /** What the kind's own allocation check of BPF_MAP_CREATE says; flags that no map of the kind takes were refused before. */
  readonly check: (spec: MapSpec) => MapRefusal | undefined;
  /** Makes a map of a spec that was not refused, or answers -errno. */
  readonly create: (context: MapContext, spec: MapSpec) => KernelMap | number;
}

/** By type. A type of MAP_TYPES that is not here cannot be created. */
export const MAP_KINDS = {
  hash: { check: checkHash, create: createHash },
  array: { check: checkArray, create: createArray },
  prog_array: { check: checkProgArray, create: createProgArray },
  percpu_array: { check: checkPercpuArray, create: createPercpuArray },
  ringbuf: { check: checkRingbuf, create: createRingbuf },
  user_ringbuf: { check: checkRingbuf, create: createUserRingbuf },
  perf_event_array: { check: checkFdArray, create: createPerfEventArray },
  cgroup_array: { check: checkFdArray, create: createCgroupArray },
  queue: { check: checkQueueStack, create: createQueueStack },
  stack: { check: checkQueueStack, create: createQueueStack },
  bloom_filter: { check: checkBloomFilter, create: createBloomFilter },
  stack_trace: { check: checkStackTrace, create: createStackTrace },
  task_storage: { check: checkTaskStorage, create: createTaskStorage },
  devmap: { check: checkRedirectMap, create: createRedirectArray },
  devmap_hash: { check: checkRedirectMap, create: createDevmapHash },
  cpumap: { check: checkRedirectMap, create: createRedirectArray },
  xskmap: { check: checkRedirectMap, create: createRedirectArray },
  percpu_hash: { check: checkPercpuHash, create: createPercpuHash },
  lru_hash: { check: checkLruHash, create: createLruHash },
  lru_percpu_hash: { check: checkLruPercpuHash, create: createLruPercpuHash },
  lpm_trie: { check: checkLpmTrie, create: createLpmTrie },
  array_of_maps: { check: checkArrayOfMaps, create: createArrayOfMaps },
  hash_of_maps: { check: checkHashOfMaps, create: createHashOfMaps },
} as const satisfies Partial<Record<MapTypeName, MapKindRow>>;
export type MapKind = keyof typeof MAP_KINDS;

/** The row of a type, undefined for one that cannot be created. */
export function mapKindRow(type: string): MapKindRow | undefined {
  return Object.hasOwn(MAP_KINDS, type) ? MAP_KINDS[type as MapKind] : undefined; // hasOwn has just checked the name
}

/**
 * The kernel's checks of BPF_MAP_CREATE. Undefined when the map may be created.
 * @see kernel/bpf/syscall.c map_create
 */
export function checkMapSpec(spec: MapSpec): MapRefusal | undefined {
  const { type, keySize, valueSize, maxEntries, flags } = spec;
  if (mapTypeRow(type) === undefined) return invalid(`the kernel has no map type ${type}`);
  const kind = mapKindRow(type);
  if (kind === undefined) return invalid(`maps of type ${type} are not implemented`);
  for (const [name, number] of Object.entries({ keySize, valueSize, maxEntries, flags })) {
    if (Number.isInteger(number) && number >= 0 && number <= 0xffff_ffff) continue;
    return invalid(`${name} is a u32 and not ${number}`);
  }
  const unknown = flags & ~flagMask(type);
  if (unknown !== 0) return invalid(`flags 0x${(unknown >>> 0).toString(16)} are not for a ${type}`);
  if (hasFlag(flags, 'rdonly') && hasFlag(flags, 'wronly'))
    return invalid('rdonly and wronly exclude each other');
  if (hasFlag(flags, 'rdonly_prog') && hasFlag(flags, 'wronly_prog')) {
    return invalid('rdonly_prog and wronly_prog exclude each other');
  }
  if ((spec.extra ?? 0) !== 0 && type !== 'bloom_filter')
    return invalid(`map_extra is for bloom filters and not for a ${type}`);
  return (
    kind.check(spec) ??
    checkFields(spec) ??
    (spec.inner === undefined ? undefined : checkInnerSpec(spec.inner))
  );
}

/** Why maps like this cannot be inner maps. */
function checkInnerSpec(inner: MapSpec): MapRefusal | undefined {
  const errno = innerErrno(inner);
  if (errno !== 0) return { errno, reason: `a ${inner.type} cannot be an inner map` };
  return checkMapSpec(inner);
}

/** Makes a map of a spec that `checkMapSpec` has passed, or answers -errno. */
export function createMap(context: MapContext, spec: MapSpec): KernelMap | number {
  return mapKindRow(spec.type)?.create(context, spec) ?? -ERRNO.EINVAL;
}

function flagMask(type: string): number {
  let mask = 0;
  for (const { bit, of } of Object.values(MAP_FLAGS)) {
    if ((of as readonly string[]).includes(type)) mask |= bit; // widened: `of` is a different tuple in each row
  }
  return mask;
}
