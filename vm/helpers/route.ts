// bpf_check_mtu and bpf_fib_lookup, on a machine whose only device is `lo` and which forwards nothing.
// @see net/core/filter.c bpf_skb_check_mtu, bpf_xdp_check_mtu, bpf_skb_fib_lookup
import { ERRNO } from '../errno.ts';
import { isDevice, LOOPBACK_HEADER_BYTES, LOOPBACK_IFINDEX, LOOPBACK_MTU } from '../kernel/net/devices.ts';
import { FAMILIES } from '../kernel/net/sock.ts';
import { Skb } from '../kernel/net/skb.ts';
import { XdpBuff } from '../kernel/net/xdp.ts';
import { setInt, sizeIn, type HelperRun } from './context.ts';
import { flagsIn, intIn, packetIn, u32In } from './packet-args.ts';

/** @see include/uapi/linux/bpf.h enum bpf_check_mtu_ret, enum bpf_check_mtu_flags */
const MTU_RESULTS = { success: 0, fragNeeded: 1 } as const satisfies Record<string, number>;
const MTU_SEGS = 1;

/** struct bpf_fib_lookup: its size, and the fields that are looked at. */
const FIB_BYTES = 64;
const FIB = { family: 0, ifindex: 8 } as const satisfies Record<string, number>;
/** BPF_FIB_LOOKUP_DIRECT, _OUTPUT, _SKIP_NEIGH, _TBID, _SRC, _MARK. */
const FIB_FLAGS = 0x3f;
/** BPF_FIB_LKUP_RET_FWD_DISABLED. */
const FORWARDING_DISABLED = 5;

export const ROUTE_HELPERS = {
  check_mtu(context) {
    const packet = packetIn(context);
    const mtuAt = context.range(3, 4, true);
    const { view } = context.memory;
    const asked = view.getUint32(mtuAt, true);
    const by = intIn(context, 4);
    const flags = flagsIn(context, 5);
    const isXdp = packet instanceof XdpBuff;
    const segments = (flags & MTU_SEGS) !== 0;
    const bad = isXdp ? flags !== 0 : (flags & ~MTU_SEGS) !== 0 || (segments && (by !== 0 || asked !== 0));
    if (bad) return setInt(context, -ERRNO.EINVAL);
    const ifindex = u32In(context, 2);
    if (ifindex !== 0 && !isDevice(ifindex)) return setInt(context, -ERRNO.ENODEV);
    const own = isXdp ? packet.dataEnd - packet.data : packet.length;
    const length = ((asked === 0 ? own : asked + LOOPBACK_HEADER_BYTES) + by) | 0;
    // A packet of several segments is longer than any of them, and none is too long here.
    const isGso = packet instanceof Skb && packet.get('gso_size') !== 0;
    const fits = isGso || length <= LOOPBACK_MTU + LOOPBACK_HEADER_BYTES;
    view.setUint32(mtuAt, LOOPBACK_MTU, true);
    setInt(context, fits ? MTU_RESULTS.success : MTU_RESULTS.fragNeeded);
  },
  fib_lookup(context) {
    packetIn(context);
    const size = sizeIn(context, 3);
    const at = context.range(2, size, true);
    const flags = u32In(context, 4);
    if (size < FIB_BYTES || (flags & ~FIB_FLAGS) !== 0) return setInt(context, -ERRNO.EINVAL);
    const { view } = context.memory;
    const family = view.getUint8(at + FIB.family);
    if (family !== FAMILIES.inet && family !== FAMILIES.inet6) return setInt(context, -ERRNO.EAFNOSUPPORT);
    const known = view.getUint32(at + FIB.ifindex, true) === LOOPBACK_IFINDEX;
    setInt(context, known ? FORWARDING_DISABLED : -ERRNO.ENODEV);
  },
} as const satisfies Record<string, HelperRun>;
