// Helpers of xdp programs on their packet.
// @see net/core/filter.c bpf_xdp_adjust_head, bpf_xdp_adjust_meta, bpf_xdp_adjust_tail, bpf_xdp_pointer, bpf_xdp_get_buff_len
import { ERRNO } from '../errno.ts';
import type { XdpBuff } from '../kernel/net/xdp.ts';
import { setInt, sizeIn, type HelperRun } from './context.ts';
import { intIn, u32In, xdpIn } from './packet-args.ts';

/** Largest offset and size of a load or store. */
const MAX_SPAN = 0xffff;

export const XDP_HELPERS = {
  xdp_adjust_head: (context) => setInt(context, xdpIn(context).adjustHead(intIn(context, 2))),
  xdp_adjust_meta: (context) => setInt(context, xdpIn(context).adjustMeta(intIn(context, 2))),
  xdp_adjust_tail: (context) => setInt(context, xdpIn(context).adjustTail(intIn(context, 2))),
  xdp_get_buff_len: (context) => setInt(context, xdpIn(context).length),
  xdp_load_bytes(context) {
    const xdp = xdpIn(context);
    const size = sizeIn(context, 4);
    const to = context.range(3, size, true);
    const from = span(xdp, u32In(context, 2), size);
    if (from >= 0) context.memory.u8.copyWithin(to, from, from + size);
    setInt(context, Math.min(0, from));
  },
  xdp_store_bytes(context) {
    const xdp = xdpIn(context);
    const size = sizeIn(context, 4);
    const from = context.range(3, size, false);
    const to = span(xdp, u32In(context, 2), size);
    if (to >= 0) context.memory.u8.copyWithin(to, from, from + size);
    setInt(context, Math.min(0, to));
  },
} as const satisfies Record<string, HelperRun>;

/** Offset in linear memory of bytes of the packet, or -errno. */
function span(xdp: XdpBuff, off: number, size: number): number {
  if (off > MAX_SPAN || size > MAX_SPAN) return -ERRNO.EFAULT;
  const at = xdp.at(off, size);
  return at < 0 ? -ERRNO.EINVAL : at;
}
