// struct task_struct and struct cred as data: which fields a recording can fill, and where they lie. One layout, that of Linux 6.18 on x86-64 as its
// BTF tells it; programs that ask for fields by CO-RE get these offsets.

/** Where the value of a field comes from. Those of `given` are known only where the recording tells them. */
export type TaskSource =
  | 'tid'
  | 'tgid'
  | 'comm'
  | 'start_time'
  /** The task that made this one, and the first thread of its process. */
  | 'parent'
  | 'leader'
  | 'cred'
  /** What is the same in each task that is making a system call. */
  | 'zero'
  | 'one'
  /** A structure that each such task has, and of which no recording tells anything: a pointer to where every read is unknown. */
  | 'somewhere';

/** A field; numbers in bytes. */
export interface StructField<Source extends string> {
  readonly off: number;
  readonly size: number;
  readonly source: Source;
}

/** struct task_struct, as far as it can be known. `parent` differs from `real_parent` in traced tasks only. @see include/linux/sched.h */
// oxfmt-ignore
export const TASK_STRUCT = {
  __state:        { off: 24,   size: 4,  source: 'zero' },
  stack:          { off: 32,   size: 8,  source: 'somewhere' },
  on_cpu:         { off: 52,   size: 4,  source: 'one' },
  sched_class:    { off: 704,  size: 8,  source: 'somewhere' },
  mm:             { off: 1136, size: 8,  source: 'somewhere' },
  active_mm:      { off: 1144, size: 8,  source: 'somewhere' },
  exit_state:     { off: 1160, size: 4,  source: 'zero' },
  pid:            { off: 1264, size: 4,  source: 'tid' },
  tgid:           { off: 1268, size: 4,  source: 'tgid' },
  real_parent:    { off: 1280, size: 8,  source: 'parent' },
  parent:         { off: 1288, size: 8,  source: 'somewhere' },
  group_leader:   { off: 1328, size: 8,  source: 'leader' },
  thread_pid:     { off: 1368, size: 8,  source: 'somewhere' },
  start_time:     { off: 1552, size: 8,  source: 'start_time' },
  start_boottime: { off: 1560, size: 8,  source: 'start_time' },
  real_cred:      { off: 1728, size: 8,  source: 'cred' },
  cred:           { off: 1736, size: 8,  source: 'cred' },
  comm:           { off: 1752, size: 16, source: 'comm' },
  fs:             { off: 1816, size: 8,  source: 'somewhere' },
  files:          { off: 1824, size: 8,  source: 'somewhere' },
  nsproxy:        { off: 1840, size: 8,  source: 'somewhere' },
  signal:         { off: 1848, size: 8,  source: 'somewhere' },
  sighand:        { off: 1856, size: 8,  source: 'somewhere' },
  cgroups:        { off: 2376, size: 8,  source: 'somewhere' },
} as const satisfies Record<string, StructField<TaskSource>>;

/** struct cred, as far as it can be known. @see include/linux/cred.h */
export const CRED = {
  uid: { off: 8, size: 4, source: 'uid' },
  gid: { off: 12, size: 4, source: 'gid' },
} as const satisfies Record<string, StructField<'uid' | 'gid'>>;
