// A batch as it is filled, row by row, and run when it is full.
import type { BatchColumns, EventBatch, SyscallPoint } from '../../../vm/index.ts';
import type { Block } from '../../event.ts';
import type { Recording } from '../../recording.ts';
import { EMPTY_BLOCK } from '../place.ts';
import type { Phase, Place } from '../place.ts';
import { fillPoint } from '../point.ts';
import type { Plans } from './plans.ts';

const ARGS = 6;
/** Rows that follow each other in a block are copied as one piece from this many on: fewer are faster one by one. */
const FEWEST_COPIED = 4;

/** Who a row is of. */
export interface Caller {
  tid: number;
  tgid: number;
  comm: Uint8Array;
  /** The number of `comm` in this batch; UNNUMBERED until a row needs it. */
  name: number;
}

/** What is kept of a row: its record * 2, and 1 at exit; tid, tgid, name. */
const KEPT_FIELDS = 4;

/** No number yet. */
export const UNNUMBERED = -1;

/** The rows of one batch after the other. */
export class Rows {
  /** Another one for each batch. */
  batches = 1;
  readonly #recording: Recording;
  readonly #batch: EventBatch;
  readonly #plans: Plans;
  readonly #onRecords: (atNs: number) => void;
  readonly #capacity: number;
  #count = 0;
  #columns: BatchColumns;
  #args32: Uint32Array;
  #ret32: Uint32Array;
  /** Names by number. */
  readonly #names = new Map<number, Uint8Array>();
  /** What is told of rows while they run, when the columns may have gone: KEPT_FIELDS a row, and their times. */
  readonly #kept: Int32Array;
  readonly #times: Float64Array;
  /** From which row on rows are of which block. */
  readonly #blocks: Block[] = [];
  readonly #blockStarts: number[] = [];
  #block = EMPTY_BLOCK;
  #blockCpu = EMPTY_BLOCK.cpu;
  /** The block's numbers in halves, once they were asked for. */
  #blockArgs: Uint32Array | undefined;
  #blockRet: Uint32Array | undefined;
  /** Rows whose arguments are still to be copied: `#runCount` from row `#runAt`, of the records from `#runRecord` on. */
  #runAt = 0;
  #runRecord = 0;
  #runCount = 0;
  readonly #place = { atNs: 0, phase: 'enter' as Phase, block: EMPTY_BLOCK, row: 0, blockIndex: 0 };

  constructor(recording: Recording, batch: EventBatch, plans: Plans, onRecords: (atNs: number) => void) {
    this.#onRecords = onRecords;
    this.#recording = recording;
    this.#batch = batch;
    this.#plans = plans;
    this.#capacity = batch.rows;
    this.#kept = new Int32Array(batch.rows * KEPT_FIELDS);
    this.#times = new Float64Array(batch.rows);
    this.#columns = batch.columns();
    this.#args32 = halves(this.#columns.args);
    this.#ret32 = halves(this.#columns.ret);
  }

  /** Adds the enter or exit of a call. Runs the batch when it has no room. */
  add(block: Block, row: number, call: number, isExit: boolean, caller: Caller, atNs: number): void {
    if (this.#count === this.#capacity) {
      this.flush();
      caller.name = UNNUMBERED;
    }
    if (caller.name === UNNUMBERED) caller.name = this.#number(caller.comm);
    const at = this.#count++;
    const plans = this.#plans;
    const columns = this.#columns;
    if (block !== this.#block) this.#open(block, at);
    columns.plan[at] = isExit ? plans.exit[call]! : plans.enter[call]!;
    columns.nr[at] = plans.nr[call]!;
    columns.audit[at] = plans.audit[call]!;
    columns.tid[at] = caller.tid;
    columns.tgid[at] = caller.tgid;
    columns.comm[at] = caller.name;
    columns.cpu[at] = Math.max(this.#blockCpu[row]!, 0);
    columns.atNs[at] = atNs;
    const kept = at * KEPT_FIELDS;
    this.#kept[kept] = row * 2 + (isExit ? 1 : 0);
    this.#kept[kept + 1] = caller.tid;
    this.#kept[kept + 2] = caller.tgid;
    this.#kept[kept + 3] = caller.name;
    this.#times[at] = atNs;
    if (isExit) this.#putRet(row, at);
    else {
      this.#ret32[at * 2] = 0;
      this.#ret32[at * 2 + 1] = 0;
    }
    if (row !== this.#runRecord + this.#runCount) this.#endRun(row, at);
    this.#runCount++;
  }

  /** Runs what there is, and begins the next batch. */
  flush(): void {
    if (this.#count > 0) {
      this.#endRun(0, 0);
      for (let from = 0; from < this.#count;)
        from += this.#batch.run(from, this.#count, this.#fill, this.#drain);
      this.#count = 0;
    }
    this.#columns = this.#batch.columns();
    this.#args32 = halves(this.#columns.args);
    this.#ret32 = halves(this.#columns.ret);
    this.#names.clear();
    this.#blocks.length = this.#blockStarts.length = 0;
    this.#block = EMPTY_BLOCK;
    this.batches++;
  }

  /** The number of a name. Runs the batch when it has no room for another. */
  #number(comm: Uint8Array): number {
    let number = this.#batch.name(comm);
    if (number < 0) {
      this.flush();
      number = this.#batch.name(comm);
    }
    this.#names.set(number, comm);
    return number;
  }

  #open(block: Block, at: number): void {
    this.#endRun(0, at);
    this.#block = block;
    this.#blockCpu = block.cpu;
    this.#blocks.push(block);
    this.#blockStarts.push(at);
    this.#blockArgs = this.#blockRet = undefined;
  }

  /** Copies the arguments of the rows that follow each other, and begins anew. */
  #endRun(row: number, at: number): void {
    const count = this.#runCount;
    const from = this.#runRecord * ARGS;
    const to = this.#runAt * ARGS;
    if (count >= FEWEST_COPIED) {
      this.#columns.args.set(this.#block.args.subarray(from, from + count * ARGS), to);
    } else if (count > 0) {
      const args = (this.#blockArgs ??= halves(this.#block.args));
      const out = this.#args32;
      for (let i = 0; i < count * ARGS * 2; i++) out[to * 2 + i] = args[from * 2 + i]!;
    }
    this.#runRecord = row;
    this.#runAt = at;
    this.#runCount = 0;
  }

  #putRet(row: number, at: number): void {
    const ret = (this.#blockRet ??= halves(this.#block.ret));
    this.#ret32[at * 2] = ret[row * 2]!;
    this.#ret32[at * 2 + 1] = ret[row * 2 + 1]!;
  }

  /** For EventBatch.run. */
  readonly #fill = (row: number, point: SyscallPoint): void => {
    const kept = row * KEPT_FIELDS;
    const record = this.#kept[kept]!;
    const place = this.#place;
    place.block = this.#blockOf(row);
    place.row = record >> 1;
    place.phase = (record & 1) === 0 ? 'enter' : 'exit';
    place.atNs = this.#times[row]!;
    fillPoint(place satisfies Place, this.#recording, point);
    point.tid = this.#kept[kept + 1]!;
    point.tgid = this.#kept[kept + 2]!;
    point.comm = this.#names.get(this.#kept[kept + 3]!)!;
  };

  /** For EventBatch.run. */
  readonly #drain = (row: number): void => this.#onRecords(this.#times[row]!);

  #blockOf(row: number): Block {
    const starts = this.#blockStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return this.#blocks[low]!;
  }
}

/** The halves of 64-bit numbers: typed arrays are little endian wherever this runs, and no number is made for them. */
function halves(column: BigUint64Array | BigInt64Array): Uint32Array {
  return new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
}
