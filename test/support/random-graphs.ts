// Random graphs of blocks: few or many edges back, near or far, with self loops, edges that share both ends, and blocks that nothing leads to.
import type { Graph } from '../../vm/jit/flow/structure.ts';
import type { Random } from './seed.ts';

/** A graph of at most `most` blocks. */
export function randomGraph(random: Random, most: number): Graph {
  const size = 1 + random.below(random.pick([4, Math.ceil(most / 3), most]));
  const near = random.pick([2, 5, most]);
  const backIn10 = random.pick([0, 1, 3, 5]);
  const from = (block: number): number => {
    const away = 1 + random.below(near);
    const to = random.below(10) < backIn10 ? block + 1 - away : block + away;
    return Math.min(size - 1, Math.max(0, to));
  };
  return Array.from({ length: size }, (_, block) => {
    const kind = random.below(12);
    if (kind === 0 || (block === size - 1 && kind < 8)) return [];
    if (kind < 4) return [from(block)];
    const fall = kind < 10 ? Math.min(size - 1, block + 1) : from(block);
    return [fall, kind === 4 ? fall : from(block)];
  });
}

/** Whether edges back lead to blocks only that all ways go through: found by taking every block out in turn. */
export function isReducible(graph: Graph): boolean {
  const reached = reach(graph, -1);
  const dominates = (above: number, below: number): boolean =>
    above === below || !reach(graph, above).has(below);
  // A graph is reducible when nothing goes round without the edges that lead to a dominator.
  const ahead = graph.map((list, block) =>
    reached.has(block) ? list.filter((to) => !dominates(to, block)) : [],
  );
  return !goesRound(ahead);
}

/** Blocks that ways from the entry come to without going through `without`. */
export function reach(graph: Graph, without: number): ReadonlySet<number> {
  const seen = new Set(without === 0 ? [] : [0]);
  for (const block of seen) for (const to of graph[block]!) if (to !== without) seen.add(to);
  return seen;
}

function goesRound(graph: Graph): boolean {
  const left = new Map(graph.map((list, block) => [block, list]));
  for (;;) {
    const ends = [...left].filter(([, list]) => list.every((to) => !left.has(to)));
    if (ends.length === 0) return left.size > 0;
    for (const [block] of ends) left.delete(block);
  }
}
