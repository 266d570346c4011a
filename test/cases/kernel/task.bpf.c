// What tools read of the current task: its kin, names, ids, namespaces, directory, files, arguments. Written once, run on any kernel.
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
typedef struct { unsigned val; } kuid;
struct cred { kuid uid, euid; };
struct ns_common { unsigned inum; };
struct mnt_namespace { struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; };
struct qstr { union { struct { __u32 hash; __u32 len; }; __u64 hash_len; }; const unsigned char *name; };
struct dentry { struct dentry *d_parent; struct qstr d_name; };
struct vfsmount { struct dentry *mnt_root; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct fs_struct { struct path pwd; };
struct inode { unsigned short i_mode; unsigned long i_ino; };
struct file { struct path f_path; struct inode *f_inode; unsigned f_flags; };
struct fdtable { struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct mm_struct { struct file *exe_file; unsigned long arg_start, arg_end; };
struct pid_namespace;
struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned level; struct upid numbers[1]; };
struct pid_link { struct pid *pid; };
struct task_struct {
	unsigned __state;
	int pid, tgid;
	char comm[16];
	struct task_struct *real_parent, *group_leader;
	__u64 start_time;
	const struct cred *cred;
	struct nsproxy *nsproxy;
	struct fs_struct *fs;
	struct files_struct *files;
	struct mm_struct *mm;
	struct pid *thread_pid;
	unsigned sessionid;
};
struct task_struct___old { long state; struct pid_link pids[3]; };
struct linux_binprm { const char *filename, *interp; struct file *file; };
struct kernel_siginfo { int si_signo, si_errno, si_code; };
struct siginfo___old { int si_signo, si_errno, si_code; };
#pragma clang attribute pop

enum { NAME = 32, DEPTH = 8 };
struct result {
	int pid, tgid, ppid, leader, nr;
	unsigned uid, euid, mnt, level;
	long state;
	__u64 start;
	char comm[16], parent[16];
	char exe[NAME], file[NAME];
	unsigned long ino;
	unsigned flags, mode;
	char args[NAME];
	char cwd[DEPTH][NAME];
	int unknown;
};
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct result); } out SEC(".maps");
int want_fd = 3;

/** The names of a directory and of those around it, over the borders of mounts. */
static __always_inline void walk(struct result *to, struct fs_struct *fs)
{
	struct dentry *dentry = BPF_CORE_READ(fs, pwd.dentry);
	struct vfsmount *vfs = BPF_CORE_READ(fs, pwd.mnt);
	struct mount *mount = (void *)vfs - bpf_core_field_offset(struct mount, mnt);

	for (int i = 0; i < DEPTH; i++) {
		const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		bpf_probe_read_kernel_str(to->cwd[i], NAME, name);
		if (dentry == parent || dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
			struct mount *above = BPF_CORE_READ(mount, mnt_parent);
			if (mount == above)
				break;
			dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			mount = above;
			continue;
		}
		dentry = parent;
	}
}

SEC("raw_tp/sys_enter")
int current(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct___old *old = (void *)task;
	struct result *to;
	struct pid *pid;
	struct file **fds, *file;
	unsigned long args;
	int zero = 0;

	to = bpf_map_lookup_elem(&out, &zero);
	if (!to)
		return 0;
	to->pid = BPF_CORE_READ(task, pid);
	to->tgid = BPF_CORE_READ(task, tgid);
	to->ppid = BPF_CORE_READ(task, real_parent, tgid);
	to->leader = BPF_CORE_READ(task, group_leader, pid);
	to->uid = BPF_CORE_READ(task, cred, uid.val);
	to->euid = BPF_CORE_READ(task, cred, euid.val);
	to->mnt = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	to->start = BPF_CORE_READ(task, start_time);
	to->state = bpf_core_field_exists(task->__state) ? BPF_CORE_READ(task, __state) : BPF_CORE_READ(old, state);
	pid = bpf_core_field_exists(task->thread_pid) ? BPF_CORE_READ(task, thread_pid) : BPF_CORE_READ(old, pids[0].pid);
	to->level = BPF_CORE_READ(pid, level);
	to->nr = BPF_CORE_READ(pid, numbers[0].nr);
	BPF_CORE_READ_STR_INTO(&to->comm, task, comm);
	BPF_CORE_READ_STR_INTO(&to->parent, task, real_parent, comm);
	bpf_probe_read_kernel_str(to->exe, NAME, BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name));
	fds = BPF_CORE_READ(task, files, fdt, fd);
	bpf_probe_read_kernel(&file, sizeof(file), fds + want_fd);
	bpf_probe_read_kernel_str(to->file, NAME, BPF_CORE_READ(file, f_path.dentry, d_name.name));
	to->ino = BPF_CORE_READ(file, f_inode, i_ino);
	to->mode = BPF_CORE_READ(file, f_inode, i_mode);
	to->flags = BPF_CORE_READ(file, f_flags);
	args = BPF_CORE_READ(task, mm, arg_start);
	bpf_probe_read_user(to->args, (BPF_CORE_READ(task, mm, arg_end) - args) & (NAME - 1), (void *)args);
	walk(to, BPF_CORE_READ(task, fs));
	if (bpf_core_field_exists(task->sessionid)) {
		unsigned session;
		to->unknown = bpf_core_read(&session, sizeof(session), &task->sessionid);
	}
	return 0;
}

struct exec { char filename[NAME], interp[NAME], file[NAME]; int pid, old; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct exec); } execs SEC(".maps");

SEC("raw_tp/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task, int old, struct linux_binprm *bprm)
{
	int zero = 0;
	struct exec *to = bpf_map_lookup_elem(&execs, &zero);

	if (!to)
		return 0;
	bpf_probe_read_kernel_str(to->filename, NAME, BPF_CORE_READ(bprm, filename));
	bpf_probe_read_kernel_str(to->interp, NAME, BPF_CORE_READ(bprm, interp));
	bpf_probe_read_kernel_str(to->file, NAME, BPF_CORE_READ(bprm, file, f_path.dentry, d_name.name));
	to->pid = BPF_CORE_READ(task, pid);
	to->old = old;
	return 0;
}

struct sent { int signal, errno_, code, pid, state; char comm[16]; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct sent); } sents SEC(".maps");

SEC("raw_tp/signal_generate")
int BPF_PROG(generated, int signal, struct kernel_siginfo *info, struct task_struct *task)
{
	int zero = 0;
	struct sent *to = bpf_map_lookup_elem(&sents, &zero);

	if (!to)
		return 0;
	if (bpf_core_field_exists(info->si_signo)) {
		to->signal = BPF_CORE_READ(info, si_signo);
		to->code = BPF_CORE_READ(info, si_code);
	} else {
		to->signal = BPF_CORE_READ((struct siginfo___old *)info, si_signo);
		to->code = BPF_CORE_READ((struct siginfo___old *)info, si_code);
	}
	to->pid = BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_STR_INTO(&to->comm, task, comm);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
