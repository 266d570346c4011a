// What programs at tracepoints and probes are given. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Records of tracepoints, registers, arguments. */
// oxfmt-ignore
export const EVENT_STRUCTS = {
  trace_entry: { bytes: 8, members: {
    type: [0, 'short unsigned int'], flags: [2, 'unsigned char'], preempt_count: [3, 'unsigned char'], pid: [4, 'int'],
  } },
  trace_event_raw_sys_enter: { bytes: 64, members: {
    ent: [0, 'struct trace_entry'], id: [8, 'long int'], args: [16, 'long unsigned int[6]'], __data: [64, 'char[0]'],
  } },
  trace_event_raw_sys_exit: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], id: [8, 'long int'], ret: [16, 'long int'], __data: [24, 'char[0]'],
  } },
  syscall_trace_enter: { bytes: 16, members: { ent: [0, 'struct trace_entry'], nr: [8, 'int'], args: [16, 'long unsigned int[0]'] } },
  syscall_trace_exit: { bytes: 24, members: { ent: [0, 'struct trace_entry'], nr: [8, 'int'], ret: [16, 'long int'] } },
  trace_event_raw_sched_process_template: { bytes: 20, members: {
    ent: [0, 'struct trace_entry'], __data_loc_comm: [8, 'u32'], pid: [12, 'pid_t'], prio: [16, 'int'], __data: [20, 'char[0]'],
  } },
  trace_event_raw_sched_process_fork: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], __data_loc_parent_comm: [8, 'u32'], parent_pid: [12, 'pid_t'],
    __data_loc_child_comm: [16, 'u32'], child_pid: [20, 'pid_t'], __data: [24, 'char[0]'],
  } },
  trace_event_raw_sched_process_exec: { bytes: 20, members: {
    ent: [0, 'struct trace_entry'], __data_loc_filename: [8, 'u32'], pid: [12, 'pid_t'], old_pid: [16, 'pid_t'],
    __data: [20, 'char[0]'],
  } },
  trace_event_raw_sched_process_exit: { bytes: 36, members: {
    ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], prio: [28, 'int'], group_dead: [32, 'bool'],
    __data: [33, 'char[0]'],
  } },
  trace_event_raw_sched_process_wait: { bytes: 20, members: {
    ent: [0, 'struct trace_entry'], __data_loc_comm: [8, 'u32'], pid: [12, 'pid_t'], prio: [16, 'int'], __data: [20, 'char[0]'],
  } },
  trace_event_raw_sched_process_hang: { bytes: 16, members: {
    ent: [0, 'struct trace_entry'], __data_loc_comm: [8, 'u32'], pid: [12, 'pid_t'], __data: [16, 'char[0]'],
  } },
  trace_event_raw_sched_prepare_exec: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], __data_loc_interp: [8, 'u32'], __data_loc_filename: [12, 'u32'], pid: [16, 'pid_t'],
    __data_loc_comm: [20, 'u32'], __data: [24, 'char[0]'],
  } },
  trace_event_raw_sched_switch: { bytes: 64, members: {
    ent: [0, 'struct trace_entry'], prev_comm: [8, 'char[16]'], prev_pid: [24, 'pid_t'], prev_prio: [28, 'int'],
    prev_state: [32, 'long int'], next_comm: [40, 'char[16]'], next_pid: [56, 'pid_t'], next_prio: [60, 'int'],
    __data: [64, 'char[0]'],
  } },
  trace_event_raw_sched_wakeup_template: { bytes: 36, members: {
    ent: [0, 'struct trace_entry'], comm: [8, 'char[16]'], pid: [24, 'pid_t'], prio: [28, 'int'], target_cpu: [32, 'int'],
    __data: [36, 'char[0]'],
  } },
  trace_event_raw_sched_migrate_task: { bytes: 28, members: {
    ent: [0, 'struct trace_entry'], __data_loc_comm: [8, 'u32'], pid: [12, 'pid_t'], prio: [16, 'int'], orig_cpu: [20, 'int'],
    dest_cpu: [24, 'int'], __data: [28, 'char[0]'],
  } },
  trace_event_raw_sched_stat_runtime: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], __data_loc_comm: [8, 'u32'], pid: [12, 'pid_t'], runtime: [16, 'u64'], __data: [24, 'char[0]'],
  } },
  trace_event_raw_signal_generate: { bytes: 48, members: {
    ent: [0, 'struct trace_entry'], sig: [8, 'int'], errno: [12, 'int'], code: [16, 'int'], comm: [20, 'char[16]'],
    pid: [36, 'pid_t'], group: [40, 'int'], result: [44, 'int'], __data: [48, 'char[0]'],
  } },
  trace_event_raw_signal_deliver: { bytes: 40, members: {
    ent: [0, 'struct trace_entry'], sig: [8, 'int'], errno: [12, 'int'], code: [16, 'int'], sa_handler: [24, 'long unsigned int'],
    sa_flags: [32, 'long unsigned int'], __data: [40, 'char[0]'],
  } },
  trace_event_raw_task_newtask: { bytes: 48, members: {
    ent: [0, 'struct trace_entry'], pid: [8, 'pid_t'], comm: [12, 'char[16]'], clone_flags: [32, 'u64'],
    oom_score_adj: [40, 'short int'], __data: [42, 'char[0]'],
  } },
  trace_event_raw_task_rename: { bytes: 48, members: {
    ent: [0, 'struct trace_entry'], pid: [8, 'pid_t'], oldcomm: [12, 'char[16]'], newcomm: [28, 'char[16]'],
    oom_score_adj: [44, 'short int'], __data: [46, 'char[0]'],
  } },
  trace_event_raw_inet_sock_set_state: { bytes: 72, members: {
    ent: [0, 'struct trace_entry'], skaddr: [8, 'const void *'], oldstate: [16, 'int'], newstate: [20, 'int'],
    sport: [24, '__u16'], dport: [26, '__u16'], family: [28, '__u16'], protocol: [30, '__u16'], saddr: [32, '__u8[4]'],
    daddr: [36, '__u8[4]'], saddr_v6: [40, '__u8[16]'], daddr_v6: [56, '__u8[16]'], __data: [72, 'char[0]'],
  } },
  trace_event_raw_net_dev_template: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], skbaddr: [8, 'void *'], len: [16, 'unsigned int'], __data_loc_name: [20, 'u32'],
    __data: [24, 'char[0]'],
  } },
  trace_event_raw_kfree_skb: { bytes: 40, members: {
    ent: [0, 'struct trace_entry'], skbaddr: [8, 'void *'], location: [16, 'void *'], rx_sk: [24, 'void *'],
    protocol: [32, 'short unsigned int'], reason: [36, 'enum skb_drop_reason'], __data: [40, 'char[0]'],
  } },
  trace_event_raw_tcp_event_sk: { bytes: 72, members: {
    ent: [0, 'struct trace_entry'], skaddr: [8, 'const void *'], sport: [16, '__u16'], dport: [18, '__u16'], family: [20, '__u16'],
    saddr: [22, '__u8[4]'], daddr: [26, '__u8[4]'], saddr_v6: [30, '__u8[16]'], daddr_v6: [46, '__u8[16]'],
    sock_cookie: [64, '__u64'], __data: [72, 'char[0]'],
  } },
  trace_event_raw_tcp_probe: { bytes: 136, members: {
    ent: [0, 'struct trace_entry'], saddr: [8, '__u8[28]'], daddr: [36, '__u8[28]'], sport: [64, '__u16'], dport: [66, '__u16'],
    family: [68, '__u16'], mark: [72, '__u32'], data_len: [76, '__u16'], snd_nxt: [80, '__u32'], snd_una: [84, '__u32'],
    snd_cwnd: [88, '__u32'], ssthresh: [92, '__u32'], snd_wnd: [96, '__u32'], srtt: [100, '__u32'], rcv_wnd: [104, '__u32'],
    sock_cookie: [112, '__u64'], skbaddr: [120, 'const void *'], skaddr: [128, 'const void *'], __data: [136, 'char[0]'],
  } },
  trace_event_raw_mm_page_alloc: { bytes: 40, members: {
    ent: [0, 'struct trace_entry'], pfn: [8, 'long unsigned int'], order: [16, 'unsigned int'],
    gfp_flags: [24, 'long unsigned int'], migratetype: [32, 'int'], __data: [36, 'char[0]'],
  } },
  trace_event_raw_mm_page_free: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], pfn: [8, 'long unsigned int'], order: [16, 'unsigned int'], __data: [20, 'char[0]'],
  } },
  trace_event_raw_kmalloc: { bytes: 56, members: {
    ent: [0, 'struct trace_entry'], call_site: [8, 'long unsigned int'], ptr: [16, 'const void *'], bytes_req: [24, 'size_t'],
    bytes_alloc: [32, 'size_t'], gfp_flags: [40, 'long unsigned int'], node: [48, 'int'], __data: [52, 'char[0]'],
  } },
  trace_event_raw_kfree: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], call_site: [8, 'long unsigned int'], ptr: [16, 'const void *'], __data: [24, 'char[0]'],
  } },
  trace_event_raw_kmem_cache_alloc: { bytes: 64, members: {
    ent: [0, 'struct trace_entry'], call_site: [8, 'long unsigned int'], ptr: [16, 'const void *'], __data_loc_name: [24, 'u32'],
    bytes_req: [32, 'size_t'], bytes_alloc: [40, 'size_t'], gfp_flags: [48, 'long unsigned int'], node: [56, 'int'],
    accounted: [60, 'bool'], __data: [61, 'char[0]'],
  } },
  trace_event_raw_kmem_cache_free: { bytes: 32, members: {
    ent: [0, 'struct trace_entry'], call_site: [8, 'long unsigned int'], ptr: [16, 'const void *'], __data_loc_name: [24, 'u32'],
    __data: [28, 'char[0]'],
  } },
  trace_event_raw_block_rq: { bytes: 64, members: {
    ent: [0, 'struct trace_entry'], dev: [8, 'dev_t'], sector: [16, 'sector_t'], nr_sector: [24, 'unsigned int'],
    bytes: [28, 'unsigned int'], ioprio: [32, 'short unsigned int'], rwbs: [34, 'char[10]'], comm: [44, 'char[16]'],
    __data_loc_cmd: [60, 'u32'], __data: [64, 'char[0]'],
  } },
  trace_event_raw_block_rq_completion: { bytes: 48, members: {
    ent: [0, 'struct trace_entry'], dev: [8, 'dev_t'], sector: [16, 'sector_t'], nr_sector: [24, 'unsigned int'],
    error: [28, 'int'], ioprio: [32, 'short unsigned int'], rwbs: [34, 'char[10]'], __data_loc_cmd: [44, 'u32'],
    __data: [48, 'char[0]'],
  } },
  trace_event_raw_softirq: { bytes: 12, members: { ent: [0, 'struct trace_entry'], vec: [8, 'unsigned int'], __data: [12, 'char[0]'] } },
  trace_event_raw_irq_handler_entry: { bytes: 16, members: {
    ent: [0, 'struct trace_entry'], irq: [8, 'int'], __data_loc_name: [12, 'u32'], __data: [16, 'char[0]'],
  } },
  trace_event_raw_irq_handler_exit: { bytes: 16, members: {
    ent: [0, 'struct trace_entry'], irq: [8, 'int'], ret: [12, 'int'], __data: [16, 'char[0]'],
  } },
  trace_event_raw_oom_score_adj_update: { bytes: 32, members: {
    ent: [0, 'struct trace_entry'], pid: [8, 'pid_t'], comm: [12, 'char[16]'], oom_score_adj: [28, 'short int'],
    __data: [30, 'char[0]'],
  } },
  trace_event_raw_percpu_alloc_percpu: { bytes: 80, members: {
    ent: [0, 'struct trace_entry'], call_site: [8, 'long unsigned int'], reserved: [16, 'bool'], is_atomic: [17, 'bool'],
    size: [24, 'size_t'], align: [32, 'size_t'], base_addr: [40, 'void *'], off: [48, 'int'], ptr: [56, 'void *'],
    bytes_alloc: [64, 'size_t'], gfp_flags: [72, 'long unsigned int'], __data: [80, 'char[0]'],
  } },
  trace_event_raw_percpu_free_percpu: { bytes: 32, members: {
    ent: [0, 'struct trace_entry'], base_addr: [8, 'void *'], off: [16, 'int'], ptr: [24, 'void *'], __data: [32, 'char[0]'],
  } },
  trace_event_raw_workqueue_execute_start: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], work: [8, 'void *'], function: [16, 'void *'], __data: [24, 'char[0]'],
  } },
  trace_event_raw_cpu: { bytes: 16, members: {
    ent: [0, 'struct trace_entry'], state: [8, 'u32'], cpu_id: [12, 'u32'], __data: [16, 'char[0]'],
  } },
  trace_event_raw_cgroup: { bytes: 32, members: {
    ent: [0, 'struct trace_entry'], root: [8, 'int'], level: [12, 'int'], id: [16, 'u64'], __data_loc_path: [24, 'u32'],
    __data: [28, 'char[0]'],
  } },
  trace_event_raw_cgroup_migrate: { bytes: 40, members: {
    ent: [0, 'struct trace_entry'], dst_root: [8, 'int'], dst_level: [12, 'int'], dst_id: [16, 'u64'], pid: [24, 'int'],
    __data_loc_dst_path: [28, 'u32'], __data_loc_comm: [32, 'u32'], __data: [36, 'char[0]'],
  } },
  trace_event_raw_timer_class: { bytes: 16, members: { ent: [0, 'struct trace_entry'], timer: [8, 'void *'], __data: [16, 'char[0]'] } },
  trace_event_raw_consume_skb: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], skbaddr: [8, 'void *'], location: [16, 'void *'], __data: [24, 'char[0]'],
  } },
  trace_event_raw_tcp_retransmit_skb: { bytes: 80, members: {
    ent: [0, 'struct trace_entry'], skbaddr: [8, 'const void *'], skaddr: [16, 'const void *'], state: [24, 'int'],
    sport: [28, '__u16'], dport: [30, '__u16'], family: [32, '__u16'], saddr: [34, '__u8[4]'], daddr: [38, '__u8[4]'],
    saddr_v6: [42, '__u8[16]'], daddr_v6: [58, '__u8[16]'], err: [76, 'int'], __data: [80, 'char[0]'],
  } },
  trace_event_raw_tcp_retransmit_synack: { bytes: 72, members: {
    ent: [0, 'struct trace_entry'], skaddr: [8, 'const void *'], req: [16, 'const void *'], sport: [24, '__u16'],
    dport: [26, '__u16'], family: [28, '__u16'], saddr: [30, '__u8[4]'], daddr: [34, '__u8[4]'], saddr_v6: [38, '__u8[16]'],
    daddr_v6: [54, '__u8[16]'], __data: [70, 'char[0]'],
  } },
  trace_event_raw_bpf_trace_printk: { bytes: 12, members: {
    ent: [0, 'struct trace_entry'], __data_loc_bpf_string: [8, 'u32'], __data: [12, 'char[0]'],
  } },
  trace_event_raw_sched_pi_setprio: { bytes: 24, members: {
    ent: [0, 'struct trace_entry'], __data_loc_comm: [8, 'u32'], pid: [12, 'pid_t'], oldprio: [16, 'int'], newprio: [20, 'int'],
    __data: [24, 'char[0]'],
  } },
  trace_event_raw_mark_victim: { bytes: 72, members: {
    ent: [0, 'struct trace_entry'], pid: [8, 'int'], __data_loc_comm: [12, 'u32'], total_vm: [16, 'long unsigned int'],
    anon_rss: [24, 'long unsigned int'], file_rss: [32, 'long unsigned int'], shmem_rss: [40, 'long unsigned int'],
    uid: [48, 'uid_t'], pgtables: [56, 'long unsigned int'], oom_score_adj: [64, 'short int'], __data: [66, 'char[0]'],
  } },
  trace_event_raw_exceptions: { bytes: 32, members: {
    ent: [0, 'struct trace_entry'], address: [8, 'long unsigned int'], ip: [16, 'long unsigned int'],
    error_code: [24, 'long unsigned int'], __data: [32, 'char[0]'],
  } },
  bpf_raw_tracepoint_args: { bytes: 0, members: { args: [0, '__u64[0]'] } },
  seccomp_data: { bytes: 64, members: {
    nr: [0, 'int'], arch: [4, '__u32'], instruction_pointer: [8, '__u64'], args: [16, '__u64[6]'],
  } },
  pt_regs: { bytes: 168, shared: ['cs', 'csx', 'fred_cs', 'ss', 'ssx', 'fred_ss'], members: {
    r15: [0, 'long unsigned int'], r14: [8, 'long unsigned int'], r13: [16, 'long unsigned int'], r12: [24, 'long unsigned int'],
    bp: [32, 'long unsigned int'], bx: [40, 'long unsigned int'], r11: [48, 'long unsigned int'], r10: [56, 'long unsigned int'],
    r9: [64, 'long unsigned int'], r8: [72, 'long unsigned int'], ax: [80, 'long unsigned int'], cx: [88, 'long unsigned int'],
    dx: [96, 'long unsigned int'], si: [104, 'long unsigned int'], di: [112, 'long unsigned int'],
    orig_ax: [120, 'long unsigned int'], ip: [128, 'long unsigned int'], cs: [136, 'u16'], csx: [136, 'u64'],
    fred_cs: [136, 'struct fred_cs'], flags: [144, 'long unsigned int'], sp: [152, 'long unsigned int'], ss: [160, 'u16'],
    ssx: [160, 'u64'], fred_ss: [160, 'struct fred_ss'],
  } },
  user_regs_struct: { bytes: 216, members: {
    r15: [0, 'long unsigned int'], r14: [8, 'long unsigned int'], r13: [16, 'long unsigned int'], r12: [24, 'long unsigned int'],
    bp: [32, 'long unsigned int'], bx: [40, 'long unsigned int'], r11: [48, 'long unsigned int'], r10: [56, 'long unsigned int'],
    r9: [64, 'long unsigned int'], r8: [72, 'long unsigned int'], ax: [80, 'long unsigned int'], cx: [88, 'long unsigned int'],
    dx: [96, 'long unsigned int'], si: [104, 'long unsigned int'], di: [112, 'long unsigned int'],
    orig_ax: [120, 'long unsigned int'], ip: [128, 'long unsigned int'], cs: [136, 'long unsigned int'],
    flags: [144, 'long unsigned int'], sp: [152, 'long unsigned int'], ss: [160, 'long unsigned int'],
    fs_base: [168, 'long unsigned int'], gs_base: [176, 'long unsigned int'], ds: [184, 'long unsigned int'],
    es: [192, 'long unsigned int'], fs: [200, 'long unsigned int'], gs: [208, 'long unsigned int'],
  } },
  bpf_perf_event_data: { bytes: 184, members: { regs: [0, 'bpf_user_pt_regs_t'], sample_period: [168, '__u64'], addr: [176, '__u64'] } },
  bpf_perf_event_data_kern: { bytes: 24, members: {
    regs: [0, 'bpf_user_pt_regs_t *'], data: [8, 'struct perf_sample_data *'], event: [16, 'struct perf_event *'],
  } },
  perf_event_attr: { bytes: 136, shared: ['sample_period', 'sample_freq'], members: {
    type: [0, '__u32'], size: [4, '__u32'], config: [8, '__u64'], sample_period: [16, '__u64'], sample_freq: [16, '__u64'],
    sample_type: [24, '__u64'],
  } },
  perf_event: { bytes: 1352, members: {
    attr: [216, 'struct perf_event_attr'], ctx: [568, 'struct perf_event_context *'], cpu: [668, 'int'], id: [1008, 'u64'],
    prog: [1048, 'struct bpf_prog *'],
  } },
} as const satisfies Record<string, StructTable>;
