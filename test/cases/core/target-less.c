// Much is missing, renamed, or something else.
union list { int count; short sizes[3]; };
enum color { RED = 1, BLUE___now = 9 };
typedef int way_t;
struct task {
  int __pid;
  signed char state;
  int comm;
  char *in;
  unsigned long flags;
  int prio;
  struct { long x; } wide;
  int *parent;
  struct list___two { int count; short sizes[1]; } lists[3];
  int tail[2];
  int last;
};
struct old { char small[2]; };
typedef union { int members; } group_t;
typedef int (*visit_t)(struct task *task);
struct number_t { int x; };
union list *a; enum color *b; way_t *d; struct task *e; struct old *f; group_t *g; visit_t h; struct number_t *i;
