// A recording in numbers: one pass over all of it.
import type { SyscallRef } from '../event.ts';
import type { Damage, Recording } from '../recording.ts';
import { createCursor } from '../replay/cursor.ts';
import { errnoName } from '../tables/index.ts';
import type { SyscallRow } from './by-syscall.ts';
import { PacketCounter, type PacketSummary } from './packets.ts';
import { createTotals } from './totals.ts';

/** Totals of a system call with its name; `?` for a call that has none. */
export interface NamedSyscallRow extends SyscallRow {
  readonly name: string;
  readonly arch: string;
}

/** What `tailscope info` tells; counts are those of `Totals` at the end of a replay. */
export interface RecordingSummary {
  readonly title: string;
  readonly command: string;
  readonly recorder: string;
  readonly calls: number;
  readonly packets: PacketSummary;
  readonly records: number;
  readonly lines: number;
  readonly badLines: number;
  readonly orphanLines: number;
  readonly otherLines: number;
  readonly threads: number;
  readonly comms: number;
  /** In order of their first call. */
  readonly commNames: readonly string[];
  readonly distinctSyscalls: number;
  /** Failed calls by name of the errno, most frequent first. Restarts are none. */
  readonly errors: Readonly<Record<string, number>>;
  readonly failedCalls: number;
  /** Share of all calls in percent; 0 without calls. */
  readonly errorPercent: number;
  readonly restarts: number;
  /** Calls that had not returned when the recording, or their thread, ended. */
  readonly inFlight: number;
  /** Calls by category code. */
  readonly categories: readonly number[];
  /** All system calls, most frequent first. */
  readonly syscalls: readonly NamedSyscallRow[];
  readonly byteSize: number;
  /** Length of the recording in recorded time. */
  readonly seconds: number;
  readonly bias: number;
  readonly damage: Damage | undefined;
}

/** Sums up a recording; decodes all its blocks, but no arguments of calls. */
export function summarize(recording: Recording): RecordingSummary {
  const cursor = createCursor(recording);
  const totals = createTotals(recording);
  const packets = new PacketCounter(recording);
  while (cursor.advance(Number.POSITIVE_INFINITY)) {
    totals.take(cursor);
    if (cursor.phase === 'packet') packets.take(cursor.block, cursor.row);
  }
  const { header, footer, index, strings } = recording;
  return {
    title: header.title,
    command: header.command,
    recorder: header.recorder,
    calls: totals.calls,
    packets: packets.summary(),
    records: index.reduce((sum, { count }) => sum + count, 0),
    lines: footer.lines,
    badLines: footer.badLines,
    orphanLines: footer.orphanLines,
    otherLines: footer.otherLines,
    threads: totals.threads,
    comms: totals.comms,
    commNames: totals.commIds().map((id) => strings.text(id)),
    distinctSyscalls: totals.distinctSyscalls,
    errors: errorsByName(totals.errnos()),
    failedCalls: totals.errors,
    errorPercent: totals.calls === 0 ? 0 : (totals.errors / totals.calls) * 100,
    restarts: totals.restarts,
    inFlight: totals.inFlight,
    categories: totals.categories,
    syscalls: totals
      .syscalls()
      .sort((a, b) => b.calls - a.calls || a.sys - b.sys)
      .map((row) => named(row, recording.syscalls[row.sys])),
    byteSize: recording.byteSize,
    seconds: recording.durationNs / 1e9,
    bias: header.bias,
    damage: recording.damage,
  };
}

function named(row: SyscallRow, ref: SyscallRef | undefined): NamedSyscallRow {
  return Object.assign({ name: ref?.name ?? '?', arch: ref?.arch ?? '?' }, row);
}

function errorsByName(
  rows: readonly { readonly errno: number; readonly count: number }[],
): Record<string, number> {
  const counts = new Map<number, number>();
  for (const { errno, count } of rows) counts.set(errno, (counts.get(errno) ?? 0) + count);
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
  return Object.fromEntries(sorted.map(([errno, count]) => [errnoName(errno), count]));
}
