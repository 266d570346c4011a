// Bytes of a packet: bpf_skb_load_bytes and its kin. Offsets are from where the program sees the packet begin.
// @see net/core/filter.c bpf_skb_load_bytes, bpf_skb_load_bytes_relative, bpf_skb_store_bytes, bpf_skb_pull_data
import { MISSING_PACKET } from '../kernel/net/packet.ts';
import { ERRNO } from '../errno.ts';
import type { Skb } from '../kernel/net/skb.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { flagsIn, skbIn, u32In } from './packet-args.ts';

const INT_MAX = 0x7fff_ffff;
/** Largest offset from a header. */
const MAX_RELATIVE = 0xffff;

/** @see include/uapi/linux/bpf.h enum bpf_hdr_start_off */
const HEADER_STARTS = ['link', 'network'] as const;

/** BPF_F_RECOMPUTE_CSUM changes nothing where no complete checksum is kept. @see include/uapi/linux/bpf.h */
const STORE_FLAGS = { recompute_csum: 1 << 0, invalidate_hash: 1 << 1 } as const satisfies Record<
  string,
  number
>;
const ALL_STORE_FLAGS = STORE_FLAGS.recompute_csum | STORE_FLAGS.invalidate_hash;

export const SKB_BYTES_HELPERS = {
  skb_load_bytes(context) {
    const skb = skbIn(context);
    const off = u32In(context, 2);
    const size = sizeIn(context, 4);
    const to = context.range(3, size, true);
    give(context, skb, off > INT_MAX ? -1 : skb.data + off, to, size);
  },
  skb_load_bytes_relative(context) {
    const skb = skbIn(context);
    const off = u32In(context, 2);
    const size = sizeIn(context, 4);
    const to = context.range(3, size, true);
    const header = HEADER_STARTS[u32In(context, 5)];
    give(context, skb, header === undefined || off > MAX_RELATIVE ? -1 : skb[header] + off, to, size);
  },
  skb_store_bytes(context) {
    const skb = skbIn(context);
    const off = u32In(context, 2);
    const size = sizeIn(context, 4);
    const from = context.range(3, size, false);
    const flags = flagsIn(context, 5);
    if ((flags & ~ALL_STORE_FLAGS) !== 0) return setInt(context, -ERRNO.EINVAL);
    const to = off > INT_MAX ? -1 : skb.at(off, size);
    if (to < 0) return setInt(context, -ERRNO.EFAULT);
    context.memory.u8.copyWithin(to, from, from + size);
    if ((flags & STORE_FLAGS.invalidate_hash) !== 0) skb.forgetHash();
    setInt(context, 0);
  },
  skb_pull_data(context) {
    const skb = skbIn(context);
    setInt(context, skb.at(0, u32In(context, 2)) < 0 ? -ERRNO.ENOMEM : 0);
  },
} as const satisfies Record<string, HelperRun>;

/** Copies bytes of the packet out; zeroes and -EFAULT where it does not hold them, or `from` is -1. */
function give(context: HelperContext, skb: Skb, from: number, to: number, size: number): void {
  const { u8 } = context.memory;
  const isThere = from >= 0 && from + size <= skb.end;
  if (isThere) u8.copyWithin(to, from, from + size);
  else u8.fill(0, to, to + size);
  if (skb.isMissing(from, size)) context.countUnknownRead(MISSING_PACKET);
  setInt(context, isThere ? 0 : -ERRNO.EFAULT);
}
