// The columns of a block that are looked at for every record, at hand: those of a file are decoded behind getters.
import type { Block } from '../../event.ts';
import { outcomeFlags } from '../../outcome-flags.ts';
import { EMPTY_BLOCK } from '../place.ts';

/** A block and its columns. */
export class OpenedBlock {
  readonly block: Block;
  readonly index: number;
  readonly count: number;
  readonly kind: Uint8Array;
  readonly sys: Uint16Array;
  readonly errno: Uint16Array;
  readonly flags: Uint16Array;
  readonly tid: Int32Array;
  readonly comm: Uint32Array;
  readonly enterNs: Float64Array;
  #exitNs: Float64Array | undefined = undefined;

  constructor(block: Block, index: number) {
    this.block = block;
    this.index = index;
    this.count = block.count;
    this.kind = block.kind;
    this.sys = block.sys;
    this.errno = block.errno;
    this.flags = outcomeFlags(block);
    this.tid = block.tid;
    this.comm = block.comm;
    this.enterNs = block.enterNs;
  }

  /** Decoded when somebody waits for a call to return. */
  get exitNs(): Float64Array {
    return (this.#exitNs ??= this.block.exitNs);
  }
}

/** No block is open. */
export const NO_BLOCK = new OpenedBlock(EMPTY_BLOCK, -1);
