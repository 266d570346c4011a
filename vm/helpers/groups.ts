// Sets of program types and of map types that several helpers share. All were asked of Linux 6.18, a program for each pair.
import { PROG_TYPES, type ProgTypeName } from '../kernel/prog-types.ts';
import type { MapTypeName } from '../maps/types.ts';

/** All that look at the kernel, and system call programs. @see kernel/trace/bpf_trace.c bpf_tracing_func_proto */
export const TRACING = [
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
  'syscall',
] as const satisfies readonly ProgTypeName[];

/** Those that hang on a place in the kernel. */
export const PROBES = [
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
] as const satisfies readonly ProgTypeName[];

/** Expected attach types of programs that stand before or behind a function: fentry, fexit, fmod_ret. @see include/uapi/linux/bpf.h enum bpf_attach_type */
export const AROUND_FUNCTIONS: readonly number[] = [24, 25, 26];

/** Those of tracing programs that are attached to something: all but iterators. */
export const ATTACHED: readonly number[] = [23, ...AROUND_FUNCTIONS];

/** The attach type of iterators. */
export const ITERATORS: readonly number[] = [28];

/** Functions at whose entry and exit a program may ask for the name of a path. @see kernel/trace/bpf_trace.c btf_allowlist_d_path */
export const PATH_FUNCTIONS: readonly string[] = [
  'security_file_permission',
  'security_inode_getattr',
  'security_file_open',
  'security_path_truncate',
  'vfs_truncate',
  'vfs_fallocate',
  'dentry_open',
  'vfs_getattr',
  'filp_close',
];

/** connect() of IPv4 and of IPv6. */
export const INET_CONNECT: readonly number[] = [10, 11];

/** Hooks of LSM for a cgroup. */
export const LSM_CGROUP: readonly number[] = [43];

/** Where programs may read and set options of a socket: in setsockopt(), in iterators over sockets, at hooks of LSM where the socket is new. */
export const SOCKOPT_ATTACH = {
  cgroup_sockopt: [22],
  tracing: ITERATORS,
  lsm: LSM_CGROUP,
} as const satisfies Partial<Record<ProgTypeName, readonly number[]>>;

/** Functions of TCP congestion control that see a socket in use: all but that which is called at its end. */
const TCP_FUNCTIONS = [
  'ssthresh',
  'cong_avoid',
  'set_state',
  'cwnd_event',
  'in_ack_event',
  'pkts_acked',
  'min_tso_segs',
  'cong_control',
  'undo_cwnd',
  'sndbuf_expand',
  'init',
] as const;

/** The same, by what the program is for. */
export const SOCKOPT_TARGETS = {
  tracing: ['tcp', 'unix'],
  lsm: ['sock_graft', 'inet_csk_clone', 'inet_conn_established', 'socket_post_create', 'socket_socketpair'],
  struct_ops: TCP_FUNCTIONS.map((name) => `tcp_congestion_ops.${name}`),
} as const satisfies Partial<Record<ProgTypeName, readonly string[]>>;

/** Of programs that are the functions of a struct: those of TCP congestion control. @see net/ipv4/bpf_tcp_ca.c bpf_tcp_ca_get_func_proto */
export const TCP_ONLY = { struct_ops: ['tcp_congestion_ops'] } as const satisfies Partial<
  Record<ProgTypeName, readonly string[]>
>;

/** Where a system call's result is at hand: not where there is none, or where it decides nothing. @see kernel/bpf/cgroup.c cgroup_common_func_proto */
export const RETVAL_ATTACH = {
  cgroup_sock_addr: [8, 9, 10, 11, 14, 15, 49, 50],
  lsm: LSM_CGROUP,
} as const satisfies Partial<Record<ProgTypeName, readonly number[]>>;

/** Traffic control. @see net/core/filter.c tc_cls_act_func_proto */
export const TC = ['sched_cls', 'sched_act'] as const satisfies readonly ProgTypeName[];

/** May ask what kind a socket is of. @see net/core/filter.c bpf_sk_base_func_proto */
export const ON_SOCKETS = [
  ...TC,
  'socket_filter',
  'xdp',
  'cgroup_skb',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'lwt_seg6local',
  'sock_ops',
  'sk_skb',
  'sk_msg',
  'cgroup_sock_addr',
  'flow_dissector',
  'sk_lookup',
  'tracing',
  'syscall',
] as const satisfies readonly ProgTypeName[];

/** May make objects of their own, and hold tasks. @see kernel/bpf/helpers.c kfunc_init */
export const GENERIC = [
  'sched_cls',
  'xdp',
  'tracepoint',
  'perf_event',
  'tracing',
  'lsm',
  'struct_ops',
  'syscall',
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_device',
  'cgroup_sock_addr',
  'cgroup_sockopt',
  'cgroup_sysctl',
  'sock_ops',
] as const satisfies readonly ProgTypeName[];

/** May use CPU masks. @see kernel/bpf/cpumask.c cpumask_kfunc_init */
export const TRACED = [
  'tracepoint',
  'perf_event',
  'tracing',
  'lsm',
  'struct_ops',
  'syscall',
] as const satisfies readonly ProgTypeName[];

/** Hang on a place of the kernel that its own functions are traced at. @see kernel/bpf/btf.c bpf_prog_type_to_kfunc_hook */
export const ON_TRACES = [
  'tracepoint',
  'perf_event',
  'tracing',
  'lsm',
] as const satisfies readonly ProgTypeName[];

/** Run for the processes of a cgroup. */
export const CGROUPS = [
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_device',
  'cgroup_sock_addr',
  'cgroup_sockopt',
  'cgroup_sysctl',
  'sock_ops',
] as const satisfies readonly ProgTypeName[];

/** Attach types of kprobes and uprobes that run before and behind a function as one. */
export const SESSIONS: readonly number[] = [56, 57];

/** Every program type but these. */
export function allBut(...types: readonly ProgTypeName[]): readonly ProgTypeName[] {
  return (Object.keys(PROG_TYPES) as ProgTypeName[]).filter((type) => !types.includes(type)); // keys of the table
}

/** Maps with elements that programs write. @see kernel/bpf/verifier.c check_map_func_compatibility */
export const ELEMENTS = [
  'hash',
  'array',
  'percpu_hash',
  'percpu_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
] as const satisfies readonly MapTypeName[];

/** Maps that programs look up. */
export const LOOKED_UP = [
  ...ELEMENTS,
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'devmap_hash',
  'xskmap',
] as const satisfies readonly MapTypeName[];

/** Maps with a value for each CPU. */
export const PERCPU = [
  'percpu_hash',
  'percpu_array',
  'lru_percpu_hash',
] as const satisfies readonly MapTypeName[];

/** Maps that a function can be called for each element of. */
export const ITERATED = [
  'hash',
  'array',
  'percpu_hash',
  'percpu_array',
  'lru_hash',
  'lru_percpu_hash',
] as const satisfies readonly MapTypeName[];

/** Maps whose entries name where a packet can be sent. */
export const REDIRECTS = [
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
] as const satisfies readonly MapTypeName[];
