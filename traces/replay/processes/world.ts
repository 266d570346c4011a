// All threads and processes at a moment, how they come and go, and the events that this makes.
import type { EventPoint } from '../../../vm/index.ts';
import type { Call } from './call.ts';
import { agrees, learn, readDescriptorNote, type Told } from './descriptor-note.ts';
import { OpenFile, type Descriptor, type Files } from './open-file.ts';
import { absolutePath, bytesOf, sameBytes } from './path.ts';
import { CLONE } from './clone-flags.ts';
import { Process, Task, type Birth } from './task.ts';

/** What changes as the recording goes on: plain but for its classes, all of it reached from here. */
export class WorldState {
  /** By tid, those that have not ended. */
  tasks = new Map<number, Task>();
  /** By tgid, those of which a thread has not ended. */
  processes = new Map<number, Process>();
  /** By tid, children of calls that have entered and will return that tid. */
  births = new Map<number, Birth>();
}

/** Notes whose meaning is kept: more than a recording with sockets and pipes has, and bounded where every path has one. */
const MAX_NOTES = 4096;
const SLASH = 0x2f;
const AT_FDCWD = -100;
const NO_EVENTS: readonly EventPoint[] = [];

/** Whether a bit is among flags of clone. */
function has(flags: bigint | undefined, flag: number): boolean {
  return flags !== undefined && (flags & BigInt(flag)) !== 0n;
}

type EventOf<Name extends EventPoint['event']> = Extract<EventPoint, { event: Name }>;

/** The state, and what the moment that it is at makes of it. */
export class World {
  state = new WorldState();
  readonly call: Call;
  #events: EventPoint[] = [];
  /** What notes mean, by string id. */
  readonly #told = new Map<number, Told | undefined>();

  constructor(call: Call) {
    this.call = call;
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
    const { tasks, births } = this.state;
    births.delete(tid);
    const { parent, flags } = birth;
    const shares = (flag: number): boolean => has(flags, flag);
    let task: Task;
    if (shares(CLONE.THREAD)) {
      task = new Task(tid, parent.process);
      if (parent.process.threads !== undefined) parent.process.threads++;
    } else {
      task = this.#childOf(parent, tid, birth).leader;
    }
    task.comm = parent.comm;
    task.ids = shares(CLONE.NEWUSER) ? {} : parent.ids;
    task.startNs = this.call.atNs;
    tasks.set(tid, task);
    this.emit('sched_process_fork', parent, { child: task, flags });
    return task;
  }

  #childOf(parent: Task, tid: number, { flags, exitSignal }: Birth): Process {
    const from = parent.process;
    const child = new Process(tid);
    const isShared = (flag: number): boolean => has(flags, flag);
    child.parent = isShared(CLONE.PARENT) ? from.parent : from.leader;
    child.threads = 1;
    child.files = isShared(CLONE.FILES) ? from.files : from.files.copy();
    child.fs = isShared(CLONE.FS) ? from.fs : from.fs.copy();
    child.actions = isShared(CLONE.SIGHAND) ? from.actions : new Map(from.actions);
    child.program = from.program;
    child.startedIn = from.startedIn;
    child.startedUnder = from.startedUnder;
    child.args = from.args;
    child.namespaces = { ...from.namespaces };
    for (const [flag, name] of CLONE.namespaces) if (isShared(flag)) delete child.namespaces[name];
    child.pgid = from.pgid;
    child.sid = from.sid;
    child.exitSignal = isShared(CLONE.PARENT) ? from.exitSignal : exitSignal;
    this.state.processes.set(tid, child);
    return child;
  }

  /** The child of a call that nobody saw return, if there is one such call; else it was there before the recording, or its parent is unknown. */
  #firstSeen(tid: number, tgid: number): Task {
    const { tasks } = this.state;
    const candidates = [...tasks.values()].filter(({ lostBirth }) => lostBirth !== undefined);
    const [parent] = candidates;
    if (parent !== undefined && candidates.length === 1) {
      const birth = parent.lostBirth!;
      const isThread = has(birth.flags, CLONE.THREAD);
      if (isThread === (tgid !== tid)) {
        parent.lostBirth = undefined;
        return this.bear(tid, birth);
      }
    }
    const process = this.processOf(tgid);
    if (tid === tgid) return process.leader;
    const task = new Task(tid, process);
    task.comm = process.leader.comm;
    tasks.set(tid, task);
    return task;
  }

  /** Threads of a process that have not ended, as far as they are known. */
  threadsOf(process: Process): Task[] {
    return [...this.state.tasks.values()].filter((task) => task.process === process);
  }

  /** A thread is no more. Children of a process that is no more go to the nearest subreaper, which may be one that nobody knows. */
  remove(task: Task): void {
    const { tasks, processes } = this.state;
    const { process } = task;
    if (tasks.get(task.tid) === task) tasks.delete(task.tid);
    if (processes.get(process.tgid) !== process || this.threadsOf(process).length > 0) return;
    processes.delete(process.tgid);
    let reaper = process.parent;
    while (reaper !== undefined && !reaper.process.subreaper) reaper = reaper.process.parent;
    for (const other of processes.values()) if (other.parent?.process === process) other.parent = reaper;
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
    if (told !== undefined) this.tellDescriptor(files, fd, told).note = note;
  }

  /** The same for a note that has no string id of its own. */
  tellDescriptor(files: Files, fd: number, told: Told): Descriptor {
    let descriptor = files.get(fd);
    if (descriptor === undefined || !agrees(descriptor.file, told))
      descriptor = files.add(fd, new OpenFile(), files.inherited(fd));
    learn(descriptor.file, told);
    return descriptor;
  }

  /** The same for the text of a note, as it stands in a list of descriptors or behind a link of /proc. */
  tellText(files: Files, fd: number, text: string): void {
    const told = readDescriptorNote(bytesOf(text));
    if (told !== undefined) this.tellDescriptor(files, fd, told);
  }

  /** A call gave a new descriptor: what it leads to, in words of the call and then in those of the recorder, which followed all links. */
  opened(files: Files, fd: number, file: OpenFile, cloexec: boolean | undefined): void {
    const descriptor = files.add(fd, file, cloexec);
    const note = this.call.block.retText[this.call.row]!;
    if (note === 0) return;
    const told = this.#meaning(note);
    if (told === undefined) return;
    learn(file, told);
    descriptor.note = note;
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
