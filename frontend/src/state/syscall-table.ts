// The table of system calls: its columns, its order, and an order that holds still while someone reads it.
import type { SyscallInfo } from '../../../backend/protocol/index.ts';
import type { SyscallRow } from './page-state.ts';

/** A row with the name of its call and what follows from the totals. */
export interface NamedRow extends SyscallRow {
  readonly name: string;
  /** The ABI where it is not the recording's main one, else empty. */
  readonly abi: string;
  readonly category: number;
  /** Calls a second of recorded time up to the clock. */
  readonly perS: number;
  /** Errors over calls. */
  readonly errorShare: number;
}

/** Columns by which the table is sorted, and which of them falls first. */
export const SORT_KEYS = {
  name: { of: (row: NamedRow) => row.name, falling: false },
  calls: { of: (row: NamedRow) => row.calls, falling: true },
  perS: { of: (row: NamedRow) => row.perS, falling: true },
  errors: { of: (row: NamedRow) => row.errors, falling: true },
  errorShare: { of: (row: NamedRow) => row.errorShare, falling: true },
  p50Ns: { of: (row: NamedRow) => row.p50Ns, falling: true },
  p95Ns: { of: (row: NamedRow) => row.p95Ns, falling: true },
  p99Ns: { of: (row: NamedRow) => row.p99Ns, falling: true },
  maxNs: { of: (row: NamedRow) => row.maxNs, falling: true },
  totalNs: { of: (row: NamedRow) => row.totalNs, falling: true },
} as const satisfies Record<string, { of: (row: NamedRow) => string | number; falling: boolean }>;
export type SortKey = keyof typeof SORT_KEYS;

export interface Sorting {
  readonly key: SortKey;
  readonly falling: boolean;
}

/** Names the rows; `atNs` is the clock. A `sys` that the recording does not list is shown by its number. */
export function nameRows(
  rows: readonly SyscallRow[],
  syscalls: readonly SyscallInfo[],
  atNs: number,
): readonly NamedRow[] {
  const main = mainArch(syscalls);
  return rows.map((row) => {
    const info = syscalls[row.sys];
    return {
      ...row,
      name: info?.name ?? `#${row.sys}`,
      abi: info === undefined || info.arch === main ? '' : info.arch,
      category: info?.category ?? 7,
      perS: atNs > 0 ? row.calls / (atNs / 1e9) : 0,
      errorShare: row.calls > 0 ? row.errors / row.calls : 0,
    };
  });
}

/** The ABI that most of the recording's system calls belong to. */
export function mainArch(syscalls: readonly SyscallInfo[]): string {
  const counts = new Map<string, number>();
  for (const { arch } of syscalls) counts.set(arch, (counts.get(arch) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

/** Sorted copy. Unknown values (NaN) stand last either way; equal ones by name, then ABI. */
export function sortRows(rows: readonly NamedRow[], { key, falling }: Sorting): readonly NamedRow[] {
  const { of } = SORT_KEYS[key];
  return [...rows].sort((a, b) => {
    const order = compare(of(a), of(b), falling);
    return order || compare(a.name, b.name, false) || compare(a.abi, b.abi, false) || a.sys - b.sys;
  });
}

function compare(a: string | number, b: string | number, falling: boolean): number {
  const known = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (known !== 0) return known;
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  return (a < b ? -1 : 1) * (falling ? -1 : 1);
}

/** Rows in the order of `sysOrder`; those that it does not name follow in their own order. */
export function holdOrder(rows: readonly NamedRow[], sysOrder: readonly number[]): readonly NamedRow[] {
  const place = new Map(sysOrder.map((sys, i) => [sys, i]));
  const known = rows.filter(({ sys }) => place.has(sys));
  known.sort((a, b) => place.get(a.sys)! - place.get(b.sys)!);
  return [...known, ...rows.filter(({ sys }) => !place.has(sys))];
}

/** Rows whose name contains any of the words of `filter`; all for an empty one. */
export function filterRows(rows: readonly NamedRow[], filter: string): readonly NamedRow[] {
  const words = filter
    .toLowerCase()
    .split(/[\s,]+/u)
    .filter(Boolean);
  return words.length === 0
    ? rows
    : rows.filter(({ name, abi }) => words.some((word) => `${name} ${abi}`.includes(word)));
}
