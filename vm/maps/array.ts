// array and percpu_array are laid out alike: cell after cell, eight spare bytes behind each so that an access past the end of a value
// is caught. Values never move, so that engines may compute their addresses.
import { ERRNO } from '../errno.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import type { MapSpec } from '../object.ts';
import type { CellsLayout } from './layout.ts';
import {
  allocMap,
  checkNotZero,
  indexOf,
  invalid,
  MAP_HEADER_BYTES,
  nextIndex,
  roundUp8,
  type KernelMap,
  type MapContext,
  type MapRefusal,
  type MapWalk,
} from './map.ts';
import { hasFlag, UPDATE_FLAGS } from './types.ts';
import { copyValue, hasSpinLock, kernelFields, writeValue } from './value-fields.ts';

/** Spare bytes behind each cell. */
const GUARD_BYTES = 8;

/** Offset of the first cell, and bytes from one to the next. Undefined when there is no memory. */
export interface CellLayout {
  readonly at: number;
  readonly cellsAt: number;
  readonly stride: number;
  readonly byteSize: number;
}

/** Allocates `cells` cells for values of the spec. */
export function allocCells(context: MapContext, spec: MapSpec, cells: number): CellLayout | undefined {
  const stride = roundUp8(spec.valueSize) + GUARD_BYTES;
  const at = allocMap(context, spec, cells * stride);
  if (at === 0) return undefined;
  return { at, cellsAt: at + MAP_HEADER_BYTES, stride, byteSize: MAP_HEADER_BYTES + cells * stride };
}

/** The region of the cells, with the rights that the map's flags leave to programs. */
export function cellRegion(spec: MapSpec, layout: CellLayout, cells: number): Region {
  const { cellsAt, stride } = layout;
  return {
    ...plainRegion(
      `a value of map ${spec.name}`,
      cellsAt,
      cells * stride,
      !hasFlag(spec.flags, 'rdonly_prog'),
    ),
    stride,
    size: spec.valueSize,
    read: !hasFlag(spec.flags, 'wronly_prog'),
    ...(spec.fields === undefined ? {} : { fields: spec.fields }),
  };
}

/**
 * 0, or why an array refuses to write: its elements always exist. `hasLock` is whether BPF_F_LOCK has something to take.
 * @see kernel/bpf/arraymap.c array_map_update_elem
 */
export function checkArrayUpdate(index: number, entries: number, flags: number, hasLock: boolean): number {
  if ((flags & ~UPDATE_FLAGS.lock) >>> 0 > UPDATE_FLAGS.exist) return -ERRNO.EINVAL;
  if (index >= entries) return -ERRNO.E2BIG;
  if ((flags & UPDATE_FLAGS.noexist) !== 0) return -ERRNO.EEXIST;
  return (flags & UPDATE_FLAGS.lock) === 0 || hasLock ? 0 : -ERRNO.EINVAL;
}

/** The same, as engines want to know it: values of `cpus` CPUs for each index. */
export function layoutOf({ cellsAt, stride }: CellLayout, cpus: number): CellsLayout {
  return { kind: 'cells', cellsAt, stride, cpus, holds: 'value' };
}

/** How programs go through an array whose value of an element and a CPU stands at `cell`. Positions are indices + 1. */
export function arrayWalk(
  entries: number,
  cell: (index: number, cpu: number) => number,
  indexAt: (valueAt: number) => number,
): MapWalk {
  return {
    next: (position) => (position < entries ? position + 1 : 0),
    keyAt: () => 0,
    valueAt: (position, cpu) => cell(position - 1, cpu),
    positionOf: (valueAt) => indexAt(valueAt) + 1,
  };
}

/** Elements of an array cannot be taken out. */
export function removeNothing(): number {
  return -ERRNO.EINVAL;
}

/** Longest value, in bytes. */
const MAX_VALUE_BYTES = 0x7fff_ffff;

/** What all arrays demand of a spec; values are at most `limit` bytes long. @see kernel/bpf/arraymap.c array_map_alloc_check */
export function checkArraySizes(spec: MapSpec, limit: number): MapRefusal | undefined {
  const { type, keySize, valueSize } = spec;
  const zero = checkNotZero(spec);
  if (zero !== undefined) return zero;
  if (keySize !== 4) return invalid(`keys of ${type} maps are 4 bytes long and not ${keySize}`);
  if (roundUp8(valueSize) <= limit) return undefined;
  const reason = `values of ${type} maps are at most ${limit} bytes long and not ${valueSize}`;
  return { errno: -ERRNO.E2BIG, reason };
}

/** What arrays of fds demand: their values are u32. @see kernel/bpf/arraymap.c fd_array_map_alloc_check */
export function checkFdArray(spec: MapSpec): MapRefusal | undefined {
  const { type, valueSize } = spec;
  const sizes = checkArraySizes(spec, MAX_VALUE_BYTES);
  if (sizes !== undefined || valueSize === 4) return sizes;
  return invalid(`the value of a ${type} is 4 bytes long and not ${valueSize}`);
}

export function checkArray(spec: MapSpec): MapRefusal | undefined {
  return checkArraySizes(spec, MAX_VALUE_BYTES);
}

/** Makes an array map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createArray(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { maxEntries, valueSize } = spec;
  const layout = allocCells(context, spec, maxEntries);
  if (layout === undefined) return -ERRNO.ENOMEM;
  const cell = (index: number): number => layout.cellsAt + index * layout.stride;
  const fields = kernelFields(spec);
  const hasLock = hasSpinLock(spec);

  const lookup: KernelMap['lookup'] = (key, keyAt) => {
    const index = indexOf(key, keyAt);
    return index < maxEntries ? cell(index) : 0;
  };
  const update: KernelMap['update'] = (key, keyAt, value, valueAt, flags) => {
    const index = indexOf(key, keyAt);
    const error = checkArrayUpdate(index, maxEntries, flags, hasLock);
    if (error !== 0) return error;
    writeValue(memory, cell(index), value, valueAt, valueSize, fields);
    if (fields !== undefined) context.released(fields, cell(index));
    return 0;
  };

  return {
    kind: 'array',
    id,
    spec,
    at: layout.at,
    regions: [cellRegion(spec, layout, maxEntries)],
    entries: maxEntries,
    userValueSize: valueSize,
    lookup,
    update,
    remove: removeNothing,
    userLookup(key) {
      const at = lookup(key, 0, 0);
      return at === 0 ? -ERRNO.ENOENT : copyValue(memory, at, valueSize, fields);
    },
    userUpdate: (key, value, flags) => update(key, 0, value, 0, flags, 0),
    userRemove: removeNothing,
    nextKey: (key) => nextIndex(key, maxEntries),
    walk: arrayWalk(maxEntries, cell, (at) => Math.floor((at - layout.cellsAt) / layout.stride)),
    layout: layoutOf(layout, 1),
    free: () => memory.free(layout.at, layout.byteSize),
  };
}
