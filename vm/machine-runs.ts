// What a machine runs, and for whom: programs at the points of a recording, by themselves, and what they left for later. A point and its programs
// are one run: nothing that they use goes from under them, and nothing else runs meanwhile.
import type {
  EngineChoice,
  EngineName,
  Fault,
  InsnsResult,
  MachineOptions,
  PacketResult,
  TestRunInput,
  TestRunResult,
} from './api.ts';
import { ERRNO } from './errno.ts';
import type { TaskView } from './helpers/context.ts';
import { SeededRandom } from './host.ts';
import type { RunEvent } from './interp/host.ts';
import { Batches, type BatchAnswer } from './jit/batch/batches.ts';
import { JitCpu } from './jit/engine/jit-cpu.ts';
import { listModule } from './jit/listing.ts';
import { insnTexts, progCode } from './jit/prog-code.ts';
import type { Attachments, Stage } from './kernel/attachments.ts';
import { prepareBareRun } from './kernel/bare-run.ts';
import { KernelMemory } from './kernel/kernel-memory.ts';
import { UnknownReads } from './kernel/memory/unknown-reads.ts';
import { DEFAULT_KERNEL } from './kernel/profiles/index.ts';
import { PacketPath, type PacketSeat } from './kernel/net/packet-path.ts';
import type { ObjectTable } from './kernel/objects.ts';
import type { EventPoint } from './kernel/event-point.ts';
import { passes } from './kernel/functions.ts';
import type { EventPlace } from './kernel/hooks.ts';
import type { PacketPoint, SyscallPoint } from './kernel/point.ts';
import type { KernelProg } from './kernel/prog.ts';
import { hitsOf } from './kernel/prog-hits.ts';
import { LaterRuns } from './kernel/run-later.ts';
import { prepareTestRun } from './kernel/test-run.ts';
import type { LinearMemory } from './memory/linear.ts';
import { decodeUtf8 } from './memory/text.ts';
import type { ProgSpec } from './object.ts';
import type { ProgCode } from './prog-code.ts';

/** Bytes of a task's name that programs and the trace see. */
const COMM_CHARS = 15;

/** The current task of a test run: nobody. */
const NO_TASK: TaskView = { tid: 0, tgid: 0, comm: new Uint8Array(0), atNs: 0, memory: () => [] };

/** What `MachineRuns.save` returns: all that is not in linear memory. */
export interface RunsState {
  readonly random: number;
  readonly nowNs: number;
  readonly insnsRun: number;
  readonly unknown: ReadonlyMap<string, number>;
  readonly kernelTop: number;
}

/** The engine of a machine, and the time that the recording has come to. */
export class MachineRuns {
  /** Reads of what the recording does not hold. */
  readonly unknown = new UnknownReads();
  private readonly options: MachineOptions;
  private readonly memory: LinearMemory;
  private readonly kernel: KernelMemory;
  private readonly objects: ObjectTable;
  private readonly random: SeededRandom;
  private readonly cpu: JitCpu;
  private readonly later: LaterRuns;
  private readonly packets: PacketPath;
  private batches: Batches | undefined;
  private nowNs = 0;
  /** The fault of the run that ended last, undefined when it exited. */
  private lastFault: Fault | undefined;

  constructor(options: MachineOptions, memory: LinearMemory, objects: ObjectTable) {
    const { cpus, limitInsns, seed = 1 } = options;
    this.options = options;
    this.memory = memory;
    this.objects = objects;
    this.kernel = new KernelMemory(memory, NO_TASK, options.kernel ?? DEFAULT_KERNEL);
    this.packets = new PacketPath(memory);
    this.random = new SeededRandom(memory, seed);
    const { callbacks, heap, linked, grace, cells } = objects;
    this.cpu = new JitCpu(
      {
        memory,
        mapRegions: cells,
        kernel: this.kernel,
        callbacks,
        heap,
        linked,
        grace,
        cpus,
        limitInsns,
        mapAt: (offset) => objects.mapAt(offset),
        random: () => this.random.next(),
        printk: (text) => this.printk(text),
        printed: ({ text, comm, tid, cpu, atNs }) => options.onPrintk({ text, comm, tid, cpu, atNs }),
        countUnknownRead: (what) => this.unknown.add(what),
        effect: (prog, effect) => {
          const { tid, tgid, atNs } = this.cpu.task;
          options.onEffect?.({ ...effect, prog: prog.name, tid, tgid, atNs });
        },
        faulted: (prog, pc, code, message) => {
          this.lastFault = { prog: prog.name, pc, code, message };
          options.onFault(this.lastFault);
        },
      },
      NO_TASK,
      objects,
    );
    this.cpu.engine = options.engine ?? 'jit';
    this.later = new LaterRuns(callbacks, this.cpu, limitInsns);
  }

  get insnsRun(): number {
    return this.cpu.insnsRun;
  }

  get engine(): EngineName {
    return this.cpu.engine;
  }

  set engine(engine: EngineName) {
    this.cpu.engine = engine;
  }

  /** See Machine.engineOf. */
  engineOf(prog: KernelProg): EngineChoice {
    return this.cpu.engineOf(prog);
  }

  /** See Machine.codeOf. */
  codeOf(prog: KernelProg, spec: ProgSpec): ProgCode {
    return progCode(prog, spec, this.cpu.unitOf(prog), hitsOf(this.memory, prog));
  }

  /** See Machine.moduleText. */
  moduleText(prog: KernelProg, specOf: (id: number) => ProgSpec | undefined): string {
    const parts = this.cpu.moduleOf(prog);
    if (typeof parts === 'string') return `;; ${prog.name} is interpreted: ${parts}\n`;
    const texts = new Map<number, ReadonlyMap<number, string>>();
    return listModule(parts, (id, pc) => {
      const spec = specOf(id);
      const known = texts.get(id) ?? (spec === undefined ? new Map<number, string>() : insnTexts(spec));
      texts.set(id, known);
      return known.get(pc);
    });
  }

  /** See Machine.batch. */
  batch(attachments: Attachments): BatchAnswer {
    this.batches ??= this.createBatches(attachments);
    return this.batches.ask();
  }

  private createBatches(attachments: Attachments): Batches {
    const { memory, kernel, cpu, objects, options } = this;
    const { grace, callbacks } = objects;
    return new Batches({
      memory,
      kernel,
      cpu,
      grace,
      callbacks,
      attachments,
      cpus: options.cpus,
      changes: () => objects.changes,
      maps: () => objects.allMaps(),
      call: (stages, point) => this.call(stages, point),
      begin: (point) => this.begin(point),
      fireFrom: (stages, point, first, index) => this.fireFrom(stages, point, first, index),
      finish: (atNs) => {
        if (atNs > this.nowNs) this.nowNs = atNs;
        this.later.work(this.nowNs);
      },
      printed: ({ text, comm, tid, cpu: on, atNs }) => options.onPrintk({ text, comm, tid, cpu: on, atNs }),
      overridden: (prog, value) => this.tellOverride(prog, value),
    });
  }

  /** See Machine.advance. */
  advance(atNs: number): void {
    if (atNs > this.nowNs) this.nowNs = atNs;
    this.later.timers(this.nowNs);
  }

  /** A call of a recording: brings the machine to its time, runs the programs of its stages, and the work that they began. */
  call(stages: readonly Stage[], point: SyscallPoint): void {
    this.advance(point.atNs);
    this.fire(stages, point);
    this.later.work(this.nowNs);
  }

  private fire(stages: readonly Stage[], point: SyscallPoint): void {
    if (stages.length === 0) return;
    this.begin(point);
    const { grace } = this.objects;
    grace.begin();
    try {
      this.fireFrom(stages, point, 0, 0);
    } finally {
      grace.end();
    }
  }

  /** The task of a point is the current one. */
  private begin(point: SyscallPoint): void {
    this.setTask(point, point.cpu);
    this.kernel.begin(point, point);
  }

  /** Runs stages from the run at `index` of stage `first` on; its ctx is filled where that is not the first of its stage. */
  private fireFrom(stages: readonly Stage[], point: SyscallPoint, first: number, index: number): void {
    let from = index;
    for (let i = first; i < stages.length; i++) {
      const { place, runs } = stages[i]!;
      if (place.only === undefined || passes(place.only, point)) {
        if (from === 0) place.fill(this.memory, this.kernel, point);
        for (; from < runs.length; from++) {
          const { prog, event } = runs[from]!;
          this.run(prog, event);
          if (place.overrides === true && this.overridden(prog)) break;
        }
      }
      from = 0;
    }
  }

  /** An event of a recording: its current task is in no system call that is known. */
  event(stages: readonly Stage<EventPlace>[], point: EventPoint): void {
    this.advance(point.atNs);
    if (stages.length === 0) return;
    const { task, atNs } = point;
    const state = point.event === 'sched_switch' ? point.prevState : undefined;
    const view = {
      tid: task.tid,
      tgid: task.tgid,
      comm: task.comm ?? NO_TASK.comm,
      atNs,
      memory: NO_TASK.memory,
      facts: task,
    };
    this.setTask(view, point.cpu);
    this.kernel.begin(view, undefined, state);
    const { grace } = this.objects;
    grace.begin();
    try {
      for (const { place, runs } of stages) {
        place.fill(this.memory, this.kernel, point);
        for (const { prog, event } of runs) this.run(prog, event);
      }
    } finally {
      grace.end();
    }
    this.later.work(this.nowNs);
  }

  /** fmod_ret: a result other than 0 would take the place of the call, and of the programs after this one. */
  private overridden(prog: KernelProg): boolean {
    const value = this.cpu.r[0]!;
    if (value === 0) return false;
    this.tellOverride(prog, value);
    return true;
  }

  private tellOverride(prog: KernelProg, value: number): void {
    const { tid, tgid, atNs } = this.cpu.task;
    this.options.onEffect?.({ kind: 'override', value, prog: prog.name, tid, tgid, atNs });
  }

  private setTask(task: TaskView, cpu: number): void {
    this.cpu.setTask(task, cpu > 0 ? cpu % this.options.cpus : 0);
  }

  private run(prog: KernelProg, event: RunEvent): void {
    this.lastFault = undefined;
    this.cpu.run(prog, event);
  }

  /** Runs a program, and tells where it sent its packet. */
  private runPacket(prog: KernelProg, event: RunEvent): void {
    this.run(prog, event);
    const redirect = event.packet?.taken(this.cpu.r[0]! >>> 0);
    if (redirect !== undefined) this.cpu.effect(redirect);
  }

  /** A packet of a recording, and the programs that it comes to. */
  packet(seats: readonly PacketSeat[], point: PacketPoint): readonly PacketResult[] {
    this.advance(point.atNs);
    if (seats.length === 0) return [];
    const { grace } = this.objects;
    const task = { ...NO_TASK, atNs: point.atNs };
    this.setTask(task, point.cpu ?? 0);
    this.kernel.begin(task, undefined);
    grace.begin();
    try {
      return this.packets.take(seats, point, (prog, event) => {
        this.runPacket(prog, event);
        return this.lastFault === undefined ? this.cpu.r[0]! : undefined;
      });
    } finally {
      grace.end();
      this.later.work(this.nowNs);
    }
  }

  /** BPF_PROG_TEST_RUN. */
  testRun(target: KernelProg, input: TestRunInput): TestRunResult {
    const { cpu = 0 } = input;
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= this.options.cpus) return notRun(-ERRNO.ENXIO);
    const run = prepareTestRun(this.memory, target, input);
    if (typeof run === 'number') return notRun(run);
    const task = { ...NO_TASK, atNs: this.nowNs };
    this.setTask(task, cpu);
    this.kernel.begin(task, undefined);
    const before = this.insnsRun;
    const { grace } = this.objects;
    const { engine } = this.cpu;
    if (isShort(target, run.event)) this.cpu.engine = 'interp';
    grace.begin();
    try {
      for (let i = Math.max(1, (input.repeat ?? 0) >>> 0); i > 0; i--) this.runPacket(target, run.event);
    } finally {
      grace.end();
      this.cpu.engine = engine;
    }
    const result = {
      errno: 0,
      retval: this.cpu.r[0]! >>> 0,
      insns: this.insnsRun - before,
      fault: this.lastFault,
      data: run.data(),
      ctx: run.ctx(),
    };
    this.later.work(this.nowNs);
    return result;
  }

  /** See Machine.runInsns. */
  runInsns(insns: Uint8Array, memory: Uint8Array): InsnsResult {
    const bare = prepareBareRun(this.memory, insns, memory);
    try {
      this.setTask(NO_TASK, 0);
      this.kernel.begin(NO_TASK, undefined);
      const before = this.insnsRun;
      this.run(bare.prog, bare.event);
      return {
        r0: this.cpu.q[0]!,
        insns: this.insnsRun - before,
        fault: this.lastFault,
        memory: bare.bytes(),
      };
    } finally {
      bare.free();
    }
  }

  private printk(text: string): void {
    const { task, cpu } = this.cpu;
    const comm = decodeUtf8(task.comm, 0, Math.min(task.comm.length, COMM_CHARS));
    this.options.onPrintk({ text, comm, tid: task.tid, cpu, atNs: task.atNs });
  }

  save(): RunsState {
    const { random, nowNs, insnsRun, unknown } = this;
    return { random: random.state, nowNs, insnsRun, unknown: unknown.save(), kernelTop: this.kernel.save() };
  }

  restore(state: RunsState): void {
    this.random.state = state.random;
    this.nowNs = state.nowNs;
    this.cpu.insnsRun = state.insnsRun;
    this.unknown.restore(state.unknown);
    this.kernel.restore(state.kernelTop);
  }
}

/** A caller's ctx ends before what an accepted program loads of it: each load is looked up then, by the engine that does so. */
function isShort({ ctxBytes }: KernelProg, { ctxAt, packet, regions }: RunEvent): boolean {
  return ctxBytes > 0 && packet === undefined && regions.every(({ end }) => end < ctxAt + ctxBytes);
}

/** The answer to a test run that did not take place: `errno` is negative. */
export function notRun(errno: number): TestRunResult {
  return { errno, retval: 0, insns: 0, fault: undefined, data: new Uint8Array(0), ctx: new Uint8Array(0) };
}
