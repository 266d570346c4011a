// Blocks for tests: written row by row with defaults, or at random from a seed.
import { NO_SYSCALL, RECORD_KINDS } from '../../traces/index.ts';
import type {
  Block,
  BlockSink,
  RecordKind,
  RecordingFooter,
  RecordingHeader,
  StringTable,
  SyscallRef,
} from '../../traces/index.ts';
import { Random as Generator } from './seed.ts';

/** A string table that grows; `id` interns. */
export class StringPool implements StringTable {
  readonly #ids = new Map<string, number>([['', 0]]);
  readonly #strings: Uint8Array[] = [new Uint8Array(0)];

  get size(): number {
    return this.#strings.length;
  }

  id(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      this.#ids.set(text, (id = this.#strings.length));
      this.#strings.push(new TextEncoder().encode(text));
    }
    return id;
  }

  /** Adds bytes as they are, known or not. */
  add(bytes: Uint8Array): number {
    return this.#strings.push(bytes) - 1;
  }

  bytes(id: number): Uint8Array {
    const bytes = this.#strings[id];
    if (bytes === undefined) throw new RangeError(`string id ${id}`);
    return bytes;
  }

  text(id: number): string {
    return new TextDecoder().decode(this.bytes(id));
  }
}

/** A span of a row. */
interface Span {
  readonly arg: number;
  readonly flags?: number;
  readonly address: bigint;
  readonly bytes: number;
  readonly trueLength?: number;
}

/** A record; what is left out is as for a call that returned 0 at once. */
export interface Row {
  readonly kind?: RecordKind;
  readonly flags?: number;
  readonly line?: number;
  readonly source?: number;
  readonly enter: number;
  /** Absent: never returned. */
  readonly exit?: number;
  readonly tid?: number;
  readonly tgid?: number;
  readonly cpu?: number;
  readonly comm?: number;
  readonly sys?: number;
  readonly args?: readonly bigint[];
  readonly argKinds?: readonly number[];
  readonly argText?: readonly number[];
  readonly ret?: bigint;
  readonly errno?: number;
  readonly retText?: number;
  readonly mem?: readonly Span[];
}

/** Columns of rows. */
export function blockOf(rows: readonly Row[]): Block {
  const spans = rows.flatMap((row) => row.mem ?? []);
  const six = <T>(pick: (row: Row) => readonly T[] | undefined, none: T): T[] =>
    rows.flatMap((row) => Array.from({ length: 6 }, (_, arg) => pick(row)?.[arg] ?? none));
  const memStart = new Uint32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) memStart[i + 1] = memStart[i]! + (row.mem?.length ?? 0);
  return {
    count: rows.length,
    kind: Uint8Array.from(rows, (row) => RECORD_KINDS[row.kind ?? 'call'].code),
    flags: Uint16Array.from(rows, (row) => row.flags ?? 0),
    line: Uint32Array.from(rows, (row, i) => row.line ?? i + 1),
    source: Uint16Array.from(rows, (row) => row.source ?? 0),
    enterNs: Float64Array.from(rows, (row) => row.enter),
    exitNs: Float64Array.from(rows, (row) => row.exit ?? Number.NaN),
    tid: Int32Array.from(rows, (row) => row.tid ?? 100),
    tgid: Int32Array.from(rows, (row) => row.tgid ?? row.tid ?? 100),
    cpu: Int16Array.from(rows, (row) => row.cpu ?? -1),
    comm: Uint32Array.from(rows, (row) => row.comm ?? 0),
    sys: Uint16Array.from(rows, (row) => row.sys ?? ((row.kind ?? 'call') === 'call' ? 0 : NO_SYSCALL)),
    args: BigUint64Array.from(six((row) => row.args, 0n)),
    argKinds: Uint8Array.from(six((row) => row.argKinds, 0)),
    argText: Uint32Array.from(six((row) => row.argText, 0)),
    ret: BigInt64Array.from(rows, (row) => row.ret ?? 0n),
    errno: Uint16Array.from(rows, (row) => row.errno ?? 0),
    retText: Uint32Array.from(rows, (row) => row.retText ?? 0),
    memStart,
    memArg: Uint8Array.from(spans, (span) => span.arg),
    memFlags: Uint8Array.from(spans, (span) => span.flags ?? 0),
    memAddress: BigUint64Array.from(spans, (span) => span.address),
    memBytes: Uint32Array.from(spans, (span) => span.bytes),
    memTrueLength: Float64Array.from(spans, (span) => span.trueLength ?? Number.NaN),
  };
}

export const HEADER: RecordingHeader = {
  title: 'a test',
  command: 'true',
  recorder: 'strace',
  startNs: 1_795_359_595_731_793_501n,
  clock: 'realtime',
  resolutionNs: 1,
  bias: 27,
};

export const FOOTER: RecordingFooter = {
  sources: [{ name: 'log', byteSize: 12_345, sha256: 'ab'.repeat(32) }],
  lines: 9999,
  badLines: 1,
  orphanLines: 2,
  otherLines: 3,
  warnings: [{ code: 'bad-line', file: 'log', line: 7, message: 'not a call', text: 'hé?' }],
};

/** Feeds a sink with blocks. */
export function feed(
  sink: BlockSink,
  strings: StringTable,
  syscalls: readonly SyscallRef[],
  blocks: readonly Block[],
): void {
  sink.open(HEADER, strings, syscalls);
  for (const block of blocks) sink.block(block);
  sink.close(FOOTER);
}

/** Pieces that a writer hands out, joined. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Numbers below a bound, the same for the same seed. */
export type Random = (bound: number) => number;

/** Whole numbers from 0 to bound - 1. */
export function randomFrom(seed: number): Random {
  const generator = new Generator(seed);
  return (bound) => generator.below(bound);
}
