// A frame of a session for a viewer that has seen it up to a base: absolute totals, and the new parts of heat map and pipe.
import type { Totals } from '../../traces/index.ts';
import {
  f64Column,
  SYSCALL_FIGURES,
  u32Column,
  type ClockView,
  type ErrorTotals,
  type Frame,
  type HeatView,
  type SyscallTotals,
  type TimelineView,
} from '../protocol/index.ts';
import { viewPrograms } from './programs-view.ts';
import type { Replay } from './replay.ts';

/** A frame without what is the viewer's own. */
export type SessionFrame = Omit<Frame, 'seq' | 'merged'>;

/** What a viewer was last sent. */
export interface FrameBase {
  readonly epoch: number;
  /** The state it saw; the same stamp means that nothing has changed. */
  readonly stamp: string;
  /** Columns of the heat map before this one will not change any more. */
  readonly heatColumn: number;
  readonly pipeTotal: number;
  readonly recordTotal: number;
}

/** The base of a viewer that has seen nothing. */
export const FRESH_BASE: FrameBase = { epoch: -1, stamp: '', heatColumn: 0, pipeTotal: 0, recordTotal: 0 };

export interface FrameFacts {
  readonly epoch: number;
  readonly stamp: string;
  readonly clock: ClockView;
  readonly pointsPerS: number;
  readonly lagNs: number;
}

/** The frame after `base`; whole when `base` is FRESH_BASE. */
export function buildFrame(
  replay: Replay,
  base: FrameBase,
  facts: FrameFacts,
): { frame: SessionFrame; base: FrameBase } {
  const { totals, pipe, records } = replay;
  const { stamp, ...shown } = facts;
  const isWhole = base.epoch !== facts.epoch;
  const frame: SessionFrame = {
    ...shown,
    calls: totals.calls,
    packets: totals.packets,
    errors: totals.errors,
    restarts: totals.restarts,
    inFlight: totals.inFlight,
    threads: totals.threads,
    points: replay.cursor.points,
    categories: [...totals.categories],
    syscalls: syscallTotals(totals),
    errnos: errorTotals(totals),
    timeline: timelineView(totals),
    heat: heatView(totals, isWhole, base.heatColumn),
    programs: viewPrograms(replay),
    pipe: pipe.view(base.pipeTotal, isWhole),
    records: records.view(base.recordTotal, isWhole),
  };
  const heatColumn = Math.max(0, totals.heat.lastColumn);
  const next = { epoch: facts.epoch, stamp, heatColumn, pipeTotal: pipe.total, recordTotal: records.total };
  return { frame, base: next };
}

function syscallTotals(totals: Totals): SyscallTotals {
  const rows = totals.syscalls();
  return {
    sys: u32Column(rows.map((row) => row.sys)),
    figures: f64Column(SYSCALL_FIGURES.flatMap((figure) => rows.map((row) => row[figure]))),
  };
}

function errorTotals(totals: Totals): ErrorTotals {
  const rows = totals.errnos();
  return {
    sys: u32Column(rows.map((row) => row.sys)),
    errno: u32Column(rows.map((row) => row.errno)),
    count: f64Column(rows.map((row) => row.count)),
  };
}

function timelineView(totals: Totals): TimelineView {
  const { bucketNs, buckets, calls, errors, packets } = totals.timeline;
  return {
    bucketNs,
    buckets,
    calls: u32Column(calls),
    errors: u32Column(errors),
    packets: u32Column(packets),
  };
}

function heatView(totals: Totals, isWhole: boolean, fromColumn: number): HeatView {
  const { bucketNs, columns, rows, minLog2, perOctave, counts, lastColumn } = totals.heat;
  const firstColumn = isWhole ? 0 : fromColumn;
  const endColumn = isWhole ? columns : Math.max(firstColumn, lastColumn + 1);
  return {
    whole: isWhole,
    bucketNs,
    columns,
    rows,
    minLog2,
    perOctave,
    firstColumn,
    counts: u32Column(counts.subarray(firstColumn * rows, endColumn * rows)),
  };
}
