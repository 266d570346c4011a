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
  #hashes = new Int32Array(1 << 10);
  /** Open addressing: id + 1, 0 free. */
  #slots = new Int32Array(1 << 12);
  readonly #texts: (string | undefined)[] = [];

  constructor() {
    this.intern(new ByteBuffer(1), 0, 0);
  }

  /** The id of the bytes [start, end) of `source`. */
  intern(source: ByteBuffer, start: number, end: number): number {
    const view = source.view;
    const bytes = source.bytes;
    let hash = (end - start) * 0x9e3779b1;
    let p = start;
    for (; p + 4 <= end; p += 4) {
      hash = Math.imul(hash ^ view.getInt32(p, true), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    for (; p < end; p++) hash = Math.imul(hash ^ bytes[p]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;

    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let id = slots[slot]!; id !== 0; id = slots[slot]!) {
      if (this.#hashes[id - 1] === hash && this.#equals(id - 1, source, start, end)) return id - 1;
      slot = (slot + 1) & mask;
    }
    slots[slot] = this.size + 1;
    return this.#add(hash, bytes, start, end);
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

  #equals(id: number, source: ByteBuffer, start: number, end: number): boolean {
    let a = this.#offsets[id]!;
    if (this.#offsets[id + 1]! - a !== end - start) return false;
    const left = this.#arena.view;
    const right = source.view;
    let b = start;
    for (; b + 4 <= end; a += 4, b += 4) if (left.getInt32(a, true) !== right.getInt32(b, true)) return false;
    for (; b < end; a++, b++) if (left.getUint8(a) !== right.getUint8(b)) return false;
    return true;
  }

  #add(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const id = this.size++;
    if (id + 2 > this.#offsets.length) {
      this.#offsets = grow(this.#offsets, new Uint32Array(this.#offsets.length * 2));
      this.#hashes = grow(this.#hashes, new Int32Array(this.#hashes.length * 2));
    }
    this.#arena.append(bytes, start, end);
    this.#offsets[id + 1] = this.#arena.length;
    this.#hashes[id] = hash;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

function grow<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
