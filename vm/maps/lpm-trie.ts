// lpm_trie: longest prefix match. A key is a u32 prefixlen and data whose first bit is the highest of the first byte; a look-up finds the longest stored
// prefix of the key's first prefixlen bits.
//
//   header | root u32, entries u32 | pool
//   node: child for the next bit 0, for 1 | prefixlen u32, is it a fork u32 | data, rounded up to 8 | value, rounded up to 8
//
// A node's children are longer prefixes that begin with it. A fork stands where two prefixes part and holds no value; it has two children always.
// Order of iteration: children before their node, the one for bit 0 first, so that longer prefixes come before shorter ones.
// @see kernel/bpf/lpm_trie.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { ElementPool, POOL_BYTES } from './element-pool.ts';
import {
  allocMap,
  indexOf,
  invalid,
  MAP_HEADER_BYTES,
  type KernelMap,
  type MapContext,
  type MapRefusal,
} from './map.ts';
import { hasFlag, UPDATE_FLAGS } from './types.ts';

/** Offsets in a node. Unused nodes are linked by the first child. */
const NODE = { child: 0, prefixLen: 8, isFork: 12, data: 16 } as const;
/** Offsets behind the header. */
const ROOT_OFF = 0;
const COUNT_OFF = 4;
const POOL_OFF = 8;

const PREFIX_BYTES = 4;
const MAX_DATA_BYTES = 256;
/** One kmalloc, less the data and the kernel's node header. */
const MAX_VALUE_BYTES = 0x40_0000 - MAX_DATA_BYTES - 40;

/** @see kernel/bpf/lpm_trie.c trie_alloc */
export function checkLpmTrie(spec: MapSpec): MapRefusal | undefined {
  const { keySize, valueSize, maxEntries, flags } = spec;
  if (maxEntries === 0) return invalid('max entries must not be 0');
  if (!hasFlag(flags, 'no_prealloc'))
    return invalid('nodes of an lpm_trie are made as they are needed: no_prealloc must be set');
  if (keySize <= PREFIX_BYTES || keySize > PREFIX_BYTES + MAX_DATA_BYTES) {
    return invalid(
      `keys of an lpm_trie are 5 to ${PREFIX_BYTES + MAX_DATA_BYTES} bytes long and not ${keySize}`,
    );
  }
  if (valueSize >= 1 && valueSize <= MAX_VALUE_BYTES) return undefined;
  return invalid(`values of an lpm_trie are 1 to ${MAX_VALUE_BYTES} bytes long and not ${valueSize}`);
}

/** Makes an lpm_trie map, or answers -errno. The spec has passed `checkMapSpec`. */
export function createLpmTrie(context: MapContext, spec: MapSpec): KernelMap | number {
  const { memory, id } = context;
  const { keySize, valueSize, maxEntries } = spec;
  const at = allocMap(context, spec, POOL_OFF + POOL_BYTES);
  if (at === 0) return -ERRNO.ENOMEM;
  const trie = new Trie(context, spec, at);

  const remove: KernelMap['remove'] = (key, keyAt) => trie.remove(key, keyAt);
  return {
    kind: 'lpm_trie',
    id,
    spec,
    at,
    get regions() {
      return trie.pool.regions;
    },
    get entries() {
      return trie.entries;
    },
    userValueSize: valueSize,
    lookup: (key, keyAt) => trie.lookup(key, keyAt),
    update: (key, keyAt, value, valueAt, flags) => trie.update(key, keyAt, value, valueAt, flags, maxEntries),
    remove,
    userLookup(key) {
      const value = trie.lookup(key, 0);
      return value === 0 ? -ERRNO.ENOENT : memory.u8.slice(value, value + valueSize);
    },
    userUpdate: (key, value, flags) => trie.update(key, 0, value, 0, flags, maxEntries),
    userRemove: (key) => remove(key, 0),
    nextKey(key) {
      const node = trie.nextNode(key);
      if (node === 0) return -ERRNO.ENOENT;
      const bytes = new Uint8Array(keySize);
      const { u8 } = memory;
      bytes.set(u8.subarray(node + NODE.prefixLen, node + NODE.prefixLen + PREFIX_BYTES));
      bytes.set(u8.subarray(node + NODE.data, node + NODE.data + keySize - PREFIX_BYTES), PREFIX_BYTES);
      return bytes;
    },
    free() {
      trie.pool.free();
      memory.free(at, MAP_HEADER_BYTES + POOL_OFF + POOL_BYTES);
    },
  };
}

class Trie {
  readonly pool: ElementPool;
  private readonly context: MapContext;
  private readonly rootAt: number;
  private readonly dataBytes: number;
  private readonly maxPrefixLen: number;
  private readonly valueSize: number;

  constructor(context: MapContext, spec: MapSpec, at: number) {
    this.context = context;
    this.rootAt = at + MAP_HEADER_BYTES + ROOT_OFF;
    this.dataBytes = spec.keySize - PREFIX_BYTES;
    this.maxPrefixLen = 8 * this.dataBytes;
    this.valueSize = spec.valueSize;
    const shape = {
      headBytes: NODE.data,
      freeOff: NODE.child,
      keyBytes: this.dataBytes,
      valueBytes: spec.valueSize,
      cpus: 0,
      isCell: true,
    };
    // A fork for each prefix but one, and the node that replaces one before that goes.
    this.pool = new ElementPool(context, spec, shape, at + MAP_HEADER_BYTES + POOL_OFF, 2 * spec.maxEntries);
  }

  get entries(): number {
    return this.u32(this.rootAt - ROOT_OFF + COUNT_OFF);
  }

  private set entries(count: number) {
    this.setU32(this.rootAt - ROOT_OFF + COUNT_OFF, count);
  }

  /** Offset of the value of the longest prefix of a key, 0 for none. */
  lookup(key: Uint8Array, keyAt: number): number {
    const prefixLen = indexOf(key, keyAt);
    if (prefixLen > this.maxPrefixLen) return 0;
    let found = 0;
    let known = 0;
    for (let node = this.u32(this.rootAt); node !== 0;) {
      const length = this.u32(node + NODE.prefixLen);
      if (this.matching(node, key, keyAt, prefixLen, known) < length) break;
      known = length;
      if (!this.isFork(node)) found = node;
      if (length === this.maxPrefixLen) break;
      node = this.child(node, bitAt(key, keyAt + PREFIX_BYTES, length));
    }
    return found === 0 ? 0 : found + this.pool.valueSkip;
  }

  /** 0 or -errno. */
  update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    limit: number,
  ): number {
    const prefixLen = indexOf(key, keyAt);
    if (flags > UPDATE_FLAGS.exist || prefixLen > this.maxPrefixLen) return -ERRNO.EINVAL;
    let slot = this.rootAt;
    let node = this.u32(slot);
    let matching = 0;
    while (node !== 0) {
      const length = this.u32(node + NODE.prefixLen);
      matching = this.matching(node, key, keyAt, prefixLen, matching);
      if (length !== matching || length === prefixLen) break;
      slot = this.slotOf(node, bitAt(key, keyAt + PREFIX_BYTES, length));
      node = this.u32(slot);
    }
    const isThere = node !== 0 && this.u32(node + NODE.prefixLen) === matching;
    if (isThere && !this.isFork(node)) {
      if (flags === UPDATE_FLAGS.noexist) return -ERRNO.EEXIST;
    } else {
      if (flags === UPDATE_FLAGS.exist) return -ERRNO.ENOENT;
      if (this.entries === limit) return -ERRNO.ENOSPC;
    }
    const needsFork = node !== 0 && !isThere && matching !== prefixLen;
    const ours = this.context.memory.u8;
    const fork = needsFork ? this.pool.take() : 0;
    const added = this.pool.take();
    if (added === 0 || (needsFork && fork === 0)) {
      if (fork !== 0) this.pool.give(fork);
      return -ERRNO.ENOMEM;
    }
    // A new chunk replaces the memory's views, and with them the bytes that a program's key and value are in.
    const { u8 } = this.context.memory;
    const keys = key === ours ? u8 : key;
    this.fill(added, keys, keyAt, prefixLen);
    this.context.memory.write(
      added + this.pool.valueSkip,
      value === ours ? u8 : value,
      valueAt,
      this.valueSize,
    );
    if (isThere && !this.isFork(node)) {
      this.setU32(slot, added);
      this.copyChildren(node, added);
      this.pool.give(node);
      return 0;
    }
    this.entries += 1;
    if (isThere) {
      this.copyChildren(node, added);
      this.pool.give(node);
    } else if (fork !== 0) {
      this.fill(fork, u8, node + NODE.data - PREFIX_BYTES, matching);
      this.setU32(fork + NODE.isFork, 1);
      const bit = bitAt(keys, keyAt + PREFIX_BYTES, matching);
      this.setU32(this.slotOf(fork, bit), added);
      this.setU32(this.slotOf(fork, 1 - bit), node);
    } else if (node !== 0) {
      this.setU32(this.slotOf(added, bitAt(u8, node + NODE.data, matching)), node);
    }
    this.setU32(slot, fork === 0 ? added : fork);
    return 0;
  }

  /** 0 or -errno. */
  remove(key: Uint8Array, keyAt: number): number {
    const prefixLen = indexOf(key, keyAt);
    if (prefixLen > this.maxPrefixLen) return -ERRNO.EINVAL;
    let parent = 0;
    let parentSlot = 0;
    let slot = this.rootAt;
    let node = this.u32(slot);
    let known = 0;
    while (node !== 0) {
      const length = this.u32(node + NODE.prefixLen);
      if (length !== this.matching(node, key, keyAt, prefixLen, known)) return -ERRNO.ENOENT;
      if (length === prefixLen) break;
      known = length;
      parent = node;
      parentSlot = slot;
      slot = this.slotOf(node, bitAt(key, keyAt + PREFIX_BYTES, length));
      node = this.u32(slot);
    }
    if (node === 0 || this.isFork(node)) return -ERRNO.ENOENT;
    this.entries -= 1;
    const zero = this.child(node, 0);
    const one = this.child(node, 1);
    if (zero !== 0 && one !== 0) {
      this.setU32(node + NODE.isFork, 1);
      return 0;
    }
    if (zero === 0 && one === 0 && parent !== 0 && this.isFork(parent)) {
      // A fork with one way left: what is there takes its place.
      const other = this.child(parent, 0) === node ? this.child(parent, 1) : this.child(parent, 0);
      this.setU32(parentSlot, other);
      this.pool.give(parent);
    } else {
      this.setU32(slot, zero === 0 ? one : zero);
    }
    this.pool.give(node);
    return 0;
  }

  /** The node after the one of a key; the first of all where there is none of it. 0 at the end. */
  nextNode(key: Uint8Array | undefined): number {
    const root = this.u32(this.rootAt);
    const path = key === undefined ? undefined : this.pathTo(key);
    if (path === undefined) return this.firstIn(root);
    for (let i = path.length - 1; i > 0; i--) {
      const parent = path[i - 1]!;
      const other = this.child(parent, 1);
      if (other !== 0 && other !== path[i]) return this.firstIn(other);
      if (!this.isFork(parent)) return parent;
    }
    return 0;
  }

  /** The nodes from the root to the prefix of a key; undefined where it is not stored. */
  private pathTo(key: Uint8Array): number[] | undefined {
    const prefixLen = indexOf(key, 0);
    if (prefixLen > this.maxPrefixLen) return undefined;
    const path: number[] = [];
    let known = 0;
    for (let node = this.u32(this.rootAt); node !== 0;) {
      path.push(node);
      const length = this.u32(node + NODE.prefixLen);
      if (length !== this.matching(node, key, 0, prefixLen, known)) return undefined;
      known = length;
      if (length === prefixLen) return this.isFork(node) ? undefined : path;
      node = this.child(node, bitAt(key, PREFIX_BYTES, length));
    }
    return undefined;
  }

  /** The node under `node`, itself included, that comes first; 0 under none. */
  private firstIn(node: number): number {
    let first = node;
    for (let next = node; next !== 0;) {
      first = next;
      next = this.child(first, 0) || this.child(first, 1);
    }
    return first;
  }

  /** How many bits from the first on a node's prefix and a key's have in common; `known` is how many they surely have. */
  private matching(node: number, key: Uint8Array, keyAt: number, prefixLen: number, known: number): number {
    const limit = Math.min(this.u32(node + NODE.prefixLen), prefixLen);
    const { u8 } = this.context.memory;
    for (let i = known >> 3, bits = 8 * i; bits < limit; bits += 8, i++) {
      const differing = u8[node + NODE.data + i]! ^ key[keyAt + PREFIX_BYTES + i]!;
      if (differing !== 0) return Math.min(limit, bits + Math.clz32(differing) - 24);
    }
    return limit;
  }

  /** Makes a node of the prefix of a key, without children. */
  private fill(node: number, key: Uint8Array, keyAt: number, prefixLen: number): void {
    const { memory } = this.context;
    memory.u8.fill(0, node, node + NODE.data);
    this.setU32(node + NODE.prefixLen, prefixLen);
    memory.write(node + NODE.data, key, keyAt + PREFIX_BYTES, this.dataBytes);
  }

  private copyChildren(from: number, to: number): void {
    for (const bit of [0, 1]) this.setU32(this.slotOf(to, bit), this.child(from, bit));
  }

  private slotOf(node: number, bit: number): number {
    return node + NODE.child + 4 * bit;
  }

  private child(node: number, bit: number): number {
    return this.u32(this.slotOf(node, bit));
  }

  private isFork(node: number): boolean {
    return this.u32(node + NODE.isFork) !== 0;
  }

  private u32(at: number): number {
    return this.context.memory.view.getUint32(at, true);
  }

  private setU32(at: number, value: number): void {
    this.context.memory.view.setUint32(at, value, true);
  }
}

/** Bit `index` of data at an offset; the highest of the first byte is 0. */
function bitAt(bytes: Uint8Array, at: number, index: number): number {
  return (bytes[at + (index >> 3)]! >> (7 - (index & 7))) & 1;
}
