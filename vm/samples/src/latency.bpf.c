// latency: how long calls of one number take, as a histogram of powers of two: slot n counts those of 2^n ns up to 2^(n+1). Which: nr=0 (read).
#include "kernel.h"

enum { SLOTS = 40 };

const volatile u32 nr = 0;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, u64);
} begun SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SLOTS);
  __type(key, u32);
  __type(value, u64);
} slots SEC(".maps");

static __always_inline u32 log2_of(u64 value)
{
  u32 log = 0;

  for (u32 step = 32; step > 0; step >>= 1) {
    if (value >> step) {
      value >>= step;
      log += step;
    }
  }
  return log;
}

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
  u32 tid = (u32)bpf_get_current_pid_tgid(), slot;
  u64 *at_ns = bpf_map_lookup_elem(&begun, &tid), *count;

  if (!at_ns)
    return 0;
  slot = log2_of(bpf_ktime_get_ns() - *at_ns);
  bpf_map_delete_elem(&begun, &tid);
  if (slot >= SLOTS)
    slot = SLOTS - 1;
  count = bpf_map_lookup_elem(&slots, &slot);
  if (count)
    __sync_fetch_and_add(count, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
