// Signals on their way: sent, waiting, delivered; and threads that end.
import type { SignalInfo } from '../../../vm/index.ts';
import { readAction, SI, type Action } from './siginfo.ts';
import { latin1 } from './path.ts';
import { ACTION, type Task } from './task.ts';
import type { World } from './world.ts';

const SIGKILL = 9;
const SIGCHLD = 17;
/** Of signals from here on any number waits. */
const SIGRTMIN = 32;
/** TRACE_SIGNAL_*. Nothing is ignored while it is being recorded by ptrace. @see include/trace/events/signal.h, kernel/signal.c sig_ignored */
const RESULT = { delivered: 0, alreadyPending: 2 } as const;
const CORE_DUMPED = 0x80;

/** `current` sends a signal to a process (`group`) or to a thread. */
export function generate(world: World, current: Task, info: SignalInfo, target: Task, group: boolean): void {
  const { pending } = group ? target.process : target;
  const isWaiting = info.signal < SIGRTMIN && pending.includes(info.signal);
  if (!isWaiting && info.signal !== SIGKILL) pending.push(info.signal);
  const result = isWaiting ? RESULT.alreadyPending : RESULT.delivered;
  world.emit('signal_generate', current, { info, target, group, result });
}

/** Whether a thread had a signal waiting, which it has no longer: its own first, then one of its process. */
export function dequeue(task: Task, signal: number): boolean {
  for (const pending of [task.pending, task.process.pending]) {
    const at = pending.indexOf(signal);
    if (at < 0) continue;
    pending.splice(at, 1);
    return true;
  }
  return false;
}

/** A thread is about to act upon a signal. */
export function deliver(world: World, task: Task, info: SignalInfo): void {
  const { handler, flags } = actionOf(world, task, info.signal);
  world.emit('signal_deliver', task, { info, handler, flags });
}

/** What a process does upon a signal, as far as it is known. */
export function actionOf(world: World, { process }: Task, signal: number): Action {
  if (signal === SIGKILL) return { handler: 0n, flags: 0n };
  const code = process.actions.get(signal);
  if (code === undefined) return {};
  if (code === ACTION.default) return { handler: 0n, flags: 0n };
  if (code === ACTION.ignore) return { handler: 1n, flags: 0n };
  return readAction(latin1(world.call.recording.strings.bytes(code)));
}

/**
 * A thread ends. One that neither called exit nor got a signal that kills was told to by another: the kernel gives it a SIGKILL. The last one
 * of its process tells the parent.
 * @see kernel/signal.c get_signal, kernel/exit.c do_exit
 */
export function endTask(world: World, task: Task, exitCode: number): void {
  const { process } = task;
  const signal = exitCode & 0x7f;
  if (!task.exiting && (signal === 0 || signal !== task.lastSignal))
    deliver(world, task, { signal: SIGKILL, errno: 0, code: SI.SI_USER });
  task.exitCode = exitCode;
  const others = process.tasks.filter((other) => other !== task && other.exitCode === undefined).length;
  if (process.threads !== undefined) process.threads = Math.max(process.threads - 1, others);
  const groupDead = (process.threads ?? others) === 0;
  world.emit('sched_process_exit', task, { exitCode, groupDead });
  if (groupDead) tellParent(world, task, exitCode);
}

/** Unless the parent has said that it does not care. @see kernel/signal.c do_notify_parent */
function tellParent(world: World, task: Task, exitCode: number): void {
  const { parent, exitSignal, tgid } = task.process;
  if (parent === undefined || exitSignal === undefined || exitSignal === 0) return;
  if (exitSignal === SIGCHLD && actionOf(world, parent, SIGCHLD).handler === 1n) return;
  const killer = exitCode & 0x7f;
  const dumped = (exitCode & CORE_DUMPED) !== 0;
  const code = killer === 0 ? SI.CLD_EXITED : dumped ? SI.CLD_DUMPED : SI.CLD_KILLED;
  const status = killer === 0 ? exitCode >> 8 : killer;
  const info = { signal: exitSignal, errno: 0, code, pid: tgid, uid: task.ids.uid, status };
  generate(world, task, info, parent, true);
}
