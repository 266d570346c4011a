// The latency heat map as the page keeps it: whole once, then the columns that changed.
import { type HeatView, readU32 } from '../../../backend/protocol/index.ts';

/** `counts` is column-major: `columns` times `rows`. Row r holds latencies from 2^(minLog2 + r/perOctave) ns up. */
export interface Heat {
  readonly bucketNs: number;
  readonly columns: number;
  readonly rows: number;
  readonly minLog2: number;
  readonly perOctave: number;
  readonly counts: Uint32Array;
}

/** `before` with the columns of `view` put in; `before` itself is left as it was. A whole view, or one of another shape, starts anew. */
export function mergeHeat(before: Heat | undefined, view: HeatView): Heat {
  const { bucketNs, columns, rows, minLog2, perOctave } = view;
  const counts = new Uint32Array(columns * rows);
  const kept = !view.whole && before !== undefined && sameShape(before, view) ? before.counts : undefined;
  if (kept !== undefined) counts.set(kept);
  const part = readU32(view.counts);
  const start = view.firstColumn * rows;
  counts.set(part.subarray(0, Math.max(0, counts.length - start)), Math.min(start, counts.length));
  return { bucketNs, columns, rows, minLog2, perOctave, counts };
}

function sameShape(heat: Heat, view: HeatView): boolean {
  return (
    heat.columns === view.columns &&
    heat.rows === view.rows &&
    heat.bucketNs === view.bucketNs &&
    heat.minLog2 === view.minLog2 &&
    heat.perOctave === view.perOctave
  );
}

/** Lower bound of `row` in ns; row + 1 gives the upper one. */
export function rowFloorNs(heat: Heat, row: number): number {
  return 2 ** (heat.minLog2 + row / heat.perOctave);
}

/** What of the heat map has counts: rows lowRow..highRow, and the largest count. Undefined while there is none. */
export interface HeatExtent {
  readonly lowRow: number;
  readonly highRow: number;
  readonly max: number;
}

/** Looks for the rows in use, so that an axis fits the data and not the bucket table. */
export function heatExtent(heat: Heat): HeatExtent | undefined {
  const { counts, rows } = heat;
  let lowRow = rows;
  let highRow = -1;
  let max = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    const row = i % rows;
    if (row < lowRow) lowRow = row;
    if (row > highRow) highRow = row;
    if (count > max) max = count;
  }
  return max === 0 ? undefined : { lowRow, highRow, max };
}

/** The row in which the `share` (0..1) of a column's counts is reached; -1 for a column with fewer than `least` counts. */
export function columnPercentileRow(heat: Heat, column: number, share: number, least = 1): number {
  const start = column * heat.rows;
  let total = 0;
  for (let row = 0; row < heat.rows; row++) total += heat.counts[start + row]!;
  if (total < least) return -1;
  const wanted = Math.max(1, Math.ceil(total * share));
  let seen = 0;
  for (let row = 0; row < heat.rows; row++) {
    seen += heat.counts[start + row]!;
    if (seen >= wanted) return row;
  }
  return heat.rows - 1;
}
