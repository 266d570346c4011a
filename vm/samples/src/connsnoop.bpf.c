// connsnoop: each connection that is asked for: by whom, where to, and with what result. The address is read from the memory of the process.
#include "kernel.h"
#include <bpf/bpf_endian.h>

enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, PATH_LEN = 108 };

struct event {
  u64 at_ns;
  u64 took_ns;
  u32 pid;
  int ret; // 0 or -errno; -EINPROGRESS (-115) of sockets that do not block
  u16 family;
  u16 port;
  u8 address[16]; // 4 or 16 bytes of it
  char comm[TASK_COMM_LEN];
  char path[PATH_LEN + 1]; // of AF_UNIX; '@' stands for the 0 that names begin with which are no files
};
const struct event *event_type __attribute__((unused));

struct begun {
  u64 at_ns;
  u64 address;
  u32 bytes; // of the address
  u32 padding;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct begun);
} running SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

// sun_path: a file up to its 0, or 0 and a name that ends where the address does
static __always_inline void read_path(char *to, const u8 *path, u32 bytes)
{
  u8 first = 0;
  u32 size = bytes - 2;

  bpf_probe_read_user(&first, sizeof(first), path);
  if (first != 0) {
    bpf_probe_read_user_str(to, PATH_LEN, path);
  } else if (bytes > 2 && size <= PATH_LEN) {
    bpf_probe_read_user(to, size, path);
    to[0] = '@';
  }
}

SEC("tracepoint/syscalls/sys_enter_connect")
int enter_connect(struct trace_event_raw_sys_enter *ctx)
{
  u32 tid = (u32)bpf_get_current_pid_tgid();
  struct begun begun = { .at_ns = bpf_ktime_get_ns(), .address = ctx->args[1], .bytes = ctx->args[2] };

  bpf_map_update_elem(&running, &tid, &begun, BPF_ANY);
  return 0;
}

SEC("tracepoint/syscalls/sys_exit_connect")
int leave_connect(struct trace_event_raw_sys_exit *ctx)
{
  u64 id = bpf_get_current_pid_tgid();
  u32 tid = (u32)id;
  struct begun *begun = bpf_map_lookup_elem(&running, &tid);
  struct event *event;
  const u8 *sockaddr;
  u16 port = 0;

  if (!begun)
    return 0;
  sockaddr = (const u8 *)begun->address;
  event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event)
    goto done;
  __builtin_memset(event, 0, sizeof(*event));
  event->at_ns = bpf_ktime_get_ns();
  event->took_ns = event->at_ns - begun->at_ns;
  event->pid = id >> 32;
  event->ret = (int)ctx->ret;
  bpf_get_current_comm(event->comm, sizeof(event->comm));
  bpf_probe_read_user(&event->family, sizeof(event->family), sockaddr);
  if (event->family == AF_INET || event->family == AF_INET6) {
    bpf_probe_read_user(&port, sizeof(port), sockaddr + 2);
    event->port = bpf_ntohs(port);
  }
  if (event->family == AF_INET)
    bpf_probe_read_user(event->address, 4, sockaddr + 4);
  else if (event->family == AF_INET6)
    bpf_probe_read_user(event->address, 16, sockaddr + 8);
  else if (event->family == AF_UNIX)
    read_path(event->path, sockaddr + 2, begun->bytes);
  bpf_ringbuf_submit(event, 0);
done:
  bpf_map_delete_elem(&running, &tid);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
