// bpf_skb_vlan_push and bpf_skb_vlan_pop. The outermost tag stands beside the packet, as network cards deliver it, the others in it.
// @see net/core/filter.c bpf_skb_vlan_push, net/core/skbuff.c skb_vlan_push, skb_vlan_pop, __skb_vlan_pop
import { ERRNO } from '../errno.ts';
import {
  ETH_ADDRESSES_BYTES,
  ETH_HEADER_BYTES,
  ETHER_TYPES,
  isVlan,
  protocolOf,
  u16At,
  VLAN_TAG_BYTES,
} from '../kernel/net/ethernet.ts';
import type { Skb } from '../kernel/net/skb.ts';
import { setInt, type HelperRun } from './context.ts';
import { skbIn, u32In } from './packet-args.ts';

export const SKB_VLAN_HELPERS = {
  skb_vlan_push(context) {
    const skb = skbIn(context);
    const wire = u32In(context, 2) & 0xffff;
    const type = ((wire & 0xff) << 8) | (wire >> 8);
    setInt(context, push(skb, isVlan(type) ? type : ETHER_TYPES.vlan, u32In(context, 3) & 0xffff));
    skb.linkBytes = skb.network - skb.link;
    skb.moved();
  },
  skb_vlan_pop(context) {
    const skb = skbIn(context);
    setInt(context, pop(skb));
    skb.moved();
  },
} as const satisfies Record<string, HelperRun>;

/** Puts a tag beside the packet. */
function setTag(skb: Skb, type: number, tci: number): void {
  skb.set('vlan_present', 1);
  skb.set('vlan_tci', tci);
  skb.set('vlan_proto', ((type & 0xff) << 8) | (type >> 8));
}

function clearTag(skb: Skb): void {
  skb.set('vlan_present', 0);
  skb.set('vlan_tci', 0);
  skb.set('vlan_proto', 0);
}

/** Brings the tag that stands beside the packet into it, and puts another there. */
function push(skb: Skb, type: number, tci: number): number {
  if (skb.get('vlan_present') !== 0) {
    if (skb.data !== skb.link) return -ERRNO.EINVAL;
    const wire = skb.get('vlan_proto');
    const inner = ((wire & 0xff) << 8) | (wire >> 8);
    if (!skb.insert(ETH_ADDRESSES_BYTES, VLAN_TAG_BYTES)) return -ERRNO.ENOMEM;
    const { view } = skb.memory;
    view.setUint16(skb.data + ETH_ADDRESSES_BYTES, inner);
    view.setUint16(skb.data + ETH_ADDRESSES_BYTES + 2, skb.get('vlan_tci'));
    skb.moveHeaders(-VLAN_TAG_BYTES);
    skb.protocol = inner;
  }
  setTag(skb, type, tci);
  return 0;
}

/** Takes the outermost tag off; the next, if there is one, goes beside the packet. */
function pop(skb: Skb): number {
  if (skb.get('vlan_present') !== 0) {
    clearTag(skb);
  } else {
    if (!isVlan(skb.protocol)) return 0;
    const tci = take(skb);
    if (tci < 0) return tci;
  }
  if (!isVlan(skb.protocol)) return 0;
  const type = skb.protocol;
  const tci = take(skb);
  if (tci < 0) return tci;
  setTag(skb, type, tci);
  return 0;
}

/** Takes the first tag out of the packet: its tci, or -errno. */
function take(skb: Skb): number {
  if (skb.data !== skb.link) return -ERRNO.EINVAL;
  if (skb.length < ETH_HEADER_BYTES + VLAN_TAG_BYTES) return -ERRNO.ENOMEM;
  const { u8 } = skb.memory;
  const tag = skb.data + ETH_HEADER_BYTES;
  const tci = u16At(u8, tag);
  const type = u16At(u8, tag + 2);
  skb.protocol = protocolOf(u8, type, tag + VLAN_TAG_BYTES, skb.end);
  skb.remove(ETH_ADDRESSES_BYTES, VLAN_TAG_BYTES);
  skb.link += VLAN_TAG_BYTES;
  if (skb.network - skb.data < ETH_HEADER_BYTES) skb.network = skb.data + ETH_HEADER_BYTES;
  skb.linkBytes = skb.network - skb.link;
  return tci;
}
