// Helpers that tell of the current task, CPU and time.
import type { HelperContext, HelperRun } from './context.ts';
import { setInt, sizeIn } from './context.ts';

/** Bytes of a task's name, NUL included. @see include/linux/sched.h TASK_COMM_LEN */
const COMM_BYTES = 16;
const TWO_POW_32 = 0x1_0000_0000;

export const TASK_HELPERS = {
  ktime_get_ns: setTime,
  // A recording has one clock and no suspended time.
  ktime_get_boot_ns: setTime,
  get_smp_processor_id: (context) => setInt(context, context.cpu),
  get_current_pid_tgid({ r, task }) {
    r[0] = task.tid;
    r[1] = task.tgid;
  },
  get_current_comm(context) {
    const { memory, task } = context;
    const size = sizeIn(context, 2);
    const at = context.range(1, size, true);
    const length = Math.min(task.comm.length, size - 1, COMM_BYTES - 1);
    memory.u8.fill(0, at, at + size);
    memory.write(at, task.comm, 0, Math.max(0, length));
    setInt(context, 0);
  },
  get_prandom_u32(context) {
    context.r[0] = context.random();
    context.r[1] = 0;
  },
} as const satisfies Record<string, HelperRun>;

function setTime({ r, task }: HelperContext): void {
  r[0] = task.atNs % TWO_POW_32;
  r[1] = task.atNs / TWO_POW_32;
}
