// The lists by which LRU hash maps choose what to evict. They are the kernel's, list by list, so that a machine evicts what Linux would evict if the same
// was done on the same CPUs and nothing else went on.
//
//   one for all CPUs                        each CPU                      with BPF_F_NO_COMMON_LRU each CPU has a set of its own
//   +----------------------------+          +---------------------+       +----------------------------+
//   | active | inactive | unused |  <---->  | pending | unused    |       | active | inactive | unused |
//   +----------------------------+          +---------------------+       +----------------------------+
//
// A program's look-up sets the reference bit of an element and moves nothing. Elements move when unused ones are asked for: referenced inactive ones
// become active, unreferenced active ones inactive while there are fewer inactive ones, and from the tail of the inactive ones come the victims.
// A node is a u32 prev and a u32 next in linear memory, in an element followed by its state; a list is a node of its own.
// @see kernel/bpf/bpf_lru_list.c
import type { LinearMemory } from '../memory/linear.ts';

/** Offsets in a node. */
const NODE = { prev: 0, next: 4, type: 8, ref: 9, cpu: 10 } as const;
export const LRU_NODE_BYTES = 12;

const LIST_BYTES = 8;
/** Where a node stands; the first three are lists of a set, in this order. */
const TYPE = { active: 0, inactive: 1, free: 2, localFree: 3, localPending: 4 } as const;

/** A set of lists: three lists, how many are active and inactive, and where the next look at the inactive ones begins. */
const SET = {
  active: 0,
  inactive: LIST_BYTES,
  free: 2 * LIST_BYTES,
  counts: 3 * LIST_BYTES,
  rotation: 32,
} as const;
const SET_BYTES = 40;
/** What a CPU has besides: two lists, and the CPU to steal from next. */
const LOCAL = { free: 0, pending: LIST_BYTES, steal: 2 * LIST_BYTES } as const;
const LOCAL_BYTES = 24;

/** How many unused nodes are fetched at once, and how many nodes are looked at for it. */
const COMMON_TARGET = 128;
const PERCPU_TARGET = 4;

/** Bytes of the lists. */
export function lruBytes(cpus: number, isPercpu: boolean): number {
  return isPercpu ? SET_BYTES * cpus : SET_BYTES + LOCAL_BYTES * cpus;
}

/** What the lists are for. */
export interface LruOwner {
  /** Takes the element of a node out of the map: false when it is in no bucket. */
  evict(node: number): boolean;
  /** A node is about to hold an element with this hash. */
  claim(node: number, hash: number): void;
}

/** The lists of one map, at an offset. Nodes are named by their offset. */
export class LruLists {
  private readonly memory: LinearMemory;
  private readonly at: number;
  private readonly cpus: number;
  private readonly isPercpu: boolean;
  private readonly owner: LruOwner;
  /** Unused nodes that a CPU fetches at once. */
  private readonly target: number;
  private readonly scans: number;

  /** `nodes` is how many there are. */
  constructor(
    memory: LinearMemory,
    at: number,
    cpus: number,
    isPercpu: boolean,
    nodes: number,
    owner: LruOwner,
  ) {
    this.memory = memory;
    this.at = at;
    this.cpus = cpus;
    this.isPercpu = isPercpu;
    this.owner = owner;
    this.target = Math.min(COMMON_TARGET, Math.max(1, Math.floor(Math.floor(nodes / cpus) / 2)));
    this.scans = isPercpu ? PERCPU_TARGET : COMMON_TARGET;
  }

  /** Makes empty lists. */
  init(): void {
    const sets = this.isPercpu ? this.cpus : 1;
    for (let i = 0; i < sets; i++) {
      const set = this.at + i * SET_BYTES;
      for (let list = 0; list < 3; list++) this.initList(set + list * LIST_BYTES);
      this.setU32(set + SET.rotation, set + SET.inactive);
    }
    for (let cpu = 0; !this.isPercpu && cpu < this.cpus; cpu++) {
      const local = this.localOf(cpu);
      this.initList(local + LOCAL.free);
      this.initList(local + LOCAL.pending);
      this.setU32(local + LOCAL.steal, cpu);
    }
  }

  /** Puts a new node among the unused ones; `cpu` is whose it is where each CPU has its own. */
  add(node: number, cpu: number): void {
    this.setNode(node, TYPE.free, cpu);
    this.insert(node, this.setOf(cpu) + SET.free);
  }

  /** The element of a node was used. */
  reference(node: number): void {
    this.memory.u8[node + NODE.ref] = 1;
  }

  /** An unused node for an element with this hash, evicting others; 0 when none can be had. */
  take(hash: number, cpu: number): number {
    return this.isPercpu ? this.takeOwn(hash, cpu) : this.takeCommon(hash, cpu);
  }

  /** Takes a node back whose element is in no bucket. */
  give(node: number): void {
    const cpu = this.memory.view.getUint16(node + NODE.cpu, true);
    if (this.typeOf(node) === TYPE.localPending) {
      this.setNode(node, TYPE.localFree, cpu);
      this.move(node, this.localOf(cpu) + LOCAL.free);
      return;
    }
    this.moveWithin(this.setOf(cpu), node, TYPE.free);
  }

  private takeOwn(hash: number, cpu: number): number {
    const set = this.setOf(cpu);
    this.rotate(set);
    const free = set + SET.free;
    if (this.isEmpty(free)) this.shrink(set, PERCPU_TARGET, free, TYPE.free);
    if (this.isEmpty(free)) return 0;
    const node = this.next(free);
    this.owner.claim(node, hash);
    this.moveWithin(set, node, TYPE.inactive);
    return node;
  }

  private takeCommon(hash: number, cpu: number): number {
    const local = this.localOf(cpu);
    let node = this.popFree(local);
    if (node === 0) {
      this.refill(local);
      node = this.popFree(local);
    }
    if (node === 0) node = this.steal(local);
    if (node === 0) return 0;
    this.owner.claim(node, hash);
    this.setNode(node, TYPE.localPending, cpu);
    this.insert(node, local + LOCAL.pending);
    return node;
  }

  /** Fetches unused nodes from the common lists. */
  private refill(local: number): void {
    const set = this.at;
    this.flush(set, local);
    this.rotate(set);
    const free = set + SET.free;
    let count = 0;
    while (count < this.target && !this.isEmpty(free)) {
      this.moveToFree(set, this.next(free), local + LOCAL.free, TYPE.localFree);
      count += 1;
    }
    if (count < this.target) this.shrink(set, this.target - count, local + LOCAL.free, TYPE.localFree);
  }

  /** Brings the pending nodes of a CPU to the common lists. */
  private flush(set: number, local: number): void {
    const pending = local + LOCAL.pending;
    for (let node = this.prev(pending); node !== pending;) {
      const before = this.prev(node);
      const type = this.isReferenced(node) ? TYPE.active : TYPE.inactive;
      this.addCount(set, type, 1);
      this.setType(node, type);
      this.move(node, set + type * LIST_BYTES);
      node = before;
    }
  }

  /** A node from what the CPUs keep, beginning with the CPU whose turn it is. */
  private steal(local: number): number {
    const first = this.u32(local + LOCAL.steal);
    let cpu = first;
    let node = 0;
    do {
      const from = this.localOf(cpu);
      node = this.popFree(from);
      if (node === 0) node = this.popPending(from);
      cpu = (cpu + 1) % this.cpus;
    } while (node === 0 && cpu !== first);
    this.setU32(local + LOCAL.steal, cpu);
    return node;
  }

  private popFree(local: number): number {
    const free = local + LOCAL.free;
    if (this.isEmpty(free)) return 0;
    const node = this.next(free);
    this.remove(node);
    return node;
  }

  /** The oldest pending node without a reference, else the oldest. */
  private popPending(local: number): number {
    const pending = local + LOCAL.pending;
    for (const force of [false, true]) {
      for (let node = this.prev(pending); node !== pending; node = this.prev(node)) {
        if ((this.isReferenced(node) && !force) || !this.owner.evict(node)) continue;
        this.remove(node);
        return node;
      }
    }
    return 0;
  }

  private rotate(set: number): void {
    if (this.u32(set + SET.counts + 4) < this.u32(set + SET.counts)) this.rotateActive(set);
    this.rotateInactive(set);
  }

  /** From the tail: referenced nodes go back to the head, the others to the inactive ones. */
  private rotateActive(set: number): void {
    const active = set + SET.active;
    const first = this.next(active);
    let node = this.prev(active);
    for (let i = 1; node !== active; i++) {
      const before = this.prev(node);
      this.moveWithin(set, node, this.isReferenced(node) ? TYPE.active : TYPE.inactive);
      if (i === this.scans || node === first) return;
      node = before;
    }
  }

  /** From where the last look ended: referenced nodes become active. */
  private rotateInactive(set: number): void {
    const inactive = set + SET.inactive;
    if (this.isEmpty(inactive)) return;
    const start = this.u32(set + SET.rotation);
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
      if (this.isReferenced(node)) this.moveWithin(set, node, TYPE.active);
      if (node === last) break;
      node = before;
      i += 1;
    }
    this.setU32(set + SET.rotation, before);
  }

  /** Evicts up to `count` nodes and puts them into the list `free` of type `type`; one at least while any can be evicted. */
  private shrink(set: number, count: number, free: number, type: number): void {
    const inactive = set + SET.inactive;
    let evicted = 0;
    let node = this.prev(inactive);
    for (let i = 1; node !== inactive; i++) {
      const before = this.prev(node);
      if (this.isReferenced(node)) {
        this.moveWithin(set, node, TYPE.active);
      } else if (this.owner.evict(node)) {
        this.moveToFree(set, node, free, type);
        evicted += 1;
        if (evicted === count) return;
      }
      if (i === this.scans) break;
      node = before;
    }
    if (evicted > 0) return;
    const list = this.isEmpty(inactive) ? set + SET.active : inactive;
    for (let victim = this.prev(list); victim !== list; victim = this.prev(victim)) {
      if (!this.owner.evict(victim)) continue;
      this.moveToFree(set, victim, free, type);
      return;
    }
  }

  /** Moves a node of a set to the head of one of the set's lists, without its reference. */
  private moveWithin(set: number, node: number, type: number): void {
    this.skipRotation(set, node);
    this.addCount(set, this.typeOf(node), -1);
    this.addCount(set, type, 1);
    this.setType(node, type);
    this.move(node, set + type * LIST_BYTES);
  }

  private moveToFree(set: number, node: number, list: number, type: number): void {
    this.skipRotation(set, node);
    this.addCount(set, this.typeOf(node), -1);
    this.memory.u8[node + NODE.type] = type;
    this.move(node, list);
  }

  private skipRotation(set: number, node: number): void {
    if (this.u32(set + SET.rotation) === node) this.setU32(set + SET.rotation, this.prev(node));
  }

  /** Counts are kept of the active and the inactive ones. */
  private addCount(set: number, type: number, step: number): void {
    if (type > TYPE.inactive) return;
    const at = set + SET.counts + 4 * type;
    this.setU32(at, this.u32(at) + step);
  }

  private setOf(cpu: number): number {
    return this.isPercpu ? this.at + cpu * SET_BYTES : this.at;
  }

  private localOf(cpu: number): number {
    return this.at + SET_BYTES + cpu * LOCAL_BYTES;
  }

  private typeOf(node: number): number {
    return this.memory.u8[node + NODE.type]!;
  }

  private isReferenced(node: number): boolean {
    return this.memory.u8[node + NODE.ref] !== 0;
  }

  /** Also takes the reference away. */
  private setType(node: number, type: number): void {
    this.memory.u8[node + NODE.type] = type;
    this.memory.u8[node + NODE.ref] = 0;
  }

  private setNode(node: number, type: number, cpu: number): void {
    this.setType(node, type);
    this.memory.view.setUint16(node + NODE.cpu, cpu, true);
  }

  private u32(at: number): number {
    return this.memory.view.getUint32(at, true);
  }

  private setU32(at: number, value: number): void {
    this.memory.view.setUint32(at, value, true);
  }

  private prev(node: number): number {
    return this.u32(node + NODE.prev);
  }

  private next(node: number): number {
    return this.u32(node + NODE.next);
  }

  private initList(list: number): void {
    this.setU32(list + NODE.prev, list);
    this.setU32(list + NODE.next, list);
  }

  private isEmpty(list: number): boolean {
    return this.next(list) === list;
  }

  private remove(node: number): void {
    const prev = this.prev(node);
    const next = this.next(node);
    this.setU32(prev + NODE.next, next);
    this.setU32(next + NODE.prev, prev);
  }

  /** Puts a node at the head of a list. */
  private insert(node: number, list: number): void {
    const first = this.next(list);
    this.setU32(node + NODE.prev, list);
    this.setU32(node + NODE.next, first);
    this.setU32(first + NODE.prev, node);
    this.setU32(list + NODE.next, node);
  }

  private move(node: number, list: number): void {
    this.remove(node);
    this.insert(node, list);
  }
}
