// Sets of the lists by which LRU hash maps evict: active, inactive and unused elements. Referenced inactive ones become active, unreferenced active ones
// inactive while there are fewer inactive ones, and from the tail of the inactive ones come the victims.
// @see kernel/bpf/bpf_lru_list.c __bpf_lru_list_rotate, __bpf_lru_list_shrink
import type { LinearMemory } from '../memory/linear.ts';
import { LIST_BYTES, LruNodes, LRU_TYPE } from './lru-nodes.ts';

/** A set of lists: three lists, how many are active and inactive, and where the next look at the inactive ones begins. */
export const LRU_SET = {
  active: 0,
  inactive: LIST_BYTES,
  free: 2 * LIST_BYTES,
  counts: 3 * LIST_BYTES,
  rotation: 32,
} as const;
export const LRU_SET_BYTES = 40;

/** What the lists are for. */
export interface LruOwner {
  /** Takes the element of a node out of the map: false when it is in no bucket. */
  evict(node: number): boolean;
  /** A node is about to hold an element with this hash. */
  claim(node: number, hash: number): void;
}

/** Sets by their offset; `scans` nodes are looked at, at once. */
export class LruSets extends LruNodes {
  protected readonly owner: LruOwner;
  protected readonly scans: number;

  constructor(memory: LinearMemory, owner: LruOwner, scans: number) {
    super(memory);
    this.owner = owner;
    this.scans = scans;
  }

  /** Makes an empty set. */
  protected initSet(set: number): void {
    for (let list = 0; list < 3; list++) this.initList(set + list * LIST_BYTES);
    this.setU32(set + LRU_SET.rotation, set + LRU_SET.inactive);
  }

  /** Looks at what was used. While fewer are inactive than active, active ones become inactive. */
  protected rotate(set: number): void {
    if (this.u32(set + LRU_SET.counts + 4) < this.u32(set + LRU_SET.counts)) this.rotateActive(set);
    this.rotateInactive(set);
  }

  /** From the tail: referenced nodes go back to the head, the others to the inactive ones. */
  private rotateActive(set: number): void {
    const active = set + LRU_SET.active;
    const first = this.next(active);
    let node = this.prev(active);
    for (let i = 1; node !== active; i++) {
      const before = this.prev(node);
      this.moveWithin(set, node, this.isReferenced(node) ? LRU_TYPE.active : LRU_TYPE.inactive);
      if (i === this.scans || node === first) return;
      node = before;
    }
  }

  /** From where the last look ended: referenced nodes become active. */
  private rotateInactive(set: number): void {
    const inactive = set + LRU_SET.inactive;
    if (this.isEmpty(inactive)) return;
    const start = this.u32(set + LRU_SET.rotation);
    let last = this.next(start);
    if (last === inactive) last = this.next(last);
    let node = start;
    let before = node;
    for (let i = 0; i < this.scans;) {
      if (node === inactive) {
        node = this.prev(node);
        continue;
      }
      before = this.prev(node);
      if (this.isReferenced(node)) this.moveWithin(set, node, LRU_TYPE.active);
      if (node === last) break;
      node = before;
      i += 1;
    }
    this.setU32(set + LRU_SET.rotation, before);
  }

  /** Evicts up to `count` nodes and puts them into the list `free` of type `type`; one at least while any can be evicted. */
  protected shrink(set: number, count: number, free: number, type: number): void {
    const inactive = set + LRU_SET.inactive;
    let evicted = 0;
    let node = this.prev(inactive);
    for (let i = 1; node !== inactive; i++) {
      const before = this.prev(node);
      if (this.isReferenced(node)) {
        this.moveWithin(set, node, LRU_TYPE.active);
      } else if (this.owner.evict(node)) {
        this.moveToFree(set, node, free, type);
        evicted += 1;
        if (evicted === count) return;
      }
      if (i === this.scans) break;
      node = before;
    }
    if (evicted > 0) return;
    const list = this.isEmpty(inactive) ? set + LRU_SET.active : inactive;
    for (let victim = this.prev(list); victim !== list; victim = this.prev(victim)) {
      if (!this.owner.evict(victim)) continue;
      this.moveToFree(set, victim, free, type);
      return;
    }
  }

  /** Moves a node of a set to the head of one of the set's lists, without its reference. */
  protected moveWithin(set: number, node: number, type: number): void {
    this.skipRotation(set, node);
    this.addCount(set, this.typeOf(node), -1);
    this.addCount(set, type, 1);
    this.setType(node, type);
    this.move(node, set + type * LIST_BYTES);
  }

  protected moveToFree(set: number, node: number, list: number, type: number): void {
    this.skipRotation(set, node);
    this.addCount(set, this.typeOf(node), -1);
    this.keepType(node, type);
    this.move(node, list);
  }

  private skipRotation(set: number, node: number): void {
    if (this.u32(set + LRU_SET.rotation) === node) this.setU32(set + LRU_SET.rotation, this.prev(node));
  }

  /** Counts are kept of the active and the inactive ones. */
  protected addCount(set: number, type: number, step: number): void {
    if (type > LRU_TYPE.inactive) return;
    const at = set + LRU_SET.counts + 4 * type;
    this.setU32(at, this.u32(at) + step);
  }
}
