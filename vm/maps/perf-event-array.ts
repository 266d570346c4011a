// perf_event_array: a perf event in each slot, that of a CPU by its number. Programs write records into the event of their CPU, user space empties all.
//
//   header | slots: u32 offset of the event, 0 empty
//
// @see kernel/bpf/arraymap.c perf_event_array_map_ops
import { ERRNO } from '../errno.ts';
import { PERF_EVENT, type PerfEvent } from '../kernel/perf-event.ts';
import type { MapSpec } from '../object.ts';
import { allocMap, indexOf, MAP_HEADER_BYTES, nextIndex, type KernelMap, type MapContext } from './map.ts';
import { hasFlag } from './types.ts';

/** A perf_event_array as helpers use it. */
export interface PerfEventArray extends KernelMap {
  readonly kind: 'perf_event_array';
  /** The event in a slot. */
  event(index: number): PerfEvent | undefined;
  /** The last fd was closed: the events go, unless the map is to keep them. */
  clear(): void;
}

export function isPerfEventArray(map: KernelMap): map is PerfEventArray {
  return map.kind === 'perf_event_array';
}

/** Makes a perf_event_array, or answers -errno. The spec has passed `checkMapSpec`. */
export function createPerfEventArray(context: MapContext, spec: MapSpec): PerfEventArray | number {
  const { memory, id, files } = context;
  const { maxEntries } = spec;
  const byteSize = MAP_HEADER_BYTES + 4 * maxEntries;
  const at = allocMap(context, spec, 4 * maxEntries);
  if (at === 0) return -ERRNO.ENOMEM;
  const slot = (index: number): number => at + MAP_HEADER_BYTES + 4 * index;

  const event = (index: number): PerfEvent | undefined => {
    if (index >= maxEntries) return undefined;
    const eventAt = memory.view.getUint32(slot(index), true);
    if (eventAt === 0) return undefined;
    const file = files.fileById(memory.view.getUint32(eventAt + PERF_EVENT.id, true));
    return file?.kind === 'perf_event' ? file : undefined;
  };
  const put = (index: number, next: PerfEvent | undefined): void => {
    const old = event(index);
    if (next !== undefined) files.holdFile(next);
    memory.view.setUint32(slot(index), next?.at ?? 0, true);
    if (old !== undefined) files.dropFile(old);
  };
  const update = (key: Uint8Array, value: Uint8Array, flags: number): number => {
    if (flags !== 0) return -ERRNO.EINVAL;
    const index = indexOf(key, 0);
    if (index >= maxEntries) return -ERRNO.E2BIG;
    const file = files.fileByFd(indexOf(value, 0));
    if (typeof file === 'number') return file;
    if (file.kind !== 'perf_event') return -ERRNO.EINVAL;
    put(index, file);
    return 0;
  };
  const remove = (key: Uint8Array, keyAt: number): number => {
    const index = indexOf(key, keyAt);
    if (index >= maxEntries) return -ERRNO.E2BIG;
    if (event(index) === undefined) return -ERRNO.ENOENT;
    put(index, undefined);
    return 0;
  };
  const empty = (): void => {
    for (let index = 0; index < maxEntries; index++) put(index, undefined);
  };
  /** Slot by slot: there may be more of them than an array has room for. */
  function* events(): Generator<PerfEvent> {
    for (let index = 0; index < maxEntries; index++) {
      const one = event(index);
      if (one !== undefined) yield one;
    }
  }

  return {
    kind: 'perf_event_array',
    id,
    spec,
    at,
    event,
    regions: [],
    entries: maxEntries,
    userValueSize: 4,
    lookup: () => 0,
    update: () => -ERRNO.EINVAL,
    remove,
    userLookup: () => -ERRNO.ENOTSUPP,
    userUpdate: update,
    userRemove: (key) => remove(key, 0),
    nextKey: (key) => nextIndex(key, maxEntries),
    records: {
      /** Slot after slot, each to its end. */
      consume(visit) {
        let count = 0;
        for (const one of events()) count += one.consume(visit);
        return count;
      },
      buffers: () => [...events()],
      get dropped() {
        let sum = 0;
        for (const one of events()) sum += one.dropped;
        return sum;
      },
    },
    clear() {
      if (!hasFlag(spec.flags, 'preserve_elems')) empty();
    },
    free() {
      empty();
      memory.free(at, byteSize);
    },
  };
}
