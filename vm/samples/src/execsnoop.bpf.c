// execsnoop: each program that is started, with its arguments, its parent, and whether it worked.
//
// The arguments are read when execve is entered: when it returns, the memory that they stood in is gone. What was read waits in a map until the result
// is known. The wait is by process: where a thread that is not the first one calls execve, it comes out with the number of the first.
#include "kernel.h"

enum { MAX_ARGS = 20, ARG_LEN = 64 };

struct event {
  u32 pid, ppid;
  int ret; // 0 or -errno
  u16 argc; // elements of args that follow
  u16 more; // 1: there were more, or one could not be read
  char comm[TASK_COMM_LEN]; // when execve returns: the new name, where it worked
  char args[MAX_ARGS][ARG_LEN]; // a record ends behind the last one that there is
};
const struct event *event_type __attribute__((unused));

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, struct event);
} asked SEC(".maps");

// always zero: what an element of asked begins as, which is too large for the stack
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct event);
} empty SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1024 * 1024);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
  const char *const *argv = (const char *const *)ctx->args[1];
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  u32 zero = 0, pid = bpf_get_current_pid_tgid() >> 32;
  struct event *event = bpf_map_lookup_elem(&empty, &zero);

  if (!event || bpf_map_update_elem(&asked, &pid, event, BPF_ANY) != 0)
    return 0;
  event = bpf_map_lookup_elem(&asked, &pid);
  if (!event)
    return 0;
  event->pid = pid;
  event->ppid = BPF_CORE_READ(task, real_parent, tgid);
  for (u32 i = 0; i <= MAX_ARGS; i++) {
    const char *arg = 0;

    event->more = bpf_probe_read_user(&arg, sizeof(arg), &argv[i]) != 0 || arg;
    if (!event->more || !arg || i == MAX_ARGS)
      break;
    if (bpf_probe_read_user_str(event->args[i], ARG_LEN, arg) < 0)
      break;
    event->argc = i + 1;
  }
  return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int leave_execve(struct trace_event_raw_sys_exit *ctx)
{
  u32 pid = bpf_get_current_pid_tgid() >> 32, bytes;
  struct event *event = bpf_map_lookup_elem(&asked, &pid);

  if (!event)
    return 0;
  event->ret = ctx->ret;
  bpf_get_current_comm(event->comm, sizeof(event->comm));
  bytes = __builtin_offsetof(struct event, args) + event->argc * ARG_LEN;
  barrier_var(bytes); // the sum is what is compared: the verifier does not know what was written above
  if (bytes <= sizeof(*event))
    bpf_ringbuf_output(&events, event, bytes, 0);
  bpf_map_delete_elem(&asked, &pid);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
