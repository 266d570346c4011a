// futexwait: how long threads wait for locks: by process and address of the lock how often and how long, and a histogram of powers of two.
#include "kernel.h"
#include "histogram.h"

enum { FUTEX_WAIT = 0, FUTEX_WAIT_BITSET = 9, FUTEX_COMMANDS = 0x7f };

struct lock {
  u64 address;
  u32 pid;
  u32 padding;
};

struct waits {
  u64 count;
  u64 total_ns, longest_ns;
};

struct begun {
  u64 at_ns;
  u64 address;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct begun);
} waiting SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, struct lock);
  __type(value, struct waits);
} locks SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_futex")
int enter_futex(struct trace_event_raw_sys_enter *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  u32 command = ctx->args[1] & FUTEX_COMMANDS;
  struct begun begun = { .at_ns = bpf_ktime_get_ns(), .address = ctx->args[0] };

  if (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET)
    bpf_map_update_elem(&waiting, &tid, &begun, BPF_ANY);
  return 0;
}

SEC("tracepoint/syscalls/sys_exit_futex")
int leave_futex(struct trace_event_raw_sys_exit *ctx)
{
  u64 id = bpf_get_current_pid_tgid(), waited_ns;
  u32 tid = (u32)id;
  struct begun *begun = bpf_map_lookup_elem(&waiting, &tid);
  struct lock lock = { .pid = id >> 32 };
  struct waits none = {}, *waits;

  if (!begun)
    return 0;
  waited_ns = bpf_ktime_get_ns() - begun->at_ns;
  lock.address = begun->address;
  bpf_map_delete_elem(&waiting, &tid);
  bpf_map_update_elem(&locks, &lock, &none, BPF_NOEXIST);
  waits = bpf_map_lookup_elem(&locks, &lock);
  if (!waits)
    return 0;
  __sync_fetch_and_add(&waits->count, 1);
  __sync_fetch_and_add(&waits->total_ns, waited_ns);
  if (waited_ns > waits->longest_ns)
    waits->longest_ns = waited_ns;
  count_in_slots(waited_ns);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
