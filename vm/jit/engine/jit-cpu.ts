// The engine that compiles: runs programs as WebAssembly, and is what their helpers see. All that JavaScript does for generated code works on the state of
// the interpreter, which it shares: registers, frames, loans. The interpreter itself stands by for programs and functions that are not compiled.
//
//   run -> enter (generated code) -> js:call -> comeOut -> helper -> goIn -> generated code ... -> r0
//                                                  '-> callBack -> call:ID:PC (generated code) -> ...
import type { EngineChoice, EngineName } from '../../api.ts';
import type { EffectDetail } from '../../effects.ts';
import type { TaskView } from '../../helpers/context.ts';
import { HELPERS } from '../../helpers/table.ts';
import { Cpu } from '../../interp/cpu.ts';
import { FAULTS, RunFault } from '../../interp/fault.ts';
import { FRAME_STRIDE } from '../../interp/frames.ts';
import { noInsn } from '../../interp/handlers.ts';
import type { CpuHost, RunEvent } from '../../interp/host.ts';
import { loadPacket } from '../../interp/packet.ts';
import { SIZES } from '../../isa/opcodes.ts';
import { OP_LIST, OPS } from '../../isa/ops.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { KernelMap } from '../../maps/map.ts';
import { createWasmTable } from '../../memory/wasm.ts';
import { CELLS } from '../cells.ts';
import { translate as translateProg } from '../translate/translate.ts';
import { FAULT_CODES, SiteTable } from '../unit.ts';
import { adoptDebts, dropDebts } from '../inline/debts.ts';
import { drainPrints } from '../inline/print-buffer.ts';
import { writeEvent, writeTask } from './event-cells.ts';
import { importsOf, type CodeHost } from './imports.ts';
import { Linker, type LinkExtra, type ProgSource } from './link.ts';
import type { LinkedModule } from './linked-module.ts';
import { trapOf } from './trap.ts';

/** Places in the table at first. */
const TABLE_SIZE = 64;
const NO_MAPS: readonly KernelMap[] = [];
/** int32 halves of registers: r0, r1 to r5, r0 to r9. */
const R0_END = 2;
const ARGS_END = 12;
const ALL_END = 20;

const REGS = CELLS.regs / 4;
const INSNS = CELLS.insns / 4;
const FRAME = CELLS.frame / 4;
const ALL_INSNS = CELLS.allInsns / 8;

/** A batch of events, as the engine tells it what its rows do. */
export interface RowHost {
  /** Generated code has called JavaScript, or a run was stopped: makes what JavaScript sees true for that run, and gives its program. */
  cameOut(): KernelProg;
  /** Fills the ctx of a run. */
  fill(run: number): void;
  /** A program whose result takes the place of the call's gave one. */
  override(run: number, value: number): void;
}

/** An engine that compiles what it can. */
export class JitCpu extends Cpu implements CodeHost {
  /** Which engine the next run begins with. */
  engine: EngineName = 'interp';
  private readonly linker: Linker;
  private readonly sites = new SiteTable();
  /** How the run begins that is about to: generated code, or undefined for the interpreter. */
  private start: (() => void) | undefined;
  /** Generated code runs now, and CELLS have the counts. */
  private inCode = false;
  /** What stands innermost is the interpreter, even where generated code called it. */
  private isInterpreting = true;
  private isTaskNew = true;
  /** The batch whose rows generated code runs now. */
  private rows: RowHost | undefined;

  constructor(host: CpuHost, task: TaskView, progs: ProgSource, translate = translateProg) {
    super(host, task);
    const { memory, cpus, limitInsns } = host;
    const table = createWasmTable(TABLE_SIZE);
    const { sites } = this;
    this.linker = new Linker({ memory, table, imports: importsOf(this), progs, sites, cpus, translate });
    memory.i32[CELLS.limit / 4] = limitInsns;
  }

  override setTask(task: TaskView, cpu: number): void {
    super.setTask(task, cpu);
    this.isTaskNew = true;
  }

  override run(prog: KernelProg, event: RunEvent): boolean {
    const placed = this.engine === 'jit' ? this.linker.find(prog) : undefined;
    if (placed === undefined) {
      this.start = undefined;
      return super.run(prog, event);
    }
    this.reset(event);
    this.prog = prog;
    this.code = prog.code;
    this.start = () => placed.module.enter(prog.id, event.ctxAt, this.frames.top());
    return this.steps(0, prog.usedMaps);
  }

  override runFunction(
    prog: KernelProg,
    pc: number,
    args: readonly bigint[],
    event: RunEvent,
  ): boolean {
    const placed = this.engine === 'jit' ? this.linker.find(prog) : undefined;
    this.start = placed === undefined ? undefined : this.linker.callback(prog, pc);
    if (this.start === undefined) return super.runFunction(prog, pc, args, event);
    this.reset(event);
    this.callbackDepth = 1;
    this.prog = prog;
    this.code = prog.code;
    this.r.fill(0);
    this.setArgs(args);
    this.regsOut(ALL_END);
    return this.steps(pc, NO_MAPS);
  }

  protected override execute(from: number): void {
    const { start, memory } = this;
    this.isInterpreting = start === undefined;
    if (start === undefined) {
      super.execute(from);
      return;
    }
    if (this.isTaskNew) writeTask(memory, this.task, this.cpu);
    this.isTaskNew = false;
    writeEvent(memory, this.event);
    memory.i32[FRAME] = this.frames.top();
    this.inCode = true;
    try {
      start();
    } finally {
      this.takeCounts();
      dropDebts(this.memory);
      this.drainPrints();
    }
    this.regsIn(0, R0_END);
  }

  /** Lets generated code go from event to event by itself. False when a run was stopped, which is told then; the rows know which. */
  runRows(rows: RowHost, start: () => void): boolean {
    const { memory } = this;
    this.rows = rows;
    this.isInterpreting = false;
    this.isTaskNew = true;
    this.inCode = true;
    memory.f64[ALL_INSNS] = this.insnsRun;
    try {
      start();
      this.insnsRun = memory.f64[ALL_INSNS]!;
      return true;
    } catch (error) {
      const { usedMaps } = rows.cameOut();
      this.takeCounts();
      dropDebts(memory);
      try {
        this.stop(error);
      } finally {
        this.settle(usedMaps);
      }
      return false;
    } finally {
      this.rows = undefined;
      this.inCode = false;
    }
  }

  /** JavaScript is asked to do something for a run of a row, for the first time in it: it is the run that goes on. */
  takeUp(prog: KernelProg, event: RunEvent): void {
    this.insnsRun = this.memory.f64[ALL_INSNS]!;
    this.reset(event);
    this.prog = prog;
    this.code = prog.code;
    this.pc = 0;
  }

  fillRow(run: number): void {
    this.rows?.fill(run);
  }

  overrideRow(run: number, value: number): void {
    this.rows?.override(run, value);
  }

  /** Generated code is left, one way or the other: what it counted is true. */
  private takeCounts(): void {
    const { i32 } = this.memory;
    if (this.inCode) this.insns = i32[INSNS]!;
    this.charged = i32[CELLS.charged / 4]!;
    this.tailCalls = i32[CELLS.tailCalls / 4]!;
    this.inCode = false;
  }

  protected override faultOf(error: unknown): RunFault | undefined {
    const fault = super.faultOf(error);
    const trap = fault === undefined && !this.isInterpreting ? trapOf(error) : undefined;
    if (trap === undefined) return fault;
    const { place, what } = trap;
    const placed = place === undefined ? undefined : this.linker.at(place.id);
    if (placed !== undefined && place !== undefined) {
      this.prog = placed.prog;
      this.pc = place.offset < 0 ? 0 : Math.max(0, placed.module.pcAt(place.func, place.offset));
    }
    return new RunFault('trap', `the generated code was stopped (${what}): ${FAULTS.trap}`);
  }

  /** Generated code calls JavaScript at a site. */
  private comeOut(number: number): void {
    this.rows?.cameOut();
    const { prog, pc } = this.sites.get(number);
    this.inCode = false;
    this.prog = prog;
    this.code = prog.code;
    this.pc = pc;
    const { i32 } = this.memory;
    this.insns = i32[INSNS]!;
    const top = i32[FRAME]!;
    this.frames.moveTo(top, prog.known === undefined ? i32[CELLS.base / 4]! : top);
    adoptDebts(this);
  }

  /** Tells the lines that generated code printed: before anything else is told. */
  private drainPrints(): void {
    drainPrints(this.memory, (line) => this.host.printed(line));
  }

  override printk(text: string): void {
    this.drainPrints();
    super.printk(text);
  }

  override effect(effect: EffectDetail): void {
    this.drainPrints();
    super.effect(effect);
  }

  /** Back to generated code. What was done may have put programs into slots. */
  private goIn(): void {
    this.linker.reachAll();
    this.memory.i32[INSNS] = this.insns;
    this.inCode = true;
  }

  private regsIn(from: number, end: number): void {
    const { i32 } = this.memory;
    for (let i = from; i < end; i++) this.r[i] = i32[REGS + i]!;
  }

  private regsOut(end: number): void {
    const { i32 } = this.memory;
    for (let i = 0; i < end; i++) i32[REGS + i] = this.r[i]!;
  }

  callHelper(site: number): void {
    this.comeOut(site);
    const { prog, code, pc } = this;
    if (prog.known === undefined) this.regsIn(0, ALL_END);
    else this.regsIn(R0_END, ARGS_END);
    if (code.op[pc] === OPS.call_helper.index && code.imm[pc] === HELPERS.tail_call.id) this.slotIn();
    else code.handlers[pc]!(this, pc);
    this.regsOut(R0_END);
    this.goIn();
  }

  /** r0 = id of the program that a tail call goes to, 0 for none. */
  private slotIn(): void {
    const made = this.memory.i32[CELLS.tailCalls / 4]!;
    this.r[0] = this.jumpArray().jump(this.r[6]! >>> 0, made)?.id ?? 0;
    this.r[1] = 0;
  }

  reachFor(site: number, low: number, high: number): number {
    this.comeOut(site);
    const { code, pc } = this;
    const op = OP_LIST[code.op[pc]!]!;
    const isLoad = op.kind === 'load' || op.kind === 'acquire';
    const reg = isLoad ? code.src[pc]! : code.dst[pc]!;
    this.r[2 * reg] = low;
    this.r[2 * reg + 1] = high;
    const { bytes } = SIZES['size' in op ? op.size : 'dw'];
    const at = this.offset(reg, code.off[pc]!, bytes, !isLoad);
    if (op.kind === 'atomic' && !this.mayTouch(at, bytes, false)) this.refuse(reg, code.off[pc]!, bytes, false);
    this.inCode = true;
    return at;
  }

  loadFor(site: number, low: number, high: number): void {
    this.comeOut(site);
    const { code, pc } = this;
    const src = code.src[pc]!;
    this.r[2 * src] = low;
    this.r[2 * src + 1] = high;
    code.handlers[pc]!(this, pc);
    const dst = code.dst[pc]!;
    const { i32 } = this.memory;
    i32[REGS] = this.r[2 * dst]!;
    i32[REGS + 1] = this.r[2 * dst + 1]!;
    this.inCode = true;
  }

  loadPacketFor(site: number): number {
    this.comeOut(site);
    const { code, pc } = this;
    this.regsIn(0, ALL_END);
    const op = OP_LIST[code.op[pc]!]!;
    if (op.kind !== 'packet') return noInsn(this, pc);
    const goesOn = loadPacket(this, pc, op.mode === 'ind', SIZES[op.size].bytes);
    this.regsOut(R0_END);
    this.inCode = true;
    return goesOn ? 1 : 0;
  }

  faultAt(site: number, index: number): void {
    this.comeOut(site);
    this.regsIn(0, ALL_END);
    const code = FAULT_CODES[index]!;
    if (code === 'budget') this.checkBudget();
    else if (code === 'frames') this.tooDeep();
    else if (code === 'insn') noInsn(this, this.pc);
    else this.jumpArray();
    this.fault(code, FAULTS[code]);
  }

  interpret(id: number): void {
    this.rows?.cameOut();
    const { i32 } = this.memory;
    const { prog } = this.linker.at(id)!; // its entry in the table calls this
    const top = i32[FRAME]!;
    this.inCode = false;
    this.insns = i32[INSNS]!;
    this.charged = i32[CELLS.charged / 4]!;
    this.tailCalls = i32[CELLS.tailCalls / 4]!;
    this.frames.moveTo(top, top);
    const { floor } = this.frames;
    this.frames.floor = this.frames.depth;
    this.asInterpreter(() => {
      this.begin(prog);
      this.loop(0);
      this.bill();
    });
    this.frames.floor = floor;
    this.regsOut(R0_END);
    this.goIn();
  }

  /** Does something with the interpreter innermost; the counts that generated code goes on with are its own then, also where it throws. */
  private asInterpreter(doIt: () => void): void {
    this.isInterpreting = true;
    try {
      doIt();
    } finally {
      const { i32 } = this.memory;
      i32[CELLS.charged / 4] = this.charged;
      i32[CELLS.tailCalls / 4] = this.tailCalls;
      this.isInterpreting = false;
    }
  }

  override callBack(pc: number): void {
    if (this.isInterpreting) {
      super.callBack(pc);
      return;
    }
    const start = this.linker.callback(this.prog, pc);
    if (start === undefined) {
      const { i32 } = this.memory;
      this.charged = i32[CELLS.charged / 4]!;
      this.tailCalls = i32[CELLS.tailCalls / 4]!;
      this.asInterpreter(() => super.callBack(pc));
      return;
    }
    this.callCode(start);
  }

  /** Calls generated code from a helper that generated code called. */
  private callCode(start: () => void): void {
    const { prog, code, pc, frames } = this;
    const top = frames.top();
    const base = prog.known === undefined ? this.memory.i32[CELLS.base / 4]! : top;
    if (prog.known === undefined && frames.isFull()) this.tooDeep();
    this.checkBudget();
    this.regsOut(ALL_END);
    this.memory.i32[FRAME] = top + FRAME_STRIDE;
    this.callbackDepth += 1;
    this.goIn();
    start();
    this.inCode = false;
    this.callbackDepth -= 1;
    this.insns = this.memory.i32[INSNS]!;
    this.regsIn(0, ALL_END);
    this.prog = prog;
    this.code = code;
    this.pc = pc;
    frames.moveTo(top, base);
  }

  /** Keeps functions beside the programs in the linked module, see Linker.link. */
  link(extra: LinkExtra | undefined): LinkedModule | undefined {
    return this.linker.link(extra);
  }

  /** The module with what `link` was given, before so many more runs; undefined: none. */
  linkedModule(runs: number): LinkedModule | undefined {
    return this.linker.current(runs);
  }

  /** Which engine runs a program, and why where it is not the one that was asked for. */
  engineOf(prog: KernelProg): EngineChoice {
    if (this.engine === 'interp') return { engine: 'interp' };
    const why = this.linker.whyNot(prog);
    return why === undefined ? { engine: 'jit' } : { engine: 'interp', why };
  }
}
