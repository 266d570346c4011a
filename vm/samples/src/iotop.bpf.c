// iotop: bytes that processes read and write, be it files, pipes or sockets. Counted are calls that moved something: read, pread64, readv, recvfrom, recvmsg;
// write, pwrite64, writev, sendto, sendmsg, sendfile (which only writes here).
#include "kernel.h"

enum { NR_READ = 0, NR_WRITE = 1, NR_PREAD64 = 17, NR_PWRITE64 = 18, NR_READV = 19, NR_WRITEV = 20 };
enum { NR_SENDFILE = 40, NR_SENDTO = 44, NR_RECVFROM = 45, NR_SENDMSG = 46, NR_RECVMSG = 47 };

struct traffic {
  u64 read_bytes, written_bytes;
  u32 reads, writes;
  char comm[TASK_COMM_LEN];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, u32);
  __type(value, struct traffic);
} processes SEC(".maps");

static __always_inline bool is_read(long nr)
{
  return nr == NR_READ || nr == NR_PREAD64 || nr == NR_READV || nr == NR_RECVFROM || nr == NR_RECVMSG;
}

static __always_inline bool is_write(long nr)
{
  return nr == NR_WRITE || nr == NR_PWRITE64 || nr == NR_WRITEV || nr == NR_SENDTO || nr == NR_SENDMSG || nr == NR_SENDFILE;
}

SEC("tp/raw_syscalls/sys_exit")
int leave(struct trace_event_raw_sys_exit *ctx)
{
  u32 pid = bpf_get_current_pid_tgid() >> 32;
  struct traffic none = {}, *traffic;
  s64 ret = ctx->ret;
  bool write = is_write(ctx->id);

  barrier_var(ret); // loaded once: the verifier wants the ctx as it was given, and clang would load from behind it
  if (ret <= 0 || (!write && !is_read(ctx->id)))
    return 0;
  traffic = bpf_map_lookup_elem(&processes, &pid);
  if (!traffic) {
    bpf_map_update_elem(&processes, &pid, &none, BPF_NOEXIST);
    traffic = bpf_map_lookup_elem(&processes, &pid);
    if (!traffic)
      return 0;
  }
  bpf_get_current_comm(traffic->comm, sizeof(traffic->comm));
  if (write) {
    __sync_fetch_and_add(&traffic->writes, 1);
    __sync_fetch_and_add(&traffic->written_bytes, ret);
  } else {
    __sync_fetch_and_add(&traffic->reads, 1);
    __sync_fetch_and_add(&traffic->read_bytes, ret);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
