// Helpers that tell of the probe that runs the program, and of the kernel's structures behind the current task.
// @see kernel/trace/bpf_trace.c
import { ERRNO } from '../errno.ts';
import { hexAddress } from '../interp/fault.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { setAddress, setInt, type HelperContext, type HelperRun } from './context.ts';

const U64_BYTES = 8;

export const TRACING_HELPERS = {
  // A number for the program, which reads behind it with bpf_probe_read_kernel.
  get_current_task: (context) => setAddress(context, context.currentTask()),
  // The same as a BTF pointer: the program may load from it, and from what its fields point at.
  get_current_task_btf(context) {
    context.kernel.allowLoads();
    setAddress(context, context.currentTask());
  },
  task_pt_regs(context) {
    context.kernel.allowLoads();
    setAddress(context, context.kernel.regsOf(taskIn(context, 1)));
  },
  get_func_ip(context) {
    context.q[0] = context.event.probe?.ip ?? 0n;
  },
  get_attach_cookie(context) {
    context.q[0] = context.event.probe?.cookie ?? 0n;
  },
  get_func_arg(context) {
    const { r, memory, event } = context;
    const to = context.range(3, U64_BYTES, true);
    const isThere = r[4]! >>> 0 < (event.probe?.args ?? 0);
    if (isThere) copyU64(memory.u8, event.ctxAt + U64_BYTES * r[4]!, to);
    setInt(context, isThere ? 0 : -ERRNO.EINVAL);
  },
  get_func_ret(context) {
    const { memory, event } = context;
    const to = context.range(2, U64_BYTES, true);
    if (event.probe?.hasResult !== true) return setInt(context, -ERRNO.EOPNOTSUPP);
    copyU64(memory.u8, event.ctxAt + U64_BYTES * event.probe.args, to);
    return setInt(context, 0);
  },
  get_func_arg_cnt: (context) => setInt(context, context.event.probe?.args ?? 0),
} as const satisfies Record<string, HelperRun>;

/** Offset of the struct task_struct whose address is in a register. */
export function taskIn(context: HelperContext, reg: number): number {
  const { r, q, kernel } = context;
  const at = r[2 * reg + 1] === ADDRESS_HIGH ? r[2 * reg]! >>> 0 : 0;
  if (kernel.regsOf(at) !== 0) return at;
  return context.fault('access', `R${reg} is ${hexAddress(q[reg]!)}, which is no task`);
}

function copyU64(u8: Uint8Array, from: number, to: number): void {
  u8.copyWithin(to, from, from + U64_BYTES);
}
