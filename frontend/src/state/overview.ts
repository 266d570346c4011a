// The outline of a recording for the scrub bar: the index tells its shape before anything was played, the timeline sharpens it behind
// the clock.
import type { OverviewRow } from '../../../backend/protocol/index.ts';
import { CATEGORY_NAMES } from '../../../traces/index.ts';
import type { Timeline } from './page-state.ts';

/** Per column of equal time: calls by category (column-major, 8 a column), all calls, errors, packets. Counts, spread evenly over a block's time. */
export interface Outline {
  readonly columns: number;
  readonly columnNs: number;
  readonly categories: Float64Array;
  readonly calls: Float64Array;
  readonly errors: Float64Array;
  readonly packets: Float64Array;
}

const KINDS = CATEGORY_NAMES.length;

/** The outline that the index of the file gives. */
export function outlineOfIndex(rows: readonly OverviewRow[], durationNs: number, columns: number): Outline {
  const outline = emptyOutline(durationNs, columns);
  for (const row of rows) {
    spread(outline, row.firstNs, row.lastNs, (column, share) => {
      outline.calls[column]! += row.calls * share;
      outline.errors[column]! += row.errors * share;
      outline.packets[column]! += row.packets * share;
      for (let kind = 0; kind < KINDS; kind++)
        outline.categories[column * KINDS + kind]! += (row.categories[kind] ?? 0) * share;
    });
  }
  return outline;
}

/** The outline of what was played so far. */
export function outlineOfTimeline(timeline: Timeline, durationNs: number, columns: number): Outline {
  const outline = emptyOutline(durationNs, columns);
  for (let bucket = 0; bucket < timeline.buckets; bucket++) {
    const fromNs = bucket * timeline.bucketNs;
    spread(outline, fromNs, fromNs + timeline.bucketNs, (column, share) => {
      outline.errors[column]! += timeline.errors[bucket]! * share;
      outline.packets[column]! += timeline.packets[bucket]! * share;
      for (let kind = 0; kind < KINDS; kind++) {
        const calls = timeline.calls[bucket * KINDS + kind]! * share;
        outline.categories[column * KINDS + kind]! += calls;
        outline.calls[column]! += calls;
      }
    });
  }
  return outline;
}

function emptyOutline(durationNs: number, columns: number): Outline {
  return {
    columns,
    columnNs: Math.max(1, durationNs) / columns,
    categories: new Float64Array(columns * KINDS),
    calls: new Float64Array(columns),
    errors: new Float64Array(columns),
    packets: new Float64Array(columns),
  };
}

// Calls `put` for each column that the stretch of time touches, with the share of the stretch that lies in it.
function spread(
  { columns, columnNs }: Outline,
  fromNs: number,
  toNs: number,
  put: (column: number, share: number) => void,
): void {
  const length = toNs - fromNs;
  const first = clamp(Math.floor(fromNs / columnNs), columns);
  if (length <= 0) {
    put(first, 1);
    return;
  }
  const last = clamp(Math.ceil(toNs / columnNs) - 1, columns);
  for (let column = first; column <= last; column++) {
    // The end columns also take what lies outside of the recording's time, so that no call is left out.
    const low = column === first ? fromNs : column * columnNs;
    const high = column === last ? toNs : (column + 1) * columnNs;
    put(column, Math.max(0, high - low) / length);
  }
}

function clamp(column: number, columns: number): number {
  return Math.min(columns - 1, Math.max(0, column));
}
