// Objects of BPF itself. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Maps, programs, links, what iterators hand to programs. */
// oxfmt-ignore
export const BPF_STRUCTS = {
  cpumask: { bytes: 32, members: { bits: [0, 'long unsigned int[4]'] } },
  bpf_cpumask: { bytes: 40, members: { cpumask: [0, 'cpumask_t'], usage: [32, 'refcount_t'] } },
  bpf_map: { bytes: 296, members: {
    ops: [40, 'const struct bpf_map_ops *'], inner_map_meta: [48, 'struct bpf_map *'], security: [56, 'void *'],
    map_type: [64, 'enum bpf_map_type'], key_size: [68, 'u32'], value_size: [72, 'u32'], max_entries: [76, 'u32'],
    map_extra: [80, 'u64'], map_flags: [88, 'u32'], id: [92, 'u32'], record: [96, 'struct btf_record *'], numa_node: [104, 'int'],
    btf_key_type_id: [108, 'u32'], btf_value_type_id: [112, 'u32'], btf_vmlinux_value_type_id: [116, 'u32'],
    btf: [120, 'struct btf *'], name: [136, 'char[16]'], freeze_mutex: [152, 'struct mutex'], refcnt: [184, 'atomic64_t'],
    usercnt: [192, 'atomic64_t'], writecnt: [232, 'atomic64_t'], owner: [248, 'struct bpf_map_owner *'], frozen: [257, 'bool'],
  } },
  bpf_map_ops: { bytes: 352, members: {
    map_alloc: [8, 'struct bpf_map * (*)(union bpf_attr *)'], map_free: [24, 'void (*)(struct bpf_map *)'],
    map_lookup_elem: [96, 'void * (*)(struct bpf_map *, void *)'],
    map_update_elem: [104, 'long int (*)(struct bpf_map *, void *, void *, u64)'],
    map_delete_elem: [112, 'long int (*)(struct bpf_map *, void *)'],
  } },
  bpf_prog: { bytes: 96, shared: ['tag'], members: {
    pages: [0, 'u16'], jited: [2, 'u16', 1, 0], jit_requested: [2, 'u16', 1, 1], gpl_compatible: [2, 'u16', 1, 2],
    cb_access: [2, 'u16', 1, 3], dst_needed: [2, 'u16', 1, 4], type: [4, 'enum bpf_prog_type'],
    expected_attach_type: [8, 'enum bpf_attach_type'], len: [12, 'u32'], jited_len: [16, 'u32'], tag: [20, 'u8[8]'],
    stats: [56, 'struct bpf_prog_stats *'], active: [64, 'int *'],
    bpf_func: [72, 'unsigned int (*)(const void *, const struct bpf_insn *)'], aux: [80, 'struct bpf_prog_aux *'],
    orig_prog: [88, 'struct sock_fprog_kern *'],
  } },
  bpf_prog_aux: { bytes: 1304, members: {
    refcnt: [0, 'atomic64_t'], used_map_cnt: [8, 'u32'], max_ctx_offset: [16, 'u32'], stack_depth: [28, 'u32'], id: [32, 'u32'],
    func_cnt: [36, 'u32'], attach_btf_id: [48, 'u32'], attach_func_proto: [224, 'const struct btf_type *'],
    attach_func_name: [232, 'const char *'], prog: [960, 'struct bpf_prog *'], user: [968, 'struct user_struct *'],
    load_time: [984, 'u64'], verified_insns: [992, 'u32'], name: [1016, 'char[16]'], btf: [1064, 'struct btf *'],
    linfo: [1088, 'struct bpf_line_info *'],
  } },
  bpf_link: { bytes: 88, members: {
    refcnt: [0, 'atomic64_t'], id: [8, 'u32'], type: [16, 'enum bpf_link_type'], ops: [24, 'const struct bpf_link_ops *'],
    prog: [32, 'struct bpf_prog *'],
  } },
  bpf_iter_meta: { bytes: 24, members: { seq: [0, 'struct seq_file *'], session_id: [8, 'u64'], seq_num: [16, 'u64'] } },
  bpf_iter__task: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], task: [8, 'struct task_struct *'] } },
  bpf_iter__task_file: { bytes: 32, members: {
    meta: [0, 'struct bpf_iter_meta *'], task: [8, 'struct task_struct *'], fd: [16, 'u32'], file: [24, 'struct file *'],
  } },
  bpf_iter__task_vma: { bytes: 24, members: {
    meta: [0, 'struct bpf_iter_meta *'], task: [8, 'struct task_struct *'], vma: [16, 'struct vm_area_struct *'],
  } },
  bpf_iter__bpf_map: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], map: [8, 'struct bpf_map *'] } },
  bpf_iter__bpf_prog: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], prog: [8, 'struct bpf_prog *'] } },
  bpf_iter__bpf_link: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], link: [8, 'struct bpf_link *'] } },
  bpf_iter__bpf_map_elem: { bytes: 32, members: {
    meta: [0, 'struct bpf_iter_meta *'], map: [8, 'struct bpf_map *'], key: [16, 'void *'], value: [24, 'void *'],
  } },
  bpf_iter__tcp: { bytes: 24, members: {
    meta: [0, 'struct bpf_iter_meta *'], sk_common: [8, 'struct sock_common *'], uid: [16, 'uid_t'],
  } },
  bpf_iter__udp: { bytes: 32, members: {
    meta: [0, 'struct bpf_iter_meta *'], udp_sk: [8, 'struct udp_sock *'], uid: [16, 'uid_t'], bucket: [24, 'int'],
  } },
  bpf_iter__unix: { bytes: 24, members: {
    meta: [0, 'struct bpf_iter_meta *'], unix_sk: [8, 'struct unix_sock *'], uid: [16, 'uid_t'],
  } },
  bpf_iter__netlink: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], sk: [8, 'struct netlink_sock *'] } },
  bpf_iter__cgroup: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], cgroup: [8, 'struct cgroup *'] } },
  bpf_iter__ksym: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], ksym: [8, 'struct kallsym_iter *'] } },
  bpf_iter__kmem_cache: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], s: [8, 'struct kmem_cache *'] } },
  bpf_iter__sockmap: { bytes: 32, members: {
    meta: [0, 'struct bpf_iter_meta *'], map: [8, 'struct bpf_map *'], key: [16, 'void *'], sk: [24, 'struct sock *'],
  } },
  bpf_iter__bpf_sk_storage_map: { bytes: 32, members: {
    meta: [0, 'struct bpf_iter_meta *'], map: [8, 'struct bpf_map *'], sk: [16, 'struct sock *'], value: [24, 'void *'],
  } },
  bpf_iter__ipv6_route: { bytes: 16, members: { meta: [0, 'struct bpf_iter_meta *'], rt: [8, 'struct fib6_info *'] } },
  bpf_crypto_ctx: { bytes: 48, members: {
    type: [0, 'const struct bpf_crypto_type *'], tfm: [8, 'void *'], siv_len: [16, 'u32'], rcu: [24, 'struct callback_head'],
    usage: [40, 'refcount_t'],
  } },
  bpf_key: { bytes: 16, members: { key: [0, 'struct key *'], has_ref: [8, 'bool'] } },
  kallsym_iter: { bytes: 624, members: {
    pos: [0, 'loff_t'], pos_mod_end: [8, 'loff_t'], pos_ftrace_mod_end: [16, 'loff_t'], pos_bpf_end: [24, 'loff_t'],
    value: [32, 'long unsigned int'], type: [44, 'char'], name: [45, 'char[512]'], module_name: [557, 'char[56]'],
    exported: [616, 'int'], show_value: [620, 'int'],
  } },
  bpf_crypto_params: { bytes: 408, members: {
    type: [0, 'char[14]'], reserved: [14, 'u8[2]'], algo: [16, 'char[128]'], key: [144, 'u8[256]'], key_len: [400, 'u32'],
    authsize: [404, 'u32'],
  } },
  perf_branch_entry: { bytes: 24, members: {
    from: [0, '__u64'], to: [8, '__u64'], mispred: [16, '__u64', 1, 0], predicted: [16, '__u64', 1, 1], in_tx: [16, '__u64', 1, 2],
    abort: [16, '__u64', 1, 3], cycles: [16, '__u64', 16, 4], type: [16, '__u64', 4, 20], spec: [16, '__u64', 2, 24],
    new_type: [16, '__u64', 4, 26], priv: [16, '__u64', 3, 30], reserved: [16, '__u64', 31, 33],
  } },
  bpf_local_storage: { bytes: 176, members: { smap: [128, 'struct bpf_local_storage_map *'], owner: [144, 'void *'] } },
  bpf_local_storage_elem: { bytes: 128, shared: ['rcu', 'free_node'], members: {
    map_node: [0, 'struct hlist_node'], snode: [16, 'struct hlist_node'], local_storage: [32, 'struct bpf_local_storage *'],
    rcu: [40, 'struct callback_head'], free_node: [40, 'struct hlist_node'], sdata: [64, 'struct bpf_local_storage_data'],
  } },
  bpf_shtab: { bytes: 384, members: { map: [0, 'struct bpf_map'] } },
  bpf_cgroup_storage_map: { bytes: 328, members: { map: [0, 'struct bpf_map'] } },
  reuseport_array: { bytes: 296, members: { map: [0, 'struct bpf_map'] } },
  bpf_arena: { bytes: 400, members: { map: [0, 'struct bpf_map'] } },
  bpf_ringbuf: { bytes: 12288, members: {
    mask: [56, 'u64'], consumer_pos: [4096, 'long unsigned int'], producer_pos: [8192, 'long unsigned int'],
    data: [12288, 'char[0]'],
  } },
  bpf_redirect_info: { bytes: 64, members: {
    tgt_index: [0, 'u64'], tgt_value: [8, 'void *'], map: [16, 'struct bpf_map *'], flags: [24, 'u32'], map_id: [28, 'u32'],
    map_type: [32, 'enum bpf_map_type'], nh: [36, 'struct bpf_nh_params'], kern_flags: [56, 'u32'],
  } },
  kmem_cache: { bytes: 8416, members: {
    flags: [16, 'slab_flags_t'], size: [32, 'unsigned int'], object_size: [36, 'unsigned int'], name: [104, 'const char *'],
  } },
  dma_buf: { bytes: 232, members: { size: [0, 'size_t'], file: [8, 'struct file *'] } },
  btf: { bytes: 240, members: { name: [168, 'char[56]'] } },
} as const satisfies Record<string, StructTable>;
