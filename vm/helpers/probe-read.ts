// The bpf_probe_read family: user memory comes from the recording, kernel memory from linear memory. What cannot be read is an errno and
// zeroes, as on Linux; user memory that the recording merely does not hold is counted besides. Nothing is written to it: that is told.
// @see kernel/trace/bpf_trace.c bpf_probe_read_user_common, bpf_probe_write_user, mm/maccess.c
import { ERRNO } from '../errno.ts';
import { userBytes, userString } from '../kernel/user-memory.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { offsetIn, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';

export const PROBE_HELPERS = {
  // The two old ones look at the address: user or kernel.
  probe_read: (context) => read(context, isUserAddress(context, 3) ? readUser : readKernel),
  probe_read_str: (context) => read(context, isUserAddress(context, 3) ? readUserString : readKernelString),
  probe_read_user: (context) => read(context, readUser),
  probe_read_user_str: (context) => read(context, readUserString),
  probe_read_kernel: (context) => read(context, readKernel),
  probe_read_kernel_str: (context) => read(context, readKernelString),
  probe_write_user: (context) => setInt(context, write(context)),
  copy_from_user: (context) => read(context, readUser),
  copy_from_user_task(context) {
    if (context.q[5] === 0n) read(context, taskReader(context, 4));
    else setInt(context, -ERRNO.EINVAL);
  },
} as const satisfies Record<string, HelperRun>;

/** Reads user memory of the task whose struct task_struct is at the address in `reg`: only that of the current task is known. */
function taskReader(context: HelperContext, reg: number): Reader {
  return isCurrentTask(context, reg) ? readUser : readUnknown;
}

/** True when `reg` holds the address of the current task's struct task_struct, or of another thread of its process. */
export function isCurrentTask(context: HelperContext, reg: number): boolean {
  const { kernel, task } = context;
  const tid = kernel.tidAt(offsetIn(context, reg));
  return tid === task.tid || tid === task.tgid;
}

/** Reads user memory that no recording holds. */
export const readUnknown: Reader = (context, reg, _to, size) =>
  size === 0 ? 0 : unknown(context, reg, context.q[reg]!, 'user memory of another task');

/** Copies up to `size` bytes from the address in register `reg` to offset `to`; the result of the helper, -errno where it failed. */
export type Reader = (context: HelperContext, reg: number, to: number, size: number) => number;

function read(context: HelperContext, reader: Reader): void {
  const size = sizeIn(context, 2);
  const to = size === 0 ? 0 : context.range(1, size, true);
  const result = reader(context, 3, to, size);
  if (result < 0) context.memory.u8.fill(0, to, to + size);
  setInt(context, result);
}

/** Memory that the recording holds takes a write, of the rest nobody knows: 0 or -errno. Programs that read it later find what was recorded. */
function write(context: HelperContext): number {
  const size = sizeIn(context, 3);
  const from = context.range(2, size, false);
  const address = context.q[1]!;
  const before = new Uint8Array(size);
  const isKnown =
    userBytes(context.task.memory(), address, size, before, 0) ||
    userBytes(context.kernel.userMemory(), address, size, before, 0);
  if (!isKnown) return unknown(context, 1, address);
  context.effect({ kind: 'write', address, bytes: context.memory.u8.slice(from, from + size) });
  return 0;
}

/** High half of the first address that is not user memory: 47 bits of it on x86-64. */
const USER_HIGH_END = 0x8000;
/** High half of the first kernel address; between the two no address is canonical. */
const KERNEL_HIGH = 0xffff_8000;
/** Nothing is ever mapped below: a read there is a fault of the program, not a gap in the recording. */
const FIRST_PAGE_END = 4096n;

/** True when register `reg` holds an address of user space. */
export function isUserAddress({ r }: HelperContext, reg: number): boolean {
  return r[2 * reg + 1]! >>> 0 < USER_HIGH_END;
}

export const readUser: Reader = (context, reg, to, size) => {
  const address = context.q[reg]!;
  const { u8 } = context.memory;
  if (userBytes(context.task.memory(), address, size, u8, to)) return 0;
  if (userBytes(context.kernel.userMemory(), address, size, u8, to)) return 0;
  return unknown(context, reg, address);
};

export const readUserString: Reader = (context, reg, to, size) => {
  if (size === 0) return 0;
  const address = context.q[reg]!;
  const { u8 } = context.memory;
  let length = userString(context.task.memory(), address, size, u8, to);
  if (length < 0) length = userString(context.kernel.userMemory(), address, size, u8, to);
  return length < 0 ? unknown(context, reg, address) : length;
};

function unknown(context: HelperContext, reg: number, address: bigint, what?: string): number {
  if (isUserAddress(context, reg) && address >= FIRST_PAGE_END)
    context.countUnknownRead(what ?? context.kernel.userName(address));
  return -ERRNO.EFAULT;
}

export const readKernel: Reader = (context, reg, to, size) => {
  const from = kernelOffset(context, reg);
  if (from < 0 || size === 0) return Math.min(0, from); // the address counts even where nothing is read
  if (!context.kernelMayRead(from, size)) return -ERRNO.EFAULT;
  context.memory.u8.copyWithin(to, from, from + size);
  return 0;
};

/** Characters of a string of the kernel that are looked at for the price of one insn. */
const CHARS_AN_INSN = 64;

export const readKernelString: Reader = (context, reg, to, size) => {
  if (size === 0) return 0;
  const from = kernelOffset(context, reg);
  if (from < 0) return from;
  const { u8 } = context.memory;
  for (let i = 0; i < size; i++) {
    if (i % CHARS_AN_INSN === CHARS_AN_INSN - 1) context.charge(1);
    if (!context.kernelMayRead(from + i, 1)) return -ERRNO.EFAULT;
    u8[to + i] = u8[from + i]!;
    if (u8[to + i] === 0) return i + 1;
  }
  u8[to + size - 1] = 0;
  return size;
};

/** Offset that the kernel address in `reg` names, or -errno: what is no kernel address at all is out of range for kernel reads. */
export function kernelOffset({ r }: HelperContext, reg: number): number {
  const high = r[2 * reg + 1]!;
  if (high === ADDRESS_HIGH) return r[2 * reg]! >>> 0;
  return high >>> 0 < KERNEL_HIGH ? -ERRNO.ERANGE : -ERRNO.EFAULT;
}
