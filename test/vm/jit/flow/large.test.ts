import { expect, test } from 'vitest';

import type { Graph } from '../../../../vm/jit/flow/structure.ts';
import { linesOf } from '../../../../vm/jit/wasm/text.ts';
import { randomTour, runTour, tourCode, walkTour } from '../../../support/flow-trace.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const seed = seedOf(20_602);

/** `size` blocks; those that `ways` names no way for end the function. */
function graphOf(size: number, ways: (block: number) => readonly number[]): Graph {
  return Array.from({ length: size }, (_, block) => ways(block).filter((to) => to < size));
}

/** Comparisons one after the other, each with a case behind it, which all go on at the same place. */
function switchOf(cases: number): Graph {
  return graphOf(2 * cases + 1, (block) => {
    if (block === 2 * cases) return [];
    return block < cases ? [block + 1, cases + block] : [2 * cases];
  });
}

/** Loops in loops, each left at its end. */
function nest(loops: number): Graph {
  return graphOf(2 * loops + 1, (block) => {
    if (block < loops) return [block + 1];
    return block < 2 * loops ? [block + 1, 2 * loops - 1 - block] : [];
  });
}

/** Comparisons that each jump into a different block of one loop. */
function manyEntries(entries: number): Graph {
  return graphOf(2 * entries + 1, (block) => {
    if (block < entries) return [block + 1, entries + block];
    return block === 2 * entries - 1 ? [2 * entries, entries] : [block + 1];
  });
}

/** Loops in each other around two blocks that lead to each other and are both entered: more than are taken apart one by one. */
function onion(loops: number): Graph {
  const end = 2 * loops + 3;
  return graphOf(end + 1, (block) => {
    if (block < loops) return [block + 1];
    if (block === loops) return [loops + 1, loops + 2];
    if (block === loops + 1) return [loops + 2];
    if (block === loops + 2) return [loops + 3, loops + 1];
    return block === end ? [] : [block + 1, end - 1 - block];
  });
}

const LARGE: readonly { name: string; graph: Graph; depth: number }[] = [
  { name: '10,000 blocks in a chain', graph: graphOf(10_000, (block) => [block + 1]), depth: 1 },
  {
    name: '10,000 blocks that may end early',
    graph: graphOf(10_000, (block) => [block + 1, 9_999]),
    depth: 170,
  },
  {
    name: '5,000 blocks with an end of their own each',
    graph: graphOf(10_000, (block) => (block % 2 === 0 ? [block + 2, block + 1] : [])),
    depth: 2,
  },
  {
    name: '3,000 times if and else',
    graph: graphOf(9_001, (block) => [[block + 1, block + 2], [block + 2], [block + 1]][block % 3]!),
    depth: 2,
  },
  { name: '500 loops in each other', graph: nest(500), depth: 501 },
  {
    name: '5,000 loops one after the other',
    graph: graphOf(5_001, (block) => [block + 1, block]),
    depth: 2,
  },
  { name: 'a switch of 1,000', graph: switchOf(1_000), depth: 1_001 },
  { name: 'a loop with 500 entries', graph: manyEntries(500), depth: 502 },
  {
    name: '1,000 jumps to anywhere',
    graph: graphOf(1_000, (block) => [block + 1, (block * 7_919 + 13) % 1_000]),
    depth: 1_000,
  },
  {
    name: '4,000 loops that overlap, entered twice',
    graph: graphOf(4_000, (block) => (block === 0 ? [1, 2] : [block + 1, Math.max(0, block - 2)])),
    depth: 8_000,
  },
  {
    name: 'loops that overlap in threes, each entered twice',
    graph: graphOf(2_000, (block) => [block + 1, block % 2 === 0 ? block + 3 : Math.max(0, block - 4)]),
    depth: 4_000,
  },
  { name: '300 loops around one with two entries', graph: onion(300), depth: 700 },
  {
    name: '3,000 edges back to one loop',
    graph: graphOf(6_001, (block) =>
      block === 0 || block > 3_000 ? [block < 3_001 ? 1 : 0] : [block + 1, 3_000 + block],
    ),
    depth: 60,
  },
  {
    name: 'jumps to ends that stand in the other order',
    graph: graphOf(4_000, (block) => (block < 2_000 ? [block + 1, 3_999 - block] : [])),
    depth: 3,
  },
];

test.each(LARGE)(`writes $name (seed ${seed})`, ({ graph, depth }) => {
  const random = new Random(seed);
  for (const jumps of [0, 1, 7]) {
    const tour = randomTour(random, graph, 6_000);
    // No jumps at all, all of them, or some.
    const choices = tour.choices.map(() => (jumps === 7 ? Number(random.below(40) === 0) : jumps));
    const trace = runTour({ ...tour, choices });
    expect(trace.join(' ')).toBe(walkTour({ ...tour, choices }).join(' '));
  }
  const bare = tourCode({ graph, hasCode: graph.map(() => [false, false]) });
  // Blocks of WebAssembly in each other, the one that ends the test included.
  expect(linesOf(bare).reduce((most, line) => Math.max(most, line.depth), 0)).toBeLessThanOrEqual(depth + 1);
});
