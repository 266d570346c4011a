// The flow hash of a packet: the same for all packets of a flow, in both directions. Linux mixes a secret of the running system in, so that its numbers
// are others with each start; these are the same always.
// @see net/core/flow_dissector.c __skb_get_hash
import {
  ETH_HEADER_BYTES,
  ETHER_TYPES,
  isVlan,
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  u16At,
  VLAN_TAG_BYTES,
} from './ethernet.ts';
import type { Skb } from './skb.ts';

/** Protocols whose headers begin with two ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
/** Bits of the fragment field that say that a packet is no first part. */
const FRAGMENT_OFFSET = 0x1fff;

/** The hash of the packet's addresses, protocol and ports; never 0. */
export function flowHash(skb: Skb): number {
  const { u8 } = skb.memory;
  let type = skb.protocol;
  let at = skb.network;
  while (isVlan(type) && at + VLAN_TAG_BYTES <= skb.end) {
    type = u16At(u8, at + 2);
    at += VLAN_TAG_BYTES;
  }
  if (type === ETHER_TYPES.ip && at + IPV4_HEADER_BYTES <= skb.end) {
    const isFirst = (u16At(u8, at + 6) & FRAGMENT_OFFSET) === 0;
    const ports = isFirst ? at + 4 * (u8[at]! & 0xf) : -1;
    return hashFlow(skb, { src: at + 12, dst: at + 16, size: 4, protocol: u8[at + 9]!, ports });
  }
  if (type === ETHER_TYPES.ipv6 && at + IPV6_HEADER_BYTES <= skb.end) {
    const ports = at + IPV6_HEADER_BYTES;
    return hashFlow(skb, { src: at + 8, dst: at + 24, size: 16, protocol: u8[at + 6]!, ports });
  }
  const link = skb.network - ETH_HEADER_BYTES;
  return hashFlow(skb, { src: link + 6, dst: link, size: 6, protocol: 0, ports: -1 });
}

interface Flow {
  readonly src: number;
  readonly dst: number;
  /** Bytes of an address. */
  readonly size: number;
  readonly protocol: number;
  /** Offset of two ports, -1 for none. */
  readonly ports: number;
}

function hashFlow({ memory: { u8 }, end }: Skb, { src, dst, size, protocol, ports }: Flow): number {
  const hasPorts = WITH_PORTS.has(protocol) && ports >= 0 && ports + 4 <= end;
  let order = 0;
  for (let i = 0; i < size && order === 0; i++) order = u8[src + i]! - u8[dst + i]!;
  if (order === 0 && hasPorts) order = u16At(u8, ports) - u16At(u8, ports + 2);
  const [low, high] = order <= 0 ? [src, dst] : [dst, src];
  let hash = mix(OFFSET_BASIS, protocol);
  for (let i = 0; i < size; i++) hash = mix(mix(hash, u8[low + i]!), u8[high + i]!);
  if (!hasPorts) return hash >>> 0 || 1;
  const [first, second] = order <= 0 ? [ports, ports + 2] : [ports + 2, ports];
  for (let i = 0; i < 2; i++) hash = mix(mix(hash, u8[first + i]!), u8[second + i]!);
  return hash >>> 0 || 1;
}

/** FNV-1a. */
const OFFSET_BASIS = 0x811c_9dc5;
const PRIME = 0x0100_0193;

function mix(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, PRIME);
}
