// What the verifier says of a program.
import type { InsnFacts, Subprog } from './env.ts';
import type { LogRecord } from './log.ts';
import type { Refusal } from './refusal.ts';

/** What a walk took. @see print_verification_stats */
export interface WalkStats {
  readonly insns: number;
  readonly limitInsns: number;
  readonly maxStatesPerInsn: number;
  readonly totalStates: number;
  readonly peakStates: number;
  /** Bytes of stack of each function that is verified on its own. */
  readonly stackBytes: readonly number[];
}

export interface Verdict {
  /** Absent: the program is accepted. */
  readonly refusal?: Refusal;
  readonly log: readonly LogRecord[];
  readonly stats: WalkStats;
  /** By pc. For those who compile the program, and for the page. */
  readonly facts: readonly InsnFacts[];
  readonly subprogs: readonly Subprog[];
  /** Bytes from the start of the ctx that the program loads or stores at the most. @see struct bpf_prog_aux max_ctx_offset */
  readonly ctxBytes: number;
}
