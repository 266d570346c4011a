// Where each block of a graph stands in structured control flow, by its dominators: in an arm of the branch that leads to it, behind the block that
// dominates it, or behind the loop that it is left by.
// @see Ramsey, Beyond Relooper: recursive translation of unstructured control flow to structured control flow, ICFP 2022
import { dominatorsOf, type Dominators } from './dominators.ts';
import { predsOf, walk, type Graph, type Walk } from './graph.ts';
import { withOneEntryEach, type RoutedGraph } from './irreducible.ts';
import { loopsOf, type Loops } from './loops.ts';
import { narrowed } from './narrow.ts';

/** A graph without loops of several entries, and the places of its blocks. */
export interface Shape extends RoutedGraph {
  readonly walk: Walk;
  readonly dominators: Dominators;
  readonly loops: Loops;
  /** By block: whether it stands behind something, so that branches to it leave that; the others stand where the one branch to them is. */
  readonly isBehind: Uint8Array;
  /** By block: what stands behind it in turn; for the header of a loop: at the end of the loop, inside. */
  readonly within: readonly (readonly number[] | undefined)[];
  /** By header: what stands behind its loop in turn. */
  readonly after: readonly (readonly number[] | undefined)[];
}

/** Gives each block that is reached its place. */
export function shapeOf(given: Graph): Shape {
  const plain = analyse({ graph: given, picks: undefined, size: given.length });
  const routed = plain.loops.reducible
    ? plain
    : analyse(withOneEntryEach(given, plain.walk, plain.dominators));
  if (!routed.loops.reducible) throw new Error('a loop has kept several entries: a bug of the JIT');
  const bundled = narrowed(routed);
  return place(bundled === undefined ? routed : analyse(bundled));
}

type Analysis = RoutedGraph & Pick<Shape, 'walk' | 'dominators' | 'loops'>;

function analyse(routed: RoutedGraph): Analysis {
  const walked = walk(routed.graph);
  const preds = predsOf(routed.graph, walked);
  const dominators = dominatorsOf(routed.graph, walked, preds);
  return { ...routed, walk: walked, dominators, loops: loopsOf(routed.graph, walked, preds, dominators) };
}

function place(analysis: Analysis): Shape {
  const { graph, walk, dominators, loops, size } = analysis;
  const isBehind = new Uint8Array(graph.length);
  const entered = new Uint8Array(graph.length);
  for (const block of walk.order) {
    for (const next of graph[block]!) {
      if (walk.place[next]! <= walk.place[block]!) continue;
      // A second branch to it, or one of many from a block that dispatches.
      if (entered[next] === 1 || (block >= size && graph[block]!.length > 1)) isBehind[next] = 1;
      entered[next] = 1;
    }
  }
  const within: number[][] = [];
  const after: number[][] = [];
  for (const block of walk.order) {
    const above = dominators.parent[block]!;
    if (above === -1) continue;
    const left = loopLeft(loops, above, block);
    if (left !== -1) {
      isBehind[block] = 1;
      (after[left] ??= []).push(block);
    } else if (isBehind[block] === 1) {
      (within[above] ??= []).push(block);
    }
  }
  return { ...analysis, isBehind, within, after };
}

/** The outermost loop that has `above` and not `block`, which it dominates; -1 for none. */
function loopLeft({ isHeader, around }: Loops, above: number, block: number): number {
  const shared = around[block]!;
  let loop = isHeader[above] === 1 ? above : around[above]!;
  let left = -1;
  while (loop !== shared) {
    left = loop;
    loop = around[loop]!;
  }
  return left;
}
