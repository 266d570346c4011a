// bpf_redirect and its kin. Nothing is sent: where a packet would go is told to the host as an effect, when the program returns the result that
// asks for it; a clone at once.
// @see net/core/filter.c bpf_redirect, bpf_xdp_redirect, bpf_redirect_neigh, bpf_redirect_peer, bpf_clone_redirect
import { ERRNO } from '../errno.ts';
import { isDevice } from '../kernel/net/devices.ts';
import type { NetPacket } from '../kernel/net/packet.ts';
import { XdpBuff } from '../kernel/net/xdp.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { flagsIn, skbIn, u32In } from './packet-args.ts';

/** To the receiving side of the interface. @see include/uapi/linux/bpf.h BPF_F_INGRESS */
const INGRESS = 1;
/** Results that the helpers tell the program to return. */
const RESULTS = { xdpAborted: 0, xdpRedirect: 4, tcShot: 2, tcRedirect: 7 } as const satisfies Record<
  string,
  number
>;
/** struct bpf_redir_neigh. */
const NEIGH_BYTES = 20;

export const REDIRECT_HELPERS = {
  redirect(context) {
    const packet = packetOf(context);
    const flags = flagsIn(context, 2);
    const isXdp = packet instanceof XdpBuff;
    if (isXdp ? flags !== 0 : (flags & ~INGRESS) !== 0) {
      return setInt(context, isXdp ? RESULTS.xdpAborted : RESULTS.tcShot);
    }
    plan(packet, u32In(context, 1), flags);
    setInt(context, isXdp ? RESULTS.xdpRedirect : RESULTS.tcRedirect);
  },
  redirect_neigh(context) {
    const packet = packetOf(context);
    const size = sizeIn(context, 3);
    if (size > 0) context.range(2, size, false);
    const bad = (size > 0 && size < NEIGH_BYTES) || flagsIn(context, 4) !== 0;
    if (!bad) plan(packet, u32In(context, 1), 0);
    setInt(context, bad ? RESULTS.tcShot : RESULTS.tcRedirect);
  },
  redirect_peer(context) {
    const packet = packetOf(context);
    const bad = flagsIn(context, 2) !== 0;
    if (!bad) plan(packet, u32In(context, 1), 0);
    setInt(context, bad ? RESULTS.tcShot : RESULTS.tcRedirect);
  },
  clone_redirect(context) {
    const skb = skbIn(context);
    const ifindex = u32In(context, 2);
    const flags = flagsIn(context, 3);
    if ((flags & ~INGRESS) !== 0) return setInt(context, -ERRNO.EINVAL);
    if (skb.get('gso_size') !== 0) return setInt(context, -ERRNO.EBADMSG);
    if (!isDevice(ifindex)) return setInt(context, -ERRNO.EINVAL);
    context.effect({ kind: 'redirect', ifindex, flags, clone: true });
    setInt(context, 0);
  },
} as const satisfies Record<string, HelperRun>;

/** The packet of the run; these helpers take no ctx. */
function packetOf(context: HelperContext): NetPacket {
  const { event, prog } = context;
  return event.packet ?? context.fault('packet', `the hook of ${prog.name} has no packet`);
}

function plan(packet: NetPacket, ifindex: number, flags: number): void {
  packet.redirect = { kind: 'redirect', ifindex, flags, clone: false };
}
