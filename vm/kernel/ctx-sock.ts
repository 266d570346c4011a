// What programs at sockets, cgroups and netfilter hooks see. Nothing here runs them: the verifier reads these tables, and the page shows them.
// @see include/uapi/linux/bpf.h; net/core/filter.c sock_filter_is_valid_access, sock_addr_is_valid_access, sock_ops_is_valid_access,
// sk_msg_is_valid_access, sk_reuseport_is_valid_access, sk_lookup_is_valid_access, flow_dissector_is_valid_access; kernel/bpf/cgroup.c
import type { CtxField, CtxLayout } from './ctx.ts';

/** Expected attach types. @see include/uapi/linux/bpf.h enum bpf_attach_type BPF_CGROUP_* */
const AT = {
  sock: [2, 34],
  post4: [12],
  post6: [13],
  post: [12, 13],
  ip4: [8, 10, 14, 19, 29, 31],
  ip6: [9, 11, 15, 20, 30, 32],
  send4: [14],
  send6: [15],
  getsockopt: [21],
  setsockopt: [22],
} as const satisfies Record<string, readonly number[]>;

/** Programs at the making, binding and end of a socket: struct bpf_sock, with rights of its own. */
// oxfmt-ignore
export const CGROUP_SOCK_CTX = {
  bound_dev_if:     { off: 0,  size: 4,  read: 'all', write: 'all',  kind: 'number', readAt: AT.sock, writeAt: AT.sock },
  family:           { off: 4,  size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  type:             { off: 8,  size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  protocol:         { off: 12, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  mark:             { off: 16, size: 4,  read: 'all', write: 'all',  kind: 'number', readAt: AT.sock, writeAt: AT.sock },
  priority:         { off: 20, size: 4,  read: 'all', write: 'all',  kind: 'number', readAt: AT.sock, writeAt: AT.sock },
  src_ip4:          { off: 24, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads', readAt: AT.post4 },
  src_ip6:          { off: 28, size: 16, read: 'all', write: 'none', kind: 'number', narrow: 'loads', element: 4, readAt: AT.post6 },
  src_port:         { off: 44, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start', readAt: AT.post },
  dst_port:         { off: 48, size: 2,  read: 'all', write: 'none', kind: 'number', narrow: 'loads', alsoLoads: 4 },
  dst_ip4:          { off: 52, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  dst_ip6:          { off: 56, size: 16, read: 'all', write: 'none', kind: 'number', narrow: 'loads', element: 4 },
  state:            { off: 72, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  rx_queue_mapping: { off: 76, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
} as const satisfies Record<string, CtxField>;

/** struct bpf_sock_addr: an address at bind, connect, sendmsg and so on. Addresses and ports are big endian. */
// oxfmt-ignore
export const SOCK_ADDR_CTX = {
  user_family: { off: 0,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  user_ip4:    { off: 4,  size: 4,  read: 'all', write: 'all',  kind: 'number', narrow: 'loads', readAt: AT.ip4, writeAt: AT.ip4 },
  user_ip6:    { off: 8,  size: 16, read: 'all', write: 'all',  kind: 'number', narrow: 'loads', element: 4, pairs: true, readAt: AT.ip6, writeAt: AT.ip6 },
  user_port:   { off: 24, size: 4,  read: 'all', write: 'all',  kind: 'number', narrow: 'loads' },
  family:      { off: 28, size: 4,  read: 'all', write: 'none', kind: 'number' },
  type:        { off: 32, size: 4,  read: 'all', write: 'none', kind: 'number' },
  protocol:    { off: 36, size: 4,  read: 'all', write: 'none', kind: 'number' },
  msg_src_ip4: { off: 40, size: 4,  read: 'all', write: 'all',  kind: 'number', narrow: 'loads', readAt: AT.send4, writeAt: AT.send4 },
  msg_src_ip6: { off: 44, size: 16, read: 'all', write: 'all',  kind: 'number', narrow: 'loads', element: 4, pairs: true, readAt: AT.send6, writeAt: AT.send6 },
  sk:          { off: 64, size: 8,  read: 'all', write: 'none', kind: 'sock' },
} as const satisfies Record<string, CtxField>;

/** struct bpf_sock_ops: events of TCP connections. */
// oxfmt-ignore
export const SOCK_OPS_CTX = {
  op:               { off: 0,   size: 4,  read: 'all', write: 'none', kind: 'number' },
  reply:            { off: 4,   size: 4,  read: 'all', write: 'all',  kind: 'number' },
  args:             { off: 8,   size: 12, read: 'all', write: 'none', kind: 'number', element: 4 },
  family:           { off: 20,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  remote_ip4:       { off: 24,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  local_ip4:        { off: 28,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  remote_ip6:       { off: 32,  size: 16, read: 'all', write: 'none', kind: 'number', element: 4 },
  local_ip6:        { off: 48,  size: 16, read: 'all', write: 'none', kind: 'number', element: 4 },
  remote_port:      { off: 64,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  local_port:       { off: 68,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  is_fullsock:      { off: 72,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  /** snd_cwnd to sacked_out, each 4 bytes. */
  tcp:              { off: 76,  size: 88, read: 'all', write: 'none', kind: 'number', element: 4 },
  sk_txhash:        { off: 164, size: 4,  read: 'all', write: 'all',  kind: 'number' },
  bytes_received:   { off: 168, size: 8,  read: 'all', write: 'none', kind: 'number' },
  bytes_acked:      { off: 176, size: 8,  read: 'all', write: 'none', kind: 'number' },
  sk:               { off: 184, size: 8,  read: 'all', write: 'none', kind: 'sock_or_null' },
  skb_data:         { off: 192, size: 8,  read: 'all', write: 'none', kind: 'pkt' },
  skb_data_end:     { off: 200, size: 8,  read: 'all', write: 'none', kind: 'pkt_end' },
  skb_len:          { off: 208, size: 4,  read: 'all', write: 'none', kind: 'number' },
  skb_tcp_flags:    { off: 212, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  skb_hwtstamp:     { off: 216, size: 8,  read: 'all', write: 'none', kind: 'number' },
} as const satisfies Record<string, CtxField>;

/** struct sk_msg_md: a message that a socket sends. */
// oxfmt-ignore
export const SK_MSG_CTX = {
  data:        { off: 0,  size: 8,  read: 'all', write: 'none', kind: 'pkt' },
  data_end:    { off: 8,  size: 8,  read: 'all', write: 'none', kind: 'pkt_end' },
  family:      { off: 16, size: 4,  read: 'all', write: 'none', kind: 'number' },
  remote_ip4:  { off: 20, size: 4,  read: 'all', write: 'none', kind: 'number' },
  local_ip4:   { off: 24, size: 4,  read: 'all', write: 'none', kind: 'number' },
  remote_ip6:  { off: 28, size: 16, read: 'all', write: 'none', kind: 'number', element: 4 },
  local_ip6:   { off: 44, size: 16, read: 'all', write: 'none', kind: 'number', element: 4 },
  remote_port: { off: 60, size: 4,  read: 'all', write: 'none', kind: 'number' },
  local_port:  { off: 64, size: 4,  read: 'all', write: 'none', kind: 'number' },
  size:        { off: 68, size: 4,  read: 'all', write: 'none', kind: 'number' },
  sk:          { off: 72, size: 8,  read: 'all', write: 'none', kind: 'sock' },
} as const satisfies Record<string, CtxField>;

/** struct bpf_sk_lookup: a packet or connection that looks for its socket. */
// oxfmt-ignore
export const SK_LOOKUP_CTX = {
  sk:              { off: 0,  size: 8,  read: 'all', write: 'none', kind: 'sock_or_null' },
  family:          { off: 8,  size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  protocol:        { off: 12, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  remote_ip4:      { off: 16, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  remote_ip6:      { off: 20, size: 16, read: 'all', write: 'none', kind: 'number', narrow: 'loads', element: 4 },
  remote_port:     { off: 36, size: 2,  read: 'all', write: 'none', kind: 'number', narrow: 'loads', alsoLoads: 4 },
  remote_port_pad: { off: 38, size: 2,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  local_ip4:       { off: 40, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  local_ip6:       { off: 44, size: 16, read: 'all', write: 'none', kind: 'number', narrow: 'loads', element: 4 },
  local_port:      { off: 60, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  ingress_ifindex: { off: 64, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
} as const satisfies Record<string, CtxField>;

/** struct sk_reuseport_md: a choice among sockets of one port. */
// oxfmt-ignore
export const SK_REUSEPORT_CTX = {
  data:         { off: 0,  size: 8, read: 'all', write: 'none', kind: 'pkt' },
  data_end:     { off: 8,  size: 8, read: 'all', write: 'none', kind: 'pkt_end' },
  len:          { off: 16, size: 4, read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  eth_protocol: { off: 20, size: 4, read: 'all', write: 'none', kind: 'number', narrow: 'loads', least: 2 },
  ip_protocol:  { off: 24, size: 4, read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  bind_inany:   { off: 28, size: 4, read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  hash:         { off: 32, size: 4, read: 'all', write: 'none', kind: 'number' },
  sk:           { off: 40, size: 8, read: 'all', write: 'none', kind: 'sock' },
  migrating_sk: { off: 48, size: 8, read: 'all', write: 'none', kind: 'sock_common_or_null' },
} as const satisfies Record<string, CtxField>;

/** Fields of struct __sk_buff that a flow dissector sees. */
// oxfmt-ignore
export const FLOW_DISSECTOR_CTX = {
  data:      { off: 76,  size: 4, read: 'all', write: 'none', kind: 'pkt' },
  data_end:  { off: 80,  size: 4, read: 'all', write: 'none', kind: 'pkt_end' },
  flow_keys: { off: 144, size: 8, read: 'all', write: 'none', kind: 'flow_keys' },
} as const satisfies Record<string, CtxField>;
export const FLOW_KEYS_BYTES = 56;

/** struct bpf_cgroup_dev_ctx. */
// oxfmt-ignore
export const CGROUP_DEVICE_CTX = {
  access_type: { off: 0, size: 4, read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  major:       { off: 4, size: 4, read: 'all', write: 'none', kind: 'number' },
  minor:       { off: 8, size: 4, read: 'all', write: 'none', kind: 'number' },
} as const satisfies Record<string, CtxField>;

/** struct bpf_sysctl. */
// oxfmt-ignore
export const CGROUP_SYSCTL_CTX = {
  write:    { off: 0, size: 4, read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  file_pos: { off: 4, size: 4, read: 'all', write: 'all',  kind: 'number', narrow: 'loads' },
} as const satisfies Record<string, CtxField>;

/** struct bpf_sockopt. The value lies between optval and optval_end, as a packet does. */
// oxfmt-ignore
export const CGROUP_SOCKOPT_CTX = {
  sk:         { off: 0,  size: 8, read: 'all', write: 'none', kind: 'sock' },
  optval:     { off: 8,  size: 8, read: 'all', write: 'none', kind: 'pkt' },
  optval_end: { off: 16, size: 8, read: 'all', write: 'none', kind: 'pkt_end' },
  level:      { off: 24, size: 4, read: 'all', write: 'all',  kind: 'number', writeAt: AT.setsockopt },
  optname:    { off: 28, size: 4, read: 'all', write: 'all',  kind: 'number', writeAt: AT.setsockopt },
  optlen:     { off: 32, size: 4, read: 'all', write: 'all',  kind: 'number' },
  retval:     { off: 36, size: 4, read: 'all', write: 'all',  kind: 'number', readAt: AT.getsockopt, writeAt: AT.getsockopt },
} as const satisfies Record<string, CtxField>;

/** struct bpf_nf_ctx. */
// oxfmt-ignore
export const NETFILTER_CTX = {
  state: { off: 0, size: 8, read: 'all', write: 'none', kind: 'kernel', struct: 'nf_hook_state' },
  skb:   { off: 8, size: 8, read: 'all', write: 'none', kind: 'kernel', struct: 'sk_buff' },
} as const satisfies Record<string, CtxField>;

/** The length of a pulse or pause that an infrared receiver saw. */
export const LIRC_CTX: CtxLayout = {
  sample: { off: 0, size: 4, read: 'all', write: 'none', kind: 'number' },
};

/** struct bpf_tcp_sock, which bpf_tcp_sock gives. */
// oxfmt-ignore
export const TCP_SOCK = {
  /** snd_cwnd to sacked_out, each 4 bytes. */
  fields:         { off: 0,  size: 80, read: 'all', write: 'none', kind: 'number', element: 4 },
  bytes_received: { off: 80, size: 8,  read: 'all', write: 'none', kind: 'number' },
  bytes_acked:    { off: 88, size: 8,  read: 'all', write: 'none', kind: 'number' },
  /** dsack_dups to icsk_retransmits. */
  more:           { off: 96, size: 16, read: 'all', write: 'none', kind: 'number', element: 4 },
} as const satisfies Record<string, CtxField>;

/** struct bpf_xdp_sock, the value of an xskmap. */
export const XDP_SOCK: CtxLayout = {
  queue_id: { off: 0, size: 4, read: 'all', write: 'none', kind: 'number' },
};
