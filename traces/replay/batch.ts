// A recording in batches: the points that programs run at, as columns in the machine's memory, in the order and with the times, ids and names that a
// cursor, `fillPoint` and `Processes` give them one by one.
//
//   blocks -> fast lane: records, and the returns that are wanted -> rows -> EventBatch.run
//                | ^
//                v |  where the next point changes something, whatever it is
//             cursor: every point
import type { EventBatch } from '../../vm/index.ts';
import type { Recording } from '../recording.ts';
import { Callers } from './batch/callers.ts';
import { FastLane } from './batch/fast-lane.ts';
import { OpenedBlock } from './batch/opened-block.ts';
import { plansOf, type Plans } from './batch/plans.ts';
import { Rows } from './batch/rows.ts';
import { createCursor, type Cursor, type CursorState } from './cursor.ts';
import { createIdentities, type Identities, type ProcessesState } from './processes.ts';

/** A saved place. A cursor goes on from `cursor`; `identities` are those of another batcher over the same recording. */
export interface BatcherState {
  readonly cursor: CursorState;
  readonly identities: ProcessesState;
}

/** Feeds a batch. What programs run at is asked once: when programs are attached, detached or replaced, another batcher goes on from its state. */
export interface Batcher {
  /**
   * Takes points up to `limitNs`, about a block's, and has their programs run; false when all that are due were taken. Points that no program
   * listens to, packets and marks are passed over.
   */
  step(limitNs: number): boolean;
  save(): BatcherState;
  restore(state: BatcherState): void;
}

export interface BatcherOptions {
  /** Programs have written records to a ringbuf or a perf_event_array at a point of this time; it has run, and those after it have not. */
  readonly onRecords?: (atNs: number) => void;
}

/** At the start of a recording. */
export function createBatcher(
  recording: Recording,
  batch: EventBatch,
  { onRecords = () => {} }: BatcherOptions = {},
): Batcher {
  return new RecordingBatcher(recording, batch, onRecords);
}

/** Points of a step that a cursor takes. */
const POINTS_A_STEP = 4096;
const CALL_PHASES: ReadonlySet<string> = new Set(['enter', 'exit']);

class RecordingBatcher implements Batcher {
  readonly #cursor: Cursor;
  readonly #identities: Identities;
  readonly #plans: Plans;
  readonly #rows: Rows;
  readonly #callers: Callers;
  readonly #lane: FastLane;
  /** Who takes the points: the cursor does until the identities are quiet. */
  #lead: 'lane' | 'cursor' = 'lane';

  constructor(recording: Recording, batch: EventBatch, onRecords: (atNs: number) => void) {
    this.#cursor = createCursor(recording);
    this.#identities = createIdentities(recording);
    this.#plans = plansOf(recording, batch, this.#identities.matters);
    this.#rows = new Rows(recording, batch, this.#plans, onRecords);
    this.#callers = new Callers(recording, this.#identities, this.#rows);
    const start = this.#cursor.save();
    this.#lane = new FastLane(recording, this.#identities, this.#plans, this.#rows, this.#callers, start);
  }

  step(limitNs: number): boolean {
    const isMore = this.#lead === 'lane' ? this.#takeLane(limitNs) : this.#takePoints(limitNs);
    this.#rows.flush();
    return isMore;
  }

  save(): BatcherState {
    const cursor = this.#lead === 'lane' ? this.#lane.save() : this.#cursor.save();
    return { cursor, identities: this.#identities.save() };
  }

  restore({ cursor, identities }: BatcherState): void {
    this.#identities.restore(identities);
    this.#cursor.restore(cursor);
    this.#lead = 'cursor';
    this.#leaveCursor();
  }

  #takeLane(limitNs: number): boolean {
    const halt = this.#lane.take(limitNs);
    if (halt !== 'unquiet') return halt === 'block';
    this.#cursor.restore(this.#lane.save());
    this.#lead = 'cursor';
    return true;
  }

  #takePoints(limitNs: number): boolean {
    for (let i = 0; i < POINTS_A_STEP; i++) {
      if (!this.#cursor.advance(limitNs)) return false;
      this.#takePoint();
      if (this.#leaveCursor()) return true;
    }
    return true;
  }

  #takePoint(): void {
    const cursor = this.#cursor;
    const { block, blockIndex, row, phase, atNs } = cursor;
    this.#identities.before(cursor);
    const isExit = phase === 'exit';
    const call = Math.min(block.sys[row]!, this.#plans.calls);
    if (CALL_PHASES.has(phase) && (isExit ? this.#plans.exit : this.#plans.enter)[call] !== 0) {
      const caller = this.#callers.current(new OpenedBlock(block, blockIndex), row);
      this.#rows.add(block, row, call, isExit, caller, atNs);
    }
    this.#identities.take(cursor);
  }

  /** Says whether the lane leads again. */
  #leaveCursor(): boolean {
    if (!this.#identities.isQuiet) return false;
    this.#lane.restore(this.#cursor.save());
    this.#lead = 'lane';
    return true;
  }
}
