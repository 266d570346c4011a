// The lists by which LRU hash maps choose what to evict. They are the kernel's, list by list, so that a machine evicts what Linux would evict if the same
// was done on the same CPUs and nothing else went on.
//
//   one for all CPUs                        each CPU                      with BPF_F_NO_COMMON_LRU each CPU has a set of its own
//   +----------------------------+          +---------------------+       +----------------------------+
//   | active | inactive | unused |  <---->  | pending | unused    |       | active | inactive | unused |
//   +----------------------------+          +---------------------+       +----------------------------+
//
// A program's look-up sets the reference bit of an element and moves nothing. Elements move when unused ones are asked for (lru-sets.ts).
// @see kernel/bpf/bpf_lru_list.c
import type { LinearMemory } from '../memory/linear.ts';
import type { LruLayout } from './layout.ts';
import { LIST_BYTES, LRU_TYPE } from './lru-nodes.ts';
import { LruSets, LRU_SET, LRU_SET_BYTES, type LruOwner } from './lru-sets.ts';

/** What a CPU has besides: two lists, and the CPU to steal from next. */
export const LRU_LOCAL = { free: 0, pending: LIST_BYTES, steal: 2 * LIST_BYTES } as const;
export const LRU_LOCAL_BYTES = 24;

/** How many unused nodes are fetched at once, and how many nodes are looked at for it. */
const COMMON_TARGET = 128;
const PERCPU_TARGET = 4;

/** Bytes of the lists. */
export function lruBytes(cpus: number, isPercpu: boolean): number {
  return isPercpu ? LRU_SET_BYTES * cpus : LRU_SET_BYTES + LRU_LOCAL_BYTES * cpus;
}

/** The lists of one map, at an offset. Nodes are named by their offset. */
export class LruLists extends LruSets {
  private readonly at: number;
  private readonly cpus: number;
  private readonly isPercpu: boolean;
  /** Unused nodes that a CPU fetches at once. */
  private readonly target: number;

  /** `nodes` is how many there are. */
  constructor(
    memory: LinearMemory,
    at: number,
    cpus: number,
    isPercpu: boolean,
    nodes: number,
    owner: LruOwner,
  ) {
    super(memory, owner, isPercpu ? PERCPU_TARGET : COMMON_TARGET);
    this.at = at;
    this.cpus = cpus;
    this.isPercpu = isPercpu;
    const share = Math.max(1, Math.floor(Math.floor(nodes / cpus) / 2));
    this.target = isPercpu ? PERCPU_TARGET : Math.min(COMMON_TARGET, share);
  }

  /** `nodeOff`: of the node in an element. */
  layout(nodeOff: number): LruLayout {
    const { at, cpus, isPercpu, target, scans } = this;
    return { at, cpus, isPercpu, target, scans, nodeOff };
  }

  /** Makes empty lists. */
  init(): void {
    const sets = this.isPercpu ? this.cpus : 1;
    for (let i = 0; i < sets; i++) this.initSet(this.at + i * LRU_SET_BYTES);
    for (let cpu = 0; !this.isPercpu && cpu < this.cpus; cpu++) {
      const local = this.localOf(cpu);
      this.initList(local + LRU_LOCAL.free);
      this.initList(local + LRU_LOCAL.pending);
      this.setU32(local + LRU_LOCAL.steal, cpu);
    }
  }

  /** Puts a new node among the unused ones; `cpu` is whose it is where each CPU has its own. */
  add(node: number, cpu: number): void {
    this.setNode(node, LRU_TYPE.free, cpu);
    this.insert(node, this.setOf(cpu) + LRU_SET.free);
  }

  /** An unused node for an element with this hash, evicting others; 0 when none can be had. */
  take(hash: number, cpu: number): number {
    return this.isPercpu ? this.takeOwn(hash, cpu) : this.takeCommon(hash, cpu);
  }

  /** Takes a node back whose element is in no bucket. */
  give(node: number): void {
    const cpu = this.cpuOf(node);
    if (this.typeOf(node) === LRU_TYPE.localPending) {
      this.setNode(node, LRU_TYPE.localFree, cpu);
      this.move(node, this.localOf(cpu) + LRU_LOCAL.free);
      return;
    }
    this.moveWithin(this.setOf(cpu), node, LRU_TYPE.free);
  }

  private takeOwn(hash: number, cpu: number): number {
    const set = this.setOf(cpu);
    this.rotate(set);
    const free = set + LRU_SET.free;
    if (this.isEmpty(free)) this.shrink(set, this.target, free, LRU_TYPE.free);
    if (this.isEmpty(free)) return 0;
    const node = this.next(free);
    this.owner.claim(node, hash);
    this.moveWithin(set, node, LRU_TYPE.inactive);
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
    this.setNode(node, LRU_TYPE.localPending, cpu);
    this.insert(node, local + LRU_LOCAL.pending);
    return node;
  }

  /** Fetches unused nodes from the common lists. */
  private refill(local: number): void {
    const set = this.at;
    this.flush(set, local);
    this.rotate(set);
    const free = set + LRU_SET.free;
    let count = 0;
    while (count < this.target && !this.isEmpty(free)) {
      this.moveToFree(set, this.next(free), local + LRU_LOCAL.free, LRU_TYPE.localFree);
      count += 1;
    }
    if (count < this.target)
      this.shrink(set, this.target - count, local + LRU_LOCAL.free, LRU_TYPE.localFree);
  }

  /** Brings the pending nodes of a CPU to the common lists. */
  private flush(set: number, local: number): void {
    const pending = local + LRU_LOCAL.pending;
    for (let node = this.prev(pending); node !== pending;) {
      const before = this.prev(node);
      const type = this.isReferenced(node) ? LRU_TYPE.active : LRU_TYPE.inactive;
      this.addCount(set, type, 1);
      this.setType(node, type);
      this.move(node, set + type * LIST_BYTES);
      node = before;
    }
  }

  /** A node from what the CPUs keep, beginning with the CPU whose turn it is. */
  private steal(local: number): number {
    const first = this.u32(local + LRU_LOCAL.steal);
    let cpu = first;
    let node = 0;
    do {
      const from = this.localOf(cpu);
      node = this.popFree(from);
      if (node === 0) node = this.popPending(from);
      cpu = (cpu + 1) % this.cpus;
    } while (node === 0 && cpu !== first);
    this.setU32(local + LRU_LOCAL.steal, cpu);
    return node;
  }

  private popFree(local: number): number {
    const free = local + LRU_LOCAL.free;
    if (this.isEmpty(free)) return 0;
    const node = this.next(free);
    this.remove(node);
    return node;
  }

  /** The oldest pending node without a reference, else the oldest. */
  private popPending(local: number): number {
    const pending = local + LRU_LOCAL.pending;
    for (const force of [false, true]) {
      for (let node = this.prev(pending); node !== pending; node = this.prev(node)) {
        if ((this.isReferenced(node) && !force) || !this.owner.evict(node)) continue;
        this.remove(node);
        return node;
      }
    }
    return 0;
  }

  private setOf(cpu: number): number {
    return this.isPercpu ? this.at + cpu * LRU_SET_BYTES : this.at;
  }

  private localOf(cpu: number): number {
    return this.at + LRU_SET_BYTES + cpu * LRU_LOCAL_BYTES;
  }
}
