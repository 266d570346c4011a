// struct xdp_buff: a linear part in a page, with headroom before it and room for a structure of the kernel's behind it, and fragments of up to a page
// for longer packets. In memory one lies behind the other.
//
//   PACKET_AT                meta  data                       dataEnd        end
//   | struct xdp_frame | ... |     | linear part              | fragments    |
import { XDP_MD, XDP_MD_BYTES } from '../ctx-net.ts';
import { ctxRegions } from '../ctx.ts';
import { ERRNO } from '../../errno.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import type { Region } from '../../memory/regions.ts';
import { ETH_HEADER_BYTES } from './ethernet.ts';
import { NET_CTX_AT, NetPacket, PACKET_AT } from './packet.ts';

const PAGE_BYTES = 4096;
/** XDP_PACKET_HEADROOM. */
export const XDP_HEADROOM = 256;
/** struct xdp_frame, which the kernel may put at the start of the headroom. */
export const XDP_FRAME_BYTES = 40;
/** struct skb_shared_info at the end of the page. */
const TAILROOM = 320;
/** Longest linear part; less when metadata is longer than the headroom leaves. */
export const MAX_LINEAR_BYTES = PAGE_BYTES - XDP_HEADROOM - TAILROOM;
/** @see include/linux/skbuff.h MAX_SKB_FRAGS */
const MAX_FRAGMENTS = 17;
export const MAX_XDP_BYTES = MAX_LINEAR_BYTES + MAX_FRAGMENTS * PAGE_BYTES;
const HARD_END = PACKET_AT + PAGE_BYTES - TAILROOM;
const XDP_REDIRECT = 4;
/** meta_len of struct skb_shared_info is a byte. @see include/net/xdp.h xdp_metalen_invalid */
const MAX_META_BYTES = 255;

const CTX_REGIONS: readonly Region[] = ctxRegions(XDP_MD, 'xdp', NET_CTX_AT, 'the ctx, struct xdp_md');

/** True for a length of metadata that the kernel does not take. */
export function isBadMeta(bytes: number): boolean {
  return bytes % 4 !== 0 || bytes > MAX_META_BYTES;
}

/** A packet as struct xdp_buff. */
export class XdpBuff extends NetPacket {
  /** Bytes of each fragment. */
  private fragments: number[] = [];
  readonly regions: readonly Region[];
  protected readonly redirectResult = XDP_REDIRECT;

  constructor(memory: LinearMemory) {
    super(memory, true);
    this.regions = [this.direct, ...CTX_REGIONS];
  }

  /** Lays bytes down: `meta` of metadata, then the packet, the first `linear` of both in the linear part. */
  lay(bytes: Uint8Array, meta: number, linear: number): void {
    const { u8 } = this.memory;
    u8.fill(0, NET_CTX_AT, NET_CTX_AT + XDP_MD_BYTES);
    this.meta = PACKET_AT + XDP_HEADROOM - meta;
    // What helpers can bring into view without clearing it.
    u8.fill(0, PACKET_AT, this.meta);
    u8.set(bytes, this.meta);
    this.data = this.meta + meta;
    this.link = this.data;
    this.network = this.data + ETH_HEADER_BYTES;
    this.dataEnd = this.meta + linear;
    this.end = this.meta + bytes.length;
    this.fragments = [];
    for (let left = bytes.length - linear; left > 0; left -= PAGE_BYTES) {
      this.fragments.push(Math.min(left, PAGE_BYTES));
    }
    this.redirect = undefined;
    this.moved();
  }

  protected show(): void {
    const { view } = this.memory;
    view.setUint32(NET_CTX_AT + XDP_MD.data.off, this.data, true);
    view.setUint32(NET_CTX_AT + XDP_MD.data_end.off, this.dataEnd, true);
    view.setUint32(NET_CTX_AT + XDP_MD.data_meta.off, this.meta, true);
  }

  /** bpf_xdp_adjust_head: 0 or -errno. */
  adjustHead(by: number): number {
    const metaBytes = this.data - this.meta;
    const data = this.data + by;
    if (data < PACKET_AT + XDP_FRAME_BYTES + metaBytes || data > this.dataEnd - ETH_HEADER_BYTES) {
      return -ERRNO.EINVAL;
    }
    this.memory.u8.copyWithin(this.meta + by, this.meta, this.data);
    this.meta += by;
    this.data = data;
    this.moved();
    return 0;
  }

  /** bpf_xdp_adjust_meta: 0 or -errno. */
  adjustMeta(by: number): number {
    const meta = this.meta + by;
    if (meta < PACKET_AT + XDP_FRAME_BYTES || meta > this.data) return -ERRNO.EINVAL;
    if (isBadMeta(this.data - meta)) return -ERRNO.EACCES;
    this.meta = meta;
    this.moved();
    return 0;
  }

  /** bpf_xdp_adjust_tail: 0 or -errno. */
  adjustTail(by: number): number {
    const errno = this.fragments.length > 0 ? this.adjustFragments(by) : this.adjustLinear(by);
    if (errno === 0) this.moved();
    return errno;
  }

  private adjustLinear(by: number): number {
    const end = this.dataEnd + by;
    if (end > HARD_END || end < this.data + ETH_HEADER_BYTES) return -ERRNO.EINVAL;
    if (by > 0) this.memory.u8.fill(0, this.dataEnd, end);
    this.dataEnd = end;
    this.end = end;
    return 0;
  }

  private adjustFragments(by: number): number {
    const { fragments } = this;
    const last = fragments.length - 1;
    if (by >= 0) {
      if (by > PAGE_BYTES - fragments[last]!) return -ERRNO.EINVAL;
      this.memory.u8.fill(0, this.end, this.end + by);
      fragments[last]! += by;
    } else {
      if (-by > this.length - ETH_HEADER_BYTES) return -ERRNO.EINVAL;
      let left = -by;
      while (left > 0 && fragments.length > 0) {
        const taken = Math.min(left, fragments.at(-1)!);
        left -= taken;
        if (taken === fragments.at(-1)) fragments.pop();
        else fragments[fragments.length - 1]! -= taken;
      }
      if (fragments.length === 0) this.dataEnd -= left;
    }
    this.end += by;
    return 0;
  }
}
