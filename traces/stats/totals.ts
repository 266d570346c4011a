// What happened up to a point of a recording, as absolute totals: fed with every point once, in order.
//
// At enter: calls, threads, names, categories, timeline. At exit: errors, restarts, latencies, heat map. The same points give the same
// totals whatever the way there; `save` and `restore` are exact.
import { CATEGORIES, CATEGORY_NAMES } from '../categories.ts';
import { NO_SYSCALL, RECORD_FLAGS, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import type { Cursor } from '../replay/cursor.ts';
import { categoryOf } from '../tables/index.ts';
import { LATENCY_BUCKETS, latencyBucket, percentileNs } from './latency.ts';

/** Totals of one system call. Latencies are those of calls whose times of enter and exit were both recorded. */
export interface SyscallRow {
  /** Index in Recording.syscalls. */
  readonly sys: number;
  readonly calls: number;
  readonly errors: number;
  readonly totalNs: number;
  readonly maxNs: number;
  /** At most 19 % above the true value; NaN where no latency is known. */
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
}

export interface ErrnoRow {
  readonly sys: number;
  /** Positive. */
  readonly errno: number;
  readonly count: number;
}

/** Calls by category and errors over the whole recording. The arrays are the totals' own: read, do not keep. */
export interface Timeline {
  readonly bucketNs: number;
  readonly buckets: number;
  /** `buckets` rows of 8 categories. */
  readonly calls: Uint32Array;
  readonly errors: Uint32Array;
}

/** Latencies over time: column-major counts; row r holds 2^(minLog2 + r/perOctave) ns up, the outermost rows all beyond. */
export interface Heat {
  readonly bucketNs: number;
  readonly columns: number;
  readonly rows: number;
  readonly minLog2: number;
  readonly perOctave: number;
  readonly counts: Uint32Array;
  /** Highest column with a count; -1 while there is none. */
  readonly lastColumn: number;
}

/** Opaque copy of all totals. Plain data. */
export interface TotalsState {
  readonly scalars: readonly number[];
  readonly categories: Float64Array;
  readonly bySyscall: Float64Array;
  readonly isNameMet: Uint8Array;
  readonly latencies: Uint32Array;
  readonly timelineCalls: Uint32Array;
  readonly timelineErrors: Uint32Array;
  readonly heat: Uint32Array;
  readonly errnos: ReadonlyMap<number, number>;
  readonly threads: ReadonlyMap<number, boolean>;
  readonly comms: ReadonlySet<number>;
}

export interface Totals {
  readonly calls: number;
  /** Calls that failed. Restarts are none. */
  readonly errors: number;
  /** Calls that the kernel restarts: the program never sees their result. */
  readonly restarts: number;
  /** Threads that are in a call: it neither returned, nor has the thread ended or been seen in another call. */
  readonly inFlight: number;
  /** Threads that made a call; distinct names they had then; distinct system calls by name, whatever the ABI. */
  readonly threads: number;
  readonly comms: number;
  readonly distinctSyscalls: number;
  /** Calls by category code; 8 counts, a copy. */
  readonly categories: readonly number[];
  readonly timeline: Timeline;
  readonly heat: Heat;
  /** Takes the point that the cursor stands at. */
  take(cursor: Cursor): void;
  /** One row a system call that was entered, by index. */
  syscalls(): SyscallRow[];
  /** One row a (system call, errno), by both. */
  errnos(): ErrnoRow[];
  /** String ids of the names, in order of their first call. */
  commIds(): number[];
  save(): TotalsState;
  restore(state: TotalsState): void;
}

/** Totals before the first point. */
export function createTotals(recording: Recording): Totals {
  return new RecordingTotals(recording);
}

/** A name that no system call has. */
const NO_NAME = '';
const TIMELINE_BUCKETS = 120;
const HEAT = { columns: 240, rows: 60, minLog2: 7, perOctave: 2 } as const;
const CATEGORY_COUNT = CATEGORY_NAMES.length;
/** Columns of a row of #bySyscall. */
const ROW = { calls: 0, errors: 1, totalNs: 2, maxNs: 3, size: 4 } as const;

class RecordingTotals implements Totals {
  calls = 0;
  errors = 0;
  restarts = 0;
  inFlight = 0;
  distinctSyscalls = 0;
  readonly #categoryOf: Uint8Array;
  /** First system call of the same name as each, and which of these were entered. */
  readonly #nameOf: Uint16Array;
  readonly #isNameMet: Uint8Array;
  readonly #categories = new Float64Array(CATEGORY_COUNT);
  readonly #bySyscall: Float64Array;
  readonly #latencies: Uint32Array;
  readonly #timeline: Timeline;
  readonly #heat: Heat & { lastColumn: number };
  readonly #errnos = new Map<number, number>();
  /** Threads seen, and whether each is in a call. */
  readonly #threads = new Map<number, boolean>();
  readonly #comms = new Set<number>();
  /** Columns of the block that was looked at last. */
  #block: Block | undefined;
  #kind: Uint8Array = new Uint8Array(0);
  #flags: Uint16Array = new Uint16Array(0);
  #enterNs: Float64Array = new Float64Array(0);
  #exitNs: Float64Array = new Float64Array(0);
  #tid: Int32Array = new Int32Array(0);
  #comm: Uint32Array = new Uint32Array(0);
  #sys: Uint16Array = new Uint16Array(0);
  #errno: Uint16Array = new Uint16Array(0);

  constructor(recording: Recording) {
    const { syscalls, durationNs } = recording;
    // the last row is that of calls without a system call, which no importer makes
    this.#categoryOf = new Uint8Array(syscalls.length + 1).fill(CATEGORIES.other.code);
    for (const [i, { arch, name }] of syscalls.entries())
      this.#categoryOf[i] = CATEGORIES[categoryOf(arch, name)].code;
    const names = syscalls.map(({ name }) => name);
    this.#nameOf = Uint16Array.from([...names, NO_NAME], (name, i) =>
      name === NO_NAME ? i : names.indexOf(name),
    );
    this.#isNameMet = new Uint8Array(syscalls.length + 1);
    this.#isNameMet[syscalls.length] = 1;
    this.#bySyscall = new Float64Array((syscalls.length + 1) * ROW.size);
    this.#latencies = new Uint32Array((syscalls.length + 1) * LATENCY_BUCKETS);
    this.#timeline = {
      bucketNs: bucketNs(durationNs, TIMELINE_BUCKETS),
      buckets: TIMELINE_BUCKETS,
      calls: new Uint32Array(TIMELINE_BUCKETS * CATEGORY_COUNT),
      errors: new Uint32Array(TIMELINE_BUCKETS),
    };
    this.#heat = {
      bucketNs: bucketNs(durationNs, HEAT.columns),
      ...HEAT,
      counts: new Uint32Array(HEAT.columns * HEAT.rows),
      lastColumn: -1,
    };
  }

  get threads(): number {
    return this.#threads.size;
  }

  get comms(): number {
    return this.#comms.size;
  }

  get categories(): readonly number[] {
    return [...this.#categories];
  }

  get timeline(): Timeline {
    return this.#timeline;
  }

  get heat(): Heat {
    return this.#heat;
  }

  take(cursor: Cursor): void {
    if (cursor.block !== this.#block) this.#openBlock(cursor.block);
    if (cursor.phase === 'enter') this.#enter(cursor.row, cursor.atNs);
    else if (cursor.phase === 'exit') this.#exit(cursor.row, cursor.atNs);
    else this.#mark(cursor.row);
  }

  syscalls(): SyscallRow[] {
    const rows: SyscallRow[] = [];
    for (let sys = 0; sys < this.#categoryOf.length; sys++) {
      const at = sys * ROW.size;
      const calls = this.#bySyscall[at + ROW.calls]!;
      if (calls === 0) continue;
      const maxNs = this.#bySyscall[at + ROW.maxNs]!;
      const percentile = (share: number): number =>
        percentileNs(this.#latencies, sys * LATENCY_BUCKETS, share, maxNs);
      rows.push({
        sys,
        calls,
        errors: this.#bySyscall[at + ROW.errors]!,
        totalNs: this.#bySyscall[at + ROW.totalNs]!,
        maxNs,
        p50Ns: percentile(0.5),
        p95Ns: percentile(0.95),
        p99Ns: percentile(0.99),
      });
    }
    return rows;
  }

  errnos(): ErrnoRow[] {
    const rows = Array.from(this.#errnos, ([key, count]) => ({
      sys: Math.floor(key / 0x1_0000),
      errno: key % 0x1_0000,
      count,
    }));
    return rows.sort((a, b) => a.sys - b.sys || a.errno - b.errno);
  }

  commIds(): number[] {
    return [...this.#comms];
  }

  save(): TotalsState {
    return {
      scalars: [
        this.calls,
        this.errors,
        this.restarts,
        this.inFlight,
        this.distinctSyscalls,
        this.#heat.lastColumn,
      ],
      categories: this.#categories.slice(),
      bySyscall: this.#bySyscall.slice(),
      isNameMet: this.#isNameMet.slice(),
      latencies: this.#latencies.slice(),
      timelineCalls: this.#timeline.calls.slice(),
      timelineErrors: this.#timeline.errors.slice(),
      heat: this.#heat.counts.slice(),
      errnos: new Map(this.#errnos),
      threads: new Map(this.#threads),
      comms: new Set(this.#comms),
    };
  }

  restore(state: TotalsState): void {
    [this.calls = 0, this.errors = 0, this.restarts = 0, this.inFlight = 0, this.distinctSyscalls = 0] =
      state.scalars;
    this.#heat.lastColumn = state.scalars[5] ?? -1;
    this.#categories.set(state.categories);
    this.#bySyscall.set(state.bySyscall);
    this.#isNameMet.set(state.isNameMet);
    this.#latencies.set(state.latencies);
    this.#timeline.calls.set(state.timelineCalls);
    this.#timeline.errors.set(state.timelineErrors);
    this.#heat.counts.set(state.heat);
    this.#errnos.clear();
    for (const [key, count] of state.errnos) this.#errnos.set(key, count);
    this.#threads.clear();
    for (const [tid, isIn] of state.threads) this.#threads.set(tid, isIn);
    this.#comms.clear();
    for (const id of state.comms) this.#comms.add(id);
  }

  #enter(row: number, atNs: number): void {
    const sys = this.#sysAt(row);
    const category = this.#categoryOf[sys]!;
    this.calls++;
    this.#categories[category]! += 1;
    const at = sys * ROW.size + ROW.calls;
    if (this.#bySyscall[at] === 0) this.#meet(sys);
    this.#bySyscall[at]! += 1;
    this.#timeline.calls[this.#bucket(atNs) * CATEGORY_COUNT + category]! += 1;
    const tid = this.#tid[row]!;
    if (this.#threads.get(tid) !== true) {
      this.#threads.set(tid, true);
      this.inFlight++;
    }
    const comm = this.#comm[row]!;
    if (comm !== 0) this.#comms.add(comm);
  }

  /** A system call is entered for the first time; its name may be known from another ABI. */
  #meet(sys: number): void {
    const name = this.#nameOf[sys]!;
    if (this.#isNameMet[name] === 1) return;
    this.#isNameMet[name] = 1;
    this.distinctSyscalls++;
  }

  #exit(row: number, atNs: number): void {
    const sys = this.#sysAt(row);
    this.#leave(this.#tid[row]!);
    const errno = this.#errno[row]!;
    if ((this.#flags[row]! & RECORD_FLAGS.restart) !== 0) this.restarts++;
    else if (errno !== 0) this.#fail(sys, errno, atNs);
    // a stamp that stepped back, or none, makes no latency
    const latencyNs = this.#exitNs[row]! - this.#enterNs[row]!;
    if (!(latencyNs >= 0)) return;
    const at = sys * ROW.size;
    this.#bySyscall[at + ROW.totalNs]! += latencyNs;
    if (latencyNs > this.#bySyscall[at + ROW.maxNs]!) this.#bySyscall[at + ROW.maxNs] = latencyNs;
    const bucket = latencyBucket(latencyNs);
    this.#latencies[sys * LATENCY_BUCKETS + bucket]! += 1;
    const column = Math.min(Math.floor(atNs / this.#heat.bucketNs), HEAT.columns - 1);
    // two rows an octave, four buckets an octave from 1 on
    const heatRow = Math.min(Math.max(((bucket - 1) >> 1) - HEAT.minLog2 * HEAT.perOctave, 0), HEAT.rows - 1);
    this.#heat.counts[column * HEAT.rows + heatRow]! += 1;
    if (column > this.#heat.lastColumn) this.#heat.lastColumn = column;
  }

  #fail(sys: number, errno: number, atNs: number): void {
    this.errors++;
    this.#bySyscall[sys * ROW.size + ROW.errors]! += 1;
    this.#timeline.errors[this.#bucket(atNs)]! += 1;
    const key = sys * 0x1_0000 + errno;
    this.#errnos.set(key, (this.#errnos.get(key) ?? 0) + 1);
  }

  #mark(row: number): void {
    const kind = this.#kind[row];
    if (kind === RECORD_KINDS.exit.code || kind === RECORD_KINDS.killed.code) this.#leave(this.#tid[row]!);
  }

  #leave(tid: number): void {
    if (this.#threads.get(tid) !== true) return;
    this.#threads.set(tid, false);
    this.inFlight--;
  }

  #bucket(atNs: number): number {
    return Math.min(Math.floor(atNs / this.#timeline.bucketNs), TIMELINE_BUCKETS - 1);
  }

  #sysAt(row: number): number {
    const sys = this.#sys[row]!;
    return sys === NO_SYSCALL ? this.#categoryOf.length - 1 : sys;
  }

  #openBlock(block: Block): void {
    this.#block = block;
    this.#kind = block.kind;
    this.#flags = block.flags;
    this.#enterNs = block.enterNs;
    this.#exitNs = block.exitNs;
    this.#tid = block.tid;
    this.#comm = block.comm;
    this.#sys = block.sys;
    this.#errno = block.errno;
  }
}

function bucketNs(durationNs: number, buckets: number): number {
  return Math.max(1, Math.ceil(durationNs / buckets));
}
