// tracex5 in the form that objects had in 2015: maps as structs in a section of their own, no BTF, the layout of the kernel's structs taken as known. A
// loader puts the program of section kprobe/N into slot N of the last prog_array. Built without -g.

#define SEC(name) __attribute__((section(name), used))

typedef unsigned int u32;
typedef unsigned long long u64;

struct bpf_map_def {
  u32 type;
  u32 key_size;
  u32 value_size;
  u32 max_entries;
};

enum { BPF_MAP_TYPE_PROG_ARRAY = 3 };

static long (*bpf_probe_read)(void *to, u32 size, const void *from) = (void *)4;
static long (*bpf_trace_printk)(const char *format, u32 size, ...) = (void *)6;
static long (*bpf_tail_call)(void *ctx, void *prog_array, u32 index) = (void *)12;

struct pt_regs {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct seccomp_data {
  int nr;
  u32 arch;
  u64 instruction_pointer;
  u64 args[6];
};

struct bpf_map_def SEC("maps") progs = {
  .type = BPF_MAP_TYPE_PROG_ARRAY,
  .key_size = sizeof(u32),
  .value_size = sizeof(u32),
  .max_entries = 1024,
};

SEC("kprobe/__seccomp_filter")
int main_prog(struct pt_regs *ctx)
{
  int nr = ctx->di;

  bpf_tail_call(ctx, &progs, nr);
  if (nr >= 102 && nr <= 124) {
    char format[] = "syscall=%d (one of get/set uid/pid/gid)\n";
    bpf_trace_printk(format, sizeof(format), nr);
  }
  return 0;
}

SEC("kprobe/1")
int on_write(struct pt_regs *ctx)
{
  struct seccomp_data call = {};

  bpf_probe_read(&call, sizeof(call), (void *)ctx->si);
  if (call.args[2] == 512) {
    char format[] = "write(fd=%d, buf=%p, size=%d)\n";
    bpf_trace_printk(format, sizeof(format), call.args[0], call.args[1], call.args[2]);
  }
  return 0;
}

SEC("kprobe/0")
int on_read(struct pt_regs *ctx)
{
  struct seccomp_data call = {};

  bpf_probe_read(&call, sizeof(call), (void *)ctx->si);
  if (call.args[2] > 128 && call.args[2] <= 1024) {
    char format[] = "read(fd=%d, buf=%p, size=%d)\n";
    bpf_trace_printk(format, sizeof(format), call.args[0], call.args[1], call.args[2]);
  }
  return 0;
}

SEC("kprobe/9")
int on_mmap(struct pt_regs *ctx)
{
  char format[] = "mmap\n";

  bpf_trace_printk(format, sizeof(format));
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
u32 VERSION SEC("version") = 0x040200;
