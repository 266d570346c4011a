// What the kernel would know of processes at a moment of a recording: who made whom, names, ids, directories, open files; and the moments at
// which that changes, as events for the machine.
import type { EventPoint, TaskFacts } from '../../vm/index.ts';
import type { Recording } from '../recording.ts';
import type { Cursor } from './cursor.ts';

/** A saved state: plain data that later changes do not touch. */
export interface ProcessesState {
  readonly byteSize: number;
}

/** Follows a recording point by point, in the order of its cursor. */
export interface Processes {
  /** Events that come before the hooks of the point that the cursor stands at: a fork before the child's first call, an exec before its exit. */
  before(cursor: Cursor): readonly EventPoint[];
  /** Takes in what the point tells, once its hooks have run: files that a call opened, a directory it changed to. */
  take(cursor: Cursor): void;
  /** What is known of a thread; undefined: nothing. */
  task(tid: number): TaskFacts | undefined;
  save(): ProcessesState;
  restore(state: ProcessesState): void;
}

/** At the start of a recording. */
export function createProcesses(_recording: Recording): Processes {
  throw new Error('not built');
}
