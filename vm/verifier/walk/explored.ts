// States that are kept, by where they stand: what paths that come there later are compared with.
import type { State } from '../state.ts';
import { IdMap } from './id-map.ts';
import { stateWords } from './memory.ts';
import type { SccVisit } from './scc.ts';

/** What is noted of a kept state. */
export interface Kept {
  readonly state: State;
  /** Paths that were found equal to it, and that were not. */
  hits: number;
  misses: number;
  /** Taken from the table: compared with no more, but still there for the paths that lead through it. */
  isEvicted: boolean;
  /** The visit of a loop that it belongs to. */
  readonly visit: SccVisit | undefined;
}

/**
 * Kept states of one function that is verified. As in the kernel they share buckets by pc and call site, which shows in max_states_per_insn. The newest
 * stands last.
 * @see struct bpf_verifier_env explored_states, free_list
 */
export class Explored {
  private readonly buckets: (Kept[] | undefined)[];
  private readonly byState = new Map<State, Kept>();
  /** Visits of loops, by SCC number. */
  readonly visits = new Map<number, SccVisit[]>();
  /** Made and cleared by each comparison. */
  readonly ids = new IdMap();
  /** States in buckets; evicted ones that are still needed; those that reached a loop's head again. */
  kept = 0;
  evicted = 0;
  backEdges = 0;
  /** That the states take, and those on hold. */
  words = 0;
  /** Jumps and insns walked when a state was kept last. */
  jumpsAtKeep = 0;
  insnsAtKeep = 0;

  /** `before`: of the function that was verified last. Its states are gone, but the kernel goes on counting from there. */
  constructor(insnCount: number, before?: Explored) {
    this.buckets = Array.from({ length: insnCount });
    if (before === undefined) return;
    this.kept = before.kept;
    this.evicted = before.evicted;
    this.jumpsAtKeep = before.jumpsAtKeep;
    this.insnsAtKeep = before.insnsAtKeep;
  }

  /** The bucket of a state that stands before `pc`. @see explored_state */
  bucket(state: State, pc: number): Kept[] {
    const at = ((pc ^ state.frame.callsite) >>> 0) % this.buckets.length;
    return (this.buckets[at] ??= []);
  }

  keep(bucket: Kept[], state: State, visit: SccVisit | undefined): void {
    const kept = { state, hits: 0, misses: 0, isEvicted: false, visit };
    bucket.push(kept);
    this.byState.set(state, kept);
  }

  /** What is noted of a state that was kept. */
  of(state: State): Kept {
    return this.byState.get(state)!;
  }

  /** An evicted state that no path leads through any more. */
  forget(kept: Kept): void {
    this.byState.delete(kept.state);
    this.words -= stateWords(kept.state);
    this.evicted -= 1;
  }
}
