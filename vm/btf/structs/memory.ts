// Address spaces, pages, and the block layer. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Address spaces and pages. */
// oxfmt-ignore
export const MEMORY_STRUCTS = {
  mm_struct: { bytes: 1472, members: {
    mm_count: [0, 'atomic_t'], mm_mt: [64, 'struct maple_tree'], mmap_base: [80, 'long unsigned int'],
    task_size: [112, 'long unsigned int'], pgd: [120, 'pgd_t *'], membarrier_state: [128, 'atomic_t'], mm_users: [132, 'atomic_t'],
    pgtables_bytes: [168, 'atomic_long_t'], map_count: [176, 'int'], page_table_lock: [180, 'spinlock_t'],
    mmap_lock: [184, 'struct rw_semaphore'], mmlist: [224, 'struct list_head'], hiwater_rss: [344, 'long unsigned int'],
    hiwater_vm: [352, 'long unsigned int'], total_vm: [360, 'long unsigned int'], locked_vm: [368, 'long unsigned int'],
    pinned_vm: [376, 'atomic64_t'], data_vm: [384, 'long unsigned int'], exec_vm: [392, 'long unsigned int'],
    stack_vm: [400, 'long unsigned int'], def_flags: [408, 'vm_flags_t'], arg_lock: [420, 'spinlock_t'],
    start_code: [424, 'long unsigned int'], end_code: [432, 'long unsigned int'], start_data: [440, 'long unsigned int'],
    end_data: [448, 'long unsigned int'], start_brk: [456, 'long unsigned int'], brk: [464, 'long unsigned int'],
    start_stack: [472, 'long unsigned int'], arg_start: [480, 'long unsigned int'], arg_end: [488, 'long unsigned int'],
    env_start: [496, 'long unsigned int'], env_end: [504, 'long unsigned int'], saved_auxv: [512, 'long unsigned int[56]'],
    rss_stat: [960, 'struct percpu_counter[4]'], binfmt: [1120, 'struct linux_binfmt *'], context: [1128, 'mm_context_t'],
    flags: [1272, 'mm_flags_t'], owner: [1296, 'struct task_struct *'], user_ns: [1304, 'struct user_namespace *'],
    exe_file: [1312, 'struct file *'],
  } },
  vm_area_struct: { bytes: 192, shared: ['vm_start', 'vm_end', 'vm_flags'], members: {
    vm_start: [0, 'long unsigned int'], vm_end: [8, 'long unsigned int'], vm_mm: [16, 'struct mm_struct *'],
    vm_page_prot: [24, 'pgprot_t'], vm_flags: [32, 'const vm_flags_t'], anon_vma: [64, 'struct anon_vma *'],
    vm_ops: [72, 'const struct vm_operations_struct *'], vm_pgoff: [80, 'long unsigned int'], vm_file: [88, 'struct file *'],
    vm_private_data: [96, 'void *'],
  } },
  page: { bytes: 64, shared: ['mapping'], members: {
    flags: [0, 'memdesc_flags_t'], mapping: [24, 'struct address_space *'],
  } },
  folio: { bytes: 256, shared: ['flags', 'mapping', 'index', 'page'], members: {
    flags: [0, 'memdesc_flags_t'], mapping: [24, 'struct address_space *'], index: [32, 'long unsigned int'],
    page: [0, 'struct page'],
  } },
  oom_control: { bytes: 64, members: {
    memcg: [16, 'struct mem_cgroup *'], gfp_mask: [24, 'const gfp_t'], order: [28, 'const int'],
    totalpages: [32, 'long unsigned int'], chosen: [40, 'struct task_struct *'], chosen_points: [48, 'long int'],
  } },
  irqaction: { bytes: 128, members: {
    handler: [0, 'irq_handler_t'], irq: [56, 'unsigned int'], flags: [60, 'unsigned int'], name: [80, 'const char *'],
  } },
} as const satisfies Record<string, StructTable>;

/** Requests to block devices. */
// oxfmt-ignore
export const BLOCK_STRUCTS = {
  bio: { bytes: 120, members: {
    bi_next: [0, 'struct bio *'], bi_bdev: [8, 'struct block_device *'], bi_opf: [16, 'blk_opf_t'],
    bi_flags: [20, 'short unsigned int'], bi_status: [26, 'blk_status_t'], bi_iter: [32, 'struct bvec_iter'],
    bi_private: [64, 'void *'], bi_vcnt: [96, 'short unsigned int'],
  } },
  bvec_iter: { bytes: 20, members: {
    bi_sector: [0, 'sector_t'], bi_size: [8, 'unsigned int'], bi_idx: [12, 'unsigned int'], bi_bvec_done: [16, 'unsigned int'],
  } },
  request: { bytes: 248, members: {
    q: [0, 'struct request_queue *'], cmd_flags: [24, 'blk_opf_t'], rq_flags: [28, 'req_flags_t'], tag: [32, 'int'],
    timeout: [40, 'unsigned int'], __data_len: [44, 'unsigned int'], __sector: [48, 'sector_t'], bio: [56, 'struct bio *'],
    biotail: [64, 'struct bio *'], part: [88, 'struct block_device *'], start_time_ns: [104, 'u64'],
    io_start_time_ns: [112, 'u64'], stats_sectors: [122, 'short unsigned int'], nr_phys_segments: [124, 'short unsigned int'],
  } },
  request_queue: { bytes: 984, members: {
    queuedata: [0, 'void *'], elevator: [8, 'struct elevator_queue *'], queue_flags: [32, 'long unsigned int'],
    disk: [104, 'struct gendisk *'], id: [376, 'int'], nr_requests: [384, 'long unsigned int'],
  } },
} as const satisfies Record<string, StructTable>;
