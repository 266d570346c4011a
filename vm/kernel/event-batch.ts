// Many points of a recording handed to the machine at once, as columns in its linear memory: generated code walks them, and nothing crosses into JavaScript
// for each. What programs do is the same as if the points came one by one.
import type { SyscallPoint } from './point.ts';

/** Views of the columns, `rows` long each (args: six a row). They are others after the memory has grown: take them anew for each batch. */
export interface BatchColumns {
  /** What runs at the row: a number of `EventBatch.plan`, other than 0. */
  readonly plan: Int32Array;
  /** As in SyscallPoint; `args` row by row, `ret` 0n at enter. */
  readonly nr: Int32Array;
  readonly audit: Uint32Array;
  readonly args: BigUint64Array;
  readonly ret: BigInt64Array;
  readonly tid: Int32Array;
  readonly tgid: Int32Array;
  /** Number of a name, see `EventBatch.name`. */
  readonly comm: Int32Array;
  readonly cpu: Int32Array;
  /** Never less than in the row before. */
  readonly atNs: Float64Array;
}

/** Batches of one machine. What it says holds until programs are attached, detached or replaced: then it is asked for again. */
export interface EventBatch {
  /** Most rows of a batch. */
  readonly rows: number;
  /**
   * What programs may want to know of a point besides its columns: nothing, its user memory, or what is known of the task too. That changes from point to
   * point: with 'task' they are handed over one by one, as `fill` cannot tell.
   */
  readonly wants: 'columns' | 'memory' | 'task';
  columns(): BatchColumns;
  /** What runs at the enter or exit of a call; 0: nothing, and no row is needed. */
  plan(at: 'enter' | 'exit', audit: number, nr: number): number;
  /** A number for the name of a thread; the same for the same bytes, until the next batch begins. -1 when there is no room: end the batch before it. */
  name(comm: Uint8Array): number;
  /**
   * Timers or work of programs wait: they run between points, in order of time, so that points are handed over one by one until they have. Rows that are run
   * meanwhile are taken one by one as well.
   */
  readonly isHeld: boolean;
  /** Programs may start timers or begin work, or such wait: whoever wants each of them to be told of at its own point hands points over one by one. */
  readonly mayHold: boolean;
  /**
   * Runs rows `from` up to `to`, in order: how many were taken. Fewer when something must be done by the machine first; it is done then, and the
   * rest may be run. `fill` makes a whole point of a row, for helpers that need more than the columns; it is asked while the row runs. `drain` is told of
   * rows in which records were written to a ringbuf or a perf_event_array, in order, once they have run: whoever reads these maps then (and at any other time)
   * finds what that row and those before it wrote.
   */
  run(
    from: number,
    to: number,
    fill: (row: number, point: SyscallPoint) => void,
    drain?: (row: number) => void,
  ): number;
}
