// One recording out of many files, one a thread (strace -ff): rows in order of time, and what only the whole set can tell: which process
// a thread belongs to, the name it was born with, and the second half of an execve that another file begins.
import { ARG_KINDS, type Block, RECORD_FLAGS, RECORD_KINDS } from '../../event.ts';
import type { InternTable } from '../intern.ts';
import { OpenBlock } from '../open-block.ts';
import { type CallTable, SPECIAL } from './calls.ts';
import { makesThread } from './call-writer.ts';

/** The second half of an execve in the file of the leader whose place the caller took. */
export interface ExecTail {
  readonly source: number;
  readonly line: number;
  /** The thread that called execve. */
  readonly tid: number;
}

/** All that the merge needs beside the rows. */
export interface MergeContext {
  readonly strings: InternTable;
  readonly calls: CallTable;
  readonly tails: readonly ExecTail[];
  /** The log does not name its threads: a child has its parent's name until it has its own. */
  readonly inferComms: boolean;
}

/** A row of a block. */
interface Place {
  readonly block: Block;
  readonly row: number;
}

/** The rows of one file, in its order, and how far they are merged. */
interface Lane {
  readonly source: number;
  readonly places: Place[];
  next: number;
}

/** What a thread is born with. */
interface Birth {
  readonly tgid: number;
  readonly comm: number;
}

/** Merges the rows of `blocks`, which are in order of file, into new blocks of `capacity` rows. */
export function* mergeByTime(
  blocks: readonly Block[],
  context: MergeContext,
  capacity: number,
): Generator<Block> {
  const lanes = splitLanes(blocks);
  const dropped = joinExecs(lanes, context);
  const births = new Map<number, Birth>();
  let open = new OpenBlock(capacity);
  for (const place of inOrder([...lanes.values()])) {
    if (dropped.has(key(place.block.source[place.row]!, place.block.line[place.row]!))) continue;
    if (open.count === capacity) {
      yield open.finish();
      open = new OpenBlock(capacity);
    }
    open.copyRow(place.block, place.row);
    applyBirth(open, open.count - 1, births, context);
  }
  if (open.count > 0) yield open.finish();
}

function splitLanes(blocks: readonly Block[]): Map<number, Lane> {
  const lanes = new Map<number, Lane>();
  for (const block of blocks) {
    for (let row = 0; row < block.count; row++) {
      const source = block.source[row]!;
      let lane = lanes.get(source);
      if (lane === undefined) lanes.set(source, (lane = { source, places: [], next: 0 }));
      lane.places.push({ block, row });
    }
  }
  return lanes;
}

/** Completes the first halves of execve whose second halves stand in another file; returns the rows that are then superfluous. */
function joinExecs(lanes: Map<number, Lane>, context: MergeContext): Set<string> {
  const dropped = new Set<string>();
  const { syscalls } = context.calls;
  for (const tail of context.tails) {
    const second = lanes.get(tail.source)?.places.find(({ block, row }) => block.line[row] === tail.line);
    let first: Place | undefined;
    for (const lane of lanes.values()) {
      const last = lane.places.findLast(({ block, row }) => block.kind[row] === RECORD_KINDS.call.code);
      if (last?.block.tid[last.row] === tail.tid) first = last;
    }
    if (first === undefined || second === undefined) continue;
    const { block, row } = first;
    const isExec = syscalls[block.sys[row]!]?.name.startsWith('exec') === true;
    if (!isExec || (block.flags[row]! & RECORD_FLAGS.unfinished) === 0) continue;
    const measured = second.block.flags[second.row]! & RECORD_FLAGS.measured;
    block.flags[row] = (block.flags[row]! & ~RECORD_FLAGS.unfinished) | RECORD_FLAGS.halved | measured;
    block.ret[row] = second.block.ret[second.row]!;
    block.errno[row] = second.block.errno[second.row]!;
    block.exitNs[row] = second.block.exitNs[second.row]!;
    dropped.add(key(tail.source, tail.line));
  }
  return dropped;
}

function key(source: number, line: number): string {
  return `${source}:${line}`;
}

/** All rows by time; at equal times, and where a clock steps back, in the order of the files. A heap of the files' next rows. */
function* inOrder(lanes: readonly Lane[]): Generator<Place> {
  const heap: Lane[] = [];
  for (const lane of lanes) push(heap, lane);
  for (let lane = heap[0]; lane !== undefined; lane = heap[0]) {
    yield lane.places[lane.next]!;
    lane.next++;
    if (lane.next === lane.places.length) {
      const last = heap.pop()!;
      if (last !== lane) heap[0] = last;
    }
    sink(heap);
  }
}

function timeOf(lane: Lane): number {
  const { block, row } = lane.places[lane.next]!;
  return block.enterNs[row]!;
}

function before(a: Lane, b: Lane): boolean {
  const difference = timeOf(a) - timeOf(b);
  return difference < 0 || (difference === 0 && a.source < b.source);
}

function push(heap: Lane[], lane: Lane): void {
  heap.push(lane);
  for (let i = heap.length - 1; i > 0;) {
    const parent = (i - 1) >> 1;
    if (!before(heap[i]!, heap[parent]!)) break;
    [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
    i = parent;
  }
}

/** The top of the heap changed. */
function sink(heap: Lane[]): void {
  for (let i = 0; ;) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
    }
    if (least === i) return;
    [heap[i], heap[least]] = [heap[least]!, heap[i]!];
    i = least;
  }
}

/** Gives the row the process and the name its thread was born with, and remembers the birth that the row itself is. */
function applyBirth(block: OpenBlock, row: number, births: Map<number, Birth>, context: MergeContext): void {
  const born = births.get(block.tid[row]!);
  if (born !== undefined) {
    block.tgid[row] = born.tgid;
    if (context.inferComms && block.comm[row] === 0) block.comm[row] = born.comm;
  }
  if (block.kind[row] !== RECORD_KINDS.call.code || block.errno[row] !== 0) return;
  const call = context.calls.syscalls[block.sys[row]!];
  const child = block.ret[row * 2]!;
  if (call === undefined || child === 0 || context.calls.specialOf(call.name) !== SPECIAL.clone) return;
  const text =
    block.argKinds[row * 6] === ARG_KINDS.decoded ? context.strings.text(block.argText[row * 6]!) : '';
  const tgid = makesThread(text, block.args[row * 12]!) ? block.tgid[row]! : child;
  births.set(child, { tgid, comm: block.comm[row]! });
}
