// What the kernel's structures tell of at one event: tasks, processes, open files, namespaces. A node is the same object however it is
// reached, so that the structure made of it is the same too.
import type { TaskView } from '../../helpers/context.ts';
import type { FileFacts, NamespaceName, ProcessFacts, TaskFacts } from '../task-facts.ts';
import { Paths, type DentryNode } from './paths.ts';

/** A task. Without `tid` nothing is known of it but that it is there. */
export interface TaskNode {
  readonly tid: number | undefined;
  readonly tgid: number | undefined;
  readonly comm: Uint8Array | undefined;
  readonly facts: TaskFacts | undefined;
  readonly process: ProcessNode;
  /** It runs: the event is one of its own. */
  readonly isCurrent: boolean;
  /** TASK_*, where the event tells it. */
  readonly state: number | undefined;
}

/** What threads share. */
export interface ProcessNode {
  readonly tgid: number | undefined;
  readonly facts: ProcessFacts | undefined;
}

/** An open file, or a program's. */
export interface FileNode {
  readonly facts: FileFacts;
  /** Undefined: its path is unknown. */
  readonly dentry: DentryNode | undefined;
}

/** A namespace by its inode number, or one of which nothing is known. */
export interface NamespaceNode {
  readonly inum: number | undefined;
}

/** A cgroup by its level: ids from the root down. */
export interface CgroupNode {
  readonly ids: readonly bigint[] | undefined;
  readonly level: number;
}

/** The nodes of a machine's current event. */
export class Nodes {
  readonly paths = new Paths();
  /** The current task, once it was asked for. */
  running: TaskNode | undefined;
  private readonly tasks = new Map<number, TaskNode>();
  private readonly processes = new Map<number, ProcessNode>();
  private readonly files = new Map<FileFacts, FileNode>();
  private readonly namespaces = new Map<string, NamespaceNode>();
  private readonly cgroups = new Map<bigint, CgroupNode>();
  private readonly all: readonly Map<unknown, unknown>[] = [
    this.tasks,
    this.processes,
    this.files,
    this.namespaces,
    this.cgroups,
  ];

  /** A new event. */
  clear(): void {
    this.running = undefined;
    this.paths.clear();
    for (const nodes of this.all) if (nodes.size > 0) nodes.clear();
  }

  /** The task of the event. */
  current(view: TaskView, state: number | undefined): TaskNode {
    const { tid, tgid, facts } = view;
    const comm = view.comm.length === 0 ? facts?.comm : view.comm;
    const process = this.process(tgid, facts?.process);
    this.running = this.keep({ tid, tgid, comm, facts, process, isCurrent: true, state });
    return this.running;
  }

  /** A task by what is known of it; of two that tell of the same thread the first counts. */
  task(facts: TaskFacts, state?: number): TaskNode {
    const { tid, tgid, comm } = facts;
    const process = this.process(tgid, facts.process);
    return this.tasks.get(tid) ?? this.keep({ tid, tgid, comm, facts, process, isCurrent: false, state });
  }

  /** A thread that was shown before. */
  byTid(tid: number): TaskNode | undefined {
    return this.tasks.get(tid);
  }

  /** The task that made this one. */
  parent(task: TaskNode): TaskNode {
    const facts = task.facts?.parent;
    return facts === undefined ? unknownTask() : this.task(facts);
  }

  /** The first thread of its process, of which less is known than of this one. */
  leader(task: TaskNode): TaskNode {
    const { tid, tgid, facts } = task;
    if (tid === tgid) return task;
    if (tgid === undefined) return unknownTask();
    return this.task({ tid: tgid, tgid, parent: facts?.parent, process: facts?.process });
  }

  private keep(task: TaskNode): TaskNode {
    this.tasks.set(task.tid!, task);
    return task;
  }

  private process(tgid: number, facts: ProcessFacts | undefined): ProcessNode {
    const known = this.processes.get(tgid);
    if (known !== undefined && (known.facts !== undefined || facts === undefined)) return known;
    const process = { tgid, facts };
    this.processes.set(tgid, process);
    return process;
  }

  /** A namespace of a kind. */
  namespace(name: NamespaceName, inum: number | undefined): NamespaceNode {
    if (inum === undefined) return { inum };
    return known(this.namespaces, `${name} ${inum}`, () => ({ inum }));
  }

  /** The one that a list ends with; level 0 of an unknown list is unknown. */
  cgroup(ids: readonly bigint[] | undefined, level = (ids?.length ?? 1) - 1): CgroupNode {
    const id = ids?.[level];
    if (id === undefined) return { ids: undefined, level: 0 };
    return known(this.cgroups, id, () => ({ ids, level }));
  }

  /** An open file. */
  file(facts: FileFacts): FileNode {
    const known = this.files.get(facts);
    if (known !== undefined) return known;
    const dentry = facts.path === undefined ? undefined : this.paths.dentryOf(facts.path);
    const file: FileNode = { facts, dentry };
    if (dentry !== undefined) dentry.file ??= file;
    this.files.set(facts, file);
    return file;
  }
}

function known<Key, Node>(nodes: Map<Key, Node>, key: Key, make: () => Node): Node {
  let node = nodes.get(key);
  if (node === undefined) nodes.set(key, (node = make()));
  return node;
}

function unknownTask(): TaskNode {
  return {
    tid: undefined,
    tgid: undefined,
    comm: undefined,
    facts: undefined,
    process: { tgid: undefined, facts: undefined },
    isCurrent: false,
    state: undefined,
  };
}
