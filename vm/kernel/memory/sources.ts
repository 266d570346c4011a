// Where the members of struct-rows.ts come from: a total map from its sources to functions of the nodes. Undefined is unknown.
import type { SignalInfo } from '../event-point.ts';
import { EVENT_SOURCES } from './event-sources.ts';
import { FILE_SOURCES } from './file-sources.ts';
import type { CgroupNode, FileNode, NamespaceNode, Nodes, ProcessNode, TaskNode } from './nodes.ts';
import type { DentryNode } from './paths.ts';
import type { SourceName, StructKind } from './struct-rows.ts';
import { TASK_SOURCES } from './task-sources.ts';

/** What a structure of a kind is made of. */
export interface NodeOf {
  task: TaskNode;
  cred: TaskNode;
  user: TaskNode;
  user_ns: NamespaceNode;
  signal: TaskNode;
  pid: TaskNode;
  nsproxy: ProcessNode;
  uts_ns: NamespaceNode;
  ipc_ns: NamespaceNode;
  mnt_ns: NamespaceNode;
  pid_ns: NamespaceNode;
  net_ns: NamespaceNode;
  time_ns: NamespaceNode;
  cgroup_ns: NamespaceNode;
  fs: ProcessNode;
  files: ProcessNode;
  fdtable: ProcessNode;
  mm: TaskNode;
  file: FileNode;
  inode: FileNode;
  dentry: DentryNode;
  mount: DentryNode;
  socket: FileNode;
  sock: FileNode;
  css_set: CgroupNode;
  cgroup: CgroupNode;
  kernfs: CgroupNode;
  binprm: BinprmNode;
  siginfo: SignalInfo;
  sigaction: ActionNode;
  filename: { readonly name: Uint8Array };
}

/** A program that is being started. */
export interface BinprmNode {
  readonly filename: Uint8Array;
  readonly interp: Uint8Array | undefined;
  readonly task: TaskNode;
}

export interface ActionNode {
  readonly handler: bigint | undefined;
  readonly flags: bigint | undefined;
}

/** The structures of the event: offsets in linear memory. */
export interface Graph {
  readonly nodes: Nodes;
  /** Whether a task that ends has its memory still, when programs are told. */
  readonly hasMmAtExit: boolean;
  /** Of the structure of a kind that is made of a node. */
  at<Kind extends StructKind>(kind: Kind, node: NodeOf[Kind]): number;
  /** Of struct vfsmount in the mount that has this root. */
  vfsmount(root: DentryNode): number;
  /** Of the name in a dentry: in the dentry itself where it is short; undefined where it is unknown. */
  nameIn(dentry: DentryNode): number | undefined;
  /** Of a string, with a NUL behind it. */
  string(bytes: Uint8Array): number;
  /** Of the array of files that are open as descriptors. */
  fdArray(node: ProcessNode): number;
  /** User addresses of the arguments that a process was started with: [start, end). */
  args(task: TaskNode): { readonly start: bigint; readonly end: bigint } | undefined;
}

/** A source: a number in the member's own width, bytes (the rest of the member is zeroes), or a pointer, 0 for null. */
export type Source<Node> =
  | { readonly number: (node: Node, graph: Graph) => number | bigint | undefined }
  | { readonly bytes: (node: Node) => Uint8Array | undefined }
  | { readonly pointer: (node: Node, graph: Graph) => number | undefined }
  /** A pointer to a structure that is there, and of which nothing is known. */
  | 'somewhere';

/** A total map from the sources of some structures to functions of their nodes. */
export type SourcesOf<Kinds extends StructKind> = {
  readonly [Kind in Kinds]: Readonly<Record<SourceName<Kind>, Source<NodeOf[Kind]>>>;
};

export const SOURCES: SourcesOf<StructKind> = { ...TASK_SOURCES, ...FILE_SOURCES, ...EVENT_SOURCES };
