// sockex3: a packet dissector that jumps from parser to parser, one program a protocol, and counts packets and bytes of flows.
//
//   main_prog -- ethertype --> progs[VLAN] parse_vlan   -.   each parser moves the offset behind its header
//                              progs[MPLS] parse_mpls    |   and jumps on by what the header says comes next
//                              progs[IPV4] parse_ipv4  <-'   (IP in GRE, IP in IP: back to an IP parser)
//                              progs[IPV6] parse_ipv6
//                                   |
//                                   '-- TCP, UDP, ICMP --> flows[addresses, ports, protocol] += 1 packet, its bytes
//
// What a tail call leaves behind is gone, but for maps: the flow so far stands in one. Differences to the kernel's sample of 2015: ports are in
// host order and source first, flows without ports have none, IPv4 behind MPLS is found, and GRE may have a key. Later fragments have no
// ports and are not counted; neither are packets that are cut before their flow is known.
#include "kernel.h"
#include <bpf/bpf_endian.h>

enum { VLAN, MPLS, IPV4, IPV6 };
enum { ETH_HLEN = 14, ETH_P_IP = 0x0800, ETH_P_IPV6 = 0x86dd, ETH_P_8021Q = 0x8100, ETH_P_8021AD = 0x88a8 };
enum { ETH_P_MPLS_UC = 0x8847, ETH_P_MPLS_MC = 0x8848 };
enum { IPPROTO_HOPOPTS = 0, IPPROTO_ICMP = 1, IPPROTO_IPIP = 4, IPPROTO_TCP = 6, IPPROTO_UDP = 17 };
enum { IPPROTO_IPV6 = 41, IPPROTO_ROUTING = 43, IPPROTO_GRE = 47, IPPROTO_ICMPV6 = 58, IPPROTO_DSTOPTS = 60 };
enum { IP_FRAGMENT = 0x3fff, GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000 };
enum { GRE_VERSION = 0x7, MPLS_BOTTOM = 0x100, MAX_EXTENSIONS = 4 };

struct __sk_buff {
  u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority, ingress_ifindex;
  u32 ifindex, tc_index, cb[5];
};

struct flow {
  u8 src[16], dst[16]; // as they are on the wire; IPv4: the first four bytes
  u16 src_port, dst_port;
  u8 protocol;
  u8 is_ipv6;
};

struct traffic {
  u64 packets;
  u64 bytes;
};

struct state {
  struct flow flow;
  u32 offset;
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct state);
} states SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240); // flows beyond are not counted
  __type(key, struct flow);
  __type(value, struct traffic);
} flows SEC(".maps");

int parse_vlan(struct __sk_buff *skb);
int parse_mpls(struct __sk_buff *skb);
int parse_ipv4(struct __sk_buff *skb);
int parse_ipv6(struct __sk_buff *skb);

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 8);
  __uint(key_size, sizeof(u32));
  __array(values, int(struct __sk_buff *));
} progs SEC(".maps") = {
  .values = {
    [VLAN] = (void *)&parse_vlan,
    [MPLS] = (void *)&parse_mpls,
    [IPV4] = (void *)&parse_ipv4,
    [IPV6] = (void *)&parse_ipv6,
  },
};

static __always_inline struct state *state_of(void)
{
  u32 zero = 0;

  return bpf_map_lookup_elem(&states, &zero);
}

static __always_inline bool load(struct __sk_buff *skb, u32 offset, void *to, u32 bytes)
{
  return bpf_skb_load_bytes(skb, offset, to, bytes) == 0;
}

static __always_inline u16 load_u16(struct __sk_buff *skb, u32 offset)
{
  u16 word = 0;

  bpf_skb_load_bytes(skb, offset, &word, sizeof(word));
  return bpf_ntohs(word);
}

// jumps to the parser of an ethertype; comes back where there is none
static __always_inline void parse_ethertype(struct __sk_buff *skb, u16 ethertype)
{
  switch (ethertype) {
  case ETH_P_8021Q:
  case ETH_P_8021AD:
    bpf_tail_call(skb, &progs, VLAN);
    break;
  case ETH_P_MPLS_UC:
  case ETH_P_MPLS_MC:
    bpf_tail_call(skb, &progs, MPLS);
    break;
  case ETH_P_IP:
    bpf_tail_call(skb, &progs, IPV4);
    break;
  case ETH_P_IPV6:
    bpf_tail_call(skb, &progs, IPV6);
    break;
  }
}

static __always_inline void count(struct __sk_buff *skb, const struct flow *flow)
{
  struct traffic none = {}, *traffic = bpf_map_lookup_elem(&flows, flow);

  if (!traffic) {
    // another CPU may do the same at the same time: whoever comes first, both add to what is there
    bpf_map_update_elem(&flows, flow, &none, BPF_NOEXIST);
    traffic = bpf_map_lookup_elem(&flows, flow);
    if (!traffic)
      return;
  }
  __sync_fetch_and_add(&traffic->packets, 1);
  __sync_fetch_and_add(&traffic->bytes, skb->len);
}

static __always_inline void parse_gre(struct __sk_buff *skb, struct state *state)
{
  u32 at = state->offset;
  u16 flags;
  u16 inner;

  if (!load(skb, at, &flags, sizeof(flags)))
    return;
  flags = bpf_ntohs(flags);
  if (flags & (GRE_VERSION | GRE_ROUTING))
    return;
  inner = load_u16(skb, at + 2);
  at += 4;
  if (flags & GRE_CHECKSUM)
    at += 4;
  if (flags & GRE_KEY)
    at += 4;
  if (flags & GRE_SEQUENCE)
    at += 4;
  state->offset = at;
  parse_ethertype(skb, inner);
}

// what an IP header carries, from state->offset on
static __always_inline void parse_protocol(struct __sk_buff *skb, struct state *state, u8 protocol)
{
  struct flow *flow = &state->flow;
  u16 ports[2];

  switch (protocol) {
  case IPPROTO_GRE:
    parse_gre(skb, state);
    return;
  case IPPROTO_IPIP:
    bpf_tail_call(skb, &progs, IPV4);
    return;
  case IPPROTO_IPV6:
    bpf_tail_call(skb, &progs, IPV6);
    return;
  case IPPROTO_TCP:
  case IPPROTO_UDP:
    if (!load(skb, state->offset, ports, sizeof(ports)))
      return;
    flow->src_port = bpf_ntohs(ports[0]);
    flow->dst_port = bpf_ntohs(ports[1]);
    break;
  case IPPROTO_ICMP:
  case IPPROTO_ICMPV6:
    flow->src_port = 0;
    flow->dst_port = 0;
    break;
  default:
    return;
  }
  flow->protocol = protocol;
  count(skb, flow);
}

SEC("socket")
int main_prog(struct __sk_buff *skb)
{
  struct state *state = state_of();

  if (!state)
    return 0;
  __builtin_memset(state, 0, sizeof(*state));
  state->offset = ETH_HLEN;
  parse_ethertype(skb, load_u16(skb, ETH_HLEN - 2));
  return 0;
}

SEC("socket")
int parse_vlan(struct __sk_buff *skb)
{
  struct state *state = state_of();
  u32 at;

  if (!state)
    return 0;
  at = state->offset;
  state->offset = at + 4;
  parse_ethertype(skb, load_u16(skb, at + 2));
  return 0;
}

SEC("socket")
int parse_mpls(struct __sk_buff *skb)
{
  struct state *state = state_of();
  u32 label = 0;
  u8 version = 0;

  if (!state || !load(skb, state->offset, &label, sizeof(label)))
    return 0;
  state->offset += 4;
  if (!(bpf_ntohl(label) & MPLS_BOTTOM)) {
    bpf_tail_call(skb, &progs, MPLS);
    return 0;
  }
  // behind the last label no field says what comes: the version of IP does
  if (!load(skb, state->offset, &version, sizeof(version)))
    return 0;
  if (version >> 4 == 4)
    bpf_tail_call(skb, &progs, IPV4);
  else if (version >> 4 == 6)
    bpf_tail_call(skb, &progs, IPV6);
  return 0;
}

struct ipv4 {
  u8 version_words, service;
  u16 length, id, fragment;
  u8 ttl, protocol;
  u16 checksum;
  u8 src[4], dst[4];
};

SEC("socket")
int parse_ipv4(struct __sk_buff *skb)
{
  struct state *state = state_of();
  struct ipv4 ip;

  if (!state || !load(skb, state->offset, &ip, sizeof(ip)))
    return 0;
  if (bpf_ntohs(ip.fragment) & IP_FRAGMENT)
    return 0;
  __builtin_memset(&state->flow, 0, sizeof(state->flow));
  __builtin_memcpy(state->flow.src, ip.src, sizeof(ip.src));
  __builtin_memcpy(state->flow.dst, ip.dst, sizeof(ip.dst));
  state->offset += (ip.version_words & 0xf) * 4;
  parse_protocol(skb, state, ip.protocol);
  return 0;
}

struct ipv6 {
  u32 version_class_flow;
  u16 length;
  u8 next, hops;
  u8 src[16], dst[16];
};

SEC("socket")
int parse_ipv6(struct __sk_buff *skb)
{
  struct state *state = state_of();
  struct ipv6 ip;
  u8 next, extension[2];

  if (!state || !load(skb, state->offset, &ip, sizeof(ip)))
    return 0;
  __builtin_memset(&state->flow, 0, sizeof(state->flow));
  __builtin_memcpy(state->flow.src, ip.src, sizeof(ip.src));
  __builtin_memcpy(state->flow.dst, ip.dst, sizeof(ip.dst));
  state->flow.is_ipv6 = 1;
  state->offset += sizeof(ip);
  next = ip.next;
  for (int i = 0; i < MAX_EXTENSIONS; i++) {
    if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS)
      break;
    if (!load(skb, state->offset, extension, sizeof(extension)))
      return 0;
    next = extension[0];
    state->offset += (extension[1] + 1) * 8;
  }
  parse_protocol(skb, state, next);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
