import { expect, test } from 'vitest';

import { writeStructure, type Graph } from '../../../../vm/jit/flow/structure.ts';
import { CodeWriter } from '../../../../vm/jit/wasm/code-writer.ts';
import { linesOf } from '../../../../vm/jit/wasm/text.ts';
import { randomTour, runTour, tourCode, walkTour } from '../../../support/flow-trace.ts';
import { isReducible, randomGraph } from '../../../support/random-graphs.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const seed = seedOf(20_601);

test(`code goes the ways of the graph, 1500 random ones (seed ${seed})`, () => {
  for (let round = 0; round < 1500; round++) {
    const random = new Random(seed + round);
    const tour = randomTour(random, randomGraph(random, 40), 120);
    expect(runTour(tour), `round ${round}: ${JSON.stringify(tour.graph)}`).toEqual(walkTour(tour));
  }
});

test(`only a graph that is not reducible dispatches (seed ${seed})`, () => {
  const kinds = { true: 0, false: 0 };
  for (let round = 0; round < 1500; round++) {
    const graph = randomGraph(new Random(seed + round), 25);
    const reducible = isReducible(graph);
    const dispatches = linesOf(tourCode({ graph, hasCode: graph.map(() => [true, true]) })).some(({ text }) =>
      text.startsWith('br_table'),
    );
    expect(dispatches, `round ${round}: ${JSON.stringify(graph)}`).toBe(!reducible);
    kinds[`${reducible}`] += 1;
  }
  expect(Math.min(kinds.true, kinds.false)).toBeGreaterThan(30);
});

/** A graph as text: blocks are calls, edges from `withCode` ('block:index') too. */
function shape(graph: Graph, withCode: readonly string[] = []): string[] {
  const code = new CodeWriter('shape', '-> i64', []);
  writeStructure(code, graph, {
    block: (block) => {
      code.call(`b${block}`);
      if (graph[block]!.length === 0) code.op('return');
    },
    edge: (block, index) => {
      if (withCode.includes(`${block}:${index}`)) code.call(`e${block}:${index}`);
    },
  });
  return linesOf(code.finish()).map(({ depth, text }) => '  '.repeat(depth) + text.replace('call $', ''));
}

test.each<{ name: string; graph: Graph; withCode?: string[]; lines: string[] }>([
  {
    name: 'one after the other',
    graph: [[1], [2], []],
    lines: ['b0', 'b1', 'b2', 'return'],
  },
  {
    name: 'if and else',
    graph: [[1, 2], [3], [3], []],
    lines: ['b0', 'i32.eqz', 'if', '  b1', 'else', '  b2', 'end', 'b3', 'return'],
  },
  {
    name: 'if alone',
    graph: [[1, 2], [2], []],
    lines: ['block $out1', '  b0', '  br_if $out1', '  b1', 'end $out1', 'b2', 'return'],
  },
  {
    name: 'an end on the way',
    graph: [[1, 2], [3], [], []],
    lines: ['b0', 'if', '  b2', '  return', 'end', 'b1', 'b3', 'return'],
  },
  {
    name: 'a loop that tests at its end',
    graph: [[1], [2, 1], []],
    lines: ['b0', 'loop $loop1', '  b1', '  br_if $loop1', 'end $loop1', 'b2', 'return'],
  },
  {
    name: 'a loop that tests at its end, with code on the edge back',
    graph: [[1], [2, 1], []],
    withCode: ['1:1'],
    lines: [
      'b0',
      'loop $loop1',
      '  b1',
      '  if',
      '    e1:1',
      '    br $loop1',
      '  end',
      'end $loop1',
      'b2',
      'return',
    ],
  },
  {
    name: 'a loop that tests first: what follows stands behind it',
    graph: [[1], [2, 3], [1], []],
    withCode: ['2:0'],
    lines: [
      'b0',
      'block $out1',
      '  loop $loop2',
      '    b1',
      '    br_if $out1',
      '    b2',
      '    e2:0',
      '    br $loop2',
      '  end $loop2',
      'end $out1',
      'b3',
      'return',
    ],
  },
  {
    name: 'a way out of two loops at once',
    graph: [[1], [2, 4], [3, 5], [1, 2], [5], []],
    lines: [
      'b0',
      'block $out1',
      '  block $out2',
      '    loop $loop3',
      '      b1',
      '      br_if $out2',
      '      loop $loop4',
      '        b2',
      '        br_if $out1',
      '        b3',
      '        br_if $loop4',
      '        br $loop3',
      '      end $loop4',
      '    end $loop3',
      '  end $out2',
      '  b4',
      'end $out1',
      'b5',
      'return',
    ],
  },
  {
    name: 'both ways to the same block, each with its own code',
    graph: [[1, 1], []],
    withCode: ['0:0', '0:1'],
    lines: [
      'block $out1',
      '  b0',
      '  if',
      '    e0:1',
      '    br $out1',
      '  end',
      '  e0:0',
      'end $out1',
      'b1',
      'return',
    ],
  },
  {
    name: 'for ever',
    graph: [[0]],
    lines: ['loop $loop1', '  b0', '  br $loop1', 'end $loop1', 'unreachable'],
  },
  {
    name: 'a loop that is entered at two blocks',
    graph: [[1, 2], [2], [3, 1], []],
    lines: [
      'block $out1',
      '  b0',
      '  if',
      '    i32.const 1',
      '    local.set $picked',
      '    br $out1',
      '  end',
      '  i32.const 0',
      '  local.set $picked',
      'end $out1',
      'loop $loop2',
      '  block $out3',
      '    block $out4',
      '      local.get $picked',
      '      br_table $out4 $out3',
      '    end $out4',
      '    b1',
      '  end $out3',
      '  b2',
      '  if',
      '    i32.const 0',
      '    local.set $picked',
      '    br $loop2',
      '  end',
      'end $loop2',
      'b3',
      'return',
    ],
  },
])('writes $name', ({ graph, withCode, lines }) => {
  expect(shape(graph, withCode)).toEqual(lines);
});
