// Several types of a name: as long as they answer alike, that is no matter.
struct task___one { int pid; unsigned int state; long only_one; unsigned int flags : 3; };
struct task___two { int pid; char state; unsigned int flags : 3; struct task___one *parent; };
struct list { int count; short sizes[3]; };
struct list___b { int count; short sizes[3]; };
enum color___a { RED, BLUE = 7 };
enum color___b { GREEN = 1, BLUE___b = 8 };
typedef int number_t___a;
typedef long number_t___b;
struct task___one *a; struct task___two *b; struct list *c; struct list___b *d; enum color___a *e; enum color___b *f; number_t___a *g; number_t___b *h;
