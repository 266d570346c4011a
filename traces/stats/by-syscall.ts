// Totals by system call: calls, errors by errno, latencies.
import type { SyscallRef } from '../event.ts';
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

/** A copy. Plain data. */
export interface BySyscallState {
  readonly distinct: number;
  readonly counts: Float64Array;
  readonly isNameMet: Uint8Array;
  readonly latencies: Uint32Array;
  readonly errnos: ReadonlyMap<number, number>;
}

/** Columns of a row of counts. */
const COUNT = { calls: 0, errors: 1, totalNs: 2, maxNs: 3, columns: 4 } as const;
const ERRNOS = 0x1_0000;

/** The table; index `syscalls.length` is that of calls without a system call, which no importer makes. */
export class BySyscall {
  /** System calls that were entered, by name: the same name through two ABIs is one. */
  distinct = 0;
  readonly #size: number;
  readonly #counts: Float64Array;
  readonly #latencies: Uint32Array;
  readonly #errnos = new Map<number, number>();
  /** First system call of the same name as each, and which of these were entered. */
  readonly #nameOf: Uint16Array;
  readonly #isNameMet: Uint8Array;

  constructor(syscalls: readonly SyscallRef[]) {
    this.#size = syscalls.length + 1;
    this.#counts = new Float64Array(this.#size * COUNT.columns);
    this.#latencies = new Uint32Array(this.#size * LATENCY_BUCKETS);
    const names = syscalls.map(({ name }) => name);
    this.#nameOf = Uint16Array.from(names, (name) => names.indexOf(name));
    this.#isNameMet = new Uint8Array(this.#size);
  }

  addCall(sys: number): void {
    const at = sys * COUNT.columns + COUNT.calls;
    if (this.#counts[at] === 0) this.#meet(sys);
    this.#counts[at]! += 1;
  }

  addError(sys: number, errno: number): void {
    this.#counts[sys * COUNT.columns + COUNT.errors]! += 1;
    const key = sys * ERRNOS + errno;
    this.#errnos.set(key, (this.#errnos.get(key) ?? 0) + 1);
  }

  /** Adds a latency in ns, at least 0; returns its bucket. */
  addLatency(sys: number, latencyNs: number): number {
    const at = sys * COUNT.columns;
    this.#counts[at + COUNT.totalNs]! += latencyNs;
    if (latencyNs > this.#counts[at + COUNT.maxNs]!) this.#counts[at + COUNT.maxNs] = latencyNs;
    const bucket = latencyBucket(latencyNs);
    this.#latencies[sys * LATENCY_BUCKETS + bucket]! += 1;
    return bucket;
  }

  /** One row a system call that was entered, by index. */
  rows(): SyscallRow[] {
    const rows: SyscallRow[] = [];
    for (let sys = 0; sys < this.#size; sys++) {
      const at = sys * COUNT.columns;
      const calls = this.#counts[at + COUNT.calls]!;
      if (calls === 0) continue;
      const maxNs = this.#counts[at + COUNT.maxNs]!;
      const percentile = (share: number): number =>
        percentileNs(this.#latencies, sys * LATENCY_BUCKETS, share, maxNs);
      rows.push({
        sys,
        calls,
        errors: this.#counts[at + COUNT.errors]!,
        totalNs: this.#counts[at + COUNT.totalNs]!,
        maxNs,
        p50Ns: percentile(0.5),
        p95Ns: percentile(0.95),
        p99Ns: percentile(0.99),
      });
    }
    return rows;
  }

  /** One row a (system call, errno), by both. */
  errnos(): ErrnoRow[] {
    const sorted = [...this.#errnos].sort(([a], [b]) => a - b);
    return sorted.map(([key, count]) => ({ sys: Math.floor(key / ERRNOS), errno: key % ERRNOS, count }));
  }

  save(): BySyscallState {
    return {
      distinct: this.distinct,
      counts: this.#counts.slice(),
      isNameMet: this.#isNameMet.slice(),
      latencies: this.#latencies.slice(),
      errnos: new Map(this.#errnos),
    };
  }

  restore(state: BySyscallState): void {
    this.distinct = state.distinct;
    this.#counts.set(state.counts);
    this.#isNameMet.set(state.isNameMet);
    this.#latencies.set(state.latencies);
    this.#errnos.clear();
    for (const [key, count] of state.errnos) this.#errnos.set(key, count);
  }

  /** A system call is entered for the first time; its name may be known from another ABI. */
  #meet(sys: number): void {
    const name = this.#nameOf[sys];
    if (name === undefined || this.#isNameMet[name] === 1) return;
    this.#isNameMet[name] = 1;
    this.distinct++;
  }
}
