// Not meant to be run: every kind of insn that clang makes, structures with bit fields, strings, packet loads, inline assembly.
#if __BPF_CPU_VERSION__ >= 4
#define DIV(a, b) ((a) / (b) + (a) % (b))
#else
#define DIV(a, b) ((u64)(a) / (u64)(b) + (u32)(a) % (u32)(b))
#endif
#define SEC(n) __attribute__((section(n), used))
#define NI static __attribute__((noinline))
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
typedef signed char s8; typedef short s16; typedef int s32; typedef long long s64;
unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");
static void *(*lookup)(void *, const void *) = (void *)1;
static long (*perf)(void *, void *, u64, void *, u64) = (void *)25;
static u64 (*ktime)(void) = (void *)5;
static long (*tail)(void *, void *, u32) = (void *)12;
struct { int (*type)[3]; u32 *key; u32 *value; int (*max_entries)[8]; } jumps SEC(".maps");
struct { int (*type)[1]; u64 *key; u64 *value; int (*max_entries)[8]; } counts SEC(".maps");
struct big { u64 a[8]; u32 b; u16 c; u8 d; s8 e; u32 f:5, g:20, h:7; };
struct big global = { {1,2,3}, 4, 5, 6, -7, 1, 2, 3 }; const struct big cbig = { {9}, 1 };
static struct big scratch; u64 arr[16]; const u16 rtab[5] = {1,2,3,4,0xffff}; volatile s16 vs; u8 *names = 0; const char *const empty = 0;
NI int many(u64 a, u64 b, u64 c, u64 d, u64 e) { return a + b * c - d / (e + 1); }
NI s64 sdiv(s64 a, s64 b) { return b ? (s64)DIV(a, b) : 0; }
NI u32 sh(u32 a, u32 b) { return (a << (b & 31)) | (a >> ((32 - b) & 31)) ^ (u32)((s32)a >> (b & 31)); }
__attribute__((noinline)) u64 bits(struct big *p) { return p->f + p->g + p->h + p->e + p->d + p->c; }
NI int str(const char *s) { int h = 5381; 
#pragma clang loop unroll(disable)
  for (int i = 0; i < 64 && s[i]; i++) h = h * 33 ^ s[i]; return h; }
SEC("socket/7") int filter(struct __sk_buff *skb) {
  u64 k = load_byte(skb, 9) + load_half(skb, 12) + load_word(skb, 26);
  u64 t = ktime(); struct big loc = global; loc.a[t & 7] = k; scratch = loc; scratch.g = k; scratch.e = vs;
  u64 *v = lookup(&counts, &k);
  if (v) { __sync_fetch_and_add(v, 3); __sync_fetch_and_or(v, 3); 
#if __BPF_CPU_VERSION__ >= 3
   u64 o = __sync_fetch_and_xor(v, t); __sync_lock_test_and_set(v, o); __sync_val_compare_and_swap((u32*)v, (u32)o, 5u); __sync_fetch_and_and((u32 *)v, 7u);
#endif
  }
  if ((s64)t < -5 || (s32)k > 100000 || (u32)k >= 0x80000000u || (k & 0x100000000ULL)) tail(skb, &jumps, k);
  vs = __builtin_bswap16(vs); arr[k & 15] = __builtin_bswap64(t) ^ __builtin_bswap32((u32)k);
  perf(skb, &jumps, 0xffffffffULL, &loc, sizeof loc);
  return many(k, t, 3, 4, 5) + sh(k, t) + bits(&loc) + rtab[k % 5] + cbig.b + str("hello, world of bpf") + (int)sdiv(t, k);
}
SEC("xdp.frags") int x(u32 *ctx) { u8 *d = (void *)(long)ctx[0], *e = (void *)(long)ctx[1]; if (d + 14 > e) return 0; u16 p = *(u16 *)(d + 12);
  switch (p) { case 8: return 1; case 0xdd86: return 2; case 0x608: return 3; default: { s16 s = p; s8 q = s; return DIV(s, 3) + (s64)q; } } }
SEC("fentry/foo") int f(u64 *c) { asm volatile("%0 = 5\n\t%0 += %1\n1: if %0 == 7 goto 1b" : "+r"(c) : "r"(c)); return (long)c; }
char LICENSE[] SEC("license") = "Dual BSD/GPL";
