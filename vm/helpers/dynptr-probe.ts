// The kernel functions that read user and kernel memory into what a dynptr points at.
// @see kernel/trace/bpf_trace.c bpf_probe_read_user_dynptr, __bpf_dynptr_copy_str
import { ERRNO } from '../errno.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';
import { dynptrIn } from './dynptr.ts';
import { view } from './dynptr-kfuncs.ts';
import {
  isCurrentTask,
  readKernel,
  readKernelString,
  readUser,
  readUserString,
  type Reader,
} from './probe-read.ts';

/** Of all of them: r1 dynptr, r2 offset, r3 size, r4 address, r5 task. */
const DYNPTR_REG = 1;
const ADDRESS_REG = 4;
const TASK_REG = 5;

export const DYNPTR_PROBE_KFUNCS = {
  bpf_probe_read_user_dynptr: (context) => read(context, readUser),
  bpf_probe_read_user_str_dynptr: (context) => read(context, readUserString),
  bpf_probe_read_kernel_dynptr: (context) => read(context, readKernel),
  bpf_probe_read_kernel_str_dynptr: (context) => read(context, readKernelString),
  bpf_copy_from_user_dynptr: (context) => read(context, readUser),
  bpf_copy_from_user_str_dynptr: (context) => read(context, readUserString),
  bpf_copy_from_user_task_dynptr: (context) => read(context, ofTask(context, readUser)),
  bpf_copy_from_user_task_str_dynptr: (context) => read(context, ofTask(context, readUserString)),
} as const satisfies Record<string, HelperRun>;

/** Only the memory of the current task's process is known. */
function ofTask(context: HelperContext, reader: Reader): Reader {
  return isCurrentTask(context, TASK_REG) ? reader : readNothing;
}

const readNothing: Reader = (context) => {
  context.countUnknownRead('user memory of another task');
  return -ERRNO.EFAULT;
};

function read(context: HelperContext, reader: Reader): void {
  const { r } = context;
  const at = dynptrIn(context, DYNPTR_REG, false);
  const size = r[6]! >>> 0;
  const to = view(context, at, r[4]! >>> 0, size, true);
  setInt(context, to < 0 ? -ERRNO.E2BIG : reader(context, ADDRESS_REG, to, size));
}
