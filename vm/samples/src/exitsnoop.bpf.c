// exitsnoop: each process that ends: how long it lived, its parent, and its exit status or the signal that killed it. Threads too: threads=true.
//
// A process ends here when its first thread does. That may be before the others do, and where another thread calls execve, the first one goes to make
// room for it: the process of that number is told twice then, once with each name.
#include "kernel.h"

const volatile bool threads = false;

struct event {
  u64 at_ns;
  u64 age_ns; // 0: it began before the recording
  u32 pid, tid, ppid;
  int status;
  int signal;
  char comm[TASK_COMM_LEN];
};
const struct event *event_type __attribute__((unused));

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("tracepoint/sched/sched_process_exit")
int on_exit(void *ctx)
{
  u64 id = bpf_get_current_pid_tgid(), start_ns = 0;
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  struct event *event;
  int code;

  if (!threads && (u32)id != id >> 32)
    return 0;
  event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event)
    return 0;
  event->at_ns = bpf_ktime_get_ns();
  start_ns = BPF_CORE_READ(task, start_time);
  event->age_ns = start_ns ? event->at_ns - start_ns : 0;
  event->pid = id >> 32;
  event->tid = (u32)id;
  event->ppid = BPF_CORE_READ(task, real_parent, tgid);
  code = BPF_CORE_READ(task, exit_code);
  event->status = code >> 8;
  event->signal = code & 0x7f;
  bpf_get_current_comm(event->comm, sizeof(event->comm));
  bpf_ringbuf_submit(event, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
