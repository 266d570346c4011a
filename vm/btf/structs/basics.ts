// Structs that others are made of: lists, trees, counters, locks, times; and objects of sysfs. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Lists, trees, counters, locks. */
// oxfmt-ignore
export const BASIC_STRUCTS = {
  list_head: { bytes: 16, members: { next: [0, 'struct list_head *'], prev: [8, 'struct list_head *'] } },
  hlist_head: { bytes: 8, members: { first: [0, 'struct hlist_node *'] } },
  hlist_node: { bytes: 16, members: { next: [0, 'struct hlist_node *'], pprev: [8, 'struct hlist_node **'] } },
  hlist_nulls_node: { bytes: 16, members: { next: [0, 'struct hlist_nulls_node *'], pprev: [8, 'struct hlist_nulls_node **'] } },
  hlist_nulls_head: { bytes: 8, members: { first: [0, 'struct hlist_nulls_node *'] } },
  hlist_bl_node: { bytes: 16, members: { next: [0, 'struct hlist_bl_node *'], pprev: [8, 'struct hlist_bl_node **'] } },
  rb_node: { bytes: 24, members: {
    __rb_parent_color: [0, 'long unsigned int'], rb_right: [8, 'struct rb_node *'], rb_left: [16, 'struct rb_node *'],
  } },
  rb_root: { bytes: 8, members: { rb_node: [0, 'struct rb_node *'] } },
  rb_root_cached: { bytes: 16, members: { rb_root: [0, 'struct rb_root'], rb_leftmost: [8, 'struct rb_node *'] } },
  callback_head: { bytes: 16, members: { next: [0, 'struct callback_head *'], func: [8, 'void (*)(struct callback_head *)'] } },
  llist_node: { bytes: 8, members: { next: [0, 'struct llist_node *'] } },
  kref: { bytes: 4, members: { refcount: [0, 'refcount_t'] } },
  refcount_struct: { bytes: 4, members: { refs: [0, 'atomic_t'] } },
  lockref: { bytes: 8, shared: ['lock_count', 'lock', 'count'], members: {
    lock_count: [0, '__u64'], lock: [0, 'spinlock_t'], count: [4, 'int'],
  } },
  wait_queue_head: { bytes: 24, members: { lock: [0, 'spinlock_t'], head: [8, 'struct list_head'] } },
  timespec64: { bytes: 16, members: { tv_sec: [0, 'time64_t'], tv_nsec: [8, 'long int'] } },
  percpu_counter: { bytes: 40, members: { count: [8, 's64'], list: [16, 'struct list_head'], counters: [32, 's32 *'] } },
  sem_undo_list: { bytes: 24, members: { refcnt: [0, 'refcount_t'] } },
  sysv_sem: { bytes: 8, members: { undo_list: [0, 'struct sem_undo_list *'] } },
  sysv_shm: { bytes: 16, members: { shm_clist: [0, 'struct list_head'] } },
} as const satisfies Record<string, StructTable>;

/** What sysfs and cgroupfs show, modules, devices of characters. */
// oxfmt-ignore
export const OBJECT_STRUCTS = {
  kernfs_node: { bytes: 136, shared: ['dir'], members: {
    count: [0, 'atomic_t'], active: [4, 'atomic_t'], __parent: [8, 'struct kernfs_node *'], name: [16, 'const char *'],
    rb: [24, 'struct rb_node'], ns: [48, 'const void *'], hash: [56, 'unsigned int'], flags: [60, 'short unsigned int'],
    mode: [62, 'umode_t'], dir: [64, 'struct kernfs_elem_dir'], id: [96, 'u64'], priv: [104, 'void *'],
    iattr: [112, 'struct kernfs_iattrs *'],
  } },
  kernfs_open_file: { bytes: 152, members: {
    kn: [0, 'struct kernfs_node *'], file: [8, 'struct file *'], seq_file: [16, 'struct seq_file *'], priv: [24, 'void *'],
    mutex: [32, 'struct mutex'], prealloc_mutex: [64, 'struct mutex'], event: [96, 'int'], list: [104, 'struct list_head'],
    prealloc_buf: [120, 'char *'], atomic_write_len: [128, 'size_t'], mmapped: [136, 'bool', 1, 0], released: [136, 'bool', 1, 1],
    vm_ops: [144, 'const struct vm_operations_struct *'],
  } },
  kobject: { bytes: 64, members: {
    name: [0, 'const char *'], entry: [8, 'struct list_head'], parent: [24, 'struct kobject *'], kset: [32, 'struct kset *'],
    ktype: [40, 'const struct kobj_type *'], sd: [48, 'struct kernfs_node *'], kref: [56, 'struct kref'],
    state_initialized: [60, 'unsigned int', 1, 0], state_in_sysfs: [60, 'unsigned int', 1, 1],
    state_add_uevent_sent: [60, 'unsigned int', 1, 2], state_remove_uevent_sent: [60, 'unsigned int', 1, 3],
    uevent_suppress: [60, 'unsigned int', 1, 4],
  } },
  kset: { bytes: 96, members: { list: [0, 'struct list_head'], kobj: [24, 'struct kobject'] } },
  module: { bytes: 768, members: {
    state: [0, 'enum module_state'], list: [8, 'struct list_head'], name: [24, 'char[56]'],
  } },
  cdev: { bytes: 104, members: {
    kobj: [0, 'struct kobject'], owner: [64, 'struct module *'], ops: [72, 'const struct file_operations *'],
    list: [80, 'struct list_head'], dev: [96, 'dev_t'], count: [100, 'unsigned int'],
  } },
} as const satisfies Record<string, StructTable>;
