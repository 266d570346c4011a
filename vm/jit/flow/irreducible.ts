// Loops with several entries get one: a block that dispatches by the number of the entry. Only what leads to such entries goes through it.
import type { Graph } from './graph.ts';

/** A graph with blocks that were added behind the given ones: those that dispatch, by `picks`, to one of many, and empty ones with one successor. */
export interface RoutedGraph {
  readonly graph: Graph;
  /** By block and index of the successor: what is picked in the block that dispatches there; -1 for edges to other blocks. Undefined: nothing was added. */
  readonly picks: readonly (readonly number[])[] | undefined;
  /** Blocks of the given graph. */
  readonly size: number;
}

/** Loops in loops with several entries for which the best one is looked for; those further inside go through a dispatch at each entry. */
const MAX_SELECTIVE = 3;

/** A graph in which all loops have one entry, for one in which some have more. */
export function withOneEntryEach(graph: Graph): RoutedGraph {
  return new Router(graph).route();
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
  /** By block: the region that it belongs to now. */
  private readonly region: number[] = [];
  private regions = 0;

  constructor(graph: Graph) {
    this.size = graph.length;
    this.next = graph.map((list) => [...list]);
    this.picks = graph.map((list) => list.map(() => -1));
    this.from = graph.map(() => new Set());
    for (const [block, list] of graph.entries()) for (const to of list) this.from[to]!.add(block);
  }

  route(): RoutedGraph {
    const blocks = this.reached();
    const reached = new Set(blocks);
    for (const preds of this.from) for (const pred of preds) if (!reached.has(pred)) preds.delete(pred);
    const open: Region[] = [{ blocks, cut: -1, depth: 0 }];
    for (let region = open.pop(); region !== undefined; region = open.pop()) {
      for (const loop of this.loopsIn(region)) {
        const inside = new Set(loop);
        const entries = loop.filter(
          (block) => block === 0 || [...this.from[block]!].some((p) => !inside.has(p)),
        );
        if (entries.length === 1) {
          open.push({ blocks: loop, cut: entries[0]!, depth: region.depth });
          continue;
        }
        const through = region.depth < MAX_SELECTIVE ? [this.mostlyEntered(entries, inside)] : entries;
        this.dispatch(entries, new Set(through), inside);
        open.push({ blocks: loop, cut: -1, depth: region.depth + 1 });
      }
    }
    return { graph: this.next, picks: this.picks, size: this.size };
  }

  private reached(): number[] {
    const seen = new Set([0]);
    for (const block of seen) for (const to of this.next[block]!) seen.add(to);
    return [...seen];
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
