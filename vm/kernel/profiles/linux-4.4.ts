// What Linux 4.4 has otherwise than 4.14, as far as that is told here: how seccomp filters are run, and what came between. Offsets are our own.
import type { ReleaseChanges } from './release.ts';

/** @see kernel/seccomp.c seccomp_phase1, include/linux/sched.h, nsproxy.h of Linux 4.4 */
// oxfmt-ignore
export const LINUX_4_4: ReleaseChanges = {
  withoutStructs: 'cgroup_namespace xdp_buff xdp_md statx statx_timestamp',
  members: {
    // struct thread_info lay at the end of the stack until 4.9.
    task_struct: { without: 'thread_info', further: { state: 8, real_start_time: 16 } },
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
