// tracex5: one kprobe, and a table of programs that it jumps into by the number of the system call.
//
//   __seccomp_filter(nr, struct seccomp_data *)
//        |
//   main_prog --- bpf_tail_call(ctx, &progs, nr) --> progs[0] read   progs[1] write   progs[9] mmap
//        |
//        '- no program in the slot: falls through, and the rest of main_prog runs
//
// The kernel's sample of 2015 does this with a loader that puts the program of section kprobe/N into slot N. It is done here with the same sections. Later
// kernels do not hand the struct on (6.18 does not): reads and writes are not printed there.
#include "kernel.h"

enum { NR_READ = 0, NR_WRITE = 1, NR_MMAP = 9, NR_GETUID = 102, NR_GETSID = 124 };

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(key_size, sizeof(u32));
  __uint(value_size, sizeof(u32));
  __uint(max_entries, 1024);
} progs SEC(".maps");

SEC("kprobe/__seccomp_filter")
int main_prog(struct pt_regs *ctx)
{
  int nr = (int)PT_REGS_PARM1_CORE(ctx);

  bpf_tail_call(ctx, &progs, nr);
  // only calls without a program come here
  if (nr >= NR_GETUID && nr <= NR_GETSID)
    bpf_printk("syscall=%d (one of get/set uid/pid/gid)", nr);
  return 0;
}

SEC("kprobe/1")
int on_write(struct pt_regs *ctx)
{
  const struct seccomp_data *call = (void *)PT_REGS_PARM2_CORE(ctx);
  u64 size = BPF_CORE_READ(call, args[2]);

  if (size == 512)
    bpf_printk("write(fd=%d, buf=%p, size=%d)", BPF_CORE_READ(call, args[0]), BPF_CORE_READ(call, args[1]), size);
  return 0;
}

SEC("kprobe/0")
int on_read(struct pt_regs *ctx)
{
  const struct seccomp_data *call = (void *)PT_REGS_PARM2_CORE(ctx);
  u64 size = BPF_CORE_READ(call, args[2]);

  if (size > 128 && size <= 1024)
    bpf_printk("read(fd=%d, buf=%p, size=%d)", BPF_CORE_READ(call, args[0]), BPF_CORE_READ(call, args[1]), size);
  return 0;
}

SEC("kprobe/9")
int on_mmap(struct pt_regs *ctx)
{
  bpf_printk("mmap");
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
