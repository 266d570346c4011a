// A block in the making: the columns of Block, open for writing. 64-bit columns are written as two 32-bit halves, low half first,
// which every machine that runs this lays out the same way.
import { ARG_KINDS, type Block, NO_SYSCALL, SYNTHETIC_BASE, SYNTHETIC_STRIDE } from '../event.ts';
import { SpanColumns } from './spans.ts';

const BASE_HI = Number(SYNTHETIC_BASE >> 32n);
const STRIDE_BITS = Math.log2(Number(SYNTHETIC_STRIDE));

/** Low half of the made-up address of string `id`, see syntheticAddress. */
export function syntheticLo(id: number): number {
  return (id << STRIDE_BITS) >>> 0;
}

/** High half of the made-up address of string `id`. */
export function syntheticHi(id: number): number {
  return BASE_HI + (id >>> (32 - STRIDE_BITS));
}

/** Columns of `capacity` rows, filled up to `count`. */
export class OpenBlock {
  count = 0;
  /** Rows that are still to be completed. */
  pending = 0;
  /** It was handed on and must not be touched any more. */
  released = false;
  readonly capacity: number;
  readonly kind: Uint8Array;
  readonly flags: Uint16Array;
  readonly line: Uint32Array;
  readonly source: Uint16Array;
  readonly enterNs: Float64Array;
  readonly exitNs: Float64Array;
  readonly tid: Int32Array;
  readonly tgid: Int32Array;
  readonly comm: Uint32Array;
  readonly sys: Uint16Array;
  /** 12 a row: six pairs of halves. */
  readonly args: Uint32Array;
  readonly argKinds: Uint8Array;
  readonly argText: Uint32Array;
  /** 2 a row. */
  readonly ret: Uint32Array;
  readonly errno: Uint16Array;
  readonly retText: Uint32Array;
  readonly spans = new SpanColumns();

  constructor(capacity: number) {
    this.capacity = capacity;
    this.kind = new Uint8Array(capacity);
    this.flags = new Uint16Array(capacity);
    this.line = new Uint32Array(capacity);
    this.source = new Uint16Array(capacity);
    this.enterNs = new Float64Array(capacity);
    this.exitNs = new Float64Array(capacity).fill(Number.NaN);
    this.tid = new Int32Array(capacity);
    this.tgid = new Int32Array(capacity);
    this.comm = new Uint32Array(capacity);
    this.sys = new Uint16Array(capacity).fill(NO_SYSCALL);
    this.args = new Uint32Array(capacity * 12);
    this.argKinds = new Uint8Array(capacity * 6);
    this.argText = new Uint32Array(capacity * 6);
    this.ret = new Uint32Array(capacity * 2);
    this.errno = new Uint16Array(capacity);
    this.retText = new Uint32Array(capacity);
  }

  /** Writes argument `arg` of `row`. */
  setArg(row: number, arg: number, kind: number, lo: number, hi: number, text: number): void {
    const cell = row * 6 + arg;
    this.argKinds[cell] = kind;
    this.argText[cell] = text;
    this.args[cell * 2] = lo;
    this.args[cell * 2 + 1] = hi;
  }

  /** Writes argument `arg` of `row` as the made-up address of string `id`. */
  setMadeUpArg(row: number, arg: number, kind: number, id: number, text: number): void {
    this.setArg(row, arg, kind, syntheticLo(id), syntheticHi(id), text);
  }

  /** Moves the upper half of argument `arg` into argument `high`: a 64-bit number in two registers of 32 bits. */
  splitArg(row: number, arg: number, high: number): void {
    const cell = row * 6 + arg;
    this.setArg(row, high, this.argKinds[cell]!, this.args[cell * 2 + 1]!, 0, 0);
    this.args[cell * 2 + 1] = 0;
  }

  /** Forgets the arguments and the memory of the row, so that they can be read anew. */
  clearArgs(row: number): void {
    this.args.fill(0, row * 12, row * 12 + 12);
    this.argKinds.fill(ARG_KINDS.absent, row * 6, row * 6 + 6);
    this.argText.fill(0, row * 6, row * 6 + 6);
    const spans = this.spans;
    while (spans.count > 0 && spans.row[spans.count - 1] === row) spans.count--;
  }

  /** Copies row `from` of a finished block to the end of this one; `args` and `ret` are its columns as halves. */
  copyRow(other: Block, args: Uint32Array, ret: Uint32Array, from: number): void {
    const row = this.count++;
    this.kind[row] = other.kind[from]!;
    this.flags[row] = other.flags[from]!;
    this.line[row] = other.line[from]!;
    this.source[row] = other.source[from]!;
    this.enterNs[row] = other.enterNs[from]!;
    this.exitNs[row] = other.exitNs[from]!;
    this.tid[row] = other.tid[from]!;
    this.tgid[row] = other.tgid[from]!;
    this.comm[row] = other.comm[from]!;
    this.sys[row] = other.sys[from]!;
    for (let i = 0; i < 12; i++) this.args[row * 12 + i] = args[from * 12 + i]!;
    for (let i = 0; i < 6; i++) {
      this.argKinds[row * 6 + i] = other.argKinds[from * 6 + i]!;
      this.argText[row * 6 + i] = other.argText[from * 6 + i]!;
    }
    this.ret[row * 2] = ret[from * 2]!;
    this.ret[row * 2 + 1] = ret[from * 2 + 1]!;
    this.errno[row] = other.errno[from]!;
    this.retText[row] = other.retText[from]!;
    for (let i = other.memStart[from]!; i < other.memStart[from + 1]!; i++) {
      this.spans.add(row, other.memArg[i]!, other.memFlags[i]!, other.memBytes[i]!, other.memTrueLength[i]!);
    }
  }

  /** The finished block. Columns are shared where the block is full. */
  finish(): Block {
    const n = this.count;
    const spans = this.#sortedSpans();
    return {
      count: n,
      kind: this.kind.subarray(0, n),
      flags: this.flags.subarray(0, n),
      line: this.line.subarray(0, n),
      source: this.source.subarray(0, n),
      enterNs: this.enterNs.subarray(0, n),
      exitNs: this.exitNs.subarray(0, n),
      tid: this.tid.subarray(0, n),
      tgid: this.tgid.subarray(0, n),
      cpu: new Int16Array(n).fill(-1),
      comm: this.comm.subarray(0, n),
      sys: this.sys.subarray(0, n),
      args: new BigUint64Array(this.args.buffer, 0, n * 6),
      argKinds: this.argKinds.subarray(0, n * 6),
      argText: this.argText.subarray(0, n * 6),
      ret: new BigInt64Array(this.ret.buffer, 0, n),
      errno: this.errno.subarray(0, n),
      retText: this.retText.subarray(0, n),
      ...spans,
    };
  }

  #sortedSpans(): Pick<
    Block,
    'memStart' | 'memArg' | 'memFlags' | 'memAddress' | 'memBytes' | 'memTrueLength'
  > {
    const { count, row, arg, flags, bytes, trueLength } = this.spans;
    const memStart = new Uint32Array(this.count + 1);
    for (let i = 0; i < count; i++) memStart[row[i]! + 1]!++;
    for (let i = 0; i < this.count; i++) memStart[i + 1]! += memStart[i]!;
    const next = memStart.slice();
    const memArg = new Uint8Array(count);
    const memFlags = new Uint8Array(count);
    const address = new Uint32Array(count * 2);
    const memBytes = new Uint32Array(count);
    const memTrueLength = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const to = next[row[i]!]!++;
      memArg[to] = arg[i]!;
      memFlags[to] = flags[i]!;
      memBytes[to] = bytes[i]!;
      memTrueLength[to] = trueLength[i]!;
      address[to * 2] = syntheticLo(bytes[i]!);
      address[to * 2 + 1] = syntheticHi(bytes[i]!);
    }
    return {
      memStart,
      memArg,
      memFlags,
      memAddress: new BigUint64Array(address.buffer),
      memBytes,
      memTrueLength,
    };
  }
}

/** A 64-bit column as halves, low half first. */
export function halvesOf(column: BigUint64Array | BigInt64Array): Uint32Array {
  return new Uint32Array(column.buffer, column.byteOffset, column.length * 2);
}
