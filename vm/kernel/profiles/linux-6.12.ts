// What Linux 6.12 has otherwise than 6.18: names and types of members as its sources have them; where they lie is our own.
import type { ReleaseChanges } from './release.ts';

/** @see include/linux/sched.h, fs.h, dcache.h, kernfs.h, include/trace/events/ of Linux 6.12 */
// oxfmt-ignore
export const LINUX_6_12: ReleaseChanges = {
  withoutStructs: 'trace_event_raw_exceptions trace_event_raw_sched_process_exit trace_event_raw_tcp_retransmit_skb',
  structs: {
    renamedata: { bytes: 72, members: {
      old_mnt_idmap: [0, 'struct mnt_idmap *'], old_dir: [8, 'struct inode *'], old_dentry: [16, 'struct dentry *'],
      new_mnt_idmap: [24, 'struct mnt_idmap *'], new_dir: [32, 'struct inode *'], new_dentry: [40, 'struct dentry *'],
      delegated_inode: [48, 'struct inode **'], flags: [56, 'unsigned int'],
    } },
    // Names of tasks are arrays of 16 bytes in all records; later some of them lie behind the record.
    trace_event_raw_sched_process_template: { bytes: 32, members: { ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], prio: [28, 'int'], __data: [32, 'char[0]'] } },
    trace_event_raw_sched_process_fork: { bytes: 48, members: {
      ent: [0, 'struct trace_entry'], parent_comm: [8, 'char[16]'], parent_pid: [24, 'pid_t'], child_comm: [28, 'char[16]'],
      child_pid: [44, 'pid_t'], __data: [48, 'char[0]'],
    } },
    trace_event_raw_sched_process_wait: { bytes: 32, members: { ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], prio: [28, 'int'], __data: [32, 'char[0]'] } },
    trace_event_raw_sched_process_hang: { bytes: 28, members: { ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], __data: [28, 'char[0]'] } },
    trace_event_raw_sched_pi_setprio: { bytes: 36, members: {
      ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], oldprio: [28, 'int'], newprio: [32, 'int'], __data: [36, 'char[0]'],
    } },
    trace_event_raw_sched_migrate_task: { bytes: 40, members: {
      ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], prio: [28, 'int'], orig_cpu: [32, 'int'],
      dest_cpu: [36, 'int'], __data: [40, 'char[0]'],
    } },
    trace_event_raw_sched_stat_runtime: { bytes: 40, members: { ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], runtime: [32, 'u64'], __data: [40, 'char[0]'] } },
  },
  members: {
    task_struct:      { further: { on_rq: 16, tasks: 64, comm: 32, seccomp: 8 } },
    cred:             { further: { user: 16 } },
    signal_struct:    { further: { pids: 16, rlim: 8 } },
    mm_struct:        { as: { flags: ['flags', 'long unsigned int'] }, further: { mmap_base: 8, total_vm: 16, exe_file: 8 } },
    files_struct:     { further: { file_lock: 64 } },
    fs_struct:        { as: { seq: ['seq', 'seqcount_spinlock_t'] } },
    sched_info:       { without: 'max_run_delay min_run_delay' },
    cfs_rq:           { as: { nr_queued: ['nr_running', 'unsigned int'], h_nr_queued: ['h_nr_running', 'unsigned int'] } },
    kernfs_node:      { as: { __parent: ['parent', 'struct kernfs_node *'] }, further: { id: 16 } },
    file:             { without: '__f_path', as: { f_path: ['f_path', 'struct path'], f_ref: ['f_count', 'atomic_long_t'] }, further: { f_flags: 8 } },
    inode:            { as: { i_state: ['i_state', 'u32'] }, further: { i_ino: 8 } },
    dentry:           { without: '__d_name', as: { d_name: ['d_name', 'struct qstr'], d_shortname: ['d_iname', 'unsigned char[40]'] } },
    super_block:      { as: { s_mounts: ['s_mounts', 'struct list_head'] } },
    super_operations: { without: 'remove_bdev' },
    mount:            { as: { mnt_slave_list: ['mnt_slave_list', 'struct list_head'], mnt_slave: ['mnt_slave', 'struct list_head'] }, further: { mnt_ns: 16 } },
    ns_common:        { with: { inum: [['count', 'refcount_t']] } },
    kiocb:            { without: 'ki_write_stream' },
    kstat:            { without: 'dio_read_offset_align atomic_write_unit_max_opt' },
    linux_binprm:     { without: 'is_check' },
    semaphore:        { without: 'last_holder' },
    cgroup_freezer_state: { without: 'freeze_seq freeze_start_nsec frozen_nsec' },
    cgroup:           { further: { kn: 8, root: 24 } },
    page:             { as: { flags: ['flags', 'long unsigned int'] } },
    skb_shared_info:  { without: 'xdp_frags_truesize' },
    tcphdr:           { without: 'ae', put: { res1: [12, '__u16', 4, 0] } },
    flowi_common:     { as: { flowic_dscp: ['flowic_tos', '__u8'] } },
    xdp_buff:         { without: 'frame_sz_flags_init' },
    xdp_frame:        { without: 'mem_type' },
    trace_event_raw_kmem_cache_alloc: { without: '__data_loc_name' },
    sock:             { further: { sk_protocol: 16 } },
    tcp_options_received: { without: 'accecn' },
    tcp_info:         { without: 'tcpi_received_ce tcpi_delivered_e1_bytes tcpi_delivered_e0_bytes tcpi_delivered_ce_bytes tcpi_received_e1_bytes tcpi_received_e0_bytes tcpi_received_ce_bytes tcpi_accecn_fail_mode tcpi_accecn_opt_seen' },
    bpf_map_info:     { without: 'hash hash_size' },
    statx:            { without: 'stx_dio_read_offset_align stx_atomic_write_unit_max_opt' },
    trace_event_raw_task_newtask: { put: { clone_flags: [32, 'long unsigned int'] } },
  },
  enumsUpTo: { bpf_cmd: 'TOKEN_CREATE', bpf_attach_type: 'TRACE_KPROBE_SESSION' },
  funcs: {
    // Later they are told whether the kernel itself calls. @see include/linux/lsm_hook_defs.h
    bpf_lsm_bpf:      { ret: 'int', params: { cmd: 'int', attr: 'union bpf_attr *', size: 'unsigned int' } },
    security_bpf:     { ret: 'int', params: { cmd: 'int', attr: 'union bpf_attr *', size: 'unsigned int' } },
    __seccomp_filter: { ret: 'int', params: { this_syscall: 'int', sd: 'const struct seccomp_data *', recheck_after_trace: 'const bool' } },
  },
  protos: {
    btf_trace_sched_process_exit: { ret: 'void', params: { __data: 'void *', p: 'struct task_struct *' } },
    btf_trace_task_newtask:       { ret: 'void', params: { __data: 'void *', task: 'struct task_struct *', clone_flags: 'long unsigned int' } },
  },
  // Kernel functions that came later.
  without: new RegExp(`^(${[
    'bpf_str.*|bpf_dynptr_(copy|memset|from_skb_meta)|bpf_(probe_read|copy_from)_\\w+_dynptr|bpf_copy_from_user_task_str|bpf_res_spin_\\w+',
    'bpf_local_irq_\\w+|bpf_arena_reserve_pages|bpf_list_(front|back)|bpf_rbtree_(root|left|right)|bpf_task_work_\\w+|bpf_stream_\\w+',
    'bpf_iter_(dmabuf|kmem_cache)_(new|next|destroy)|bpf_get_kmem_cache|bpf_cpumask_populate|bpf_cgroup_read_xattr|bpf_send_signal_task',
    'bpf_task_from_vpid|bpf_xdp_pull_data|bpf_sock_ops_enable_tx_tstamp|bpf_(set|remove)_dentry_xattr|css_rstat_\\w+',
  ].join('|')})$`),
};
