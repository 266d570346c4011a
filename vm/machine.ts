// The machine: loads objects, attaches programs, runs them at the points of a recording, saves and restores itself.
import type {
  Fault,
  InsnsResult,
  LoadedObject,
  Machine,
  MachineOptions,
  MachineSnapshot,
  Prog,
  TestRunInput,
  TestRunResult,
} from './api.ts';
import { ERRNO } from './errno.ts';
import type { TaskView } from './helpers/context.ts';
import { SeededRandom } from './host.ts';
import { Cpu, type RunEvent } from './interp/cpu.ts';
import { prepareBareRun } from './kernel/bare-run.ts';
import { createBpf } from './kernel/bpf.ts';
import { HOOK_NAMES, HOOKS, hookOfSection, wantsHook, type HookName } from './kernel/hooks.ts';
import { KernelMemory } from './kernel/kernel-memory.ts';
import { ObjectTable, type ObjectState } from './kernel/objects.ts';
import type { SyscallPoint } from './kernel/point.ts';
import type { KernelProg } from './kernel/prog.ts';
import { packetAfter, prepareTestRun } from './kernel/test-run.ts';
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

type Attachments = Record<HookName, KernelProg[]>;

interface Snapshot extends MachineSnapshot {
  readonly memory: MemoryState;
  readonly objects: ObjectState;
  readonly attachments: Attachments;
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
  private attachments: Attachments = copyAttachments();
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
    this.random = new SeededRandom(seed);
    this.objects = new ObjectTable(this.regions, cpus);
    this.bpf = createBpf(this.objects, this.memory, cpus);
    this.loader = new ObjectLoader(this.bpf, this.objects, this.memory, (prog) => this.hooksOf(prog));
    this.cpu = new Cpu(
      {
        memory: this.memory,
        mapRegions: this.regions,
        kernel: this.kernel,
        callbacks: this.objects.callbacks,
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

  attach(prog: Prog): void {
    const kernelProg = this.loader.kernelProg(prog);
    const { name, section } = prog.spec;
    if (kernelProg === undefined) throw new LoadError('hook', name, 'the program is not loaded any more');
    const hook = hookOfSection(section);
    if (hook === undefined) {
      throw new LoadError('hook', name, `section ${section} names no hook; there are ${sectionList()}`);
    }
    if (HOOKS[hook].progType !== kernelProg.type) {
      throw new LoadError(
        'hook',
        name,
        `${hook} takes a ${HOOKS[hook].progType} program and not a ${kernelProg.type}`,
      );
    }
    if (this.attachments[hook].includes(kernelProg)) {
      throw new LoadError('hook', name, `it is attached to ${hook} already`);
    }
    this.objects.hold(kernelProg);
    this.attachments[hook].push(kernelProg);
  }

  detach(prog: Prog): void {
    const kernelProg = this.loader.kernelProg(prog);
    if (kernelProg === undefined) return;
    for (const hook of this.hooksOf(kernelProg)) {
      this.attachments[hook] = this.attachments[hook].filter((other) => other !== kernelProg);
      this.objects.drop(kernelProg);
    }
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
    this.nowNs = Math.max(this.nowNs, atNs);
    this.later.timers(this.nowNs);
    this.later.work(this.nowNs);
  }

  enter(point: SyscallPoint): void {
    this.advance(point.atNs);
    this.fire('__seccomp_filter', point);
    this.fire('sys_enter', point);
    this.later.work(point.atNs);
  }

  exit(point: SyscallPoint): void {
    this.advance(point.atNs);
    this.fire('sys_exit', point);
    this.later.work(point.atNs);
  }

  listens(at: 'enter' | 'exit'): boolean {
    return HOOK_NAMES.some((name) => HOOKS[name].at === at && this.attachments[name].length > 0);
  }

  private fire(name: HookName, point: SyscallPoint): void {
    const progs = this.attachments[name];
    if (progs.length === 0) return;
    const hook = HOOKS[name];
    this.setTask(point, point.cpu);
    this.kernel.begin(point, point, hook.at === 'exit');
    hook.fill(this.memory, point);
    for (const prog of progs) this.run(prog, hook.event);
  }

  private setTask(task: TaskView, cpu: number): void {
    this.cpu.task = task;
    this.cpu.cpu = cpu > 0 ? cpu % this.options.cpus : 0;
  }

  private run(prog: KernelProg, event: RunEvent): void {
    this.lastFault = undefined;
    this.cpu.run(prog, event);
  }

  testRun(prog: Prog | number, input: TestRunInput = {}): TestRunResult {
    const target =
      typeof prog === 'number' ? this.objects.byFd(prog) : (this.loader.kernelProg(prog) ?? -ERRNO.EBADF);
    if (typeof target === 'number') return notRun(target);
    const event = prepareTestRun(this.memory, target.type, input);
    if (typeof event === 'number') return notRun(event);
    const task = { ...NO_TASK, atNs: this.nowNs };
    this.setTask(task, 0);
    this.kernel.begin(task, undefined, false);
    const before = this.insnsRun;
    for (let i = 0; i < Math.max(1, input.repeat ?? 0); i++) this.run(target, event);
    const result = {
      errno: 0,
      retval: this.cpu.r[0]! >>> 0,
      insns: this.insnsRun - before,
      fault: this.lastFault,
      data: packetAfter(this.memory, event),
    };
    this.later.work(this.nowNs);
    return result;
  }

  runInsns(insns: Uint8Array, memory: Uint8Array = new Uint8Array(0)): InsnsResult {
    const bare = prepareBareRun(this.memory, insns, memory);
    try {
      this.setTask(NO_TASK, 0);
      this.kernel.begin(NO_TASK, undefined, false);
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

  private hooksOf(prog: KernelProg): HookName[] {
    return HOOK_NAMES.filter((hook) => this.attachments[hook].includes(prog));
  }

  snapshot(): MachineSnapshot {
    const memory = this.memory.save();
    const snapshot: Snapshot = {
      byteSize: memory.bytes.length,
      memory,
      objects: this.objects.save(),
      attachments: copyAttachments(this.attachments),
      random: this.random.state,
      nowNs: this.nowNs,
      insnsRun: this.cpu.insnsRun,
      unknownReads: this.unknownReads,
    };
    this.snapshots.add(snapshot);
    return snapshot;
  }

  restore(snapshot: MachineSnapshot): void {
    if (!this.snapshots.has(snapshot)) throw new TypeError('the snapshot is of another machine');
    const state = snapshot as Snapshot; // the only kind that snapshot() makes; opaque outside
    this.memory.restore(state.memory);
    this.objects.restore(state.objects);
    this.attachments = copyAttachments(state.attachments);
    this.random.state = state.random;
    this.nowNs = state.nowNs;
    this.cpu.insnsRun = state.insnsRun;
    this.unknownReads = state.unknownReads;
  }
}

function copyAttachments(from?: Attachments): Attachments {
  return {
    __seccomp_filter: [...(from?.__seccomp_filter ?? [])],
    sys_enter: [...(from?.sys_enter ?? [])],
    sys_exit: [...(from?.sys_exit ?? [])],
  };
}

function notRun(errno: number): TestRunResult {
  return { errno, retval: 0, insns: 0, fault: undefined, data: new Uint8Array(0) };
}

function sectionList(): string {
  return HOOK_NAMES.flatMap((name) => HOOKS[name].sections).join(', ');
}
