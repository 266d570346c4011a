// Room for structures in the kernel's part of linear memory. A structure gets its place when a pointer to it is asked for, and a member
// its value when a program reads it: an event whose programs look at nothing costs nothing.
import { ADDRESS_HIGH, KERNEL_END, OBJECTS_AT, type LinearMemory } from '../../memory/linear.ts';
import type { StructLayout } from './layouts.ts';
import type { Graph } from './sources.ts';
import type { StructKind } from './struct-rows.ts';

/** Bytes between two structures, so that none is read through the end of another. */
const GAP = 16;

/** What lies at a place. */
export interface Placed {
  readonly at: number;
  readonly end: number;
  /** Whether the bytes from `off` on are known, once they are written. */
  knows(off: number, size: number): boolean;
  /** What they are called. */
  nameAt(off: number): string;
}

/** Where a member stands. */
const UNASKED = 0;
const KNOWN = 1;
const UNKNOWN = 2;

/** What a structure needs to fill itself. */
export interface Room {
  readonly memory: LinearMemory;
  readonly graph: Graph;
  /** Of a structure of which nothing is known, by the id of its type. */
  somewhere(target: number): number;
}

/** A structure with members that come from a node. */
export class PlacedStruct implements Placed {
  readonly at: number;
  readonly end: number;
  readonly node: unknown;
  /** Undefined: one of which nothing is known. */
  readonly kind: StructKind | undefined;
  private readonly layout: StructLayout;
  private readonly room: Room;
  private readonly state: Uint8Array;

  constructor(at: number, layout: StructLayout, node: unknown, room: Room, kind: StructKind | undefined) {
    this.at = at;
    this.end = at + layout.bytes;
    this.layout = layout;
    this.node = node;
    this.kind = kind;
    this.room = room;
    this.state = new Uint8Array(layout.rows.length);
  }

  knows(off: number, size: number): boolean {
    const { rows } = this.layout;
    let i = this.rowAt(off);
    for (let at = off; at < off + size; i++) {
      const row = rows[i];
      if (row === undefined || row.off > at || row.off + row.bytes <= at || !this.isFilled(i)) return false;
      at = row.off + row.bytes;
    }
    return true;
  }

  nameAt(off: number): string {
    return this.layout.nameAt(off);
  }

  /** Index of the last row that begins at an offset or before. */
  private rowAt(off: number): number {
    const { rows } = this.layout;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.off <= off) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private isFilled(i: number): boolean {
    if (this.state[i] === UNASKED) this.state[i] = this.fill(i) ? KNOWN : UNKNOWN;
    return this.state[i] === KNOWN;
  }

  private fill(i: number): boolean {
    const { off, bytes, source, target } = this.layout.rows[i]!;
    const { node, room } = this;
    const { memory } = room;
    const at = this.at + off;
    if (source === 'padding') {
      memory.u8.fill(0, at, at + bytes);
      return true;
    }
    if (source === 'somewhere') return writePointer(memory, at, room.somewhere(target));
    if ('pointer' in source) {
      const to = source.pointer(node, room.graph);
      return to !== undefined && writePointer(memory, at, to);
    }
    if ('number' in source) {
      const value = source.number(node, room.graph);
      return value !== undefined && writeNumber(memory, at, bytes, value);
    }
    const value = source.bytes(node);
    if (value === undefined) return false;
    memory.u8.fill(0, at, at + bytes);
    memory.write(at, value, 0, Math.min(value.length, bytes));
    return true;
  }
}

function writePointer({ view }: LinearMemory, at: number, to: number): boolean {
  view.setUint32(at, to, true);
  view.setInt32(at + 4, to === 0 ? 0 : ADDRESS_HIGH, true);
  return true;
}

const HALF = 0x1_0000_0000;

/** A number in the width that the member has here: widths differ between kernels. */
function writeNumber({ view, u8 }: LinearMemory, at: number, bytes: number, value: number | bigint): boolean {
  if (typeof value === 'bigint' || (bytes > 4 && value < 0)) {
    let rest = BigInt(value);
    for (let i = 0; i < bytes; i++, rest >>= 8n) u8[at + i] = Number(rest & 0xffn);
    return true;
  }
  if (bytes >= 4) view.setUint32(at, value, true);
  else for (let i = 0; i < bytes; i++) u8[at + i] = value >>> (8 * i);
  if (bytes === 8) view.setUint32(at + 4, Math.floor(value / HALF), true);
  else if (bytes > 4) u8.fill(0, at + 4, at + bytes);
  return true;
}

/** Bytes that are known from the start: strings. */
export class PlacedBytes implements Placed {
  readonly at: number;
  readonly end: number;

  constructor(at: number, bytes: number) {
    this.at = at;
    this.end = at + bytes;
  }

  knows(): boolean {
    return true;
  }

  nameAt(): string {
    return 'a string of the kernel';
  }
}

/** An array of pointers, each found when it is asked for. */
export class PlacedPointers implements Placed {
  readonly at: number;
  readonly end: number;
  private readonly name: string;
  private readonly memory: LinearMemory;
  private readonly pointer: (index: number) => number | undefined;
  private readonly state: Uint8Array;

  constructor(
    at: number,
    count: number,
    name: string,
    memory: LinearMemory,
    pointer: (index: number) => number | undefined,
  ) {
    this.at = at;
    this.end = at + 8 * count;
    this.name = name;
    this.memory = memory;
    this.pointer = pointer;
    this.state = new Uint8Array(count);
  }

  knows(off: number, size: number): boolean {
    for (let i = Math.floor(off / 8); 8 * i < off + size; i++) if (!this.isFilled(i)) return false;
    return true;
  }

  nameAt(off: number): string {
    return `${this.name}[${Math.floor(off / 8)}]`;
  }

  private isFilled(i: number): boolean {
    if (this.state[i] === UNASKED) {
      const to = this.pointer(i);
      const isKnown = to !== undefined && writePointer(this.memory, this.at + 8 * i, to);
      this.state[i] = isKnown ? KNOWN : UNKNOWN;
    }
    return this.state[i] === KNOWN;
  }
}

/** What one event may take. The rest is what events before it left: programs keep a pointer at the enter of a call and read behind it at the exit. */
const EVENT_BYTES = Math.floor((KERNEL_END - OBJECTS_AT) / 2);

/**
 * Places in the order of their making. Where the room ends it goes on at its beginning, over what is oldest:
 *
 *     OBJECTS_AT             top                    KERNEL_END
 *     |--- this round -------|--- round before -----|
 */
export class Arena {
  /** Where the next one begins. */
  private top = OBJECTS_AT;
  private round: Placed[] = [];
  private before: readonly Placed[] = [];
  private taken = 0;
  /** What was found last: strings are read byte by byte. */
  private last: Placed | undefined;

  /** True while the event has taken no place. */
  get isUnused(): boolean {
    return this.taken === 0;
  }

  /** A new event. */
  begin(): void {
    this.taken = 0;
  }

  /** Offset of so many bytes; 0 when the event has no more room. What is put there has to follow at once. */
  take(bytes: number): number {
    const size = Math.ceil(bytes / 8) * 8 + GAP;
    if (this.taken + size > EVENT_BYTES) return 0;
    this.taken += size;
    if (this.top + size > KERNEL_END) {
      this.before = this.round;
      this.round = [];
      this.top = OBJECTS_AT;
    }
    const at = this.top;
    this.top += size;
    this.last = undefined;
    return at;
  }

  put<What extends Placed>(what: What): What {
    this.round.push(what);
    return what;
  }

  /** What lies around an offset. */
  find(at: number): Placed | undefined {
    const { top, last } = this;
    if (last !== undefined && at >= last.at && at < last.end) return last;
    const found = lastAt(at < top ? this.round : this.before, at);
    if (found === undefined || at >= found.end) return undefined;
    if (at >= top && found.at < top) return undefined; // it was written over
    this.last = found;
    return found;
  }

  /** Forgets all places; the next one begins at `top`, which is where it would have begun. */
  forget(top = this.top): number {
    this.begin();
    this.round = [];
    this.before = [];
    this.last = undefined;
    this.top = top;
    return top;
  }
}

/** The last that begins at an offset or before. */
function lastAt(placed: readonly Placed[], at: number): Placed | undefined {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return placed[low - 1];
}
