// Structs that others point at or hold and of which programs read nothing: their size in bytes. Linux 6.18 on x86-64, as its BTF tells it.

/** By name. */
// oxfmt-ignore
export const STRUCT_SIZES = {
  Qdisc_ops: 176, address_space_operations: 152, anon_vma: 96, audit_names: 120, backing_dev_info: 1160, bio_vec: 16, blk_plug: 64,
  bpf_attr: 168, bpf_crypto_type: 104, bpf_insn: 8, bpf_iter_bits: 16, bpf_iter_css: 24, bpf_iter_css_task: 8, bpf_iter_dmabuf: 8,
  bpf_iter_kmem_cache: 8, bpf_iter_task: 24, bpf_iter_task_vma: 8, bpf_line_info: 16, bpf_link_ops: 72, bpf_local_storage_data: 8,
  bpf_local_storage_map: 448, bpf_map_owner: 40, bpf_nh_params: 20, bpf_prog_stats: 32, bpf_res_spin_lock: 4, bpf_run_ctx: 0,
  bpf_task_work: 8, bpf_xfrm_state_opts: 36, btf_record: 32, btf_type: 12, buffer_head: 104, cgroup_bpf: 1024, cgroup_file: 56,
  dentry_operations: 128, device: 696, dir_context: 24, dquot: 208, dst_ops: 192, elevator_queue: 640, ethtool_ops: 656,
  fastopen_queue: 40, fasync_struct: 48, file_lock: 192, file_ra_state: 32, flowi_tunnel: 8, flowi_uli: 4, folio_queue: 328, fred_cs: 8,
  fred_ss: 8, header_ops: 48, hrtimer: 64, hrtimer_sleeper: 72, iattr: 80, icmpv6_echo: 4, icmpv6_nd_advt: 4, icmpv6_nd_ra: 4, idr: 24,
  inet6_skb_parm: 24, inet_bind_bucket: 88, inet_connection_sock_af_ops: 80, inet_cork_full: 152, inet_skb_parm: 24,
  inet_timewait_death_row: 128, inode_operations: 256, io_context: 88, io_cqring_offsets: 40, io_sqring_offsets: 40, io_uring_task: 320,
  ip_options_rcu: 32, kernfs_elem_dir: 32, kernfs_iattrs: 80, key: 216, kobj_type: 48, kstatfs: 120, ldt_struct: 16, linux_binfmt: 48,
  maple_tree: 16, mem_cgroup_id: 8, mnt_idmap: 136, nameidata: 240, napi_struct: 496, netdev_queue: 320, netlink_ext_ack: 128,
  netns_ct: 176, netns_ipv4: 1024, nf_conntrack_man_proto: 2, page_frag: 16, percpu_ref: 16, perf_event_context: 224,
  perf_sample_data: 256, pgprot: 8, pipe_buffer: 40, pool_workqueue: 512, proc_ns_operations: 56, proto_accept_arg: 16, qrwlock: 8,
  raw_spinlock: 4, reclaim_state: 8, request_sock_ops: 56, saved_syn: 12, sched_class: 224, scm_fp_list: 2064, seq_operations: 32,
  seqcount: 4, seqcount_spinlock: 4, shortname_store: 40, shrink_control: 32, sk_filter: 32, skb_ext: 8, skb_shared_hwtstamps: 8,
  sock_fprog_kern: 16, spinlock: 4, swait_queue_head: 24, tcp_fastopen_request: 56, tcp_rack: 24, timer_list: 40, ubuf_info: 16,
  uprobe_task: 128, vdso_image: 104, vm_operations_struct: 120, vm_unmapped_area_info: 56, wait_opts: 88, wait_page_queue: 56,
  work_struct: 32, writeback_control: 368, xarray: 16, xfrm_id: 24, xfrm_mark: 8, xsk_tx_metadata_compl: 8,
} as const satisfies Record<string, number>;
