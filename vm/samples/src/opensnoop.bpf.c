// opensnoop: each file that is opened, by whom, and with what result. Failed ones only: failed_only=true; of one process: pid=N.
//
// The path is read when the call returns: the kernel has looked at it by then, so that its page is in memory. (On the way in a read may fail: programs
// cannot wait for a page.)
#include "kernel.h"

const volatile bool failed_only = false;
const volatile u32 pid = 0;

enum { PATH_LEN = 256 };

struct event {
  u64 at_ns;
  u32 pid, tid;
  int ret; // a file descriptor, or -errno
  int flags; // O_*
  char comm[TASK_COMM_LEN];
  char path[PATH_LEN];
};
const struct event *event_type __attribute__((unused)); // keeps the type in BTF

struct asked {
  const char *path;
  int flags;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct asked);
} asked SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline int ask(const char *path, int flags)
{
  u64 id = bpf_get_current_pid_tgid();
  u32 tid = (u32)id;
  struct asked args = { .path = path, .flags = flags };

  if (pid == 0 || pid == id >> 32)
    bpf_map_update_elem(&asked, &tid, &args, BPF_ANY);
  return 0;
}

static __always_inline int tell(int ret)
{
  u64 id = bpf_get_current_pid_tgid();
  u32 tid = (u32)id;
  struct asked *args = bpf_map_lookup_elem(&asked, &tid);
  struct event *event;

  if (!args)
    return 0;
  if (failed_only && ret >= 0)
    goto done;
  event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event)
    goto done;
  event->at_ns = bpf_ktime_get_ns();
  event->pid = id >> 32;
  event->tid = tid;
  event->ret = ret;
  event->flags = args->flags;
  bpf_get_current_comm(event->comm, sizeof(event->comm));
  if (bpf_probe_read_user_str(event->path, sizeof(event->path), args->path) < 0)
    event->path[0] = '\0';
  bpf_ringbuf_submit(event, 0);
done:
  bpf_map_delete_elem(&asked, &tid);
  return 0;
}

SEC("tracepoint/syscalls/sys_enter_open")
int enter_open(struct trace_event_raw_sys_enter *ctx)
{
  return ask((const char *)ctx->args[0], ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx)
{
  return ask((const char *)ctx->args[1], ctx->args[2]);
}

SEC("tracepoint/syscalls/sys_enter_openat2")
int enter_openat2(struct trace_event_raw_sys_enter *ctx)
{
  u64 flags = 0; // struct open_how begins with them

  bpf_probe_read_user(&flags, sizeof(flags), (const void *)ctx->args[2]);
  return ask((const char *)ctx->args[1], flags);
}

SEC("tracepoint/syscalls/sys_exit_open")
int leave_open(struct trace_event_raw_sys_exit *ctx)
{
  return tell(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int leave_openat(struct trace_event_raw_sys_exit *ctx)
{
  return tell(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_openat2")
int leave_openat2(struct trace_event_raw_sys_exit *ctx)
{
  return tell(ctx->ret);
}

char LICENSE[] SEC("license") = "GPL";
