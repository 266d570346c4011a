// Packets, their headers, and the devices that they come to. Linux 6.18 on x86-64, as its BTF tells them.
import type { StructTable } from '../build.ts';

/** Packets in memory. */
// oxfmt-ignore
export const PACKET_STRUCTS = {
  sk_buff: { bytes: 224, shared: ['next', 'prev', 'dev', 'rbnode', 'tstamp', 'skb_mstamp_ns', '_skb_refdst', 'destructor', '__pkt_type_offset', 'pkt_type', 'ip_summed', 'tc_index', 'alloc_cpu', 'csum', 'csum_start', 'csum_offset', 'priority', 'skb_iif', 'hash', 'vlan_all', 'vlan_proto', 'vlan_tci', 'napi_id', 'mark', 'inner_protocol', 'inner_transport_header', 'inner_network_header', 'inner_mac_header', 'protocol', 'transport_header', 'network_header', 'mac_header'], members: {
    next: [0, 'struct sk_buff *'], prev: [8, 'struct sk_buff *'], dev: [16, 'struct net_device *'], rbnode: [0, 'struct rb_node'],
    sk: [24, 'struct sock *'], tstamp: [32, 'ktime_t'], skb_mstamp_ns: [32, 'u64'], cb: [40, 'char[48]'],
    _skb_refdst: [88, 'long unsigned int'], destructor: [96, 'void (*)(struct sk_buff *)'], _nfct: [104, 'long unsigned int'],
    len: [112, 'unsigned int'], data_len: [116, 'unsigned int'], mac_len: [120, '__u16'], hdr_len: [122, '__u16'],
    queue_mapping: [124, '__u16'], __pkt_type_offset: [128, '__u8[0]'], pkt_type: [128, '__u8', 3, 0],
    ip_summed: [128, '__u8', 2, 5], tc_index: [132, '__u16'], alloc_cpu: [134, 'u16'], csum: [136, '__wsum'],
    csum_start: [136, '__u16'], csum_offset: [138, '__u16'], priority: [140, '__u32'], skb_iif: [144, 'int'], hash: [148, '__u32'],
    vlan_all: [152, 'u32'], vlan_proto: [152, '__be16'], vlan_tci: [154, '__u16'], napi_id: [156, 'unsigned int'],
    mark: [164, '__u32'], inner_protocol: [168, '__be16'], inner_transport_header: [170, '__u16'],
    inner_network_header: [172, '__u16'], inner_mac_header: [174, '__u16'], protocol: [176, '__be16'],
    transport_header: [178, '__u16'], network_header: [180, '__u16'], mac_header: [182, '__u16'], tail: [184, 'sk_buff_data_t'],
    end: [188, 'sk_buff_data_t'], head: [192, 'unsigned char *'], data: [200, 'unsigned char *'], truesize: [208, 'unsigned int'],
    users: [212, 'refcount_t'], extensions: [216, 'struct skb_ext *'],
  } },
  skb_shared_info: { bytes: 320, shared: ['hwtstamps', 'xsk_meta', 'xdp_frags_size', 'xdp_frags_truesize', 'destructor_arg'], members: {
    flags: [0, '__u8'], meta_len: [1, '__u8'], nr_frags: [2, '__u8'], tx_flags: [3, '__u8'], gso_size: [4, 'short unsigned int'],
    gso_segs: [6, 'short unsigned int'], frag_list: [8, 'struct sk_buff *'], hwtstamps: [16, 'struct skb_shared_hwtstamps'],
    xsk_meta: [16, 'struct xsk_tx_metadata_compl'], gso_type: [24, 'unsigned int'], tskey: [28, 'u32'], dataref: [32, 'atomic_t'],
    xdp_frags_size: [40, 'u32'], xdp_frags_truesize: [44, 'u32'], destructor_arg: [40, 'void *'], frags: [48, 'skb_frag_t[17]'],
  } },
  sk_buff_head: { bytes: 24, shared: ['next', 'prev', 'list'], members: {
    next: [0, 'struct sk_buff *'], prev: [8, 'struct sk_buff *'], list: [0, 'struct sk_buff_list'], qlen: [16, '__u32'],
    lock: [20, 'spinlock_t'],
  } },
  sk_buff_list: { bytes: 16, members: { next: [0, 'struct sk_buff *'], prev: [8, 'struct sk_buff *'] } },
} as const satisfies Record<string, StructTable>;

/** Headers as they are on the wire, and routes. */
// oxfmt-ignore
export const HEADER_STRUCTS = {
  ethhdr: { bytes: 14, members: {
    h_dest: [0, 'unsigned char[6]'], h_source: [6, 'unsigned char[6]'], h_proto: [12, '__be16'],
  } },
  iphdr: { bytes: 20, shared: ['saddr', 'daddr', 'addrs'], members: {
    ihl: [0, '__u8', 4, 0], version: [0, '__u8', 4, 4], tos: [1, '__u8'], tot_len: [2, '__be16'], id: [4, '__be16'],
    frag_off: [6, '__be16'], ttl: [8, '__u8'], protocol: [9, '__u8'], check: [10, '__sum16'], saddr: [12, '__be32'],
    daddr: [16, '__be32'], addrs: [12, { bytes: 8, members: { saddr: [0, '__be32'], daddr: [4, '__be32'] } }],
  } },
  ipv6hdr: { bytes: 40, shared: ['saddr', 'daddr', 'addrs'], members: {
    priority: [0, '__u8', 4, 0], version: [0, '__u8', 4, 4], flow_lbl: [1, '__u8[3]'], payload_len: [4, '__be16'],
    nexthdr: [6, '__u8'], hop_limit: [7, '__u8'], saddr: [8, 'struct in6_addr'], daddr: [24, 'struct in6_addr'],
    addrs: [8, { bytes: 32, members: { saddr: [0, 'struct in6_addr'], daddr: [16, 'struct in6_addr'] } }],
  } },
  tcphdr: { bytes: 20, members: {
    source: [0, '__be16'], dest: [2, '__be16'], seq: [4, '__be32'], ack_seq: [8, '__be32'], ae: [12, '__u16', 1, 0],
    res1: [12, '__u16', 3, 1], doff: [12, '__u16', 4, 4], fin: [12, '__u16', 1, 8], syn: [12, '__u16', 1, 9],
    rst: [12, '__u16', 1, 10], psh: [12, '__u16', 1, 11], ack: [12, '__u16', 1, 12], urg: [12, '__u16', 1, 13],
    ece: [12, '__u16', 1, 14], cwr: [12, '__u16', 1, 15], window: [14, '__be16'], check: [16, '__sum16'], urg_ptr: [18, '__be16'],
  } },
  tcp_word_hdr: { bytes: 20, isUnion: true, members: { hdr: [0, 'struct tcphdr'], words: [0, '__be32[5]'] } },
  udphdr: { bytes: 8, members: { source: [0, '__be16'], dest: [2, '__be16'], len: [4, '__be16'], check: [6, '__sum16'] } },
  icmphdr: { bytes: 8, members: {
    type: [0, '__u8'], code: [1, '__u8'], checksum: [2, '__sum16'],
    un: [4, { bytes: 4, isUnion: true, members: {
    echo: [0, { bytes: 4, members: { id: [0, '__be16'], sequence: [2, '__be16'] } }], gateway: [0, '__be32'],
    frag: [0, { bytes: 4, members: { __unused: [0, '__be16'], mtu: [2, '__be16'] } }], reserved: [0, '__u8[4]'],
  } }],
  } },
  icmp6hdr: { bytes: 8, members: {
    icmp6_type: [0, '__u8'], icmp6_code: [1, '__u8'], icmp6_cksum: [2, '__sum16'],
    icmp6_dataun: [4, { bytes: 4, isUnion: true, members: {
    un_data32: [0, '__be32[1]'], un_data16: [0, '__be16[2]'], un_data8: [0, '__u8[4]'], u_echo: [0, 'struct icmpv6_echo'],
    u_nd_advt: [0, 'struct icmpv6_nd_advt'], u_nd_ra: [0, 'struct icmpv6_nd_ra'],
  } }],
  } },
  vlan_hdr: { bytes: 4, members: { h_vlan_TCI: [0, '__be16'], h_vlan_encapsulated_proto: [2, '__be16'] } },
  vlan_ethhdr: { bytes: 18, shared: ['h_dest', 'h_source', 'addrs'], members: {
    h_dest: [0, 'unsigned char[6]'], h_source: [6, 'unsigned char[6]'],
    addrs: [0, { bytes: 12, members: { h_dest: [0, 'unsigned char[6]'], h_source: [6, 'unsigned char[6]'] } }],
    h_vlan_proto: [12, '__be16'], h_vlan_TCI: [14, '__be16'], h_vlan_encapsulated_proto: [16, '__be16'],
  } },
  arphdr: { bytes: 8, members: {
    ar_hrd: [0, '__be16'], ar_pro: [2, '__be16'], ar_hln: [4, 'unsigned char'], ar_pln: [5, 'unsigned char'], ar_op: [6, '__be16'],
  } },
  dst_entry: { bytes: 136, shared: ['dev'], members: {
    dev: [0, 'struct net_device *'], ops: [8, 'struct dst_ops *'], flags: [56, 'short unsigned int'], obsolete: [58, 'short int'],
    error: [96, 'short int'],
  } },
  rtable: { bytes: 176, members: {
    dst: [0, 'struct dst_entry'], rt_flags: [140, 'unsigned int'], rt_type: [144, '__u16'], rt_gw_family: [152, 'u8'],
  } },
  flowi4: { bytes: 56, members: {
    __fl_common: [0, 'struct flowi_common'], saddr: [40, '__be32'], daddr: [44, '__be32'], uli: [48, 'union flowi_uli'],
  } },
  flowi_common: { bytes: 40, members: {
    flowic_oif: [0, 'int'], flowic_iif: [4, 'int'], flowic_l3mdev: [8, 'int'], flowic_mark: [12, '__u32'],
    flowic_dscp: [16, 'dscp_t'], flowic_scope: [17, '__u8'], flowic_proto: [18, '__u8'], flowic_flags: [19, '__u8'],
    flowic_secid: [20, '__u32'], flowic_uid: [24, 'kuid_t'], flowic_multipath_hash: [28, '__u32'],
    flowic_tun_key: [32, 'struct flowi_tunnel'],
  } },
  skb_frag: { bytes: 16, members: { netmem: [0, 'netmem_ref'], len: [8, 'unsigned int'], offset: [12, 'unsigned int'] } },
  Qdisc: { bytes: 384, members: {
    flags: [16, 'unsigned int'], limit: [20, 'u32'], ops: [24, 'const struct Qdisc_ops *'], handle: [56, 'u32'],
    parent: [60, 'u32'], dev_queue: [64, 'struct netdev_queue *'],
  } },
} as const satisfies Record<string, StructTable>;

/** Network devices, XDP, netfilter. */
// oxfmt-ignore
export const DEVICE_STRUCTS = {
  net: { bytes: 4288, members: {
    passive: [0, 'refcount_t'], dev_base_seq: [8, 'unsigned int'], ifindex: [12, 'u32'], list: [24, 'struct list_head'],
    user_ns: [112, 'struct user_namespace *'], ns: [152, 'struct ns_common'], hash_mix: [432, 'u32'],
    loopback_dev: [440, 'struct net_device *'], ipv4: [768, 'struct netns_ipv4'], ct: [2888, 'struct netns_ct'],
    net_cookie: [4160, 'u64'],
  } },
  net_device: { bytes: 2496, shared: ['priv_flags'], members: {
    priv_flags: [0, 'long unsigned int', 32, 0], netdev_ops: [8, 'const struct net_device_ops *'],
    header_ops: [16, 'const struct header_ops *'], real_num_tx_queues: [40, 'unsigned int'], mtu: [56, 'unsigned int'],
    state: [168, 'long unsigned int'], flags: [176, 'unsigned int'], hard_header_len: [180, 'short unsigned int'],
    features: [184, 'netdev_features_t'], ifindex: [224, 'int'], nd_net: [264, 'possible_net_t'], name: [280, 'char[16]'],
    ifalias: [304, 'struct dev_ifalias *'], hw_features: [480, 'netdev_features_t'], min_mtu: [528, 'unsigned int'],
    max_mtu: [532, 'unsigned int'], type: [536, 'short unsigned int'], group: [540, 'int'],
    stats: [544, 'struct net_device_stats'], ethtool_ops: [744, 'const struct ethtool_ops *'], operstate: [768, 'unsigned int'],
    link_mode: [772, 'unsigned char'], perm_addr: [775, 'unsigned char[32]'], addr_len: [808, 'unsigned char'],
    dev_addr: [968, 'const unsigned char *'], broadcast: [1000, 'unsigned char[32]'], num_tx_queues: [1056, 'unsigned int'],
    qdisc: [1064, 'struct Qdisc *'], tx_queue_len: [1072, 'unsigned int'], reg_state: [1312, 'u8'], dev: [1344, 'struct device'],
  } },
  dev_ifalias: { bytes: 16, members: { rcuhead: [0, 'struct callback_head'], ifalias: [16, 'char[0]'] } },
  net_device_stats: { bytes: 184, shared: ['rx_packets', 'tx_packets', 'rx_bytes', 'tx_bytes', 'rx_errors', 'tx_errors', 'rx_dropped', 'tx_dropped'], members: {
    rx_packets: [0, 'long unsigned int'], tx_packets: [8, 'long unsigned int'], rx_bytes: [16, 'long unsigned int'],
    tx_bytes: [24, 'long unsigned int'], rx_errors: [32, 'long unsigned int'], tx_errors: [40, 'long unsigned int'],
    rx_dropped: [48, 'long unsigned int'], tx_dropped: [56, 'long unsigned int'],
  } },
  net_device_ops: { bytes: 656, members: {
    ndo_init: [0, 'int (*)(struct net_device *)'], ndo_uninit: [8, 'void (*)(struct net_device *)'],
    ndo_open: [16, 'int (*)(struct net_device *)'], ndo_stop: [24, 'int (*)(struct net_device *)'],
    ndo_start_xmit: [32, 'netdev_tx_t (*)(struct sk_buff *, struct net_device *)'],
  } },
  xdp_buff: { bytes: 56, shared: ['frame_sz', 'flags', 'frame_sz_flags_init'], members: {
    data: [0, 'void *'], data_end: [8, 'void *'], data_meta: [16, 'void *'], data_hard_start: [24, 'void *'],
    rxq: [32, 'struct xdp_rxq_info *'], txq: [40, 'struct xdp_txq_info *'], frame_sz: [48, 'u32'], flags: [52, 'u32'],
    frame_sz_flags_init: [48, 'u64'],
  } },
  xdp_rxq_info: { bytes: 64, members: { dev: [0, 'struct net_device *'], queue_index: [8, 'u32'], reg_state: [12, 'u32'] } },
  xdp_txq_info: { bytes: 8, members: { dev: [0, 'struct net_device *'] } },
  xdp_frame: { bytes: 40, members: {
    data: [0, 'void *'], len: [8, 'u32'], headroom: [12, 'u32'], metasize: [16, 'u32'], mem_type: [20, 'enum xdp_mem_type', 32, 0],
    dev_rx: [24, 'struct net_device *'], frame_sz: [32, 'u32'], flags: [36, 'u32'],
  } },
  nf_hook_state: { bytes: 48, members: {
    hook: [0, 'u8'], pf: [1, 'u8'], in: [8, 'struct net_device *'], out: [16, 'struct net_device *'], sk: [24, 'struct sock *'],
    net: [32, 'struct net *'], okfn: [40, 'int (*)(struct net *, struct sock *, struct sk_buff *)'],
  } },
  nf_conn: { bytes: 248, members: {
    timeout: [8, 'u32'], tuplehash: [16, 'struct nf_conntrack_tuple_hash[2]'], status: [128, 'long unsigned int'],
    ct_net: [136, 'possible_net_t'], master: [160, 'struct nf_conn *'], mark: [168, 'u_int32_t'],
  } },
  nf_conntrack_tuple: { bytes: 40, members: {
    src: [0, 'struct nf_conntrack_man'],
    dst: [20, { bytes: 20, members: {
    u3: [0, 'union nf_inet_addr'],
    u: [16, { bytes: 2, isUnion: true, members: {
    all: [0, '__be16'], tcp: [0, { bytes: 2, members: { port: [0, '__be16'] } }],
    udp: [0, { bytes: 2, members: { port: [0, '__be16'] } }],
    icmp: [0, { bytes: 2, members: { type: [0, 'u_int8_t'], code: [1, 'u_int8_t'] } }],
    dccp: [0, { bytes: 2, members: { port: [0, '__be16'] } }], sctp: [0, { bytes: 2, members: { port: [0, '__be16'] } }],
    gre: [0, { bytes: 2, members: { key: [0, '__be16'] } }],
  } }],
    protonum: [18, 'u_int8_t'], __nfct_hash_offsetend: [19, { bytes: 0, members: {  } }], dir: [19, 'u_int8_t'],
  } }],
  } },
  nf_conntrack_tuple_hash: { bytes: 56, members: { hnnode: [0, 'struct hlist_nulls_node'], tuple: [16, 'struct nf_conntrack_tuple'] } },
  nf_conntrack_man: { bytes: 20, members: {
    u3: [0, 'union nf_inet_addr'], u: [16, 'union nf_conntrack_man_proto'], l3num: [18, 'u_int16_t'],
  } },
  nf_conntrack: { bytes: 4, members: { use: [0, 'refcount_t'] } },
  nf_inet_addr: { bytes: 16, isUnion: true, members: {
    all: [0, '__u32[4]'], ip: [0, '__be32'], ip6: [0, '__be32[4]'], in: [0, 'struct in_addr'], in6: [0, 'struct in6_addr'],
  } },
  nf_conn___init: { bytes: 248, members: { ct: [0, 'struct nf_conn'] } },
  xfrm_state: { bytes: 816, members: {
    id: [116, 'struct xfrm_id'],
    props: [248, { bytes: 52, members: {
    reqid: [0, 'u32'], mode: [4, 'u8'], replay_window: [5, 'u8'], aalgo: [6, 'u8'], ealgo: [7, 'u8'], calgo: [8, 'u8'],
    flags: [9, 'u8'], family: [10, 'u16'], saddr: [12, 'xfrm_address_t'], header_len: [28, 'int'], enc_hdr_len: [32, 'int'],
    trailer_len: [36, 'int'], extra_flags: [40, 'u32'], smark: [44, 'struct xfrm_mark'],
  } }],
  } },
  ack_sample: { bytes: 12, members: { pkts_acked: [0, 'u32'], rtt_us: [4, 's32'], in_flight: [8, 'u32'] } },
  rate_sample: { bytes: 72, members: {
    prior_mstamp: [0, 'u64'], prior_delivered: [8, 'u32'], prior_delivered_ce: [12, 'u32'], delivered: [16, 's32'],
    delivered_ce: [20, 's32'], interval_us: [24, 'long int'], snd_interval_us: [32, 'u32'], rcv_interval_us: [36, 'u32'],
    rtt_us: [40, 'long int'], losses: [48, 'int'], acked_sacked: [52, 'u32'], prior_in_flight: [56, 'u32'],
    last_end_seq: [60, 'u32'], is_app_limited: [64, 'bool'], is_retrans: [65, 'bool'], is_ack_delayed: [66, 'bool'],
  } },
  bpf_sock_addr_kern: { bytes: 40, members: {
    sk: [0, 'struct sock *'], uaddr: [8, 'struct sockaddr *'], tmp_reg: [16, 'u64'], t_ctx: [24, 'void *'], uaddrlen: [32, 'u32'],
  } },
  bpf_sock_ops_kern: { bytes: 64, members: { sk: [0, 'struct sock *'], skb: [32, 'struct sk_buff *'] } },
  bpf_sock_addr: { bytes: 72, members: {
    user_family: [0, '__u32'], user_ip4: [4, '__u32'], user_ip6: [8, '__u32[4]'], user_port: [24, '__u32'], family: [28, '__u32'],
    type: [32, '__u32'], protocol: [36, '__u32'], msg_src_ip4: [40, '__u32'], msg_src_ip6: [44, '__u32[4]'],
    sk: [64, 'struct bpf_sock *'],
  } },
} as const satisfies Record<string, StructTable>;
