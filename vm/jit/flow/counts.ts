// How insns are counted with as few additions as can be: a block has a potential, what a run has counted too little when it gets there, and only edges between
// blocks whose potentials do not fit add something. A loop adds once a round; branches that meet again add where they differ in length.
import type { Graph } from './structure.ts';

export interface CountPlan {
  /** By block: insns that the counter lacks at its first insn. */
  readonly lacks: readonly number[];
  /** By block and index of the successor: what the edge adds. Below 0 too. */
  readonly adds: readonly (readonly number[])[];
}

/** `insns`: how many each block has. */
export function planCounts(_graph: Graph, _insns: readonly number[]): CountPlan {
  throw new Error('not built');
}
