// How insns are counted with as few additions as can be: a block has a potential, what a run has counted too little when it gets there, and only edges between
// blocks whose potentials do not fit add something. A loop adds once a round; branches that meet again add where they differ in length.
import { dominatorsOf } from './dominators.ts';
import { predsOf, walk, type Graph, type Walk } from './graph.ts';
import { loopsOf } from './loops.ts';

export interface CountPlan {
  /** By block: insns that the counter lacks at its first insn; 0 at the entry. */
  readonly lacks: readonly number[];
  /** By block and index of the successor: what the edge adds. Below 0 too. */
  readonly adds: readonly (readonly number[])[];
}

/** How often a round of a loop follows another, as far as nobody knows. */
const ROUNDS = 8;
/** Frequencies stay in bounds: loops further inside count alike. */
const MAX_DEPTH = 40;

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** `insns`: how many each block has. Blocks that are not reached lack nothing, and their edges add nothing. */
export function planCounts(graph: Graph, insns: readonly number[]): CountPlan {
  const lacks = graph.map(() => 0);
  const walked = walk(graph);
  const { place } = walked;
  // Edges of a tree add nothing: those that are taken most. Edges back are none of it: the budget is looked at there, so they add what a round has.
  const tree = graph.map((): Edge[] => []);
  const groups = new Groups(graph.length);
  for (const edge of forwardEdges(graph, walked)) {
    if (!groups.join(edge.from, edge.to)) continue;
    tree[edge.from]!.push(edge);
    tree[edge.to]!.push(edge);
  }
  const known = new Uint8Array(graph.length);
  known[0] = 1;
  const open = [0];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    for (const { from, to } of tree[block]!) {
      const other = from === block ? to : from;
      if (known[other] === 1) continue;
      known[other] = 1;
      lacks[other] = from === block ? lacks[from]! + insns[from]! : lacks[to]! - insns[from]!;
      open.push(other);
    }
  }
  const adds = graph.map((list, block) =>
    list.map((next) => (place[block] === -1 ? 0 : lacks[block]! + insns[block]! - lacks[next]!)),
  );
  return { lacks, adds };
}

/** Edges but those back, the most frequent first. */
function forwardEdges(graph: Graph, walked: Walk): Edge[] {
  const { order, place } = walked;
  const preds = predsOf(graph, walked);
  const { depth } = loopsOf(graph, walked, preds, dominatorsOf(graph, walked, preds));
  const edges: Edge[] = [];
  const often = new Float64Array(graph.length);
  if (often.length > 0) often[0] = 1;
  for (const block of order) {
    const list = graph[block]!;
    const ahead = list.filter((next) => place[next]! > place[block]!);
    const level = Math.min(depth[block]!, MAX_DEPTH);
    const times = Math.min(often[block]!, ROUNDS ** level);
    const staying = ahead.filter((next) => depth[next]! >= depth[block]!).length;
    for (const next of ahead) {
      const deeper = Math.min(depth[next]!, MAX_DEPTH) - level;
      // What leaves a loop does so once in many rounds.
      const share = deeper < 0 ? times * ROUNDS ** deeper : times / staying;
      often[next]! += deeper > 0 ? share * ROUNDS ** deeper : share;
      // Of edges that are taken alike those of a choice come first: code on such an edge needs a branch of its own.
      edges.push({ from: block, to: next, weight: share * (list.length > 1 ? 1.01 : 1) });
    }
  }
  return edges.sort((a, b) => b.weight - a.weight);
}

/** Sets of blocks that are joined. */
class Groups {
  private readonly over: Int32Array;

  constructor(size: number) {
    this.over = Int32Array.from({ length: size }, (_, i) => i);
  }

  /** False where both are in one already. */
  join(a: number, b: number): boolean {
    const [from, to] = [this.find(a), this.find(b)];
    this.over[from] = to;
    return from !== to;
  }

  private find(block: number): number {
    let at = block;
    while (this.over[at] !== at) {
      this.over[at] = this.over[this.over[at]!]!;
      at = this.over[at]!;
    }
    return at;
  }
}
