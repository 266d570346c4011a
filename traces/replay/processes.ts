// What the kernel would know of processes at a moment of a recording: who made whom, names, ids, directories, open files; and the moments at
// which that changes, as events for the machine. The parts are in processes/.
import type { EventPoint, TaskFacts } from '../../vm/index.ts';
import { NO_SYSCALL, RECORD_KINDS } from '../event.ts';
import type { Block } from '../event.ts';
import type { Recording } from '../recording.ts';
import { SYSCALLS } from '../tables/index.ts';
import type { Cursor } from './cursor.ts';
import { Call } from './processes/call.ts';
import { endLeaving, isEndTold, remove } from './processes/ends.ts';
import { copyGraph } from './processes/copy.ts';
import type { Effect, Run } from './processes/effects/effect.ts';
import { EFFECTS } from './processes/effects/index.ts';
import { takeMark } from './processes/marks.ts';
import type { Task } from './processes/task.ts';
import { World, type WorldState } from './processes/world.ts';

/** A saved state: plain data that later changes do not touch. */
export interface ProcessesState {
  readonly byteSize: number;
  readonly world: WorldState;
}

/** Follows a recording point by point, in the order of its cursor. */
export interface Processes {
  /**
   * Takes in the point that the cursor stands at, as the kernel would have it when the hooks of the point run: at the enter of a call what was
   * there before, at its exit what it did. Says which events come before those hooks: a fork before the child's first call, an exec before its
   * exit. What they and `task` show stands for this moment only.
   */
  before(cursor: Cursor): readonly EventPoint[];
  /** The hooks of the point have run: a thread that ended is gone. */
  take(cursor: Cursor): void;
  /** What is known of the thread of the point that `before` took in last. */
  current(): TaskFacts | undefined;
  /** What is known of a thread; undefined: nothing, or it has ended. */
  task(tid: number): TaskFacts | undefined;
  save(): ProcessesState;
  restore(state: ProcessesState): void;
}

/** At the start of a recording. */
export function createProcesses(recording: Recording): Processes {
  return new RecordingProcesses(recording);
}

/** What one object of a state takes, about. */
const OBJECT_BYTES = 128;
/** No thread: packets have none. */
const NOBODY = -1;
const NO_ARG = 255;
/** Exits that change something. */
const EXIT = { done: 1, failed: 2 } as const;
const NOTHING: Effect = {};
const AT_FDCWD = -100;
const CALL = RECORD_KINDS.call.code;
const NOTE = RECORD_KINDS.note.code;
const NO_EVENTS: readonly EventPoint[] = [];

class RecordingProcesses implements Processes {
  readonly #call: Call;
  readonly #world: World;
  /** By index of the system call: what it changes; which of its exits do (EXIT); its arguments that are descriptors, two at most. */
  readonly #effects: readonly Effect[];
  readonly #exits: Uint8Array;
  readonly #fdArgs: Uint8Array;
  #current: Task | undefined = undefined;
  #currentTid = NOBODY;
  #cursor: Cursor | undefined = undefined;
  /** Columns of the block that was looked at last. */
  #block: Block | undefined = undefined;
  #kind: Uint8Array = new Uint8Array(0);
  #sys: Uint16Array = new Uint16Array(0);
  #tid: Int32Array = new Int32Array(0);
  #comm: Uint32Array = new Uint32Array(0);
  #argText: Uint32Array = new Uint32Array(0);
  #errno: Uint16Array = new Uint16Array(0);

  constructor(recording: Recording) {
    this.#call = new Call(recording);
    this.#world = new World(this.#call, (tid) => this.#areEndsTold(tid));
    const refs = recording.syscalls;
    this.#effects = refs.map(({ name }) => (Object.hasOwn(EFFECTS, name) ? EFFECTS[name]! : NOTHING));
    this.#exits = Uint8Array.from(
      this.#effects,
      ({ done, failed }) => (done === undefined ? 0 : EXIT.done) | (failed === undefined ? 0 : EXIT.failed),
    );
    this.#fdArgs = new Uint8Array(refs.length * 2).fill(NO_ARG);
    for (const [sys, { arch, name }] of refs.entries()) {
      const args = SYSCALLS[arch].byName(name)?.args ?? [];
      const fds = args.flatMap(({ kind }, arg) => (kind === 'fd' ? [arg] : []));
      this.#fdArgs.set(fds.slice(0, 2), sys * 2);
    }
  }

  before(cursor: Cursor): readonly EventPoint[] {
    if (cursor.block !== this.#block) this.#openBlock(cursor.block);
    const { row } = cursor;
    this.#cursor = cursor;
    this.#current = undefined;
    if (cursor.phase === 'packet') {
      this.#currentTid = NOBODY;
      return NO_EVENTS;
    }
    this.#currentTid = this.#tid[row]!;
    if (this.#world.state.leaving.length > 0) {
      this.#at(cursor);
      endLeaving(this.#world);
    }
    if (cursor.phase === 'exit') {
      const sys = this.#sys[row]!;
      const failed = this.#errno[row] !== 0;
      if (sys === NO_SYSCALL || (this.#exits[sys]! & (failed ? EXIT.failed : EXIT.done)) === 0)
        return this.#world.takeEvents();
      const { done, failed: notDone } = this.#effects[sys]!;
      this.#exit(cursor, (failed ? notDone : done)!);
    } else {
      this.#enter(cursor);
    }
    return this.#world.takeEvents();
  }

  take(_cursor: Cursor): void {
    const { ended } = this.#world;
    if (ended.length === 0) return;
    this.#world.ended = [];
    for (const task of ended) remove(this.#world, task);
  }

  current(): TaskFacts | undefined {
    return this.#current ?? this.task(this.#currentTid);
  }

  task(tid: number): TaskFacts | undefined {
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

  #enter(cursor: Cursor): void {
    const { row } = cursor;
    const call = this.#at(cursor);
    const kind = this.#kind[row]!;
    if (kind === NOTE) return;
    if (this.#isKnownEnd(kind, this.#tid[row]!)) return;
    const task = this.#world.taskOf(this.#tid[row]!, cursor.block.tgid[row]!);
    this.#current = task;
    const comm = this.#comm[row]!;
    if (comm !== task.commId && comm !== 0) {
      task.commId = comm;
      task.comm = call.recording.strings.bytes(comm);
    }
    if (kind !== CALL) {
      this.#mark(task);
      return;
    }
    task.lastSignal = 0;
    const { lost, untold } = this.#world.state;
    if (lost.size > 0) lost.delete(task.tid);
    if (untold.size > 0) untold.delete(task.tid);
    const sys = this.#sys[row]!;
    if (sys === NO_SYSCALL) return;
    this.#note(task, row, this.#fdArgs[sys * 2]!);
    this.#note(task, row, this.#fdArgs[sys * 2 + 1]!);
    this.#effects[sys]!.enter?.(task, call, this.#world);
  }

  #exit(cursor: Cursor, run: Run): void {
    const call = this.#at(cursor);
    const task = this.#world.taskOf(this.#tid[cursor.row]!, cursor.block.tgid[cursor.row]!);
    this.#current = task;
    run(task, call, this.#world);
  }

  /** Whether a record tells the end of a thread that is known to have ended. */
  #isKnownEnd(kind: number, tid: number): boolean {
    const { state } = this.#world;
    if (kind !== RECORD_KINDS.exit.code && kind !== RECORD_KINDS.killed.code) return false;
    if (kind === RECORD_KINDS.exit.code) state.endsAreTold = true;
    return state.untold.delete(tid);
  }

  /** Looked up once: a recorder tells all ends or none. */
  #areEndsTold(tid: number): boolean {
    const { state, call } = this.#world;
    state.endsAreTold ??= isEndTold(call, this.#cursor!.save().blockIndex, tid);
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

  #at({ row, atNs }: Cursor): Call {
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
    this.#argText = block.argText;
    this.#errno = block.errno;
  }
}
