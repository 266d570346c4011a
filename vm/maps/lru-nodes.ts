// The nodes of the lists by which LRU hash maps evict: doubly linked, in linear memory, by their offsets.
//
//   node, in an element: prev u32 | next u32 | where it stands u8 | used u8 | cpu u16       list: prev u32 | next u32
//
// @see kernel/bpf/bpf_lru_list.c
import type { LinearMemory } from '../memory/linear.ts';

/** Offsets in a node. */
export const LRU_NODE = { prev: 0, next: 4, type: 8, ref: 9, cpu: 10 } as const;
export const LRU_NODE_BYTES = 12;

/** A list is a node of prev and next only. */
export const LIST_BYTES = 8;
/** Where a node stands; the first three are lists of a set, in this order. */
export const LRU_TYPE = { active: 0, inactive: 1, free: 2, localFree: 3, localPending: 4 } as const;

/** Reads and writes nodes and lists, by their offsets. */
export class LruNodes {
  private readonly memory: LinearMemory;

  constructor(memory: LinearMemory) {
    this.memory = memory;
  }

  /** The element of a node was used. */
  reference(node: number): void {
    this.memory.u8[node + LRU_NODE.ref] = 1;
  }

  typeOf(node: number): number {
    return this.memory.u8[node + LRU_NODE.type]!;
  }

  isReferenced(node: number): boolean {
    return this.memory.u8[node + LRU_NODE.ref] !== 0;
  }

  /** The node stands elsewhere, and is used or not as before. */
  keepType(node: number, type: number): void {
    this.memory.u8[node + LRU_NODE.type] = type;
  }

  /** Also takes the reference away. */
  setType(node: number, type: number): void {
    this.keepType(node, type);
    this.memory.u8[node + LRU_NODE.ref] = 0;
  }

  setNode(node: number, type: number, cpu: number): void {
    this.setType(node, type);
    this.memory.view.setUint16(node + LRU_NODE.cpu, cpu, true);
  }

  u32(at: number): number {
    return this.memory.view.getUint32(at, true);
  }

  setU32(at: number, value: number): void {
    this.memory.view.setUint32(at, value, true);
  }

  prev(node: number): number {
    return this.u32(node + LRU_NODE.prev);
  }

  next(node: number): number {
    return this.u32(node + LRU_NODE.next);
  }

  initList(list: number): void {
    this.setU32(list + LRU_NODE.prev, list);
    this.setU32(list + LRU_NODE.next, list);
  }

  isEmpty(list: number): boolean {
    return this.next(list) === list;
  }

  remove(node: number): void {
    const prev = this.prev(node);
    const next = this.next(node);
    this.setU32(prev + LRU_NODE.next, next);
    this.setU32(next + LRU_NODE.prev, prev);
  }

  /** Puts a node at the head of a list. */
  insert(node: number, list: number): void {
    const first = this.next(list);
    this.setU32(node + LRU_NODE.prev, list);
    this.setU32(node + LRU_NODE.next, first);
    this.setU32(first + LRU_NODE.prev, node);
    this.setU32(list + LRU_NODE.next, node);
  }

  move(node: number, list: number): void {
    this.remove(node);
    this.insert(node, list);
  }

  /** The CPU that a node was last given to. */
  cpuOf(node: number): number {
    return this.memory.view.getUint16(node + LRU_NODE.cpu, true);
  }
}
