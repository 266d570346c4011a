import { expect, test } from 'vitest';

import { dominates, dominatorsOf } from '../../../../vm/jit/flow/dominators.ts';
import { predsOf, walk, type Graph } from '../../../../vm/jit/flow/graph.ts';
import { loopsOf } from '../../../../vm/jit/flow/loops.ts';
import { isReducible, randomGraph, reach } from '../../../support/random-graphs.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const seed = seedOf(20_603);

function analyse(graph: Graph) {
  const walked = walk(graph);
  const preds = predsOf(graph, walked);
  const dominators = dominatorsOf(graph, walked, preds);
  return { walked, dominators, loops: loopsOf(graph, walked, preds, dominators) };
}

/** What cannot be reached any more without a block. */
function dominatedBy(graph: Graph, block: number): ReadonlySet<number> {
  const without = reach(graph, block);
  return new Set([...reach(graph, -1)].filter((other) => !without.has(other)));
}

test(`a block dominates what cannot be reached without it (seed ${seed})`, () => {
  for (let round = 0; round < 400; round++) {
    const graph = randomGraph(new Random(seed + round), 30);
    const { dominators } = analyse(graph);
    const reached = [...reach(graph, -1)];
    for (const above of reached) {
      const below = reached.filter((block) => dominates(dominators, above, block));
      expect(new Set(below), `round ${round}: ${JSON.stringify(graph)}`).toEqual(dominatedBy(graph, above));
      expect(dominators.size[above]).toBe(below.length);
    }
  }
});

test(`the order has each block before those it leads to, but for edges back (seed ${seed})`, () => {
  for (let round = 0; round < 400; round++) {
    const graph = randomGraph(new Random(seed + round), 30);
    const { walked, loops } = analyse(graph);
    const reached = reach(graph, -1);
    expect(new Set(walked.order)).toEqual(reached);
    expect(loops.reducible).toBe(isReducible(graph));
    const back = [...reached].flatMap((block) =>
      graph[block]!.filter((to) => walked.place[to]! <= walked.place[block]!).map((to) => [block, to]),
    );
    const toDominators = back.every(([block, to]) => dominatedBy(graph, to!).has(block!));
    expect(toDominators).toBe(loops.reducible);
  }
});

test(`a block is in the loops whose header it leads back to (seed ${seed})`, () => {
  let loopsSeen = 0;
  for (let round = 0; round < 400; round++) {
    const graph = randomGraph(new Random(seed + round), 30);
    const { loops } = analyse(graph);
    if (!loops.reducible) continue;
    for (const block of reach(graph, -1)) {
      const around = headersAround(graph, block);
      expect(loops.depth[block], `round ${round}, block ${block}: ${JSON.stringify(graph)}`).toBe(
        around.length,
      );
      expect(loops.isHeader[block] === 1).toBe(around.includes(block));
      loopsSeen += around.length;
    }
  }
  expect(loopsSeen).toBeGreaterThan(200);
});

/** Headers of loops with a block: it leads to an edge back to them on a way through blocks that they dominate. */
function headersAround(graph: Graph, block: number): number[] {
  return [...reach(graph, -1)].filter((header) => {
    const inside = dominatedBy(graph, header);
    if (!inside.has(block)) return false;
    const seen = new Set([block]);
    for (const at of seen) {
      if (graph[at]!.includes(header)) return true;
      for (const to of graph[at]!) if (to !== header && inside.has(to)) seen.add(to);
    }
    return false;
  });
}
