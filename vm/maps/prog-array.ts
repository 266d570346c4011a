// prog_array: slots that hold programs, for bpf_tail_call. User space writes a program's fd and reads its id.
//
//   header | owner: set, type, attach type, traits (u32 each) | out of range, limit (f64) | depth 0..33 (f64)
//          | slots: prog id u32, spare u32, hits f64, calls while empty f64
//
// All of it, what tail calls did included, lies in linear memory: a jump is a read of a slot there, and a snapshot holds the slots.
import { ERRNO } from '../errno.ts';
import type { KernelProg } from '../kernel/prog.ts';
import type { MapSpec } from '../object.ts';
import { checkFdArray } from './array.ts';
import {
  allocMap,
  indexOf,
  MAP_HEADER_BYTES,
  nextIndex,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { isLikeOwner, OWNER_BYTES, type OwnerTraits } from './prog-owner.ts';
import { UPDATE_FLAGS } from './types.ts';

/** Tail calls one run may make, all frames together. @see include/linux/bpf.h MAX_TAIL_CALL_CNT */
export const MAX_TAIL_CALLS = 33;

/** What tail calls through the array did. */
export interface JumpCounts {
  readonly hits: number;
  readonly empty: number;
  readonly outOfRange: number;
  readonly limit: number;
  readonly slots: readonly { index: number; progId: number; hits: number; empty: number }[];
  readonly depth: readonly number[];
}

/** A prog array as engines and the loader use it, besides what every map can. */
export interface ProgArray extends KernelMap {
  readonly kind: 'prog_array';
  /**
   * One bpf_tail_call when `made` were made in this run: the program to go on with, or undefined to fall through. Counts.
   * An empty slot and an index out of range cost none of the 33. `index` is u32.
   */
  jump(index: number, made: number): KernelProg | undefined;
  /** A run of a program that uses the array ended after `depth` tail calls. */
  ended(depth: number): void;
  /** True when the program may use the array or be stored in it; the first that asks becomes the owner for ever. */
  admits(prog: OwnerTraits): boolean;
  /** The programs in its slots, each once. */
  held(): Iterable<KernelProg>;
  /** Empties all slots: the last user reference is gone. */
  clear(): void;
  counts(): JumpCounts;
}

/** True when `map` is a prog array. */
export function isProgArray(map: KernelMap): map is ProgArray {
  return map.kind === 'prog_array';
}

/** Offsets behind the header, and the owner there. */
const OUT_OF_RANGE_OFF = OWNER_BYTES;
const LIMIT_OFF = 24;
const DEPTH_OFF = 32;
const SLOTS_OFF = DEPTH_OFF + 8 * (MAX_TAIL_CALLS + 1);
const SLOT = { bytes: 24, hits: 8, empty: 16 } as const;

/** Where an engine that compiles finds all this, in bytes behind the header; `slot`: in a slot, whose first u32 is the program's id. */
export const PROG_ARRAY_LAYOUT = {
  outOfRange: OUT_OF_RANGE_OFF,
  limit: LIMIT_OFF,
  depth: DEPTH_OFF,
  slots: SLOTS_OFF,
  slot: SLOT,
} as const;

/** @see kernel/bpf/arraymap.c fd_array_map_alloc_check */
export function checkProgArray(spec: MapSpec): MapRefusal | undefined {
  return checkFdArray(spec);
}

/** Makes a prog array, or answers -errno. The spec has passed `checkMapSpec`. */
export function createProgArray(context: MapContext, spec: MapSpec): ProgArray | number {
  const { memory, id, progs } = context;
  const { maxEntries } = spec;
  const byteSize = SLOTS_OFF + maxEntries * SLOT.bytes;
  const at = allocMap(context, spec, byteSize);
  if (at === 0) return -ERRNO.ENOMEM;
  const body = at + MAP_HEADER_BYTES;
  const slotAt = (index: number): number => body + SLOTS_OFF + index * SLOT.bytes;
  const u32 = (where: number): number => memory.view.getUint32(where, true);
  const f64 = (where: number): number => memory.f64[where / 8]!;
  const bump = (where: number): void => {
    memory.f64[where / 8]! += 1;
  };
  const progIn = (index: number): KernelProg | undefined => {
    const progId = u32(slotAt(index));
    return progId === 0 ? undefined : progs.byId(progId);
  };
  /** Puts a program (or nothing) into a slot and lets go of the one that was there. */
  const put = (index: number, prog: KernelProg | undefined): void => {
    const old = progIn(index);
    if (prog !== undefined) progs.hold(prog);
    memory.view.setUint32(slotAt(index), prog?.id ?? 0, true);
    if (old !== undefined) progs.drop(old);
    progs.slotChanged();
  };

  return {
    kind: 'prog_array',
    id,
    spec,
    at,
    regions: [],
    entries: maxEntries,
    userValueSize: 4,
    // A program reaches the slots through bpf_tail_call only.
    lookup: () => 0,
    update: () => -ERRNO.EINVAL,
    remove: () => -ERRNO.EINVAL,
    jump(index, made) {
      if (index >= maxEntries) {
        bump(body + OUT_OF_RANGE_OFF);
        return undefined;
      }
      if (made >= MAX_TAIL_CALLS) {
        bump(body + LIMIT_OFF);
        return undefined;
      }
      const prog = progIn(index);
      bump(slotAt(index) + (prog === undefined ? SLOT.empty : SLOT.hits));
      return prog;
    },
    ended: (depth) => bump(body + DEPTH_OFF + 8 * depth),
    held() {
      const held = new Set<KernelProg>();
      for (let index = 0; index < maxEntries; index++) {
        const prog = progIn(index);
        if (prog !== undefined) held.add(prog);
      }
      return held;
    },
    admits: (prog) => isLikeOwner(memory, body, prog),
    clear() {
      for (let index = 0; index < maxEntries; index++) if (u32(slotAt(index)) !== 0) put(index, undefined);
    },
    counts() {
      const slots = [];
      const sum = { hits: 0, empty: 0 };
      for (let index = 0; index < maxEntries; index++) {
        const slot = slotAt(index);
        const row = { index, progId: u32(slot), hits: f64(slot + SLOT.hits), empty: f64(slot + SLOT.empty) };
        sum.hits += row.hits;
        sum.empty += row.empty;
        if (row.progId !== 0 || row.hits + row.empty > 0) slots.push(row);
      }
      const depth = Array.from({ length: MAX_TAIL_CALLS + 1 }, (_, d) => f64(body + DEPTH_OFF + 8 * d));
      return { ...sum, outOfRange: f64(body + OUT_OF_RANGE_OFF), limit: f64(body + LIMIT_OFF), slots, depth };
    },
    userLookup(key) {
      const index = indexOf(key, 0);
      const progId = index < maxEntries ? u32(slotAt(index)) : 0;
      return progId === 0 ? -ERRNO.ENOENT : Uint8Array.of(progId, progId >> 8, progId >> 16, progId >> 24);
    },
    userUpdate(key, value, flags) {
      if (flags !== UPDATE_FLAGS.any) return -ERRNO.EINVAL;
      const index = indexOf(key, 0);
      if (index >= maxEntries) return -ERRNO.E2BIG;
      const prog = progs.byFd(indexOf(value, 0) | 0);
      if (typeof prog === 'number') return prog;
      if (prog.type === 'ext' || !isLikeOwner(memory, body, prog)) return -ERRNO.EINVAL;
      put(index, prog);
      return 0;
    },
    userRemove(key) {
      const index = indexOf(key, 0);
      if (index >= maxEntries) return -ERRNO.E2BIG;
      if (u32(slotAt(index)) === 0) return -ERRNO.ENOENT;
      put(index, undefined);
      return 0;
    },
    nextKey: (key) => nextIndex(key, maxEntries),
    free: () => memory.free(at, MAP_HEADER_BYTES + byteSize),
  };
}
