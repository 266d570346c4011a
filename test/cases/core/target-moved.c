// Everything is elsewhere, or of another size; nothing is missing.
struct list { long before; unsigned long count; short sizes[5]; };
enum color { BLUE, PINK = 200, RED, GREEN = -4 };
enum far { FAR = 5, NEAR = 0x1234567890LL };
typedef enum { DOWN = 77, UP } way_t;
struct task___v7 {
  struct list *all;
  unsigned long state;
  unsigned int start;
  union {
    struct { char comm[32]; short pid; };
    long words[8];
  };
  struct { struct { char pad[3]; }; struct { struct { long high; }; int low; }; short first; } in;
  unsigned long long pad : 5, flags : 9, more : 17, prio_pad : 3;
  short prio : 4;
  unsigned short wide;
  const struct task___v7 *const parent;
  struct list lists[2][1];
  struct { int count; } more_lists;
  long color;
  void *text;
  long state_new;
  int (*run)(void);
  short tail[0];
};
struct old { unsigned long small; int gone : 5; };
typedef struct { char name[24]; long members; } group_t;
typedef long (*visit_t)(struct list *list, int n);
typedef long number_t;
struct list *a; enum color *b; enum far *c; way_t *d; struct task___v7 *e; struct old *f; group_t *g; visit_t h; number_t *i;
