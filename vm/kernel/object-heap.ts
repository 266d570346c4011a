// Objects that programs make (bpf_obj_new) and the kernel makes for them (CPU masks), counted by references. They stand in linear memory in slabs of one
// type each, a region to a slab, so that programs may load and store within an object and not beside it.
//
//   | object | 8 bytes that nobody may touch | object | ... | object |
//
// What an object is linked into is kept in linked-objects.ts; the bytes of its list_node and rb_node stay 0.
// @see kernel/bpf/helpers.c bpf_obj_new_impl, __bpf_obj_drop_impl
import type { LinearMemory } from '../memory/linear.ts';
import { offsetInCell, type Region, type RegionTable } from '../memory/regions.ts';
import type { ObjectType, ValueField } from '../object.ts';

const GUARD_BYTES = 8;
/** Objects of the first slab of a type; each slab has twice as many as the one before, up to the most. */
const FIRST_OBJECTS = 16;
const MOST_OBJECTS = 1024;
/** Most bytes of all slabs. A program that makes objects and loses them gets no more of them then. */
const MAX_BYTES = 1 << 24;

interface LiveObject {
  readonly type: ObjectType;
  refs: number;
}

interface Slab {
  readonly type: ObjectType;
  readonly region: Region;
  readonly objects: number;
  readonly bytes: number;
}

/** What `ObjectHeap.save` returns. */
export interface HeapState {
  readonly slabs: readonly Slab[];
  readonly free: readonly (readonly [ObjectType, readonly number[]])[];
  readonly live: readonly (readonly [number, LiveObject])[];
  readonly lastCpu: number;
}

/** All objects of a machine. */
export class ObjectHeap {
  /** The CPU that was chosen last by bpf_cpumask_any_distribute. */
  lastCpu = 0;
  private readonly memory: LinearMemory;
  private readonly cells: RegionTable;
  private readonly released: (fields: readonly ValueField[], at: number) => void;
  private slabs: Slab[] = [];
  /** Offsets of free cells, the one to be taken next last. */
  private readonly free = new Map<ObjectType, number[]>();
  private readonly live = new Map<number, LiveObject>();
  /** Objects that are going while another goes. */
  private readonly going: number[] = [];
  private isGoing = false;

  /** `released` lets go of what the fields of an object hold. */
  constructor(
    memory: LinearMemory,
    cells: RegionTable,
    released: (fields: readonly ValueField[], at: number) => void,
  ) {
    this.memory = memory;
    this.cells = cells;
    this.released = released;
  }

  /** Offset of a new object of zeroes with one reference; 0 when there is no room. */
  make(type: ObjectType): number {
    const free = this.free.get(type) ?? [];
    if (free.length === 0 && !this.addSlab(type, free)) return 0;
    const at = free.pop()!;
    this.live.set(at, { type, refs: 1 });
    return at;
  }

  /** Type of the object that begins at an offset, undefined where none does. */
  typeAt(at: number): ObjectType | undefined {
    return this.live.get(at)?.type;
  }

  /** Offset where the object around an offset begins; 0 where there is none. */
  around(at: number): number {
    const region = this.cells.find(at);
    const start = region === undefined ? 0 : at - offsetInCell(region, at);
    return this.live.has(start) ? start : 0;
  }

  /** One more reference to the object at an offset. */
  hold(at: number): void {
    this.live.get(at)!.refs += 1;
  }

  /** One reference less to the object at an offset, which goes with the last. Where no object begins, nothing happens. */
  drop(at: number): void {
    const object = this.live.get(at);
    if (object === undefined) return;
    object.refs -= 1;
    if (object.refs > 0) return;
    this.going.push(at);
    if (this.isGoing) return; // objects in objects go one after the other, however deep they are
    this.isGoing = true;
    for (let next = this.going.pop(); next !== undefined; next = this.going.pop()) this.remove(next);
    this.isGoing = false;
  }

  private remove(at: number): void {
    const { type } = this.live.get(at)!;
    this.live.delete(at);
    if (type.fields !== undefined) this.released(type.fields, at);
    this.memory.u8.fill(0, at, at + type.bytes);
    this.free.get(type)!.push(at);
  }

  private addSlab(type: ObjectType, free: number[]): boolean {
    const before = this.slabs.filter((slab) => slab.type === type).length;
    const objects = Math.min(MOST_OBJECTS, FIRST_OBJECTS << Math.min(before, 10));
    const stride = Math.ceil(type.bytes / 8) * 8 + GUARD_BYTES;
    const bytes = objects * stride;
    const used = this.slabs.reduce((sum, slab) => sum + slab.bytes, 0);
    const start = used + bytes > MAX_BYTES ? 0 : this.memory.alloc(bytes);
    if (start === 0) return false;
    const { fields } = type;
    const region: Region = {
      name: `an object of type ${type.name}`,
      start,
      end: start + bytes,
      stride,
      skip: 0,
      size: type.bytes,
      read: true,
      write: type.isReadonly !== true,
      ...(fields === undefined ? {} : { fields }),
    };
    this.slabs.push({ type, region, objects, bytes });
    this.cells.add(region);
    for (let i = objects - 1; i >= 0; i--) free.push(start + i * stride);
    this.free.set(type, free);
    return true;
  }

  /** Gives back the memory of types of which no object is left. Not while a program runs: it may still have addresses there. */
  trim(): void {
    const gone = new Set<ObjectType>();
    for (const [type, offsets] of this.free) {
      const objects = this.slabs.reduce((sum, slab) => sum + (slab.type === type ? slab.objects : 0), 0);
      if (offsets.length === objects) gone.add(type);
    }
    for (const type of gone) this.free.delete(type);
    for (const { type, region, bytes } of this.slabs) {
      if (!gone.has(type)) continue;
      this.cells.remove(region);
      this.memory.free(region.start, bytes);
    }
    this.slabs = this.slabs.filter(({ type }) => !gone.has(type));
  }

  save(): HeapState {
    return {
      slabs: [...this.slabs],
      free: [...this.free].map(([type, offsets]) => [type, [...offsets]] as const),
      live: [...this.live].map(([at, { type, refs }]) => [at, { type, refs }] as const),
      lastCpu: this.lastCpu,
    };
  }

  /** Puts the objects back; the bytes of the memory and the regions of the maps are restored by the caller. */
  restore(state: HeapState): void {
    this.slabs = [...state.slabs];
    for (const { region } of this.slabs) this.cells.add(region);
    this.free.clear();
    for (const [type, offsets] of state.free) this.free.set(type, [...offsets]);
    this.live.clear();
    for (const [at, { type, refs }] of state.live) this.live.set(at, { type, refs });
    this.lastCpu = state.lastCpu;
  }
}
