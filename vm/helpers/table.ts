// The kernel's helpers: number, arguments, result, who may call them, and what they do.
// @see include/uapi/linux/bpf.h, the list behind enum bpf_func_id (closed at 211; what is newer is a kfunc); arguments and results: the
// bpf_func_proto of each helper in Linux 6.18; gplOnly and progTypes were asked of it with a program for each helper, licence and type.
// Longer than 250 lines because it is one table with a row for every helper.
import type { ProgTypeName } from '../kernel/prog-types.ts';
import type { MapTypeName } from '../maps/types.ts';
import type { HelperArg, HelperRet } from './args.ts';
import { allBut, ELEMENTS, ITERATED, LOOKED_UP, PERCPU, PROBES, REDIRECTS, TC, TRACING } from './groups.ts';

/** A helper of the kernel. It has `args`, `ret` and `summary`, or else `refused`. */
export interface HelperRow {
  readonly id: number;
  /** Why programs that call it are not loaded. */
  readonly refused?: string;
  /** r1, r2, ... as far as the helper has arguments. */
  readonly args?: readonly HelperArg[];
  readonly ret?: HelperRet;
  /** Refused to programs without a GPL-compatible licence, but not to those of the types in `gplFreeIn`. */
  readonly gplOnly?: true;
  readonly gplFreeIn?: readonly ProgTypeName[];
  /** Types of the map that a const_map_ptr must be of; any where absent. */
  readonly maps?: readonly MapTypeName[];
  /** Which program types may call it; every type where absent. */
  readonly progTypes?: readonly ProgTypeName[];
  /** Only programs that may sleep may call it. */
  readonly mightSleep?: true;
  /** The result must be given back before the program ends. */
  readonly acquires?: true;
  /** Register whose reference the call gives back. */
  readonly releases?: number;
  /** Pointers into the packet are not valid behind the call. */
  readonly changesPacket?: true;
  /** Memory arguments may lie in the packet. */
  readonly packetArgs?: true;
  /** Keeps r1 to r5. */
  readonly fastcall?: true;
  /** Calls the function that it is given: before it returns, or after the program. */
  readonly callback?: 'now' | 'later';
  readonly summary?: string;
}

// oxfmt-ignore
export const HELPERS = {
  map_lookup_elem:                { id:   1, args: ['const_map_ptr', 'ptr_to_map_key'], ret: 'ptr_to_map_value_or_null', maps: LOOKED_UP, packetArgs: true, summary: 'address of the value of a key, 0 when there is none; of a map of maps the inner map' },
  map_update_elem:                { id:   2, args: ['const_map_ptr', 'ptr_to_map_key', 'ptr_to_map_value', 'anything'], ret: 'integer', maps: ELEMENTS, packetArgs: true, summary: 'writes the value of a key; flags BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2, BPF_F_LOCK 4' },
  map_delete_elem:                { id:   3, args: ['const_map_ptr', 'ptr_to_map_key'], ret: 'integer', maps: ELEMENTS, packetArgs: true, summary: 'removes a key' },
  probe_read:                     { id:   4, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, progTypes: TRACING, summary: 'copies memory from a user or kernel address; -EFAULT and zeroes when it cannot be read' },
  ktime_get_ns:                   { id:   5, args: [], ret: 'integer', summary: 'time of the event in ns since the recording began' },
  trace_printk:                   { id:   6, args: ['ptr_to_mem', 'const_size'], ret: 'integer', gplOnly: true, summary: 'prints a line to trace_pipe, with r3 to r5 as arguments; the bytes it would have' },
  get_prandom_u32:                { id:   7, args: [], ret: 'integer', summary: 'a pseudo-random u32, the same in each run of a recording' },
  get_smp_processor_id:           { id:   8, args: [], ret: 'integer', fastcall: true, summary: 'number of the CPU that runs the program' },
  skb_store_bytes:                { id:   9, args: ['ptr_to_ctx', 'anything', 'ptr_to_mem', 'const_size', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit', 'sk_skb'], changesPacket: true, summary: 'writes bytes into the packet, and mends its checksum if asked' },
  l3_csum_replace:                { id:  10, args: ['ptr_to_ctx', 'anything', 'anything', 'anything', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], changesPacket: true, summary: 'mends the checksum of a network header after a field has changed' },
  l4_csum_replace:                { id:  11, args: ['ptr_to_ctx', 'anything', 'anything', 'anything', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], changesPacket: true, summary: 'mends the checksum of a transport header after a field has changed' },
  tail_call:                      { id:  12, args: ['ptr_to_ctx', 'const_map_ptr', 'anything'], ret: 'void', maps: ['prog_array'], changesPacket: true, summary: 'jumps to the program in a slot of a prog_array; goes on with the next insn when it cannot' },
  clone_redirect:                 { id:  13, args: ['ptr_to_ctx', 'anything', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], changesPacket: true, summary: 'sends a copy of the packet to another interface' },
  get_current_pid_tgid:           { id:  14, args: [], ret: 'integer', summary: 'tgid << 32 | tid of the current task' },
  get_current_uid_gid:            { id:  15, args: [], ret: 'integer', summary: 'gid << 32 | uid of the current task' },
  get_current_comm:               { id:  16, args: ['ptr_to_uninit_mem', 'const_size'], ret: 'integer', summary: 'copies the name of the current task, NUL padded' },
  get_cgroup_classid:             { id:  17, args: ['ptr_to_ctx'], ret: 'integer', summary: "net_cls class of the packet's or the current task's cgroup, 0 where there is none" },
  skb_vlan_push:                  { id:  18, args: ['ptr_to_ctx', 'anything', 'anything'], ret: 'integer', progTypes: TC, changesPacket: true, summary: 'puts a VLAN tag onto the packet' },
  skb_vlan_pop:                   { id:  19, args: ['ptr_to_ctx'], ret: 'integer', progTypes: TC, changesPacket: true, summary: 'takes the outermost VLAN tag off the packet' },
  skb_get_tunnel_key:             { id:  20, args: ['ptr_to_ctx', 'ptr_to_uninit_mem', 'const_size', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: 'tells of the tunnel that the packet came through' },
  skb_set_tunnel_key:             { id:  21, args: ['ptr_to_ctx', 'ptr_to_mem', 'const_size', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: 'sets the tunnel that the packet shall go through' },
  perf_event_read:                { id:  22, args: ['const_map_ptr', 'anything'], ret: 'integer', gplOnly: true, maps: ['perf_event_array'], summary: 'count of a hardware counter in a perf_event_array' },
  redirect:                       { id:  23, args: ['anything', 'anything'], ret: 'integer', progTypes: [...TC, 'xdp', 'lwt_xmit'], summary: 'sends the packet to another interface when the program returns this result' },
  get_route_realm:                { id:  24, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'], summary: "realm of the packet's route" },
  perf_event_output:              { id:  25, args: ['ptr_to_ctx', 'const_map_ptr', 'anything', 'ptr_to_mem', 'const_size_or_zero'], ret: 'integer', gplOnly: true, maps: ['perf_event_array'], progTypes: allBut('sk_reuseport', 'flow_dissector', 'netfilter'), summary: 'writes a record to a perf buffer of a perf_event_array' },
  skb_load_bytes:                 { id:  26, args: ['ptr_to_ctx', 'anything', 'ptr_to_uninit_mem', 'const_size'], ret: 'integer', progTypes: [...TC, 'socket_filter', 'cgroup_skb', 'lwt_in', 'lwt_out', 'lwt_xmit', 'sk_skb', 'lwt_seg6local', 'sk_reuseport', 'flow_dissector'], summary: 'copies bytes of the packet' },
  get_stackid:                    { id:  27, args: ['ptr_to_ctx', 'const_map_ptr', 'anything'], ret: 'integer', gplOnly: true, gplFreeIn: ['perf_event'], maps: ['stack_trace'], progTypes: TRACING, summary: 'puts the call stack into a stack_trace map: its id' },
  csum_diff:                      { id:  28, args: ['ptr_to_mem_or_null', 'const_size_or_zero', 'ptr_to_mem_or_null', 'const_size_or_zero', 'anything'], ret: 'integer', progTypes: [...TC, 'xdp', 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'], packetArgs: true, summary: 'Internet checksum of what `to` adds and `from` takes away, on top of a seed' },
  skb_get_tunnel_opt:             { id:  29, args: ['ptr_to_ctx', 'ptr_to_uninit_mem', 'const_size'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: 'options of the tunnel that the packet came through' },
  skb_set_tunnel_opt:             { id:  30, args: ['ptr_to_ctx', 'ptr_to_mem', 'const_size'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: 'sets options of the tunnel that the packet shall go through' },
  skb_change_proto:               { id:  31, args: ['ptr_to_ctx', 'anything', 'anything'], ret: 'integer', progTypes: TC, changesPacket: true, summary: 'makes an IPv4 packet an IPv6 packet, or back' },
  skb_change_type:                { id:  32, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: TC, summary: 'changes for whom the packet is: PACKET_HOST and others' },
  skb_under_cgroup:               { id:  33, args: ['ptr_to_ctx', 'const_map_ptr', 'anything'], ret: 'integer', maps: ['cgroup_array'], progTypes: [...TC, 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'], summary: "1 when the packet's socket is in a cgroup of the array or below it" },
  get_hash_recalc:                { id:  34, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'], summary: 'flow hash of the packet' },
  get_current_task:               { id:  35, args: [], ret: 'integer', gplOnly: true, summary: 'address of the current task_struct, as a number' },
  probe_write_user:               { id:  36, refused: 'it would write into the memory of the recorded process' },
  current_task_under_cgroup:      { id:  37, args: ['const_map_ptr', 'anything'], ret: 'integer', maps: ['cgroup_array'], summary: '1 when the current task is in a cgroup of the array or below it' },
  skb_change_tail:                { id:  38, args: ['ptr_to_ctx', 'anything', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit', 'sk_skb'], changesPacket: true, summary: 'makes the packet shorter or longer at its end' },
  skb_pull_data:                  { id:  39, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_in', 'lwt_out', 'lwt_xmit', 'sk_skb', 'lwt_seg6local'], changesPacket: true, summary: 'makes bytes of the packet directly accessible' },
  csum_update:                    { id:  40, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: "adds to the packet's complete checksum" },
  set_hash_invalid:               { id:  41, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: 'forgets the flow hash of the packet' },
  get_numa_node_id:               { id:  42, args: [], ret: 'integer', summary: 'NUMA node of the CPU' },
  skb_change_head:                { id:  43, args: ['ptr_to_ctx', 'anything', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit', 'sk_skb'], changesPacket: true, summary: 'makes room before the packet for a link header' },
  xdp_adjust_head:                { id:  44, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: ['xdp'], changesPacket: true, summary: 'moves the start of the packet' },
  probe_read_str:                 { id:  45, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, progTypes: TRACING, summary: 'copies a string from a user or kernel address; its length with NUL, or -EFAULT' },
  get_socket_cookie:              { id:  46, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'socket_filter', 'cgroup_skb', 'cgroup_sock', 'sock_ops', 'sk_skb', 'cgroup_sock_addr', 'sk_reuseport', 'tracing', 'syscall'], summary: 'a number for the socket that it never shares with another' },
  get_socket_uid:                 { id:  47, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'socket_filter', 'cgroup_skb', 'sk_skb'], summary: "uid of the packet's socket" },
  set_hash:                       { id:  48, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: TC, summary: 'sets the flow hash of the packet' },
  setsockopt:                     { id:  49, refused: 'there are no sockets here' },
  skb_adjust_room:                { id:  50, args: ['ptr_to_ctx', 'anything', 'anything', 'anything'], ret: 'integer', progTypes: [...TC, 'sk_skb'], changesPacket: true, summary: 'makes room behind the link or network header, or takes it away' },
  redirect_map:                   { id:  51, args: ['const_map_ptr', 'anything', 'anything'], ret: 'integer', maps: REDIRECTS, progTypes: ['xdp'], summary: 'sends the packet to what an entry of a map names' },
  sk_redirect_map:                { id:  52, refused: 'there are no sockets here' },
  sock_map_update:                { id:  53, refused: 'there are no sockets here' },
  xdp_adjust_meta:                { id:  54, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: ['xdp'], changesPacket: true, summary: 'moves the start of the metadata before the packet' },
  perf_event_read_value:          { id:  55, args: ['const_map_ptr', 'anything', 'ptr_to_uninit_mem', 'const_size'], ret: 'integer', gplOnly: true, maps: ['perf_event_array'], summary: 'count and times of a hardware counter in a perf_event_array' },
  perf_prog_read_value:           { id:  56, args: ['ptr_to_ctx', 'ptr_to_uninit_mem', 'const_size'], ret: 'integer', gplOnly: true, progTypes: ['perf_event'], summary: 'count and times of the event that runs the program' },
  getsockopt:                     { id:  57, refused: 'there are no sockets here' },
  override_return:                { id:  58, refused: 'a recorded call has returned already' },
  sock_ops_cb_flags_set:          { id:  59, refused: 'there are no sockets here' },
  msg_redirect_map:               { id:  60, refused: 'there are no sockets here' },
  msg_apply_bytes:                { id:  61, refused: 'there are no sockets here' },
  msg_cork_bytes:                 { id:  62, refused: 'there are no sockets here' },
  msg_pull_data:                  { id:  63, refused: 'there are no sockets here' },
  bind:                           { id:  64, refused: 'there are no sockets here' },
  xdp_adjust_tail:                { id:  65, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: ['xdp'], changesPacket: true, summary: 'moves the end of the packet' },
  skb_get_xfrm_state:             { id:  66, refused: 'there is no IPsec here' },
  get_stack:                      { id:  67, args: ['ptr_to_ctx', 'ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, progTypes: TRACING, summary: 'copies the call stack: its bytes' },
  skb_load_bytes_relative:        { id:  68, args: ['ptr_to_ctx', 'anything', 'ptr_to_uninit_mem', 'const_size', 'anything'], ret: 'integer', progTypes: [...TC, 'socket_filter', 'cgroup_skb', 'sk_reuseport'], summary: 'copies bytes of the packet from its link or network header' },
  fib_lookup:                     { id:  69, args: ['ptr_to_ctx', 'ptr_to_write_mem', 'const_size', 'anything'], ret: 'integer', gplOnly: true, progTypes: [...TC, 'xdp'], summary: 'looks a route up' },
  sock_hash_update:               { id:  70, refused: 'there are no sockets here' },
  msg_redirect_hash:              { id:  71, refused: 'there are no sockets here' },
  sk_redirect_hash:               { id:  72, refused: 'there are no sockets here' },
  lwt_push_encap:                 { id:  73, refused: 'there are no routes here' },
  lwt_seg6_store_bytes:           { id:  74, refused: 'there are no routes here' },
  lwt_seg6_adjust_srh:            { id:  75, refused: 'there are no routes here' },
  lwt_seg6_action:                { id:  76, refused: 'there are no routes here' },
  rc_repeat:                      { id:  77, refused: 'there is no infrared receiver here' },
  rc_keydown:                     { id:  78, refused: 'there is no infrared receiver here' },
  skb_cgroup_id:                  { id:  79, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'cgroup_skb'], summary: "id of the cgroup of the packet's socket, 0 where there is none" },
  get_current_cgroup_id:          { id:  80, args: [], ret: 'integer', summary: "id of the current task's cgroup" },
  get_local_storage:              { id:  81, refused: 'there are no cgroup storage maps here' },
  sk_select_reuseport:            { id:  82, refused: 'there are no sockets here' },
  skb_ancestor_cgroup_id:         { id:  83, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: [...TC, 'cgroup_skb'], summary: "id of a cgroup above that of the packet's socket, 0 where there is none" },
  sk_lookup_tcp:                  { id:  84, args: ['ptr_to_ctx', 'ptr_to_mem', 'const_size_or_zero', 'anything', 'anything'], ret: 'ptr_to_socket_or_null', progTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr'], acquires: true, packetArgs: true, summary: 'the TCP socket of an address pair, 0 when there is none' },
  sk_lookup_udp:                  { id:  85, args: ['ptr_to_ctx', 'ptr_to_mem', 'const_size_or_zero', 'anything', 'anything'], ret: 'ptr_to_socket_or_null', progTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr'], acquires: true, packetArgs: true, summary: 'the UDP socket of an address pair, 0 when there is none' },
  sk_release:                     { id:  86, args: ['ptr_to_btf_id_sock_common'], ret: 'integer', progTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr', 'sk_lookup'], releases: 1, summary: 'gives a socket back' },
  map_push_elem:                  { id:  87, args: ['const_map_ptr', 'ptr_to_map_value', 'anything'], ret: 'integer', maps: ['queue', 'stack', 'bloom_filter'], packetArgs: true, summary: 'adds an element to a queue, stack or bloom filter' },
  map_pop_elem:                   { id:  88, args: ['const_map_ptr', 'ptr_to_uninit_map_value'], ret: 'integer', maps: ['queue', 'stack'], summary: 'takes the next element off a queue or stack' },
  map_peek_elem:                  { id:  89, args: ['const_map_ptr', 'ptr_to_uninit_map_value'], ret: 'integer', maps: ['queue', 'stack', 'bloom_filter'], summary: 'copies the next element of a queue or stack, or asks whether a bloom filter may hold one' },
  msg_push_data:                  { id:  90, refused: 'there are no sockets here' },
  msg_pop_data:                   { id:  91, refused: 'there are no sockets here' },
  rc_pointer_rel:                 { id:  92, refused: 'there is no infrared receiver here' },
  spin_lock:                      { id:  93, args: ['ptr_to_spin_lock'], ret: 'void', summary: 'locks a map value' },
  spin_unlock:                    { id:  94, args: ['ptr_to_spin_lock'], ret: 'void', summary: 'unlocks it' },
  sk_fullsock:                    { id:  95, args: ['ptr_to_sock_common'], ret: 'ptr_to_socket_or_null', progTypes: [...TC, 'cgroup_skb'], summary: 'the full socket behind one, 0 when there is none' },
  tcp_sock:                       { id:  96, args: ['ptr_to_sock_common'], ret: 'ptr_to_tcp_sock_or_null', progTypes: [...TC, 'cgroup_skb', 'sock_ops', 'cgroup_sockopt'], summary: 'the TCP state of a socket, 0 when there is none' },
  skb_ecn_set_ce:                 { id:  97, args: ['ptr_to_ctx'], ret: 'integer', progTypes: [...TC, 'cgroup_skb'], summary: 'marks the packet as having met congestion: 1 when it could' },
  get_listener_sock:              { id:  98, args: ['ptr_to_sock_common'], ret: 'ptr_to_socket_or_null', progTypes: [...TC, 'cgroup_skb'], summary: 'the listening socket behind one, 0 when there is none' },
  skc_lookup_tcp:                 { id:  99, args: ['ptr_to_ctx', 'ptr_to_mem', 'const_size_or_zero', 'anything', 'anything'], ret: 'ptr_to_sock_common_or_null', progTypes: [...TC, 'xdp', 'cgroup_skb', 'sk_skb', 'cgroup_sock_addr'], acquires: true, packetArgs: true, summary: 'the TCP socket of an address pair, unfinished ones too, 0 when there is none' },
  tcp_check_syncookie:            { id: 100, refused: 'there is no TCP here' },
  sysctl_get_name:                { id: 101, refused: 'there are no sysctls here' },
  sysctl_get_current_value:       { id: 102, refused: 'there are no sysctls here' },
  sysctl_get_new_value:           { id: 103, refused: 'there are no sysctls here' },
  sysctl_set_new_value:           { id: 104, refused: 'there are no sysctls here' },
  strtol:                         { id: 105, args: ['ptr_to_mem', 'const_size', 'anything', 'ptr_to_long'], ret: 'integer', summary: 'number in a text: the characters it takes, or -EINVAL, -ERANGE' },
  strtoul:                        { id: 106, args: ['ptr_to_mem', 'const_size', 'anything', 'ptr_to_long'], ret: 'integer', summary: 'number in a text without a minus: the characters it takes, or -EINVAL, -ERANGE' },
  sk_storage_get:                 { id: 107, refused: 'there are no sockets here' },
  sk_storage_delete:              { id: 108, refused: 'there are no sockets here' },
  send_signal:                    { id: 109, args: ['anything'], ret: 'integer', summary: 'sends a signal to the current process: told as an effect' },
  tcp_gen_syncookie:              { id: 110, refused: 'there is no TCP here' },
  skb_output:                     { id: 111, refused: 'no hook here gives a program a struct sk_buff' },
  probe_read_user:                { id: 112, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies user memory; -EFAULT and zeroes when it cannot be read' },
  probe_read_kernel:              { id: 113, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies kernel memory; -EFAULT and zeroes when it cannot be read' },
  probe_read_user_str:            { id: 114, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies a string from user memory; its length with NUL, or -EFAULT' },
  probe_read_kernel_str:          { id: 115, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, summary: 'copies a string from kernel memory; its length with NUL, or -EFAULT' },
  tcp_send_ack:                   { id: 116, refused: 'there is no TCP here' },
  send_signal_thread:             { id: 117, args: ['anything'], ret: 'integer', summary: 'sends a signal to the current thread: told as an effect' },
  jiffies64:                      { id: 118, args: [], ret: 'integer', summary: 'time of the event in ticks, as Linux counts them from 5 minutes before it starts' },
  read_branch_records:            { id: 119, args: ['ptr_to_ctx', 'ptr_to_write_mem_or_null', 'const_size_or_zero', 'anything'], ret: 'integer', gplOnly: true, progTypes: ['perf_event'], summary: 'branches of the sample; -ENOENT where none are recorded' },
  get_ns_current_pid_tgid:        { id: 120, args: ['anything', 'anything', 'ptr_to_uninit_mem', 'const_size'], ret: 'integer', summary: 'pid and tgid of the current task in a pid namespace' },
  xdp_output:                     { id: 121, refused: 'no hook here gives a program a struct xdp_buff' },
  get_netns_cookie:               { id: 122, args: ['ptr_to_ctx_or_null'], ret: 'integer', progTypes: [...TC, 'socket_filter', 'cgroup_skb', 'cgroup_sock', 'sock_ops', 'sk_msg', 'cgroup_sock_addr', 'cgroup_sockopt'], summary: 'a number for the network namespace' },
  get_current_ancestor_cgroup_id: { id: 123, args: ['anything'], ret: 'integer', summary: 'id of a cgroup above that of the current task' },
  sk_assign:                      { id: 124, refused: 'there are no sockets here' },
  ktime_get_boot_ns:              { id: 125, args: [], ret: 'integer', summary: 'the same as ktime_get_ns: a recording never sleeps' },
  seq_printf:                     { id: 126, refused: 'iterators have no file to write to here' },
  seq_write:                      { id: 127, refused: 'iterators have no file to write to here' },
  sk_cgroup_id:                   { id: 128, args: ['ptr_to_btf_id_sock_common'], ret: 'integer', progTypes: ['cgroup_skb'], summary: "id of a socket's cgroup" },
  sk_ancestor_cgroup_id:          { id: 129, args: ['ptr_to_btf_id_sock_common', 'anything'], ret: 'integer', progTypes: ['cgroup_skb'], summary: 'id of a cgroup above that of a socket' },
  ringbuf_output:                 { id: 130, args: ['const_map_ptr', 'ptr_to_mem', 'const_size_or_zero', 'anything'], ret: 'integer', maps: ['ringbuf'], summary: 'writes a record to a ring buffer' },
  ringbuf_reserve:                { id: 131, args: ['const_map_ptr', 'const_alloc_size_or_zero', 'anything'], ret: 'ptr_to_ringbuf_mem_or_null', maps: ['ringbuf'], acquires: true, summary: 'room for a record in a ring buffer, 0 when it is full' },
  ringbuf_submit:                 { id: 132, args: ['ptr_to_ringbuf_mem', 'anything'], ret: 'void', releases: 1, summary: 'hands a reserved record to user space' },
  ringbuf_discard:                { id: 133, args: ['ptr_to_ringbuf_mem', 'anything'], ret: 'void', releases: 1, summary: 'gives a reserved record up' },
  ringbuf_query:                  { id: 134, args: ['const_map_ptr', 'anything'], ret: 'integer', maps: ['ringbuf'], summary: 'size and positions of a ring buffer' },
  csum_level:                     { id: 135, args: ['ptr_to_ctx', 'anything'], ret: 'integer', progTypes: [...TC, 'lwt_xmit'], summary: 'asks for or changes how many checksums of the packet are known to be right' },
  skc_to_tcp6_sock:               { id: 136, refused: 'there are no sockets here' },
  skc_to_tcp_sock:                { id: 137, refused: 'there are no sockets here' },
  skc_to_tcp_timewait_sock:       { id: 138, refused: 'there are no sockets here' },
  skc_to_tcp_request_sock:        { id: 139, refused: 'there are no sockets here' },
  skc_to_udp6_sock:               { id: 140, refused: 'there are no sockets here' },
  get_task_stack:                 { id: 141, args: ['ptr_to_btf_id:task_struct', 'ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', summary: 'copies the call stack of a task: its bytes' },
  load_hdr_opt:                   { id: 142, refused: 'there is no TCP here' },
  store_hdr_opt:                  { id: 143, refused: 'there is no TCP here' },
  reserve_hdr_opt:                { id: 144, refused: 'there is no TCP here' },
  inode_storage_get:              { id: 145, refused: 'there are no inodes here' },
  inode_storage_delete:           { id: 146, refused: 'there are no inodes here' },
  d_path:                         { id: 147, refused: 'there are no files of the kernel here' },
  copy_from_user:                 { id: 148, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything'], ret: 'integer', mightSleep: true, summary: 'copies user memory; -EFAULT and zeroes when it cannot be read' },
  snprintf_btf:                   { id: 149, refused: 'there is no type information of a kernel here' },
  seq_printf_btf:                 { id: 150, refused: 'iterators have no file to write to here' },
  skb_cgroup_classid:             { id: 151, args: ['ptr_to_ctx'], ret: 'integer', progTypes: TC, summary: "net_cls class of the packet's socket, 0 where there is none" },
  redirect_neigh:                 { id: 152, args: ['anything', 'ptr_to_mem_or_null', 'const_size_or_zero', 'anything'], ret: 'integer', progTypes: TC, summary: "sends the packet to another interface with the neighbour's link address" },
  per_cpu_ptr:                    { id: 153, refused: 'there are no variables of the kernel here' },
  this_cpu_ptr:                   { id: 154, refused: 'there are no variables of the kernel here' },
  redirect_peer:                  { id: 155, args: ['anything', 'anything'], ret: 'integer', progTypes: TC, summary: 'sends the packet to the other end of a virtual interface pair' },
  task_storage_get:               { id: 156, args: ['const_map_ptr', 'ptr_to_btf_id_or_null:task_struct', 'ptr_to_map_value_or_null', 'anything'], ret: 'ptr_to_map_value_or_null', maps: ['task_storage'], summary: "address of a task's value in a task_storage map; makes it if asked" },
  task_storage_delete:            { id: 157, args: ['const_map_ptr', 'ptr_to_btf_id_or_null:task_struct'], ret: 'integer', maps: ['task_storage'], summary: "removes a task's value" },
  get_current_task_btf:           { id: 158, args: [], ret: 'ptr_to_btf_id:task_struct', gplOnly: true, summary: 'the current task_struct' },
  bprm_opts_set:                  { id: 159, refused: 'nothing is executed here' },
  ktime_get_coarse_ns:            { id: 160, args: [], ret: 'integer', progTypes: allBut('kprobe', 'tracepoint', 'perf_event', 'cgroup_device', 'raw_tracepoint', 'raw_tracepoint_writable', 'cgroup_sockopt', 'tracing', 'syscall', 'netfilter'), summary: 'the same as ktime_get_ns, in whole ticks' },
  ima_inode_hash:                 { id: 161, refused: 'there are no inodes here' },
  sock_from_file:                 { id: 162, refused: 'there are no sockets here' },
  check_mtu:                      { id: 163, args: ['ptr_to_ctx', 'anything', 'ptr_to_int', 'anything', 'anything'], ret: 'integer', gplOnly: true, progTypes: [...TC, 'xdp'], summary: 'whether a packet of a length fits through an interface' },
  for_each_map_elem:              { id: 164, args: ['const_map_ptr', 'ptr_to_func', 'ptr_to_stack_or_null', 'anything'], ret: 'integer', maps: ITERATED, callback: 'now', summary: 'calls a function for each element of a map: how many it was called for' },
  snprintf:                       { id: 165, args: ['ptr_to_write_mem_or_null', 'const_size_or_zero', 'ptr_to_const_str', 'ptr_to_mem_or_null', 'const_size_or_zero'], ret: 'integer', gplOnly: true, summary: 'prints into a buffer: the bytes it needs with NUL' },
  sys_bpf:                        { id: 166, refused: 'programs make no system calls here' },
  btf_find_by_name_kind:          { id: 167, refused: 'there is no type information of a kernel here' },
  sys_close:                      { id: 168, refused: 'programs make no system calls here' },
  timer_init:                     { id: 169, args: ['ptr_to_timer', 'const_map_ptr', 'anything'], ret: 'integer', gplOnly: true, summary: 'makes the timer in a map value ready' },
  timer_set_callback:             { id: 170, args: ['ptr_to_timer', 'ptr_to_func'], ret: 'integer', gplOnly: true, callback: 'later', summary: 'says which function the timer calls' },
  timer_start:                    { id: 171, args: ['ptr_to_timer', 'anything', 'anything'], ret: 'integer', gplOnly: true, summary: 'starts the timer' },
  timer_cancel:                   { id: 172, args: ['ptr_to_timer'], ret: 'integer', gplOnly: true, summary: 'stops the timer: 1 when it was running' },
  get_func_ip:                    { id: 173, args: ['ptr_to_ctx'], ret: 'integer', gplOnly: true, progTypes: TRACING, summary: 'address of the function that is traced, 0 where it is not known' },
  get_attach_cookie:              { id: 174, args: ['ptr_to_ctx'], ret: 'integer', progTypes: PROBES, summary: 'the number that was given with the attachment' },
  task_pt_regs:                   { id: 175, args: ['ptr_to_btf_id:task_struct'], ret: 'ptr_to_btf_id:pt_regs', gplOnly: true, summary: 'user registers of a task' },
  get_branch_snapshot:            { id: 176, args: ['ptr_to_uninit_mem', 'const_size_or_zero'], ret: 'integer', gplOnly: true, summary: 'the last branches; -ENOENT where none are recorded' },
  trace_vprintk:                  { id: 177, args: ['ptr_to_mem', 'const_size', 'ptr_to_mem_or_null', 'const_size_or_zero'], ret: 'integer', gplOnly: true, summary: 'prints a line to trace_pipe, with up to 12 arguments' },
  skc_to_unix_sock:               { id: 178, refused: 'there are no sockets here' },
  kallsyms_lookup_name:           { id: 179, refused: 'there are no symbols of a kernel here' },
  find_vma:                       { id: 180, refused: 'there are no address spaces here' },
  loop:                           { id: 181, args: ['anything', 'ptr_to_func', 'ptr_to_stack_or_null', 'anything'], ret: 'integer', callback: 'now', summary: 'calls a function again and again: how often it was called' },
  strncmp:                        { id: 182, args: ['ptr_to_mem', 'const_size', 'ptr_to_const_str'], ret: 'integer', summary: 'compares a buffer with a constant string' },
  get_func_arg:                   { id: 183, args: ['ptr_to_ctx', 'anything', 'ptr_to_long'], ret: 'integer', progTypes: ['tracing'], summary: 'argument of the function that is traced' },
  get_func_ret:                   { id: 184, args: ['ptr_to_ctx', 'ptr_to_long'], ret: 'integer', progTypes: ['tracing'], summary: 'result of the function that is traced' },
  get_func_arg_cnt:               { id: 185, args: ['ptr_to_ctx'], ret: 'integer', progTypes: ['tracing'], summary: 'how many arguments the function that is traced has' },
  get_retval:                     { id: 186, args: [], ret: 'integer', progTypes: ['cgroup_sock', 'cgroup_device', 'cgroup_sock_addr', 'cgroup_sysctl', 'cgroup_sockopt'], summary: 'the result that the hooked call will have' },
  set_retval:                     { id: 187, args: ['anything'], ret: 'integer', progTypes: ['cgroup_sock', 'cgroup_device', 'cgroup_sock_addr', 'cgroup_sysctl', 'cgroup_sockopt'], summary: 'sets the result that the hooked call will have' },
  xdp_get_buff_len:               { id: 188, args: ['ptr_to_ctx'], ret: 'integer', progTypes: ['xdp', 'tracing', 'syscall'], summary: 'bytes of the packet' },
  xdp_load_bytes:                 { id: 189, args: ['ptr_to_ctx', 'anything', 'ptr_to_uninit_mem', 'const_size'], ret: 'integer', progTypes: ['xdp'], summary: 'copies bytes of the packet' },
  xdp_store_bytes:                { id: 190, args: ['ptr_to_ctx', 'anything', 'ptr_to_mem', 'const_size'], ret: 'integer', progTypes: ['xdp'], summary: 'writes bytes into the packet' },
  copy_from_user_task:            { id: 191, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything', 'ptr_to_btf_id:task_struct', 'anything'], ret: 'integer', gplOnly: true, mightSleep: true, summary: 'copies user memory of a task; -EFAULT and zeroes when it cannot be read' },
  skb_set_tstamp:                 { id: 192, args: ['ptr_to_ctx', 'anything', 'anything'], ret: 'integer', progTypes: TC, summary: 'sets the time of the packet' },
  ima_file_hash:                  { id: 193, refused: 'there are no files of the kernel here' },
  kptr_xchg:                      { id: 194, args: ['kptr_xchg_dest', 'ptr_to_btf_id_or_null'], ret: 'ptr_to_btf_id_or_null', acquires: true, releases: 2, summary: 'swaps the pointer in a map value: the old one' },
  map_lookup_percpu_elem:         { id: 195, args: ['const_map_ptr', 'ptr_to_map_key', 'anything'], ret: 'ptr_to_map_value_or_null', maps: PERCPU, packetArgs: true, summary: 'address of the value of a key on a CPU, 0 when there is none' },
  skc_to_mptcp_sock:              { id: 196, refused: 'there are no sockets here' },
  dynptr_from_mem:                { id: 197, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'anything', 'ptr_to_uninit_dynptr:local'], ret: 'integer', summary: 'a dynptr to a map value' },
  ringbuf_reserve_dynptr:         { id: 198, args: ['const_map_ptr', 'anything', 'anything', 'ptr_to_uninit_dynptr:ringbuf'], ret: 'integer', maps: ['ringbuf'], summary: 'a dynptr to room for a record in a ring buffer' },
  ringbuf_submit_dynptr:          { id: 199, args: ['ptr_to_dynptr:ringbuf', 'anything'], ret: 'void', releases: 1, summary: 'hands a reserved record to user space' },
  ringbuf_discard_dynptr:         { id: 200, args: ['ptr_to_dynptr:ringbuf', 'anything'], ret: 'void', releases: 1, summary: 'gives a reserved record up' },
  dynptr_read:                    { id: 201, args: ['ptr_to_uninit_mem', 'const_size_or_zero', 'ptr_to_dynptr', 'anything', 'anything'], ret: 'integer', summary: 'copies bytes of what a dynptr points at' },
  dynptr_write:                   { id: 202, args: ['ptr_to_dynptr', 'anything', 'ptr_to_mem', 'const_size_or_zero', 'anything'], ret: 'integer', summary: 'writes bytes to what a dynptr points at' },
  dynptr_data:                    { id: 203, args: ['ptr_to_dynptr', 'anything', 'const_alloc_size_or_zero'], ret: 'ptr_to_mem_or_null', summary: 'address of bytes of what a dynptr points at, 0 when they do not lie in one piece' },
  tcp_raw_gen_syncookie_ipv4:     { id: 204, refused: 'there is no TCP here' },
  tcp_raw_gen_syncookie_ipv6:     { id: 205, refused: 'there is no TCP here' },
  tcp_raw_check_syncookie_ipv4:   { id: 206, refused: 'there is no TCP here' },
  tcp_raw_check_syncookie_ipv6:   { id: 207, refused: 'there is no TCP here' },
  ktime_get_tai_ns:               { id: 208, args: [], ret: 'integer', summary: 'the same as ktime_get_ns: a recording knows no other clock' },
  user_ringbuf_drain:             { id: 209, args: ['const_map_ptr', 'ptr_to_func', 'ptr_to_stack_or_null', 'anything'], ret: 'integer', maps: ['user_ringbuf'], callback: 'now', summary: 'calls a function for each record that user space has put into a ring buffer' },
  cgrp_storage_get:               { id: 210, args: ['const_map_ptr', 'ptr_to_btf_id_or_null:cgroup', 'ptr_to_map_value_or_null', 'anything'], ret: 'ptr_to_map_value_or_null', maps: ['cgrp_storage'], summary: "address of a cgroup's value in a cgrp_storage map; makes it if asked" },
  cgrp_storage_delete:            { id: 211, args: ['const_map_ptr', 'ptr_to_btf_id_or_null:cgroup'], ret: 'integer', maps: ['cgrp_storage'], summary: "removes a cgroup's value" },
} as const satisfies Record<string, HelperRow>;

export type HelperName = keyof typeof HELPERS;

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
