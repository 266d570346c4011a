// What programs on packets see: struct __sk_buff, struct xdp_md, and the struct bpf_sock behind __sk_buff.sk. Rights were asked of Linux 6.18
// by loading one program for each offset, size, direction and program type.
// @see include/uapi/linux/bpf.h; net/core/filter.c bpf_skb_is_valid_access, sk_filter_is_valid_access, tc_cls_act_is_valid_access,
// cg_skb_is_valid_access, lwt_is_valid_access, sk_skb_is_valid_access, xdp_is_valid_access, bpf_sock_is_valid_access
import type { CtxField } from './ctx.ts';
import type { ProgTypeName } from './prog-types.ts';

/** Lightweight tunnels. */
const LWT = ['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'] as const satisfies readonly ProgTypeName[];
const TC = ['sched_cls', 'sched_act'] as const satisfies readonly ProgTypeName[];
/** Types that may load from the packet through pointers. */
const DIRECT = [...TC, 'cgroup_skb', ...LWT, 'sk_skb'] as const satisfies readonly ProgTypeName[];
/** Types that know the socket's addresses. */
const SOCKET = ['cgroup_skb', 'sk_skb'] as const satisfies readonly ProgTypeName[];
const NOT_SK_SKB = ['socket_filter', ...TC, 'cgroup_skb', ...LWT] as const satisfies readonly ProgTypeName[];
const TC_OR_CGROUP = [...TC, 'cgroup_skb'] as const satisfies readonly ProgTypeName[];
const MARKERS = [...TC, 'cgroup_skb', ...LWT] as const satisfies readonly ProgTypeName[];

/** struct __sk_buff. `protocol` and `vlan_proto` are big endian, as on the wire. */
// oxfmt-ignore
export const SK_BUFF = {
  len:             { off: 0,   size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  pkt_type:        { off: 4,   size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  mark:            { off: 8,   size: 4,  read: NOT_SK_SKB,   write: MARKERS,             kind: 'number', narrow: 'loads' },
  queue_mapping:   { off: 12,  size: 4,  read: 'all',        write: TC,                  kind: 'number', narrow: 'loads', kept: 2 },
  protocol:        { off: 16,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  vlan_present:    { off: 20,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  vlan_tci:        { off: 24,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  vlan_proto:      { off: 28,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  priority:        { off: 32,  size: 4,  read: 'all',        write: [...MARKERS, 'sk_skb'], kind: 'number', narrow: 'loads' },
  ingress_ifindex: { off: 36,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  ifindex:         { off: 40,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  tc_index:        { off: 44,  size: 4,  read: 'all',        write: [...TC, 'sk_skb'],   kind: 'number', narrow: 'loads', kept: 2 },
  cb:              { off: 48,  size: 20, read: 'all',        write: NOT_SK_SKB,          kind: 'number', narrow: 'both', element: 4 },
  hash:            { off: 68,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  tc_classid:      { off: 72,  size: 4,  read: TC,           write: TC,                  kind: 'number', narrow: 'loads', kept: 2 },
  data:            { off: 76,  size: 4,  read: DIRECT,       write: 'none',              kind: 'pkt' },
  data_end:        { off: 80,  size: 4,  read: DIRECT,       write: 'none',              kind: 'pkt_end' },
  napi_id:         { off: 84,  size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  family:          { off: 88,  size: 4,  read: SOCKET,       write: 'none',              kind: 'number', narrow: 'loads' },
  remote_ip4:      { off: 92,  size: 4,  read: SOCKET,       write: 'none',              kind: 'number' },
  local_ip4:       { off: 96,  size: 4,  read: SOCKET,       write: 'none',              kind: 'number' },
  remote_ip6:      { off: 100, size: 16, read: SOCKET,       write: 'none',              kind: 'number', element: 4 },
  local_ip6:       { off: 116, size: 16, read: SOCKET,       write: 'none',              kind: 'number', element: 4 },
  remote_port:     { off: 132, size: 4,  read: SOCKET,       write: 'none',              kind: 'number', narrow: 'loads' },
  local_port:      { off: 136, size: 4,  read: SOCKET,       write: 'none',              kind: 'number', narrow: 'loads' },
  data_meta:       { off: 140, size: 4,  read: TC,           write: 'none',              kind: 'pkt_meta' },
  tstamp:          { off: 152, size: 8,  read: TC_OR_CGROUP, write: TC_OR_CGROUP,        kind: 'number' },
  wire_len:        { off: 160, size: 4,  read: TC,           write: 'none',              kind: 'number', narrow: 'loads' },
  gso_segs:        { off: 164, size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  sk:              { off: 168, size: 8,  read: 'all',        write: 'none',              kind: 'sock_common_or_null' },
  gso_size:        { off: 176, size: 4,  read: 'all',        write: 'none',              kind: 'number', narrow: 'loads' },
  tstamp_type:     { off: 180, size: 1,  read: TC,           write: 'none',              kind: 'number' },
  hwtstamp:        { off: 184, size: 8,  read: TC_OR_CGROUP, write: 'none',              kind: 'number' },
} as const satisfies Record<string, CtxField>;
export type SkbField = keyof typeof SK_BUFF;
export const SK_BUFF_BYTES = 192;

/** struct xdp_md. Only programs for a devmap may load egress_ifindex. */
// oxfmt-ignore
export const XDP_MD = {
  data:            { off: 0,  size: 4, read: 'all', write: 'none', kind: 'pkt' },
  data_end:        { off: 4,  size: 4, read: 'all', write: 'none', kind: 'pkt_end' },
  data_meta:       { off: 8,  size: 4, read: 'all', write: 'none', kind: 'pkt_meta' },
  ingress_ifindex: { off: 12, size: 4, read: 'all', write: 'none', kind: 'number' },
  rx_queue_index:  { off: 16, size: 4, read: 'all', write: 'none', kind: 'number' },
  egress_ifindex:  { off: 20, size: 4, read: 'all', write: 'none', kind: 'number', readAt: [33] },
} as const satisfies Record<string, CtxField>;
export const XDP_MD_BYTES = 24;

/** struct bpf_sock. Addresses and dst_port are big endian, src_port is not. */
// oxfmt-ignore
export const BPF_SOCK = {
  bound_dev_if:     { off: 0,  size: 4,  read: 'all', write: 'none', kind: 'number' },
  family:           { off: 4,  size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  type:             { off: 8,  size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  protocol:         { off: 12, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  mark:             { off: 16, size: 4,  read: 'all', write: 'none', kind: 'number' },
  priority:         { off: 20, size: 4,  read: 'all', write: 'none', kind: 'number' },
  src_ip4:          { off: 24, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  src_ip6:          { off: 28, size: 16, read: 'all', write: 'none', kind: 'number', narrow: 'loads', element: 4 },
  src_port:         { off: 44, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  dst_port:         { off: 48, size: 2,  read: 'all', write: 'none', kind: 'number', narrow: 'loads', alsoLoads: 4 },
  dst_ip4:          { off: 52, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'loads' },
  dst_ip6:          { off: 56, size: 16, read: 'all', write: 'none', kind: 'number', narrow: 'loads', element: 4 },
  state:            { off: 72, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
  rx_queue_mapping: { off: 76, size: 4,  read: 'all', write: 'none', kind: 'number', narrow: 'start' },
} as const satisfies Record<string, CtxField>;
export const BPF_SOCK_BYTES = 80;
