// bpf_redirect and its kin. Nothing is sent: where a packet would go is told to the host as an effect, when the program returns the result that
// asks for it; a clone at once.
// @see net/core/filter.c bpf_redirect, bpf_xdp_redirect, bpf_xdp_redirect_map, bpf_redirect_neigh, bpf_redirect_peer, bpf_clone_redirect
import { ERRNO } from '../errno.ts';
import { isDevice } from '../kernel/net/devices.ts';
import type { NetPacket } from '../kernel/net/packet.ts';
import { XdpBuff } from '../kernel/net/xdp.ts';
import type { KernelMap } from '../maps/map.ts';
import { SCRATCH_AT } from '../memory/linear.ts';
import { REDIRECTS } from './groups.ts';
import { typedMap } from './typed-map.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { flagsIn, skbIn, u32In } from './packet-args.ts';

/** To the receiving side of the interface. @see include/uapi/linux/bpf.h BPF_F_INGRESS */
const INGRESS = 1;
/** Results that the helpers tell the program to return. */
const RESULTS = { xdpAborted: 0, xdpRedirect: 4, tcShot: 2, tcRedirect: 7 } as const satisfies Record<
  string,
  number
>;
/** Flags of bpf_redirect_map: the result where the entry is empty, and for devmaps that all entries are meant. */
const MAP_FLAGS = { fallback: 3, broadcast: 1 << 3, exclude_ingress: 1 << 4 } as const satisfies Record<
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
  redirect_map(context) {
    const map = typedMap(context, 1, isRedirectMap, 'devmap, cpumap or xskmap');
    const packet = packetOf(context);
    const key = u32In(context, 2);
    const flags = flagsIn(context, 3);
    const isDevmap = map.kind === 'devmap' || map.kind === 'devmap_hash';
    const known = MAP_FLAGS.fallback | (isDevmap ? MAP_FLAGS.broadcast | MAP_FLAGS.exclude_ingress : 0);
    if ((flags & ~known) !== 0) return setInt(context, RESULTS.xdpAborted);
    const { u8, view } = context.memory;
    view.setUint32(SCRATCH_AT, key, true);
    const entry = map.lookup(u8, SCRATCH_AT, context.cpu);
    const toAll = (flags & MAP_FLAGS.broadcast) !== 0;
    if (entry === 0 && !toAll) {
      packet.redirect = undefined;
      return setInt(context, flags & MAP_FLAGS.fallback);
    }
    const ifindex = isDevmap && !toAll ? view.getUint32(entry, true) : 0;
    packet.redirect = { kind: 'redirect', ifindex, flags, clone: false, map: { name: map.spec.name, key } };
    setInt(context, RESULTS.xdpRedirect);
  },
  clone_redirect(context) {
    const skb = skbIn(context);
    const ifindex = u32In(context, 2);
    const flags = flagsIn(context, 3);
    if ((flags & ~INGRESS) !== 0) return setInt(context, -ERRNO.EINVAL);
    if (skb.get('gso_size') !== 0) return setInt(context, -ERRNO.EBADMSG);
    if (!isDevice(ifindex)) return setInt(context, -ERRNO.EINVAL);
    if (skb.link >= skb.network || skb.length === 0) return setInt(context, -ERRNO.ERANGE); // no link header to send
    context.effect({ kind: 'redirect', ifindex, flags, clone: true });
    setInt(context, 0);
  },
} as const satisfies Record<string, HelperRun>;

const REDIRECT_KINDS: ReadonlySet<string> = new Set(REDIRECTS);

function isRedirectMap(map: KernelMap): map is KernelMap {
  return REDIRECT_KINDS.has(map.kind);
}

/** The packet of the run; these helpers take no ctx. */
function packetOf(context: HelperContext): NetPacket {
  const { event, prog } = context;
  return event.packet ?? context.fault('packet', `the hook of ${prog.name} has no packet`);
}

function plan(packet: NetPacket, ifindex: number, flags: number): void {
  packet.redirect = { kind: 'redirect', ifindex, flags, clone: false };
}
