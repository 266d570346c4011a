// What generated code finds of the current task and event: CELLS of the moment.
import type { TaskView } from '../../helpers/context.ts';
import type { RunEvent } from '../../interp/host.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { writeReadable } from '../inline/readable.ts';

const WORD = 4;
const TWO_POW_32 = 0x1_0000_0000;
/** Bytes of a name that helpers give, without the NUL. */
const COMM_CHARS = 15;
/** Words of the ctx that have a bit in CELLS.ctxHoles. */
const HOLE_BITS = 32;
const WORD_BYTES = 8;

/** Writes the cells of a task on a CPU. */
export function writeTask({ i32, u8 }: LinearMemory, task: TaskView, cpu: number): void {
  const { comm, atNs } = task;
  i32[CELLS.cpu / WORD] = cpu;
  i32[CELLS.atNs / WORD] = atNs; // its low 32 bits
  i32[CELLS.atNs / WORD + 1] = atNs / TWO_POW_32;
  i32[CELLS.pidTgid / WORD] = task.tid;
  i32[CELLS.pidTgid / WORD + 1] = task.tgid;
  const length = Math.min(comm.length, COMM_CHARS);
  for (let i = 0; i <= COMM_CHARS; i++) u8[CELLS.comm + i] = i < length ? comm[i]! : 0;
  i32[CELLS.commBytes / WORD] = length === 0 && task.facts?.comm === undefined ? -1 : length;
}

/** Writes the cells of what a run begins with. */
export function writeEvent(memory: LinearMemory, event: RunEvent): void {
  const { i32 } = memory;
  i32[CELLS.insns / WORD] = 0;
  i32[CELLS.charged / WORD] = 0;
  i32[CELLS.tailCalls / WORD] = 0;
  i32[CELLS.length / WORD] = event.length ?? 0;
  i32[CELLS.ctxHoles / WORD] = holesOf(event);
  i32[CELLS.stop / WORD] = 0;
  i32[CELLS.row / WORD] = -1;
  i32[CELLS.owed / WORD] = 0;
  i32[CELLS.lock / WORD] = 0;
  writeReadable(memory, event);
}

/**
 * The words of the ctx that are not all known, bit by bit: nobody tells of them, or the ctx ends before. The verifier looks at no end: a program that is jumped
 * to may load more than the hook has.
 */
export function holesOf({ ctxAt, regions, holed }: RunEvent): number {
  let bits = -1;
  for (const { start, end } of regions) bits &= ~wordsIn(start - ctxAt, end - ctxAt);
  if (holed === undefined) return bits;
  bits &= ~wordsIn(holed.start - ctxAt, holed.end - ctxAt);
  for (const { start, end } of holed.holes)
    bits |= wordsIn((start - ctxAt) & -WORD_BYTES, end - ctxAt + WORD_BYTES - 1);
  return bits;
}

/** A bit for each word that lies in a range of the ctx. */
function wordsIn(start: number, end: number): number {
  const first = Math.max(0, (start + WORD_BYTES - 1) >> 3);
  const after = Math.min(HOLE_BITS, end >> 3);
  if (first >= after) return 0;
  return (-1 >>> (HOLE_BITS - after)) & (-1 << first);
}
