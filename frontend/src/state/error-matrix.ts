// Errors as a matrix: a row an errno, a column a system call, the busiest first.
import type { ErrnoRow } from './page-state.ts';

export interface ErrorMatrix {
  /** Indices in RecordingInfo.syscalls, most errors first. */
  readonly columns: readonly number[];
  readonly rows: readonly {
    readonly errno: number;
    readonly total: number;
    /** One count a column. */
    readonly counts: readonly number[];
    /** Errors of system calls that have no column of their own. */
    readonly others: number;
  }[];
  /** Largest single cell. */
  readonly max: number;
  readonly total: number;
  /** System calls that share the column of others. */
  readonly otherCalls: number;
}

/** Builds the matrix with at most `room` columns of their own. */
export function errorMatrix(errnos: readonly ErrnoRow[], room: number): ErrorMatrix {
  const bySys = new Map<number, number>();
  const byErrno = new Map<number, number>();
  const cells = new Map<string, number>();
  for (const { sys, errno, count } of errnos) {
    if (count === 0) continue;
    bySys.set(sys, (bySys.get(sys) ?? 0) + count);
    byErrno.set(errno, (byErrno.get(errno) ?? 0) + count);
    cells.set(`${errno} ${sys}`, (cells.get(`${errno} ${sys}`) ?? 0) + count);
  }
  const columns = ranked(bySys).slice(0, room);
  const rows = ranked(byErrno).map((errno) => {
    const counts = columns.map((sys) => cells.get(`${errno} ${sys}`) ?? 0);
    const total = byErrno.get(errno)!;
    return { errno, total, counts, others: total - counts.reduce((a, b) => a + b, 0) };
  });
  return {
    columns,
    rows,
    max: Math.max(0, ...rows.flatMap(({ counts, others }) => [...counts, others])),
    total: rows.reduce((sum, row) => sum + row.total, 0),
    otherCalls: bySys.size - columns.length,
  };
}

/** How dark a cell is, 0..1: logarithmic, because errno counts run over many powers of ten. */
export function cellShade(count: number, max: number): number {
  if (count <= 0) return 0;
  return max <= 1 ? 1 : 0.15 + 0.85 * (Math.log(count) / Math.log(max));
}

function ranked(counts: ReadonlyMap<number, number>): number[] {
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([key]) => key);
}
