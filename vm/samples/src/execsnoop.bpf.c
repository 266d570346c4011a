// execsnoop: each program that is started, with its arguments, its parent, and whether it worked.
#include "kernel.h"

enum { MAX_ARGS = 20, ARG_LEN = 64 };

struct event {
  u32 pid, ppid;
  int ret; // 0 or -errno
  u32 argc; // arguments that follow, of those that there were
  char comm[TASK_COMM_LEN];
  char args[MAX_ARGS][ARG_LEN];
};
const struct event *event_type __attribute__((unused));
const volatile struct event nothing = {};

// what a thread asked for, until execve returns: afterwards its old memory is gone
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, struct event);
} asked SEC(".maps");

// room for one event: it is too large for the stack
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct event);
} room SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1024 * 1024);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
  const char *const *argv = (const char *const *)ctx->args[1];
  u64 id = bpf_get_current_pid_tgid();
  u32 zero = 0, tid = (u32)id;
  struct task_struct *task;
  struct event *event;

  bpf_map_update_elem(&room, &zero, (const void *)&nothing, BPF_ANY);
  event = bpf_map_lookup_elem(&room, &zero);
  if (!event)
    return 0;
  event->pid = id >> 32;
  task = (struct task_struct *)bpf_get_current_task();
  event->ppid = BPF_CORE_READ(task, real_parent, tgid);
  for (u32 i = 0; i < MAX_ARGS; i++) {
    const char *arg = 0;

    if (bpf_probe_read_user(&arg, sizeof(arg), &argv[i]) != 0 || !arg)
      break;
    if (bpf_probe_read_user_str(event->args[i], ARG_LEN, arg) < 0)
      break;
    event->argc = i + 1;
  }
  bpf_map_update_elem(&asked, &tid, event, BPF_ANY);
  return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int leave_execve(struct trace_event_raw_sys_exit *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  struct event *event = bpf_map_lookup_elem(&asked, &tid);

  if (!event)
    return 0;
  event->ret = ctx->ret;
  bpf_get_current_comm(event->comm, sizeof(event->comm)); // the new name, where it worked
  bpf_ringbuf_output(&events, event, sizeof(*event), 0);
  bpf_map_delete_elem(&asked, &tid);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
