// The nodes of a trie in linear memory, by their offsets: a node stands for a prefix, the first prefixlen bits of its data.
//
//   node: child for the next bit 0, for 1 | prefixlen u32, is it a fork u32 | data, rounded up to 8 | value, rounded up to 8
//
// Keys of an lpm_trie begin like that too: prefixlen u32 | data.
import type { LinearMemory } from '../memory/linear.ts';

/** Offsets in a node. Unused nodes are linked by the first child. */
export const NODE = { child: 0, prefixLen: 8, isFork: 12, data: 16 } as const;

/** Bytes of a key before its data. */
export const PREFIX_BYTES = 4;

/** Reads and writes the nodes of one trie. */
export class TrieNodes {
  private readonly memory: LinearMemory;
  private readonly dataBytes: number;

  constructor(memory: LinearMemory, dataBytes: number) {
    this.memory = memory;
    this.dataBytes = dataBytes;
  }

  /** A copy of the key of a node, with the data that it was written with. */
  keyOf(node: number): Uint8Array {
    const { u8 } = this.memory;
    const key = new Uint8Array(PREFIX_BYTES + this.dataBytes);
    key.set(u8.subarray(node + NODE.prefixLen, node + NODE.prefixLen + PREFIX_BYTES));
    key.set(u8.subarray(node + NODE.data, node + NODE.data + this.dataBytes), PREFIX_BYTES);
    return key;
  }

  /** How many bits from the first on a node's prefix and a key's have in common; `known` is how many they surely have. */
  matching(node: number, key: Uint8Array, keyAt: number, prefixLen: number, known: number): number {
    const limit = Math.min(this.u32(node + NODE.prefixLen), prefixLen);
    const { u8 } = this.memory;
    for (let i = known >> 3, bits = 8 * i; bits < limit; bits += 8, i++) {
      const differing = u8[node + NODE.data + i]! ^ key[keyAt + PREFIX_BYTES + i]!;
      if (differing !== 0) return Math.min(limit, bits + Math.clz32(differing) - 24);
    }
    return limit;
  }

  /** Makes a node of the prefix of a key, without children. */
  fill(node: number, key: Uint8Array, keyAt: number, prefixLen: number): void {
    const { memory } = this;
    memory.u8.fill(0, node, node + NODE.data);
    this.setU32(node + NODE.prefixLen, prefixLen);
    memory.write(node + NODE.data, key, keyAt + PREFIX_BYTES, this.dataBytes);
  }

  copyChildren(from: number, to: number): void {
    for (const bit of [0, 1]) this.setU32(this.slotOf(to, bit), this.child(from, bit));
  }

  slotOf(node: number, bit: number): number {
    return node + NODE.child + 4 * bit;
  }

  child(node: number, bit: number): number {
    return this.u32(this.slotOf(node, bit));
  }

  isFork(node: number): boolean {
    return this.u32(node + NODE.isFork) !== 0;
  }

  u32(at: number): number {
    return this.memory.view.getUint32(at, true);
  }

  setU32(at: number, value: number): void {
    this.memory.view.setUint32(at, value, true);
  }
}

/** Bit `index` of data at an offset; the highest of the first byte is 0. */
export function bitAt(bytes: Uint8Array, at: number, index: number): number {
  return (bytes[at + (index >> 3)]! >> (7 - (index & 7))) & 1;
}
