// The reference engine: registers, frames, and the loop that runs a program until it exits or is stopped.
import type { EffectDetail } from '../effects.ts';
import type { HelperContext, Owed, TaskView } from '../helpers/context.ts';
import type { CallbackTable } from '../kernel/callbacks.ts';
import type { LinkedObjects } from '../kernel/linked-objects.ts';
import type { ObjectHeap } from '../kernel/object-heap.ts';
import type { Probe } from '../kernel/hook-fills.ts';
import { SOMEWHERE_AT as ZEROES_AT, type KernelMemory } from '../kernel/kernel-memory.ts';
import type { NetPacket } from '../kernel/net/packet.ts';
import { count, type KernelProg } from '../kernel/prog.ts';
import type { KernelMap } from '../maps/map.ts';
import { isProgArray } from '../maps/prog-array.ts';
import { ADDRESS_HIGH, addressOf, type LinearMemory } from '../memory/linear.ts';
import { allows, describeOffset, offsetInCell, type Region, type RegionTable } from '../memory/regions.ts';
import { VALUE_FIELDS, type ValueFieldKind } from '../object.ts';
import type { Code } from './code.ts';
import { hexAddress, RunFault, type FaultCode } from './fault.ts';
import { functionPc } from './function-address.ts';
import { Frames, MAX_FRAMES, STACK_BYTES } from './frames.ts';
import { noInsn, STOP } from './handlers.ts';

/** The machine around the engine. */
export interface CpuHost {
  readonly memory: LinearMemory;
  /** Cells of all maps. */
  readonly mapRegions: RegionTable;
  readonly kernel: KernelMemory;
  readonly callbacks: CallbackTable;
  readonly heap: ObjectHeap;
  readonly linked: LinkedObjects;
  readonly cpus: number;
  readonly limitInsns: number;
  /** The map whose header is at an offset. */
  mapAt(offset: number): KernelMap | undefined;
  random(): number;
  printk(text: string): void;
  countUnknownRead(): void;
  effect(prog: KernelProg, effect: EffectDetail): void;
  /** A run was stopped. */
  faulted(prog: KernelProg, pc: number, code: FaultCode, message: string): void;
}

/** What a run begins with. */
export interface RunEvent {
  /** Offset of the ctx in linear memory; 0: there is none, and r1 begins with 0. */
  readonly ctxAt: number;
  /** What r2 begins with, u32: the length of a memory that stands for a ctx. Default 0. */
  readonly length?: number;
  /** What the program may touch of the event: its ctx, as far as the program type allows. */
  readonly regions: readonly Region[];
  /** What only the kernel reads for it (bpf_probe_read_kernel): the structures that the ctx points at. */
  readonly kernelRegions: readonly Region[];
  readonly packet?: NetPacket;
  /** What the hook tells helpers; absent where there is none. */
  readonly probe?: Probe;
}

/** High half of the first address that is not user memory, as u32. */
const USER_HIGH_END = 0x8000;
const CTX_REG = 1;
const LENGTH_REG = 2;
/** Registers that carry arguments, from r1 up. */
const ARG_REGS = 5;
const FRAME_REG = 10;

/** What a run begins with that has no ctx. */
const NO_EVENT: RunEvent = { ctxAt: 0, regions: [], kernelRegions: [] };

/** r0 to r10, and two that the engine uses itself: one for immediates, one for what atomic insns find. */
const REGS = 13;

/** One engine; runs one program at a time. What is public is for the handlers and the helpers. */
export class Cpu implements HelperContext {
  readonly q = new BigUint64Array(REGS);
  readonly s = new BigInt64Array(this.q.buffer);
  readonly r = new Int32Array(this.q.buffer);
  readonly registers = new DataView(this.q.buffer);
  readonly memory: LinearMemory;
  readonly kernel: KernelMemory;
  cpu = 0;
  readonly cpus: number;
  task: TaskView;
  /** The current program, and its code: set before a run. */
  prog!: KernelProg;
  code!: Code;
  packet: NetPacket | undefined;
  /** Insns of all runs. */
  insnsRun = 0;
  private readonly host: CpuHost;
  private readonly frames = new Frames();
  event = NO_EVENT;
  readonly locks: number[] = [];
  /** What helpers lent the program, and by the same index what it owes for it. */
  private readonly lent: Region[] = [];
  private readonly owed: (Owed | undefined)[] = [];
  readonly callbacks: CallbackTable;
  readonly heap: ObjectHeap;
  readonly linked: LinkedObjects;
  /** Functions of the program that helpers are calling now, one in the other. */
  private callbackDepth = 0;
  /** Where the run stands. */
  private pc = 0;
  /** The region of the last access: the next is likely there too. */
  private last: Region = this.frames.region;
  private tailCalls = 0;
  /** Insns of this run, and how many of them were charged to a program. */
  private insns = 0;
  private charged = 0;

  constructor(host: CpuHost, task: TaskView) {
    this.host = host;
    this.memory = host.memory;
    this.kernel = host.kernel;
    this.cpus = host.cpus;
    this.callbacks = host.callbacks;
    this.heap = host.heap;
    this.linked = host.linked;
    this.task = task;
  }

  /** Runs a program to its end. True when it exited, with r0 in `q[0]`; false when it was stopped: r0 is 0 then. */
  run(prog: KernelProg, event: RunEvent): boolean {
    this.reset(event);
    this.begin(prog);
    const exited = this.steps(0);
    for (const map of prog.usedMaps) if (isProgArray(map)) map.ended(this.tailCalls);
    return exited;
  }

  /** Runs a function of a program by itself, with r1 to r3 = args (u64), as the kernel does when a timer is due. */
  runFunction(prog: KernelProg, pc: number, args: readonly bigint[], event: RunEvent): boolean {
    this.reset(event);
    this.callbackDepth = 1;
    this.place(prog);
    this.setArgs(args);
    return this.steps(pc);
  }

  private reset(event: RunEvent): void {
    this.event = event;
    this.packet = event.packet;
    this.tailCalls = 0;
    this.insns = 0;
    this.charged = 0;
    this.callbackDepth = 0;
    this.frames.reset();
    // Emptying an empty array costs as much as running an insn does.
    if (this.lent.length > 0) this.lent.length = 0;
    if (this.owed.length > 0) this.owed.length = 0;
    if (this.locks.length > 0) this.locks.length = 0;
    this.last = this.frames.region;
  }

  private steps(from: number): boolean {
    let exited = true;
    try {
      this.loop(from);
      if (this.locks.length > 0 || this.owed.length > 0) this.checkDebts();
    } catch (error) {
      if (!(error instanceof RunFault)) throw error;
      exited = false;
      this.payDebts();
      this.q[0] = 0n;
      count(this.memory, this.prog, 'faults', 1);
      this.host.faulted(this.prog, this.pc, error.code, error.message);
    }
    this.bill();
    this.insnsRun += this.insns;
    return exited;
  }

  /** Runs from a pc to where the frame that began it is left. */
  private loop(from: number): void {
    const limit = this.host.limitInsns;
    let pc = from;
    while (pc !== STOP) {
      this.pc = pc;
      if (this.insns >= limit) this.overspent();
      this.insns += 1;
      pc = (this.code.handlers[pc] ?? noInsn)(this, pc);
    }
  }

  /** A program that ends holds no lock and has given back what was lent to it on that condition. */
  private checkDebts(): void {
    if (this.locks.length > 0) {
      this.fault('lock', `the program ended and holds the lock at ${hexAddress(addressOf(this.locks[0]!))}`);
    }
    const due = this.owed.find((owed) => owed !== undefined);
    if (due !== undefined) this.fault('owed', `the program ended and did not give back ${due.what}`);
  }

  /** Takes back from a program that was stopped what it holds. */
  private payDebts(): void {
    for (const at of this.locks) this.memory.view.setUint32(at, 0, true);
    for (const [i, owed] of this.owed.entries()) owed?.giveBack(this.lent[i]!.start);
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

  private setArgs(args: readonly bigint[]): void {
    for (let i = 0; i < ARG_REGS; i++) this.q[1 + i] = args[i] ?? 0n;
  }

  lend(region: Region, owed?: Owed): void {
    this.lent.push(region);
    this.owed.push(owed);
  }

  takeBack(start: number): boolean {
    const i = this.lent.findLastIndex((region) => region.start === start);
    if (i < 0) return false;
    if (this.last === this.lent[i]) this.last = this.frames.region;
    this.lent.splice(i, 1);
    this.owed.splice(i, 1);
    return true;
  }

  owedAt(start: number): Owed | undefined {
    const { lent } = this;
    for (let i = 0; i < lent.length; i++) if (lent[i]!.start === start) return this.owed[i];
    return undefined;
  }

  get depth(): number {
    return this.frames.depth;
  }

  effect(effect: EffectDetail): void {
    this.host.effect(this.prog, effect);
  }

  /** Puts a program into the current frame: ctx in r1, an empty stack, nothing in the other registers. */
  private begin(prog: KernelProg): void {
    count(this.memory, prog, 'runs', 1);
    this.place(prog);
    this.r[2 * CTX_REG] = this.event.ctxAt;
    this.r[2 * CTX_REG + 1] = this.event.ctxAt === 0 ? 0 : ADDRESS_HIGH;
    this.r[2 * LENGTH_REG] = this.event.length ?? 0;
  }

  private place(prog: KernelProg): void {
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
    this.insns += insns;
    if (this.insns >= this.host.limitInsns) this.overspent();
  }

  private overspent(): never {
    return this.fault('budget', `the run was stopped after ${this.host.limitInsns} insns`);
  }

  /** Charges the insns since the last charge to the current program. */
  private bill(): void {
    count(this.memory, this.prog, 'insns', this.insns - this.charged);
    this.charged = this.insns;
  }

  /** Calls a subprogram: its first pc. */
  call(target: number, returnTo: number): number {
    if (this.frames.isFull()) {
      this.fault('frames', `the call would be ${MAX_FRAMES + 1} frames deep, and ${MAX_FRAMES} are allowed`);
    }
    this.frames.push(this.q, returnTo, this.prog);
    this.enterFrame(this.frames.top());
    return target;
  }

  /** exit: back to the caller, or the end of the run. */
  leave(): number {
    if (this.frames.depth === 0) return STOP;
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
    const prog = map.jump(this.r[6]! >>> 0, this.tailCalls);
    if (prog === undefined) {
      this.r.fill(0, 0, 12); // the call returns nothing, and leaves r1 to r5 undefined
      return pc + 1;
    }
    this.tailCalls += 1;
    this.bill();
    this.frames.rebase();
    this.begin(prog);
    return 0;
  }

  /** True when a register holds the ctx as the program got it. */
  isCtx(reg: number): boolean {
    return this.r[2 * reg] === this.event.ctxAt && this.r[2 * reg + 1] === ADDRESS_HIGH;
  }

  /** Offset of `size` bytes at register + off, when the program may access them. */
  offset(reg: number, off: number, size: number, write: boolean): number {
    const at = (this.r[2 * reg]! >>> 0) + off;
    if (this.r[2 * reg + 1] === ADDRESS_HIGH) {
      if (this.mayTouch(at, size, write)) return at;
      if (!write && this.mayLoadKernel(at, size)) return at;
      const field = this.packet?.field(at, size, write) ?? -1;
      if (field >= 0) return field;
    } else if (!write && this.kernel.isNullLoad(BigInt.asUintN(64, this.q[reg]! + BigInt(off)))) {
      this.countUnknownRead();
      return ZEROES_AT;
    }
    return this.refuse(reg, off, size, write);
  }

  range(reg: number, size: number, write: boolean): number {
    if (this.r[2 * reg + 1] === 0) return this.refuse(reg, 0, size, write); // also where a load would give 0
    return this.offset(reg, 0, size, write);
  }

  field(reg: number, kind: ValueFieldKind): number {
    const { bytes, type } = VALUE_FIELDS[kind];
    const at = this.offset(reg, 0, bytes, true);
    const off = offsetInCell(this.last, at);
    if (this.last.fields?.some((field) => field.kind === kind && field.off === off) === true) return at;
    return this.fault('field', `R${reg} points at offset ${off} in ${this.last.name}, where no ${type} is`);
  }

  cellAround(at: number): number {
    return at - offsetInCell(this.last, at);
  }

  mayTouch(at: number, size: number, write: boolean): boolean {
    const { last } = this;
    if (at >= last.start && at < last.end && allows(last, at, size, write)) return true;
    const region = this.regionAt(at);
    if (region === undefined || !allows(region, at, size, write)) return false;
    this.last = region;
    return true;
  }

  /** True when the 4 bytes at `at`, which were accessed last, are the low half of an address. */
  holdsAddress(at: number): boolean {
    const { pointers, start } = this.last;
    return pointers !== undefined && pointers.includes(at - start);
  }

  private regionAt(at: number): Region | undefined {
    const stack = this.frames.region;
    if (at >= stack.start && at < stack.end) return stack;
    for (const region of this.event.regions) if (at >= region.start && at < region.end) return region;
    for (const region of this.lent) if (at >= region.start && at < region.end) return region;
    return this.host.mapRegions.find(at);
  }

  kernelMayRead(at: number, size: number): boolean {
    if (this.mayTouch(at, size, false)) return true;
    for (const region of this.event.kernelRegions) {
      if (at >= region.start && at < region.end && allows(region, at, size, false)) return true;
    }
    const found = this.kernel.look(at, size);
    if (found === 'unknown') this.countUnknownRead();
    return found === 'known';
  }

  /** A load through a BTF pointer. What is not known is 0 there, as where the kernel finds a page fault. */
  private mayLoadKernel(at: number, size: number): boolean {
    const found = this.kernel.lookDirect(at, size);
    if (found === 'unknown') this.countUnknownRead();
    return found !== 'none';
  }

  currentTask(): number {
    return this.kernel.currentTask();
  }

  /** Ends the run for an access that is not allowed, and says what is near. */
  refuse(reg: number, off: number, size: number, write: boolean): never {
    const address = BigInt.asUintN(64, this.q[reg]! + BigInt(off));
    const what = `invalid ${write ? 'write' : 'read'} at ${hexAddress(address)} size=${size}`;
    return this.fault('access', `${what}: ${this.describe(this.q[reg]!, address, size)}`);
  }

  private describe(base: bigint, address: bigint, size: number): string {
    if (base === 0n) return 'a null pointer, as bpf_map_lookup_elem returns for a missing key';
    const high = Number(address >> 32n) | 0;
    const low = Number(address & 0xffff_ffffn);
    if (high === ADDRESS_HIGH) {
      if (this.kernel.look(low, size) !== 'none')
        return 'memory of the kernel, which is read with bpf_probe_read_kernel';
      const regions = [
        this.frames.region,
        ...this.event.regions,
        ...this.lent,
        ...this.host.mapRegions.all(),
      ];
      return describeOffset(low, size, regions);
    }
    if (high >>> 0 < USER_HIGH_END)
      return 'not memory of the program; user memory is read with bpf_probe_read_user';
    return 'no memory of this machine';
  }

  mapIn(reg: number): KernelMap {
    const map = this.r[2 * reg + 1] === ADDRESS_HIGH ? this.host.mapAt(this.r[2 * reg]! >>> 0) : undefined;
    return map ?? this.fault('map', `R${reg} is ${hexAddress(this.q[reg]!)}, which is no map`);
  }

  random(): number {
    return this.host.random();
  }

  printk(text: string): void {
    this.host.printk(text);
  }

  countUnknownRead(): void {
    this.host.countUnknownRead();
  }

  fault(code: FaultCode, message: string): never {
    throw new RunFault(code, message);
  }
}
