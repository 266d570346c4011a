// Graphs of blocks, and the order in which everything else walks over them.

/** A graph of blocks, 0 the entry: successors by block. Two: [where it falls through, where it jumps]. None: the block ends the function by itself. */
export type Graph = readonly (readonly number[])[];

/** A depth-first walk from the entry. Numbers of blocks that it does not reach are -1. */
export interface Walk {
  /** Blocks that are reached, each before those that it leads to, but for edges back. */
  readonly order: Int32Array;
  /** By block: its place in `order`. */
  readonly place: Int32Array;
  /** By number of first visit: the block. */
  readonly visited: Int32Array;
  /** By block: its number of first visit. */
  readonly visit: Int32Array;
  /** By number of first visit: the number of the block that it was first reached from. */
  readonly parent: Int32Array;
}

/** Predecessors of all blocks that are reached, one beside the other; a block that leads twice to another is there twice. */
export interface Preds {
  /** By block, and one more: where its predecessors begin in `list`. */
  readonly first: Int32Array;
  readonly list: Int32Array;
}

/** Walks over the graph; of two successors the one that is fallen into stands first in the order, where the graph leaves that open. */
export function walk(graph: Graph): Walk {
  const size = graph.length;
  const postorder = new Int32Array(size);
  const visited = new Int32Array(size);
  const visit = new Int32Array(size).fill(-1);
  const parent = new Int32Array(size);
  const stack = new Int32Array(size);
  const left = new Int32Array(size);
  let height = 0;
  let count = 0;
  let done = 0;
  const enter = (block: number, from: number): void => {
    visited[count] = block;
    parent[count] = from;
    visit[block] = count++;
    left[block] = graph[block]!.length;
    stack[height++] = block;
  };
  if (size > 0) enter(0, -1);
  while (height > 0) {
    const block = stack[height - 1]!;
    if (left[block] === 0) {
      postorder[done++] = block;
      height -= 1;
      continue;
    }
    const next = graph[block]![--left[block]!]!;
    if (visit[next] === -1) enter(next, visit[block]!);
  }
  const place = new Int32Array(size).fill(-1);
  const order = postorder.subarray(0, done).toReversed();
  for (let i = 0; i < done; i++) place[order[i]!] = i;
  return { order, place, visited: visited.subarray(0, count), visit, parent };
}

/** Turns the edges of the blocks that are reached round. */
export function predsOf(graph: Graph, { order }: Walk): Preds {
  const first = new Int32Array(graph.length + 1);
  let edges = 0;
  for (const block of order) {
    for (const next of graph[block]!) {
      first[next + 1]! += 1;
      edges += 1;
    }
  }
  for (let i = 0; i < graph.length; i++) first[i + 1]! += first[i]!;
  const free = first.slice();
  const list = new Int32Array(edges);
  for (const block of order) for (const next of graph[block]!) list[free[next]!++] = block;
  return { first, list };
}
