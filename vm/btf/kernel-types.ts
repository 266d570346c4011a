// The kernel's types that this machine knows of, in the place of /sys/kernel/btf/vmlinux: structs that helpers, kernel functions and hooks name,
// functions that a recording comes to, raw tracepoints.
import { PT_REGS, PT_REGS_BYTES } from '../kernel/pt-regs.ts';
import { TASK_STRUCT } from '../kernel/task-struct.ts';
import type { Btf } from './btf.ts';
import { buildBtf, type StructTable } from './build.ts';
import { ANY_SYSCALL_FUNC, KERNEL_FUNCS, SYSCALL_FUNC, TRACEPOINT_PROTOS } from './kernel-funcs.ts';
import { BPF_STRUCTS, FILE_STRUCTS, NET_STRUCTS, TASK_STRUCTS } from './kernel-structs.ts';
import { MAP_STRUCTS } from './map-structs.ts';

let known: Btf | undefined;

/** Those types; the same object each time. */
export function kernelTypes(): Btf {
  known ??= buildBtf('vmlinux', FIRST, {
    typedefs: TYPEDEFS,
    structs: {
      task_struct: taskStruct(),
      pt_regs: ptRegs(),
      kuid_t: { bytes: 4, members: { val: [0, 'uid_t'] } },
      kgid_t: { bytes: 4, members: { val: [0, 'gid_t'] } },
      refcount_struct: { bytes: 4, members: { refs: [0, 'int'] } },
      ...TASK_STRUCTS,
      ...FILE_STRUCTS,
      ...NET_STRUCTS,
      ...BPF_STRUCTS,
      ...MAP_STRUCTS,
      ...SAFE_MEMBERS,
    },
    funcs: { ...KERNEL_FUNCS, [ANY_SYSCALL_FUNC]: SYSCALL_FUNC },
    protos: TRACEPOINT_PROTOS,
  });
  return known;
}

/** Type 1 is unsigned long there too. */
const FIRST = { typedefs: { size_t: 'long unsigned int' } };

// oxfmt-ignore
const TYPEDEFS = {
  u8: 'unsigned char', u16: 'short unsigned int', u32: 'unsigned int', u64: 'long long unsigned int',
  s64: 'long long int',
  size_t: 'long unsigned int', ssize_t: 'long int', loff_t: 'long long int', off_t: 'long int',
  umode_t: 'short unsigned int', uid_t: 'unsigned int', gid_t: 'unsigned int', key_t: 'int',
  kuid_t: 'struct kuid_t', kgid_t: 'struct kgid_t', cpumask_t: 'struct cpumask', refcount_t: 'struct refcount_struct',
} as const satisfies Record<string, string>;

const TASK_STRUCT_BYTES = 3264;
/** Types of the fields of TASK_STRUCT that are no int. */
const TASK_TYPES: Readonly<Record<string, string>> = {
  __state: 'unsigned int',
  stack: 'void *',
  sched_class: 'const struct sched_class *',
  mm: 'struct mm_struct *',
  active_mm: 'struct mm_struct *',
  real_parent: 'struct task_struct *',
  parent: 'struct task_struct *',
  group_leader: 'struct task_struct *',
  thread_pid: 'struct pid *',
  start_time: 'u64',
  start_boottime: 'u64',
  real_cred: 'const struct cred *',
  cred: 'const struct cred *',
  comm: 'char[16]',
  fs: 'struct fs_struct *',
  files: 'struct files_struct *',
  nsproxy: 'struct nsproxy *',
  signal: 'struct signal_struct *',
  sighand: 'struct sighand_struct *',
  cgroups: 'struct css_set *',
};

function taskStruct(): StructTable {
  const members = Object.entries(TASK_STRUCT).map(
    ([name, { off }]) => [name, [off, TASK_TYPES[name] ?? 'int']] as const,
  );
  return {
    bytes: TASK_STRUCT_BYTES,
    members: { ...Object.fromEntries(members), cpus_ptr: [800, 'const cpumask_t *'] },
  };
}

/** Names of registers in struct pt_regs lack the r that those of the table have: rdi is di. */
function ptRegs(): StructTable {
  const members = Object.entries(PT_REGS).map(([reg, off]) => {
    const name = /^(orig_)?r[a-z]/.test(reg) ? reg.replace('r', '') : reg;
    return [
      reg === 'orig_rax' ? 'orig_ax' : reg === 'eflags' ? 'flags' : name,
      [off, 'unsigned long'],
    ] as const;
  });
  return { bytes: PT_REGS_BYTES, members: Object.fromEntries(members) };
}

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
