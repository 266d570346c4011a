// Loops over iterators.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';

/** Behind a call of an iterator's next function, whose checks are done, whose r0 is set and r1 to r5 are gone; the iterator begins at `iter` (its deepest slot has the least address, `slot` is the highest number). Puts the path where it gave something on hold, and goes on where it is drained. @see process_iter_next_call */
export function forkIterNext(_env: Env, _insn: Insn, _iter: { readonly frame: number; readonly slot: number }): void {
  notBuilt('forkIterNext');
}
