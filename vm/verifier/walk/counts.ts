// Counts of states, as the statistics show them.
import type { Env } from '../env.ts';

/** @see update_peak_states */
export function notePeak(env: Env): void {
  const { kept, evicted, backEdges } = env.explored;
  const now = kept + evicted + backEdges;
  if (now > env.peakStates) env.peakStates = now;
}
