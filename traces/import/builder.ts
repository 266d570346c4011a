// Rows on their way to the sink. Rows are added in source order and may be completed later (a call that returns hundreds of lines on),
// so a block is handed on when it is full, nothing in it is pending and all blocks before it are gone.
import type { Block } from '../event.ts';
import { OpenBlock } from './open-block.ts';

/** Holds the open blocks. `emit` gets each finished block, in order. */
export class BlockBuilder {
  /** Blocks not handed on, oldest first; the last takes new rows. */
  readonly held: OpenBlock[] = [];
  /** Asked before anything is handed on: whether something that all rows need is not yet known. */
  mustHold: () => boolean = () => false;
  readonly #capacity: number;
  readonly #emit: (block: Block) => void;

  constructor(capacity: number, emit: (block: Block) => void) {
    this.#capacity = capacity;
    this.#emit = emit;
    this.held.push(new OpenBlock(capacity));
  }

  /** The block that takes the next row: its index is the `count` of the block, which the caller raises. */
  next(): OpenBlock {
    const last = this.held[this.held.length - 1]!;
    if (last.count < last.capacity) return last;
    this.release();
    const next = this.held[this.held.length - 1]!;
    if (next.count < next.capacity) return next;
    const block = new OpenBlock(this.#capacity);
    this.held.push(block);
    return block;
  }

  /** Hands on what can be handed on. */
  release(): void {
    if (this.held[0]!.count < this.#capacity || this.mustHold()) return;
    let ready = 0;
    for (const block of this.held) {
      if (block.pending > 0 || block.count < block.capacity) break;
      block.released = true;
      this.#emit(block.finish());
      ready++;
    }
    this.held.splice(0, ready);
    if (this.held.length === 0) this.held.push(new OpenBlock(this.#capacity));
  }

  /** Hands on everything, the last block as it is. Nothing may be pending. */
  finish(): void {
    for (const block of this.held.splice(0)) if (block.count > 0) this.#emit(block.finish());
  }
}
