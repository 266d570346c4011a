// Blocks that calls wait in: a call may return long after its block was left.
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';

/** Rows that a block may have: a record's place is block * PLACE_ROWS + row, so that places compare in source order. */
export const PLACE_ROWS = 0x1_0000;
/** Blocks kept for calls that have not returned; those beyond are read again when they do. */
const MAX_HELD = 64;

/** Blocks by index, kept until nobody awaits them. */
export class HeldBlocks {
  readonly #recording: Recording;
  readonly #held = new Map<number, Block>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  at(index: number): Block {
    const held = this.#held.get(index);
    if (held !== undefined) return held;
    const block = this.#recording.block(index);
    if (this.#held.size < MAX_HELD) this.#held.set(index, block);
    return block;
  }

  /** Lets go of the blocks that none of these places is in. */
  keepOnly(places: Iterable<number>): void {
    if (this.#held.size === 0) return;
    const awaited = new Set<number>();
    for (const place of places) awaited.add(Math.floor(place / PLACE_ROWS));
    for (const held of this.#held.keys()) if (!awaited.has(held)) this.#held.delete(held);
  }
}
