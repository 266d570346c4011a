// What a helper sees of the engine that calls it. Arguments are in r1..r5, the result goes to r0; registers are seen as in interp/alu.ts,
// and as int32 halves: r[2n] the low half of register n, r[2n+1] the high.
import type { EffectDetail } from '../effects.ts';
import type { RunEvent } from '../interp/host.ts';
import type { KernelMemory } from '../kernel/kernel-memory.ts';
import type { CallbackTable } from '../kernel/callbacks.ts';
import type { LinkedObjects } from '../kernel/linked-objects.ts';
import type { ObjectHeap } from '../kernel/object-heap.ts';
import type { KernelProg } from '../kernel/prog.ts';
import type { KernelMap } from '../maps/map.ts';
import type { Region } from '../memory/regions.ts';
import type { ValueFieldKind } from '../object.ts';
import { ADDRESS_HIGH, type LinearMemory } from '../memory/linear.ts';
import type { UserMemory } from '../kernel/point.ts';
import type { TaskFacts } from '../kernel/task-facts.ts';
import type { FaultCode } from '../interp/fault.ts';

/** The current task and moment, as far as helpers ask. A SyscallPoint is one. */
export interface TaskView {
  readonly tid: number;
  readonly tgid: number;
  readonly comm: Uint8Array;
  readonly atNs: number;
  readonly memory: () => readonly UserMemory[];
  /** What else is known of the task. */
  readonly facts?: TaskFacts | undefined;
  /** Return addresses of the call that is being made, innermost first, where the recording knows them: in user memory, and in the kernel. */
  readonly userStack?: readonly bigint[] | undefined;
  readonly kernelStack?: readonly bigint[] | undefined;
}

/** What a loan that must be given back is about; one for each map or helper, not one for each loan. */
export interface Owed {
  /** In words: 'a record of ring buffer events'. */
  readonly what: string;
  /** The run ended before the loan that starts at `start` was taken back. */
  giveBack(start: number): void;
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
  /** The kernel's own structures. */
  readonly kernel: KernelMemory;
  /** Offset of the current task's struct task_struct; `kernel.tidAt` tells which task an offset is of. */
  currentTask(): number;
  /** The map whose address is in register `reg`. */
  mapIn(reg: number): KernelMap;
  /** True when a register holds the ctx as the program got it. */
  isCtx(reg: number): boolean;
  /** Offset of `size` bytes that the program itself may touch, at the address in `reg`. */
  range(reg: number, size: number, write: boolean): number;
  /** Offset of the field of that kind (MapSpec.fields) whose address is in `reg`: at a field's very offset in a value or object. */
  field(reg: number, kind: ValueFieldKind): number;
  /** True when the program itself may touch `size` bytes at offset `at`. */
  mayTouch(at: number, size: number, write: boolean): boolean;
  /** Offset where the cell begins that `at`, which was checked last, stands in: the value or object around a field. */
  cellAround(at: number): number;
  /** True when the kernel may read `size` bytes at offset `at`: what the program may read, and what its arguments point at. */
  kernelMayRead(at: number, size: number): boolean;
  /**
   * Lets the program touch more bytes until `takeBack`, or else until the run ends: a reserved record, a slice of a dynptr. With `owed` the program
   * must give it back: a run that ends before is a fault, and `owed.giveBack` is told.
   */
  lend(region: Region, owed?: Owed): void;
  /** Ends a loan by where it starts; false when there is none. */
  takeBack(start: number): boolean;
  /** What is owed for the loan that starts at `start`; undefined where there is none, or nothing is owed. */
  owedAt(start: number): Owed | undefined;
  /** pc of the function of the program whose address is in `reg`. */
  functionIn(reg: number): number;
  /** Calls a function of the program with r1 to r5 = args (u64): its r0. Overwrites r0 to r5. A tail call in it is a fault. */
  invoke(pc: number, args: readonly bigint[]): bigint;
  /** The same with r1 to r5 as they stand; the result stands in r0. For helpers that call many times. */
  callBack(pc: number): void;
  /** Timers and work: functions of programs that run later. */
  readonly callbacks: CallbackTable;
  /** Objects that programs make, and the lists and trees that they are in. */
  readonly heap: ObjectHeap;
  readonly linked: LinkedObjects;
  /** Functions of the program that have not returned. */
  readonly depth: number;
  /** Offsets of the locks (struct bpf_spin_lock and bpf_res_spin_lock) that the program holds, in the order of taking. At the end there must be none. */
  readonly locks: number[];
  /** Tells the host of something that would change the world outside of the machine. */
  effect(effect: EffectDetail): void;
  /** A u32 from the machine's seed. */
  random(): number;
  /** Hands a line to the trace. */
  printk(text: string): void;
  /** Counts work of a helper as so many insns of the run, which ends with a fault when its budget is used up. */
  charge(insns: number): void;
  /** Counts a read of what the recording does not hold; `what` says what it was: 'uid of the task', 'task_struct.loginuid'. */
  countUnknownRead(what: string): void;
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

/** Offset in linear memory that the address in `reg` names; 0 for the null pointer and for addresses elsewhere. */
export function offsetIn(context: HelperContext, reg: number): number {
  return context.r[2 * reg + 1] === ADDRESS_HIGH ? context.r[2 * reg]! >>> 0 : 0;
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
