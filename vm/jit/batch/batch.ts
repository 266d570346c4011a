// Batches of a machine: hands rows to the loop in generated code, and does by itself what that cannot: rows of a machine that has timers or work waiting, what
// is left of a row when one of its programs was stopped, and what JavaScript must know of a row before it does something for it.
import type { Grace } from '../../kernel/grace.ts';
import type { BatchColumns, EventBatch } from '../../kernel/event-batch.ts';
import type { CallbackTable } from '../../kernel/callbacks.ts';
import { passes } from '../../kernel/functions.ts';
import type { KernelMemory } from '../../kernel/kernel-memory.ts';
import type { Stage } from '../../kernel/attachments.ts';
import { emptyPoint, type SyscallPoint } from '../../kernel/point.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import type { JitCpu, RowHost } from '../engine/jit-cpu.ts';
import type { PrintedLine } from '../inline/print-buffer.ts';
import { BATCH_ROWS } from './layout.ts';
import { RUN_FUNCTION, type LoopInput } from './loop-code.ts';
import { Playback } from './playback.ts';
import type { Plans } from './plans.ts';
import type { BatchRows } from './rows.ts';

/** The machine around batches. */
export interface BatchWorld {
  readonly memory: LinearMemory;
  readonly kernel: KernelMemory;
  readonly cpu: JitCpu;
  readonly grace: Grace;
  readonly callbacks: CallbackTable;
  /** Does a whole point. */
  call(stages: readonly Stage[], point: SyscallPoint): void;
  /** The point's task is the current one. */
  begin(point: SyscallPoint): void;
  /** Runs stages from the run at `index` of stage `first` on, whose ctx is filled unless it is the first of its stage. */
  fireFrom(stages: readonly Stage[], point: SyscallPoint, first: number, index: number): void;
  /** The recording has come to a time; work that programs began is done. */
  finish(atNs: number): void;
  printed(line: PrintedLine): void;
  overridden(prog: KernelProg, value: number): void;
  /** What batches are made for now, and linked. */
  input(): BatchInput;
}

/** What a batch is made for. */
export interface BatchInput extends LoopInput {
  readonly wants: 'columns' | 'memory';
  /** Programs may begin work, or start timers. */
  readonly runsLater: boolean;
}

/** Makes points of rows, and tells that records were written in one. */
interface Asker {
  readonly fill: (row: number, point: SyscallPoint) => void;
  readonly drain: ((row: number) => void) | undefined;
}

type Run = (from: number, to: number) => number;

/** No row, and no run. */
const NONE = -1;
const STOP = CELLS.stop / 4;
const ROW = CELLS.row / 4;
const RUN = CELLS.run / 4;
const NOBODY: Asker = { fill() {}, drain: undefined };

export class Batch implements EventBatch, RowHost {
  readonly rows = BATCH_ROWS;
  private readonly world: BatchWorld;
  private input: BatchInput;
  private readonly table: BatchRows;
  private readonly playback: Playback;
  private readonly point = emptyPoint();
  private asker = NOBODY;
  /** The row and run that JavaScript was told of last, and how many stages of the row. */
  private toldRow = NONE;
  private toldRun = NONE;
  private toldStages = 0;

  constructor(world: BatchWorld, table: BatchRows) {
    this.world = world;
    this.input = world.input();
    this.table = table;
    this.playback = new Playback(world.memory, (line) => world.printed(line));
  }

  get wants(): BatchInput['wants'] {
    return this.input.wants;
  }

  /** Whether it hands rows to what is attached by these plans. */
  isOf(plans: Plans): boolean {
    return this.input.plans === plans;
  }

  get isHeld(): boolean {
    return !this.world.callbacks.isIdle;
  }

  get mayHold(): boolean {
    return this.input.runsLater || this.isHeld;
  }

  columns(): BatchColumns {
    this.table.freshNames();
    return this.table.columns;
  }

  plan(at: 'enter' | 'exit', audit: number, nr: number): number {
    return this.input.plans.number(at, audit, nr);
  }

  name(comm: Uint8Array): number {
    return this.table.name(comm);
  }

  run(from: number, to: number, fill: Asker['fill'], drain?: Asker['drain']): number {
    const wasHeld = this.isHeld;
    this.input = this.world.input();
    this.asker = { fill, drain };
    try {
      for (let row = from; row < to;) {
        const run = this.isHeld ? undefined : this.loop(to - row);
        row = run === undefined ? this.byHand(row) : this.inCode(run, row, to);
        if (this.isHeld && !wasHeld) return row - from;
      }
      return to - from;
    } finally {
      this.asker = NOBODY;
    }
  }

  /** The loop, among programs as they are linked now. */
  private loop(rows: number): Run | undefined {
    return this.world.cpu.linkedModule(rows)?.exports[RUN_FUNCTION] as Run | undefined; // its type is that of `loopCode`
  }

  /** Runs a row as any point; the row behind it. */
  private byHand(row: number): number {
    const plan = this.input.plans.all[this.table.columns.plan[row]! - 1];
    if (plan === undefined) return row + 1;
    this.read(row);
    this.world.call(plan.stages, this.point);
    this.asker.drain?.(row);
    return row + 1;
  }

  /** Runs rows by generated code: the row behind the last that has run. */
  private inCode(run: Run, from: number, to: number): number {
    const { memory, cpu, grace, callbacks } = this.world;
    let next = from;
    let isOpen = false;
    memory.i32[STOP] = 0;
    memory.i32[ROW] = from;
    this.toldRow = NONE;
    this.playback.begin(this.input.buffers, this.asker.drain);
    grace.begin();
    try {
      const isWhole = cpu.runRows(this, () => {
        next = run(from, to);
      });
      if (!isWhole) next = this.goOn();
      // What is begun in a row for later is done behind it, and before its records are read.
      isOpen = !isWhole || !callbacks.isIdle;
      this.playback.play(isOpen ? next - 1 : next);
    } finally {
      this.playback.end();
      memory.i32[ROW] = NONE;
      grace.end();
    }
    this.world.finish(this.table.columns.atNs[next - 1]!);
    if (isOpen) this.asker.drain?.(next - 1);
    return next;
  }

  /** A run was stopped: the programs behind it in its row. The next row. */
  private goOn(): number {
    const { plan, stage, index } = this.input.plans.runs[this.toldRun]!;
    this.world.fireFrom(plan.stages, this.point, stage, index + 1);
    return this.toldRow + 1;
  }

  cameOut(): KernelProg {
    const { memory, cpu, kernel, grace } = this.world;
    const row = memory.i32[ROW]!;
    const run = this.input.plans.runs[memory.i32[RUN]!]!;
    if (row === this.toldRow && run.id === this.toldRun) return run.prog;
    if (this.input.runsLater) memory.i32[STOP] = 1; // there may be work behind the row
    if (row !== this.toldRow) {
      this.playback.play(row);
      // What rows before gave up goes where it would have gone behind them.
      grace.end();
      grace.begin();
      this.read(row);
      this.world.begin(this.point);
      this.toldRow = row;
      this.toldStages = 0;
    }
    this.toldRun = run.id;
    for (; this.toldStages <= run.stage; this.toldStages++) {
      const { place } = run.plan.stages[this.toldStages]!;
      if (place.only === undefined || passes(place.only, this.point)) place.tell?.(kernel);
    }
    cpu.takeUp(run.prog, run.event);
    return run.prog;
  }

  fill(id: number): void {
    this.cameOut();
    const { plan, stage } = this.input.plans.runs[id]!;
    plan.stages[stage]!.place.fill(this.world.memory, this.world.kernel, this.point);
  }

  override(id: number, value: number): void {
    this.cameOut();
    this.world.overridden(this.input.plans.runs[id]!.prog, value);
  }

  /** Makes the point of a row. */
  private read(row: number): void {
    if (this.wants === 'memory') this.asker.fill(row, this.point);
    else this.table.fill(row, this.point);
  }
}
