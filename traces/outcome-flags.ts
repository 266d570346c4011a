// Flags of records as far as they say what became of a call. In a file `halved` follows from lines and stamps, which few want to know: without it flags
// are there much sooner.
import type { Block } from './event.ts';

const sooner = new WeakMap<Block, () => Uint16Array>();

/** `Block.flags`, of which `halved` may be missing. */
export function outcomeFlags(block: Block): Uint16Array {
  return sooner.get(block)?.() ?? block.flags;
}

/** Tells how the flags of a block are read without `halved`. */
export function tellOutcomeFlags(block: Block, read: () => Uint16Array): void {
  sooner.set(block, read);
}
