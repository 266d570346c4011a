// What the kernel would know of processes at a moment of a recording: who made whom, names, ids, directories, open files; and the moments at
// which that changes, as events for the machine. The parts are in processes/.
import type { EventPoint, TaskFacts } from '../../vm/index.ts';
import { NO_SYSCALL, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import { SYSCALLS } from '../tables/index.ts';
import type { Place } from './place.ts';
import { Call } from './processes/call.ts';
import { endLeaving, isEndTold, remove } from './processes/ends.ts';
import { copyGraph } from './processes/copy.ts';
import type { Effect, Effects, Run } from './processes/effects/effect.ts';
import { EFFECTS, IDENTITY_EFFECTS } from './processes/effects/index.ts';
import { takeMark } from './processes/marks.ts';
import type { Task } from './processes/task.ts';
import { World, type WorldState } from './processes/world.ts';

/** A saved state: plain data that later changes do not touch. */
export interface ProcessesState {
  readonly byteSize: number;
  readonly world: WorldState;
}

/** Follows a recording point by point, in the order of a cursor. */
export interface Processes {
  /**
   * Takes in the point that the place stands at, as the kernel would have it when the hooks of the point run: at the enter of a call what was
   * there before, at its exit what it did. Says which events come before those hooks: a fork before the child's first call, an exec before its
   * exit. What they and `task` show stands for this moment only.
   */
  before(place: Place): readonly EventPoint[];
  /** The hooks of the point have run: a thread that ended is gone. */
  take(place: Place): void;
  /** What is known of the thread of the point that `before` took in last. */
  current(): TaskFacts | undefined;
  /** What is known of a thread; undefined: nothing, or it has ended. */
  task(tid: number): TaskFacts | undefined;
  save(): ProcessesState;
  restore(state: ProcessesState): void;
}

/** At the start of a recording. */
export function createProcesses(recording: Recording): Processes {
  return new RecordingProcesses(recording, EFFECTS);
}

/** Bits of `Identities.matters`: what a call changes at its enter, at its exit when it was done, at its exit when it had failed. */
export const MATTERS = { enter: 1, done: 2, failed: 4 } as const satisfies Record<string, number>;

/**
 * The same of which only ids and names are followed: `current` and `task` have tid, tgid and comm as the full ones have, and nothing else can be relied on, nor
 * on events. Few calls change these, so others need not be taken in: exits that do not matter, and enters that do not, of threads
 * that are known under the name that their records have.
 */
export interface Identities extends Processes {
  /** By index of the system call, MATTERS; one more for calls of none. */
  readonly matters: Uint8Array;
  /** False: the next point changes something, whatever it is. */
  readonly isQuiet: boolean;
}

/** At the start of a recording. */
export function createIdentities(recording: Recording): Identities {
  // what execveat runs may be told by a descriptor alone: then those are followed too
  const isByDescriptor = recording.syscalls.some(({ name }) => name === 'execveat');
  return new RecordingProcesses(recording, isByDescriptor ? EFFECTS : IDENTITY_EFFECTS);
}

/** What one object of a state takes, about. */
const OBJECT_BYTES = 128;
/** No thread: packets have none. */
const NOBODY = -1;
const NO_ARG = 255;
const NOTHING: Effect = {};
const AT_FDCWD = -100;
const CALL = RECORD_KINDS.call.code;
const NOTE = RECORD_KINDS.note.code;
const ENDS: ReadonlySet<number> = new Set([RECORD_KINDS.exit.code, RECORD_KINDS.killed.code]);
const NO_EVENTS: readonly EventPoint[] = [];

class RecordingProcesses implements Identities {
  readonly matters: Uint8Array;
  readonly #call: Call;
  readonly #world: World;
  readonly #isFull: boolean;
  /** By index of the system call: what it changes; its arguments that are descriptors, two at most. */
  readonly #effects: readonly Effect[];
  readonly #fdArgs: Uint8Array;
  #current: Task | undefined = undefined;
  #currentTid = NOBODY;
  #blockIndex = 0;
  /** Columns of the block that was looked at last. */
  #block: Block | undefined = undefined;
  #kind: Uint8Array = new Uint8Array(0);
  #sys: Uint16Array = new Uint16Array(0);
  #tid: Int32Array = new Int32Array(0);
  #comm: Uint32Array = new Uint32Array(0);
  #argText: Uint32Array = new Uint32Array(0);
  #errno: Uint16Array = new Uint16Array(0);

  constructor(recording: Recording, effects: Effects) {
    this.#call = new Call(recording);
    this.#isFull = effects === EFFECTS;
    this.#world = new World(this.#call, (tid) => this.#areEndsTold(tid), this.#isFull);
    const refs = recording.syscalls;
    this.#effects = refs.map(({ name }) => (Object.hasOwn(effects, name) ? effects[name]! : NOTHING));
    this.#fdArgs = new Uint8Array(refs.length * 2).fill(NO_ARG);
    if (this.#isFull) {
      for (const [sys, { arch, name }] of refs.entries()) {
        const args = SYSCALLS[arch].byName(name)?.args ?? [];
        const fds = args.flatMap(({ kind }, arg) => (kind === 'fd' ? [arg] : []));
        this.#fdArgs.set(fds.slice(0, 2), sys * 2);
      }
    }
    this.matters = new Uint8Array(refs.length + 1);
    for (const [sys, { enter, done, failed }] of this.#effects.entries()) {
      if (enter !== undefined || this.#fdArgs[sys * 2] !== NO_ARG) this.matters[sys]! |= MATTERS.enter;
      if (done !== undefined) this.matters[sys]! |= MATTERS.done;
      if (failed !== undefined) this.matters[sys]! |= MATTERS.failed;
    }
  }

  get isQuiet(): boolean {
    return this.#world.state.leaving.length === 0;
  }

  before(place: Place): readonly EventPoint[] {
    if (place.block !== this.#block) this.#openBlock(place.block);
    const { row, phase } = place;
    this.#blockIndex = place.blockIndex;
    this.#current = undefined;
    if (phase === 'packet') {
      this.#currentTid = NOBODY;
      return NO_EVENTS;
    }
    this.#currentTid = this.#tid[row]!;
    if (this.#world.state.leaving.length > 0) {
      this.#at(place);
      endLeaving(this.#world);
    }
    if (phase === 'exit') {
      const sys = this.#sys[row]!;
      const failed = this.#errno[row] !== 0;
      if (sys === NO_SYSCALL || (this.matters[sys]! & (failed ? MATTERS.failed : MATTERS.done)) === 0)
        return this.#world.takeEvents();
      const { done, failed: notDone } = this.#effects[sys]!;
      this.#exit(place, (failed ? notDone : done)!);
    } else {
      this.#enter(place);
    }
    return this.#world.takeEvents();
  }

  take(_place: Place): void {
    const { ended } = this.#world;
    if (ended.length === 0) return;
    this.#world.ended = [];
    for (const task of ended) remove(this.#world, task);
  }

  current(): Task | undefined {
    return this.#current ?? this.task(this.#currentTid);
  }

  task(tid: number): Task | undefined {
    return this.#world.state.tasks.get(tid);
  }

  save(): ProcessesState {
    const { copy, objects } = copyGraph(this.#world.state);
    return { world: copy, byteSize: objects * OBJECT_BYTES };
  }

  restore({ world }: ProcessesState): void {
    this.#world.state = copyGraph(world).copy;
    this.#current = undefined;
    this.#currentTid = NOBODY;
    this.#world.ended = [];
  }

  #enter(place: Place): void {
    const { row } = place;
    const call = this.#at(place);
    const kind = this.#kind[row]!;
    if (kind === NOTE) return;
    if (this.#isKnownEnd(kind, this.#tid[row]!)) return;
    const task = this.#world.taskOf(this.#tid[row]!, place.block.tgid[row]!);
    this.#current = task;
    const comm = this.#comm[row]!;
    if (comm !== task.commId && comm !== 0) {
      task.commId = comm;
      task.comm = call.recording.strings.bytes(comm);
    }
    if (kind !== CALL) {
      if (this.#isFull || ENDS.has(kind)) this.#mark(task);
      return;
    }
    task.lastSignal = 0;
    const { lost, untold } = this.#world.state;
    if (lost.size > 0) lost.delete(task.tid);
    if (untold.size > 0) untold.delete(task.tid);
    const sys = this.#sys[row]!;
    if (sys === NO_SYSCALL) return;
    if (this.#isFull) {
      this.#note(task, row, this.#fdArgs[sys * 2]!);
      this.#note(task, row, this.#fdArgs[sys * 2 + 1]!);
    }
    this.#effects[sys]!.enter?.(task, call, this.#world);
  }

  /** A thread that ended in a call, as when another one called exec, does nothing any more, whatever the recorder says. */
  #exit(place: Place, run: Run): void {
    const task = this.task(this.#currentTid);
    if (task === undefined) return;
    this.#current = task;
    run(task, this.#at(place), this.#world);
  }

  /** Whether a record tells the end of a thread that is known to have ended. */
  #isKnownEnd(kind: number, tid: number): boolean {
    const { state } = this.#world;
    if (!ENDS.has(kind)) return false;
    if (kind === RECORD_KINDS.exit.code) state.endsAreTold = true;
    return state.untold.delete(tid);
  }

  /** Looked up once: a recorder tells all ends or none. */
  #areEndsTold(tid: number): boolean {
    const { state, call } = this.#world;
    state.endsAreTold ??= isEndTold(call, this.#blockIndex, tid);
    return state.endsAreTold;
  }

  #mark(task: Task): void {
    takeMark(this.#world, task, this.#call);
    if (task.exitCode !== undefined) this.#world.ended.push(task);
  }

  /** What the recorder says of a descriptor among the arguments. */
  #note(task: Task, row: number, arg: number): void {
    if (arg === NO_ARG) return;
    const note = this.#argText[row * 6 + arg]!;
    if (note === 0) return;
    const fd = this.#call.int(arg);
    if (fd >= 0) this.#world.noteDescriptor(task.process.files, fd, note);
    else if (fd === AT_FDCWD) this.#world.noteDirectory(task.process, note);
  }

  #at({ row, atNs }: Place): Call {
    this.#call.row = row;
    this.#call.atNs = atNs;
    return this.#call;
  }

  #openBlock(block: Block): void {
    this.#block = block;
    this.#call.openBlock(block);
    this.#kind = block.kind;
    this.#sys = block.sys;
    this.#tid = block.tid;
    this.#comm = block.comm;
    if (this.#isFull) this.#argText = block.argText;
    this.#errno = block.errno;
  }
}
