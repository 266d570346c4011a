// The loop over the rows of a batch as a function of WebAssembly: for each row the cells of its event, then stage by stage the ctx and the programs of its
// plan. It does what MachineRuns.fire and Cpu.run do at a point, and does not leave generated code where programs do not.
import type { ArgTest } from '../../kernel/functions.ts';
import { FRAME_STRIDE } from '../../interp/frames.ts';
import { MAP_HEADER_BYTES, type RecordBuffer } from '../../maps/map.ts';
import { isProgArray, PROG_ARRAY_LAYOUT } from '../../maps/prog-array.ts';
import { STACK_AT } from '../../memory/linear.ts';
import { CELLS } from '../cells.ts';
import { holesOf } from '../engine/event-cells.ts';
import type { LinkExtra } from '../engine/link.ts';
import { readableRows } from '../inline/readable.ts';
import { progName } from '../unit.ts';
import { CodeWriter, type Local } from '../wasm/code-writer.ts';
import type { FuncCode } from '../wasm/types.ts';
import {
  partsOf,
  rowIn,
  wordsOf,
  writeConstants,
  writeStep,
  type Constant,
  type FillParts,
} from './fill-code.ts';
import { BATCH, NAME } from './layout.ts';
import type { EventCell } from './needs.ts';
import { NOTE_FUNCTION, noteCode } from './note-code.ts';
import type { Plan, PlannedRun, Plans } from './plans.ts';
import { REGS_CELLS, writeRegs } from './regs-code.ts';

/** What a loop is made of. */
export interface LoopInput {
  readonly plans: Plans;
  readonly cpus: number;
  /** Cells that the programs of a plan look at. */
  cellsOf(plan: Plan): ReadonlySet<EventCell>;
  /** Whether the programs of a plan may write records. */
  writesRecords(plan: Plan): boolean;
  /** Buffers of records, by their numbers. */
  readonly buffers: readonly RecordBuffer[];
}

/** Rows from, to: runs them, and gives the row that comes next. */
export const RUN_FUNCTION = 'batch:run';
const ROW_FUNCTION = 'batch:row';
/** Plans that stand in the loop itself; of more, each is a function. */
const MAX_INLINE_PLANS = 8;
/** Where a run's stack begins: r10, low half. */
const FRAME = STACK_AT + FRAME_STRIDE;

/** The code for the linked module. */
export function loopCode(input: LoopInput): LinkExtra {
  const { plans, buffers } = input;
  const writer = new PlanWriter(input);
  const own = plans.all.length > MAX_INLINE_PLANS;
  const loop = new CodeWriter(RUN_FUNCTION, 'i32 i32 -> i32', ['row', 'to']);
  const [row, to] = [0, 1];
  writeConstants(loop, writer.once);
  if (input.cpus === 1) loop.i32(0).i32(0).mem('i32_store', CELLS.cpu);
  loop.block().loop();
  loop.get(row).get(to).op('i32_ge_u').brIf(1);
  writeDispatch(loop, row, plans.all.length, (i) => {
    if (own) loop.get(row).call(`${ROW_FUNCTION}:${i}`);
    else writer.write(loop, row, plans.all[i]!);
  });
  loop.get(row).i32(1).op('i32_add').set(row);
  loop.i32(0).mem('i32_load', CELLS.stop).op('i32_eqz').brIf(0).end().end().get(row);
  const functions: FuncCode[] = [loop.finish()];
  if (own) functions.push(...plans.all.map((plan, i) => writer.asFunction(`${ROW_FUNCTION}:${i}`, plan)));
  if (buffers.length > 0) functions.push(...noteCode(buffers));
  return {
    functions,
    imports: ['js:fill', 'js:override'],
    exports: [RUN_FUNCTION],
    progs: [...new Set(plans.runs.map(({ prog }) => prog))],
  };
}

/** Goes to the plan of the row. */
function writeDispatch(code: CodeWriter, row: Local, count: number, write: (plan: number) => void): void {
  const load = (): CodeWriter => rowIn(code, row, 'plan').mem('i32_load', BATCH.plan);
  if (count === 1) {
    load().if();
    write(0);
    code.end();
    return;
  }
  // A block for each plan, one in the other, in one that all leave through: plan i is behind block i.
  code.block();
  for (let i = 0; i < count; i++) code.block();
  const numbers = Array.from({ length: count }, (_, i) => i);
  load().i32(1).op('i32_sub').brTable(numbers, count);
  for (const i of numbers) {
    code.end();
    write(i);
    code.br(count - 1 - i);
  }
  code.end();
}

/** Writes plans of one batch. */
class PlanWriter {
  /** Stores that are done when generated code is entered. */
  readonly once: readonly Constant[];
  private readonly input: LoopInput;
  private readonly parts = new Map<object, FillParts | undefined>();
  /** Offsets that `once` cares for. */
  private readonly settled: ReadonlySet<number>;

  constructor(input: LoopInput) {
    this.input = input;
    const { plans } = input;
    for (const { stages } of plans.all) {
      for (const { place } of stages) {
        this.parts.set(place, place.steps === undefined ? undefined : partsOf(place.steps));
      }
    }
    this.once = this.sameEverywhere();
    this.settled = new Set(this.once.map(({ at }) => at));
  }

  /** Constants that each stage has alike which writes there at all; none of a ctx where JavaScript fills some. */
  private sameEverywhere(): Constant[] {
    const found = new Map<number, Constant | undefined>();
    const add = (constant: Constant): void => {
      const { at, value } = constant;
      if (!found.has(at)) found.set(at, constant);
      else if (found.get(at)?.value !== value) found.set(at, undefined);
    };
    const parts = [...this.parts.values()];
    if (!parts.includes(undefined)) {
      for (const one of parts) one?.constants.forEach(add);
      for (const one of parts)
        for (const step of one?.rest ?? []) for (const at of wordsOf(step)) found.set(at, undefined);
    }
    for (const run of this.input.plans.runs) this.cellsOfRun(run).forEach(add);
    for (const at of REGS_CELLS) found.delete(at); // some runs have others there from row to row
    return [...found.values()].filter((constant) => constant !== undefined);
  }

  asFunction(name: string, plan: Plan): FuncCode {
    const code = new CodeWriter(name, 'i32 -> ', ['row']);
    this.write(code, 0, plan);
    return code.finish();
  }

  write(code: CodeWriter, row: Local, plan: Plan): void {
    this.writeRow(code, row, plan);
    for (const [stage, { place }] of plan.stages.entries()) {
      if (place.only !== undefined) writeTest(code, row, place.only);
      if (place.overrides === true) code.block();
      const runs = plan.runs[stage]!;
      this.writeFill(code, row, runs[0]!, place);
      const regs = this.readsKernel(plan) ? place.regs : undefined;
      for (const run of runs) {
        this.writeNew(code, this.cellsOfRun(run));
        if (regs !== undefined) writeRegs(code, row, regs);
        this.writeRun(code, run, place.overrides === true);
      }
      if (place.overrides === true) code.end();
      if (place.only !== undefined) code.end();
    }
    if (this.input.writesRecords(plan) && this.input.buffers.length > 0) code.get(row).call(NOTE_FUNCTION);
  }

  /** The cells of the event. */
  private writeRow(code: CodeWriter, row: Local, plan: Plan): void {
    const cells = this.input.cellsOf(plan);
    const { cpus } = this.input;
    code.i32(0).get(row).mem('i32_store', CELLS.row);
    if (cells.has('time')) {
      rowIn(code.i32(0), row, 'atNs').mem('f64_load', BATCH.atNs).op('i64_trunc_f64_u');
      code.mem('i64_store', CELLS.atNs);
    }
    if (cells.has('ids')) {
      rowIn(code.i32(0), row, 'tgid').mem('i64_load32_u', BATCH.tgid).i64(32).op('i64_shl');
      rowIn(code, row, 'tid').mem('i64_load32_u', BATCH.tid).op('i64_or').mem('i64_store', CELLS.pidTgid);
    }
    if (cells.has('comm')) {
      const name = (): CodeWriter =>
        rowIn(code.i32(0), row, 'comm').mem('i32_load', BATCH.comm).i32(NAME.bytes).op('i32_mul');
      name().mem('i64_load', BATCH.names).mem('i64_store', CELLS.comm);
      name()
        .mem('i64_load', BATCH.names + 8)
        .mem('i64_store', CELLS.comm + 8);
      name()
        .mem('i32_load', BATCH.names + NAME.length)
        .mem('i32_store', CELLS.commBytes);
    }
    if (cpus === 1) return;
    // What MachineRuns makes of it: a division only for numbers that the machine does not have.
    const cpu = (): CodeWriter => rowIn(code, row, 'cpu').mem('i32_load', BATCH.cpu);
    code.i32(0);
    cpu().i32(cpus).op('i32_lt_u').if('i32');
    cpu().else();
    cpu().i32(cpus).op('i32_rem_s').i32(0);
    cpu().i32(0).op('i32_gt_s').op('select').end();
    code.mem('i32_store', CELLS.cpu);
  }

  private writeFill(code: CodeWriter, row: Local, first: PlannedRun, place: object): void {
    const parts = this.parts.get(place);
    if (parts === undefined) {
      this.writeNew(code, this.cellsOfRun(first));
      code.i32(first.id).call('js:fill');
      return;
    }
    this.writeNew(code, parts.constants);
    for (const step of parts.rest) writeStep(code, row, step);
  }

  private writeRun(code: CodeWriter, run: PlannedRun, overrides: boolean): void {
    const { prog, event } = run;
    code.i32(0).i64(0).mem('i64_store', CELLS.insns); // and `charged`, which stands behind it
    code.i32(0).i32(0).mem('i32_store', CELLS.tailCalls);
    code.i32(event.ctxAt).i32(FRAME).call(progName(prog));
    const result = overrides ? code.local('i32', 'result') : undefined;
    if (result === undefined) code.op('drop');
    else code.op('i32_wrap_i64').set(result);
    writeEnd(code, run);
    if (result !== undefined) code.get(result).if().i32(run.id).get(result).call('js:override').br(1).end();
  }

  /** Programs of the plan read memory of the kernel. */
  private readsKernel(plan: Plan): boolean {
    return this.input.cellsOf(plan).has('readable');
  }

  /** What a run finds in cells that is the same each time. */
  private cellsOfRun({ id, event, plan }: PlannedRun): Constant[] {
    const holes = holesOf(event);
    const constants: Constant[] = [
      { at: CELLS.run, bytes: 4, value: BigInt(id) },
      { at: CELLS.ctxHoles, bytes: 4, value: BigInt(holes) },
      { at: CELLS.length, bytes: 4, value: BigInt(event.length ?? 0) },
    ];
    if (!this.readsKernel(plan)) return constants;
    const rows = new BigUint64Array(readableRows(event).slice().buffer);
    return [
      ...constants,
      ...[...rows].map((value, i) => ({ at: CELLS.readable + 8 * i, bytes: 8 as const, value })),
    ];
  }

  private writeNew(code: CodeWriter, constants: readonly Constant[]): void {
    writeConstants(
      code,
      constants.filter(({ at }) => !this.settled.has(at)),
    );
  }
}

/** Enters what follows only for calls that pass. Closed by one `end`. */
function writeTest(code: CodeWriter, row: Local, { arg, bits, isSet }: ArgTest): void {
  rowIn(code, row, 'args')
    .mem('i32_load', BATCH.args + 8 * arg)
    .i32(bits)
    .op('i32_and');
  if (!isSet) code.op('i32_eqz');
  code.if();
}

/** Counts a run that has ended by itself. */
function writeEnd(code: CodeWriter, { prog }: PlannedRun): void {
  code.i32(0).i32(0).mem('f64_load', CELLS.allInsns);
  code.i32(0).mem('i32_load', CELLS.insns).op('f64_convert_i32_u').op('f64_add');
  code.mem('f64_store', CELLS.allInsns);
  for (const map of prog.usedMaps) {
    if (!isProgArray(map)) continue;
    const depth = (): CodeWriter => code.i32(0).mem('i32_load', CELLS.tailCalls).i32(3).op('i32_shl');
    depth();
    const at = map.at + MAP_HEADER_BYTES + PROG_ARRAY_LAYOUT.depth;
    depth().mem('f64_load', at).f64(1).op('f64_add').mem('f64_store', at);
  }
}
