// The string table that an importer fills: byte strings, each once, found again by a hash of their bytes.
import { strFromU8 } from 'fflate';
import type { StringTable } from '../event.ts';
import { ByteBuffer } from './bytes.ts';

/** Interns byte strings. Ids count from 0, the empty string, in order of first appearance. */
export class InternTable implements StringTable {
  size = 0;
  /** All strings, one after another. */
  readonly #arena = new ByteBuffer(1 << 16);
  /** Where string i starts; i+1 where it ends. */
  #offsets = new Uint32Array(1 << 10);
  /** Open addressing, two cells a slot: id + 1 (0 free) and the hash. */
  #slots = new Int32Array(1 << 13);
  readonly #texts: (string | undefined)[] = [];

  constructor() {
    this.intern(new ByteBuffer(1), 0, 0);
  }

  /** The id of the bytes [start, end) of `source`. */
  intern(source: ByteBuffer, start: number, end: number): number {
    const view = source.view;
    const bytes = source.bytes;
    // two lanes, so that one multiplication need not wait for the other
    let even = (end - start) * 0x9e3779b1;
    let odd = 0x3c6ef372;
    let p = start;
    for (; p + 8 <= end; p += 8) {
      even = Math.imul(even ^ view.getInt32(p, true), 0x85ebca6b);
      odd = Math.imul(odd ^ view.getInt32(p + 4, true), 0xc2b2ae35);
      even ^= even >>> 15;
      odd ^= odd >>> 13;
    }
    if (p + 4 <= end) {
      even = Math.imul(even ^ view.getInt32(p, true), 0x85ebca6b);
      even ^= even >>> 15;
      p += 4;
    }
    for (; p < end; p++) odd = Math.imul(odd ^ bytes[p]!, 0x01000193);
    let hash = Math.imul(even ^ (odd >>> 16) ^ (odd << 16), 0x27d4eb2f);
    hash ^= hash >>> 15;

    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (let next = slots[slot]!; next !== 0; next = slots[slot]!) {
      if (slots[slot + 1] === hash && this.equals(next - 1, source, start, end)) return next - 1;
      slot = (slot + 2) & mask;
    }
    slots[slot] = this.size + 1;
    slots[slot + 1] = hash;
    return this.#add(bytes, start, end);
  }

  /** The id of `bytes`; slower than `intern`, for what happens seldom. */
  internBytes(bytes: Uint8Array): number {
    const source = new ByteBuffer(Math.max(bytes.length, 1));
    source.append(bytes, 0, bytes.length);
    return this.intern(source, 0, bytes.length);
  }

  /** Length of string `id` in bytes; no check of the id. */
  byteLength(id: number): number {
    return this.#offsets[id + 1]! - this.#offsets[id]!;
  }

  bytes(id: number): Uint8Array {
    this.#check(id);
    return this.#arena.bytes.subarray(this.#offsets[id], this.#offsets[id + 1]);
  }

  text(id: number): string {
    this.#check(id);
    return (this.#texts[id] ??= strFromU8(this.bytes(id)));
  }

  #check(id: number): void {
    if (!(id >= 0 && id < this.size))
      throw new RangeError(`string id out of range id=${id} size=${this.size}`);
  }

  /** Whether string `id` is the bytes [start, end) of `source`; no check of the id. */
  equals(id: number, source: ByteBuffer, start: number, end: number): boolean {
    let a = this.#offsets[id]!;
    if (this.#offsets[id + 1]! - a !== end - start) return false;
    const left = this.#arena.view;
    const right = source.view;
    let b = start;
    for (; b + 4 <= end; a += 4, b += 4) if (left.getInt32(a, true) !== right.getInt32(b, true)) return false;
    for (; b < end; a++, b++) if (left.getUint8(a) !== right.getUint8(b)) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number): number {
    const id = this.size++;
    if (id + 2 > this.#offsets.length) {
      const grown = new Uint32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#arena.append(bytes, start, end);
    this.#offsets[id + 1] = this.#arena.length;
    if (this.size * 4 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 2;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue;
      const hash = old[from + 1]!;
      let slot = (hash << 1) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = hash;
    }
    this.#slots = slots;
  }
}
