// From a graph of blocks to the structured control flow of WebAssembly.
import type { CodeWriter } from '../wasm/code-writer.ts';

/** A graph of blocks, 0 the entry: successors by block. Two: [where it falls through, where it jumps]. None: the block ends the function by itself. */
export type Graph = readonly (readonly number[])[];

/** What the structure asks for while it is written. */
export interface FlowEmitter {
  /** Code of a block. One with two successors leaves an i32 on the stack: other than 0 jumps. */
  block(block: number): void;
  /** Code of an edge, by the index of the successor; nothing is left on the stack. Called once for each edge at least. */
  edge(from: number, index: number): void;
}

/** Writes all blocks that can be reached. Blocks of a graph that is not reducible go through a loop that dispatches. */
export function writeStructure(_code: CodeWriter, _graph: Graph, _emitter: FlowEmitter): void {
  throw new Error('not built');
}
