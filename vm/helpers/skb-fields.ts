// Helpers on what the kernel knows of a packet besides its bytes.
// @see net/core/filter.c bpf_skb_change_type, bpf_get_hash_recalc, bpf_csum_level, bpf_skb_set_tstamp and their neighbours
import { ERRNO } from '../errno.ts';
import { SK_BUFF } from '../kernel/ctx-net.ts';
import { csum16Add } from '../kernel/net/checksum.ts';
import {
  ETH_HEADER_BYTES,
  ETHER_TYPES,
  isVlan,
  networkHeaderBytes,
  PACKET_TYPES,
  u16At,
  VLAN_TAG_BYTES,
} from '../kernel/net/ethernet.ts';
import { flowHash } from '../kernel/net/flow-hash.ts';
import type { Skb } from '../kernel/net/skb.ts';
import { setInt, type HelperContext, type HelperRun } from './context.ts';
import { skbIn, u32In } from './packet-args.ts';

/** What bpf_csum_level does. @see include/uapi/linux/bpf.h BPF_CSUM_LEVEL_* */
const CSUM_LEVELS = ['query', 'inc', 'dec', 'reset'] as const;
/** @see include/linux/skbuff.h SKB_MAX_CSUM_LEVEL */
const MAX_CSUM_LEVEL = 3;
/** Clocks of bpf_skb_set_tstamp; only the first may be set to 0. @see include/uapi/linux/bpf.h BPF_SKB_CLOCK_* */
const CLOCKS = ['realtime', 'monotonic', 'tai'] as const;
/** Congestion experienced: both bits of the ECN field. */
const ECN_CE = 3;

export const SKB_FIELD_HELPERS = {
  skb_change_type(context) {
    const skb = skbIn(context);
    const type = u32In(context, 2);
    const ok = type <= PACKET_TYPES.otherHost && skb.get('pkt_type') <= PACKET_TYPES.otherHost;
    if (ok) skb.set('pkt_type', type);
    setInt(context, ok ? 0 : -ERRNO.EINVAL);
  },
  get_hash_recalc(context) {
    const skb = skbIn(context);
    if (!skb.hashed) setHash(skb, flowHash(skb));
    setU32(context, skb.get('hash'));
  },
  set_hash_invalid(context) {
    skbIn(context).forgetHash();
    setInt(context, 0);
  },
  set_hash(context) {
    setHash(skbIn(context), u32In(context, 2));
    setInt(context, 0);
  },
  // No packet here carries a complete checksum, the only one that can be updated.
  csum_update(context) {
    skbIn(context);
    setInt(context, -ERRNO.ENOTSUPP);
  },
  csum_level(context) {
    const skb = skbIn(context);
    const level = context.r[5] === 0 ? CSUM_LEVELS[u32In(context, 2)] : undefined;
    setInt(context, csumLevel(skb, level));
  },
  skb_ecn_set_ce: (context) => setInt(context, setCongested(skbIn(context))),
  skb_set_tstamp(context) {
    const skb = skbIn(context);
    const at = context.q[2]!;
    const clock = CLOCKS[u32In(context, 3)];
    if (networkHeaderBytes(skb.protocol) === 0) return setInt(context, -ERRNO.EOPNOTSUPP);
    if (clock === undefined || (clock !== 'realtime' && at === 0n)) return setInt(context, -ERRNO.EINVAL);
    const { view } = skb.memory;
    view.setBigUint64(skb.ctxAt + SK_BUFF.tstamp.off, at, true);
    view.setUint8(skb.ctxAt + SK_BUFF.tstamp_type.off, CLOCKS.indexOf(clock));
    setInt(context, 0);
  },
  get_route_realm(context) {
    skbIn(context);
    setInt(context, 0); // no packet here has taken a route
  },
  // Nothing is known of net_cls.
  get_cgroup_classid: (context) => setInt(context, 0),
  skb_cgroup_classid(context) {
    skbIn(context);
    setInt(context, 0);
  },
} as const satisfies Record<string, HelperRun>;

/** r0 = a u32. */
function setU32({ r }: HelperContext, value: number): void {
  r[0] = value;
  r[1] = 0;
}

function setHash(skb: Skb, hash: number): void {
  skb.set('hash', hash);
  skb.hashed = true;
}

/** What bpf_csum_level does with the number of right checksums, -1 for none: the number then, or -errno where only asked. */
const LEVEL_STEPS = {
  query: (checksums) => checksums,
  inc: (checksums) => Math.min(MAX_CSUM_LEVEL, checksums + 1),
  dec: (checksums) => Math.max(-1, checksums - 1),
  reset: () => -1,
} as const satisfies Record<(typeof CSUM_LEVELS)[number], (checksums: number) => number>;

function csumLevel(skb: Skb, level: (typeof CSUM_LEVELS)[number] | undefined): number {
  if (level === undefined) return -ERRNO.EINVAL;
  skb.checksums = LEVEL_STEPS[level](skb.checksums);
  if (level !== 'query') return 0;
  return skb.checksums < 0 ? -ERRNO.EACCES : skb.checksums;
}

/** Marks the packet: 1, or 0 when its sender or its kind knows no marks. */
function setCongested(skb: Skb): number {
  const type = innermostType(skb);
  const bytes = networkHeaderBytes(type);
  const { network, memory, end, length } = skb;
  if (bytes === 0 || length < bytes || network + bytes > end) return 0;
  return type === ETHER_TYPES.ip ? markV4(memory.u8, memory.view, network) : markV6(memory.u8, network);
}

function markV4(u8: Uint8Array, view: DataView, at: number): number {
  const ecn = u8[at + 1]! & ECN_CE;
  if (ecn === 0) return 0;
  if (ecn === ECN_CE) return 1;
  // The header's sum of 16-bit words grows by what the bits grow.
  view.setUint16(at + 10, csum16Add(view.getUint16(at + 10), ~(ECN_CE - ecn)));
  u8[at + 1]! |= ECN_CE;
  return 1;
}

function markV6(u8: Uint8Array, at: number): number {
  if ((u8[at + 1]! & (ECN_CE << 4)) === 0) return 0;
  u8[at + 1]! |= ECN_CE << 4;
  return 1;
}

/** Type of the network header behind all VLAN tags, 0 where they are cut off. @see include/linux/if_vlan.h __vlan_get_protocol */
function innermostType(skb: Skb): number {
  const { u8 } = skb.memory;
  let type = skb.protocol;
  // Where the length of the link header is known, the kernel starts at the type field that its last four bytes end in.
  let off = skb.linkBytes === 0 ? ETH_HEADER_BYTES : skb.linkBytes - VLAN_TAG_BYTES;
  while (isVlan(type)) {
    const at = off < 0 ? -1 : skb.at(off, VLAN_TAG_BYTES);
    if (at < 0) return 0;
    type = u16At(u8, at + 2);
    off += VLAN_TAG_BYTES;
  }
  return type;
}
