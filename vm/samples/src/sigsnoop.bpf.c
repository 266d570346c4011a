// sigsnoop: each signal that is sent: who, to whom, which, and whether the kernel took it. By kill, tkill, tgkill, rt_sigqueueinfo and rt_tgsigqueueinfo; with
// from_kernel=true also those that the kernel sends, from the tracepoint signal_generate. A process that kills itself does not come back to tell of it:
// its call stays in the map sent.
#include "kernel.h"

const volatile bool from_kernel = false;

struct event {
  u64 at_ns;
  u32 pid;
  int target; // as it was asked for: below 0 a group
  int signal;
  int ret;
  char comm[TASK_COMM_LEN];
};
const struct event *event_type __attribute__((unused));

struct sent {
  int target;
  int signal;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct sent);
} sent SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline int begin(int target, int signal)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  struct sent args = { .target = target, .signal = signal };

  bpf_map_update_elem(&sent, &tid, &args, BPF_ANY);
  return 0;
}

static __always_inline void tell(int target, int signal, int ret)
{
  struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

  if (!event)
    return;
  event->at_ns = bpf_ktime_get_ns();
  event->pid = bpf_get_current_pid_tgid() >> 32;
  event->target = target;
  event->signal = signal;
  event->ret = ret;
  bpf_get_current_comm(event->comm, sizeof(event->comm));
  bpf_ringbuf_submit(event, 0);
}

static __always_inline int end(int ret)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  struct sent *args = bpf_map_lookup_elem(&sent, &tid);

  if (!args)
    return 0;
  tell(args->target, args->signal, ret);
  bpf_map_delete_elem(&sent, &tid);
  return 0;
}

#define SIGNAL_CALL(name, target, signal)                 \
  SEC("tracepoint/syscalls/sys_enter_" #name)             \
  int enter_##name(struct trace_event_raw_sys_enter *ctx) \
  {                                                       \
    return begin((int)ctx->args[target], (int)ctx->args[signal]); \
  }                                                       \
  SEC("tracepoint/syscalls/sys_exit_" #name)              \
  int leave_##name(struct trace_event_raw_sys_exit *ctx)  \
  {                                                       \
    return end((int)ctx->ret);                            \
  }

SIGNAL_CALL(kill, 0, 1)
SIGNAL_CALL(tkill, 0, 1)
SIGNAL_CALL(tgkill, 1, 2)
SIGNAL_CALL(rt_sigqueueinfo, 0, 1)
SIGNAL_CALL(rt_tgsigqueueinfo, 1, 2)

SEC("tracepoint/signal/signal_generate")
int generate(struct trace_event_raw_signal_generate *ctx)
{
  // a code above 0 is the kernel's own
  if (from_kernel && ctx->code > 0)
    tell(ctx->pid, ctx->sig, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
