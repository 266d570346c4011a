// What happened up to a point of a recording, as absolute totals: fed with every point once, in order.
//
// At enter: calls, threads, names, categories, timeline. At exit: errors, restarts, latencies, heat map. At a packet: packets, timeline. The same points give the same
// totals whatever the way there; `save` and `restore` are exact.
import { CATEGORIES, CATEGORY_NAMES } from '../categories.ts';
import { NO_SYSCALL, RECORD_FLAGS, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import { outcomeFlags } from '../outcome-flags.ts';
import type { Recording } from '../recording.ts';
import type { Cursor } from '../replay/cursor.ts';
import { categoryOf } from '../tables/index.ts';
import { BySyscall } from './by-syscall.ts';
import type { BySyscallState, ErrnoRow, SyscallRow } from './by-syscall.ts';
import { OverTime } from './over-time.ts';
import type { Heat, OverTimeState, Timeline } from './over-time.ts';

/** Opaque copy of all totals. Plain data. */
export interface TotalsState {
  readonly calls: number;
  readonly packets: number;
  readonly errors: number;
  readonly restarts: number;
  readonly inFlight: number;
  readonly categories: Float64Array;
  readonly bySyscall: BySyscallState;
  readonly overTime: OverTimeState;
  readonly threads: ReadonlyMap<number, boolean>;
  readonly comms: ReadonlySet<number>;
}

export interface Totals {
  readonly calls: number;
  /** Packets; they are no calls, and of no thread. */
  readonly packets: number;
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

class RecordingTotals implements Totals {
  calls = 0;
  packets = 0;
  errors = 0;
  restarts = 0;
  inFlight = 0;
  readonly #categoryOf: Uint8Array;
  readonly #categories = new Float64Array(CATEGORY_NAMES.length);
  readonly #bySyscall: BySyscall;
  readonly #overTime: OverTime;
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

  constructor({ syscalls, durationNs }: Recording) {
    // one more for calls without a system call, which no importer makes
    this.#categoryOf = new Uint8Array(syscalls.length + 1).fill(CATEGORIES.other.code);
    for (const [i, { arch, name }] of syscalls.entries()) {
      this.#categoryOf[i] = CATEGORIES[categoryOf(arch, name)].code;
    }
    this.#bySyscall = new BySyscall(syscalls);
    this.#overTime = new OverTime(durationNs);
  }

  get threads(): number {
    return this.#threads.size;
  }

  get comms(): number {
    return this.#comms.size;
  }

  get distinctSyscalls(): number {
    return this.#bySyscall.distinct;
  }

  get categories(): readonly number[] {
    return [...this.#categories];
  }

  get timeline(): Timeline {
    return this.#overTime.timeline;
  }

  get heat(): Heat {
    return this.#overTime.heat;
  }

  take(cursor: Cursor): void {
    if (cursor.block !== this.#block) this.#openBlock(cursor.block);
    if (cursor.phase === 'enter') this.#enter(cursor.row, cursor.atNs);
    else if (cursor.phase === 'exit') this.#exit(cursor.row, cursor.atNs);
    else if (cursor.phase === 'packet') {
      this.packets++;
      this.#overTime.addPacket(cursor.atNs);
    } else this.#mark(cursor.row);
  }

  syscalls(): SyscallRow[] {
    return this.#bySyscall.rows();
  }

  errnos(): ErrnoRow[] {
    return this.#bySyscall.errnos();
  }

  commIds(): number[] {
    return [...this.#comms];
  }

  save(): TotalsState {
    return {
      calls: this.calls,
      packets: this.packets,
      errors: this.errors,
      restarts: this.restarts,
      inFlight: this.inFlight,
      categories: this.#categories.slice(),
      bySyscall: this.#bySyscall.save(),
      overTime: this.#overTime.save(),
      threads: new Map(this.#threads),
      comms: new Set(this.#comms),
    };
  }

  restore(state: TotalsState): void {
    this.calls = state.calls;
    this.packets = state.packets;
    this.errors = state.errors;
    this.restarts = state.restarts;
    this.inFlight = state.inFlight;
    this.#categories.set(state.categories);
    this.#bySyscall.restore(state.bySyscall);
    this.#overTime.restore(state.overTime);
    this.#threads.clear();
    for (const [tid, isInCall] of state.threads) this.#threads.set(tid, isInCall);
    this.#comms.clear();
    for (const id of state.comms) this.#comms.add(id);
  }

  #enter(row: number, atNs: number): void {
    const sys = this.#sysAt(row);
    const category = this.#categoryOf[sys]!;
    this.calls++;
    this.#categories[category]! += 1;
    this.#bySyscall.addCall(sys);
    this.#overTime.addCall(atNs, category);
    const tid = this.#tid[row]!;
    if (this.#threads.get(tid) !== true) {
      this.#threads.set(tid, true);
      this.inFlight++;
    }
    const comm = this.#comm[row]!;
    if (comm !== 0) this.#comms.add(comm);
  }

  #exit(row: number, atNs: number): void {
    const sys = this.#sysAt(row);
    this.#leave(this.#tid[row]!);
    const errno = this.#errno[row]!;
    if ((this.#flags[row]! & RECORD_FLAGS.restart) !== 0) this.restarts++;
    else if (errno !== 0) {
      this.errors++;
      this.#bySyscall.addError(sys, errno);
      this.#overTime.addError(atNs);
    }
    const latencyNs = this.#exitNs[row]! - this.#enterNs[row]!;
    // a stamp that stepped back, or none, makes no latency
    if (latencyNs >= 0) this.#overTime.addLatency(atNs, this.#bySyscall.addLatency(sys, latencyNs));
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

  #sysAt(row: number): number {
    const sys = this.#sys[row]!;
    return sys === NO_SYSCALL ? this.#categoryOf.length - 1 : sys;
  }

  #openBlock(block: Block): void {
    this.#block = block;
    this.#kind = block.kind;
    this.#flags = outcomeFlags(block);
    this.#enterNs = block.enterNs;
    this.#exitNs = block.exitNs;
    this.#tid = block.tid;
    this.#comm = block.comm;
    this.#sys = block.sys;
    this.#errno = block.errno;
  }
}
