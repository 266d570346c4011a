// What the scheduler keeps of a task, and its queues. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Entities, run queues, groups. */
// oxfmt-ignore
export const SCHEDULER_STRUCTS = {
  load_weight: { bytes: 16, members: { weight: [0, 'long unsigned int'], inv_weight: [8, 'u32'] } },
  sched_avg: { bytes: 64, members: {
    last_update_time: [0, 'u64'], load_sum: [8, 'u64'], runnable_sum: [16, 'u64'], util_sum: [24, 'u32'],
    period_contrib: [28, 'u32'], load_avg: [32, 'long unsigned int'], runnable_avg: [40, 'long unsigned int'],
    util_avg: [48, 'long unsigned int'], util_est: [56, 'unsigned int'],
  } },
  sched_entity: { bytes: 256, members: {
    load: [0, 'struct load_weight'], run_node: [16, 'struct rb_node'], deadline: [40, 'u64'], min_vruntime: [48, 'u64'],
    group_node: [72, 'struct list_head'], on_rq: [88, 'unsigned char'], exec_start: [96, 'u64'], sum_exec_runtime: [104, 'u64'],
    prev_sum_exec_runtime: [112, 'u64'], vruntime: [120, 'u64'], slice: [136, 'u64'], nr_migrations: [144, 'u64'],
    depth: [152, 'int'], parent: [160, 'struct sched_entity *'], cfs_rq: [168, 'struct cfs_rq *'], my_q: [176, 'struct cfs_rq *'],
    avg: [192, 'struct sched_avg'],
  } },
  sched_rt_entity: { bytes: 72, members: {
    run_list: [0, 'struct list_head'], timeout: [16, 'long unsigned int'], time_slice: [32, 'unsigned int'],
    on_rq: [36, 'short unsigned int'], on_list: [38, 'short unsigned int'], back: [40, 'struct sched_rt_entity *'],
  } },
  sched_dl_entity: { bytes: 240, members: {
    rb_node: [0, 'struct rb_node'], dl_runtime: [24, 'u64'], dl_deadline: [32, 'u64'], dl_period: [40, 'u64'],
    runtime: [64, 's64'], deadline: [72, 'u64'], flags: [80, 'unsigned int'],
  } },
  sched_info: { bytes: 48, members: {
    pcount: [0, 'long unsigned int'], run_delay: [8, 'long long unsigned int'], max_run_delay: [16, 'long long unsigned int'],
    min_run_delay: [24, 'long long unsigned int'], last_arrival: [32, 'long long unsigned int'],
    last_queued: [40, 'long long unsigned int'],
  } },
  cfs_rq: { bytes: 512, members: {
    load: [0, 'struct load_weight'], nr_queued: [16, 'unsigned int'], h_nr_queued: [20, 'unsigned int'],
    curr: [72, 'struct sched_entity *'], next: [80, 'struct sched_entity *'], rq: [312, 'struct rq *'],
    tg: [344, 'struct task_group *'],
  } },
  rt_rq: { bytes: 1704, members: { rt_nr_running: [1616, 'unsigned int'] } },
  dl_rq: { bytes: 104, members: { dl_nr_running: [16, 'unsigned int'] } },
  rq: { bytes: 3584, shared: ['curr'], members: {
    nr_running: [4, 'unsigned int'], nr_switches: [112, 'u64'], cfs: [128, 'struct cfs_rq'], curr: [2720, 'struct task_struct *'],
    idle: [2736, 'struct task_struct *'], clock: [2776, 'u64'], clock_task: [2816, 'u64'], cpu: [2984, 'int'],
  } },
  task_group: { bytes: 704, members: {
    css: [0, 'struct cgroup_subsys_state'], se: [216, 'struct sched_entity **'], cfs_rq: [224, 'struct cfs_rq **'],
    shares: [232, 'long unsigned int'], parent: [408, 'struct task_group *'],
  } },
  thread_info: { bytes: 24, members: {
    flags: [0, 'long unsigned int'], syscall_work: [8, 'long unsigned int'], status: [16, 'u32'], cpu: [20, 'u32'],
  } },
  thread_struct: { bytes: 152, members: {
    sp: [24, 'long unsigned int'], es: [32, 'short unsigned int'], ds: [34, 'short unsigned int'],
    fsbase: [40, 'long unsigned int'], gsbase: [48, 'long unsigned int'], cr2: [104, 'long unsigned int'],
    trap_nr: [112, 'long unsigned int'], error_code: [120, 'long unsigned int'],
  } },
  restart_block: { bytes: 56, members: { arch_data: [0, 'long unsigned int'] } },
  task_delay_info: { bytes: 256, members: { blkio_start: [8, 'u64'], blkio_delay: [32, 'u64'], blkio_count: [72, 'u32'] } },
  sched_param: { bytes: 4, members: { sched_priority: [0, 'int'] } },
} as const satisfies Record<string, StructTable>;
