// The structures that a machine fills, as data: by which name a kernel has them, which members, and what these come from. Where they lie is looked up in
// the kernel's own types: a member that a kernel does not have is left out, one that moved is found. A new member is a row here; a new source is a
// function in sources.ts, and the compiler asks for it.

/** A structure. `struct`: its name; with `|` between them names of different kernels, as for members. */
export interface StructRows {
  readonly struct: string;
  /** Members as C writes them -> source. */
  readonly rows: Readonly<Record<string, string>>;
}

/** Where a dentry keeps a short name. */
export const SHORT_NAME = 'd_iname|d_shortname.string|d_shortname';

/** @see include/linux/sched.h, cred.h, pid.h, nsproxy.h, fs.h, dcache.h, fs/mount.h, include/net/sock.h of Linux 4.4 to 6.18 */
// oxfmt-ignore
export const STRUCT_ROWS = {
  task: { struct: 'task_struct', rows: {
    '__state|state': 'state', exit_state: 'running', on_cpu: 'one', flags: 'flags', exit_code: 'exit_code',
    pid: 'tid', tgid: 'tgid', comm: 'comm', 'start_time': 'start_time', 'start_boottime|real_start_time': 'start_time',
    // They differ in traced tasks only.
    real_parent: 'parent', parent: 'parent', group_leader: 'leader',
    real_cred: 'cred', cred: 'cred', 'thread_pid|pids[0].pid': 'pid', signal: 'signal', fs: 'fs', files: 'files', mm: 'mm', active_mm: 'active_mm',
    nsproxy: 'nsproxy', cgroups: 'cgroups', stack: 'somewhere', sighand: 'somewhere', sched_class: 'somewhere',
  } },
  cred: { struct: 'cred', rows: {
    uid: 'uid', gid: 'gid', suid: 'suid', sgid: 'sgid', euid: 'euid', egid: 'egid', fsuid: 'fsuid', fsgid: 'fsgid',
    user: 'user', user_ns: 'user_ns', group_info: 'somewhere',
  } },
  user: { struct: 'user_struct', rows: { uid: 'uid' } },
  signal: { struct: 'signal_struct', rows: {
    nr_threads: 'members', live: 'threads', 'pids[1]|leader_pid': 'pid',
  } },
  pid: { struct: 'pid', rows: { level: 'level', 'numbers[0].nr': 'nr', 'numbers[0].ns': 'ns' } },
  nsproxy: { struct: 'nsproxy', rows: {
    uts_ns: 'uts', ipc_ns: 'ipc', mnt_ns: 'mnt', pid_ns_for_children: 'pid', net_ns: 'net', time_ns: 'time', cgroup_ns: 'cgroup',
  } },
  uts_ns: { struct: 'uts_namespace', rows: { 'ns.inum': 'inum', user_ns: 'somewhere' } },
  ipc_ns: { struct: 'ipc_namespace', rows: { 'ns.inum': 'inum', user_ns: 'somewhere' } },
  mnt_ns: { struct: 'mnt_namespace', rows: { 'ns.inum': 'inum', user_ns: 'somewhere' } },
  pid_ns: { struct: 'pid_namespace', rows: { 'ns.inum': 'inum', level: 'level', user_ns: 'somewhere' } },
  net_ns: { struct: 'net', rows: { 'ns.inum': 'inum', user_ns: 'somewhere' } },
  time_ns: { struct: 'time_namespace', rows: { 'ns.inum': 'inum', user_ns: 'somewhere' } },
  cgroup_ns: { struct: 'cgroup_namespace', rows: { 'ns.inum': 'inum', user_ns: 'somewhere' } },
  user_ns: { struct: 'user_namespace', rows: { 'ns.inum': 'inum' } },
  fs: { struct: 'fs_struct', rows: {
    umask: 'umask', 'pwd.mnt': 'pwd_mnt', 'pwd.dentry': 'pwd_dentry', 'root.mnt': 'root_mnt', 'root.dentry': 'root_dentry',
  } },
  files: { struct: 'files_struct', rows: { fdt: 'fdt' } },
  fdtable: { struct: 'fdtable', rows: { max_fds: 'max_fds', fd: 'fd' } },
  mm: { struct: 'mm_struct', rows: {
    exe_file: 'exe', arg_start: 'arg_start', arg_end: 'arg_end', owner: 'leader', pgd: 'somewhere',
  } },
  file: { struct: 'file', rows: {
    f_flags: 'flags', 'f_path.mnt': 'mnt', 'f_path.dentry': 'dentry', f_inode: 'inode', private_data: 'private', f_op: 'somewhere',
    f_mapping: 'somewhere', f_cred: 'somewhere',
  } },
  inode: { struct: 'inode', rows: { i_mode: 'mode', i_ino: 'ino', i_rdev: 'rdev', i_sb: 'somewhere', i_op: 'somewhere', i_mapping: 'somewhere' } },
  dentry: { struct: 'dentry', rows: {
    d_parent: 'parent', 'd_name.hash': 'hash', 'd_name.len': 'len', 'd_name.name': 'name', [SHORT_NAME]: 'short', d_inode: 'inode',
    d_sb: 'somewhere',
  } },
  mount: { struct: 'mount|vfsmount', rows: {
    'mnt.mnt_root|mnt_root': 'root', 'mnt.mnt_sb|mnt_sb': 'somewhere', mnt_parent: 'self', mnt_mountpoint: 'root',
  } },
  socket: { struct: 'socket', rows: { type: 'type', file: 'file', sk: 'sk', ops: 'somewhere' } },
  sock: { struct: 'inet_sock|sock', rows: {
    'sk.__sk_common.skc_family|__sk_common.skc_family': 'family',
    'sk.__sk_common.skc_rcv_saddr|__sk_common.skc_rcv_saddr': 'local4', 'sk.__sk_common.skc_daddr|__sk_common.skc_daddr': 'remote4',
    'sk.__sk_common.skc_v6_rcv_saddr|__sk_common.skc_v6_rcv_saddr': 'local6', 'sk.__sk_common.skc_v6_daddr|__sk_common.skc_v6_daddr': 'remote6',
    'sk.__sk_common.skc_num|__sk_common.skc_num': 'local_port', 'sk.__sk_common.skc_dport|__sk_common.skc_dport': 'remote_port',
    'sk.__sk_common.skc_net.net|__sk_common.skc_net.net': 'somewhere',
    'sk.sk_type|sk_type': 'type', 'sk.sk_protocol|sk_protocol': 'protocol', 'sk.sk_socket|sk_socket': 'socket', inet_sport: 'local_port_net',
  } },
  css_set: { struct: 'css_set', rows: { dfl_cgrp: 'own', 'subsys[0]': 'somewhere' } },
  cgroup: { struct: 'cgroup', rows: { level: 'level', kn: 'node', 'self.cgroup': 'self', 'ancestors[0]': 'top', 'ancestor_ids[0]': 'top_id' } },
  kernfs: { struct: 'kernfs_node', rows: { 'id|ino': 'id', '__parent|parent': 'parent' } },
  binprm: { struct: 'linux_binprm', rows: {
    filename: 'filename', interp: 'interp', file: 'file', argc: 'argc', mm: 'mm', cred: 'cred',
  } },
  siginfo: { struct: 'kernel_siginfo|siginfo', rows: {
    si_signo: 'signal', si_errno: 'errno', si_code: 'code', '_sifields._sigchld._pid': 'pid', '_sifields._sigchld._uid': 'uid',
    '_sifields._sigchld._status': 'status',
  } },
  sigaction: { struct: 'k_sigaction', rows: { 'sa.sa_handler': 'handler', 'sa.sa_flags': 'flags' } },
  filename: { struct: 'filename', rows: { name: 'name' } },
} as const satisfies Record<string, StructRows>;
export type StructKind = keyof typeof STRUCT_ROWS;

/** Names of the sources of a structure. */
export type SourceName<Kind extends StructKind> = Extract<
  (typeof STRUCT_ROWS)[Kind]['rows'][keyof (typeof STRUCT_ROWS)[Kind]['rows']],
  string
>;
