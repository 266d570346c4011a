// Loops with several entries get one: a block that dispatches by the number of the entry. Only what leads to such entries goes through it.
import { dominates, type Dominators } from './dominators.ts';
import type { Graph, Walk } from './graph.ts';

/** A graph with blocks that were added behind the given ones: those that dispatch, by `picks`, to one of several, and empty ones with one successor. */
export interface RoutedGraph {
  readonly graph: Graph;
  /** By block and index of the successor: what is picked in the block that dispatches there; -1 for edges to other blocks. Undefined: nothing was added. */
  readonly picks: readonly (readonly number[])[] | undefined;
  /** Blocks of the given graph. */
  readonly size: number;
}

/** Loops in loops with several entries for which the best one is looked for; those further inside go through a dispatch at each entry. */
const MAX_SELECTIVE = 3;
/** How often a block is looked at on the average, and at least: what is not sorted out then goes through a dispatch block by block. */
const LOOKS = 64;
const FREE_LOOKS = 4096;

/** A graph in which all loops have one entry, for one in which some have more. */
export function withOneEntryEach(graph: Graph, walk: Walk, dominators: Dominators): RoutedGraph {
  return new Router(graph, walk, dominators).route();
}

/** Blocks to look at: what goes round among them without edges to `cut`. */
interface Region {
  readonly blocks: readonly number[];
  readonly cut: number;
  /** Dispatches around it. */
  readonly depth: number;
}

class Router {
  private readonly size: number;
  private readonly next: number[][];
  private readonly picks: number[][];
  private readonly from: Set<number>[];
  private readonly blocks: readonly number[];
  /** By block: the region that it belongs to now. */
  private readonly region: number[] = [];
  private regions = 0;

  /** By block: where edges back lead that do not lead to a dominator. Loops without such an edge have one entry, and so have those inside. */
  private readonly wild = new Map<number, readonly number[]>();
  private looksLeft: number;

  constructor(graph: Graph, { order, place }: Walk, dominators: Dominators) {
    this.size = graph.length;
    this.looksLeft = LOOKS * this.size + FREE_LOOKS;
    this.next = graph.map((list) => [...list]);
    this.picks = graph.map((list) => list.map(() => -1));
    this.from = graph.map(() => new Set());
    for (const block of order) {
      for (const to of graph[block]!) this.from[to]!.add(block);
      const wild = graph[block]!.filter(
        (to) => place[to]! <= place[block]! && !dominates(dominators, to, block),
      );
      if (wild.length > 0) this.wild.set(block, wild);
    }
    this.blocks = [...order];
  }

  route(): RoutedGraph {
    const open: Region[] = [{ blocks: this.blocks, cut: -1, depth: 0 }];
    for (let region = open.pop(); region !== undefined; region = open.pop()) {
      const { depth } = region;
      this.looksLeft -= region.blocks.length;
      for (const loop of this.loopsIn(region)) {
        const inside = new Set(loop);
        if (!this.isWild(inside)) continue;
        if (this.looksLeft < 0) {
          this.dispatch(loop, inside, inside);
          continue;
        }
        const entries = loop.filter((block) => block === 0 || !this.from[block]!.isSubsetOf(inside));
        if (entries.length === 1) {
          open.push({ blocks: loop, cut: entries[0]!, depth });
          continue;
        }
        const through = depth < MAX_SELECTIVE ? [this.mostlyEntered(entries, inside)] : entries;
        this.dispatch(entries, new Set(through), inside);
        open.push({ blocks: loop, cut: -1, depth: depth + 1 });
      }
    }
    return { graph: this.next, picks: this.picks, size: this.size };
  }

  private isWild(inside: ReadonlySet<number>): boolean {
    for (const block of inside) {
      const targets = this.wild.get(block) ?? [];
      // Those that go through a dispatch now do no harm any more.
      if (targets.some((to) => inside.has(to) && this.next[block]!.includes(to))) return true;
    }
    return false;
  }

  /** The entry with the most jumps back to it: these stay as they are. */
  private mostlyEntered(entries: readonly number[], inside: ReadonlySet<number>): number {
    const back = (entry: number): number =>
      [...this.from[entry]!].filter((pred) => inside.has(pred) && pred >= entry).length;
    let best = entries[0]!;
    for (const entry of entries) {
      const more = back(entry) - back(best);
      if (more > 0 || (more === 0 && entry < best)) best = entry;
    }
    return best;
  }

  /** Leads all edges from outside to the entries, and those from inside to the ones of `through`, to a new block. */
  private dispatch(
    entries: readonly number[],
    through: ReadonlySet<number>,
    inside: ReadonlySet<number>,
  ): void {
    const hub = this.add(entries.map(() => -1));
    for (const [pick, entry] of entries.entries()) {
      for (const pred of this.from[entry]!) {
        if (inside.has(pred) && !through.has(entry)) continue;
        this.from[entry]!.delete(pred);
        this.next[pred]!.forEach((to, index) => {
          if (to === entry) this.lead(pred, index, hub, pick);
        });
      }
      this.next[hub]![pick] = entry;
      this.from[entry]!.add(hub);
    }
  }

  /** An edge of a block that dispatches has no code: an empty block beyond it picks instead. */
  private lead(from: number, index: number, hub: number, pick: number): void {
    if (from < this.size) {
      this.next[from]![index] = hub;
      this.picks[from]![index] = pick;
      this.from[hub]!.add(from);
      return;
    }
    const empty = this.add([hub]);
    this.picks[empty] = [pick];
    this.from[hub]!.add(empty);
    this.next[from]![index] = empty;
    this.from[empty]!.add(from);
  }

  private add(next: number[]): number {
    this.picks.push(next.map(() => -1));
    this.from.push(new Set());
    return this.next.push(next) - 1;
  }

  /** Strongly connected blocks of a region, one beside the other, that go round. */
  private loopsIn({ blocks, cut }: Region): number[][] {
    const mark = ++this.regions;
    for (const block of blocks) this.region[block] = mark;
    const loops: number[][] = [];
    const number = new Map<number, number>();
    const low = new Map<number, number>();
    const path: { readonly block: number; edge: number }[] = [];
    const kept: number[] = [];
    const isKept = new Set<number>();
    const enter = (block: number): void => {
      low.set(block, number.size);
      number.set(block, number.size);
      path.push({ block, edge: 0 });
      kept.push(block);
      isKept.add(block);
    };
    const lower = (block: number, to: number): void => {
      if (to < low.get(block)!) low.set(block, to);
    };
    for (const root of blocks) {
      if (!number.has(root)) enter(root);
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const { block } = top;
        const to = this.next[block]![top.edge++];
        if (to !== undefined) {
          if (this.region[to] !== mark || to === cut) continue;
          if (!number.has(to)) enter(to);
          else if (isKept.has(to)) lower(block, number.get(to)!);
          continue;
        }
        path.pop();
        const above = path.at(-1);
        if (above !== undefined) lower(above.block, low.get(block)!);
        if (low.get(block) !== number.get(block)) continue;
        const loop = kept.splice(kept.lastIndexOf(block));
        for (const member of loop) isKept.delete(member);
        if (loop.length > 1 || (block !== cut && this.next[block]!.includes(block))) loops.push(loop);
      }
    }
    return loops;
  }
}
