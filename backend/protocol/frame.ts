// What the server sends ten times a second: absolute totals up to the clock, so that any frame may be skipped.
//
// Columns travel as Uint8Array over little-endian typed arrays (`u32`, `f64` say which); see columns.ts. Three things are too large to
// send whole each time and arrive as the part that changed since the last frame this viewer was sent: `heat`, `pipe` and `records`. The first
// frame of an epoch, and the first after a join, has them whole (`whole: true`).

import type { EngineName } from '../../vm/index.ts';

/** Bytes of a little-endian Uint32Array. */
export type U32Column = Uint8Array;
/** Bytes of a little-endian Float64Array. */
export type F64Column = Uint8Array;

export const CLOCK_STATES = ['playing', 'paused', 'ended'] as const;
export type ClockState = (typeof CLOCK_STATES)[number];

/** The replay clock. Times are ns since the start of the recording. */
export interface ClockView {
  readonly state: ClockState;
  readonly atNs: number;
  readonly durationNs: number;
  /** Recorded ns a second of wall time, over 1e9; 0 means as fast as it can. */
  readonly speed: number;
}

/**
 * What is known of one system call. Latencies are in ns, percentiles from histograms of four sub-buckets an octave (within 19 % of the
 * true value); NaN where nothing returned.
 */
export const SYSCALL_FIGURES = ['calls', 'errors', 'totalNs', 'maxNs', 'p50Ns', 'p95Ns', 'p99Ns'] as const;
export type SyscallFigure = (typeof SYSCALL_FIGURES)[number];

/** Totals of the system calls whose enter (calls) or exit (the rest) is not after the clock. Rows: one a system call seen so far. */
export interface SyscallTotals {
  /** Index in RecordingInfo.syscalls. */
  readonly sys: U32Column;
  /**
   * The columns of SYSCALL_FIGURES one after the other, each with a row for each of `sys`. They travel as one column because socket.io
   * reads no message with more than ten binary parts.
   */
  readonly figures: F64Column;
}

/** Errors as (system call, errno) pairs. */
export interface ErrorTotals {
  readonly sys: U32Column;
  readonly errno: U32Column;
  readonly count: F64Column;
}

/** Calls by category, errors and packets over the whole recording; later buckets than the clock are 0. */
export interface TimelineView {
  readonly bucketNs: number;
  readonly buckets: number;
  /** `buckets` rows of 8 categories. */
  readonly calls: U32Column;
  /** `buckets` values each. */
  readonly errors: U32Column;
  readonly packets: U32Column;
}

/** Latencies over time: `columns` of `rows` counts; row r holds latencies from 2^(minLog2 + r/perOctave) ns up. */
export interface HeatView {
  readonly whole: boolean;
  readonly bucketNs: number;
  readonly columns: number;
  readonly rows: number;
  readonly minLog2: number;
  readonly perOctave: number;
  /** The part sent: columns from firstColumn, column-major. */
  readonly firstColumn: number;
  readonly counts: U32Column;
}

/** One slot of a prog array that is filled or was hit. */
export interface SlotView {
  readonly index: number;
  /** Name of the program in it, or undefined when it is empty. */
  readonly prog?: string;
  readonly hits: number;
  /** Calls that found it empty. */
  readonly empty: number;
}

/** A prog array and what tail calls did with it. */
export interface ProgArrayView {
  readonly map: string;
  readonly maxEntries: number;
  readonly slots: readonly SlotView[];
  readonly hits: number;
  /** Fall-throughs by reason. */
  readonly misses: { readonly empty: number; readonly outOfRange: number; readonly limit: number };
  /** depth[d]: runs that ended after d tail calls, d from 0 to 33. */
  readonly depth: readonly number[];
}

/** Why a program does not run: it is not attached; no recording comes to its hooks; this one does not. */
export interface SilenceView {
  readonly state: 'refused' | 'idle' | 'absent';
  /** Without the name of the program. */
  readonly why: string;
}

/** One loaded program. */
export interface ProgView {
  readonly name: string;
  readonly section: string;
  /** Hooks it is attached to, by name; empty for programs that are only jumped to. */
  readonly attached: readonly string[];
  /** Why it does not run. Absent where it does, or may. */
  readonly silence?: SilenceView;
  /** What runs it; and why, where it is not what was asked for. */
  readonly engine: EngineName;
  readonly whyEngine?: string;
  readonly insns: number;
  /** Times it was entered from a hook, insns executed in it, faults that ended it. */
  readonly runs: number;
  readonly insnsRun: number;
  readonly faults: number;
}

/** A fault that ended a program: the first of each (program, pc, code), with a count. */
export interface FaultView {
  readonly prog: string;
  readonly pc: number;
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

/** A map as the list of maps shows it. */
export interface MapView {
  readonly name: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  /** Of ring buffers: bytes. */
  readonly maxEntries: number;
  readonly entries: number;
  /** Of ringbuf and perf_event_array: records that were read so far, and that found no room. */
  readonly records?: { readonly read: number; readonly dropped: number };
}

export interface ProgramsView {
  /** Name of the loaded object ('tracex5'). */
  readonly object: string;
  readonly progs: readonly ProgView[];
  readonly maps: readonly MapView[];
  readonly progArrays: readonly ProgArrayView[];
  readonly faults: readonly FaultView[];
  /** Reads of what the recording does not hold: helpers gave -EFAULT, loads 0. */
  readonly unknownReads: number;
  /** The most frequent of them by name ('task_struct.loginuid'). */
  readonly unknown: readonly { readonly what: string; readonly count: number }[];
  /** Programs of the object that are not loaded, because the kernel lacks what they need. */
  readonly leftOut: readonly { readonly name: string; readonly section: string; readonly why: string }[];
  /** Name of the kernel that the programs are loaded against. */
  readonly kernel: string;
}

/** trace_pipe: new lines since the last frame of this viewer, at most 500 kept. */
export interface PipeView {
  readonly whole: boolean;
  /** Lines printed so far; the last of `lines` is line number `total`. */
  readonly total: number;
  readonly lines: readonly string[];
}

/** A record that a program handed over through a ring buffer or a perf buffer. */
export interface RecordLine {
  readonly map: string;
  readonly atNs: number;
  /** By its type, as JSON; bytes in hex where no type is known. Cut where it is very long. */
  readonly text: string;
}

/** Records: new ones since the last frame of this viewer, at most 200 kept. */
export interface RecordsView {
  readonly whole: boolean;
  /** Records read so far; the last of `records` is number `total`. */
  readonly total: number;
  readonly records: readonly RecordLine[];
}

export interface Frame {
  /** Counts the viewer's frames from 1 within a session. */
  readonly seq: number;
  /** Rises with each seek, restart and change of recording or program; frames of an older epoch are thrown away. */
  readonly epoch: number;
  readonly clock: ClockView;
  readonly calls: number;
  readonly packets: number;
  readonly errors: number;
  readonly restarts: number;
  /** Calls that entered and have not come back. */
  readonly inFlight: number;
  readonly threads: number;
  readonly points: number;
  /** Points a second of wall time over the last second. */
  readonly pointsPerS: number;
  /** Recorded ns that the replay is behind its clock. */
  readonly lagNs: number;
  /** Frames that were merged into this one because the viewer had no credit. */
  readonly merged: number;
  readonly categories: readonly number[];
  readonly syscalls: SyscallTotals;
  readonly errnos: ErrorTotals;
  readonly timeline: TimelineView;
  readonly heat: HeatView;
  readonly programs: ProgramsView;
  readonly pipe: PipeView;
  readonly records: RecordsView;
}
