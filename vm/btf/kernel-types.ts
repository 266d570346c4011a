// The kernel's types that this machine knows of, in the place of /sys/kernel/btf/vmlinux: structs that helpers, kernel functions and hooks name,
// functions that a recording comes to, raw tracepoints.
import type { Btf } from './btf.ts';
import { buildBtf, type StructTable, type TypeTables } from './build.ts';
import { ITER_FUNCS, LSM_FUNCS } from './funcs/hooks.ts';
import { KFUNC_PROTOS } from './funcs/kfuncs.ts';
import { TRACED_FUNCS } from './funcs/traced.ts';
import { TRACEPOINT_PROTOS } from './funcs/tracepoints.ts';
import { ANY_SYSCALL_FUNC, KERNEL_FUNCS, SYSCALL_FUNC } from './kernel-funcs.ts';
import { KERNEL_STRUCTS } from './kernel-structs.ts';
import { KERNEL_ENUMS } from './structs/enums.ts';
import { STRUCT_SIZES } from './structs/sizes.ts';
import { KERNEL_TYPEDEFS } from './structs/typedefs.ts';

/** Types that were built from our tables. */
const FROM_TABLES = new WeakSet<Btf>();
let known: Btf | undefined;

/** Those of Linux 6.18; the same object each time. */
export function kernelTypes(): Btf {
  known ??= typesFromTables(kernelTables());
  return known;
}

/** The tables that they are built from. */
export function kernelTables(): Required<TypeTables> {
  return {
    typedefs: KERNEL_TYPEDEFS,
    structs: KERNEL_STRUCTS,
    enums: KERNEL_ENUMS,
    funcs: {
      ...TRACED_FUNCS,
      ...KERNEL_FUNCS,
      ...ITER_FUNCS,
      ...LSM_FUNCS,
      ...KFUNC_PROTOS,
      [ANY_SYSCALL_FUNC]: SYSCALL_FUNC,
    },
    protos: TRACEPOINT_PROTOS,
    sizes: STRUCT_SIZES,
  };
}

/** The types of a kernel as far as our tables go, with what the verifier wants to find besides. */
export function typesFromTables(tables: Required<TypeTables>): Btf {
  const types = buildBtf('vmlinux', FIRST, { ...tables, structs: { ...tables.structs, ...SAFE_MEMBERS } });
  FROM_TABLES.add(types);
  return types;
}

/** True for types that are a part of a kernel's: what they do not tell of may be there all the same. */
export function isFromTables(types: Btf): boolean {
  return FROM_TABLES.has(types);
}

/** Type 1 is unsigned long there too. */
const FIRST = { typedefs: { __kernel_ulong_t: 'long unsigned int' } };

/**
 * Members whose pointers are as trusted as the one that they are reached through; the kernel keeps the list as structs of such names.
 * @see kernel/bpf/verifier.c BTF_TYPE_SAFE_RCU, BTF_TYPE_SAFE_TRUSTED and their kin
 */
// oxfmt-ignore
const SAFE_MEMBERS = {
  task_struct__safe_rcu: { bytes: 32, members: {
    cpus_ptr: [0, 'const cpumask_t *'], cgroups: [8, 'struct css_set *'],
    real_parent: [16, 'struct task_struct *'], group_leader: [24, 'struct task_struct *'] } },
  cgroup__safe_rcu:               { bytes: 8,  members: { kn: [0, 'struct kernfs_node *'] } },
  css_set__safe_rcu:              { bytes: 8,  members: { dfl_cgrp: [0, 'struct cgroup *'] } },
  cgroup_subsys_state__safe_rcu:  { bytes: 8,  members: { cgroup: [0, 'struct cgroup *'] } },
  mm_struct__safe_rcu_or_null:    { bytes: 8,  members: { exe_file: [0, 'struct file *'] } },
  sk_buff__safe_rcu_or_null:      { bytes: 8,  members: { sk: [0, 'struct sock *'] } },
  request_sock__safe_rcu_or_null: { bytes: 8,  members: { sk: [0, 'struct sock *'] } },
  bpf_iter_meta__safe_trusted:    { bytes: 8,  members: { seq: [0, 'struct seq_file *'] } },
  bpf_iter__task__safe_trusted:   { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], task: [8, 'struct task_struct *'] } },
  linux_binprm__safe_trusted:     { bytes: 8,  members: { file: [0, 'struct file *'] } },
  file__safe_trusted:             { bytes: 8,  members: { f_inode: [0, 'struct inode *'] } },
  dentry__safe_trusted_or_null:   { bytes: 8,  members: { d_inode: [0, 'struct inode *'] } },
  socket__safe_trusted_or_null:   { bytes: 8,  members: { sk: [0, 'struct sock *'] } },
} as const satisfies Record<string, StructTable>;
