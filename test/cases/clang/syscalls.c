// Two programs that count system calls and look at their arguments: maps, functions, a switch.
#define SEC(n) __attribute__((section(n), used))
struct { int (*type)[1]; long *key; long *value; int (*max_entries)[64]; } counts SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
static long (*update)(void *, const void *, const void *, unsigned long) = (void *)2;
static long (*printk)(const char *, int, ...) = (void *)6;
static __attribute__((noinline)) int mix(int a, int b) { return a * b + 3; }
static __attribute__((noinline)) int twice(int a) { return mix(a, 2) ^ a; }
SEC("raw_tp/sys_enter") int count(unsigned long *ctx) {
  long nr = ctx[1], one = 1, *seen = lookup(&counts, &nr);
  if (seen) __sync_fetch_and_add(seen, 1); else update(&counts, &nr, &one, 0);
  char text[] = "syscall %d of %d\n";
  if (nr < 20 && (signed char)nr * 3 > 1) printk(text, sizeof text, nr, twice(nr));
  return mix(nr, 5);
}
SEC("kprobe/__seccomp_filter") int filter(unsigned int *ctx) {
  int sum = 0;
  for (unsigned i = 0; i < ctx[0]; i++) { if (ctx[1] == i) return mix(i, ctx[3]); sum += (short)ctx[i & 7] * 5; }
#if __BPF_CPU_VERSION__ >= 4
  sum %= (int)ctx[9];
#endif
  switch (ctx[2]) { case 1: sum ^= 4; break; case 7: sum |= 9; break; case 8: sum -= 3; break; default: sum = __builtin_bswap32(sum); }
  return sum;
}
char _license[] SEC("license") = "GPL";
