// What a helper sees of the engine that calls it. Arguments are in r1..r5, the result goes to r0; registers are seen as in interp/alu.ts,
// and as int32 halves: r[2n] the low half of register n, r[2n+1] the high.
import type { KernelMap } from '../maps/map.ts';
import { ADDRESS_HIGH, type LinearMemory } from '../memory/linear.ts';
import type { UserMemory } from '../kernel/point.ts';
import type { FaultCode } from '../interp/fault.ts';

/** The current task and moment, as far as helpers ask. A SyscallPoint is one. */
export interface TaskView {
  readonly tid: number;
  readonly tgid: number;
  readonly comm: Uint8Array;
  readonly atNs: number;
  readonly memory: readonly UserMemory[];
}

/** The engine as a helper sees it. Methods that cannot give what they promise end the run with a fault. */
export interface HelperContext {
  readonly q: BigUint64Array;
  readonly s: BigInt64Array;
  readonly r: Int32Array;
  readonly memory: LinearMemory;
  /** The CPU that runs the program, below the machine's number of CPUs. */
  readonly cpu: number;
  readonly task: TaskView;
  /** The map whose address is in register `reg`. */
  mapIn(reg: number): KernelMap;
  /** Offset of `size` bytes that the program itself may touch, at the address in `reg`. */
  range(reg: number, size: number, write: boolean): number;
  /** True when the kernel may read `size` bytes at offset `at`: what the program may read, and what its arguments point at. */
  kernelMayRead(at: number, size: number): boolean;
  /** A u32 from the machine's seed. */
  random(): number;
  /** Hands a line to the trace. */
  printk(text: string): void;
  /** Counts a read of user memory that the recording does not hold. */
  countUnknownRead(): void;
  fault(code: FaultCode, message: string): never;
}

/** Runs one helper: reads r1..r5, writes r0. */
export type HelperRun = (context: HelperContext) => void;

/** r0 = an int, sign extended: 0, a count or -errno. */
export function setInt(context: HelperContext, value: number): void {
  context.r[0] = value;
  context.r[1] = value < 0 ? -1 : 0;
}

/** r0 = address of an offset in linear memory; offset 0 is the null pointer. */
export function setAddress(context: HelperContext, offset: number): void {
  context.r[0] = offset;
  context.r[1] = offset === 0 ? 0 : ADDRESS_HIGH;
}

/** Longest memory argument, as the verifier has it. @see include/linux/bpf_verifier.h BPF_MAX_VAR_SIZ */
const MAX_SIZE = 1 << 29;

/** The size in register `reg`, in bytes. */
export function sizeIn(context: HelperContext, reg: number): number {
  const size = context.r[2 * reg]! >>> 0;
  if (context.r[2 * reg + 1] !== 0 || size >= MAX_SIZE) {
    context.fault('size', `R${reg} is a size of ${context.q[reg]}, and may be ${MAX_SIZE - 1} at most`);
  }
  return size;
}
