// statsnoop: each path that is asked for its state: stat, lstat, newfstatat, statx, statfs.
#include "kernel.h"

enum { PATH_LEN = 256 };

struct event {
  u64 at_ns;
  u32 pid;
  int nr;
  int ret;
  char comm[TASK_COMM_LEN];
  char path[PATH_LEN];
};
const struct event *event_type __attribute__((unused));

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, u64);
} asked SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline int ask(u64 path)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();

  bpf_map_update_elem(&asked, &tid, &path, BPF_ANY);
  return 0;
}

static __always_inline int tell(struct trace_event_raw_sys_exit *ctx)
{
  u64 id = bpf_get_current_pid_tgid();
  u32 tid = (u32)id;
  u64 *path = bpf_map_lookup_elem(&asked, &tid);
  struct event *event;

  if (!path)
    return 0;
  event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (event) {
    event->at_ns = bpf_ktime_get_ns();
    event->pid = id >> 32;
    event->nr = (int)ctx->id;
    event->ret = (int)ctx->ret;
    bpf_get_current_comm(event->comm, sizeof(event->comm));
    if (bpf_probe_read_user_str(event->path, sizeof(event->path), (void *)*path) < 0)
      event->path[0] = '\0';
    bpf_ringbuf_submit(event, 0);
  }
  bpf_map_delete_elem(&asked, &tid);
  return 0;
}

#define STAT_CALL(name, arg)                            \
  SEC("tracepoint/syscalls/sys_enter_" #name)           \
  int enter_##name(struct trace_event_raw_sys_enter *ctx) \
  {                                                     \
    return ask(ctx->args[arg]);                         \
  }                                                     \
  SEC("tracepoint/syscalls/sys_exit_" #name)            \
  int leave_##name(struct trace_event_raw_sys_exit *ctx)  \
  {                                                     \
    return tell(ctx);                                   \
  }

STAT_CALL(newstat, 0)
STAT_CALL(newlstat, 0)
STAT_CALL(newfstatat, 1)
STAT_CALL(statx, 1)
STAT_CALL(statfs, 0)

char LICENSE[] SEC("license") = "GPL";
