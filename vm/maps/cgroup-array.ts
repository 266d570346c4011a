// cgroup_array: cgroups by index. No recording tells of cgroups: the map can be made and asked, and nothing can be put in.
// @see kernel/bpf/arraymap.c cgroup_array_map_ops
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { allocMap, indexOf, MAP_HEADER_BYTES, nextIndex, type KernelMap, type MapContext } from './map.ts';

/** Makes a cgroup_array, or answers -errno. The spec has passed `checkMapSpec`. */
export function createCgroupArray(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { maxEntries } = spec;
  const at = allocMap(context, spec, 0);
  if (at === 0) return -ERRNO.ENOMEM;
  const remove = (key: Uint8Array, keyAt: number): number =>
    indexOf(key, keyAt) >= maxEntries ? -ERRNO.E2BIG : -ERRNO.ENOENT;
  return {
    kind: 'cgroup_array',
    id,
    spec,
    at,
    regions: [],
    entries: maxEntries,
    userValueSize: 4,
    lookup: () => 0,
    update: () => -ERRNO.EINVAL,
    remove,
    userLookup: () => -ERRNO.ENOTSUPP,
    userUpdate(key, _value, flags) {
      if (flags !== 0) return -ERRNO.EINVAL;
      return indexOf(key, 0) >= maxEntries ? -ERRNO.E2BIG : -ERRNO.EBADF;
    },
    userRemove: (key) => remove(key, 0),
    nextKey: (key) => nextIndex(key, maxEntries),
    free: () => memory.free(at, MAP_HEADER_BYTES),
  };
}
