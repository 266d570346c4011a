// The reference engine: the loop that runs a program until it exits or is stopped, its calls and tail calls.
import type { EffectDetail } from '../effects.ts';
import type { HelperContext, TaskView } from '../helpers/context.ts';
import type { CallbackTable } from '../kernel/callbacks.ts';
import type { Grace } from '../kernel/grace.ts';
import type { LinkedObjects } from '../kernel/linked-objects.ts';
import type { ObjectHeap } from '../kernel/object-heap.ts';
import { count, type KernelProg } from '../kernel/prog.ts';
import { countHit, endHits } from '../kernel/prog-hits.ts';
import type { KernelMap } from '../maps/map.ts';
import { isProgArray, type ProgArray } from '../maps/prog-array.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import type { Code } from './code.ts';
import { hexAddress, RunFault } from './fault.ts';
import { functionPc } from './function-address.ts';
import { MAX_FRAMES, STACK_BYTES } from './frames.ts';
import { noInsn, STOP } from './handlers.ts';
import type { CpuHost, RunEvent } from './host.ts';
import { Reach } from './reach.ts';

const CTX_REG = 1;
const LENGTH_REG = 2;
/** Registers that carry arguments, from r1 up. */
const ARG_REGS = 5;
const FRAME_REG = 10;
const NO_MAPS: readonly KernelMap[] = [];

/** One engine; runs one program at a time. What is public is for the handlers and the helpers. */
export class Cpu extends Reach implements HelperContext {
  cpu = 0;
  readonly cpus: number;
  task: TaskView;
  /** The current program, and its code: set before a run. */
  prog!: KernelProg;
  code!: Code;
  /** Insns of all runs. */
  insnsRun = 0;
  readonly callbacks: CallbackTable;
  readonly heap: ObjectHeap;
  readonly linked: LinkedObjects;
  private readonly grace: Grace;
  /** Functions of the program that helpers are calling now, one in the other. */
  protected callbackDepth = 0;
  /** Where the run stands. */
  protected pc = 0;
  protected tailCalls = 0;
  /** Insns of this run, and how many of them were charged to a program. */
  protected insns = 0;
  protected charged = 0;

  constructor(host: CpuHost, task: TaskView) {
    super(host);
    this.cpus = host.cpus;
    this.callbacks = host.callbacks;
    this.heap = host.heap;
    this.linked = host.linked;
    this.grace = host.grace;
    this.task = task;
  }

  /** The current task, and the CPU that it is on: before the first run of a point. */
  setTask(task: TaskView, cpu: number): void {
    this.task = task;
    this.cpu = cpu;
  }

  /** Runs a program to its end. True when it exited, with r0 in `q[0]`; false when it was stopped: r0 is 0 then. */
  run(prog: KernelProg, event: RunEvent): boolean {
    this.reset(event);
    this.begin(prog);
    return this.steps(0, prog.usedMaps);
  }

  /** Runs a function of a program by itself, with r1 to r3 = args (u64), as the kernel does when a timer is due. */
  runFunction(prog: KernelProg, pc: number, args: readonly bigint[], event: RunEvent): boolean {
    this.reset(event);
    this.callbackDepth = 1;
    this.place(prog);
    this.setArgs(args);
    return this.steps(pc, NO_MAPS);
  }

  protected reset(event: RunEvent): void {
    this.forget(event);
    this.tailCalls = 0;
    this.insns = 0;
    this.charged = 0;
    this.callbackDepth = 0;
  }

  /** Runs from a pc to the end of the run. The prog_arrays among `maps` are told how many tail calls there were. */
  protected steps(from: number, maps: readonly KernelMap[]): boolean {
    let exited = true;
    this.grace.begin();
    try {
      this.execute(from);
      this.checkDebts();
    } catch (error) {
      exited = false;
      this.stop(error);
    } finally {
      this.settle(maps);
      this.grace.end();
    }
    return exited;
  }

  /** The run was stopped: takes back what it holds, and tells why. Throws what is no fault of the program. */
  protected stop(error: unknown): void {
    this.payDebts();
    this.q[0] = 0n;
    const fault = this.faultOf(error);
    if (fault === undefined) throw error; // of the host: what it was told was too much for it
    count(this.memory, this.prog, 'faults', 1);
    endHits(this.memory, this.prog, this.pc);
    this.host.faulted(this.prog, this.pc, fault.code, fault.message);
  }

  /** The run is over: counts it. */
  protected settle(maps: readonly KernelMap[]): void {
    this.bill();
    this.insnsRun += this.insns;
    for (const map of maps) if (isProgArray(map)) map.ended(this.tailCalls);
  }

  /** Runs from a pc to where the program that began there ends. */
  protected execute(from: number): void {
    this.loop(from);
  }

  /** The fault that something thrown stands for; undefined when it is none of the program's. */
  protected faultOf(error: unknown): RunFault | undefined {
    return error instanceof RunFault ? error : undefined;
  }

  /** Runs from a pc to where the frame that began it is left. */
  protected loop(from: number): void {
    if (this.prog.hits !== undefined) {
      this.loopCounting(from);
      return;
    }
    let pc = from;
    while (pc !== STOP) {
      this.pc = pc;
      this.insns += 1;
      pc = (this.code.handlers[pc] ?? noInsn)(this, pc);
    }
  }

  /** The same, and the hits of insns are counted: of one program of a machine, or of all. */
  private loopCounting(from: number): void {
    let pc = from;
    while (pc !== STOP) {
      this.pc = pc;
      this.insns += 1;
      countHit(this.memory, this.prog.hits!, pc);
      pc = (this.code.handlers[pc] ?? noInsn)(this, pc);
    }
  }

  functionIn(reg: number): number {
    const pc = functionPc(this.r[2 * reg]!, this.r[2 * reg + 1]!, this.code.count);
    return pc >= 0
      ? pc
      : this.fault('func', `R${reg} is ${hexAddress(this.q[reg]!)}, which is no function of the program`);
  }

  invoke(pc: number, args: readonly bigint[]): bigint {
    this.setArgs(args);
    this.callBack(pc);
    return this.q[0]!;
  }

  callBack(pc: number): void {
    const caller = this.pc;
    this.call(pc, STOP);
    this.callbackDepth += 1;
    this.loop(pc);
    this.callbackDepth -= 1;
    this.pc = caller;
  }

  protected setArgs(args: readonly bigint[]): void {
    for (let i = 0; i < ARG_REGS; i++) this.q[1 + i] = args[i] ?? 0n;
  }

  get depth(): number {
    return this.frames.depth;
  }

  effect(effect: EffectDetail): void {
    this.host.effect(this.prog, effect);
  }

  /** Puts a program into the current frame: ctx in r1, an empty stack, nothing in the other registers. */
  protected begin(prog: KernelProg): void {
    count(this.memory, prog, 'runs', 1);
    this.place(prog);
    this.r[2 * CTX_REG] = this.event.ctxAt;
    this.r[2 * CTX_REG + 1] = this.event.ctxAt === 0 ? 0 : ADDRESS_HIGH;
    this.r[2 * LENGTH_REG] = this.event.length ?? 0;
  }

  protected place(prog: KernelProg): void {
    this.prog = prog;
    this.code = prog.code;
    this.r.fill(0);
    this.enterFrame(this.frames.top());
  }

  private enterFrame(top: number): void {
    this.r[2 * FRAME_REG] = top;
    this.r[2 * FRAME_REG + 1] = ADDRESS_HIGH;
    this.memory.u8.fill(0, top - STACK_BYTES, top);
    this.frames.allowLoops();
  }

  /** may_goto: true while the function may go round, once less each time. */
  mayLoop(): boolean {
    return this.frames.takeLoop();
  }

  charge(insns: number): void {
    if (insns === 0) return; // what is done in place is not charged at all
    // Of work that is too much, what the budget had room for: the rest is not done.
    this.insns = Math.max(this.insns, Math.min(this.host.limitInsns, this.insns + insns));
    this.checkBudget();
  }

  /**
   * Ends a run that has used its budget up. Engines look where a program goes back, calls or jumps to another: nothing goes on for long without
   * that, and an engine that compiles need not count insn by insn.
   */
  checkBudget(): void {
    if (this.insns >= this.host.limitInsns)
      this.fault('budget', `the run was stopped after ${this.insns} insns`);
  }

  /** Charges the insns since the last charge to the current program. */
  protected bill(): void {
    count(this.memory, this.prog, 'insns', this.insns - this.charged);
    this.charged = this.insns;
  }

  /** Calls a subprogram: its first pc. */
  call(target: number, returnTo: number): number {
    if (this.frames.isFull()) this.tooDeep();
    this.checkBudget();
    this.frames.push(this.q, returnTo, this.prog);
    this.enterFrame(this.frames.top());
    return target;
  }

  tooDeep(): never {
    this.fault('frames', `the call would be ${MAX_FRAMES + 1} frames deep, and ${MAX_FRAMES} are allowed`);
  }

  /** exit: back to the caller, or the end of the run. */
  leave(): number {
    if (this.frames.depth === this.frames.floor) return STOP;
    const pc = this.frames.pop(this.q);
    const caller = this.frames.callerProg();
    if (caller !== this.prog) {
      this.bill();
      this.prog = caller;
      this.code = caller.code;
    }
    this.r[2 * FRAME_REG] = this.frames.top();
    return pc;
  }

  /**
   * bpf_tail_call(r1 ctx, r2 prog_array, r3 index): the first pc of the program in the slot, or the next insn when there is none, the
   * index is out of range or 33 tail calls were made in this run. The index is the low half of r3.
   */
  tailCall(pc: number): number {
    const prog = this.jumpArray().jump(this.r[6]! >>> 0, this.tailCalls);
    if (prog === undefined) {
      this.r.fill(0, 0, 12); // the call returns nothing, and leaves r1 to r5 undefined
      return pc + 1;
    }
    this.tailCalls += 1;
    this.checkBudget();
    this.bill();
    this.frames.rebase();
    this.begin(prog);
    return 0;
  }

  /** The prog_array in r2, for a tail call that may be made from here. */
  protected jumpArray(): ProgArray {
    const map = this.mapIn(2);
    if (!isProgArray(map)) {
      return this.fault(
        'map',
        `R2 is the ${map.kind} ${map.spec.name}, and bpf_tail_call takes a prog_array`,
      );
    }
    if (this.callbackDepth > 0) {
      return this.fault('func', 'a function that a helper calls may not make a tail call');
    }
    if (!this.isCtx(CTX_REG)) {
      return this.fault('ctx', `R1 is ${hexAddress(this.q[1]!)}, and bpf_tail_call takes the unmodified ctx`);
    }
    return map;
  }

  random(): number {
    return this.host.random();
  }

  printk(text: string): void {
    this.host.printk(text);
  }
}
