// Helpers on sockets. There are none but the one that a test run gives its packet: look-ups find nothing.
// @see net/core/filter.c bpf_sk_lookup_tcp, bpf_sk_fullsock, bpf_tcp_sock, bpf_get_socket_cookie, bpf_skb_cgroup_id
import { SOCK_AT } from '../kernel/net/packet.ts';
import { Skb } from '../kernel/net/skb.ts';
import { ADDRESS_HIGH } from '../memory/linear.ts';
import { setAddress, setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { intIn, packetIn, skbIn } from './packet-args.ts';

/** Of the only socket. Linux counts up. */
const SOCKET_COOKIE = 1;
/** Of the first network namespace. */
const NETNS_COOKIE = 1;
/** The root of the cgroups, where sockets of the kernel are. */
const ROOT_CGROUP = 1;
/** uid of a packet without a socket. @see kernel/sys.c overflowuid */
const OVERFLOW_UID = 65_534;

const lookup: HelperRun = (context) => {
  packetIn(context);
  const size = sizeIn(context, 3);
  if (size > 0) context.range(2, size, false);
  setAddress(context, 0);
};

/** The socket of a test run speaks no protocol, and no program has another. */
const noSuchSocket: HelperRun = (context) => setAddress(context, 0);

export const SOCKET_HELPERS = {
  skc_to_tcp6_sock: noSuchSocket,
  skc_to_tcp_sock: noSuchSocket,
  skc_to_tcp_timewait_sock: noSuchSocket,
  skc_to_tcp_request_sock: noSuchSocket,
  skc_to_udp6_sock: noSuchSocket,
  skc_to_unix_sock: noSuchSocket,
  skc_to_mptcp_sock: noSuchSocket,
  sk_lookup_tcp: lookup,
  sk_lookup_udp: lookup,
  skc_lookup_tcp: lookup,
  sk_release(context) {
    checkSock(context);
    setInt(context, 0);
  },
  sk_fullsock: (context) => setAddress(context, checkSock(context)),
  // The socket of a test run speaks no protocol, and does not listen.
  tcp_sock(context) {
    checkSock(context);
    setAddress(context, 0);
  },
  get_listener_sock(context) {
    checkSock(context);
    setAddress(context, 0);
  },
  get_socket_cookie(context) {
    const { packet } = context.event;
    if (packet === undefined && context.q[1] === 0n) return setInt(context, 0); // tracing programs give a socket, here none
    setInt(context, skbIn(context).hasSock ? SOCKET_COOKIE : 0);
  },
  get_socket_uid: (context) => setInt(context, skbIn(context).hasSock ? 0 : OVERFLOW_UID),
  get_netns_cookie(context) {
    if (context.q[1] !== 0n && !context.isCtx(1)) {
      context.fault('ctx', 'R1 is neither the ctx nor null, which bpf_get_netns_cookie takes');
    }
    setInt(context, NETNS_COOKIE);
  },
  skb_cgroup_id: (context) => setInt(context, skbIn(context).hasSock ? ROOT_CGROUP : 0),
  skb_ancestor_cgroup_id(context) {
    setInt(context, skbIn(context).hasSock && intIn(context, 2) === 0 ? ROOT_CGROUP : 0);
  },
  sk_cgroup_id(context) {
    checkSock(context);
    setInt(context, ROOT_CGROUP);
  },
  sk_ancestor_cgroup_id(context) {
    checkSock(context);
    setInt(context, intIn(context, 2) === 0 ? ROOT_CGROUP : 0);
  },
} as const satisfies Record<string, HelperRun>;

/** Offset of the socket in r1, which is that of the packet. */
function checkSock(context: HelperContext): number {
  const { r, event } = context;
  const isSock = r[2] === SOCK_AT && r[3] === ADDRESS_HIGH;
  if (isSock && event.packet instanceof Skb && event.packet.hasSock) return SOCK_AT;
  return context.fault('access', 'R1 is not the socket of the packet, and there is no other');
}
