// Checksums: bpf_csum_diff, bpf_l3_csum_replace, bpf_l4_csum_replace.
// @see net/core/filter.c
import { ERRNO } from '../errno.ts';
import {
  csum16,
  csumPartial,
  csumReplace2,
  csumReplace4,
  csumReplaceBy,
  csumSub,
} from '../kernel/net/checksum.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { flagsIn, skbIn, u32In } from './packet-args.ts';

/** @see include/uapi/linux/bpf.h BPF_F_* of bpf_l4_csum_replace */
const REPLACE_FLAGS = {
  field_bytes: 0xf,
  pseudo_hdr: 1 << 4,
  mark_mangled_0: 1 << 5,
  mark_enforce: 1 << 6,
  ipv6: 1 << 7,
} as const satisfies Record<string, number>;
/** The pseudo header matters only where a card finishes the checksum. */
const L4_FLAGS = Object.values(REPLACE_FLAGS).reduce((all, bits) => all | bits, 0);
/** Bytes that are summed in the time of an insn. */
const BYTES_AN_INSN = 64;
/** A UDP checksum of 0 means that there is none. */
const MANGLED_0 = 0xffff;
const MAX_OFFSET = 0xffff;

export const CSUM_HELPERS = {
  csum_diff(context) {
    const fromSize = sizeIn(context, 2);
    const toSize = sizeIn(context, 4);
    const from = fromSize === 0 ? 0 : context.range(1, fromSize, false);
    const to = toSize === 0 ? 0 : context.range(3, toSize, false);
    context.charge(Math.floor((fromSize + toSize) / BYTES_AN_INSN));
    setInt(
      context,
      csum16(diff(context.memory.view, { from, fromSize, to, toSize, seed: u32In(context, 5) })),
    );
  },
  l3_csum_replace(context) {
    const flags = flagsIn(context, 5);
    if ((flags & ~REPLACE_FLAGS.field_bytes) !== 0) return setInt(context, -ERRNO.EINVAL);
    const at = checkAt(context);
    setInt(context, at < 0 ? at : replace(context, at, flags));
  },
  l4_csum_replace(context) {
    const flags = flagsIn(context, 5);
    if ((flags & ~L4_FLAGS) !== 0) return setInt(context, -ERRNO.EINVAL);
    const at = checkAt(context);
    if (at < 0) return setInt(context, at);
    const { view } = context.memory;
    const mangles = (flags & REPLACE_FLAGS.mark_mangled_0) !== 0;
    const enforced = (flags & REPLACE_FLAGS.mark_enforce) !== 0;
    if (mangles && !enforced && view.getUint16(at, true) === 0) return setInt(context, 0);
    const errno = replace(context, at, flags);
    if (errno === 0 && mangles && view.getUint16(at, true) === 0) view.setUint16(at, MANGLED_0, true);
    setInt(context, errno);
  },
} as const satisfies Record<string, HelperRun>;

/** Two runs of bytes, and what is there already. */
interface Difference {
  readonly from: number;
  readonly fromSize: number;
  readonly to: number;
  readonly toSize: number;
  readonly seed: number;
}

/** seed + to - from as the kernel comes to it, which decides between 0 and 0xffff. */
function diff(view: DataView, { from, fromSize, to, toSize, seed }: Difference): number {
  if (fromSize === 0) return csumPartial(view, to, toSize, seed);
  if (toSize === 0) return ~csumPartial(view, from, fromSize, ~seed);
  return csumSub(csumPartial(view, to, toSize, seed), csumPartial(view, from, fromSize, 0));
}

/** Offset in linear memory of the checksum whose offset in the packet is in r2, or -errno. */
function checkAt(context: HelperContext): number {
  const skb = skbIn(context);
  const off = u32In(context, 2);
  if (off > MAX_OFFSET || off % 2 !== 0) return -ERRNO.EFAULT;
  const at = skb.at(off, 2);
  return at < 0 ? -ERRNO.EFAULT : at;
}

/** Mends the checksum at `at` for a field that was r3 and is r4 now, or by the difference r4: 0 or -EINVAL. */
function replace(context: HelperContext, at: number, flags: number): number {
  const { view } = context.memory;
  const check = view.getUint16(at, true);
  const from = u32In(context, 3);
  const to = u32In(context, 4);
  switch (flags & REPLACE_FLAGS.field_bytes) {
    case 0:
      if (context.q[3] !== 0n) return -ERRNO.EINVAL;
      view.setUint16(at, csumReplaceBy(check, to), true);
      return 0;
    case 2:
      view.setUint16(at, csumReplace2(check, from, to), true);
      return 0;
    case 4:
      view.setUint16(at, csumReplace4(check, from, to), true);
      return 0;
    default:
      return -ERRNO.EINVAL;
  }
}
