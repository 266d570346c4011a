// Kernel functions on tasks. A task lives as long as the event shows it, so that references to one need not be counted.
// @see kernel/bpf/helpers.c bpf_task_acquire, bpf_task_from_pid, bpf_copy_from_user_str, kernel/trace/bpf_trace.c bpf_send_signal_task
import { ERRNO } from '../errno.ts';
import { hexAddress } from '../interp/fault.ts';
import { offsetIn, setAddress, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { isCurrentTask, readUnknown, readUserString, type Reader } from './probe-read.ts';
import { signal } from './task.ts';

/** BPF_F_PAD_ZEROS: the rest of the buffer becomes zeroes. */
const PAD_ZEROS = 1n;
/** enum pid_type: whom a signal is for. */
const TARGETS: Readonly<Record<number, 'thread' | 'process'>> = { 0: 'thread', 1: 'process' };

export const TASK_KFUNCS = {
  bpf_task_acquire: (context) => setAddress(context, taskIn(context, 1)),
  bpf_task_release: (context) => void taskIn(context, 1),
  bpf_task_from_pid: (context) => setAddress(context, context.kernel.taskOfTid(context.r[2]!)),
  bpf_task_from_vpid: (context) => setAddress(context, context.kernel.taskOfTid(context.r[2]!)),
  bpf_send_signal_task(context) {
    const at = taskIn(context, 1);
    const to = TARGETS[context.r[6]!];
    setInt(
      context,
      to === undefined ? -ERRNO.EINVAL : signal(context, context.r[4]! >>> 0, to, context.kernel.tidAt(at)),
    );
  },
  bpf_copy_from_user_str: (context) => copyString(context, context.q[4]!, readUserString, 0),
  bpf_copy_from_user_task_str(context) {
    copyString(context, context.q[5]!, isCurrentTask(context, 4) ? readUserString : readUnknown, 1);
  },
} as const satisfies Record<string, HelperRun>;

/** Offset of the struct task_struct in `reg`. */
function taskIn(context: HelperContext, reg: number): number {
  const at = offsetIn(context, reg);
  if (context.kernel.isTask(at)) return at;
  return context.fault('object', `R${reg} is ${hexAddress(context.q[reg]!)}, where no task is`);
}

/**
 * The string at the user address in r3 goes to r1 (r2 bytes): its length with NUL, or -errno. The rest of the buffer, or on an error all of it, becomes
 * zeroes if the flags ask for it; else an error makes `wiped` bytes zero.
 */
function copyString(context: HelperContext, flags: bigint, reader: Reader, wiped: number): void {
  const size = sizeIn(context, 2);
  const to = size === 0 ? 0 : context.range(1, size, true);
  if ((flags & ~PAD_ZEROS) !== 0n) return setInt(context, -ERRNO.EINVAL);
  if (size === 0) return setInt(context, 0);
  const { u8 } = context.memory;
  const result = reader(context, 3, to, size);
  if (result < 0) u8.fill(0, to, to + ((flags & PAD_ZEROS) === 0n ? wiped : size));
  else if ((flags & PAD_ZEROS) !== 0n) u8.fill(0, to + result, to + size);
  setInt(context, result);
}
