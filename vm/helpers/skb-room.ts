// Helpers that make a packet longer or shorter: at its end, before its link header, and between its headers.
// @see net/core/filter.c bpf_skb_change_tail, bpf_skb_change_head, bpf_skb_adjust_room, bpf_skb_net_grow, bpf_skb_net_shrink, bpf_skb_change_proto
import { ERRNO } from '../errno.ts';
import {
  ETH_HEADER_BYTES,
  ETHER_TYPES,
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  networkHeaderBytes,
} from '../kernel/net/ethernet.ts';
import type { Skb } from '../kernel/net/skb.ts';
import { setInt, type HelperRun } from './context.ts';
import { flagsIn, intIn, skbIn, u32In } from './packet-args.ts';

/** Longest packet that helpers make. @see net/core/filter.c BPF_SKB_MAX_LEN */
const MAX_BYTES = 16_064;
/** Most bytes that bpf_skb_adjust_room adds or takes away. */
const MAX_ROOM = 0xfff;

/** @see include/uapi/linux/bpf.h BPF_F_ADJ_ROOM_* */
const ROOM_FLAGS = {
  fixed_gso: 1 << 0,
  encap_ipv4: 1 << 1,
  encap_ipv6: 1 << 2,
  encap_gre: 1 << 3,
  encap_udp: 1 << 4,
  no_csum_reset: 1 << 5,
  encap_ethernet: 1 << 6,
  decap_ipv4: 1 << 7,
  decap_ipv6: 1 << 8,
} as const satisfies Record<string, number>;
const ALL_ROOM_FLAGS = Object.values(ROOM_FLAGS).reduce((all, bit) => all | bit, 0);
const ENCAP_IP = ROOM_FLAGS.encap_ipv4 | ROOM_FLAGS.encap_ipv6;
const DECAP_IP = ROOM_FLAGS.decap_ipv4 | ROOM_FLAGS.decap_ipv6;
const SHRINK_FLAGS = ROOM_FLAGS.fixed_gso | DECAP_IP | ROOM_FLAGS.no_csum_reset;

/** enum bpf_adj_room_mode: behind the network header, or behind the link header. */
const ROOM_MODES = ['network', 'link'] as const;

export const SKB_ROOM_HELPERS = {
  skb_change_tail(context) {
    const skb = skbIn(context);
    setInt(context, changeTail(skb, u32In(context, 2), flagsIn(context, 3)));
    skb.moved();
  },
  skb_change_head(context) {
    const skb = skbIn(context);
    setInt(context, changeHead(skb, intIn(context, 2), flagsIn(context, 3)));
    skb.moved();
  },
  skb_adjust_room(context) {
    const skb = skbIn(context);
    // The upper byte of the flags is the length of an inner link header; what lies between is none.
    const high = context.r[9]!;
    const flags = (high & 0xff_ffff) === 0 ? context.r[8]! : -1;
    setInt(context, adjustRoom(skb, intIn(context, 2), u32In(context, 3), flags, high >>> 24));
    skb.moved();
  },
  skb_change_proto(context) {
    const skb = skbIn(context);
    setInt(context, changeProto(skb, u32In(context, 2) & 0xffff, flagsIn(context, 3)));
    skb.moved();
  },
} as const satisfies Record<string, HelperRun>;

function isGso(skb: Skb): boolean {
  return skb.get('gso_size') !== 0;
}

function changeTail(skb: Skb, length: number, flags: number): number {
  if (flags !== 0 || length > MAX_BYTES || length < skb.leastBytes) return -ERRNO.EINVAL;
  if (skb.encapsulated) return -ERRNO.ENOTSUPP;
  if (!skb.resize(length)) return -ERRNO.ENOMEM;
  if (isGso(skb)) {
    skb.set('gso_size', 0);
    skb.set('gso_segs', 0);
  }
  return 0;
}

function changeHead(skb: Skb, room: number, flags: number): number {
  if (flags !== 0 || room < 0 || (!isGso(skb) && skb.length + room > MAX_BYTES)) return -ERRNO.EINVAL;
  if (!skb.push(room)) return -ERRNO.ENOMEM;
  skb.memory.u8.fill(0, skb.data, skb.data + room);
  skb.link = skb.data;
  skb.linkBytes = skb.network - skb.link;
  return 0;
}

function adjustRoom(skb: Skb, by: number, mode: number, flags: number, innerLink: number): number {
  if ((flags & ~ALL_ROOM_FLAGS) !== 0) return -ERRNO.EINVAL;
  const size = Math.abs(by);
  if (size > MAX_ROOM) return -ERRNO.EFAULT;
  const headerBytes = networkHeaderBytes(skb.protocol);
  if (headerBytes === 0) return -ERRNO.ENOTSUPP;
  const where = ROOM_MODES[mode];
  if (where === undefined) return -ERRNO.ENOTSUPP;
  const off = skb.network - skb.link + (where === 'network' ? headerBytes : 0);
  const shrink = by < 0;
  const least = leastBytes(flags, headerBytes, shrink);
  if (least < 0) return least;
  const inNetwork = skb.end - skb.network;
  if (shrink ? size >= inNetwork || inNetwork - size < least : skb.length + size > MAX_BYTES && !isGso(skb)) {
    return -ERRNO.ENOTSUPP;
  }
  const errno = shrink
    ? shrinkRoom(skb, off, size, flags, innerLink)
    : growRoom(skb, off, size, flags, innerLink);
  if (errno === 0 && (flags & ROOM_FLAGS.no_csum_reset) === 0) skb.checksums = -1;
  return errno;
}

/** Bytes that must be left of the packet from its network header on, or -EINVAL. */
function leastBytes(flags: number, headerBytes: number, shrink: boolean): number {
  const decap = flags & DECAP_IP;
  if (decap === 0) return headerBytes;
  if (!shrink || decap === DECAP_IP) return -ERRNO.EINVAL;
  return decap === ROOM_FLAGS.decap_ipv4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
}

function growRoom(skb: Skb, off: number, size: number, flags: number, innerLink: number): number {
  if (isGso(skb)) return -ERRNO.ENOTSUPP; // packets of several segments come from a caller of a test run, and have no type
  const encap = flags & ENCAP_IP;
  if (encap !== 0) {
    const both = (flags & ROOM_FLAGS.encap_gre) !== 0 && (flags & ROOM_FLAGS.encap_udp) !== 0;
    if (encap === ENCAP_IP || both) return -ERRNO.EINVAL;
    if ((flags & ROOM_FLAGS.encap_ethernet) !== 0 && innerLink < ETH_HEADER_BYTES) return -ERRNO.EINVAL;
    if (skb.encapsulated) return -ERRNO.EALREADY;
    if (innerLink > size) return -ERRNO.EINVAL;
  }
  const linkBytes = skb.network - skb.link;
  if (!skb.insert(off, size)) return -ERRNO.ENOMEM;
  skb.moveHeaders(-size);
  if (encap === 0) return 0;
  skb.encapsulated = true;
  skb.network = skb.data + linkBytes;
  const isV6 = encap === ROOM_FLAGS.encap_ipv6;
  if ((flags & (ROOM_FLAGS.encap_gre | ROOM_FLAGS.encap_udp)) !== 0) {
    skb.setTransport(isV6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES);
  }
  skb.protocol = isV6 ? ETHER_TYPES.ipv6 : ETHER_TYPES.ip;
  return 0;
}

function shrinkRoom(skb: Skb, off: number, size: number, flags: number, innerLink: number): number {
  if ((flags & ~SHRINK_FLAGS) !== 0 || innerLink !== 0) return -ERRNO.EINVAL;
  if (isGso(skb)) return -ERRNO.ENOTSUPP;
  if (!skb.remove(off, size)) return -ERRNO.ENOMEM;
  skb.moveHeaders(size);
  if ((flags & ROOM_FLAGS.decap_ipv4) !== 0) skb.protocol = ETHER_TYPES.ip;
  if ((flags & ROOM_FLAGS.decap_ipv6) !== 0) skb.protocol = ETHER_TYPES.ipv6;
  return 0;
}

/** Bytes by which the two network headers differ. */
const HEADER_DIFFERENCE = IPV6_HEADER_BYTES - IPV4_HEADER_BYTES;

function changeProto(skb: Skb, wire: number, flags: number): number {
  if (flags !== 0) return -ERRNO.EINVAL;
  const to = ((wire & 0xff) << 8) | (wire >> 8);
  const from = skb.protocol;
  const off = skb.network - skb.link;
  if (from === ETHER_TYPES.ip && to === ETHER_TYPES.ipv6) {
    if (!skb.insert(off, HEADER_DIFFERENCE)) return -ERRNO.ENOMEM;
    skb.moveHeaders(-HEADER_DIFFERENCE);
  } else if (from === ETHER_TYPES.ipv6 && to === ETHER_TYPES.ip) {
    if (!skb.remove(off, HEADER_DIFFERENCE)) return -ERRNO.ENOMEM;
    skb.moveHeaders(HEADER_DIFFERENCE);
  } else {
    return -ERRNO.ENOTSUPP;
  }
  skb.protocol = to;
  skb.forgetHash();
  return 0;
}
