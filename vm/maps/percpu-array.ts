// percpu_array: of each element one value a CPU. A program reaches the value of the CPU it runs on, user space all of them, one
// behind the other, each rounded up to 8 bytes. The values of one element lie side by side: [e0 cpu0][e0 cpu1]...[e1 cpu0]...
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import {
  allocCells,
  arrayWalk,
  cellRegion,
  checkArraySizes,
  checkArrayUpdate,
  layoutOf,
  removeNothing,
} from './array.ts';
import { indexOf, nextIndex, type KernelMap, type MapContext, type MapRefusal } from './map.ts';
import { copyPercpu, percpuBytes, releasePercpu, writePercpu } from './percpu-values.ts';
import { kernelFields, writeValue } from './value-fields.ts';

/** Longest value, in bytes: one per-CPU allocation. @see include/linux/percpu.h PCPU_MIN_UNIT_SIZE */
export const MAX_PERCPU_VALUE_BYTES = 0x8000;

export function checkPercpuArray(spec: MapSpec): MapRefusal | undefined {
  return checkArraySizes(spec, MAX_PERCPU_VALUE_BYTES);
}

/** Makes a percpu_array map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createPercpuArray(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id, cpus } = context;
  const { maxEntries, valueSize } = spec;
  const layout = allocCells(context, spec, maxEntries * cpus);
  if (layout === undefined) return -ERRNO.ENOMEM;
  const fields = kernelFields(spec);
  const values = { cpus, valueSize, stride: layout.stride, fields };
  const cell = (index: number, cpu: number): number => layout.cellsAt + (index * cpus + cpu) * layout.stride;

  return {
    kind: 'percpu_array',
    id,
    spec,
    at: layout.at,
    regions: [cellRegion(spec, layout, maxEntries * cpus)],
    entries: maxEntries,
    userValueSize: percpuBytes(valueSize, cpus),
    lookup(key, keyAt, cpu) {
      const index = indexOf(key, keyAt);
      return index < maxEntries ? cell(index, cpu) : 0;
    },
    update(key, keyAt, value, valueAt, flags, cpu) {
      const index = indexOf(key, keyAt);
      const error = checkArrayUpdate(index, maxEntries, flags, false);
      if (error !== 0) return error;
      writeValue(memory, cell(index, cpu), value, valueAt, valueSize, fields);
      if (fields !== undefined) context.released(fields, cell(index, cpu));
      return 0;
    },
    remove: removeNothing,
    userLookup(key) {
      const index = indexOf(key, 0);
      return index < maxEntries ? copyPercpu(memory, cell(index, 0), values) : -ERRNO.ENOENT;
    },
    userUpdate(key, bytes, flags) {
      const index = indexOf(key, 0);
      const error = checkArrayUpdate(index, maxEntries, flags, false);
      if (error !== 0) return error;
      writePercpu(memory, cell(index, 0), bytes, values);
      releasePercpu(context, cell(index, 0), values);
      return 0;
    },
    userRemove: removeNothing,
    nextKey: (key) => nextIndex(key, maxEntries),
    walk: arrayWalk(maxEntries, cell, (at) => Math.floor((at - layout.cellsAt) / layout.stride / cpus)),
    layout: layoutOf(layout, cpus),
    free: () => memory.free(layout.at, layout.byteSize),
  };
}
