// Loops over iterators.
import type { Env } from '../env.ts';
import type { Insn } from '../../isa/insn.ts';
import { FLAGS, withReg, ZERO_REG, type SlotObject } from '../reg.ts';
import type { State } from '../state.ts';
import { pushState } from './pending.ts';
import { previousEntry, widenImprecise } from './widen.ts';

/** Where an iterator begins: frame, and the slot with the lowest address. */
interface Place {
  readonly frame: number;
  readonly slot: number;
}

/** Behind a call of an iterator's next function, whose checks are done, whose r0 is set and r1 to r5 are gone; the iterator begins at `iter` (its deepest slot has the least address, `slot` is the highest number). Puts the path where it gave something on hold, and goes on where it is drained. @see process_iter_next_call */
export function forkIterNext(env: Env, _insn: Insn, place: Place): void {
  const { pc } = env;
  const object = env.state.frames[place.frame]!.stack[place.slot]!.reg.slot;
  if (object?.kind !== 'iter') throw new Error(`no iterator in slot ${place.slot}`);
  if (object.state === 'active') {
    const before = previousEntry(env, pc, env.state.parent);
    const state = pushState(env, pc + 1, pc);
    setIter(state, place, { ...object, depth: object.depth + 1 });
    if (before !== undefined) widenImprecise(before, state);
    const { regs } = state.frame;
    regs[0] = withReg(regs[0]!, { flags: regs[0]!.flags & ~FLAGS.maybe_null });
  }
  setIter(env.state, place, { ...object, state: 'drained' });
  env.setReg(0, ZERO_REG);
}

function setIter(state: State, { frame, slot }: Place, object: SlotObject): void {
  const { stack } = state.frames[frame]!;
  const { kinds, reg } = stack[slot]!;
  stack[slot] = { kinds, reg: withReg(reg, { slot: object }) };
}
