// Graphs as functions of WebAssembly that tell which blocks and edges they go through, and a plain walk that tells the same.
import { writeStructure, type Graph } from '../../vm/jit/flow/structure.ts';
import { CodeWriter } from '../../vm/jit/wasm/code-writer.ts';
import type { FuncCode } from '../../vm/jit/wasm/types.ts';
import type { Random } from './seed.ts';
import { wasmFunctions, type Imports } from './wasm-func.ts';

/** A graph, which of its edges have code, and where each visit of a block with two ways goes. */
export interface Tour {
  readonly graph: Graph;
  /** By block and index: whether the edge has code. */
  readonly hasCode: readonly (readonly boolean[])[];
  /** By step: other than 0 jumps. The tour ends with the last. */
  readonly choices: readonly number[];
}

/** A block, or the index of an edge of the block before it. */
export type Trace = readonly string[];

/** Edges with and without code, ways at random. */
export function randomTour(random: Random, graph: Graph, steps: number): Tour {
  const isBare = random.pick([1, 2, 10]);
  return {
    graph,
    hasCode: graph.map((list) => list.map(() => random.below(isBare) === 0)),
    choices: Array.from({ length: steps }, () => (random.below(2) === 0 ? 0 : 1 + random.below(9))),
  };
}

/** What the tour should go through. */
export function walkTour({ graph, hasCode, choices }: Tour): Trace {
  const trace = ['0'];
  let block = 0;
  for (const choice of choices) {
    const list = graph[block]!;
    if (list.length === 0) break;
    const index = list.length === 2 && choice !== 0 ? 1 : 0;
    if (hasCode[block]![index]!) trace.push(`edge ${block}:${index}`);
    block = list[index]!;
    trace.push(String(block));
  }
  return trace;
}

/** What it goes through as WebAssembly. */
export function runTour(tour: Tour): Trace {
  const trace: string[] = [];
  let step = 0;
  const imports: Imports = {
    block: { type: 'i32 -> ', run: (block: number) => trace.push(String(block)) },
    edge: {
      type: 'i32 i32 -> ',
      run: (block: number, index: number) => trace.push(`edge ${block}:${index}`),
    },
    isDone: { type: '-> i32', run: () => (step === tour.choices.length ? 1 : 0) },
    choose: { type: '-> i32', run: () => tour.choices[step++] },
  };
  wasmFunctions([tourCode(tour)], imports)['tour']!();
  return trace;
}

/** The graph as code. */
export function tourCode({ graph, hasCode }: Omit<Tour, 'choices'>): FuncCode {
  const code = new CodeWriter('tour', '-> i32', []);
  writeStructure(code, graph, {
    block: (block) => {
      code.i32(block).call('block');
      const ways = graph[block]!.length;
      if (ways === 0) {
        code.i32(0).op('return');
        return;
      }
      code.call('isDone').if().i32(1).op('return').end().call('choose');
      if (ways === 1) code.op('drop');
    },
    edge: (block, index) => {
      if (hasCode[block]![index]!) code.i32(block).i32(index).call('edge');
    },
  });
  return code.finish();
}
