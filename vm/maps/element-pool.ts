// Elements of a map in chunks of linear memory: all at creation, or more as they are needed (BPF_F_NO_PREALLOC).
//
//   chunk: next chunk u32 | count u32 | elements | per-CPU values, cells of one CPU each with eight spare bytes behind them
//   element: head | key | up to a multiple of 8 | value, rounded up to 8 (or, per CPU, in the last word of the head the offset of the first)
//
// Unused elements: given back ones, the last one first, then those that were never used.
import { plainRegion, type Region } from '../memory/regions.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapSpec } from '../object.ts';
import type { PoolLayout } from './layout.ts';
import { roundUp8, type MapContext } from './map.ts';
import { hasFlag } from './types.ts';

/** What an element is like. */
export interface ElementShape {
  /** A multiple of 4. */
  readonly headBytes: number;
  /** Offset in an element of the u32 that links unused ones. */
  readonly freeOff: number;
  /** Bytes of the key that stand in the element. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Values beside the element, one a CPU; 0: one value in it. */
  readonly cpus: number;
  /** Programs may touch values. */
  readonly isCell: boolean;
}

/** Fields of a pool, u32 each, at the place its map gives it: the last chunk, the first element given back, those never used, how many there are. */
export const POOL = { chunk: 0, free: 4, fresh: 8, freshEnd: 12, made: 16 } as const;
export const POOL_BYTES = 24;
const CHUNK_HEAD_BYTES = 8;
const GUARD_BYTES = 8;
/** Bytes of the first chunk of a map that grows, one element at least; each chunk after it doubles what there is, as long as there is memory for it. */
const FIRST_CHUNK_BYTES = 4096;

/** The elements of one map, `limit` at most. Its state lies in POOL_BYTES at `at`, which are zeroes at first. */
export class ElementPool {
  /** Bytes from an element to the next, and to its key and value. */
  readonly stride: number;
  readonly keySkip: number;
  readonly valueSkip: number;
  readonly valueStride: number;
  private readonly memory: LinearMemory;
  private readonly context: MapContext;
  private readonly spec: MapSpec;
  private readonly shape: ElementShape;
  private readonly freeOff: number;
  private readonly at: number;
  private readonly limit: number;
  /** Regions by the offset of their chunk: the same object for the same chunk. */
  private readonly known = new Map<number, Region>();

  constructor(context: MapContext, spec: MapSpec, shape: ElementShape, at: number, limit: number) {
    const { headBytes, keyBytes, valueBytes, cpus } = shape;
    this.memory = context.memory;
    this.context = context;
    this.spec = spec;
    this.shape = shape;
    this.freeOff = shape.freeOff;
    this.at = at;
    this.limit = limit;
    this.keySkip = headBytes;
    this.valueSkip = roundUp8(headBytes + keyBytes);
    this.valueStride = roundUp8(valueBytes) + GUARD_BYTES;
    this.stride = this.valueSkip + (cpus === 0 ? roundUp8(valueBytes) : 0);
  }

  get layout(): PoolLayout {
    const { at, stride, keySkip, freeOff, valueSkip, valueStride } = this;
    const { cpus, headBytes } = this.shape;
    const value =
      cpus === 0
        ? ({ kind: 'inside', skip: valueSkip } as const)
        : ({ kind: 'percpu', skip: headBytes - 4, stride: valueStride, cpus } as const);
    return { at, stride, keySkip, freeOff, value };
  }

  private get(off: number): number {
    return this.memory.view.getUint32(this.at + off, true);
  }

  private set(off: number, value: number): void {
    this.memory.view.setUint32(this.at + off, value, true);
  }

  /** Offset of the value of an element. */
  valueAt(element: number, cpu: number): number {
    const { cpus, headBytes } = this.shape;
    if (cpus === 0) return element + this.valueSkip;
    return this.memory.view.getUint32(element + headBytes - 4, true) + cpu * this.valueStride;
  }

  /** Makes all elements: false when there is no memory. Of a map that nobody knows yet. */
  fill(): boolean {
    return this.grow(this.limit, false);
  }

  /** An unused element; its bytes are what they were. 0 when all are used, or when there is no memory. May replace the memory's views. */
  take(): number {
    const free = this.get(POOL.free);
    if (free !== 0) {
      this.set(POOL.free, this.memory.view.getUint32(free + this.freeOff, true));
      return free;
    }
    let fresh = this.get(POOL.fresh);
    if (fresh === this.get(POOL.freshEnd)) {
      const made = this.get(POOL.made);
      if (made === this.limit) return 0;
      const first = Math.max(1, Math.floor(FIRST_CHUNK_BYTES / this.stride));
      const count = Math.min(this.limit - made, Math.max(made, first));
      if (!this.grow(count, true) && !this.grow(1, true)) return 0;
      fresh = this.get(POOL.fresh);
    }
    this.set(POOL.fresh, fresh + this.stride);
    return fresh;
  }

  /** Takes an element back. */
  give(element: number): void {
    const { view } = this.memory;
    view.setUint32(element + this.freeOff, view.getUint32(this.at + POOL.free, true), true);
    view.setUint32(this.at + POOL.free, element, true);
  }

  private chunkBytes(count: number): number {
    return CHUNK_HEAD_BYTES + count * (this.stride + this.shape.cpus * this.valueStride);
  }

  private grow(count: number, isKnown: boolean): boolean {
    const chunk = this.memory.alloc(this.chunkBytes(count));
    if (chunk === 0) return false;
    const { view } = this.memory;
    view.setUint32(chunk, this.get(POOL.chunk), true);
    view.setUint32(chunk + 4, count, true);
    const first = chunk + CHUNK_HEAD_BYTES;
    const end = first + count * this.stride;
    const { cpus, headBytes } = this.shape;
    const withValues = cpus === 0 ? 0 : count;
    for (let i = 0; i < withValues; i++) {
      view.setUint32(first + i * this.stride + headBytes - 4, end + i * cpus * this.valueStride, true);
    }
    this.set(POOL.chunk, chunk);
    this.set(POOL.fresh, first);
    this.set(POOL.freshEnd, end);
    this.set(POOL.made, this.get(POOL.made) + count);
    if (isKnown && this.shape.isCell) this.context.cells.add(this.regionOf(chunk));
    return true;
  }

  private *chunks(): Generator<number> {
    for (let chunk = this.get(POOL.chunk); chunk !== 0; chunk = this.memory.view.getUint32(chunk, true))
      yield chunk;
  }

  /** The values that programs may touch now. */
  get regions(): readonly Region[] {
    return this.shape.isCell ? Array.from(this.chunks(), (chunk) => this.regionOf(chunk)) : [];
  }

  private regionOf(chunk: number): Region {
    const { cpus, valueBytes } = this.shape;
    const count = this.memory.view.getUint32(chunk + 4, true);
    const first = chunk + CHUNK_HEAD_BYTES;
    const end = first + count * this.stride;
    const start = cpus === 0 ? first : end;
    const bytes = cpus === 0 ? end - first : count * cpus * this.valueStride;
    const known = this.known.get(chunk);
    // A machine that was restored may have a smaller chunk where there was a larger one.
    if (known !== undefined && known.end === start + bytes) return known;
    const { name, flags, fields } = this.spec;
    const region = {
      ...plainRegion(`a value of map ${name}`, start, bytes, !hasFlag(flags, 'rdonly_prog')),
      stride: cpus === 0 ? this.stride : this.valueStride,
      skip: cpus === 0 ? this.valueSkip : 0,
      size: valueBytes,
      read: !hasFlag(flags, 'wronly_prog'),
      ...(fields === undefined ? {} : { fields }),
    };
    this.known.set(chunk, region);
    return region;
  }

  /** The element whose value, of any CPU, stands at an offset; 0 for none. */
  elementOf(valueAt: number): number {
    const { cpus } = this.shape;
    for (const chunk of this.chunks()) {
      const { start, end } = this.regionOf(chunk);
      if (valueAt < start || valueAt >= end) continue;
      const index = Math.floor((valueAt - start) / (cpus === 0 ? this.stride : cpus * this.valueStride));
      return chunk + CHUNK_HEAD_BYTES + index * this.stride;
    }
    return 0;
  }

  /** Gives all memory back. */
  free(): void {
    for (let chunk = this.get(POOL.chunk); chunk !== 0;) {
      const next = this.memory.view.getUint32(chunk, true);
      this.memory.free(chunk, this.chunkBytes(this.memory.view.getUint32(chunk + 4, true)));
      chunk = next;
    }
  }
}
