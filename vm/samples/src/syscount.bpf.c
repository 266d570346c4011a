// syscount: how often each system call is made, how long it takes in all, and how often it fails. By process: by_process=true. A call counts when it
// returns: exit_group does not, nor does a call that a kill ends.
#include "kernel.h"

const volatile bool by_process = false;

struct count {
  u64 calls;
  u64 errors;
  u64 total_ns;
};

struct begun {
  u64 at_ns;
  u32 nr;
};

// calls that have not returned, by thread
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct begun);
} running SEC(".maps");

// by number of the call, or by process
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct count);
} counts SEC(".maps");

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  struct begun begun = { .at_ns = bpf_ktime_get_ns(), .nr = ctx->args[1] };

  bpf_map_update_elem(&running, &tid, &begun, BPF_ANY);
  return 0;
}

SEC("raw_tp/sys_exit")
int leave(struct bpf_raw_tracepoint_args *ctx)
{
  u64 id = bpf_get_current_pid_tgid();
  u32 tid = (u32)id;
  struct begun *begun = bpf_map_lookup_elem(&running, &tid);
  struct count none = {}, *count;
  s64 ret = ctx->args[1];
  u32 key;

  if (!begun)
    return 0;
  key = by_process ? id >> 32 : begun->nr;
  count = bpf_map_lookup_elem(&counts, &key);
  if (!count) {
    bpf_map_update_elem(&counts, &key, &none, BPF_NOEXIST);
    count = bpf_map_lookup_elem(&counts, &key);
    if (!count)
      return 0;
  }
  __sync_fetch_and_add(&count->calls, 1);
  __sync_fetch_and_add(&count->total_ns, bpf_ktime_get_ns() - begun->at_ns);
  if (ret < 0 && ret >= -4095)
    __sync_fetch_and_add(&count->errors, 1);
  bpf_map_delete_elem(&running, &tid);
  return 0;
}

// a thread that ends takes its last call with it
SEC("raw_tp/sched_process_exit")
int forget(void *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();

  bpf_map_delete_elem(&running, &tid);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
