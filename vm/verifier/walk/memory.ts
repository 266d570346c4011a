// Memory of a walk: what states and sets of slots take is counted, and bounded.
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import type { State } from '../state.ts';

/**
 * Words of eight bytes that all states of a function together may take, and all sets of stack slots: half a GiB, and one. That is room for 92,000
 * states of the largest kind, 8 frames with all of their stack in use: only states that hold thousands of references get there.
 */
const LIMIT_STATE_WORDS = 1 << 26;
const LIMIT_SET_WORDS = 1 << 27;
/** Of a frame without its registers and slots. */
const FRAME_WORDS = 16;

/** Words that a state takes by itself; its registers and history are shared with others. */
export function stateWords({ frames, held }: State): number {
  let words = held.length;
  for (const { regs, stack } of frames) words += FRAME_WORDS + regs.length + stack.length;
  return words;
}

/** Counts a state that is kept, or put on hold. Refuses when all of them are too many. */
export function countState(env: Env, state: State): void {
  const { explored } = env;
  explored.words += stateWords(state);
  if (explored.words > LIMIT_STATE_WORDS)
    refuse(env, 'walk-memory', [], 'states', LIMIT_STATE_WORDS / 2 ** 17);
}

/** Refuses when the sets of slots that the walk made are too many. */
export function checkSets(env: Env): void {
  if (env.liveStack.words > LIMIT_SET_WORDS)
    refuse(env, 'walk-memory', [], 'sets of stack slots', LIMIT_SET_WORDS / 2 ** 17);
}
