// latency: how long calls of one number take, as a histogram of powers of two: slot n counts those of 2^n ns up to 2^(n+1). Which: nr=0 (read).
#include "kernel.h"
#include "histogram.h"

const volatile u32 nr = 0;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, u64);
} begun SEC(".maps");

SEC("tp/raw_syscalls/sys_enter")
int enter(struct trace_event_raw_sys_enter *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  u64 at_ns = bpf_ktime_get_ns();

  if (ctx->id == nr)
    bpf_map_update_elem(&begun, &tid, &at_ns, BPF_ANY);
  return 0;
}

SEC("tp/raw_syscalls/sys_exit")
int leave(struct trace_event_raw_sys_exit *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  u64 *at_ns = bpf_map_lookup_elem(&begun, &tid);

  if (!at_ns)
    return 0;
  count_in_slots(bpf_ktime_get_ns() - *at_ns);
  bpf_map_delete_elem(&begun, &tid);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
