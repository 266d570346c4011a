// filetop: bytes and calls of reads and writes, by process and file. The file's name comes from the kernel's own table of the process's open files:
//
//   task_struct -> files_struct -> fdtable -> file *fd[] -> file -> dentry -> name
//
// Pipes and sockets have no name there: they are left out.
#include "kernel.h"

enum { NAME_LEN = 32 };

struct who {
  u32 pid;
  char file[NAME_LEN]; // the last part of its path
};

struct traffic {
  u64 reads, writes;
  u64 read_bytes, written_bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct who);
} running SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, struct who);
  __type(value, struct traffic);
} files SEC(".maps");

static __always_inline int begin(u64 fd)
{
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  u64 id = bpf_get_current_pid_tgid();
  u32 tid = (u32)id;
  struct who who = { .pid = id >> 32 };
  struct file **table = BPF_CORE_READ(task, files, fdt, fd), *file = 0;
  const unsigned char *name;

  bpf_probe_read_kernel(&file, sizeof(file), &table[fd]);
  name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
  if (bpf_probe_read_kernel_str(who.file, sizeof(who.file), name) > 1) // with the 0 at its end
    bpf_map_update_elem(&running, &tid, &who, BPF_ANY);
  return 0;
}

static __always_inline int end(s64 bytes, bool isWrite)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  struct who *who = bpf_map_lookup_elem(&running, &tid);
  struct traffic none = {}, *traffic;

  if (!who)
    return 0;
  if (bytes >= 0) {
    bpf_map_update_elem(&files, who, &none, BPF_NOEXIST);
    traffic = bpf_map_lookup_elem(&files, who);
    if (traffic && isWrite) {
      traffic->writes += 1;
      traffic->written_bytes += bytes;
    } else if (traffic) {
      traffic->reads += 1;
      traffic->read_bytes += bytes;
    }
  }
  bpf_map_delete_elem(&running, &tid);
  return 0;
}

#define FILE_CALL(name, isWrite)                          \
  SEC("tracepoint/syscalls/sys_enter_" #name)             \
  int enter_##name(struct trace_event_raw_sys_enter *ctx) \
  {                                                       \
    return begin(ctx->args[0]);                           \
  }                                                       \
  SEC("tracepoint/syscalls/sys_exit_" #name)              \
  int leave_##name(struct trace_event_raw_sys_exit *ctx)  \
  {                                                       \
    return end(ctx->ret, isWrite);                        \
  }

FILE_CALL(read, false)
FILE_CALL(pread64, false)
FILE_CALL(readv, false)
FILE_CALL(write, true)
FILE_CALL(pwrite64, true)
FILE_CALL(writev, true)

char LICENSE[] SEC("license") = "GPL";
