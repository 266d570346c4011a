// Functions that helpers call back, functions of the kernel, and global data that atomics work on.
#define SEC(n) __attribute__((section(n), used))
typedef unsigned long u64;
typedef unsigned int u32;
struct { int (*type)[1]; long *key; long *value; int (*max_entries)[64]; } counts SEC(".maps");
static long (*bpf_loop)(u32, void *, void *, u64) = (void *)181;
static long (*for_each)(void *, void *, void *, u64) = (void *)164;
extern void bpf_rcu_read_lock(void) SEC(".ksyms");
extern void bpf_rcu_read_unlock(void) SEC(".ksyms");
struct sum { long value; };
static int add(u32 i, struct sum *sum) { sum->value += i; return 0; }
static int visit(void *map, long *key, long *value, struct sum *sum) { sum->value += *value; return 0; }
__attribute__((noinline)) int triple(int x) { return x * 3; }
static __attribute__((noinline)) int odd(int x) { return triple(x) + 1; }
static long total;
char bytes[16];
long flag;
SEC("raw_tp/sys_enter") int prog(u64 *ctx) {
  struct sum sum = {};
  bpf_rcu_read_lock();
  bpf_loop(10, add, &sum, 0);
  for_each(&counts, visit, &sum, 0);
  bpf_rcu_read_unlock();
  __sync_fetch_and_add(&total, sum.value);
  long seen = flag;
  if (__sync_bool_compare_and_swap(&flag, 0, 5)) seen++;
  switch (ctx[0]) { case 0: return odd(3); case 1: return 4; case 2: return 77; case 4: return odd(9); case 9: return 12; }
  return seen + bytes[ctx[1] & 15] + sum.value;
}
char _license[] SEC("license") = "GPL";
