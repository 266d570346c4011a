// The engine that compiles: runs programs as WebAssembly, and is what their helpers see. All that JavaScript does for generated code works on the state of
// the interpreter, which it shares: registers, frames, loans. The interpreter itself stands by for programs and functions that are not compiled.
//
//   run -> enter (generated code) -> js:call -> comeOut -> helper -> goIn -> generated code ... -> r0
//                                                  '-> callBack -> call:ID:PC (generated code) -> ...
import type { EngineChoice, EngineName } from '../../api.ts';
import type { EffectDetail } from '../../effects.ts';
import type { TaskView } from '../../helpers/context.ts';
import { FAULTS, RunFault } from '../../interp/fault.ts';
import type { CpuHost, RunEvent } from '../../interp/host.ts';
import type { KernelProg } from '../../kernel/prog.ts';
import type { KernelMap } from '../../maps/map.ts';
import { createWasmTable } from '../../memory/wasm.ts';
import { CELLS } from '../cells.ts';
import { translate as translateProg } from '../translate/translate.ts';
import { dropDebts } from '../inline/debts.ts';
import { drainPrints } from '../inline/print-buffer.ts';
import { ALL_END, ARGS_END, CodeCpu, R0_END } from './code-cpu.ts';
import { writeEvent, writeTask } from './event-cells.ts';
import { importsOf, type CodeHost } from './imports.ts';
import { Linker, type LinkExtra, type ProgSource } from './link.ts';
import type { LinkedModule } from './linked-module.ts';
import type { ProgUnit } from '../unit.ts';
import type { ModuleParts } from '../wasm/module-writer.ts';
import { trapOf } from './trap.ts';

/** Generated code counts in an i32, with a sign: a run that has as many insns as this would take seconds. */
const MAX_LIMIT = 0x7fff_ffff;
/** Places in the table at first. */
const TABLE_SIZE = 64;
const NO_MAPS: readonly KernelMap[] = [];
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
export class JitCpu extends CodeCpu implements CodeHost {
  /** Which engine the next run begins with. */
  engine: EngineName = 'interp';
  private readonly linker: Linker;
  /** How the run begins that is about to: generated code, or undefined for the interpreter. */
  private start: (() => void) | undefined;
  private isTaskNew = true;
  /** The batch whose rows generated code runs now. */
  private rows: RowHost | undefined;

  constructor(host: CpuHost, task: TaskView, progs: ProgSource, translate = translateProg) {
    super(host, task);
    const { memory, cpus, limitInsns } = host;
    const table = createWasmTable(TABLE_SIZE);
    const { sites } = this;
    this.linker = new Linker({ memory, table, imports: importsOf(this), progs, sites, cpus, translate });
    memory.i32[CELLS.limit / 4] = Math.min(limitInsns, MAX_LIMIT);
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

  override runFunction(prog: KernelProg, pc: number, args: readonly bigint[], event: RunEvent): boolean {
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
    if (this.prog.known === undefined) this.standAtExit();
  }

  /** Where the run ended: what it still owes is a fault there. Programs that were verified owe nothing. */
  private standAtExit(): void {
    const exit = this.memory.i32[CELLS.exit / 4]!;
    if (exit < 0) return;
    const { prog, pc } = this.sites.get(exit);
    this.prog = prog;
    this.pc = pc;
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
    this.memory.i32[CELLS.exit / 4] = -1; // memory may have grown
    this.regsOut(ARGS_END); // code that was not verified sees all of them
    this.goIn();
  }

  protected override left(): void {
    this.rows?.cameOut();
  }

  protected override reachAll(): void {
    this.linker.reachAll();
  }

  protected override functionOf(prog: KernelProg, pc: number): (() => void) | undefined {
    return this.linker.callback(prog, pc);
  }

  /** Keeps functions beside the programs in the linked module, see Linker.link. */
  link(extra: LinkExtra | undefined): LinkedModule | undefined {
    return this.linker.link(extra);
  }

  /** The module with what `link` was given, before so many more runs; undefined: none. */
  linkedModule(runs: number): LinkedModule | undefined {
    return this.linker.current(runs);
  }

  /** See Linker.unitOf. */
  unitOf(prog: KernelProg): ProgUnit | string {
    return this.linker.unitOf(prog);
  }

  /** See Linker.moduleOf. */
  moduleOf(prog: KernelProg): ModuleParts | string {
    return this.linker.moduleOf(prog);
  }

  /** Which engine runs a program, and why where it is not the one that was asked for. */
  engineOf(prog: KernelProg): EngineChoice {
    if (this.engine === 'interp') return { engine: 'interp' };
    const why = this.linker.whyNot(prog);
    return why === undefined ? { engine: 'jit' } : { engine: 'interp', why };
  }
}
