// Questions to a kernel's types, one a function: every kind of CO-RE relocation, and every kind of insn that holds an answer. What the types of each
// target answer stands in answers.txt.
#define SEC(name) __attribute__((section(name), used))
#define RECORDED __attribute__((preserve_access_index))
#define ASK(name, question) \
  SEC("socket") unsigned long name(void *ctx) { return (question); }

enum { BYTE_OFF, BYTE_SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };
enum { TYPE_EXISTS, TYPE_SIZE, TYPE_MATCHES };
enum { VALUE_EXISTS, VALUE };
enum { ID_LOCAL, ID_TARGET };
#define FIELD(type, field, kind) __builtin_preserve_field_info(((type *)0)->field, kind)
#define TYPE(type, kind) __builtin_preserve_type_info(*(type *)0, kind)
#define ENUM(type, value, kind) __builtin_preserve_enum_value(*(type *)value, kind)
#define ID(type, kind) __builtin_btf_type_id(*(type *)0, kind)

struct list {
  int count;
  short sizes[3];
} RECORDED;

enum color { RED, GREEN, BLUE = 7 };
enum far { NEAR = -1LL, FAR = 0x700000000LL };
typedef enum { UP = 3, DOWN } way_t;

struct task {
  int pid;
  unsigned int state;
  unsigned long start;
  char comm[16];
  struct {
    int first;
    union {
      short low;
      long high;
    };
  } in;
  unsigned int flags : 3;
  int prio : 7;
  unsigned long long wide : 40;
  struct task *parent;
  struct list lists[4];
  enum color color;
  const volatile short *text;
  int tail[];
} RECORDED;

struct old {
  int gone;
  unsigned short small;
} RECORDED;

struct task___new {
  long state_new;
  int (*run)(struct task *task, int flags);
} RECORDED;

typedef struct {
  int members;
} RECORDED group_t;

struct nowhere {
  int x;
} RECORDED;

typedef int (*visit_t)(struct task *task, long n);
typedef int number_t;

// fields: where they lie
ASK(off_pid, FIELD(struct task, pid, BYTE_OFF))
ASK(off_comm_4, FIELD(struct task, comm[4], BYTE_OFF))
ASK(off_in_first, FIELD(struct task, in.first, BYTE_OFF))
ASK(off_in_low, FIELD(struct task, in.low, BYTE_OFF))
ASK(off_in_high, FIELD(struct task, in.high, BYTE_OFF))
ASK(off_list_2_size_1, FIELD(struct task, lists[2].sizes[1], BYTE_OFF))
ASK(off_list_3, FIELD(struct task, lists[3], BYTE_OFF))
ASK(off_tail_9, FIELD(struct task, tail[9], BYTE_OFF))
ASK(off_flags, FIELD(struct task, flags, BYTE_OFF))
ASK(off_prio, FIELD(struct task, prio, BYTE_OFF))
ASK(off_wide, FIELD(struct task, wide, BYTE_OFF))
ASK(off_state_new, FIELD(struct task___new, state_new, BYTE_OFF))
ASK(off_run, FIELD(struct task___new, run, BYTE_OFF))
ASK(off_members, FIELD(group_t, members, BYTE_OFF))
ASK(off_nowhere, FIELD(struct nowhere, x, BYTE_OFF))
SEC("socket") unsigned long off_second_task(struct task *task) {
  return (unsigned long)__builtin_preserve_access_index(&task[2].state);
}
// how large they are
ASK(size_pid, FIELD(struct task, pid, BYTE_SIZE))
ASK(size_state, FIELD(struct task, state, BYTE_SIZE))
ASK(size_comm, FIELD(struct task, comm, BYTE_SIZE))
ASK(size_lists, FIELD(struct task, lists, BYTE_SIZE))
ASK(size_list_0, FIELD(struct task, lists[0], BYTE_SIZE))
ASK(size_flags, FIELD(struct task, flags, BYTE_SIZE))
ASK(size_wide, FIELD(struct task, wide, BYTE_SIZE))
ASK(size_parent, FIELD(struct task, parent, BYTE_SIZE))
// whether they are there
ASK(has_pid, FIELD(struct task, pid, EXISTS))
ASK(has_gone, FIELD(struct old, gone, EXISTS))
ASK(has_low, FIELD(struct task, in.low, EXISTS))
ASK(has_list_3, FIELD(struct task, lists[3].count, EXISTS))
ASK(has_nowhere, FIELD(struct nowhere, x, EXISTS))
ASK(has_state_new, FIELD(struct task___new, state_new, EXISTS))
ASK(has_color, FIELD(struct task, color, EXISTS))
ASK(has_text, FIELD(struct task, text, EXISTS))
// signs and shifts
ASK(sign_pid, FIELD(struct task, pid, SIGNED))
ASK(sign_state, FIELD(struct task, state, SIGNED))
ASK(sign_prio, FIELD(struct task, prio, SIGNED))
ASK(sign_color, FIELD(struct task, color, SIGNED))
ASK(left_flags, FIELD(struct task, flags, LSHIFT))
ASK(left_prio, FIELD(struct task, prio, LSHIFT))
ASK(left_wide, FIELD(struct task, wide, LSHIFT))
ASK(left_pid, FIELD(struct task, pid, LSHIFT))
ASK(right_flags, FIELD(struct task, flags, RSHIFT))
ASK(right_prio, FIELD(struct task, prio, RSHIFT))
ASK(right_wide, FIELD(struct task, wide, RSHIFT))
ASK(right_pid, FIELD(struct task, pid, RSHIFT))
// types
ASK(type_task, TYPE(struct task, TYPE_EXISTS))
ASK(type_nowhere, TYPE(struct nowhere, TYPE_EXISTS))
ASK(type_color, TYPE(enum color, TYPE_EXISTS))
ASK(type_group, TYPE(group_t, TYPE_EXISTS))
ASK(type_visit, TYPE(visit_t, TYPE_EXISTS))
ASK(type_number, TYPE(number_t, TYPE_EXISTS))
ASK(bytes_task, TYPE(struct task, TYPE_SIZE))
ASK(bytes_list, TYPE(struct list, TYPE_SIZE))
ASK(bytes_number, TYPE(number_t, TYPE_SIZE))
ASK(bytes_nowhere, TYPE(struct nowhere, TYPE_SIZE))
ASK(match_task, TYPE(struct task, TYPE_MATCHES))
ASK(match_list, TYPE(struct list, TYPE_MATCHES))
ASK(match_color, TYPE(enum color, TYPE_MATCHES))
ASK(match_far, TYPE(enum far, TYPE_MATCHES))
ASK(match_visit, TYPE(visit_t, TYPE_MATCHES))
ASK(match_number, TYPE(number_t, TYPE_MATCHES))
ASK(match_old, TYPE(struct old, TYPE_MATCHES))
ASK(id_here, ID(struct list, ID_LOCAL) != 0)
ASK(id_there, ID(struct list, ID_TARGET))
ASK(id_nowhere, ID(struct nowhere, ID_TARGET))
// enumerators
ASK(value_blue, ENUM(enum color, BLUE, VALUE))
ASK(value_green, ENUM(enum color, GREEN, VALUE))
ASK(value_far, ENUM(enum far, FAR, VALUE))
ASK(value_near, ENUM(enum far, NEAR, VALUE))
ASK(value_down, ENUM(way_t, DOWN, VALUE))
ASK(has_red, ENUM(enum color, RED, VALUE_EXISTS))
ASK(has_green, ENUM(enum color, GREEN, VALUE_EXISTS))
ASK(has_down, ENUM(way_t, DOWN, VALUE_EXISTS))
// loads and stores: as wide as the field
SEC("socket") long load_pid(struct task *task) { return task->pid; }
SEC("socket") unsigned long load_state(struct task *task) { return task->state; }
SEC("socket") unsigned long load_start(struct task *task) { return task->start; }
SEC("socket") struct task *load_parent(struct task *task) { return task->parent; }
SEC("socket") unsigned long load_small(struct old *old) { return old->small; }
SEC("socket") unsigned long load_comm_3(struct task *task) { return task->comm[3]; }
SEC("socket") int store_pid(struct task *task) { task->pid = 5; return 0; }
SEC("socket") int store_state(struct task *task, unsigned int value) { task->state = value; return 0; }
SEC("socket") int load_gone(struct old *old) { return old->gone; }
// asked before it is read
SEC("socket") long guarded_gone(struct old *old) { return FIELD(struct old, gone, EXISTS) ? old->gone : 7; }

char _license[] SEC("license") = "GPL";
