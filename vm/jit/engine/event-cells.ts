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
  i32[CELLS.ctxHoles / WORD] = event.holed === undefined ? 0 : holesOf(event, event.holed.holes);
  i32[CELLS.stop / WORD] = 0;
  i32[CELLS.row / WORD] = -1;
  i32[CELLS.owed / WORD] = 0;
  i32[CELLS.lock / WORD] = 0;
  writeReadable(memory, event);
}

/** The words of the ctx that a hole lies in, bit by bit. */
export function holesOf(
  { ctxAt }: RunEvent,
  holes: readonly { readonly start: number; readonly end: number }[],
): number {
  let bits = 0;
  for (const { start, end } of holes) {
    for (let word = (start - ctxAt) >> 3; word < HOLE_BITS && ctxAt + 8 * word < end; word++)
      bits |= 1 << word;
  }
  return bits;
}
