// Which thread made a record: tid, tgid, comm, cpu.
//
// A thread is named by how many others were seen since it was (0: the one of the record before); its tgid, name and CPU stand only where
// they change, as (records since the last change, new value).
import type { Block } from '../../event.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { PackedStreams, StreamSet } from '../streams.ts';

/** What the encodings of other columns go by. */
export interface Threads {
  /** Threads by number of their appearance in the block: which one made a record, and how many there are. */
  readonly thread: Uint32Array;
  readonly threads: number;
  /** Rows, thread by thread, source order within one. */
  readonly order: Uint32Array;
}

/** The columns. */
export interface Who extends Threads {
  readonly tid: Int32Array;
  readonly tgid: Int32Array;
  readonly comm: Uint32Array;
  readonly cpu: Int16Array;
}

const UNKNOWN_CPU = -1;

/** Writes the columns. */
export function encodeWho(block: Block, to: StreamSet): Threads {
  const { count, tid } = block;
  const recent: number[] = [];
  const indexes = new Map<number, number>();
  const thread = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const id = tid[row]!;
    let index = indexes.get(id);
    let rank = recent.length;
    if (index === undefined) {
      indexes.set(id, (index = recent.length));
      to.to('threads').zigzag(id - (row === 0 ? 0 : tid[row - 1]!));
    } else {
      rank = recent.indexOf(index);
    }
    to.to('thread').varint(rank);
    moveToFront(recent, rank, index);
    thread[row] = index;
  }
  encodeChanges(to.to('process'), thread, (row) => block.tgid[row]! - tid[row]!, 0);
  encodeChanges(to.to('comm'), thread, (row) => block.comm[row]!, 0);
  encodeChanges(to.to('cpu'), thread, (row) => block.cpu[row]!, UNKNOWN_CPU);
  return { thread, threads: recent.length, order: threadOrder(thread, recent.length) };
}

/** Reads what `encodeWho` wrote. Throws FormatError for a name from string `strings` on. */
export function decodeWho(count: number, strings: number, from: PackedStreams): Who {
  const threads = from.from('threads');
  const ranks = from.from('thread');
  const recent: number[] = [];
  const ids: number[] = [];
  const thread = new Uint32Array(count);
  const tid = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const rank = ranks.varint();
    if (rank === 0 && row > 0) {
      thread[row] = thread[row - 1]!;
      tid[row] = tid[row - 1]!;
      continue;
    }
    if (rank > recent.length) throw new FormatError('bad-stream', `thread ${rank} of ${recent.length}`);
    const index = rank === recent.length ? rank : recent[rank]!;
    if (rank === recent.length) ids.push(threads.zigzag() + (row === 0 ? 0 : tid[row - 1]!));
    moveToFront(recent, rank, index);
    thread[row] = index;
    tid[row] = ids[index]!;
  }
  threads.end('thread ids');
  ranks.end('threads');
  const tgid = new Int32Array(count);
  const comm = new Uint32Array(count);
  const cpu = new Int16Array(count);
  const threadCount = ids.length;
  decodeChanges(from.from('process'), thread, new Int32Array(threadCount), tgid, 0);
  for (let row = 0; row < count; row++) tgid[row]! += tid[row]!;
  if (decodeChanges(from.from('comm'), thread, new Uint32Array(threadCount), comm, 0) >= strings)
    throw new FormatError('bad-block', `a comm from string ${strings} on`);
  decodeChanges(from.from('cpu'), thread, new Int16Array(threadCount), cpu, UNKNOWN_CPU);
  return { tid, tgid, comm, cpu, thread, threads: threadCount, order: threadOrder(thread, threadCount) };
}

function moveToFront(recent: number[], rank: number, index: number): void {
  for (let i = rank; i > 0; i--) recent[i] = recent[i - 1]!;
  recent[0] = index;
}

function encodeChanges(
  to: ByteWriter,
  thread: Uint32Array,
  valueOf: (row: number) => number,
  initial: number,
): void {
  const last = new Map<number, number>();
  let since = 0;
  for (let row = 0; row < thread.length; row++, since++) {
    const value = valueOf(row);
    if (value === (last.get(thread[row]!) ?? initial)) continue;
    last.set(thread[row]!, value);
    to.varint(since);
    to.zigzag(value);
    since = 0;
  }
}

/** `last` has room for a value a thread. Says which value is the highest. */
function decodeChanges<T extends Int32Array | Uint32Array | Int16Array>(
  from: ByteReader,
  thread: Uint32Array,
  last: T,
  into: T,
  initial: number,
): number {
  if (from.bytes.length === 0) {
    if (initial !== 0) into.fill(initial);
    return initial;
  }
  let highest = initial;
  last.fill(initial);
  let next = from.varint();
  for (let row = 0; row < thread.length; row++) {
    const index = thread[row]!;
    if (row === next) {
      last[index] = from.zigzag();
      highest = Math.max(highest, last[index] ?? initial);
      next = from.at < from.bytes.length ? row + from.varint() : Number.POSITIVE_INFINITY;
    }
    into[row] = last[index]!;
  }
  from.end('changes of a thread');
  return highest;
}

function threadOrder(thread: Uint32Array, threads: number): Uint32Array {
  const starts = new Uint32Array(threads + 1);
  for (const index of thread) starts[index + 1]! += 1;
  for (let i = 0; i < threads; i++) starts[i + 1]! += starts[i]!;
  const order = new Uint32Array(thread.length);
  for (let row = 0; row < thread.length; row++) order[starts[thread[row]!]!++] = row;
  return order;
}
