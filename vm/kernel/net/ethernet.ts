// Facts of Ethernet and IP headers, and what the kernel makes of a frame as it arrives. Lengths in bytes.
// @see include/uapi/linux/if_ether.h, net/ethernet/eth.c eth_type_trans

export const ETH_HEADER_BYTES = 14;
/** Two addresses: what stands before the type. */
export const ETH_ADDRESSES_BYTES = 12;
export const VLAN_TAG_BYTES = 4;
export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;

/** Types of frames; below `smallest` the field is a length. */
export const ETHER_TYPES = {
  ip: 0x0800,
  ipv6: 0x86dd,
  vlan: 0x8100,
  vlanAd: 0x88a8,
  ieee8023: 0x0001,
  ieee8022: 0x0004,
  smallest: 0x0600,
} as const satisfies Record<string, number>;

/** pkt_type. @see include/uapi/linux/if_packet.h */
export const PACKET_TYPES = {
  host: 0,
  broadcast: 1,
  multicast: 2,
  otherHost: 3,
  outgoing: 4,
} as const satisfies Record<string, number>;
export type PacketDirection = keyof typeof PACKET_TYPES;

/** True for types whose frames carry a VLAN tag. */
export function isVlan(type: number): boolean {
  return type === ETHER_TYPES.vlan || type === ETHER_TYPES.vlanAd;
}

/** Bytes of the fixed part of the network header that frames of a type have, 0 for types that are not IP. */
export function networkHeaderBytes(type: number): number {
  if (type === ETHER_TYPES.ip) return IPV4_HEADER_BYTES;
  return type === ETHER_TYPES.ipv6 ? IPV6_HEADER_BYTES : 0;
}

/** The big endian u16 at `at`. */
export function u16At(u8: Uint8Array, at: number): number {
  return (u8[at]! << 8) | u8[at + 1]!;
}

/**
 * skb->protocol of what follows a type field: the type itself, or IEEE 802.2 or 802.3 where it is a length. `next` is where the payload begins,
 * `end` where it ends.
 */
export function protocolOf(u8: Uint8Array, type: number, next: number, end: number): number {
  if (type >= ETHER_TYPES.smallest) return type;
  const raw = next + 2 <= end && u16At(u8, next) === 0xffff;
  return raw ? ETHER_TYPES.ieee8023 : ETHER_TYPES.ieee8022;
}

/** pkt_type of a frame that arrives at a device whose own and broadcast address are zeroes, as those of `lo` are. */
export function packetType(u8: Uint8Array, at: number): number {
  const zero = u8.subarray(at, at + 6).every((byte) => byte === 0);
  if (zero) return PACKET_TYPES.host;
  return (u8[at]! & 1) === 1 ? PACKET_TYPES.multicast : PACKET_TYPES.otherHost;
}
