// What all hash maps are made of: buckets that are chains of elements in linear memory.
//
//   header | count u32, spare u32 | pool | the kind's own | buckets: u32 each
//   element: next u32 | hash u32 | ... | key | value     (the rest of the head is the kind's; see element-pool.ts)
//
// Order of iteration: by bucket from 0 up, in a bucket the last linked first. With BPF_F_ZERO_SEED the hash function is the kernel's with seed 0, and the order
// that of Linux. Without it Linux takes a random seed; here another function without a seed gives the same writes the same order in every run. Where keys are
// numbers that are their own hash (devmap_hash), the order is that of Linux too.
// The head and the key of an element that was taken out still tell what came after it and its bucket: a walk that stands on it goes on there.
import { ERRNO } from '../errno.ts';
import type { LinearMemory } from '../memory/linear.ts';
import type { MapSpec } from '../object.ts';
import { ElementPool, POOL_BYTES, type ElementShape } from './element-pool.ts';
import { hashBytes } from './hash-bytes.ts';
import { jenkinsHash } from './jenkins.ts';
import type { TableLayout } from './layout.ts';
import {
  allocMap,
  indexOf,
  MAP_HEADER_BYTES,
  roundUp8,
  type MapBuckets,
  type MapContext,
  type MapWalk,
} from './map.ts';
import { hasFlag } from './types.ts';

/** How a kind lays its elements out, and how many there are. */
export interface HashShape {
  readonly element: ElementShape;
  /** All elements that are ever made, spare ones included. */
  readonly elements: number;
  /** Elements that a user sees at most. */
  readonly capacity: number;
  /** Made at creation. */
  readonly isFilled: boolean;
  /** Bytes of the kind's own, zeroes at first. */
  readonly ownBytes: number;
  /** Keys are u32, and hashes of themselves. */
  readonly isByNumber?: boolean;
}

/** Offsets in an element. */
export const HASH_HEAD = { next: 0, hash: 4 } as const;
/** Bytes of the head where the kind has nothing of its own in it. */
export const HASH_HEAD_BYTES = 8;
/** Where unused elements are linked then: an element in no bucket needs no hash. */
export const HASH_FREE_OFF = HASH_HEAD.hash;
/** Offsets behind the map's header. */
const COUNT_OFF = 0;
const POOL_OFF = 8;
const OWN_OFF = POOL_OFF + POOL_BYTES;

/** The buckets of one map and its elements. */
export class HashTable implements MapBuckets, MapWalk {
  readonly at: number;
  /** Offset of the kind's own bytes. */
  readonly ownAt: number;
  readonly pool: ElementPool;
  /** Buckets, a power of two. */
  readonly count: number;
  private readonly memory: LinearMemory;
  private readonly keySize: number;
  private readonly keySkip: number;
  /** Hashed by the function that is nobody's business. */
  private readonly isPlain: boolean;
  private readonly isByNumber: boolean;
  private readonly bucketsAt: number;
  private readonly byteSize: number;

  private constructor(context: MapContext, spec: MapSpec, shape: HashShape, at: number) {
    this.memory = context.memory;
    this.keySize = spec.keySize;
    this.isByNumber = shape.isByNumber ?? false;
    this.isPlain = !this.isByNumber && !hasFlag(spec.flags, 'zero_seed');
    this.at = at;
    this.ownAt = at + MAP_HEADER_BYTES + OWN_OFF;
    this.bucketsAt = this.ownAt + roundUp8(shape.ownBytes);
    this.count = bucketsFor(shape.capacity);
    this.byteSize = bytesFor(shape);
    this.pool = new ElementPool(
      context,
      spec,
      shape.element,
      at + MAP_HEADER_BYTES + POOL_OFF,
      shape.elements,
    );
    this.keySkip = this.pool.keySkip;
  }

  /** Undefined when there is no memory. */
  static make(context: MapContext, spec: MapSpec, shape: HashShape): HashTable | undefined {
    const at = allocMap(context, spec, bytesFor(shape));
    if (at === 0) return undefined;
    const table = new HashTable(context, spec, shape, at);
    if (!shape.isFilled || table.pool.fill()) return table;
    context.memory.free(at, MAP_HEADER_BYTES + bytesFor(shape));
    return undefined;
  }

  /** Gives all memory back. */
  free(): void {
    this.pool.free();
    this.memory.free(this.at, MAP_HEADER_BYTES + this.byteSize);
  }

  /** Elements in the buckets. */
  get entries(): number {
    return this.memory.view.getUint32(this.at + MAP_HEADER_BYTES + COUNT_OFF, true);
  }

  private set entries(count: number) {
    this.memory.view.setUint32(this.at + MAP_HEADER_BYTES + COUNT_OFF, count, true);
  }

  get layout(): TableLayout {
    const { bucketsAt, count, pool } = this;
    return {
      kind: 'table',
      holds: 'value',
      hash: this.isByNumber ? 'number' : this.isPlain ? 'plain' : 'jenkins',
      entriesAt: this.at + MAP_HEADER_BYTES + COUNT_OFF,
      bucketsAt,
      buckets: count,
      pool: pool.layout,
    };
  }

  hash(key: Uint8Array, keyAt: number): number {
    if (this.isPlain) return hashBytes(key, keyAt, this.keySize);
    return this.isByNumber ? indexOf(key, keyAt) : jenkinsHash(key, keyAt, this.keySize, 0);
  }

  /** Offset of the element with this key, 0 for none. */
  find(hash: number, key: Uint8Array, keyAt: number): number {
    return this.memory.view.getUint32(this.findLink(hash, key, keyAt), true);
  }

  /** Offset of the value with this key for a CPU, 0 for none. */
  valueOf(key: Uint8Array, keyAt: number, cpu: number): number {
    const element = this.find(this.hash(key, keyAt), key, keyAt);
    return element === 0 ? 0 : this.pool.valueAt(element, cpu);
  }

  writeKey(element: number, key: Uint8Array, keyAt: number): void {
    this.memory.write(element + this.keySkip, key, keyAt, this.keySize);
  }

  setHash(element: number, hash: number): void {
    this.memory.view.setUint32(element + HASH_HEAD.hash, hash, true);
  }

  /** Puts an element, whose key is written, at the head of the bucket of its hash. */
  link(element: number, hash: number): void {
    this.insert(element, hash);
    this.entries += 1;
  }

  /** The same, and takes out the one that it replaces. */
  replace(old: number, element: number, hash: number): void {
    this.insert(element, hash);
    this.takeOut(old);
  }

  /** Takes an element out of its bucket: false when it is in none. */
  unlink(element: number): boolean {
    const isThere = this.takeOut(element);
    if (isThere) this.entries -= 1;
    return isThere;
  }

  /** Takes the element with this key out of its bucket, and answers its offset; 0 for none. */
  takeKey(key: Uint8Array, keyAt: number): number {
    const link = this.findLink(this.hash(key, keyAt), key, keyAt);
    const { view } = this.memory;
    const element = view.getUint32(link, true);
    if (element === 0) return 0;
    view.setUint32(link, view.getUint32(element + HASH_HEAD.next, true), true);
    this.entries -= 1;
    return element;
  }

  /** bpf(2)'s next key; of a key that is not there it is the first. */
  nextKey(key: Uint8Array | undefined): Uint8Array | number {
    const next = this.next(key === undefined ? 0 : this.find(this.hash(key, 0), key, 0));
    return next === 0 ? -ERRNO.ENOENT : this.keyOf(next);
  }

  keysIn(bucket: number): readonly Uint8Array[] {
    const keys: Uint8Array[] = [];
    const { view } = this.memory;
    for (let element = view.getUint32(this.bucketsAt + 4 * bucket, true); element !== 0;) {
      keys.push(this.keyOf(element));
      element = view.getUint32(element + HASH_HEAD.next, true);
    }
    return keys;
  }

  next(position: number): number {
    const { view } = this.memory;
    if (position === 0) return this.firstFrom(0);
    const after = view.getUint32(position + HASH_HEAD.next, true);
    if (after !== 0) return after;
    return this.firstFrom((this.hash(this.memory.u8, position + this.keySkip) & (this.count - 1)) + 1);
  }

  keyAt(position: number): number {
    return position + this.keySkip;
  }

  valueAt(position: number, cpu: number): number {
    return this.pool.valueAt(position, cpu);
  }

  positionOf(valueAt: number): number {
    return this.pool.elementOf(valueAt);
  }

  /** Offset of the first element in bucket `first` or a later one; 0 for none. */
  private firstFrom(first: number): number {
    const { view } = this.memory;
    for (let bucket = first; bucket < this.count; bucket++) {
      const element = view.getUint32(this.bucketsAt + 4 * bucket, true);
      if (element !== 0) return element;
    }
    return 0;
  }

  private insert(element: number, hash: number): void {
    const { view } = this.memory;
    const bucket = this.bucketOf(hash);
    view.setUint32(element + HASH_HEAD.next, view.getUint32(bucket, true), true);
    view.setUint32(element + HASH_HEAD.hash, hash, true);
    view.setUint32(bucket, element, true);
  }

  private takeOut(element: number): boolean {
    const { view } = this.memory;
    let link = this.bucketOf(view.getUint32(element + HASH_HEAD.hash, true));
    for (let other = view.getUint32(link, true); other !== element; other = view.getUint32(link, true)) {
      if (other === 0) return false;
      link = other + HASH_HEAD.next;
    }
    view.setUint32(link, view.getUint32(element + HASH_HEAD.next, true), true);
    return true;
  }

  /** Where the offset of the element with this key stands, in its bucket or in the element before it; for none, where the 0 at the end stands. */
  private findLink(hash: number, key: Uint8Array, keyAt: number): number {
    const { view } = this.memory;
    let link = this.bucketOf(hash);
    for (let element = view.getUint32(link, true); element !== 0; element = view.getUint32(link, true)) {
      if (view.getUint32(element + HASH_HEAD.hash, true) === hash && this.hasKey(element, key, keyAt)) break;
      link = element + HASH_HEAD.next;
    }
    return link;
  }

  private bucketOf(hash: number): number {
    return this.bucketsAt + 4 * (hash & (this.count - 1));
  }

  private keyOf(element: number): Uint8Array {
    const at = element + this.keySkip;
    return this.memory.u8.slice(at, at + this.keySize);
  }

  private hasKey(element: number, key: Uint8Array, keyAt: number): boolean {
    const { u8, view } = this.memory;
    const { keySize } = this;
    const at = element + this.keySkip;
    let i = 0;
    if (key === u8)
      for (; i + 4 <= keySize; i += 4) if (view.getUint32(at + i) !== view.getUint32(keyAt + i)) return false;
    for (; i < keySize; i++) if (u8[at + i] !== key[keyAt + i]) return false;
    return true;
  }
}

function bucketsFor(entries: number): number {
  return 2 ** Math.ceil(Math.log2(entries));
}

/** Bytes behind the header. */
function bytesFor(shape: HashShape): number {
  return OWN_OFF + roundUp8(shape.ownBytes) + 4 * bucketsFor(shape.capacity);
}
