// Tasks and what belongs to them: credentials, signals, numbers, namespaces, memory, cgroups.
import type { CredId, NamespaceName, TaskFacts } from '../task-facts.ts';
import type { NamespaceNode, ProcessNode, TaskNode } from './nodes.ts';
import type { Graph, Source, SourcesOf } from './sources.ts';

/** PF_EXITING. What else a task that makes system calls has of these flags tells nothing of it. @see include/linux/sched.h */
const EXITING = 4;
/** Level of the pid namespace that the recorder's numbers are of. */
const PID_LEVEL = 0;
/** Bytes of a task's name without its NUL. @see include/linux/sched.h TASK_COMM_LEN */
const COMM_CHARS = 15;

const isEnding = (facts: TaskFacts | undefined): boolean => facts?.exitCode !== undefined;

const id = (name: CredId): Source<TaskNode> => ({ number: ({ facts }) => facts?.ids?.[name] });
type NamespaceKind = 'uts_ns' | 'ipc_ns' | 'mnt_ns' | 'net_ns' | 'time_ns' | 'cgroup_ns';

const namespace = (kind: NamespaceKind, name: NamespaceName): Source<ProcessNode> => ({
  pointer: ({ facts }, graph) => graph.at(kind, graph.nodes.namespace(name, facts?.namespaces?.[name])),
});
const pidNamespace = ({ facts }: ProcessNode, { nodes }: Graph): NamespaceNode =>
  nodes.namespace('pid', facts?.namespaces?.pid);
const IN_NAMESPACE = {
  inum: { number: (node: NamespaceNode) => node.inum },
  somewhere: 'somewhere',
} as const;

/** Sources of the structures of tasks. */
export const TASK_SOURCES: SourcesOf<
  | 'task'
  | 'cred'
  | 'user'
  | 'signal'
  | 'pid'
  | 'nsproxy'
  | 'uts_ns'
  | 'ipc_ns'
  | 'mnt_ns'
  | 'pid_ns'
  | 'net_ns'
  | 'time_ns'
  | 'cgroup_ns'
  | 'user_ns'
  | 'mm'
  | 'css_set'
  | 'cgroup'
  | 'kernfs'
> = {
  task: {
    state: { number: ({ isCurrent, state }) => state ?? (isCurrent ? 0 : undefined) },
    // One that ends becomes a zombie, which may be reaped.
    running: { number: ({ isCurrent, facts }) => (isCurrent && !isEnding(facts) ? 0 : undefined) },
    one: { number: ({ isCurrent }) => (isCurrent ? 1 : undefined) },
    flags: {
      number: ({ tid, facts }) =>
        tid === undefined || tid === 0 ? undefined : isEnding(facts) ? EXITING : 0,
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
    mm: {
      pointer: (node, graph) =>
        isEnding(node.facts) && !graph.hasMmAtExit ? 0 : graph.at('mm', graph.nodes.leader(node)),
    },
    active_mm: { pointer: (node, graph) => graph.at('mm', graph.nodes.leader(node)) },
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
    // A thread that ends is among them until it is reaped.
    members: {
      number: ({ process }, { nodes: { running } }) =>
        running?.process === process && isEnding(running.facts) ? undefined : process.facts?.threads,
    },
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
};
