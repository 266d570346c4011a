// Threads and processes that end: those whose end the recorder tells, and those of a recorder that tells only who is killed (strace -qq):
// others end after their last call, or when a parent has waited for them.
import { RECORD_KINDS } from '../../event.ts';
import type { Block } from '../../event.ts';
import type { Call } from './call.ts';
import { Files } from './open-file.ts';
import { endTask } from './signal-moments.ts';
import type { Process, Task } from './task.ts';
import type { World } from './world.ts';

/** Blocks that are looked through for the end of a thread that has called exit: it comes at once, if it is told. */
const LOOK_AHEAD = 16;
/** Threads that are remembered to have ended: told so after all, they do not end again. */
const MAX_UNTOLD = 4096;
const SIGKILL = 9;

/** A thread that has made its last call: it ends before the next record. */
export interface Leaving {
  readonly task: Task;
  readonly exitCode: number;
  /** All of its process does. */
  readonly group: boolean;
}

/** Whether the end of a thread comes in the records after that of the call, which is in the block `blockIndex`. */
export function isEndTold({ recording, block, row }: Call, blockIndex: number, tid: number): boolean {
  if (endsIn(block, row + 1, tid)) return true;
  const last = Math.min(recording.index.length - 1, blockIndex + LOOK_AHEAD);
  for (let i = blockIndex + 1; i <= last; i++) if (endsIn(recording.block(i), 0, tid)) return true;
  return false;
}

function endsIn({ count, kind, tid }: Block, from: number, ofTid: number): boolean {
  for (let row = from; row < count; row++)
    if (tid[row] === ofTid && kind[row] === RECORD_KINDS.exit.code) return true;
  return false;
}

/** Those end who have made their last call. */
export function endLeaving(world: World): void {
  const { state } = world;
  const { leaving } = state;
  state.leaving = [];
  for (const { task, exitCode, group } of leaving) {
    if (group) endProcess(world, task.process, exitCode, task);
    else endUntold(world, task, exitCode);
  }
}

/** All threads of a process end, the first one or `last` after the others: of its own will, or of a signal that came to it. */
export function endProcess(world: World, process: Process, exitCode: number, last = process.leader): void {
  last.exiting ||= (exitCode & 0x7f) !== SIGKILL;
  for (const task of process.tasks) if (task !== last) endUntold(world, task, exitCode);
  endUntold(world, last, exitCode);
}

function endUntold(world: World, task: Task, exitCode: number): void {
  if (task.exitCode !== undefined || !task.process.tasks.includes(task)) return;
  endTask(world, task, exitCode);
  world.ended.push(task);
  const { untold } = world.state;
  untold.add(task.tid);
  if (untold.size > MAX_UNTOLD) for (const tid of untold) if (untold.delete(tid)) break;
}

/** A thread is no more, nor its process if it was the last one. Children of that go to the nearest subreaper, which may be one that nobody knows. */
export function remove({ state }: World, task: Task): void {
  const { tasks, processes, hasSubreaper } = state;
  const { process } = task;
  if (tasks.get(task.tid) === task) tasks.delete(task.tid);
  const at = process.tasks.indexOf(task);
  if (at >= 0) process.tasks.splice(at, 1);
  if (process.tasks.length > 0) return;
  if (processes.get(process.tgid) === process) processes.delete(process.tgid);
  let reaper = hasSubreaper ? process.parent?.process : undefined;
  while (reaper !== undefined && !reaper.subreaper) reaper = reaper.parent?.process;
  process.gone = true;
  process.heir = reaper;
  process.bornOf = undefined;
  process.files = new Files();
}
