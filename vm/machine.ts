// The machine: loads objects, attaches programs, runs them at the points of a recording, saves and restores itself.
import type {
  AttachOptions,
  Fault,
  InsnsResult,
  LoadedObject,
  Machine,
  MachineOptions,
  MachineSnapshot,
  PacketResult,
  Prog,
  TestRunInput,
  TestRunResult,
} from './api.ts';
import { ERRNO } from './errno.ts';
import type { TaskView } from './helpers/context.ts';
import { SeededRandom } from './host.ts';
import { Cpu } from './interp/cpu.ts';
import type { RunEvent } from './interp/host.ts';
import { prepareBareRun } from './kernel/bare-run.ts';
import { createBpf } from './kernel/bpf.ts';
import { Attachments, type Link } from './kernel/attachments.ts';
import { wantsHook } from './kernel/hook-sections.ts';
import { linkOf } from './kernel/link.ts';
import { SyscallIndex } from './kernel/syscalls.ts';
import { KernelMemory } from './kernel/kernel-memory.ts';
import { ObjectTable, type ObjectState } from './kernel/objects.ts';
import { PacketFilter } from './kernel/net/packet-filter.ts';
import type { PacketPoint, SyscallPoint } from './kernel/point.ts';
import type { KernelProg } from './kernel/prog.ts';
import { prepareTestRun } from './kernel/test-run.ts';
import { LaterRuns } from './kernel/run-later.ts';
import { LoadError } from './load-error.ts';
import { LinearMemory, type MemoryState } from './memory/linear.ts';
import { RegionTable } from './memory/regions.ts';
import { decodeUtf8 } from './memory/text.ts';
import { ObjectLoader } from './object-loader.ts';
import type { ObjectSpec } from './object.ts';

/** Bytes of a task's name that programs and the trace see. */
const COMM_CHARS = 15;
const LIMIT_CPUS = 64;

/** The current task of a test run: nobody. */
const NO_TASK: TaskView = { tid: 0, tgid: 0, comm: new Uint8Array(0), atNs: 0, memory: [] };

interface Snapshot extends MachineSnapshot {
  readonly memory: MemoryState;
  readonly objects: ObjectState;
  readonly links: readonly Link[];
  readonly random: number;
  readonly nowNs: number;
  readonly insnsRun: number;
  readonly unknownReads: number;
}

/** Makes a machine. Throws RangeError for options outside of what MachineOptions says. */
export function createMachine(options: MachineOptions): Machine {
  return new TailscopeMachine(options);
}

class TailscopeMachine implements Machine {
  readonly bpf;
  unknownReads = 0;
  private readonly options: MachineOptions;
  private readonly memory = new LinearMemory();
  private readonly kernel = new KernelMemory(this.memory, NO_TASK);
  private readonly regions = new RegionTable();
  private readonly objects: ObjectTable;
  private readonly random: SeededRandom;
  private readonly cpu: Cpu;
  private readonly loader: ObjectLoader;
  private readonly later: LaterRuns;
  /** How far the recording has come. */
  private nowNs = 0;
  private readonly attachments = new Attachments();
  private readonly filter = new PacketFilter(this.memory);
  private readonly syscalls: SyscallIndex;
  private readonly snapshots = new WeakSet<MachineSnapshot>();
  /** The fault of the run that ended last, undefined when it exited. */
  private lastFault: Fault | undefined;

  constructor(options: MachineOptions) {
    const { cpus, limitInsns, seed = 1 } = options;
    if (!Number.isInteger(cpus) || cpus < 1 || cpus > LIMIT_CPUS) {
      throw new RangeError(`cpus is a whole number from 1 to ${LIMIT_CPUS} and not ${cpus}`);
    }
    if (!Number.isInteger(limitInsns) || limitInsns < 1) {
      throw new RangeError(`limitInsns is a whole number from 1 up and not ${limitInsns}`);
    }
    this.options = options;
    this.syscalls = new SyscallIndex(options.syscalls ?? []);
    this.random = new SeededRandom(seed);
    this.objects = new ObjectTable(this.regions, cpus, this.memory);
    this.bpf = createBpf(this.objects, this.memory, cpus);
    const linksOf = (prog: KernelProg) => this.attachments.of(prog);
    this.loader = new ObjectLoader(this.bpf, this.objects, this.memory, linksOf, cpus);
    this.cpu = new Cpu(
      {
        memory: this.memory,
        mapRegions: this.regions,
        kernel: this.kernel,
        callbacks: this.objects.callbacks,
        heap: this.objects.heap,
        linked: this.objects.linked,
        grace: this.objects.grace,
        cpus,
        limitInsns,
        mapAt: (offset) => this.objects.mapAt(offset),
        random: () => this.random.next(),
        printk: (text) => this.printk(text),
        countUnknownRead: () => {
          this.unknownReads += 1;
        },
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
    );
    this.later = new LaterRuns(this.objects.callbacks, this.cpu, limitInsns);
  }

  get insnsRun(): number {
    return this.cpu.insnsRun;
  }

  load(spec: ObjectSpec): LoadedObject {
    return this.loader.load(spec);
  }

  unload(object: LoadedObject): void {
    for (const prog of object.progs) this.detach(prog);
    this.loader.unload(object);
  }

  attach(prog: Prog, { section = prog.spec.section, cookie = 0n }: AttachOptions = {}): void {
    const kernelProg = this.loader.kernelProg(prog);
    const { name } = prog.spec;
    if (kernelProg === undefined) throw new LoadError('hook', name, 'the program is not loaded any more');
    this.attachments.add(linkOf(kernelProg, { name, section, cookie }, this.syscalls, this.attachments));
    this.objects.hold(kernelProg);
  }

  detach(prog: Prog): void {
    const kernelProg = this.loader.kernelProg(prog);
    if (kernelProg === undefined) return;
    const ended = this.attachments.remove(kernelProg);
    for (let i = 0; i < ended; i++) this.objects.drop(kernelProg);
  }

  attachAll(object: LoadedObject): readonly Prog[] {
    const wanted = object.progs.filter((prog) => wantsHook(prog.spec.section));
    const attached: Prog[] = [];
    try {
      for (const prog of wanted) {
        this.attach(prog);
        attached.push(prog);
      }
    } catch (error) {
      for (const prog of attached) this.detach(prog);
      throw error;
    }
    return attached;
  }

  advance(atNs: number): void {
    this.checkIdle();
    if (atNs > this.nowNs) this.nowNs = atNs;
    this.later.timers(this.nowNs);
  }

  enter(point: SyscallPoint): void {
    this.advance(point.atNs);
    this.fire('enter', point);
    this.later.work(this.nowNs);
  }

  exit(point: SyscallPoint): void {
    this.advance(point.atNs);
    this.fire('exit', point);
    this.later.work(this.nowNs);
  }

  packet(point: PacketPoint): readonly PacketResult[] {
    this.advance(point.atNs);
    const { filters } = this.attachments;
    if (filters.length === 0) return [];
    const { grace } = this.objects;
    const task = { ...NO_TASK, atNs: point.atNs };
    this.setTask(task, point.cpu ?? 0);
    this.kernel.begin(task, undefined);
    const results: PacketResult[] = [];
    grace.begin();
    try {
      for (const prog of filters) {
        this.run(prog, this.filter.lay(point));
        results.push({ prog: prog.name, kept: this.filter.kept(this.cpu.r[0]! >>> 0) });
      }
    } finally {
      grace.end();
    }
    this.later.work(this.nowNs);
    return results;
  }

  listens(at: 'enter' | 'exit' | 'packet'): boolean {
    return this.attachments.listens(at);
  }

  private fire(at: 'enter' | 'exit', point: SyscallPoint): void {
    const stages = this.attachments.stages(at, point);
    if (stages.length === 0) return;
    this.setTask(point, point.cpu);
    this.kernel.begin(point, point);
    const { grace } = this.objects;
    grace.begin();
    try {
      for (const { place, runs } of stages) {
        place.fill(this.memory, this.kernel, point);
        for (const { prog, event } of runs) {
          this.run(prog, event);
          if (place.overrides === true && this.overridden(prog)) break;
        }
      }
    } finally {
      grace.end();
    }
  }

  /** fmod_ret: a result other than 0 would take the place of the call, and of the programs after this one. */
  private overridden(prog: KernelProg): boolean {
    const value = this.cpu.r[0]!;
    if (value === 0) return false;
    const { tid, tgid, atNs } = this.cpu.task;
    this.options.onEffect?.({ kind: 'override', value, prog: prog.name, tid, tgid, atNs });
    return true;
  }

  private setTask(task: TaskView, cpu: number): void {
    this.cpu.task = task;
    this.cpu.cpu = cpu > 0 ? cpu % this.options.cpus : 0;
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

  testRun(prog: Prog | number, input: TestRunInput = {}): TestRunResult {
    this.checkIdle();
    const target =
      typeof prog === 'number' ? this.objects.byFd(prog) : (this.loader.kernelProg(prog) ?? -ERRNO.EBADF);
    if (typeof target === 'number') return notRun(target);
    const { cpu = 0 } = input;
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= this.options.cpus) return notRun(-ERRNO.ENXIO);
    const run = prepareTestRun(this.memory, target, input);
    if (typeof run === 'number') return notRun(run);
    const task = { ...NO_TASK, atNs: this.nowNs };
    this.setTask(task, cpu);
    this.kernel.begin(task, undefined);
    const before = this.insnsRun;
    const { grace } = this.objects;
    grace.begin();
    try {
      for (let i = Math.max(1, (input.repeat ?? 0) >>> 0); i > 0; i--) this.runPacket(target, run.event);
    } finally {
      grace.end();
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

  runInsns(insns: Uint8Array, memory: Uint8Array = new Uint8Array(0)): InsnsResult {
    this.checkIdle();
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

  /** What the host is told comes from within a run. */
  private checkIdle(): void {
    if (this.objects.grace.isRunning) throw new Error('the machine is running a program and takes no other');
  }

  private printk(text: string): void {
    const { task, cpu } = this.cpu;
    const comm = decodeUtf8(task.comm, 0, Math.min(task.comm.length, COMM_CHARS));
    this.options.onPrintk({ text, comm, tid: task.tid, cpu, atNs: task.atNs });
  }

  snapshot(): MachineSnapshot {
    this.checkIdle();
    const memory = this.memory.save();
    const snapshot: Snapshot = {
      byteSize: memory.bytes.length,
      memory,
      objects: this.objects.save(),
      links: this.attachments.save(),
      random: this.random.state,
      nowNs: this.nowNs,
      insnsRun: this.cpu.insnsRun,
      unknownReads: this.unknownReads,
    };
    this.snapshots.add(snapshot);
    return snapshot;
  }

  restore(snapshot: MachineSnapshot): void {
    this.checkIdle();
    if (!this.snapshots.has(snapshot)) throw new TypeError('the snapshot is of another machine');
    const state = snapshot as Snapshot; // the only kind that snapshot() makes; opaque outside
    this.memory.restore(state.memory);
    this.objects.restore(state.objects);
    this.attachments.restore(state.links);
    this.random.state = state.random;
    this.nowNs = state.nowNs;
    this.cpu.insnsRun = state.insnsRun;
    this.unknownReads = state.unknownReads;
  }
}

function notRun(errno: number): TestRunResult {
  return { errno, retval: 0, insns: 0, fault: undefined, data: new Uint8Array(0), ctx: new Uint8Array(0) };
}
