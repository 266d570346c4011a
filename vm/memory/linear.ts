// The one linear memory of a machine: all that a program can point at.
//
//   offset 0          STACK_AT            EVENT_AT             BATCH_AT                HEAP_AT
//   +-----------------+-------------------+--------------------+-----------------------+---------------------- - -
//   | the kernel's    | stack frames,     | ctx, packet of the | events to come and    | maps and counters, from a
//   | own structures  | the JIT's cells   | current event      | lines printed (jit/)  | first-fit allocator
//   +-----------------+-------------------+--------------------+-----------------------+---------------------- - -
//   '----------------- dead between two events, not saved -----------------------------'--- a snapshot copies this
//
// The first page is never valid.
//
// A program's pointer is ADDRESS_HIGH in the upper half and an offset in this memory in the lower.
import { createWasmMemory, PAGE_BYTES, type WasmMemory } from './wasm.ts';

/** Upper half of every pointer into the memory, as an int32: addresses look like the kernel's direct map, 0xffff8880_xxxxxxxx. */
export const ADDRESS_HIGH = 0xffff8880 | 0;
const ADDRESS_BASE = 0xffff_8880_0000_0000n;

/** What a program can reach of the kernel besides its ctx: zeroes and registers, and from OBJECTS_AT on the current task and its kin. */
export const KERNEL_AT = 0x1000;
export const OBJECTS_AT = 0x6000;
/** Half a MiB: a task_struct of a kernel with everything in it is 10 KiB long, and a chain of parents may be a dozen. */
export const KERNEL_END = 0x8_0000;
export const STACK_AT = 0x8_0000;
/** What code of the JIT and JavaScript tell each other, 4 KiB: jit/cells.ts. */
export const CELLS_AT = 0xb_c000;
/** Where the indices stand that walks over arrays hand to their callbacks. */
export const KEYS_AT = 0xc_e000;
/** Room for what the engine itself reads, 4 KiB; no program can point here. */
export const SCRATCH_AT = 0xc_f000;
export const EVENT_AT = 0xd_0000;
/** A batch of events on their way to programs: jit/batch. */
export const BATCH_AT = 0xf_0000;
/** What programs print, until it is told: jit/inline/print-buffer.ts. */
export const PRINT_AT = 0x1c_0000;
export const HEAP_AT = 0x20_0000;

/** 1 GiB: a machine that needs more is a mistake in a map's max_entries, and the host should not swap for it. */
const MAX_PAGES = 0x4000;

/** The address of an offset, as programs see it: u64. */
export function addressOf(offset: number): bigint {
  return ADDRESS_BASE + BigInt(offset);
}

interface Hole {
  readonly at: number;
  readonly size: number;
}

/** What `LinearMemory.save` returns. */
export interface MemoryState {
  readonly bytes: Uint8Array;
  readonly holes: readonly Hole[];
}

/** The memory, its views, and its allocator. Views are replaced when the memory grows: read them anew after each allocation. */
export class LinearMemory {
  u8: Uint8Array;
  view: DataView;
  f64: Float64Array;
  i32: Int32Array;
  readonly wasm: WasmMemory;
  /** First byte behind everything allocated. */
  private top = HEAP_AT;
  /** Free ranges below `top`, by offset, never adjacent. */
  private holes: Hole[] = [];

  constructor() {
    this.wasm = createWasmMemory(HEAP_AT / PAGE_BYTES + 1, MAX_PAGES);
    this.u8 = new Uint8Array(this.wasm.buffer);
    this.view = new DataView(this.wasm.buffer);
    this.f64 = new Float64Array(this.wasm.buffer);
    this.i32 = new Int32Array(this.wasm.buffer);
  }

  /** Zeroed bytes at an offset that is a multiple of 8; 0 when there is no room. `size` in bytes. */
  alloc(size: number): number {
    const need = Math.max(8, Math.ceil(size / 8) * 8);
    const i = this.holes.findIndex((hole) => hole.size >= need);
    const hole = this.holes[i];
    if (hole === undefined) return this.extend(need);
    if (hole.size === need) this.holes.splice(i, 1);
    else this.holes[i] = { at: hole.at + need, size: hole.size - need };
    this.u8.fill(0, hole.at, hole.at + need);
    return hole.at;
  }

  /** Gives back what `alloc(size)` returned. */
  free(at: number, size: number): void {
    const { holes } = this;
    let end = at + Math.max(8, Math.ceil(size / 8) * 8);
    let start = at;
    const next = this.holesBefore(at);
    let from = next;
    let to = next;
    const before = holes[next - 1];
    if (before !== undefined && before.at + before.size === at) {
      start = before.at;
      from -= 1;
    }
    const after = holes[next];
    if (after?.at === end) {
      end += after.size;
      to += 1;
    }
    if (end === this.top) {
      this.top = start;
      holes.splice(from, to - from);
    } else {
      holes.splice(from, to - from, { at: start, size: end - start });
    }
  }

  /** How many holes lie below an offset. */
  private holesBefore(at: number): number {
    let low = 0;
    let high = this.holes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.holes[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Copies `size` bytes of `bytes` from `from` to offset `at`. Cheap for the few bytes of a key or a value. */
  write(at: number, bytes: Uint8Array, from: number, size: number): void {
    if (size > 64) {
      this.u8.set(bytes.subarray(from, from + size), at);
      return;
    }
    const { u8, view } = this;
    let i = 0;
    // Keys and values of programs stand in the memory itself.
    if (bytes === u8) for (; i + 4 <= size; i += 4) view.setUint32(at + i, view.getUint32(from + i));
    for (; i < size; i++) u8[at + i] = bytes[from + i]!;
  }

  save(): MemoryState {
    return { bytes: this.u8.slice(HEAP_AT, this.top), holes: [...this.holes] };
  }

  restore(state: MemoryState): void {
    this.top = HEAP_AT + state.bytes.length;
    this.holes = [...state.holes];
    this.u8.set(state.bytes, HEAP_AT); // memory never shrinks, so there is room
  }

  private extend(need: number): number {
    const at = this.top;
    const missing = Math.ceil((at + need - this.u8.length) / PAGE_BYTES);
    if (missing > 0 && !this.grow(missing)) return 0;
    this.u8.fill(0, at, at + need);
    this.top = at + need;
    return at;
  }

  /** Grows by an eighth at least, so that many small maps do not grow it each. */
  private grow(pages: number): boolean {
    const have = this.u8.length / PAGE_BYTES;
    if (have + pages > MAX_PAGES) return false;
    try {
      this.wasm.grow(Math.min(MAX_PAGES - have, Math.max(pages, have >> 3)));
    } catch {
      return false; // the host has no more memory: the caller answers ENOMEM
    }
    this.u8 = new Uint8Array(this.wasm.buffer);
    this.view = new DataView(this.wasm.buffer);
    this.f64 = new Float64Array(this.wasm.buffer);
    this.i32 = new Int32Array(this.wasm.buffer);
    return true;
  }
}
