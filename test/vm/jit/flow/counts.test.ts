import { expect, test } from 'vitest';

import { planCounts } from '../../../../vm/jit/flow/counts.ts';
import type { Graph } from '../../../../vm/jit/flow/structure.ts';
import { randomGraph } from '../../../support/random-graphs.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const seed = seedOf(20_604);

test(`what is counted and what it lacks are the insns that ran, on 3000 random walks (seed ${seed})`, () => {
  for (let round = 0; round < 3000; round++) {
    const random = new Random(seed + round);
    const graph = randomGraph(random, 40);
    const insns = graph.map(() => random.below(9));
    const { lacks, adds } = planCounts(graph, insns);
    let counted = 0;
    let ran = 0;
    let block = 0;
    for (let step = 0; step < 300; step++) {
      if (counted + lacks[block]! !== ran)
        expect.fail(`round ${round}, block ${block}: ${JSON.stringify(graph)}`);
      ran += insns[block]!;
      const list = graph[block]!;
      if (list.length === 0) break;
      const index = random.below(list.length);
      counted += adds[block]![index]!;
      block = list[index]!;
    }
  }
});

/** Edges that add something: from, to, how much. */
function additions(graph: Graph, insns: readonly number[]): string[] {
  const { adds } = planCounts(graph, insns);
  return graph.flatMap((list, block) =>
    list.flatMap((to, index) =>
      adds[block]![index] === 0 ? [] : [`${block} to ${to}: ${adds[block]![index]}`],
    ),
  );
}

test.each<{ name: string; graph: Graph; insns: number[]; adds: string[] }>([
  { name: 'nothing where blocks follow each other', graph: [[1], [2], []], insns: [3, 4, 5], adds: [] },
  { name: 'nothing where ways part', graph: [[1, 2], [], [3, 4], [], []], insns: [1, 2, 3, 4, 5], adds: [] },
  {
    name: 'nothing where ways of one length meet',
    graph: [[1, 2], [3], [3], []],
    insns: [1, 4, 4, 1],
    adds: [],
  },
  { name: 'once where they differ', graph: [[1, 2], [3], [3], []], insns: [1, 4, 6, 1], adds: ['2 to 3: 2'] },
  {
    name: 'on the way that has a block of its own, where the other is a branch',
    graph: [[1, 2], [2], []],
    insns: [1, 4, 1],
    adds: ['1 to 2: 4'],
  },
  { name: 'once a round', graph: [[1], [2], [3, 1], []], insns: [1, 4, 5, 1], adds: ['2 to 1: 9'] },
  {
    name: 'once a round where the test comes first',
    graph: [[1], [2, 3], [1], []],
    insns: [1, 4, 5, 1],
    adds: ['2 to 1: 9'],
  },
  {
    name: 'once a round in loops in each other',
    graph: [[1], [2], [3, 2], [4, 1], []],
    insns: [1, 2, 3, 4, 5],
    adds: ['2 to 2: 3', '3 to 1: 9'],
  },
  {
    name: 'outside of the loop rather than in it',
    graph: [[1, 2], [3], [3], [4], [5, 3], []],
    insns: [1, 2, 6, 3, 4, 1],
    adds: ['2 to 3: 4', '4 to 3: 7'],
  },
  {
    name: 'nothing where nobody comes',
    graph: [[], [2], [1, 2]],
    insns: [1, 2, 3],
    adds: [],
  },
])('adds $name', ({ graph, insns, adds }) => {
  expect(additions(graph, insns)).toEqual(adds);
});
