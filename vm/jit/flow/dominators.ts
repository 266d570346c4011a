// Which blocks every way to a block goes through: its dominators.
// @see Georgiadis, Linear-Time Algorithms for Dominators and Related Problems, 2005: semi-NCA
import type { Graph, Preds, Walk } from './graph.ts';

/** The tree of dominators of the blocks that are reached. */
export interface Dominators {
  /** By block: the last of its dominators that is not itself; -1 for the entry and for blocks that are not reached. */
  readonly parent: Int32Array;
  /** By block: how many blocks it dominates, itself included. */
  readonly size: Int32Array;
  /** By block: its number where a block comes before all that it dominates, and those without a gap. */
  readonly number: Int32Array;
}

/** Finds the dominators. */
export function dominatorsOf(graph: Graph, walk: Walk, preds: Preds): Dominators {
  const { order } = walk;
  const parent = new Int32Array(graph.length).fill(-1);
  const byVisit = immediate(walk, preds);
  for (let visit = 1; visit < byVisit.length; visit++) {
    parent[walk.visited[visit]!] = walk.visited[byVisit[visit]!]!;
  }
  const size = new Int32Array(graph.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const block = order[i]!;
    size[block]! += 1;
    if (i > 0) size[parent[block]!]! += size[block]!;
  }
  // A dominator comes before what it dominates in the order of the walk too.
  const number = new Int32Array(graph.length);
  const free = new Int32Array(graph.length);
  for (const block of order) {
    const above = parent[block]!;
    if (above !== -1) {
      number[block] = free[above]!;
      free[above]! += size[block]!;
    }
    free[block] = number[block]! + 1;
  }
  return { parent, size, number };
}

/** Whether all ways to `below` go through `above`; a block dominates itself. Both are reached. */
export function dominates({ number, size }: Dominators, above: number, below: number): boolean {
  const at = number[below]! - number[above]!;
  return at >= 0 && at < size[above]!;
}

/** By number of first visit: that of the immediate dominator. */
function immediate({ visited, visit, parent }: Walk, { first, list }: Preds): Int32Array {
  const count = visited.length;
  // Blocks from `linked` on are joined to their parents; `up` skips over what was looked at, `best` is the one with the least `semi` on the way.
  const up = parent.slice(0, count);
  const semi = Int32Array.from({ length: count }, (_, i) => i);
  const best = semi.slice();
  const path = new Int32Array(count);
  const least = (from: number, linked: number): number => {
    let at = from;
    let length = 0;
    while (up[at]! >= linked) {
      path[length++] = at;
      at = up[at]!;
    }
    while (length > 0) {
      const below = path[--length]!;
      if (semi[best[at]!]! < semi[best[below]!]!) best[below] = best[at]!;
      up[below] = up[at]!;
      at = below;
    }
    return best[from]!;
  };
  for (let w = count - 1; w > 0; w--) {
    semi[w] = parent[w]!;
    const block = visited[w]!;
    for (let i = first[block]!; i < first[block + 1]!; i++) {
      const via = semi[least(visit[list[i]!]!, w + 1)]!;
      if (via < semi[w]!) semi[w] = via;
    }
  }
  const dominator = parent.slice(0, count);
  for (let w = 1; w < count; w++) {
    let at = dominator[w]!;
    while (at > semi[w]!) at = dominator[at]!;
    dominator[w] = at;
  }
  return dominator;
}
