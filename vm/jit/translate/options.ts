// What a translation is told.
import type { KernelProg } from '../../kernel/prog.ts';
import type { SiteTable } from '../unit.ts';

/**
 * How far a program is trusted. verified: the verifier has accepted it, and what it knows is used. checked: every access is looked up as the interpreter
 * does, for programs that were not verified. trusted: nothing is checked but what WebAssembly checks; for measuring only.
 */
export type TranslateMode = 'verified' | 'checked' | 'trusted';

export interface TranslateOptions {
  readonly mode: TranslateMode;
  readonly cpus: number;
  readonly sites: SiteTable;
  /** The program in a slot now, for direct tail calls; undefined: all go through the table. */
  readonly inSlot?: (slotAt: number) => KernelProg | undefined;
  /** Loops are not counted and no budget ends them: for measuring what that costs only. */
  readonly isUncounted?: true;
}
