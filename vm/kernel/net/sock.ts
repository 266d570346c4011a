// The socket of a packet in a test run: one of no protocol, with the addresses of the packet.
// @see net/bpf/test_run.c bpf_prog_test_run_skb
import { BPF_SOCK, BPF_SOCK_BYTES, SK_BUFF } from '../ctx-net.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import { ETHER_TYPES } from './ethernet.ts';
import { NET_CTX_AT, SOCK_AT } from './packet.ts';

/** @see include/linux/socket.h */
export const FAMILIES = { inet: 2, inet6: 10 } as const satisfies Record<string, number>;
/** @see include/net/tcp_states.h TCP_CLOSE */
const CLOSED = 7;
/** rx_queue_mapping where there is none. */
const NO_QUEUE = 0xffff_ffff;

/** Source and destination in the network header, and the fields that show them; offsets and sizes in bytes. */
const ADDRESSES = {
  inet: { from: 12, to: 16, size: 4, src: BPF_SOCK.src_ip4.off, dst: BPF_SOCK.dst_ip4.off },
  inet6: { from: 8, to: 24, size: 16, src: BPF_SOCK.src_ip6.off, dst: BPF_SOCK.dst_ip6.off },
} as const;

/** Fills the struct bpf_sock, and the fields of struct __sk_buff that show the socket, of a packet whose network header is at `network`. */
export function fillSock({ u8, view }: LinearMemory, protocol: number, network: number): void {
  u8.fill(0, SOCK_AT, SOCK_AT + BPF_SOCK_BYTES);
  view.setUint32(SOCK_AT + BPF_SOCK.state.off, CLOSED, true);
  view.setUint32(SOCK_AT + BPF_SOCK.rx_queue_mapping.off, NO_QUEUE, true);
  const version = protocol === ETHER_TYPES.ip ? 'inet' : protocol === ETHER_TYPES.ipv6 ? 'inet6' : undefined;
  if (version === undefined) return;
  view.setUint32(SOCK_AT + BPF_SOCK.family.off, FAMILIES[version], true);
  view.setUint32(NET_CTX_AT + SK_BUFF.family.off, FAMILIES[version], true);
  const { from, to, size, src, dst } = ADDRESSES[version];
  u8.copyWithin(SOCK_AT + src, network + from, network + from + size);
  u8.copyWithin(SOCK_AT + dst, network + to, network + to + size);
  const [local, remote] =
    version === 'inet' ? [SK_BUFF.local_ip4, SK_BUFF.remote_ip4] : [SK_BUFF.local_ip6, SK_BUFF.remote_ip6];
  u8.copyWithin(NET_CTX_AT + local.off, SOCK_AT + src, SOCK_AT + src + size);
  u8.copyWithin(NET_CTX_AT + remote.off, SOCK_AT + dst, SOCK_AT + dst + size);
}
