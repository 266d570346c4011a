// Where the members of struct-rows.ts come from: a total map from its sources to functions of the nodes. Undefined is unknown.
import type { SignalInfo } from '../event-point.ts';
import type { CredId, NamespaceName } from '../task-facts.ts';
import * as file from './file-sources.ts';
import {
  PID_NS_INODE,
  rootOf,
  type CgroupNode,
  type DentryNode,
  type FileNode,
  type NamespaceNode,
  type Nodes,
  type ProcessNode,
  type TaskNode,
} from './nodes.ts';
import type { SourceName, StructKind } from './struct-rows.ts';

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

/** PF_EXITING. What else a task that makes system calls has of these flags tells nothing of it. @see include/linux/sched.h */
const EXITING = 4;
/** Level of the pid namespace that the recorder's numbers are of. */
const PID_LEVEL = 0;
/** Descriptors that a table of files has room for here. */
export const MAX_FDS = 1024;
/** Bytes of a task's name without its NUL. @see include/linux/sched.h TASK_COMM_LEN */
const COMM_CHARS = 15;

const id = (name: CredId): Source<TaskNode> => ({ number: ({ facts }) => facts?.ids?.[name] });
type NamespaceKind = 'uts_ns' | 'ipc_ns' | 'mnt_ns' | 'net_ns' | 'time_ns' | 'cgroup_ns';
const namespace = (kind: NamespaceKind, name: NamespaceName): Source<ProcessNode> => ({
  pointer: ({ facts }, graph) => graph.at(kind, graph.nodes.namespace(name, facts?.namespaces?.[name])),
});
const pidNamespace = ({ facts }: ProcessNode, { nodes }: Graph): NamespaceNode =>
  nodes.namespace('pid', facts?.namespaces?.pid ?? PID_NS_INODE);
const IN_NAMESPACE = {
  inum: { number: (node: NamespaceNode) => node.inum },
  somewhere: 'somewhere',
} as const;

export const SOURCES: {
  readonly [Kind in StructKind]: Readonly<Record<SourceName<Kind>, Source<NodeOf[Kind]>>>;
} = {
  task: {
    state: { number: ({ isCurrent, state }) => state ?? (isCurrent ? 0 : undefined) },
    running: { number: ({ isCurrent }) => (isCurrent ? 0 : undefined) },
    one: { number: ({ isCurrent }) => (isCurrent ? 1 : undefined) },
    flags: {
      number: ({ tid, facts }) =>
        tid === undefined || tid === 0 ? undefined : facts?.exitCode === undefined ? 0 : EXITING,
    },
    exit_code: { number: ({ facts }) => facts?.exitCode },
    tid: { number: ({ tid }) => tid },
    tgid: { number: ({ tgid }) => tgid },
    comm: { bytes: ({ comm }) => comm?.subarray(0, COMM_CHARS) },
    start_time: { number: ({ facts }) => facts?.startNs },
    parent: { pointer: (node, graph) => graph.at('task', graph.nodes.parent(node)) },
    leader: { pointer: (node, graph) => graph.at('task', graph.nodes.leader(node)) },
    cred: { pointer: (node, graph) => graph.at('cred', node) },
    pid: { pointer: (node, graph) => graph.at('pid', node) },
    signal: { pointer: (node, graph) => graph.at('signal', graph.nodes.leader(node)) },
    fs: { pointer: ({ process }, graph) => graph.at('fs', process) },
    files: { pointer: ({ process }, graph) => graph.at('files', process) },
    mm: { pointer: (node, graph) => graph.at('mm', graph.nodes.leader(node)) },
    nsproxy: { pointer: ({ process }, graph) => graph.at('nsproxy', process) },
    cgroups: { pointer: ({ facts }, graph) => graph.at('css_set', graph.nodes.cgroup(facts?.cgroups)) },
    somewhere: 'somewhere',
  },
  cred: {
    uid: id('uid'),
    gid: id('gid'),
    suid: id('suid'),
    sgid: id('sgid'),
    euid: id('euid'),
    egid: id('egid'),
    fsuid: id('fsuid'),
    fsgid: id('fsgid'),
    user: { pointer: (node, graph) => graph.at('user', node) },
    user_ns: {
      pointer: ({ process }, graph) =>
        graph.at('user_ns', graph.nodes.namespace('user', process.facts?.namespaces?.user)),
    },
    somewhere: 'somewhere',
  },
  user: { uid: id('uid') },
  signal: {
    threads: { number: ({ process }) => process.facts?.threads },
    pid: { pointer: (node, graph) => graph.at('pid', node) },
  },
  pid: {
    level: { number: () => PID_LEVEL },
    nr: { number: ({ tid }) => tid },
    ns: { pointer: ({ process }, graph) => graph.at('pid_ns', pidNamespace(process, graph)) },
  },
  nsproxy: {
    uts: namespace('uts_ns', 'uts'),
    ipc: namespace('ipc_ns', 'ipc'),
    mnt: namespace('mnt_ns', 'mnt'),
    pid: { pointer: (process, graph) => graph.at('pid_ns', pidNamespace(process, graph)) },
    net: namespace('net_ns', 'net'),
    time: namespace('time_ns', 'time'),
    cgroup: namespace('cgroup_ns', 'cgroup'),
  },
  uts_ns: IN_NAMESPACE,
  ipc_ns: IN_NAMESPACE,
  mnt_ns: IN_NAMESPACE,
  pid_ns: { ...IN_NAMESPACE, level: { number: () => PID_LEVEL } },
  net_ns: IN_NAMESPACE,
  time_ns: IN_NAMESPACE,
  cgroup_ns: IN_NAMESPACE,
  user_ns: IN_NAMESPACE,
  fs: {
    umask: { number: ({ facts }) => facts?.umask },
    pwd_mnt: {
      pointer: ({ facts }, graph) =>
        facts?.cwd === undefined ? undefined : graph.vfsmount(graph.nodes.root),
    },
    pwd_dentry: {
      pointer: ({ facts }, graph) =>
        facts?.cwd === undefined ? undefined : graph.at('dentry', graph.nodes.dentryOf(facts.cwd)),
    },
    root_mnt: { pointer: (_node, graph) => graph.vfsmount(graph.nodes.root) },
    root_dentry: { pointer: (_node, graph) => graph.at('dentry', graph.nodes.root) },
  },
  files: { fdt: { pointer: (node, graph) => graph.at('fdtable', node) } },
  fdtable: {
    max_fds: { number: () => MAX_FDS },
    fd: { pointer: (node, graph) => graph.fdArray(node) },
  },
  mm: {
    exe: {
      pointer: ({ process }, graph) => {
        const path = process.facts?.exe;
        return path === undefined ? undefined : graph.at('file', graph.nodes.file({ path, type: 'regular' }));
      },
    },
    arg_start: { number: (node, graph) => graph.args(node)?.start },
    arg_end: { number: (node, graph) => graph.args(node)?.end },
    leader: { pointer: (node, graph) => graph.at('task', node) },
    somewhere: 'somewhere',
  },
  file: {
    flags: { number: ({ facts }) => facts.flags },
    mnt: {
      pointer: ({ dentry }, graph) => (dentry === undefined ? undefined : graph.vfsmount(rootOf(dentry))),
    },
    dentry: {
      pointer: ({ dentry }, graph) => (dentry === undefined ? undefined : graph.at('dentry', dentry)),
    },
    inode: { pointer: (node, graph) => graph.at('inode', node) },
    private: {
      pointer: (node, graph) => (file.isSocket(node.facts) ? graph.at('socket', node) : undefined),
    },
    somewhere: 'somewhere',
  },
  inode: {
    mode: { number: ({ facts }) => file.modeOf(facts) },
    ino: { number: ({ facts }) => file.inodeOf(facts) },
    rdev: { number: ({ facts }) => file.deviceOf(facts) },
    somewhere: 'somewhere',
  },
  dentry: {
    parent: {
      pointer: (node, graph) =>
        node.name === undefined ? undefined : graph.at('dentry', node.parent ?? node),
    },
    hash: { number: ({ name }) => (name === undefined ? undefined : file.hashOf(name)) },
    len: { number: ({ name }) => name?.length },
    name: { pointer: (node, graph) => graph.nameIn(node) },
    short: { bytes: ({ name }) => name },
    inode: {
      pointer: (node, graph) => graph.at('inode', node.file ?? { facts: {}, dentry: node }),
    },
    somewhere: 'somewhere',
  },
  mount: {
    root: { pointer: (root, graph) => graph.at('dentry', root) },
    self: { pointer: (root, graph) => graph.at('mount', root) },
    somewhere: 'somewhere',
  },
  socket: {
    type: { number: ({ facts }) => facts.socket?.type },
    file: { pointer: (node, graph) => graph.at('file', node) },
    sk: { pointer: (node, graph) => graph.at('sock', node) },
    somewhere: 'somewhere',
  },
  sock: {
    family: { number: ({ facts }) => file.familyOf(facts.socket) },
    local4: { bytes: ({ facts }) => file.address4(facts.socket?.local) },
    remote4: { bytes: ({ facts }) => file.address4(facts.socket?.remote) },
    local6: { bytes: ({ facts }) => file.address6(facts.socket?.local) },
    remote6: { bytes: ({ facts }) => file.address6(facts.socket?.remote) },
    local_port: { number: ({ facts }) => file.portOf(facts.socket?.local) },
    local_port_net: { bytes: ({ facts }) => file.portBytes(facts.socket?.local) },
    remote_port: { bytes: ({ facts }) => file.portBytes(facts.socket?.remote) },
    type: { number: ({ facts }) => facts.socket?.type },
    protocol: { number: ({ facts }) => facts.socket?.protocol },
    socket: { pointer: (node, graph) => graph.at('socket', node) },
    somewhere: 'somewhere',
  },
  css_set: { own: { pointer: (node, graph) => graph.at('cgroup', node) }, somewhere: 'somewhere' },
  cgroup: {
    level: { number: ({ ids, level }) => (ids === undefined ? undefined : level) },
    node: { pointer: (node, graph) => graph.at('kernfs', node) },
    self: { pointer: (node, graph) => graph.at('cgroup', node) },
    top: { pointer: ({ ids }, graph) => graph.at('cgroup', graph.nodes.cgroup(ids, 0)) },
    top_id: { number: ({ ids }) => ids?.[0] },
  },
  kernfs: {
    id: { number: ({ ids, level }) => ids?.[level] },
    parent: {
      pointer: ({ ids, level }, graph) =>
        ids === undefined
          ? undefined
          : level === 0
            ? 0
            : graph.at('kernfs', graph.nodes.cgroup(ids, level - 1)),
    },
  },
  binprm: {
    filename: { pointer: ({ filename }, graph) => graph.string(filename) },
    interp: { pointer: ({ interp }, graph) => (interp === undefined ? undefined : graph.string(interp)) },
    file: {
      pointer: ({ task, filename }, graph) => {
        const path = task.process.facts?.exe ?? filename;
        return graph.at('file', graph.nodes.file({ path, type: 'regular' }));
      },
    },
    argc: { number: ({ task }) => task.process.facts?.args?.length },
    mm: { pointer: ({ task }, graph) => graph.at('mm', graph.nodes.leader(task)) },
    cred: { pointer: ({ task }, graph) => graph.at('cred', task) },
  },
  siginfo: {
    signal: { number: ({ signal }) => signal },
    errno: { number: ({ errno }) => errno },
    code: { number: ({ code }) => code },
    pid: { number: ({ pid }) => pid },
    uid: { number: ({ uid }) => uid },
    status: { number: ({ status }) => status },
  },
  sigaction: {
    handler: { number: ({ handler }) => handler },
    flags: { number: ({ flags }) => flags },
  },
  filename: { name: { pointer: ({ name }, graph) => graph.string(name) } },
};
