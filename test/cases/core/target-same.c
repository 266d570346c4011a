// The kernel that the program was built for.
struct list { int count; short sizes[3]; };
enum color { RED, GREEN, BLUE = 7 };
enum far { NEAR = -1LL, FAR = 0x700000000LL };
typedef enum { UP = 3, DOWN } way_t;
struct task {
  int pid;
  unsigned int state;
  unsigned long start;
  char comm[16];
  struct { int first; union { short low; long high; }; } in;
  unsigned int flags : 3;
  int prio : 7;
  unsigned long long wide : 40;
  struct task *parent;
  struct list lists[4];
  enum color color;
  const volatile short *text;
  int tail[];
};
struct old { int gone; unsigned short small; };
typedef struct { int members; } group_t;
typedef int (*visit_t)(struct task *task, long n);
typedef int number_t;
struct list *a; enum color *b; enum far *c; way_t *d; struct task *e; struct old *f; group_t *g; visit_t h; number_t *i;
