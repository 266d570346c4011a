// All threads and processes at a moment, how they come and go, and the events that this makes.
import type { EventPoint } from '../../../vm/index.ts';
import type { Call } from './call.ts';
import { agrees, learn, readDescriptorNote, type Told } from './descriptor-note.ts';
import { OpenFile, type Files } from './open-file.ts';
import { absolutePath, bytesOf, sameBytes } from './path.ts';
import { CLONE } from './clone-flags.ts';
import { remove, type Leaving } from './ends.ts';
import { childProcess, has } from './offspring.ts';
import { Process, Task, type Birth } from './task.ts';

/** What changes as the recording goes on: plain but for its classes, all of it reached from here. */
export class WorldState {
  /** By tid, those that have not ended. */
  tasks = new Map<number, Task>();
  /** By tgid, those of which a thread has not ended. */
  processes = new Map<number, Process>();
  /** By tid, children of calls that have entered and will return that tid. */
  births = new Map<number, Birth>();
  /** By tid, children of calls that nobody saw return. */
  lost = new Map<number, Birth>();
  /** Threads that end before the next record. */
  leaving: Leaving[] = [];
  /** Whether the recorder tells of ends; undefined as long as nobody had to know. */
  endsAreTold: boolean | undefined = undefined;
  /** Threads that ended, though the recorder did not say so (yet), by tid. */
  untold = new Set<number>();
  /** Whether there ever was a subreaper. */
  hasSubreaper = false;
}

/** Notes whose meaning is kept: more than a recording with sockets and pipes has, and bounded where every path has one. */
const MAX_NOTES = 4096;
const SLASH = 0x2f;
const AT_FDCWD = -100;
const NO_EVENTS: readonly EventPoint[] = [];

type EventOf<Name extends EventPoint['event']> = Extract<EventPoint, { event: Name }>;

/** The state, and what the moment that it is at makes of it. */
export class World {
  state = new WorldState();
  readonly call: Call;
  /** False: nobody wants to know more than ids and names. */
  readonly isFull: boolean;
  /** Threads that end at this moment; they are there until its hooks have run. */
  ended: Task[] = [];
  /** Whether the recorder tells of ends, as may be seen by that of `tid`, which is near. */
  readonly endsAreTold: (tid: number) => boolean;
  #events: EventPoint[] = [];
  /** What notes mean, by string id. */
  readonly #told = new Map<number, Told | undefined>();

  constructor(call: Call, endsAreTold: (tid: number) => boolean, isFull: boolean) {
    this.call = call;
    this.isFull = isFull;
    this.endsAreTold = endsAreTold;
  }

  /** The thread of a record; one that nobody has heard of is entered as what the record says of it. */
  taskOf(tid: number, tgid: number): Task {
    const { tasks, births } = this.state;
    const birth = births.size > 0 ? births.get(tid) : undefined;
    if (birth !== undefined) return this.bear(tid, birth);
    return tasks.get(tid) ?? this.#firstSeen(tid, tgid);
  }

  /** A process, known or not. Of one that is not known only the number is. */
  processOf(tgid: number): Process {
    const { processes, tasks } = this.state;
    let process = processes.get(tgid);
    if (process === undefined) {
      process = new Process(tgid);
      processes.set(tgid, process);
      process.tasks.push(process.leader);
      tasks.set(tgid, process.leader);
    }
    return process;
  }

  /** A thread that someone names; one that is not known is not entered: nobody would see it end. */
  named(tid: number): Task {
    return this.state.tasks.get(tid) ?? this.state.processes.get(tid)?.leader ?? new Process(tid).leader;
  }

  /** A thread begins, or the first of a process. */
  bear(tid: number, birth: Birth): Task {
    const { tasks, births, processes, untold } = this.state;
    births.delete(tid);
    untold.delete(tid);
    const { parent, flags } = birth;
    const shares = (flag: number): boolean => has(flags, flag);
    let task: Task;
    if (shares(CLONE.THREAD)) {
      task = new Task(tid, parent.process);
      if (parent.process.threads !== undefined) parent.process.threads++;
    } else {
      for (const ghost of processes.get(tid)?.tasks.toReversed() ?? []) remove(this, ghost);
      const child = childProcess(tid, birth);
      processes.set(tid, child);
      task = child.leader;
    }
    task.process.tasks.push(task);
    task.comm = parent.comm;
    task.commId = parent.commId;
    task.ids = shares(CLONE.NEWUSER) ? {} : parent.ids;
    task.startNs = this.call.atNs;
    tasks.set(tid, task);
    this.emit('sched_process_fork', parent, { child: task, flags });
    return task;
  }

  /** The child of a call that nobody saw return, if there is one such call; else it was there before the recording, or its parent is unknown. */
  #firstSeen(tid: number, tgid: number): Task {
    const { tasks, lost } = this.state;
    const [birth] = lost.size === 1 ? lost.values() : [];
    if (birth !== undefined && has(birth.flags, CLONE.THREAD) === (tgid !== tid)) {
      lost.clear();
      return this.bear(tid, birth);
    }
    const process = this.processOf(tgid);
    if (tid === tgid) return process.leader;
    const task = new Task(tid, process);
    task.comm = process.leader.comm;
    tasks.set(tid, task);
    process.tasks.push(task);
    return task;
  }

  /** An event of this moment, before the hooks of the point. */
  emit<Name extends EventPoint['event']>(
    event: Name,
    task: Task,
    rest: Omit<EventOf<Name>, 'event' | 'atNs' | 'cpu' | 'task'>,
  ): void {
    const { block, row, atNs } = this.call;
    const cpu = Math.max(block.cpu[row]!, 0);
    this.#events.push({ event, atNs, cpu, task, ...rest } as unknown as EventPoint); // of the variant `event`
  }

  /** Takes the events of this moment. */
  takeEvents(): readonly EventPoint[] {
    if (this.#events.length === 0) return NO_EVENTS;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The recorder says what a descriptor is: what it leads to so far, or another file that nobody saw open. */
  noteDescriptor(files: Files, fd: number, note: number): void {
    const descriptor = files.get(fd);
    if (descriptor?.note === note) return;
    const told = this.#meaning(note);
    if (told !== undefined) this.tellDescriptor(files, fd, told, note);
  }

  /** The same for a note that has no string id of its own. */
  tellDescriptor(files: Files, fd: number, told: Told, note = 0): void {
    let descriptor = files.get(fd);
    if (descriptor === undefined || !agrees(descriptor.file, told))
      descriptor = files.add(fd, new OpenFile(), files.inherited(fd), note);
    else if (note !== 0) files.setNote(fd, descriptor, note);
    learn(descriptor.file, told);
  }

  /** The same for the text of a note, as it stands in a list of descriptors or behind a link of /proc. */
  tellText(files: Files, fd: number, text: string): void {
    const told = readDescriptorNote(bytesOf(text));
    if (told !== undefined) this.tellDescriptor(files, fd, told);
  }

  /** A call gave a new descriptor: what it leads to, in words of the call and then in those of the recorder, which followed all links. */
  opened(files: Files, fd: number, file: OpenFile, cloexec: boolean | undefined): void {
    const note = this.call.block.retText[this.call.row]!;
    const told = note === 0 ? undefined : this.#meaning(note);
    files.add(fd, file, cloexec, told === undefined ? 0 : note);
    if (told !== undefined) learn(file, told);
  }

  /** The recorder says what AT_FDCWD is. */
  noteDirectory({ fs }: Process, note: number): void {
    if (fs.note === note) return;
    fs.note = note;
    const bytes = this.call.recording.strings.bytes(note);
    if (bytes[0] !== SLASH) return;
    const path = this.#meaning(note)?.path;
    if (fs.cwd.path === undefined) fs.cwd.path = path;
    else if (path !== undefined && !sameBytes(fs.cwd.path, path)) fs.cwd = { path };
  }

  /** Files or directories have other names: so have those that are open or worked in. What is shared by several moves once. */
  renamed(move: (path: Uint8Array | undefined) => Uint8Array | undefined): void {
    const seen = new Set<object>();
    const once = (holder: { path: Uint8Array | undefined }): void => {
      if (seen.has(holder)) return;
      seen.add(holder);
      holder.path = move(holder.path);
    };
    for (const { files, fs } of this.state.processes.values()) {
      once(fs.cwd);
      for (const { file } of files.open.values()) once(file);
    }
  }

  /** The absolute path behind argument `arg`, relative to the directory behind descriptor argument `dirfd` (-1: the working directory). */
  path(process: Process, arg: number, dirfd: number): Uint8Array | undefined {
    const path = this.call.string(arg);
    return path === undefined ? undefined : this.resolve(process, path, dirfd);
  }

  resolve(process: Process, path: Uint8Array, dirfd: number): Uint8Array | undefined {
    const { cwd, root } = process.fs;
    if (dirfd < 0) return absolutePath(path, cwd.path, root);
    const fd = this.call.int(dirfd);
    const from = fd === AT_FDCWD ? cwd.path : process.files.get(fd)?.file.path;
    return absolutePath(path, from, root);
  }

  #meaning(note: number): Told | undefined {
    const known = this.#told.get(note);
    if (known !== undefined || this.#told.has(note)) return known;
    const told = readDescriptorNote(this.call.recording.strings.bytes(note));
    if (this.#told.size >= MAX_NOTES) this.#told.clear();
    this.#told.set(note, told);
    return told;
  }
}
