// The machine: loads objects, attaches programs, runs them at the points of a recording, saves and restores itself.
import type {
  Attachment,
  AttachOptions,
  EngineChoice,
  EngineName,
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
import { createBpf } from './kernel/bpf.ts';
import { Attachments, type Link } from './kernel/attachments.ts';
import { entryProg } from './kernel/entry-progs.ts';
import { wantsHook } from './kernel/hook-sections.ts';
import { attachmentOf } from './kernel/attachment-report.ts';
import type { HookWorld } from './kernel/functions.ts';
import { linkOf } from './kernel/link.ts';
import { SyscallIndex } from './kernel/syscalls.ts';
import { ObjectTable, type ObjectState } from './kernel/objects.ts';
import type { EventBatch } from './kernel/event-batch.ts';
import type { EventPoint } from './kernel/event-point.ts';
import type { UnknownRead } from './kernel/memory/unknown-reads.ts';
import type { PacketPoint, SyscallPoint } from './kernel/point.ts';
import { DEFAULT_KERNEL } from './kernel/profiles/index.ts';
import type { KernelProg } from './kernel/prog.ts';
import { hitsOf } from './kernel/prog-hits.ts';
import { LoadError } from './load-error.ts';
import { MachineRuns, notRun, type RunsState } from './machine-runs.ts';
import { LinearMemory, type MemoryState } from './memory/linear.ts';
import { RegionTable } from './memory/regions.ts';
import { ObjectLoader } from './object-loader.ts';
import type { ObjectSpec } from './object.ts';
import type { ProgCode } from './prog-code.ts';

const LIMIT_CPUS = 64;

interface Snapshot extends MachineSnapshot {
  readonly memory: MemoryState;
  readonly objects: ObjectState;
  readonly links: readonly Link[];
  readonly runs: RunsState;
}

/** Makes a machine. Throws RangeError for options outside of what MachineOptions says. */
export function createMachine(options: MachineOptions): Machine {
  return new TailscopeMachine(options);
}

class TailscopeMachine implements Machine {
  readonly bpf;
  private readonly memory = new LinearMemory();
  private readonly objects: ObjectTable;
  private readonly loader: ObjectLoader;
  private readonly runs: MachineRuns;
  private readonly attachments = new Attachments();
  private readonly world: HookWorld;
  private readonly snapshots = new WeakSet<MachineSnapshot>();

  constructor(options: MachineOptions) {
    const { cpus, limitInsns } = options;
    if (!Number.isInteger(cpus) || cpus < 1 || cpus > LIMIT_CPUS) {
      throw new RangeError(`cpus is a whole number from 1 to ${LIMIT_CPUS} and not ${cpus}`);
    }
    if (!Number.isInteger(limitInsns) || limitInsns < 1) {
      throw new RangeError(`limitInsns is a whole number from 1 up and not ${limitInsns}`);
    }
    const syscalls = new SyscallIndex(options.syscalls ?? []);
    this.world = { kernel: options.kernel ?? DEFAULT_KERNEL, syscalls };
    this.objects = new ObjectTable(new RegionTable(), cpus, this.memory, this.world.kernel, options.profile);
    const verifier = options.verifier ?? 'on';
    this.bpf = createBpf(this.objects, this.memory, cpus, verifier);
    const linksOf = (prog: KernelProg) => this.attachments.of(prog);
    this.loader = new ObjectLoader(this.bpf, this.objects, this.memory, linksOf, cpus, verifier);
    this.runs = new MachineRuns(options, this.memory, this.objects);
  }

  get engine(): EngineName {
    return this.runs.engine;
  }

  set engine(engine: EngineName) {
    this.checkIdle();
    this.runs.engine = engine;
  }

  engineOf(prog: Prog): EngineChoice {
    const kernelProg = this.loader.kernelProg(prog);
    return kernelProg === undefined ? { engine: 'interp' } : this.runs.engineOf(kernelProg);
  }

  hitsOf(prog: Prog): Float64Array | undefined {
    const kernelProg = this.loader.kernelProg(prog);
    return kernelProg === undefined ? undefined : hitsOf(this.memory, kernelProg);
  }

  codeOf(prog: Prog): ProgCode | undefined {
    this.checkIdle();
    const kernelProg = this.loader.kernelProg(prog);
    return kernelProg === undefined ? undefined : this.runs.codeOf(kernelProg, prog.spec);
  }

  moduleText(prog: Prog): string | undefined {
    this.checkIdle();
    const kernelProg = this.loader.kernelProg(prog);
    return kernelProg === undefined
      ? undefined
      : this.runs.moduleText(kernelProg, (id) => this.loader.specOf(id));
  }

  get batch(): EventBatch | undefined {
    return this.runs.batch(this.attachments).batch;
  }

  get whyNoBatch(): string | undefined {
    return this.runs.batch(this.attachments).why;
  }

  get insnsRun(): number {
    return this.runs.insnsRun;
  }

  get unknownReads(): number {
    return this.runs.unknown.total;
  }

  unknown(): readonly UnknownRead[] {
    return this.runs.unknown.list();
  }

  load(spec: ObjectSpec): LoadedObject {
    return this.loader.load(spec);
  }

  unload(object: LoadedObject): void {
    for (const prog of object.progs) this.detach(prog);
    this.loader.unload(object);
  }

  attach(prog: Prog, options: AttachOptions = {}): Attachment {
    return attachmentOf(prog, this.attachTo(prog, options), this.world.syscalls);
  }

  private attachTo(prog: Prog, { section = prog.spec.section, cookie = 0n }: AttachOptions): Link {
    const kernelProg = this.loader.kernelProg(prog);
    const { name } = prog.spec;
    if (kernelProg === undefined) throw new LoadError('hook', name, 'the program is not loaded any more');
    const link = linkOf(kernelProg, { name, section, cookie }, this.world, this.attachments);
    this.attachments.add(link);
    this.objects.hold(kernelProg);
    return link;
  }

  detach(prog: Prog): void {
    const kernelProg = this.loader.kernelProg(prog);
    if (kernelProg === undefined) return;
    const ended = this.attachments.remove(kernelProg);
    for (let i = 0; i < ended; i++) this.objects.drop(kernelProg);
  }

  attachAll(object: LoadedObject): readonly Attachment[] {
    const inSlots = new Set(object.spec.slots.map(({ prog }) => prog));
    const entry = entryProg(object.spec);
    const wanted = object.progs.filter(
      ({ spec }) => spec === entry || wantsHook(spec.section, inSlots.has(spec.name)),
    );
    return wanted.map((prog): Attachment => {
      try {
        const options = prog.spec === entry ? { section: entry.section.replace(/\/.*/s, '') } : {};
        return attachmentOf(prog, this.attachTo(prog, options), this.world.syscalls);
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        return { prog, hooks: [], comesTo: [], refused: error.reason };
      }
    });
  }

  advance(atNs: number): void {
    this.checkIdle();
    this.runs.advance(atNs);
  }

  enter(point: SyscallPoint): void {
    this.checkIdle();
    this.runs.call(this.attachments.stages('enter', point), point);
  }

  exit(point: SyscallPoint): void {
    this.checkIdle();
    this.runs.call(this.attachments.stages('exit', point), point);
  }

  event(point: EventPoint): void {
    this.checkIdle();
    this.runs.event(this.attachments.eventStages(point), point);
  }

  packet(point: PacketPoint): readonly PacketResult[] {
    this.checkIdle();
    return this.runs.packet(this.attachments.packets, point);
  }

  listens(at: 'enter' | 'exit' | 'packet' | 'event'): boolean {
    return this.attachments.listens(at);
  }

  testRun(prog: Prog | number, input: TestRunInput = {}): TestRunResult {
    this.checkIdle();
    const target =
      typeof prog === 'number' ? this.objects.byFd(prog) : (this.loader.kernelProg(prog) ?? -ERRNO.EBADF);
    return typeof target === 'number' ? notRun(target) : this.runs.testRun(target, input);
  }

  runInsns(insns: Uint8Array, memory: Uint8Array = new Uint8Array(0)): InsnsResult {
    this.checkIdle();
    return this.runs.runInsns(insns, memory);
  }

  /** What the host is told comes from within a run. */
  private checkIdle(): void {
    if (this.objects.grace.isRunning) throw new Error('the machine is running a program and takes no other');
  }

  snapshot(): MachineSnapshot {
    this.checkIdle();
    const memory = this.memory.save();
    const snapshot: Snapshot = {
      byteSize: memory.bytes.length,
      memory,
      objects: this.objects.save(),
      links: this.attachments.save(),
      runs: this.runs.save(),
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
    this.runs.restore(state.runs);
  }
}
