// bpf_get_stackid, bpf_get_stack, bpf_get_task_stack: the call stack of the current task, where the recording knows it. Where it does not, the answer
// is -EFAULT, as on Linux for a stack that cannot be walked, and is counted as unknown.
// @see kernel/bpf/stackmap.c bpf_get_stackid, __bpf_get_stack
import { ERRNO } from '../errno.ts';
import { ADDRESS_HIGH, SCRATCH_AT } from '../memory/linear.ts';
import {
  BUILD_ID_BYTES,
  frameBytes,
  isStackTrace,
  MAX_STACK_DEPTH,
  STACK_FLAGS,
  writeBuildId,
} from '../maps/stack-trace.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { typedMap } from './typed-map.ts';

/** Flags of all three. @see include/uapi/linux/bpf.h BPF_F_SKIP_FIELD_MASK */
const SKIP_MASK = 0xff;
const USER_STACK = 1 << 8;
/** Of bpf_get_stack: build ids instead of addresses. */
const USER_BUILD_ID = 1 << 11;
const ADDRESS_BYTES = 8;

const ID_FLAGS = SKIP_MASK | USER_STACK | STACK_FLAGS.fastCompare | STACK_FLAGS.reuseId;
const COPY_FLAGS = SKIP_MASK | USER_STACK | USER_BUILD_ID;

export const STACK_HELPERS = {
  get_stackid(context) {
    const map = typedMap(context, 2, isStackTrace, 'stack_trace');
    const flags = flagsIn(context, 3, ID_FLAGS);
    if (flags < 0) return setInt(context, -ERRNO.EINVAL);
    const skip = flags & SKIP_MASK;
    const stack = stackOf(context, flags);
    const most = Math.min(map.spec.valueSize / frameBytes(map.spec) + skip, MAX_STACK_DEPTH);
    const count = Math.min(stack?.length ?? 0, most) - skip;
    if (stack === undefined || count <= 0) return setInt(context, -ERRNO.EFAULT);
    writeStack(context, SCRATCH_AT, stack, skip, count);
    setInt(context, map.put(SCRATCH_AT, count, flags));
  },
  get_stack(context) {
    copyStack(context);
  },
  get_task_stack(context) {
    const { r, kernel } = context;
    const tid = r[3] === ADDRESS_HIGH ? kernel.tidAt(r[2]! >>> 0) : -1;
    if (tid < 0) context.fault('access', 'R1 is no task that the machine knows');
    copyStack(context, tid === context.task.tid);
  },
} as const satisfies Record<string, HelperRun>;

/** The flags in register `reg`, -1 where one is not in `known`. */
function flagsIn({ r }: HelperContext, reg: number, known: number): number {
  const flags = r[2 * reg]!;
  return r[2 * reg + 1] === 0 && (flags & ~known) === 0 ? flags : -1;
}

/** The stack that the flags ask for, innermost address first; undefined, and counted, where the recording does not know it. */
function stackOf(context: HelperContext, flags: number): readonly bigint[] | undefined {
  const { task } = context;
  const isUser = (flags & USER_STACK) !== 0;
  const stack = isUser ? task.userStack : task.kernelStack;
  if (stack === undefined) context.countUnknownRead(`${isUser ? 'user' : 'kernel'} stack of the task`);
  return stack;
}

/** bpf_get_stack(r1, r2 buffer, r3 size, r4 flags): the bytes of the stack, the rest of the buffer zeroes. */
function copyStack(context: HelperContext, isCurrent = true): void {
  const size = sizeIn(context, 3);
  const to = size === 0 ? 0 : context.range(2, size, true);
  const result = stackInto(context, to, size, flagsIn(context, 4, COPY_FLAGS), isCurrent);
  context.memory.u8.fill(0, to + Math.max(0, result), to + size);
  setInt(context, result);
}

function stackInto(
  context: HelperContext,
  to: number,
  size: number,
  flags: number,
  isCurrent: boolean,
): number {
  const user = (flags & USER_STACK) !== 0;
  const buildIds = (flags & USER_BUILD_ID) !== 0;
  if (flags < 0 || (buildIds && !user) || size % (buildIds ? BUILD_ID_BYTES : ADDRESS_BYTES) !== 0)
    return -ERRNO.EINVAL;
  if (!isCurrent && user) return -ERRNO.EOPNOTSUPP;
  const stack = isCurrent ? stackOf(context, flags) : unknown(context);
  const each = buildIds ? BUILD_ID_BYTES : ADDRESS_BYTES;
  const skip = flags & SKIP_MASK;
  if (stack === undefined || stack.length < skip) return -ERRNO.EFAULT;
  const most = Math.min(size / each + skip, MAX_STACK_DEPTH);
  const count = Math.max(0, Math.min(stack.length, most) - skip);
  if (buildIds) writeBuildIds(context, to, stack, skip, count);
  else writeStack(context, to, stack, skip, count);
  return each * count;
}

/** Stacks of other tasks are in no recording. */
function unknown(context: HelperContext): undefined {
  context.countUnknownRead('stack of another task');
  return undefined;
}

function writeStack(
  { memory }: HelperContext,
  to: number,
  stack: readonly bigint[],
  skip: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) memory.view.setBigUint64(to + ADDRESS_BYTES * i, stack[skip + i]!, true);
}

function writeBuildIds(
  { memory }: HelperContext,
  to: number,
  stack: readonly bigint[],
  skip: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) writeBuildId(memory, to + BUILD_ID_BYTES * i, stack[skip + i]!);
}
