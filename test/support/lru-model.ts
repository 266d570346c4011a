// Which elements an LRU map loses, said with plain arrays. The newest of a list comes first. Unused elements are alike, and only counted.
//
// What the kernel promises: an update never finds the map full, and what programs looked up lives longer than what they did not. What it does besides is
// exact as long as one thing happens after the other:
//
// - A CPU that needs an element takes one of its own unused ones. Without any it hands its new elements over to the common lists, lets these age, and fetches
//   some unused ones from there; what is missing to `fetched` is evicted. When that gives none either, it takes one from the other CPUs, in turn.
// - To age: while fewer elements are inactive than active, the oldest active ones go on to the head of the active ones when they were used, else of the
//   inactive ones; then used inactive ones become active, going on from where the last look ended, from old to new and round.
// - To evict: the oldest inactive ones that were not used; used ones on the way become active. When all were used, the oldest one goes nevertheless.
// - With BPF_F_NO_COMMON_LRU each CPU has its share of the elements and lists of its own, without the step of new elements.
import { ERRNO } from '../../vm/index.ts';
import type { MapModel } from './map-models.ts';

const NOEXIST = 1;
const EXIST = 2;
const USER_CPU = 0;

interface Element {
  readonly key: string;
  /** One, or one a CPU. */
  readonly values: string[];
  readonly cpu: number;
  isUsed: boolean;
}

interface Lists {
  active: Element[];
  inactive: Element[];
  unused: number;
  /** Where the next look at the inactive ones begins; undefined: at the oldest. */
  hand: Element | undefined;
}

interface Local {
  unused: number;
  fresh: Element[];
  /** The CPU to take from next. */
  turn: number;
}

interface State {
  /** Of all CPUs, or one a CPU. */
  readonly lists: Lists[];
  readonly locals: Local[];
  readonly elements: Map<string, Element>;
}

export interface LruOptions {
  readonly entries: number;
  readonly cpus: number;
  /** BPF_F_NO_COMMON_LRU. */
  readonly hasOwnLists: boolean;
  /** lru_percpu_hash. */
  readonly isPercpu: boolean;
}

/** lru_hash and lru_percpu_hash. */
export class LruModel implements MapModel {
  private readonly options: LruOptions;
  private readonly state: State;
  /** Unused elements that a CPU gets at once, and elements that are looked at for it. */
  private readonly fetched: number;
  private readonly looks: number;

  constructor(options: LruOptions, state?: State) {
    const { entries, cpus, hasOwnLists } = options;
    this.options = options;
    const share = hasOwnLists ? Math.ceil(entries / cpus) : entries;
    this.state = state ?? {
      lists: Array.from({ length: hasOwnLists ? cpus : 1 }, () => ({
        active: [],
        inactive: [],
        unused: share,
        hand: undefined,
      })),
      locals: Array.from({ length: cpus }, (_, turn) => ({ unused: 0, fresh: [], turn })),
      elements: new Map(),
    };
    this.looks = hasOwnLists ? 4 : 128;
    this.fetched = hasOwnLists ? 4 : Math.min(128, Math.max(1, Math.floor(Math.floor(entries / cpus) / 2)));
  }

  lookup(key: string, cpu?: number): string | number {
    const element = this.state.elements.get(key);
    if (element === undefined) return -ERRNO.ENOENT;
    if (cpu === undefined) return element.values.join('');
    element.isUsed = true;
    return element.values[this.options.isPercpu ? cpu : 0]!;
  }

  update(key: string, value: string, flags: number, cpu?: number): number {
    if (flags > EXIST) return -ERRNO.EINVAL;
    const { elements } = this.state;
    const { isPercpu, cpus } = this.options;
    const on = cpu ?? USER_CPU;
    const takes = !isPercpu || flags !== EXIST;
    if (takes && !this.take(on)) return -ERRNO.ENOMEM;
    const old = elements.get(key);
    const zero = '0'.repeat(value.length);
    const values = isPercpu ? Array.from({ length: cpus }, (_, i) => (i === on ? value : zero)) : [value];
    let error = 0;
    if (old !== undefined && flags === NOEXIST) error = -ERRNO.EEXIST;
    if (old === undefined && flags === EXIST) error = -ERRNO.ENOENT;
    if (error === 0 && old !== undefined && isPercpu) {
      for (let i = 0; i < cpus; i++) if (cpu === undefined || i === cpu) old.values[i] = values[i]!;
      old.isUsed = true;
    }
    if (error !== 0 || (old !== undefined && isPercpu)) {
      if (takes) this.giveBack(on);
      return error;
    }
    const element = { key, values, cpu: on, isUsed: old !== undefined };
    if (this.options.hasOwnLists) this.listsOf(on).inactive.unshift(element);
    else this.state.locals[on]!.fresh.unshift(element);
    if (old !== undefined) this.letGo(old);
    elements.set(key, element);
    return 0;
  }

  remove(key: string): number {
    const element = this.state.elements.get(key);
    if (element === undefined) return -ERRNO.ENOENT;
    this.letGo(element);
    this.state.elements.delete(key);
    return 0;
  }

  keys(): readonly string[] {
    return [...this.state.elements.keys()];
  }

  copy(): LruModel {
    return new LruModel(this.options, structuredClone(this.state));
  }

  private listsOf(cpu: number): Lists {
    return this.state.lists[this.options.hasOwnLists ? cpu : 0]!;
  }

  /** An unused element goes into use on a CPU: false when there is none. */
  private take(cpu: number): boolean {
    const lists = this.listsOf(cpu);
    if (this.options.hasOwnLists) {
      this.age(lists);
      if (lists.unused === 0) lists.unused = this.evict(lists, this.fetched);
      if (lists.unused === 0) return false;
      lists.unused -= 1;
      return true;
    }
    const local = this.state.locals[cpu]!;
    if (local.unused === 0) {
      for (const element of local.fresh.toReversed()) {
        (element.isUsed ? lists.active : lists.inactive).unshift(element);
        element.isUsed = false;
      }
      local.fresh = [];
      this.age(lists);
      const found = Math.min(lists.unused, this.fetched);
      lists.unused -= found;
      local.unused = found + (found < this.fetched ? this.evict(lists, this.fetched - found) : 0);
    }
    if (local.unused === 0) return this.takeFromOthers(local);
    local.unused -= 1;
    return true;
  }

  private takeFromOthers(local: Local): boolean {
    const { locals, elements } = this.state;
    for (let tried = 0; tried < locals.length; tried++) {
      const other = locals[local.turn]!;
      local.turn = (local.turn + 1) % locals.length;
      if (other.unused > 0) {
        other.unused -= 1;
        return true;
      }
      const victim = other.fresh.findLast(({ isUsed }) => !isUsed) ?? other.fresh.at(-1);
      if (victim === undefined) continue;
      other.fresh = other.fresh.filter((element) => element !== victim);
      elements.delete(victim.key);
      return true;
    }
    return false;
  }

  /** The element that `take` gave is not needed. */
  private giveBack(cpu: number): void {
    if (this.options.hasOwnLists) this.listsOf(cpu).unused += 1;
    else this.state.locals[cpu]!.unused += 1;
  }

  /** An element leaves the map, and is unused. */
  private letGo(element: Element): void {
    const local = this.state.locals[element.cpu]!;
    if (local.fresh.includes(element)) {
      local.fresh = local.fresh.filter((other) => other !== element);
      local.unused += 1;
      return;
    }
    const lists = this.listsOf(element.cpu);
    leave(lists, element);
    lists.unused += 1;
  }

  private age(lists: Lists): void {
    if (lists.inactive.length < lists.active.length) {
      for (const element of lists.active.slice(-this.looks).toReversed()) {
        leave(lists, element);
        (element.isUsed ? lists.active : lists.inactive).unshift(element);
        element.isUsed = false;
      }
    }
    const { inactive, hand } = lists;
    const from = hand === undefined ? inactive.length - 1 : inactive.indexOf(hand);
    const looked = [...inactive.slice(0, from + 1).toReversed(), ...inactive.slice(from + 1).toReversed()];
    let next: Element | undefined;
    for (const element of looked.slice(0, this.looks)) {
      next = lists.inactive[lists.inactive.indexOf(element) - 1];
      if (element.isUsed) activate(lists, element);
    }
    lists.hand = next;
  }

  /** How many of `count` were evicted; one at least as long as there is one. */
  private evict(lists: Lists, count: number): number {
    let evicted = 0;
    for (const element of lists.inactive.slice(-this.looks).toReversed()) {
      if (element.isUsed) {
        activate(lists, element);
        continue;
      }
      leave(lists, element);
      this.state.elements.delete(element.key);
      evicted += 1;
      if (evicted === count) break;
    }
    if (evicted > 0) return evicted;
    const oldest = lists.inactive.at(-1) ?? lists.active.at(-1);
    if (oldest === undefined) return 0;
    leave(lists, oldest);
    this.state.elements.delete(oldest.key);
    return 1;
  }
}

/** Takes an element out of its list. */
function leave(lists: Lists, element: Element): void {
  if (lists.hand === element) lists.hand = lists.inactive[lists.inactive.indexOf(element) - 1];
  lists.active = lists.active.filter((other) => other !== element);
  lists.inactive = lists.inactive.filter((other) => other !== element);
}

function activate(lists: Lists, element: Element): void {
  leave(lists, element);
  lists.active.unshift(element);
  element.isUsed = false;
}
