// Which blocks go round: loops, one in the other.
import { dominates, type Dominators } from './dominators.ts';
import type { Graph, Preds, Walk } from './graph.ts';

/** Loops by the block that they are entered through. */
export interface Loops {
  /** By block: whether edges lead back to it from blocks that it dominates. */
  readonly isHeader: Uint8Array;
  /** By block: the header of the innermost loop around it, for a header that of the next loop outside its own; -1 for none. */
  readonly around: Int32Array;
  /** By block: loops that it is in, its own included. */
  readonly depth: Int32Array;
  /** All edges back lead to a block that dominates where they come from: there are no other loops than these. */
  readonly reducible: boolean;
}

/** Finds the loops. Of what goes round and is no loop with one entry it only says that it is there. */
export function loopsOf(graph: Graph, walk: Walk, preds: Preds, dominators: Dominators): Loops {
  const { order, place } = walk;
  const { first, list } = preds;
  const isHeader = new Uint8Array(graph.length);
  const around = new Int32Array(graph.length).fill(-1);
  const isBack = (from: number, to: number): boolean =>
    place[to]! <= place[from]! && dominates(dominators, to, from);
  let reducible = true;
  for (const block of order) {
    for (const next of graph[block]!) {
      if (place[next]! > place[block]!) continue;
      if (dominates(dominators, next, block)) isHeader[next] = 1;
      else reducible = false;
    }
  }
  // Inner loops first. `whole` leads from a block to the header of the outermost loop around it that is known so far.
  const whole = Int32Array.from({ length: graph.length }, (_, i) => i);
  const outermost = (block: number): number => {
    let top = block;
    while (whole[top] !== top) top = whole[top]!;
    for (let at = block; at !== top;) {
      const next = whole[at]!;
      whole[at] = top;
      at = next;
    }
    return top;
  };
  const open: number[] = [];
  for (let i = order.length - 1; i >= 0; i--) {
    const header = order[i]!;
    if (isHeader[header] === 0) continue;
    for (let p = first[header]!; p < first[header + 1]!; p++) {
      if (isBack(list[p]!, header)) open.push(list[p]!);
    }
    while (open.length > 0) {
      const block = outermost(open.pop()!);
      // What the header does not dominate is outside: only in a graph that is not reducible.
      if (block === header || !dominates(dominators, header, block)) continue;
      around[block] = header;
      whole[block] = header;
      for (let p = first[block]!; p < first[block + 1]!; p++) {
        if (!isBack(list[p]!, block)) open.push(list[p]!);
      }
    }
  }
  const depth = new Int32Array(graph.length);
  for (const block of order) {
    const outer = around[block]!;
    depth[block] = (outer === -1 ? 0 : depth[outer]!) + isHeader[block]!;
  }
  return { isHeader, around, depth, reducible };
}
