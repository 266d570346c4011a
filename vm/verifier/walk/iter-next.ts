// Loops over iterators.
import type { Insn } from '../../isa/insn.ts';
import type { Env } from '../env.ts';
import { notBuilt } from '../not-built.ts';

/** Behind a call of an iterator's next function, whose checks are done and whose r0 is set: puts the path where it gave something on hold, and goes on where it is drained. @see process_iter_next_call */
export function forkIterNext(_env: Env, _insn: Insn, _iterReg: number): void {
  notBuilt('forkIterNext');
}
