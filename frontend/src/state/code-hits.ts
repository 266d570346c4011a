// How often the rows of a program ran, and how hot that is.
import type { ProgHits } from '../../../backend/protocol/index.ts';
import { readF64 } from '../../../backend/protocol/index.ts';
import type { CodeRow } from './code-model.ts';

/** Hits of a program. */
export interface CodeHits {
  readonly prog: string;
  /** By pc. */
  readonly counts: Float64Array;
  /** Of the insn that ran most often. */
  readonly most: number;
}

/** Hits as they came; undefined where they are not counted. */
export function viewHits({ prog, hits }: ProgHits): CodeHits | undefined {
  if (hits === undefined) return undefined;
  const counts = readF64(hits);
  return { prog, counts, most: counts.reduce((most, count) => Math.max(most, count), 0) };
}

/** How often a row ran: its insn, or of a line of the source that of its insns which ran most often. Undefined for rows of no insn. */
export function hitsOfRow({ counts }: CodeHits, { pcs }: CodeRow): number | undefined {
  if (pcs.length === 0) return undefined;
  return pcs.reduce((most, pc) => Math.max(most, counts[pc] ?? 0), 0);
}

/** 0 (never) to 1 (as often as the hottest): by logarithm, so that what ran once can be told from what did not. */
export function heatOf(count: number, most: number): number {
  return count <= 0 || most <= 0 ? 0 : (1 + Math.log2(count)) / (1 + Math.log2(Math.max(count, most)));
}
