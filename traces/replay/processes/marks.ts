// Records that are no calls: signals that are delivered, threads that end.
import { RECORD_KINDS } from '../../event.ts';
import type { Call } from './call.ts';
import { latin1 } from './path.ts';
import { FAULTS, readSiginfo, SI } from './siginfo.ts';
import { deliver, dequeue, endTask, generate } from './signal-moments.ts';
import type { Task } from './task.ts';
import type { World } from './world.ts';

const SIGPIPE = 13;
const SIGCHLD = 17;
const CORE_DUMPED = 0x80;

/** Takes in a record that is no call. */
export function takeMark(world: World, task: Task, call: Call): void {
  const kind = call.block.kind[call.row];
  const { ret } = call;
  const { farewell } = task;
  task.farewell = undefined;
  if (farewell !== undefined) generate(world, task, farewell.info, task, farewell.group);
  if (kind === RECORD_KINDS.signal.code) signal(world, task, call);
  else if (kind === RECORD_KINDS.exit.code) endTask(world, task, (ret & 0xff) << 8);
  else if (kind === RECORD_KINDS.killed.code)
    endTask(world, task, ret | (call.retText.includes('core dumped') ? CORE_DUMPED : 0));
}

/** A signal arrives. Where nobody was seen to send it and it tells itself who did, it was sent just now. */
function signal(world: World, task: Task, call: Call): void {
  const number = call.ret;
  const text = latin1(call.recording.strings.bytes(call.block.retText[call.row]!));
  const info = readSiginfo(number, text) ?? { signal: number, errno: 0, code: SI.SI_USER };
  if (!dequeue(task, number)) {
    const sender = senderOf(world, task, info);
    if (sender !== undefined) {
      generate(world, sender, info, task, number === SIGCHLD);
      dequeue(task, number);
    }
  }
  task.lastSignal = number;
  deliver(world, task, info);
}

/**
 * Who must have been current when a signal was sent: the thread itself, of what it did wrong; a child, of its stops. Timers and the kernel's other
 * signals come at anybody's time.
 */
function senderOf(
  world: World,
  task: Task,
  { signal: number, code, pid }: { signal: number; code: number; pid?: number | undefined },
): Task | undefined {
  if (FAULTS.has(number) && code > 0 && code < SI.SI_KERNEL) return task;
  if (number === SIGPIPE && code === SI.SI_USER && pid === task.tgid) return task;
  const isStop = number === SIGCHLD && code >= SI.CLD_TRAPPED && code <= SI.CLD_CONTINUED;
  return isStop && pid !== undefined ? world.state.processes.get(pid)?.leader : undefined;
}
