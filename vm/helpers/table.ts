// All helpers of the kernel by name and number; those with `args` run here. A program calls them by number.
//
// Numbers and names: include/uapi/linux/bpf.h, the list behind enum bpf_func_id (closed at 211; what is newer is a kfunc).
// gplOnly and progTypes were asked of Linux 6.18 by loading one program for each helper, licence and program type.
// Longer than 250 lines because it is one table with a row for every helper.

/** What an argument must be. `size` belongs to the memory argument before it. */
export type HelperArg =
  | 'anything'
  | 'ctx'
  | 'map'
  | 'prog_array'
  | 'map_key'
  | 'map_value'
  | 'in_mem'
  | 'out_mem'
  | 'size';

/** A helper of the kernel. Without `args` the name is known and the helper is not implemented. */
export interface HelperRow {
  readonly id: number;
  readonly args?: readonly HelperArg[];
  /** `integer` covers the -errno convention; after `void` r0 is not readable. */
  readonly ret?: 'integer' | 'void' | 'map_value_or_null';
  /** Refused to programs without a GPL-compatible licence. */
  readonly gplOnly?: true;
  /** Which program types may call it; every type where absent. */
  readonly progTypes?: 'tracing';
  readonly summary?: string;
}

// oxfmt-ignore
export const HELPERS = {
  map_lookup_elem:                { id:   1, args: ['map', 'map_key'], ret: 'map_value_or_null', summary: 'address of the value of a key, 0 when there is none' },
  map_update_elem:                { id:   2, args: ['map', 'map_key', 'map_value', 'anything'], ret: 'integer', summary: 'writes the value of a key; flags BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2' },
  map_delete_elem:                { id:   3, args: ['map', 'map_key'], ret: 'integer', summary: 'removes a key' },
  probe_read:                     { id:   4, args: ['out_mem', 'size', 'anything'], ret: 'integer', gplOnly: true, progTypes: 'tracing', summary: 'copies memory from a user or kernel address; -EFAULT and zeroes when it cannot be read' },
  ktime_get_ns:                   { id:   5, args: [], ret: 'integer', summary: 'time of the event in ns since the recording began' },
  trace_printk:                   { id:   6, args: ['in_mem', 'size', 'anything', 'anything', 'anything'], ret: 'integer', gplOnly: true, summary: 'prints a line to trace_pipe' },
  get_prandom_u32:                { id:   7, args: [], ret: 'integer', summary: 'a pseudo-random u32, the same in each run of a recording' },
  get_smp_processor_id:           { id:   8, args: [], ret: 'integer', summary: 'number of the CPU that runs the program' },
  skb_store_bytes:                { id:   9 },
  l3_csum_replace:                { id:  10 },
  l4_csum_replace:                { id:  11 },
  tail_call:                      { id:  12, args: ['ctx', 'prog_array', 'anything'], ret: 'void', summary: 'jumps to the program in a slot of a prog_array; goes on with the next insn when it cannot' },
  clone_redirect:                 { id:  13 },
  get_current_pid_tgid:           { id:  14, args: [], ret: 'integer', summary: 'tgid << 32 | tid of the current task' },
  get_current_uid_gid:            { id:  15 },
  get_current_comm:               { id:  16, args: ['out_mem', 'size'], ret: 'integer', summary: 'copies the name of the current task, NUL padded' },
  get_cgroup_classid:             { id:  17 },
  skb_vlan_push:                  { id:  18 },
  skb_vlan_pop:                   { id:  19 },
  skb_get_tunnel_key:             { id:  20 },
  skb_set_tunnel_key:             { id:  21 },
  perf_event_read:                { id:  22 },
  redirect:                       { id:  23 },
  get_route_realm:                { id:  24 },
  perf_event_output:              { id:  25 },
  skb_load_bytes:                 { id:  26 },
  get_stackid:                    { id:  27 },
  csum_diff:                      { id:  28 },
  skb_get_tunnel_opt:             { id:  29 },
  skb_set_tunnel_opt:             { id:  30 },
  skb_change_proto:               { id:  31 },
  skb_change_type:                { id:  32 },
  skb_under_cgroup:               { id:  33 },
  get_hash_recalc:                { id:  34 },
  get_current_task:               { id:  35 },
  probe_write_user:               { id:  36 },
  current_task_under_cgroup:      { id:  37 },
  skb_change_tail:                { id:  38 },
  skb_pull_data:                  { id:  39 },
  csum_update:                    { id:  40 },
  set_hash_invalid:               { id:  41 },
  get_numa_node_id:               { id:  42 },
  skb_change_head:                { id:  43 },
  xdp_adjust_head:                { id:  44 },
  probe_read_str:                 { id:  45, args: ['out_mem', 'size', 'anything'], ret: 'integer', gplOnly: true, progTypes: 'tracing', summary: 'copies a string from a user or kernel address; its length with NUL, or -EFAULT' },
  get_socket_cookie:              { id:  46 },
  get_socket_uid:                 { id:  47 },
  set_hash:                       { id:  48 },
  setsockopt:                     { id:  49 },
  skb_adjust_room:                { id:  50 },
  redirect_map:                   { id:  51 },
  sk_redirect_map:                { id:  52 },
  sock_map_update:                { id:  53 },
  xdp_adjust_meta:                { id:  54 },
  perf_event_read_value:          { id:  55 },
  perf_prog_read_value:           { id:  56 },
  getsockopt:                     { id:  57 },
  override_return:                { id:  58 },
  sock_ops_cb_flags_set:          { id:  59 },
  msg_redirect_map:               { id:  60 },
  msg_apply_bytes:                { id:  61 },
  msg_cork_bytes:                 { id:  62 },
  msg_pull_data:                  { id:  63 },
  bind:                           { id:  64 },
  xdp_adjust_tail:                { id:  65 },
  skb_get_xfrm_state:             { id:  66 },
  get_stack:                      { id:  67 },
  skb_load_bytes_relative:        { id:  68 },
  fib_lookup:                     { id:  69 },
  sock_hash_update:               { id:  70 },
  msg_redirect_hash:              { id:  71 },
  sk_redirect_hash:               { id:  72 },
  lwt_push_encap:                 { id:  73 },
  lwt_seg6_store_bytes:           { id:  74 },
  lwt_seg6_adjust_srh:            { id:  75 },
  lwt_seg6_action:                { id:  76 },
  rc_repeat:                      { id:  77 },
  rc_keydown:                     { id:  78 },
  skb_cgroup_id:                  { id:  79 },
  get_current_cgroup_id:          { id:  80 },
  get_local_storage:              { id:  81 },
  sk_select_reuseport:            { id:  82 },
  skb_ancestor_cgroup_id:         { id:  83 },
  sk_lookup_tcp:                  { id:  84 },
  sk_lookup_udp:                  { id:  85 },
  sk_release:                     { id:  86 },
  map_push_elem:                  { id:  87 },
  map_pop_elem:                   { id:  88 },
  map_peek_elem:                  { id:  89 },
  msg_push_data:                  { id:  90 },
  msg_pop_data:                   { id:  91 },
  rc_pointer_rel:                 { id:  92 },
  spin_lock:                      { id:  93 },
  spin_unlock:                    { id:  94 },
  sk_fullsock:                    { id:  95 },
  tcp_sock:                       { id:  96 },
  skb_ecn_set_ce:                 { id:  97 },
  get_listener_sock:              { id:  98 },
  skc_lookup_tcp:                 { id:  99 },
  tcp_check_syncookie:            { id: 100 },
  sysctl_get_name:                { id: 101 },
  sysctl_get_current_value:       { id: 102 },
  sysctl_get_new_value:           { id: 103 },
  sysctl_set_new_value:           { id: 104 },
  strtol:                         { id: 105 },
  strtoul:                        { id: 106 },
  sk_storage_get:                 { id: 107 },
  sk_storage_delete:              { id: 108 },
  send_signal:                    { id: 109 },
  tcp_gen_syncookie:              { id: 110 },
  skb_output:                     { id: 111 },
  probe_read_user:                { id: 112, args: ['out_mem', 'size', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies user memory; -EFAULT and zeroes when it cannot be read' },
  probe_read_kernel:              { id: 113, args: ['out_mem', 'size', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies kernel memory; -EFAULT and zeroes when it cannot be read' },
  probe_read_user_str:            { id: 114, args: ['out_mem', 'size', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies a string from user memory; its length with NUL, or -EFAULT' },
  probe_read_kernel_str:          { id: 115, args: ['out_mem', 'size', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies a string from kernel memory; its length with NUL, or -EFAULT' },
  tcp_send_ack:                   { id: 116 },
  send_signal_thread:             { id: 117 },
  jiffies64:                      { id: 118 },
  read_branch_records:            { id: 119 },
  get_ns_current_pid_tgid:        { id: 120 },
  xdp_output:                     { id: 121 },
  get_netns_cookie:               { id: 122 },
  get_current_ancestor_cgroup_id: { id: 123 },
  sk_assign:                      { id: 124 },
  ktime_get_boot_ns:              { id: 125, args: [], ret: 'integer', summary: 'the same as ktime_get_ns: a recording never sleeps' },
  seq_printf:                     { id: 126 },
  seq_write:                      { id: 127 },
  sk_cgroup_id:                   { id: 128 },
  sk_ancestor_cgroup_id:          { id: 129 },
  ringbuf_output:                 { id: 130 },
  ringbuf_reserve:                { id: 131 },
  ringbuf_submit:                 { id: 132 },
  ringbuf_discard:                { id: 133 },
  ringbuf_query:                  { id: 134 },
  csum_level:                     { id: 135 },
  skc_to_tcp6_sock:               { id: 136 },
  skc_to_tcp_sock:                { id: 137 },
  skc_to_tcp_timewait_sock:       { id: 138 },
  skc_to_tcp_request_sock:        { id: 139 },
  skc_to_udp6_sock:               { id: 140 },
  get_task_stack:                 { id: 141 },
  load_hdr_opt:                   { id: 142 },
  store_hdr_opt:                  { id: 143 },
  reserve_hdr_opt:                { id: 144 },
  inode_storage_get:              { id: 145 },
  inode_storage_delete:           { id: 146 },
  d_path:                         { id: 147 },
  copy_from_user:                 { id: 148 },
  snprintf_btf:                   { id: 149 },
  seq_printf_btf:                 { id: 150 },
  skb_cgroup_classid:             { id: 151 },
  redirect_neigh:                 { id: 152 },
  per_cpu_ptr:                    { id: 153 },
  this_cpu_ptr:                   { id: 154 },
  redirect_peer:                  { id: 155 },
  task_storage_get:               { id: 156 },
  task_storage_delete:            { id: 157 },
  get_current_task_btf:           { id: 158 },
  bprm_opts_set:                  { id: 159 },
  ktime_get_coarse_ns:            { id: 160 },
  ima_inode_hash:                 { id: 161 },
  sock_from_file:                 { id: 162 },
  check_mtu:                      { id: 163 },
  for_each_map_elem:              { id: 164 },
  snprintf:                       { id: 165 },
  sys_bpf:                        { id: 166 },
  btf_find_by_name_kind:          { id: 167 },
  sys_close:                      { id: 168 },
  timer_init:                     { id: 169 },
  timer_set_callback:             { id: 170 },
  timer_start:                    { id: 171 },
  timer_cancel:                   { id: 172 },
  get_func_ip:                    { id: 173 },
  get_attach_cookie:              { id: 174 },
  task_pt_regs:                   { id: 175 },
  get_branch_snapshot:            { id: 176 },
  trace_vprintk:                  { id: 177 },
  skc_to_unix_sock:               { id: 178 },
  kallsyms_lookup_name:           { id: 179 },
  find_vma:                       { id: 180 },
  loop:                           { id: 181 },
  strncmp:                        { id: 182 },
  get_func_arg:                   { id: 183 },
  get_func_ret:                   { id: 184 },
  get_func_arg_cnt:               { id: 185 },
  get_retval:                     { id: 186 },
  set_retval:                     { id: 187 },
  xdp_get_buff_len:               { id: 188 },
  xdp_load_bytes:                 { id: 189 },
  xdp_store_bytes:                { id: 190 },
  copy_from_user_task:            { id: 191 },
  skb_set_tstamp:                 { id: 192 },
  ima_file_hash:                  { id: 193 },
  kptr_xchg:                      { id: 194 },
  map_lookup_percpu_elem:         { id: 195 },
  skc_to_mptcp_sock:              { id: 196 },
  dynptr_from_mem:                { id: 197 },
  ringbuf_reserve_dynptr:         { id: 198 },
  ringbuf_submit_dynptr:          { id: 199 },
  ringbuf_discard_dynptr:         { id: 200 },
  dynptr_read:                    { id: 201 },
  dynptr_write:                   { id: 202 },
  dynptr_data:                    { id: 203 },
  tcp_raw_gen_syncookie_ipv4:     { id: 204 },
  tcp_raw_gen_syncookie_ipv6:     { id: 205 },
  tcp_raw_check_syncookie_ipv4:   { id: 206 },
  tcp_raw_check_syncookie_ipv6:   { id: 207 },
  ktime_get_tai_ns:               { id: 208 },
  user_ringbuf_drain:             { id: 209 },
  cgrp_storage_get:               { id: 210 },
  cgrp_storage_delete:            { id: 211 },
} as const satisfies Record<string, HelperRow>;

export type HelperName = keyof typeof HELPERS;

/** Helpers that engines must run. */
export type ImplementedHelper = {
  [K in HelperName]: (typeof HELPERS)[K] extends { readonly args: readonly HelperArg[] } ? K : never;
}[HelperName];

const NAMES: ReadonlyMap<number, HelperName> = new Map(
  Object.entries(HELPERS).map(([name, row]) => [row.id, name as HelperName]), // the keys of the table
);

/** Name of helper `id`, undefined for a number that no kernel has. */
export function helperName(id: number): HelperName | undefined {
  return NAMES.get(id);
}

/** The row of a helper under the common type, so that absent columns can be asked for. */
export function helperRow(name: HelperName): HelperRow {
  return HELPERS[name];
}

/** True when engines run the helper. */
export function isImplemented(name: HelperName): name is ImplementedHelper {
  return helperRow(name).args !== undefined;
}
