// What Linux 4.14 has otherwise than 5.10: names and types of members as its sources have them; where they lie is our own. A kernel of this age has
// no BTF of its own: tools bring it along (BTFHub).
import type { ReleaseChanges } from './release.ts';

/** @see include/linux/sched.h, pid.h, mm_types.h, fs.h, include/uapi/linux/bpf.h of Linux 4.14 */
// oxfmt-ignore
export const LINUX_4_14: ReleaseChanges = {
  withoutStructs: `bpf_ringbuf kernel_siginfo kernel_clone_args clone_args open_how time_namespace cgroup_freezer_state xdp_txq_info xdp_rxq_info xdp_frame
    bpf_sock_addr_kern bpf_sock_addr mptcp_sock mptcp_subflow_context bpf_raw_tracepoint_args bpf_flow_keys bpf_tcp_sock bpf_sock_tuple
    sk_msg_md sk_reuseport_md bpf_sk_lookup bpf_sockopt bpf_sysctl bpf_cgroup_dev_ctx bpf_fib_lookup bpf_pidns_info bpf_redir_neigh
    bpf_xdp_sock bpf_xfrm_state bpf_perf_event_value bpf_spin_lock btf_ptr io_uring_params btf bpf_link bpf_iter_meta util_est
    bpf_iter__task bpf_iter__task_file bpf_iter__task_vma bpf_iter__bpf_map bpf_iter__bpf_prog bpf_iter__bpf_map_elem bpf_iter__tcp
    bpf_iter__udp bpf_iter__netlink bpf_iter__sockmap bpf_iter__bpf_sk_storage_map bpf_iter__ipv6_route xsk_map bpf_local_storage_map
    bpf_ringbuf_map bpf_queue_stack trace_event_raw_inet_sock_set_state trace_event_raw_tcp_event_sk trace_event_raw_tcp_probe trace_event_raw_tcp_retransmit_synack
    trace_event_raw_bpf_trace_printk trace_event_raw_cgroup trace_event_raw_cgroup_migrate
    __kernel_timespec __kernel_old_timeval`,
  structs: {
    pid_link: { bytes: 24, members: { node: [0, 'struct hlist_node'], pid: [16, 'struct pid *'] } },
    timespec: { bytes: 16, members: { tv_sec: [0, '__kernel_long_t'], tv_nsec: [8, 'long int'] } },
    kernfs_node_id: { bytes: 8, isUnion: true, members: { ino: [0, 'u32'], generation: [4, 'u32'], id: [0, 'u64'] } },
    ksignal: { bytes: 168, members: { ka: [0, 'struct k_sigaction'], info: [32, 'siginfo_t'], sig: [160, 'int'] } },
    sigqueue: { bytes: 160, members: { list: [0, 'struct list_head'], flags: [16, 'int'], info: [24, 'siginfo_t'], user: [152, 'struct user_struct *'] } },
    iov_iter: { bytes: 40, shared: ['iov', 'kvec', 'bvec', 'pipe', 'nr_segs', 'idx', 'start_idx'], members: {
      type: [0, 'int'], iov_offset: [8, 'size_t'], count: [16, 'size_t'], iov: [24, 'const struct iovec *'], kvec: [24, 'const struct kvec *'],
      bvec: [24, 'const struct bio_vec *'], pipe: [24, 'struct pipe_inode_info *'], nr_segs: [32, 'long unsigned int'], idx: [32, 'int'],
      start_idx: [36, 'int'],
    } },
    xdp_buff: { bytes: 24, members: { data: [0, 'void *'], data_end: [8, 'void *'], data_hard_start: [16, 'void *'] } },
    seccomp_filter: { bytes: 24, members: { usage: [0, 'refcount_t'], log: [4, 'bool'], prev: [8, 'struct seccomp_filter *'], prog: [16, 'struct bpf_prog *'] } },
  },
  members: {
    task_struct:   { without: 'recent_used_cpu cpus_ptr last_switch_time io_uring active_memcg rcu_users thread_pid',
                     as: { parent_exec_id: ['parent_exec_id', 'u32'], self_exec_id: ['self_exec_id', 'u32'], last_siginfo: ['last_siginfo', 'siginfo_t *'],
                           cpus_mask: ['cpus_allowed', 'cpumask_t'], usage: ['usage', 'atomic_t'], pid_links: ['pids', 'struct pid_link[3]'], start_boottime: ['real_start_time', 'u64'] },
                     further: { stack: 16, on_rq: 8, tgid: 8, cred: 8 } },
    mm_struct:     { without: 'arg_lock', as: { mmap_lock: ['mmap_sem', 'struct rw_semaphore'], pgtables_bytes: ['nr_ptes', 'atomic_long_t'] }, further: { start_code: 8 } },
    pid:           { without: 'inodes wait_pidfd', as: { count: ['count', 'atomic_t'], tasks: ['tasks', 'struct hlist_head[3]'] } },
    cred:          { without: 'non_rcu', further: { securebits: 8 } },
    nsproxy:       { without: 'time_ns time_ns_for_children' },
    signal_struct: { without: 'exec_update_lock', as: { pids: ['leader_pid', 'struct pid *'], sigcnt: ['sigcnt', 'atomic_t'] } },
    sighand_struct:{ as: { count: ['count', 'atomic_t'] } },
    seccomp:       { without: 'filter_count' },
    sched_avg:     { without: 'runnable_sum runnable_avg util_est' },
    pid_namespace: { without: 'idr', as: { pid_allocated: ['nr_hashed', 'unsigned int'] } },
    linux_binprm:  { without: 'argmin have_execfd execfd_creds point_of_no_return executable interpreter fdpath execfd rlim_stack', as: { buf: ['buf', 'char[128]'] } },
    file:          { without: 'f_sb_err', further: { f_mode: 8 } },
    inode:         { as: { i_atime: ['i_atime', 'struct timespec'], i_mtime: ['i_mtime', 'struct timespec'], i_ctime: ['i_ctime', 'struct timespec'] }, further: { i_mode: 8 } },
    address_space: { without: 'i_pages' },
    super_operations: { without: 'free_inode' },
    kiocb:         { without: 'ki_ioprio ki_waitq' },
    kstat:         { without: 'mnt_id', as: { atime: ['atime', 'struct timespec'], mtime: ['mtime', 'struct timespec'], ctime: ['ctime', 'struct timespec'], btime: ['btime', 'struct timespec'] } },
    pipe_inode_info: { without: 'head tail max_usage ring_size nr_accounted', with: { readers: [['nrbufs', 'unsigned int'], ['curbuf', 'unsigned int'], ['buffers', 'unsigned int']] } },
    kernfs_node:   { as: { id: ['id', 'union kernfs_node_id'] } },
    cgroup:        { without: 'freezer', as: { ancestor_ids: ['ancestor_ids', 'int[0]'] }, with: { flags: [['id', 'int']] } },
    cgroup_root:   { as: { cgrp_ancestor_id_storage: ['cgrp_ancestor_id_storage', 'int'] } },
    css_set:       { without: 'dying_tasks' },
    request:       { without: 'stats_sectors' },
    net:           { without: 'net_cookie' },
    sk_buff:       { without: 'extensions', as: { skb_mstamp_ns: ['skb_mstamp', 'u64'] } },
    sock:          { without: 'sk_bpf_storage', put: { sk_protocol: [556, 'unsigned int', 8, 8], sk_type: [556, 'unsigned int', 16, 16] } },
    skb_shared_info: { without: 'meta_len' },
    rtable:        { without: 'rt_gw_family' },
    flowi_common:  { without: 'flowic_multipath_hash' },
    rate_sample:   { without: 'snd_interval_us rcv_interval_us is_ack_delayed' },
    bpf_sock_ops_kern: { without: 'skb' },
    bpf_sock:      { without: 'src_ip4 src_ip6 src_port dst_port dst_ip4 dst_ip6 state rx_queue_mapping' },
    sock_common:   { without: 'skc_rx_queue_mapping' },
    msghdr:        { without: 'msg_control_user msg_control_is_user' },
    request_sock:  { without: 'syncookie' },
    tcp_sock:      { without: 'bytes_sent tcp_clock_cache delivered_ce rcv_rtt_last_tsecr dsack_dups bytes_retrans timeout_rehash' },
    tcp_options_received: { without: 'smc_ok saw_unknown unused' },
    tcp_info:      { without: 'tcpi_fastopen_client_fail tcpi_delivered tcpi_delivered_ce tcpi_bytes_sent tcpi_bytes_retrans tcpi_dsack_dups tcpi_reord_seen tcpi_rcv_ooopack tcpi_snd_wnd' },
    bpf_perf_event_data: { without: 'addr' },
    bpf_perf_event_data_kern: { without: 'event' },
    __sk_buff:     { without: 'data_meta flow_keys tstamp wire_len gso_segs sk gso_size' },
    xdp_md:        { without: 'data_meta ingress_ifindex rx_queue_index egress_ifindex' },
    bpf_sock_ops:  { without: 'is_fullsock snd_cwnd srtt_us bpf_sock_ops_cb_flags state rtt_min snd_ssthresh rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered rate_interval_us packets_out retrans_out total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out sk_txhash bytes_received bytes_acked sk skb_data skb_data_end skb_len skb_tcp_flags' },
    bpf_map_info:  { without: 'name ifindex btf_vmlinux_value_type_id netns_dev netns_ino btf_id btf_key_type_id btf_value_type_id' },
    statx:         { without: 'stx_mnt_id __spare3' },
    sched_attr:    { without: 'sched_util_min sched_util_max' },
    bpf_map:       { without: 'security btf_key_type_id btf_value_type_id btf_vmlinux_value_type_id btf name freeze_mutex writecnt frozen' },
    bpf_prog:      { without: 'jit_requested expected_attach_type' },
    bpf_prog_aux:  { without: 'func_cnt attach_btf_id attach_func_proto attach_func_name load_time name btf linfo' },
    bpf_array:     { without: 'index_mask' },
  },
  enumsUpTo: { bpf_func_id: 'sock_map_update', bpf_cmd: 'OBJ_GET_INFO_BY_FD', bpf_map_type: 'SOCKMAP', bpf_prog_type: 'SK_SKB', bpf_attach_type: 'SK_SKB_STREAM_VERDICT' },
  enums: { pid_type: { prefix: 'PIDTYPE_', values: 'PID PGID SID MAX !__PIDTYPE_TGID' } },
  withoutEnums: 'bpf_link_type bpf_stats_type bpf_task_fd_type bpf_hdr_start_off bpf_lwt_encap_mode',
  withoutTypedefs: 'kernel_siginfo_t',
  called: { kernel_siginfo: 'siginfo' },
  // Functions of calls by the name of the call came with 4.17, openat2 with 5.6.
  without: /^(__x64_sys_|ksys_|__sys_|do_sys_openat2$|bpf_iter_|btf_trace_inet_sock_set_state$|btf_trace_tcp_)/,
};
