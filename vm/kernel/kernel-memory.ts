// The kernel's own structures that a program can reach besides its ctx: the current task and what hangs on it, the arguments of events, and the registers
// of the call. They lie in linear memory below the stack, laid out as the machine's kernel has them, and are made when a program asks for them. What the
// recording does not tell is unknown: bpf_probe_read_kernel answers -EFAULT there, a load through a BTF pointer gives 0, and both are counted by name.
import type { TaskView } from '../helpers/context.ts';
import { KERNEL_AT, KERNEL_END, OBJECTS_AT, type LinearMemory } from '../memory/linear.ts';
import { holeAround, regionsBetween, type Hole } from '../memory/holes.ts';
import { plainRegion, type Region } from '../memory/regions.ts';
import type { SignalInfo } from './event-point.ts';
import type { Kernel } from './kernel.ts';
import { KernelGraph } from './memory/graph.ts';
import type { TaskNode } from './memory/nodes.ts';
import { placeOfUser } from './memory/user-place.ts';
import { ARG_REGS, fillTaskRegs, PT_REGS_BYTES, regHoles, taskRegHoles } from './pt-regs.ts';
import type { SyscallPoint, UserMemory } from './point.ts';
import type { FileFacts, TaskFacts } from './task-facts.ts';

/** Structures of which nothing is known, and that nobody tells of: zeroes that nobody may know. */
export const SOMEWHERE_AT = KERNEL_AT;
const SOMEWHERE_BYTES = 0x4000;
const TASK_REGS_AT = SOMEWHERE_AT + SOMEWHERE_BYTES;

/** The registers that the task entered the kernel with, for programs that may load from them. */
export const TASK_REGS = plainRegion('the pt_regs of the task', TASK_REGS_AT, PT_REGS_BYTES, false);

/** Those of them that are known of each call: what else is, lookDirect tells. */
export const KNOWN_TASK_REGS: readonly Region[] = regionsBetween(
  TASK_REGS,
  regHoles(TASK_REGS_AT, ['rax', 'orig_rax', ...ARG_REGS.native]),
);

/** Nothing is mapped below. */
const NULL_PAGE_END = 4096n;

/** What is at an address. */
export type Knowledge = 'known' | 'unknown' | 'none';

/** The structures of one machine. */
export class KernelMemory {
  private readonly memory: LinearMemory;
  private readonly graph: KernelGraph;
  private task: TaskView;
  private point: SyscallPoint | undefined;
  private state: number | undefined;
  private hasLeft = false;
  private hasRegs = false;
  private currentAt = 0;
  /** Whether programs hold BTF pointers to these structures, so that they may load from them without a helper. */
  private isDirect = false;

  constructor(memory: LinearMemory, task: TaskView, kernel: Pick<Kernel, 'types'>) {
    this.memory = memory;
    this.task = task;
    this.graph = new KernelGraph(memory, kernel);
  }

  /**
   * A new event. `point` is undefined where the task is in no system call that is known; `state`: TASK_* of the task, where the event tells another
   * than that it runs.
   */
  begin(task: TaskView, point: SyscallPoint | undefined, state?: number): void {
    this.task = task;
    this.point = point;
    this.state = state;
    this.hasLeft = false;
    this.hasRegs = false;
    this.isDirect = false;
    this.currentAt = 0;
    this.graph.begin();
  }

  /**
   * Pointers that programs kept lead nowhere from now on: a machine that goes on from here and one that comes back find the same. Gives what `restore`
   * takes.
   */
  save(): number {
    return this.graph.forget();
  }

  restore(top: number): void {
    this.graph.forget(top);
  }

  /** The call has returned: its result stands in rax from now on. */
  leaveCall(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.hasRegs = false;
  }

  /** Offset of the current task's struct task_struct. */
  currentTask(): number {
    if (this.currentAt === 0) this.currentAt = this.graph.at('task', this.currentNode());
    return this.currentAt;
  }

  /** Offset of the struct task_struct of a task that the event tells of. `state`: TASK_*, where it is known. */
  taskOf(facts: TaskFacts, state?: number): number {
    this.currentTask(); // the same thread is the same task
    return this.graph.at('task', this.graph.nodes.task(facts, state));
  }

  /** Offset of a struct linux_binprm of the current task. */
  bprm(filename: Uint8Array, interp?: Uint8Array): number {
    return this.graph.at('binprm', { filename, interp, task: this.currentNode() });
  }

  /** Offset of a struct kernel_siginfo. */
  siginfo(info: SignalInfo): number {
    return this.graph.at('siginfo', info);
  }

  /** Offset of a struct k_sigaction: SIG_DFL 0, SIG_IGN 1 or an address, and SA_*. */
  sigaction(handler?: bigint, flags?: bigint): number {
    return this.graph.at('sigaction', { handler, flags });
  }

  /** Offset of a struct filename. */
  filename(name: Uint8Array): number {
    return this.graph.at('filename', { name });
  }

  /** Offset of a struct file: of an open file, or of a descriptor of the current task. */
  file(of: FileFacts | number): number {
    const facts = typeof of === 'number' ? this.task.facts?.process?.file(of) : of;
    return facts === undefined ? this.somewhere : this.graph.at('file', this.graph.nodes.file(facts));
  }

  /** Offset of a string with a NUL behind it. */
  string(bytes: Uint8Array): number {
    return this.graph.string(bytes);
  }

  /** Offset of a structure of which nothing is known. */
  readonly somewhere = SOMEWHERE_AT;

  /** Offset of the struct pt_regs that the current task entered the kernel with; zeroes where no call is known. */
  taskRegs(): number {
    if (!this.hasRegs) {
      this.hasRegs = true;
      fillTaskRegs(this.memory, TASK_REGS_AT, this.point, this.hasLeft);
    }
    return TASK_REGS_AT;
  }

  /** Offset of the struct pt_regs of the task whose struct task_struct starts at an offset; 0 where there is no task. */
  regsOf(at: number): number {
    const task = this.graph.taskAt(at);
    if (task === undefined) return 0;
    return task === this.graph.nodes.running ? this.taskRegs() : SOMEWHERE_AT;
  }

  /** Programs of this event may load from the structures. */
  allowLoads(): void {
    this.isDirect = true;
  }

  /** Thread id of the task whose struct task_struct starts at an offset; -1 where there is none, or its id is not known. */
  tidAt(at: number): number {
    return this.graph.taskAt(at)?.tid ?? -1;
  }

  /** True when a struct task_struct starts at an offset. */
  isTask(at: number): boolean {
    return this.graph.taskAt(at) !== undefined;
  }

  /** Offset of the struct task_struct of a thread, which the program may load from; 0 where the event shows none. */
  taskOfTid(tid: number): number {
    if (tid <= 0) return 0;
    this.isDirect = true;
    this.currentTask();
    const task = this.graph.taskOfTid(this.currentNode(), tid);
    return task === undefined ? 0 : this.graph.at('task', task);
  }

  /** The path that a struct path at an offset leads to; undefined where it is not known. */
  pathAt(at: number): Uint8Array | undefined {
    return this.graph.pathAt(at);
  }

  /** What `size` bytes at an offset are. */
  look(at: number, size: number): Knowledge {
    if (at < KERNEL_AT || at + size > KERNEL_END) return 'none';
    if (at < OBJECTS_AT) {
      if (at < TASK_REGS_AT || at + size > TASK_REGS_AT + PT_REGS_BYTES) return 'unknown';
      this.taskRegs();
      return this.regHole(at, size) === undefined ? 'known' : 'unknown';
    }
    return this.graph.knows(at, size) ? 'known' : 'unknown';
  }

  /** What a load without a helper finds there. */
  lookDirect(at: number, size: number): Knowledge {
    return this.isDirect ? this.look(at, size) : 'none';
  }

  /** True for a load through a BTF pointer that is null, or was not known: 0 there, as where the kernel finds a page fault. */
  isNullLoad(address: bigint): boolean {
    return this.isDirect && address < NULL_PAGE_END;
  }

  /** What bytes at an offset that are not known would be: 'task_struct.loginuid'. */
  nameOf(at: number, size: number): string {
    if (at >= OBJECTS_AT) return this.graph.nameOf(at, size);
    return this.regHole(at, size)?.name ?? 'a structure that no recording tells of';
  }

  /** What user memory that is not known would be: 'user memory behind args[1]'. */
  userName(address: bigint): string {
    return placeOfUser(address, this.point?.args);
  }

  /** User memory of the current task that is known besides the event's own. */
  userMemory(): readonly UserMemory[] {
    return this.graph.userMemory;
  }

  private regHole(at: number, size: number): Hole | undefined {
    return holeAround(taskRegHoles(TASK_REGS_AT, this.point), at, size);
  }

  private currentNode(): TaskNode {
    const { nodes } = this.graph;
    return nodes.byTid(this.task.tid) ?? nodes.current(this.task, this.state);
  }
}
