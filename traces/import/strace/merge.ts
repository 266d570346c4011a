// One recording out of many files, one a thread (strace -ff): rows in order of time, and what only the whole set can tell: which process
// a thread belongs to, the name it was born with, and the second half of an execve that another file begins.
import { ARG_KINDS, type Block, RECORD_FLAGS, RECORD_KINDS } from '../../event.ts';
import type { InternTable } from '../intern.ts';
import { OpenBlock, halvesOf } from '../open-block.ts';
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
  /** Told of a second half whose first half is in none of the files. */
  readonly onOrphan: (tail: ExecTail) => void;
  /** The log does not name its threads: a child has its parent's name until it has its own. */
  readonly inferComms: boolean;
}

/** Rows [next, end) of a block: all that one file has there. */
interface Segment {
  readonly block: Block;
  readonly args: Uint32Array;
  readonly ret: Uint32Array;
  next: number;
  readonly end: number;
}

/** The rows of one file, in its order; merged segments are gone from the front. */
interface Lane {
  readonly source: number;
  readonly segments: Segment[];
  /** The segment that is being merged. */
  at: number;
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
  const heap: Lane[] = [];
  for (const lane of lanes.values()) push(heap, lane);
  for (let lane = heap[0]; lane !== undefined; lane = heap[0]) {
    const segment = lane.segments[lane.at]!;
    const row = segment.next;
    if (dropped.size === 0 || !dropped.has(key(lane.source, segment.block.line[row]!))) {
      if (open.count === capacity) {
        yield open.finish();
        open = new OpenBlock(capacity);
      }
      open.copyRow(segment.block, segment.args, segment.ret, row);
      applyBirth(open, open.count - 1, births, context);
    }
    advance(heap, lane, segment);
  }
  if (open.count > 0) yield open.finish();
}

function splitLanes(blocks: readonly Block[]): Map<number, Lane> {
  const lanes = new Map<number, Lane>();
  for (const block of blocks) {
    const args = halvesOf(block.args);
    const ret = halvesOf(block.ret);
    for (let from = 0; from < block.count;) {
      const source = block.source[from]!;
      let end = from + 1;
      while (end < block.count && block.source[end] === source) end++;
      let lane = lanes.get(source);
      if (lane === undefined) lanes.set(source, (lane = { source, segments: [], at: 0 }));
      lane.segments.push({ block, args, ret, next: from, end });
      from = end;
    }
  }
  return lanes;
}

/** Completes the first halves of execve whose second halves stand in another file; returns the rows that are then superfluous. */
function joinExecs(lanes: Map<number, Lane>, context: MergeContext): Set<string> {
  const dropped = new Set<string>();
  for (const tail of context.tails) {
    const second = findRow(lanes.get(tail.source), (block, row) => block.line[row] === tail.line);
    let first: RowOfBlock | undefined;
    for (const lane of lanes.values())
      first ??= findRow(lane, (block, row) => isOpenExec(block, row, tail.tid, context));
    if (first === undefined || second === undefined) {
      context.onOrphan(tail);
      continue;
    }
    const { block, row } = first;
    const measured = second.block.flags[second.row]! & RECORD_FLAGS.measured;
    block.flags[row] = (block.flags[row]! & ~RECORD_FLAGS.unfinished) | RECORD_FLAGS.halved | measured;
    block.ret[row] = second.block.ret[second.row]!;
    block.errno[row] = second.block.errno[second.row]!;
    block.exitNs[row] = second.block.exitNs[second.row]!;
    dropped.add(key(tail.source, tail.line));
  }
  return dropped;
}

interface RowOfBlock {
  readonly block: Block;
  readonly row: number;
}

/** The last row of a file that passes the test. */
function findRow(
  lane: Lane | undefined,
  test: (block: Block, row: number) => boolean,
): RowOfBlock | undefined {
  for (const { block, next, end } of lane?.segments.toReversed() ?? []) {
    for (let row = end - 1; row >= next; row--) if (test(block, row)) return { block, row };
  }
  return undefined;
}

/** Whether the row is an execve of thread `tid` that did not come back. */
function isOpenExec(block: Block, row: number, tid: number, context: MergeContext): boolean {
  if (block.tid[row] !== tid || (block.flags[row]! & RECORD_FLAGS.unfinished) === 0) return false;
  return context.calls.syscalls[block.sys[row]!]?.name.startsWith('exec') === true;
}

function key(source: number, line: number): string {
  return `${source}:${line}`;
}

/** The lane's next row is merged: the heap, whose top it is, is put in order again. */
function advance(heap: Lane[], lane: Lane, segment: Segment): void {
  segment.next++;
  if (segment.next === segment.end) lane.at++;
  if (lane.at === lane.segments.length) {
    const last = heap.pop()!;
    if (last !== lane) heap[0] = last;
  }
  sink(heap);
}

function timeOf(lane: Lane): number {
  const { block, next } = lane.segments[lane.at]!;
  return block.enterNs[next]!;
}

/** By time; at equal times, and where a clock steps back, in the order of the files. */
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
    const left = 2 * i + 1;
    if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
    if (left + 1 < heap.length && before(heap[left + 1]!, heap[least]!)) least = left + 1;
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
