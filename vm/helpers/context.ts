// What a helper sees of the engine that calls it. Arguments are in r1..r5, the result goes to r0; registers are seen as in interp/alu.ts,
// and as int32 halves: r[2n] the low half of register n, r[2n+1] the high.
import type { EffectDetail } from '../effects.ts';
import type { RunEvent } from '../interp/cpu.ts';
import type { KernelProg } from '../kernel/prog.ts';
import type { KernelMap } from '../maps/map.ts';
import type { Region } from '../memory/regions.ts';
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

/**
 * The engine as a helper sees it. Methods that cannot give what they promise end the run with a fault. Arguments stand in r1 to r5 until the
 * helper calls a function of the program; what it still needs then, it has read before.
 */
export interface HelperContext {
  readonly q: BigUint64Array;
  readonly s: BigInt64Array;
  readonly r: Int32Array;
  readonly memory: LinearMemory;
  /** The CPU that runs the program, below `cpus`. */
  readonly cpu: number;
  /** CPUs of the machine. */
  readonly cpus: number;
  readonly task: TaskView;
  /** The program that calls. */
  readonly prog: KernelProg;
  /** What the run began with: ctx, packet, what the hook knows. */
  readonly event: RunEvent;
  /** The map whose address is in register `reg`. */
  mapIn(reg: number): KernelMap;
  /** Offset of `size` bytes that the program itself may touch, at the address in `reg`. */
  range(reg: number, size: number, write: boolean): number;
  /** True when the kernel may read `size` bytes at offset `at`: what the program may read, and what its arguments point at. */
  kernelMayRead(at: number, size: number): boolean;
  /** Lets the program touch more bytes until `takeBack`, or else until the run ends: a reserved record, a slice of a dynptr. */
  lend(region: Region): void;
  /** Ends a loan by where it starts; false when there is none. */
  takeBack(start: number): boolean;
  /** pc of the function of the program whose address is in `reg`. */
  functionIn(reg: number): number;
  /** Calls a function of the program with r1 to r5 = args (u64): its r0. Overwrites r0 to r5. A tail call in it is a fault. */
  invoke(pc: number, args: readonly bigint[]): bigint;
  /** Tells the host of something that would change the world outside of the machine. */
  effect(effect: EffectDetail): void;
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
