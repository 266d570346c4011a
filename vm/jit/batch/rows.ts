// The columns of a batch as JavaScript fills and reads them.
import type { BatchColumns } from '../../kernel/event-batch.ts';
import type { SyscallPoint } from '../../kernel/point.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { BATCH, BATCH_ROWS, MAX_NAMES, NAME } from './layout.ts';

const ARG_COUNT = 6;
/** Bytes of a name that programs see. */
const COMM_CHARS = 15;

/** The rows of one machine's batches. */
export class BatchRows {
  private readonly memory: LinearMemory;
  private buffer: ArrayBuffer | undefined;
  private found: BatchColumns | undefined;
  /** Names by number, and numbers by their bytes. */
  private readonly names: Uint8Array[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(memory: LinearMemory) {
    this.memory = memory;
  }

  /** Views of the columns, as long as the memory does not grow. */
  get columns(): BatchColumns {
    const { buffer } = this.memory.wasm;
    if (this.found !== undefined && buffer === this.buffer) return this.found;
    this.buffer = buffer;
    this.found = {
      plan: new Int32Array(buffer, BATCH.plan, BATCH_ROWS),
      nr: new Int32Array(buffer, BATCH.nr, BATCH_ROWS),
      audit: new Uint32Array(buffer, BATCH.audit, BATCH_ROWS),
      args: new BigUint64Array(buffer, BATCH.args, ARG_COUNT * BATCH_ROWS),
      ret: new BigInt64Array(buffer, BATCH.ret, BATCH_ROWS),
      tid: new Int32Array(buffer, BATCH.tid, BATCH_ROWS),
      tgid: new Int32Array(buffer, BATCH.tgid, BATCH_ROWS),
      comm: new Int32Array(buffer, BATCH.comm, BATCH_ROWS),
      cpu: new Int32Array(buffer, BATCH.cpu, BATCH_ROWS),
      atNs: new Float64Array(buffer, BATCH.atNs, BATCH_ROWS),
    };
    return this.found;
  }

  /** Makes room for names where little is left: numbers that were given out mean nothing then. */
  freshNames(): void {
    if (this.names.length < MAX_NAMES / 2) return;
    this.names.length = 0;
    this.numbers.clear();
  }

  /** See EventBatch.name. */
  name(comm: Uint8Array): number {
    const key = String.fromCharCode(...comm);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.names.length;
    if (number === MAX_NAMES) return -1;
    this.numbers.set(key, number);
    this.names.push(comm.slice());
    const { u8, view } = this.memory;
    const at = BATCH.names + NAME.bytes * number;
    const shown = comm.subarray(0, COMM_CHARS);
    u8.fill(0, at, at + NAME.bytes);
    u8.set(shown, at);
    view.setInt32(at + NAME.length, shown.length === 0 ? -1 : shown.length, true);
    return number;
  }

  /** Fills a point with what the columns say of a row; it has no memory. */
  fill(row: number, point: SyscallPoint): void {
    const { nr, audit, ret, tid, tgid, comm, cpu, atNs } = this.columns;
    point.nr = nr[row]!;
    point.audit = audit[row]!;
    point.ret = ret[row]!;
    point.tid = tid[row]!;
    point.tgid = tgid[row]!;
    point.comm = this.names[comm[row]!] ?? new Uint8Array(0);
    point.cpu = cpu[row]!;
    point.atNs = atNs[row]!;
    const from = BATCH.args + 8 * ARG_COUNT * row;
    point.args.set(this.memory.u8.subarray(from, from + 8 * ARG_COUNT));
  }
}
