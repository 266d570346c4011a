// Helpers that tell of the current task and CPU. What the recording does not tell has a value that no task has, and is counted.
import { ERRNO } from '../errno.ts';
import type { HelperContext, HelperRun } from './context.ts';
import { setInt, sizeIn } from './context.ts';

/** Bytes of a task's name, NUL included. @see include/linux/sched.h TASK_COMM_LEN */
export const COMM_BYTES = 16;
/** No user and no group. @see include/linux/uidgid.h INVALID_UID */
const NOBODY = 0xffff_ffff | 0;
const MAX_DEV = 0xffff_ffffn;
/** The pid namespace of a recording that tells none, as stat(2) tells of it: the first one. @see include/linux/proc_ns.h PROC_PID_INIT_INO */
const PID_NS_INODE = 0xefff_fffc;
/** Bytes of struct bpf_pidns_info. */
const PIDNS_INFO_BYTES = 8;
/** Highest signal. @see arch/x86/include/uapi/asm/signal.h _NSIG */
const MAX_SIGNAL = 64;
const INIT_TGID = 1;

export const TASK_HELPERS = {
  get_smp_processor_id: (context) => setInt(context, context.cpu),
  // One node holds all CPUs.
  get_numa_node_id: (context) => setInt(context, 0),
  get_current_pid_tgid({ r, task }) {
    r[0] = task.tid;
    r[1] = task.tgid;
  },
  get_current_uid_gid(context) {
    context.r[0] = idOf(context, 'uid');
    context.r[1] = idOf(context, 'gid');
  },
  get_current_comm(context) {
    const { memory, task } = context;
    const size = sizeIn(context, 2);
    const at = context.range(1, size, true);
    if (task.comm.length === 0 && task.facts?.comm === undefined)
      context.countUnknownRead('name of the task');
    const length = Math.min(task.comm.length, size - 1, COMM_BYTES - 1);
    memory.u8.fill(0, at, at + size);
    memory.write(at, task.comm, 0, Math.max(0, length));
    setInt(context, 0);
  },
  get_ns_current_pid_tgid(context) {
    const { q, memory, task } = context;
    const size = sizeIn(context, 4);
    const at = context.range(3, size, true);
    memory.u8.fill(0, at, at + size);
    const inode = task.facts?.process?.namespaces?.pid ?? PID_NS_INODE;
    if (size !== PIDNS_INFO_BYTES || q[1]! > MAX_DEV || q[2] !== BigInt(inode))
      return setInt(context, -ERRNO.EINVAL);
    memory.view.setInt32(at, task.tid, true);
    memory.view.setInt32(at + 4, task.tgid, true);
    setInt(context, 0);
  },
  get_current_cgroup_id: (context) => setCgroup(context, (context.task.facts?.cgroups?.length ?? 0) - 1),
  get_current_ancestor_cgroup_id: (context) => setCgroup(context, context.r[2]!),
  send_signal: (context) => setInt(context, signal(context, context.r[2]! >>> 0, 'process')),
  send_signal_thread: (context) => setInt(context, signal(context, context.r[2]! >>> 0, 'thread')),
  get_prandom_u32(context) {
    context.r[0] = context.random();
    context.r[1] = 0;
  },
} as const satisfies Record<string, HelperRun>;

/** r0 = id of the cgroup at a level, 0 where there is none. */
function setCgroup(context: HelperContext, level: number): void {
  const cgroups = context.task.facts?.cgroups;
  if (cgroups === undefined) context.countUnknownRead('cgroup of the task');
  context.q[0] = cgroups?.[level] ?? 0n;
}

/** An id of the current task. */
function idOf(context: HelperContext, name: 'uid' | 'gid'): number {
  const id = context.task.facts?.ids?.[name];
  if (id === undefined) context.countUnknownRead(`${name} of the task`);
  return id ?? NOBODY;
}

/**
 * Sends a signal to the current task or, with its thread id, to another: 0 or -errno.
 * @see kernel/trace/bpf_trace.c bpf_send_signal_common
 */
export function signal(
  context: HelperContext,
  number: number,
  to: 'process' | 'thread',
  target = context.task.tid,
): number {
  const { tid, tgid } = context.task;
  if (target === 0 || (target === tid ? tgid : target) === INIT_TGID) return -ERRNO.EPERM;
  if (number > MAX_SIGNAL) return -ERRNO.EINVAL;
  if (number > 0)
    context.effect({ kind: 'signal', signal: number, to, ...(target === tid ? {} : { target }) });
  return 0;
}
