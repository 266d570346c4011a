// Global data in each of its sections; returns 89 and prints two lines.
#define SEC(n) __attribute__((section(n), used))
static long (*printk)(const char *, int, ...) = (void *)6;
int counter;
static int hidden;
long table[4] = { 1, 2, -3, 4 };
static const char msg[] = "hello %d %d";
struct { short a; char b; long c; } s = { 1, 2, 3 };
volatile const int cfg = 5;
char pad[3] = { 1 };
int custom SEC(".data.mine") = 9;
SEC("raw_tp/sys_enter") int prog(unsigned long *ctx) {
  static int calls;
  static long start = 77;
  counter++;
  hidden += calls++;
  table[ctx[1] & 3] += cfg;
  s.c++;
  start += counter;
  printk(msg, sizeof msg, counter, cfg);
  printk("%d", 3, pad[0]);
  return start + custom + table[2] + hidden;
}
char _license[] SEC("license") = "GPL";
unsigned int _version SEC("version") = 1234;
