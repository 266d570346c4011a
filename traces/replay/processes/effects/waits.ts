// wait4 and its kin: where the recorder does not tell who ends, a child that was waited for has ended.
import type { Call } from '../call.ts';
import { childOf } from '../child-id.ts';
import { endProcess } from '../ends.ts';
import { memberOf, SI } from '../siginfo.ts';
import type { Task } from '../task.ts';
import type { World } from '../world.ts';
import type { Effects, Run } from './effect.ts';

const CORE_DUMPED = 0x80;
/** WUNTRACED and WCONTINUED: the child may have stopped or gone on. */
const MAY_LIVE = 0xa;

const EXITED = /\bWIFEXITED\(s\) && WEXITSTATUS\(s\) == (\w+)/;
const SIGNALED = /\bWIFSIGNALED\(s\) && WTERMSIG\(s\) == (\w+)( && WCOREDUMP\(s\))?/;
const RAW = /^\[(\w+)\]$/;

/** exit_code of a child by its printed status; undefined: it has not ended, or nobody knows. */
function statusOf(call: Call): number | undefined {
  const text = call.text(1);
  const exited = EXITED.exec(text)?.[1];
  if (exited !== undefined) return (Number(exited) & 0xff) << 8;
  const signaled = SIGNALED.exec(text);
  if (signaled !== null) {
    const signal = call.value(signaled[1]!);
    return signal === undefined ? undefined : signal | (signaled[2] === undefined ? 0 : CORE_DUMPED);
  }
  const raw = Number(RAW.exec(text)?.[1] ?? Number.NaN);
  return Number.isNaN(raw) || (raw & 0xff) === 0x7f || raw === 0xffff ? undefined : raw & 0xffff;
}

const wait4: Run = (task, call, world) => {
  if (call.ret <= 0) return;
  const code = statusOf(call);
  if (code !== undefined || (call.note(1) === 0 && (call.int(2) & MAY_LIVE) === 0))
    reaped(world, task, call, childOf(call), code);
};

/** `{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11, si_uid=0, si_status=3, ...}` */
const waitid: Run = (task, call, world) => {
  const text = call.text(2);
  const [pid, code, status] = ['si_pid', 'si_code', 'si_status'].map((name) => memberOf(text, name));
  if (pid === undefined || status === undefined) return;
  if (code === SI.CLD_EXITED) reaped(world, task, call, pid, (status & 0xff) << 8);
  else if (code === SI.CLD_KILLED) reaped(world, task, call, pid, status & 0x7f);
  else if (code === SI.CLD_DUMPED) reaped(world, task, call, pid, (status & 0x7f) | CORE_DUMPED);
};

/**
 * Only a parent waits: another's child is one of another pid namespace. A wait that nobody knows the end of stands where it began, which is before
 * the child's.
 */
function reaped(world: World, task: Task, call: Call, pid: number, exitCode: number | undefined): void {
  const process = world.state.processes.get(pid);
  if (process === undefined || process.parent?.process !== task.process) return;
  if (Number.isNaN(call.block.exitNs[call.row]!) || world.endsAreTold(pid)) return;
  if (exitCode === undefined) world.ended.push(...process.tasks);
  else endProcess(world, process, exitCode);
}

export const WAITS = {
  wait4: { done: wait4 },
  waitpid: { done: wait4 },
  waitid: { done: waitid },
} as const satisfies Effects;
