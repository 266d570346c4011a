// What Linux 4.4 has otherwise than 4.14, as far as that is told here: how seccomp filters are run, and what came between. Offsets are our own.
import type { ReleaseChanges } from './release.ts';

/** @see kernel/seccomp.c seccomp_phase1, include/linux/sched.h, nsproxy.h of Linux 4.4 */
// oxfmt-ignore
export const LINUX_4_4: ReleaseChanges = {
  withoutStructs: 'cgroup_namespace kernfs_node_id xdp_buff xdp_md statx statx_timestamp',
  members: {
    // struct thread_info lay at the end of the stack until 4.9, and the CPU in it.
    task_struct: { without: 'thread_info cpu ptracer_cred', further: { state: 8, real_start_time: 16 } },
    signal_struct: { without: 'oom_mm' },
    linux_binprm: { without: 'secureexec' },
    // Threads have cgroups of their own since 4.14; ids of ancestors came with 4.5, programs of a cgroup with 4.10.
    cgroup:      { without: 'max_depth nr_descendants max_descendants dom_cgrp old_dom_cgrp bpf ancestor_ids' },
    cgroup_root: { without: 'cgrp_ancestor_id_storage' },
    css_set:     { without: 'dom_cset nr_tasks', as: { refcount: ['refcount', 'atomic_t'] } },
    kernfs_node: { as: { id: ['ino', 'unsigned int'] } },
    nsproxy:     { without: 'cgroup_ns' },
    cred:        { further: { euid: 8 } },
    mm_struct:   { further: { pgd: 8 } },
    // The owner of a namespace of processes and its count came with 4.9.
    pid_namespace: { without: 'ucounts' },
    mnt_namespace: { without: 'ucounts' },
    uts_namespace: { without: 'ucounts' },
    ipc_namespace: { without: 'ucounts' },
  },
  enumsUpTo: { bpf_func_id: 'perf_event_output', bpf_cmd: 'OBJ_GET', bpf_map_type: 'PERF_EVENT_ARRAY', bpf_prog_type: 'SCHED_ACT' },
  withoutEnums: 'bpf_attach_type xdp_action',
  funcs: { seccomp_phase1: { ret: 'u32', params: { sd: 'struct seccomp_data *' } } },
  without: /^__seccomp_filter$/,
};
