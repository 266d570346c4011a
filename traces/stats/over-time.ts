// Totals over the time of a recording: a timeline of calls and errors, and a heat map of latencies.
import { CATEGORY_NAMES } from '../categories.ts';

/** Calls by category, errors and packets over the whole recording. The arrays are the totals' own: read, do not keep. */
export interface Timeline {
  readonly bucketNs: number;
  readonly buckets: number;
  /** `buckets` rows of 8 categories. */
  readonly calls: Uint32Array;
  readonly errors: Uint32Array;
  readonly packets: Uint32Array;
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

/** A copy. Plain data. */
export interface OverTimeState {
  readonly calls: Uint32Array;
  readonly errors: Uint32Array;
  readonly packets: Uint32Array;
  readonly heat: Uint32Array;
  readonly lastColumn: number;
}

const BUCKETS = 120;
/** Half octaves from 128 ns to 137 s. */
const HEAT = { columns: 240, rows: 60, minLog2: 7, perOctave: 2 } as const;
const CATEGORY_COUNT = CATEGORY_NAMES.length;

/** Both, over a recording of `durationNs`. */
export class OverTime {
  readonly timeline: Timeline;
  readonly heat: Heat & { lastColumn: number };

  constructor(durationNs: number) {
    this.timeline = {
      bucketNs: bucketNs(durationNs, BUCKETS),
      buckets: BUCKETS,
      calls: new Uint32Array(BUCKETS * CATEGORY_COUNT),
      errors: new Uint32Array(BUCKETS),
      packets: new Uint32Array(BUCKETS),
    };
    this.heat = {
      bucketNs: bucketNs(durationNs, HEAT.columns),
      ...HEAT,
      counts: new Uint32Array(HEAT.columns * HEAT.rows),
      lastColumn: -1,
    };
  }

  addCall(atNs: number, category: number): void {
    this.timeline.calls[this.#bucket(atNs) * CATEGORY_COUNT + category]! += 1;
  }

  addError(atNs: number): void {
    this.timeline.errors[this.#bucket(atNs)]! += 1;
  }

  addPacket(atNs: number): void {
    this.timeline.packets[this.#bucket(atNs)]! += 1;
  }

  /** Adds a latency by its bucket (see latency.ts): four of these an octave, from bucket 1 on, are two rows. */
  addLatency(atNs: number, latencyBucket: number): void {
    const { heat } = this;
    const column = Math.min(Math.floor(atNs / heat.bucketNs), HEAT.columns - 1);
    const halfOctave = ((latencyBucket - 1) >> 1) - HEAT.minLog2 * HEAT.perOctave;
    const row = Math.min(Math.max(halfOctave, 0), HEAT.rows - 1);
    heat.counts[column * HEAT.rows + row]! += 1;
    if (column > heat.lastColumn) heat.lastColumn = column;
  }

  save(): OverTimeState {
    const { timeline, heat } = this;
    return {
      calls: timeline.calls.slice(),
      errors: timeline.errors.slice(),
      packets: timeline.packets.slice(),
      heat: heat.counts.slice(),
      lastColumn: heat.lastColumn,
    };
  }

  restore(state: OverTimeState): void {
    this.timeline.calls.set(state.calls);
    this.timeline.errors.set(state.errors);
    this.timeline.packets.set(state.packets);
    this.heat.counts.set(state.heat);
    this.heat.lastColumn = state.lastColumn;
  }

  #bucket(atNs: number): number {
    return Math.min(Math.floor(atNs / this.timeline.bucketNs), BUCKETS - 1);
  }
}

/** Whole ns, so that bucket borders are exact; the end of the recording falls into the last bucket. */
function bucketNs(durationNs: number, buckets: number): number {
  return Math.max(1, Math.ceil(durationNs / buckets));
}
