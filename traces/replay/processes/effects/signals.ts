// Calls that send signals, and those that say what is to be done with them.
import type { SignalInfo } from '../../../../vm/index.ts';
import { RECORD_FLAGS } from '../../../event.ts';
import type { Call } from '../call.ts';
import { readSiginfo, SI } from '../siginfo.ts';
import { dequeue, generate } from '../signal-moments.ts';
import type { Task } from '../task.ts';
import type { World } from '../world.ts';
import type { Effects, Run } from './effect.ts';
import { EPIPE } from './errnos.ts';

const SIGPIPE = 13;
const MSG_NOSIGNAL = 0x4000;

/** Sends by a call; one that does not come back has sent it to the thread itself. */
function send(world: World, task: Task, call: Call, sent: Sent, target: Task): void {
  const info = sentInfo(task, call, sent);
  if (info !== undefined) generate(world, task, info, target, sent.group);
}

/** Of a call that nobody will see return: it is known to have worked when the thread ends of it. */
const farewell =
  (sent: Sent, who: number): Run =>
  (task, call) => {
    if ((call.flags & RECORD_FLAGS.noReturn) === 0) return;
    const info =
      call.int(who) === (sent.group ? task.tgid : task.tid) ? sentInfo(task, call, sent) : undefined;
    task.farewell = info === undefined ? undefined : { info, group: sent.group };
  };

/** The signal that is sent by a call whose last arguments are a signal and perhaps a siginfo. Signal 0 only asks. */
function sentInfo(task: Task, call: Call, sent: Sent): SignalInfo | undefined {
  const signal = call.int(sent.signal);
  if (signal === 0) return undefined;
  const printed = sent.info === undefined ? undefined : readSiginfo(signal, call.text(sent.info));
  return printed ?? { signal, errno: 0, code: sent.code, pid: task.tgid, uid: task.ids.uid };
}

/** Where the signal and the siginfo stand, the si_code without one, and whether it is for all of a process. */
interface Sent {
  readonly signal: number;
  readonly info?: number;
  readonly code: number;
  readonly group: boolean;
}

const KILL: Sent = { signal: 1, code: SI.SI_USER, group: true };
const TKILL: Sent = { signal: 1, code: SI.SI_TKILL, group: false };
const TGKILL: Sent = { signal: 2, code: SI.SI_TKILL, group: false };
const QUEUE: Sent = { signal: 1, info: 2, code: SI.SI_QUEUE, group: true };
const TGQUEUE: Sent = { signal: 2, info: 3, code: SI.SI_QUEUE, group: false };
const PIDFD: Sent = { signal: 1, info: 2, code: SI.SI_USER, group: true };

/** To a process; to the members of a process group that are known. To all (-1) says nothing of who they are. */
const kill: Run = (task, call, world) => {
  const pid = call.int(0);
  if (pid > 0) return send(world, task, call, KILL, namedTarget(world, call, 0));
  if (pid === -1) return;
  const pgid = pid === 0 ? task.process.pgid : -pid;
  if (pgid === undefined) return;
  const members = [...world.state.processes.values()].filter((process) => process.pgid === pgid);
  for (const { leader } of members.toReversed()) send(world, task, call, KILL, leader);
};

const sendTo =
  (sent: Sent, who: number): Run =>
  (task, call, world) =>
    send(world, task, call, sent, namedTarget(world, call, who));

/** The thread that an argument names; strace -Y says its name too. */
function namedTarget(world: World, call: Call, arg: number): Task {
  const target = world.named(call.int(arg));
  if (target.comm === undefined && call.note(arg) !== 0)
    target.comm = call.recording.strings.bytes(call.note(arg));
  return target;
}

const pidfdSend: Run = (task, call, world) => {
  const pid = task.process.files.get(call.int(0))?.file.pid;
  if (pid !== undefined) send(world, task, call, PIDFD, world.named(pid));
};

/** What is done from now on, or, of a call that only asks, what is done already. Read when it is wanted, as most are not. */
const sigaction: Run = ({ process: { actions } }, call) => {
  const id = call.note(1) || call.note(2);
  if (id !== 0) actions.set(call.int(0), id);
};

/** A signal that was waited for is not delivered. */
const taken: Run = (task, call) => {
  if (call.ret > 0) dequeue(task, call.ret);
};

/** Nobody reads any more: the writer gets a SIGPIPE, unless it asked for none. `flags`: the argument that says so. */
const written =
  (flags?: number): Run =>
  (task, call, world) => {
    if (call.errno !== EPIPE) return;
    if (flags !== undefined && (call.int(flags) & MSG_NOSIGNAL) !== 0) return;
    const info = { signal: SIGPIPE, errno: 0, code: SI.SI_USER, pid: task.tgid, uid: task.ids.uid };
    generate(world, task, info, task, false);
  };

export const SIGNALS_SENT: Effects = {
  kill: { enter: farewell(KILL, 0), done: kill },
  tkill: { enter: farewell(TKILL, 0), done: sendTo(TKILL, 0) },
  tgkill: { enter: farewell(TGKILL, 1), done: sendTo(TGKILL, 1) },
  rt_sigqueueinfo: { done: sendTo(QUEUE, 0) },
  rt_tgsigqueueinfo: { done: sendTo(TGQUEUE, 1) },
  pidfd_send_signal: { done: pidfdSend },
  rt_sigaction: { done: sigaction },
  sigaction: { done: sigaction },
  rt_sigtimedwait: { done: taken },
  rt_sigtimedwait_time64: { done: taken },
  ...Object.fromEntries(
    [
      'write',
      'writev',
      'pwrite64',
      'pwritev',
      'pwritev2',
      'splice',
      'vmsplice',
      'sendfile',
      'sendfile64',
    ].map((name) => [name, { failed: written() }]),
  ),
  sendto: { failed: written(3) },
  send: { failed: written(3) },
  sendmsg: { failed: written(2) },
  sendmmsg: { failed: written(3) },
};
