// The kernel's own structures that a program can reach besides its ctx: the current task, its parent and group leader, its credentials, and the
// registers of its call. They lie in linear memory below the stack and are written at the first ask of an event. Bytes that the recording does not
// tell are unknown: bpf_probe_read_kernel answers -EFAULT there, a load through a BTF pointer gives 0, and both are counted.
import type { TaskView } from '../helpers/context.ts';
import { ADDRESS_HIGH, KERNEL_AT, KERNEL_END, type LinearMemory } from '../memory/linear.ts';
import { plainRegion } from '../memory/regions.ts';
import { fillTaskRegs, PT_REGS_BYTES } from './pt-regs.ts';
import type { SyscallPoint } from './point.ts';
import { CRED, TASK_STRUCT, type StructField, type TaskSource } from './task-struct.ts';

/** Structures of which nothing is known all lie here, one over the other. */
export const SOMEWHERE_AT = KERNEL_AT;
const CURRENT_AT = KERNEL_AT + 0x2000;
const LEADER_AT = KERNEL_AT + 0x2e00;
const PARENT_AT = KERNEL_AT + 0x3c00;
const CRED_AT = KERNEL_AT + 0x4a00;
const TASK_REGS_AT = KERNEL_AT + 0x4b00;

/** The registers that the task entered the kernel with, for programs that may load from them. */
export const TASK_REGS = plainRegion('the pt_regs of the task', TASK_REGS_AT, PT_REGS_BYTES, false);

/** Bytes of a task's name, NUL included. @see include/linux/sched.h TASK_COMM_LEN */
const COMM_BYTES = 16;

/** Nothing is mapped below. */
const NULL_PAGE_END = 4096n;

/** A task: offsets. */
interface KnownTask {
  readonly at: number;
  readonly parentAt: number;
  readonly leaderAt: number;
  readonly credAt: number;
}

/** What is at an address. */
export type Knowledge = 'known' | 'unknown' | 'none';

/** The structures of one machine. */
export class KernelMemory {
  private readonly memory: LinearMemory;
  /** 1 for each byte from KERNEL_AT on that is known. */
  private readonly known = new Uint8Array(KERNEL_END - KERNEL_AT);
  private task: TaskView;
  private point: SyscallPoint | undefined;
  private hasLeft = false;
  private hasTask = false;
  private hasFixed = false;
  private hasRegs = false;
  /** Whether programs hold BTF pointers to these structures, so that they may load from them without a helper. */
  private isDirect = false;

  constructor(memory: LinearMemory, task: TaskView) {
    this.memory = memory;
    this.task = task;
  }

  /** A new event. `point` is undefined where the task is in no system call that is known. */
  begin(task: TaskView, point: SyscallPoint | undefined): void {
    this.task = task;
    this.point = point;
    this.hasLeft = false;
    this.hasTask = false;
    this.hasRegs = false;
    this.isDirect = false;
  }

  /** The call has returned: its result stands in rax from now on. */
  leaveCall(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.hasRegs = false;
  }

  /** Offset of the current task's struct task_struct. */
  currentTask(): number {
    if (!this.hasTask) this.writeTasks();
    return CURRENT_AT;
  }

  /** Offset of the struct pt_regs that the current task entered the kernel with; zeroes where no call is known. */
  taskRegs(): number {
    if (!this.hasRegs) this.writeRegs();
    return TASK_REGS_AT;
  }

  /** Offset of the struct pt_regs of the task whose struct task_struct starts at an offset; 0 where there is no task. */
  regsOf(at: number): number {
    if (at === CURRENT_AT) return this.taskRegs();
    return this.isTask(at) ? SOMEWHERE_AT : 0;
  }

  /** Programs of this event may load from the structures. */
  allowLoads(): void {
    this.isDirect = true;
  }

  /** Thread id of the task whose struct task_struct starts at an offset; -1 where there is none, or its id is not known. */
  tidAt(at: number): number {
    if (!this.isTask(at)) return -1;
    this.currentTask();
    const pid = at + TASK_STRUCT.pid.off;
    return this.isKnown(pid, TASK_STRUCT.pid.size) ? this.memory.view.getInt32(pid, true) : -1;
  }

  /** True when a struct task_struct starts at an offset. */
  isTask(at: number): boolean {
    return at === CURRENT_AT || at === LEADER_AT || at === PARENT_AT;
  }

  /** Offset of the struct task_struct of a thread, which the program may load from; 0 where the event shows none. */
  taskOf(tid: number): number {
    if (tid <= 0) return 0;
    this.isDirect = true;
    return [CURRENT_AT, LEADER_AT, PARENT_AT].find((at) => this.tidAt(at) === tid) ?? 0;
  }

  /** What `size` bytes at an offset are. */
  look(at: number, size: number): Knowledge {
    if (at < KERNEL_AT || at + size > KERNEL_END) return 'none';
    if (at >= TASK_REGS_AT) this.taskRegs();
    else this.currentTask();
    return this.isKnown(at, size) ? 'known' : 'unknown';
  }

  /** What a load without a helper finds there. */
  lookDirect(at: number, size: number): Knowledge {
    return this.isDirect ? this.look(at, size) : 'none';
  }

  /** True for a load through a BTF pointer that is null, or was not known: 0 there, as where the kernel finds a page fault. */
  isNullLoad(address: bigint): boolean {
    return this.isDirect && address < NULL_PAGE_END;
  }

  private isKnown(at: number, size: number): boolean {
    const from = at - KERNEL_AT;
    for (let i = from; i < from + size; i++) if (this.known[i] !== 1) return false;
    return true;
  }

  private writeRegs(): void {
    this.hasRegs = true;
    fillTaskRegs(this.memory, TASK_REGS_AT, this.point, this.hasLeft);
    this.mark(TASK_REGS_AT, PT_REGS_BYTES, true);
  }

  private writeTasks(): void {
    this.hasTask = true;
    if (!this.hasFixed) this.writeFixed();
    const { tid, tgid, comm, startNs, parent, uid, gid } = this.task;
    this.writePointer(CURRENT_AT + TASK_STRUCT.group_leader.off, tid === tgid ? CURRENT_AT : LEADER_AT);
    this.writeIds(CURRENT_AT, tid, tgid);
    this.writeIds(LEADER_AT, tgid, tgid);
    this.writeIds(PARENT_AT, parent?.tid, parent?.tgid);
    this.writeComm(CURRENT_AT, comm.length === 0 ? undefined : comm);
    this.writeComm(PARENT_AT, parent?.comm);
    for (const { off } of START_TIMES) this.writeU64(CURRENT_AT + off, startNs);
    this.writeU32(CRED_AT + CRED.uid.off, uid);
    this.writeU32(CRED_AT + CRED.gid.off, gid);
  }

  /** What is the same at each event. */
  private writeFixed(): void {
    this.hasFixed = true;
    for (const task of TASKS) {
      for (const { off, source } of FIELDS) {
        if (isPointer(source)) this.writePointer(task.at + off, POINTERS[source](task));
      }
    }
    for (const { off, source } of FIELDS) {
      if (source === 'zero' || source === 'one') this.writeU32(CURRENT_AT + off, source === 'one' ? 1 : 0);
    }
  }

  private writeIds(at: number, tid: number | undefined, tgid: number | undefined): void {
    this.writeU32(at + TASK_STRUCT.pid.off, tid);
    this.writeU32(at + TASK_STRUCT.tgid.off, tgid);
  }

  private writePointer(at: number, to: number): void {
    this.memory.view.setUint32(at, to, true);
    this.memory.view.setInt32(at + 4, ADDRESS_HIGH, true);
    this.mark(at, 8, true);
  }

  /** A number, or that it is not known. */
  private writeU32(at: number, value: number | undefined): void {
    this.memory.view.setUint32(at, value ?? 0, true);
    this.mark(at, 4, value !== undefined);
  }

  private writeU64(at: number, value: number | undefined): void {
    this.memory.view.setBigUint64(at, BigInt(value ?? 0), true);
    this.mark(at, 8, value !== undefined);
  }

  private writeComm(task: number, comm: Uint8Array | undefined): void {
    const at = task + TASK_STRUCT.comm.off;
    this.memory.u8.fill(0, at, at + COMM_BYTES);
    if (comm !== undefined) this.memory.write(at, comm, 0, Math.min(comm.length, COMM_BYTES - 1));
    this.mark(at, COMM_BYTES, comm !== undefined);
  }

  private mark(at: number, size: number, isKnown: boolean): void {
    this.known.fill(isKnown ? 1 : 0, at - KERNEL_AT, at - KERNEL_AT + size);
  }
}

const FIELDS: readonly StructField<TaskSource>[] = Object.values(TASK_STRUCT);
const START_TIMES = FIELDS.filter(({ source }) => source === 'start_time');

/** The tasks of an event, and where their pointers lead. The current task's own leader is written at each event. */
const TASKS: readonly KnownTask[] = [
  { at: CURRENT_AT, parentAt: PARENT_AT, leaderAt: LEADER_AT, credAt: CRED_AT },
  { at: LEADER_AT, parentAt: PARENT_AT, leaderAt: LEADER_AT, credAt: SOMEWHERE_AT },
  { at: PARENT_AT, parentAt: SOMEWHERE_AT, leaderAt: SOMEWHERE_AT, credAt: SOMEWHERE_AT },
];

const POINTERS = {
  parent: (task) => task.parentAt,
  leader: (task) => task.leaderAt,
  cred: (task) => task.credAt,
  somewhere: () => SOMEWHERE_AT,
} as const satisfies Partial<Record<TaskSource, (task: KnownTask) => number>>;

function isPointer(source: TaskSource): source is keyof typeof POINTERS {
  return Object.hasOwn(POINTERS, source);
}
