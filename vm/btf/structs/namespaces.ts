// Namespaces and control groups. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Namespaces. */
// oxfmt-ignore
export const NAMESPACE_STRUCTS = {
  nsproxy: { bytes: 72, members: {
    count: [0, 'refcount_t'], uts_ns: [8, 'struct uts_namespace *'], ipc_ns: [16, 'struct ipc_namespace *'],
    mnt_ns: [24, 'struct mnt_namespace *'], pid_ns_for_children: [32, 'struct pid_namespace *'], net_ns: [40, 'struct net *'],
    time_ns: [48, 'struct time_namespace *'], time_ns_for_children: [56, 'struct time_namespace *'],
    cgroup_ns: [64, 'struct cgroup_namespace *'],
  } },
  ns_common: { bytes: 80, members: {
    stashed: [8, 'struct dentry *'], ops: [16, 'const struct proc_ns_operations *'], inum: [24, 'unsigned int'],
  } },
  user_namespace: { bytes: 672, members: {
    parent: [192, 'struct user_namespace *'], level: [200, 'int'], owner: [204, 'kuid_t'], group: [208, 'kgid_t'],
    ns: [216, 'struct ns_common'], flags: [296, 'long unsigned int'], parent_could_setfcap: [304, 'bool'],
    ucounts: [528, 'struct ucounts *'],
  } },
  uts_namespace: { bytes: 488, members: {
    name: [0, 'struct new_utsname'], user_ns: [392, 'struct user_namespace *'], ucounts: [400, 'struct ucounts *'],
    ns: [408, 'struct ns_common'],
  } },
  new_utsname: { bytes: 390, members: {
    sysname: [0, 'char[65]'], nodename: [65, 'char[65]'], release: [130, 'char[65]'], version: [195, 'char[65]'],
    machine: [260, 'char[65]'], domainname: [325, 'char[65]'],
  } },
  ipc_namespace: { bytes: 1200, members: {
    user_ns: [1096, 'struct user_namespace *'], ucounts: [1104, 'struct ucounts *'], ns: [1120, 'struct ns_common'],
  } },
  cgroup_namespace: { bytes: 104, members: {
    ns: [0, 'struct ns_common'], user_ns: [80, 'struct user_namespace *'], ucounts: [88, 'struct ucounts *'],
    root_cset: [96, 'struct css_set *'],
  } },
  time_namespace: { bytes: 144, members: {
    user_ns: [0, 'struct user_namespace *'], ucounts: [8, 'struct ucounts *'], ns: [16, 'struct ns_common'],
  } },
  fs_pin: { bytes: 72, members: { done: [24, 'int'] } },
} as const satisfies Record<string, StructTable>;

/** Control groups. */
// oxfmt-ignore
export const CGROUP_STRUCTS = {
  cgroup: { bytes: 2240, members: {
    self: [0, 'struct cgroup_subsys_state'], flags: [208, 'long unsigned int'], level: [216, 'int'], max_depth: [220, 'int'],
    nr_descendants: [224, 'int'], max_descendants: [232, 'int'], kn: [256, 'struct kernfs_node *'],
    procs_file: [264, 'struct cgroup_file'], events_file: [320, 'struct cgroup_file'], subtree_control: [544, 'u16'],
    subtree_ss_mask: [546, 'u16'], root: [696, 'struct cgroup_root *'], cset_links: [704, 'struct list_head'],
    e_csets: [720, 'struct list_head[12]'], dom_cgrp: [912, 'struct cgroup *'], old_dom_cgrp: [920, 'struct cgroup *'],
    bpf: [1160, 'struct cgroup_bpf'], freezer: [2184, 'struct cgroup_freezer_state'], ancestors: [2224, 'struct cgroup *[0]'],
  } },
  cgroup_root: { bytes: 6528, members: {
    kf_root: [0, 'struct kernfs_root *'], subsys_mask: [8, 'unsigned int'], hierarchy_id: [12, 'int'],
    root_list: [16, 'struct list_head'], cgrp: [64, 'struct cgroup'], cgrp_ancestor_storage: [2304, 'struct cgroup *'],
    nr_cgrps: [2312, 'atomic_t'], flags: [2316, 'unsigned int'], release_agent_path: [2320, 'char[4096]'],
    name: [6416, 'char[64]'],
  } },
  kernfs_root: { bytes: 248, members: { kn: [0, 'struct kernfs_node *'], flags: [8, 'unsigned int'] } },
  cgroup_subsys_state: { bytes: 208, members: {
    cgroup: [0, 'struct cgroup *'], ss: [8, 'struct cgroup_subsys *'], refcnt: [16, 'struct percpu_ref'],
    sibling: [40, 'struct list_head'], children: [56, 'struct list_head'], id: [72, 'int'], flags: [76, 'unsigned int'],
    serial_nr: [80, 'u64'], online_cnt: [88, 'atomic_t'], destroy_work: [96, 'struct work_struct'],
    parent: [184, 'struct cgroup_subsys_state *'],
  } },
  cgroup_subsys: { bytes: 256, members: {
    id: [156, 'int'], name: [160, 'const char *'], legacy_name: [168, 'const char *'], root: [176, 'struct cgroup_root *'],
    depends_on: [240, 'unsigned int'],
  } },
  css_set: { bytes: 544, members: {
    subsys: [0, 'struct cgroup_subsys_state *[12]'], refcount: [96, 'refcount_t'], dom_cset: [104, 'struct css_set *'],
    dfl_cgrp: [112, 'struct cgroup *'], nr_tasks: [120, 'int'], tasks: [128, 'struct list_head'],
    mg_tasks: [144, 'struct list_head'], dying_tasks: [160, 'struct list_head'], task_iters: [176, 'struct list_head'],
    cgrp_links: [432, 'struct list_head'],
  } },
  cgroup_freezer_state: { bytes: 32, members: {
    freeze: [0, 'bool'], e_freeze: [1, 'bool'], nr_frozen_descendants: [4, 'int'], nr_frozen_tasks: [8, 'int'],
    freeze_seq: [12, 'seqcount_spinlock_t'], freeze_start_nsec: [16, 'u64'], frozen_nsec: [24, 'u64'],
  } },
  mem_cgroup: { bytes: 2176, members: {
    css: [0, 'struct cgroup_subsys_state'], id: [208, 'struct mem_cgroup_id'], memory: [256, 'struct page_counter'],
  } },
  page_counter: { bytes: 192, members: {
    usage: [0, 'atomic_long_t'], failcnt: [8, 'long unsigned int'], min: [136, 'long unsigned int'],
    low: [144, 'long unsigned int'], max: [160, 'long unsigned int'], parent: [168, 'struct page_counter *'],
  } },
} as const satisfies Record<string, StructTable>;
