// Blocks that very many edges lead to get them in bundles: V8 takes time and memory by the square of the edges where code that it optimises meets.
import { predsOf, walk, type Graph, type Walk } from './graph.ts';
import type { RoutedGraph } from './irreducible.ts';

/** Edges to one block. 8,000 of them, with 16 locals, are more than V8 has memory for; of 64 nobody notices anything. */
const MAX_EDGES = 64;

interface Edge {
  readonly from: number;
  readonly index: number;
}

/** The same graph, with empty blocks before those that more edges lead to; undefined where there are none. */
export function narrowed(routed: RoutedGraph): RoutedGraph | undefined {
  const { graph, picks, size } = routed;
  const walked = walk(graph);
  const { first } = predsOf(graph, walked);
  const isWide = (block: number): boolean => first[block + 1]! - first[block]! > MAX_EDGES;
  if (!graph.some((_, block) => isWide(block))) return undefined;
  const next = graph.map((list) => [...list]);
  const bundle = (all: readonly Edge[], to: number): void => {
    let edges = all;
    while (edges.length > MAX_EDGES) {
      const bundles: Edge[] = [];
      for (let i = 0; i < edges.length; i += MAX_EDGES) {
        const block = next.push([to]) - 1;
        for (const { from, index } of edges.slice(i, i + MAX_EDGES)) next[from]![index] = block;
        bundles.push({ from: block, index: 0 });
      }
      edges = bundles;
    }
  };
  for (const [to, { ahead, back }] of edgesTo(graph, walked, isWide)) {
    // Not mixed: a loop stays one with one entry.
    bundle(ahead, to);
    bundle(back, to);
  }
  const none = next.map((list) => list.map(() => -1));
  return {
    graph: next,
    picks: picks === undefined ? undefined : [...picks, ...none.slice(picks.length)],
    size,
  };
}

/** By block that `isWide` says so of: edges to it in the order of the walk. */
function edgesTo(
  graph: Graph,
  { order, place }: Walk,
  isWide: (block: number) => boolean,
): ReadonlyMap<number, { readonly ahead: Edge[]; readonly back: Edge[] }> {
  const edges = new Map<number, { readonly ahead: Edge[]; readonly back: Edge[] }>();
  for (const from of order) {
    for (const [index, to] of graph[from]!.entries()) {
      if (!isWide(to)) continue;
      let lists = edges.get(to);
      if (lists === undefined) edges.set(to, (lists = { ahead: [], back: [] }));
      (place[to]! > place[from]! ? lists.ahead : lists.back).push({ from, index });
    }
  }
  return edges;
}
