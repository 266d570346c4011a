// Structs of the kernel as far as programs meet them: size, and the members that they read most. One layout, that of Linux 6.18 on x86-64 as its
// BTF tells it. A struct that is only named is empty: pointers to it can be told apart, and nothing of it be read.
import type { StructTable } from './build.ts';

/** What tasks are made of; task_struct itself is in vm/kernel/task-struct.ts. */
// oxfmt-ignore
export const TASK_STRUCTS = {
  cred: { bytes: 184, members: {
    uid: [8, 'kuid_t'], gid: [12, 'kgid_t'], suid: [16, 'kuid_t'], sgid: [20, 'kgid_t'], euid: [24, 'kuid_t'], egid: [28, 'kgid_t'],
    fsuid: [32, 'kuid_t'], fsgid: [36, 'kgid_t'], securebits: [40, 'u32'], user: [136, 'struct user_struct *'],
    user_ns: [144, 'struct user_namespace *'], group_info: [160, 'struct group_info *'],
  } },
  signal_struct: { bytes: 1144, members: { nr_threads: [8, 'int'], pids: [360, 'struct pid *[4]'], tty: [408, 'struct tty_struct *'] } },
  pid: { bytes: 144, members: { count: [0, 'refcount_t'], level: [4, 'u32'] } },
  nsproxy: { bytes: 72, members: {
    uts_ns: [8, 'struct uts_namespace *'], ipc_ns: [16, 'struct ipc_namespace *'], mnt_ns: [24, 'struct mnt_namespace *'],
    pid_ns_for_children: [32, 'struct pid_namespace *'], net_ns: [40, 'struct net *'], cgroup_ns: [64, 'struct cgroup_namespace *'],
  } },
  files_struct: { bytes: 704, members: { next_fd: [132, 'u32'] } },
  fs_struct: { bytes: 56, members: { umask: [12, 'int'], root: [24, 'struct path'], pwd: [40, 'struct path'] } },
  user_struct: { bytes: 128, members: {} },
  user_namespace: { bytes: 672, members: {} },
  mm_struct: { bytes: 1472, members: {
    pgd: [120, 'void *'], map_count: [176, 'int'], total_vm: [360, 'unsigned long'], start_code: [424, 'unsigned long'],
    end_code: [432, 'unsigned long'], start_data: [440, 'unsigned long'], end_data: [448, 'unsigned long'],
    start_brk: [456, 'unsigned long'], brk: [464, 'unsigned long'], start_stack: [472, 'unsigned long'],
    arg_start: [480, 'unsigned long'], arg_end: [488, 'unsigned long'], env_start: [496, 'unsigned long'],
    env_end: [504, 'unsigned long'], owner: [1296, 'struct task_struct *'], exe_file: [1312, 'struct file *'],
  } },
  vm_area_struct: { bytes: 192, shared: ['vm_start', 'vm_end', 'vm_flags'], members: {
    vm_start: [0, 'unsigned long'], vm_end: [8, 'unsigned long'], vm_mm: [16, 'struct mm_struct *'],
    vm_flags: [32, 'const unsigned long'], vm_pgoff: [80, 'unsigned long'], vm_file: [88, 'struct file *'],
  } },
  linux_binprm: { bytes: 408, members: {
    vma: [0, 'struct vm_area_struct *'], mm: [24, 'struct mm_struct *'], p: [32, 'unsigned long'], file: [64, 'struct file *'],
    cred: [72, 'struct cred *'], argc: [88, 'int'], envc: [92, 'int'], filename: [96, 'const char *'],
    interp: [104, 'const char *'],
  } },
  cgroup: { bytes: 2240, members: {
    self: [0, 'struct cgroup_subsys_state'], level: [216, 'int'], kn: [256, 'struct kernfs_node *'],
    root: [696, 'struct cgroup_root *'], dom_cgrp: [912, 'struct cgroup *'],
  } },
  cgroup_subsys_state: { bytes: 208, members: {
    cgroup: [0, 'struct cgroup *'], id: [72, 'int'], flags: [76, 'u32'], parent: [184, 'struct cgroup_subsys_state *'],
  } },
  css_set: { bytes: 544, members: { dfl_cgrp: [112, 'struct cgroup *'] } },
  kernfs_node: { bytes: 136, members: { name: [16, 'const char *'], id: [96, 'u64'] } },
  module: { bytes: 768, members: { state: [0, 'u32'], name: [24, 'char[56]'] } },
} as const satisfies Record<string, StructTable>;

/** Files and paths. */
// oxfmt-ignore
export const FILE_STRUCTS = {
  file: { bytes: 184, shared: ['f_path'], members: {
    f_mode: [4, 'u32'], f_op: [8, 'const struct file_operations *'], f_mapping: [16, 'struct address_space *'],
    private_data: [24, 'void *'], f_inode: [32, 'struct inode *'], f_flags: [40, 'u32'], f_cred: [48, 'const struct cred *'],
    f_path: [64, 'const struct path'], f_pos: [112, 's64'],
  } },
  path: { bytes: 16, members: { mnt: [0, 'struct vfsmount *'], dentry: [8, 'struct dentry *'] } },
  inode: { bytes: 616, members: {
    i_mode: [0, 'u16'], i_flags: [12, 'u32'], i_op: [32, 'const struct inode_operations *'], i_sb: [40, 'struct super_block *'],
    i_mapping: [48, 'struct address_space *'], i_ino: [64, 'unsigned long'], i_rdev: [76, 'u32'], i_size: [80, 's64'],
  } },
  dentry: { bytes: 192, shared: ['d_name'], members: {
    d_parent: [24, 'struct dentry *'], d_name: [32, 'const struct qstr'], d_inode: [48, 'struct inode *'],
    d_op: [96, 'const struct dentry_operations *'], d_sb: [104, 'struct super_block *'],
  } },
  qstr: { bytes: 16, shared: ['hash', 'len'], members: { hash: [0, 'u32'], len: [4, 'u32'], name: [8, 'const u8 *'] } },
  super_block: { bytes: 1472, members: {
    s_dev: [16, 'u32'], s_type: [40, 'struct file_system_type *'], s_flags: [80, 'unsigned long'], s_magic: [96, 'unsigned long'],
    s_id: [936, 'char[32]'],
  } },
  vfsmount: { bytes: 32, members: {
    mnt_root: [0, 'struct dentry *'], mnt_sb: [8, 'struct super_block *'], mnt_flags: [16, 'int'],
    mnt_idmap: [24, 'struct mnt_idmap *'],
  } },
  seq_file: { bytes: 120, members: {
    buf: [0, 'char *'], size: [8, 'unsigned long'], from: [16, 'unsigned long'], count: [24, 'unsigned long'], index: [40, 's64'],
    read_pos: [48, 's64'], file: [104, 'const struct file *'], private: [112, 'void *'],
  } },
  filename: { bytes: 32, members: { name: [0, 'const char *'], uptr: [8, 'const char *'] } },
  open_how: { bytes: 24, members: { flags: [0, 'u64'], mode: [8, 'u64'], resolve: [16, 'u64'] } },
} as const satisfies Record<string, StructTable>;

/** Packets, sockets, devices. */
// oxfmt-ignore
export const NET_STRUCTS = {
  sk_buff: { bytes: 224, shared: ['next', 'prev', 'dev', 'priority', 'skb_iif', 'hash', 'mark', 'protocol', 'transport_header', 'network_header', 'mac_header'],
    members: {
    next: [0, 'struct sk_buff *'], prev: [8, 'struct sk_buff *'], dev: [16, 'struct net_device *'], sk: [24, 'struct sock *'],
    cb: [40, 'char[48]'], len: [112, 'u32'], data_len: [116, 'u32'], mac_len: [120, 'u16'], hdr_len: [122, 'u16'],
    queue_mapping: [124, 'u16'], priority: [140, 'u32'], skb_iif: [144, 'int'], hash: [148, 'u32'], mark: [164, 'u32'],
    protocol: [176, 'u16'], transport_header: [178, 'u16'], network_header: [180, 'u16'], mac_header: [182, 'u16'],
    tail: [184, 'u32'], end: [188, 'u32'], head: [192, 'u8 *'], data: [200, 'u8 *'], truesize: [208, 'u32'],
    users: [212, 'refcount_t'],
  } },
  sock_common: { bytes: 136, shared: ['skc_daddr', 'skc_rcv_saddr', 'skc_hash', 'skc_dport', 'skc_num'],
    members: {
    skc_daddr: [0, 'u32'], skc_rcv_saddr: [4, 'u32'], skc_hash: [8, 'u32'], skc_dport: [12, 'u16'], skc_num: [14, 'u16'],
    skc_family: [16, 'u16'], skc_state: [18, 'u8'], skc_bound_dev_if: [20, 'int'],
  } },
  sock: { bytes: 784, members: {
    __sk_common: [0, 'struct sock_common'], sk_rcvbuf: [244, 'int'], sk_socket: [288, 'struct socket *'], sk_priority: [520, 'u32'],
    sk_mark: [524, 'u32'], sk_protocol: [532, 'u16'], sk_type: [534, 'u16'], sk_sndbuf: [568, 'int'],
  } },
  inet_sock: { bytes: 1016, members: { sk: [0, 'struct sock'] } },
  inet_connection_sock: { bytes: 1400, members: { icsk_inet: [0, 'struct inet_sock'] } },
  tcp_sock: { bytes: 2304, members: {
    inet_conn: [0, 'struct inet_connection_sock'], snd_cwnd: [1444, 'u32'], srtt_us: [1680, 'u32'], bytes_received: [1752, 'u64'],
    bytes_acked: [1824, 'u64'],
  } },
  udp_sock: { bytes: 1344, members: { inet: [0, 'struct inet_sock'] } },
  tcp6_sock: { bytes: 2432, members: { tcp: [0, 'struct tcp_sock'] } },
  udp6_sock: { bytes: 1472, members: { udp: [0, 'struct udp_sock'] } },
  mptcp_sock: { bytes: 1936, members: { sk: [0, 'struct inet_connection_sock'] } },
  unix_sock: { bytes: 1152, members: { sk: [0, 'struct sock'], path: [792, 'struct path'] } },
  tcp_request_sock: { bytes: 312, members: {} },
  tcp_timewait_sock: { bytes: 248, members: {} },
  request_sock: { bytes: 232, members: { sk: [200, 'struct sock *'] } },
  socket: { bytes: 128, members: {
    state: [0, 'u32'], type: [4, 'short'], flags: [8, 'unsigned long'], file: [16, 'struct file *'], sk: [24, 'struct sock *'],
    ops: [32, 'const struct proto_ops *'],
  } },
  sockaddr: { bytes: 16, shared: ['sa_data'], members: { sa_family: [0, 'u16'], sa_data: [2, 'char[14]'] } },
  net: { bytes: 4288, members: {} },
  net_device: { bytes: 2496, members: {
    mtu: [56, 'u32'], flags: [176, 'u32'], ifindex: [224, 'int'], name: [280, 'char[16]'], type: [536, 'u16'],
    addr_len: [808, 'u8'],
  } },
  net_device_ops: { bytes: 656, members: {} },
  xdp_buff: { bytes: 56, shared: ['frame_sz', 'flags'], members: {
    data: [0, 'void *'], data_end: [8, 'void *'], data_meta: [16, 'void *'], data_hard_start: [24, 'void *'],
    rxq: [32, 'struct xdp_rxq_info *'], txq: [40, 'struct xdp_txq_info *'], frame_sz: [48, 'u32'], flags: [52, 'u32'],
  } },
  xdp_rxq_info: { bytes: 64, members: { dev: [0, 'struct net_device *'], queue_index: [8, 'u32'], reg_state: [12, 'u32'] } },
  xdp_txq_info: { bytes: 8, members: { dev: [0, 'struct net_device *'] } },
  nf_hook_state: { bytes: 48, members: {
    hook: [0, 'u8'], pf: [1, 'u8'], in: [8, 'struct net_device *'], out: [16, 'struct net_device *'], sk: [24, 'struct sock *'],
    net: [32, 'struct net *'],
  } },
  nf_conn: { bytes: 248, members: { timeout: [8, 'u32'], status: [128, 'unsigned long'], master: [160, 'struct nf_conn *'], mark: [168, 'u32'] } },
  nf_conn___init: { bytes: 248, members: { ct: [0, 'struct nf_conn'] } },
  xfrm_state: { bytes: 816, members: {} },
  ack_sample: { bytes: 12, members: { pkts_acked: [0, 'u32'], rtt_us: [4, 'int'], in_flight: [8, 'u32'] } },
  rate_sample: { bytes: 72, members: { prior_mstamp: [0, 'u64'], prior_delivered: [8, 'u32'], delivered: [16, 'int'], acked_sacked: [52, 'u32'] } },
  bpf_sock_addr_kern: { bytes: 40, members: { sk: [0, 'struct sock *'], t_ctx: [24, 'void *'] } },
  bpf_sock_ops_kern: { bytes: 64, members: { sk: [0, 'struct sock *'], skb: [32, 'struct sk_buff *'] } },
} as const satisfies Record<string, StructTable>;

/** Objects of BPF itself. */
// oxfmt-ignore
export const BPF_STRUCTS = {
  cpumask: { bytes: 32, members: { bits: [0, 'unsigned long[4]'] } },
  bpf_cpumask: { bytes: 40, members: { cpumask: [0, 'cpumask_t'], usage: [32, 'refcount_t'] } },
  bpf_map: { bytes: 296, members: {
    map_type: [64, 'u32'], key_size: [68, 'u32'], value_size: [72, 'u32'], max_entries: [76, 'u32'], map_extra: [80, 'u64'],
    map_flags: [88, 'u32'], id: [92, 'u32'], name: [136, 'char[16]'],
  } },
  bpf_prog: { bytes: 96, shared: ['tag'], members: {
    type: [4, 'u32'], expected_attach_type: [8, 'u32'], len: [12, 'u32'], jited_len: [16, 'u32'], tag: [20, 'u8[8]'],
    aux: [80, 'struct bpf_prog_aux *'],
  } },
  bpf_iter_meta: { bytes: 24, members: { seq: [0, 'struct seq_file *'], session_id: [8, 'u64'], seq_num: [16, 'u64'] } },
  bpf_iter__task: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], task: [8, 'struct task_struct *'] } },
  bpf_nf_ctx: { bytes: 16, members: { state: [0, 'const struct nf_hook_state *'], skb: [8, 'struct sk_buff *'] } },
  bpf_crypto_ctx: { bytes: 48, members: {} },
  bpf_key: { bytes: 16, members: {} },
  kmem_cache: { bytes: 8416, members: { size: [32, 'unsigned int'], name: [104, 'const char *'] } },
  dma_buf: { bytes: 232, members: { size: [0, 'size_t'], file: [8, 'struct file *'] } },
} as const satisfies Record<string, StructTable>;
