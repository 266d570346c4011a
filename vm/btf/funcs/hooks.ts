// Functions that stand for hooks: those of iterators and of security modules. Linux 6.18 on x86-64, as its BTF tells them.
import type { FuncTable } from '../build.ts';

/** What an iterator calls for each object. */
// oxfmt-ignore
export const ITER_FUNCS = {
  bpf_iter_task: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', task: 'struct task_struct *' } },
  bpf_iter_task_file: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', task: 'struct task_struct *', fd: 'u32', file: 'struct file *' } },
  bpf_iter_task_vma: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', task: 'struct task_struct *', vma: 'struct vm_area_struct *' } },
  bpf_iter_bpf_map: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', map: 'struct bpf_map *' } },
  bpf_iter_bpf_prog: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', prog: 'struct bpf_prog *' } },
  bpf_iter_bpf_link: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', link: 'struct bpf_link *' } },
  bpf_iter_bpf_map_elem: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', map: 'struct bpf_map *', key: 'void *', value: 'void *' } },
  bpf_iter_tcp: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', sk_common: 'struct sock_common *', uid: 'uid_t' } },
  bpf_iter_udp: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', udp_sk: 'struct udp_sock *', uid: 'uid_t', bucket: 'int' } },
  bpf_iter_unix: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', unix_sk: 'struct unix_sock *', uid: 'uid_t' } },
  bpf_iter_netlink: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', sk: 'struct netlink_sock *' } },
  bpf_iter_cgroup: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', cgroup: 'struct cgroup *' } },
  bpf_iter_ksym: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', ksym: 'struct kallsym_iter *' } },
  bpf_iter_kmem_cache: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', s: 'struct kmem_cache *' } },
  bpf_iter_sockmap: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', map: 'struct bpf_map *', key: 'void *', sk: 'struct sock *' } },
  bpf_iter_bpf_sk_storage_map: { ret: 'int', params: {
    meta: 'struct bpf_iter_meta *', map: 'struct bpf_map *', sk: 'struct sock *', value: 'void *',
  } },
  bpf_iter_ipv6_route: { ret: 'int', params: { meta: 'struct bpf_iter_meta *', rt: 'struct fib6_info *' } },
} as const satisfies Record<string, FuncTable>;

/** Hooks of security modules, those that tools use most. */
// oxfmt-ignore
export const LSM_FUNCS = {
  bpf_lsm_bpf: { ret: 'int', params: { cmd: 'int', attr: 'union bpf_attr *', size: 'unsigned int', kernel: 'bool' } },
  bpf_lsm_file_open: { ret: 'int', params: { file: 'struct file *' } },
  bpf_lsm_file_permission: { ret: 'int', params: { file: 'struct file *', mask: 'int' } },
  bpf_lsm_bprm_check_security: { ret: 'int', params: { bprm: 'struct linux_binprm *' } },
  bpf_lsm_bprm_committed_creds: { ret: 'void', params: { bprm: 'const struct linux_binprm *' } },
  bpf_lsm_bprm_creds_for_exec: { ret: 'int', params: { bprm: 'struct linux_binprm *' } },
  bpf_lsm_task_alloc: { ret: 'int', params: { task: 'struct task_struct *', clone_flags: 'u64' } },
  bpf_lsm_task_free: { ret: 'void', params: { task: 'struct task_struct *' } },
  bpf_lsm_task_kill: { ret: 'int', params: { p: 'struct task_struct *', info: 'struct kernel_siginfo *', sig: 'int', cred: 'const struct cred *' } },
  bpf_lsm_task_fix_setuid: { ret: 'int', params: { new: 'struct cred *', old: 'const struct cred *', flags: 'int' } },
  bpf_lsm_cred_prepare: { ret: 'int', params: { new: 'struct cred *', old: 'const struct cred *', gfp: 'gfp_t' } },
  bpf_lsm_inode_create: { ret: 'int', params: { dir: 'struct inode *', dentry: 'struct dentry *', mode: 'umode_t' } },
  bpf_lsm_inode_unlink: { ret: 'int', params: { dir: 'struct inode *', dentry: 'struct dentry *' } },
  bpf_lsm_inode_mkdir: { ret: 'int', params: { dir: 'struct inode *', dentry: 'struct dentry *', mode: 'umode_t' } },
  bpf_lsm_inode_rmdir: { ret: 'int', params: { dir: 'struct inode *', dentry: 'struct dentry *' } },
  bpf_lsm_inode_rename: { ret: 'int', params: {
    old_dir: 'struct inode *', old_dentry: 'struct dentry *', new_dir: 'struct inode *', new_dentry: 'struct dentry *',
  } },
  bpf_lsm_inode_permission: { ret: 'int', params: { inode: 'struct inode *', mask: 'int' } },
  bpf_lsm_inode_setattr: { ret: 'int', params: { idmap: 'struct mnt_idmap *', dentry: 'struct dentry *', attr: 'struct iattr *' } },
  bpf_lsm_inode_getattr: { ret: 'int', params: { path: 'const struct path *' } },
  bpf_lsm_path_unlink: { ret: 'int', params: { dir: 'const struct path *', dentry: 'struct dentry *' } },
  bpf_lsm_path_mkdir: { ret: 'int', params: { dir: 'const struct path *', dentry: 'struct dentry *', mode: 'umode_t' } },
  bpf_lsm_path_rename: { ret: 'int', params: {
    old_dir: 'const struct path *', old_dentry: 'struct dentry *', new_dir: 'const struct path *', new_dentry: 'struct dentry *',
    flags: 'unsigned int',
  } },
  bpf_lsm_path_chmod: { ret: 'int', params: { path: 'const struct path *', mode: 'umode_t' } },
  bpf_lsm_mmap_file: { ret: 'int', params: {
    file: 'struct file *', reqprot: 'long unsigned int', prot: 'long unsigned int', flags: 'long unsigned int',
  } },
  bpf_lsm_file_mprotect: { ret: 'int', params: { vma: 'struct vm_area_struct *', reqprot: 'long unsigned int', prot: 'long unsigned int' } },
  bpf_lsm_socket_create: { ret: 'int', params: { family: 'int', type: 'int', protocol: 'int', kern: 'int' } },
  bpf_lsm_socket_connect: { ret: 'int', params: { sock: 'struct socket *', address: 'struct sockaddr *', addrlen: 'int' } },
  bpf_lsm_socket_bind: { ret: 'int', params: { sock: 'struct socket *', address: 'struct sockaddr *', addrlen: 'int' } },
  bpf_lsm_socket_listen: { ret: 'int', params: { sock: 'struct socket *', backlog: 'int' } },
  bpf_lsm_socket_accept: { ret: 'int', params: { sock: 'struct socket *', newsock: 'struct socket *' } },
  bpf_lsm_socket_sendmsg: { ret: 'int', params: { sock: 'struct socket *', msg: 'struct msghdr *', size: 'int' } },
  bpf_lsm_socket_recvmsg: { ret: 'int', params: { sock: 'struct socket *', msg: 'struct msghdr *', size: 'int', flags: 'int' } },
  bpf_lsm_socket_post_create: { ret: 'int', params: { sock: 'struct socket *', family: 'int', type: 'int', protocol: 'int', kern: 'int' } },
  bpf_lsm_sb_mount: { ret: 'int', params: {
    dev_name: 'const char *', path: 'const struct path *', type: 'const char *', flags: 'long unsigned int', data: 'void *',
  } },
  bpf_lsm_sb_umount: { ret: 'int', params: { mnt: 'struct vfsmount *', flags: 'int' } },
  bpf_lsm_capable: { ret: 'int', params: { cred: 'const struct cred *', ns: 'struct user_namespace *', cap: 'int', opts: 'unsigned int' } },
  bpf_lsm_ptrace_access_check: { ret: 'int', params: { child: 'struct task_struct *', mode: 'unsigned int' } },
  bpf_lsm_kernel_read_file: { ret: 'int', params: { file: 'struct file *', id: 'enum kernel_read_file_id', contents: 'bool' } },
  bpf_lsm_kernel_module_request: { ret: 'int', params: { kmod_name: 'char *' } },
  bpf_lsm_userns_create: { ret: 'int', params: { cred: 'const struct cred *' } },
  bpf_lsm_syslog: { ret: 'int', params: { type: 'int' } },
  bpf_lsm_bpf_prog: { ret: 'int', params: { prog: 'struct bpf_prog *' } },
  bpf_lsm_bpf_map: { ret: 'int', params: { map: 'struct bpf_map *', fmode: 'fmode_t' } },
} as const satisfies Record<string, FuncTable>;
