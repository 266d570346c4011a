// The prefixes of an lpm_trie: a binary trie whose nodes stand in linear memory.
//
//   root u32, entries u32 | pool of nodes (trie-nodes.ts)
//
// A node's children are longer prefixes that begin with it. A fork stands where two prefixes part and holds no value; it has two children always.
// Order of iteration: children before their node, the one for bit 0 first, so that longer prefixes come before shorter ones.
// @see kernel/bpf/lpm_trie.c
import { ERRNO } from '../errno.ts';
import type { MapSpec } from '../object.ts';
import { ElementPool, POOL_BYTES } from './element-pool.ts';
import type { TrieLayout } from './layout.ts';
import { indexOf, type MapContext } from './map.ts';
import { bitAt, NODE, PREFIX_BYTES, TrieNodes } from './trie-nodes.ts';
import { UPDATE_FLAGS } from './types.ts';

/** Offsets in what the trie needs beside its nodes: TRIE_BYTES, zeroes at first. */
const COUNT_OFF = 4;
const POOL_OFF = 8;
export const TRIE_BYTES = POOL_OFF + POOL_BYTES;

/** The prefixes of one map. Nodes are named by their offsets. */
export class Trie {
  readonly pool: ElementPool;
  readonly nodes: TrieNodes;
  private readonly context: MapContext;
  private readonly rootAt: number;
  private readonly maxPrefixLen: number;
  private readonly valueSize: number;

  /** `at` is where its TRIE_BYTES are. */
  constructor(context: MapContext, spec: MapSpec, at: number) {
    this.context = context;
    this.nodes = new TrieNodes(context.memory, spec.keySize - PREFIX_BYTES);
    this.rootAt = at;
    this.maxPrefixLen = 8 * (spec.keySize - PREFIX_BYTES);
    this.valueSize = spec.valueSize;
    const shape = {
      headBytes: NODE.data,
      freeOff: NODE.child,
      keyBytes: spec.keySize - PREFIX_BYTES,
      valueBytes: spec.valueSize,
      cpus: 0,
      isCell: true,
    };
    // A fork for each prefix but one, and the node that replaces one before that goes.
    this.pool = new ElementPool(context, spec, shape, at + POOL_OFF, 2 * spec.maxEntries);
  }

  get layout(): TrieLayout {
    return { kind: 'trie', rootAt: this.rootAt, valueSkip: this.pool.valueSkip };
  }

  get entries(): number {
    return this.nodes.u32(this.rootAt + COUNT_OFF);
  }

  private set entries(count: number) {
    this.nodes.setU32(this.rootAt + COUNT_OFF, count);
  }

  /** Offset of the value of the longest prefix of a key, 0 for none. */
  lookup(key: Uint8Array, keyAt: number): number {
    const prefixLen = indexOf(key, keyAt);
    if (prefixLen > this.maxPrefixLen) return 0;
    let found = 0;
    let known = 0;
    for (let node = this.nodes.u32(this.rootAt); node !== 0;) {
      const length = this.nodes.u32(node + NODE.prefixLen);
      if (this.nodes.matching(node, key, keyAt, prefixLen, known) < length) break;
      known = length;
      if (!this.nodes.isFork(node)) found = node;
      if (length === this.maxPrefixLen) break;
      node = this.nodes.child(node, bitAt(key, keyAt + PREFIX_BYTES, length));
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
    let node = this.nodes.u32(slot);
    let matching = 0;
    while (node !== 0) {
      const length = this.nodes.u32(node + NODE.prefixLen);
      matching = this.nodes.matching(node, key, keyAt, prefixLen, matching);
      if (length !== matching || length === prefixLen) break;
      slot = this.nodes.slotOf(node, bitAt(key, keyAt + PREFIX_BYTES, length));
      node = this.nodes.u32(slot);
    }
    const isThere = node !== 0 && this.nodes.u32(node + NODE.prefixLen) === matching;
    if (isThere && !this.nodes.isFork(node)) {
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
    this.nodes.fill(added, keys, keyAt, prefixLen);
    this.context.memory.write(
      added + this.pool.valueSkip,
      value === ours ? u8 : value,
      valueAt,
      this.valueSize,
    );
    if (isThere && !this.nodes.isFork(node)) {
      this.nodes.setU32(slot, added);
      this.nodes.copyChildren(node, added);
      this.pool.give(node);
      return 0;
    }
    this.entries += 1;
    if (isThere) {
      this.nodes.copyChildren(node, added);
      this.pool.give(node);
    } else if (fork !== 0) {
      this.nodes.fill(fork, u8, node + NODE.data - PREFIX_BYTES, matching);
      this.nodes.setU32(fork + NODE.isFork, 1);
      const bit = bitAt(keys, keyAt + PREFIX_BYTES, matching);
      this.nodes.setU32(this.nodes.slotOf(fork, bit), added);
      this.nodes.setU32(this.nodes.slotOf(fork, 1 - bit), node);
    } else if (node !== 0) {
      this.nodes.setU32(this.nodes.slotOf(added, bitAt(u8, node + NODE.data, matching)), node);
    }
    this.nodes.setU32(slot, fork === 0 ? added : fork);
    return 0;
  }

  /** 0 or -errno. */
  remove(key: Uint8Array, keyAt: number): number {
    const prefixLen = indexOf(key, keyAt);
    if (prefixLen > this.maxPrefixLen) return -ERRNO.EINVAL;
    let parent = 0;
    let parentSlot = 0;
    let slot = this.rootAt;
    let node = this.nodes.u32(slot);
    let known = 0;
    while (node !== 0) {
      const length = this.nodes.u32(node + NODE.prefixLen);
      if (length !== this.nodes.matching(node, key, keyAt, prefixLen, known)) return -ERRNO.ENOENT;
      if (length === prefixLen) break;
      known = length;
      parent = node;
      parentSlot = slot;
      slot = this.nodes.slotOf(node, bitAt(key, keyAt + PREFIX_BYTES, length));
      node = this.nodes.u32(slot);
    }
    if (node === 0 || this.nodes.isFork(node)) return -ERRNO.ENOENT;
    this.entries -= 1;
    const zero = this.nodes.child(node, 0);
    const one = this.nodes.child(node, 1);
    if (zero !== 0 && one !== 0) {
      this.nodes.setU32(node + NODE.isFork, 1);
      return 0;
    }
    if (zero === 0 && one === 0 && parent !== 0 && this.nodes.isFork(parent)) {
      // A fork with one way left: what is there takes its place.
      const other =
        this.nodes.child(parent, 0) === node ? this.nodes.child(parent, 1) : this.nodes.child(parent, 0);
      this.nodes.setU32(parentSlot, other);
      this.pool.give(parent);
    } else {
      this.nodes.setU32(slot, zero === 0 ? one : zero);
    }
    this.pool.give(node);
    return 0;
  }

  /** The node after the one of a key; the first of all where there is none of it. 0 at the end. */
  nextNode(key: Uint8Array | undefined): number {
    const root = this.nodes.u32(this.rootAt);
    const path = key === undefined ? undefined : this.pathTo(key);
    if (path === undefined) return this.firstIn(root);
    for (let i = path.length - 1; i > 0; i--) {
      const parent = path[i - 1]!;
      const other = this.nodes.child(parent, 1);
      if (other !== 0 && other !== path[i]) return this.firstIn(other);
      if (!this.nodes.isFork(parent)) return parent;
    }
    return 0;
  }

  /** The nodes from the root to the prefix of a key; undefined where it is not stored. */
  private pathTo(key: Uint8Array): number[] | undefined {
    const prefixLen = indexOf(key, 0);
    if (prefixLen > this.maxPrefixLen) return undefined;
    const path: number[] = [];
    let known = 0;
    for (let node = this.nodes.u32(this.rootAt); node !== 0;) {
      path.push(node);
      const length = this.nodes.u32(node + NODE.prefixLen);
      if (length !== this.nodes.matching(node, key, 0, prefixLen, known)) return undefined;
      known = length;
      if (length === prefixLen) return this.nodes.isFork(node) ? undefined : path;
      node = this.nodes.child(node, bitAt(key, PREFIX_BYTES, length));
    }
    return undefined;
  }

  /** The node under `node`, itself included, that comes first; 0 under none. */
  private firstIn(node: number): number {
    let first = node;
    for (let next = node; next !== 0;) {
      first = next;
      next = this.nodes.child(first, 0) || this.nodes.child(first, 1);
    }
    return first;
  }
}
