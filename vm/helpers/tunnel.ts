// The tunnel of a packet. None has come through one; what a program sets, it can ask for again, and nobody sends it.
// @see net/core/filter.c bpf_skb_get_tunnel_key, bpf_skb_set_tunnel_key, bpf_skb_get_tunnel_opt, bpf_skb_set_tunnel_opt
import { ERRNO } from '../errno.ts';
import { TUNNEL_AT } from '../kernel/net/packet.ts';
import { setInt, sizeIn, type HelperContext, type HelperRun } from './context.ts';
import { flagsIn, skbIn } from './packet-args.ts';

/** struct bpf_tunnel_key: where its fields lie. An IPv4 address is a number, an IPv6 address stands as on the wire. */
const KEY = { id: 0, remote: 4, tos: 20, ttl: 21, flags: 22, label: 24, local: 28 } as const;
const KEY_BYTES = 44;
const ADDRESS_BYTES = 16;
/** Sizes that the structure has had. */
const OLD_SIZES: ReadonlySet<number> = new Set([8, KEY.flags, KEY.label, KEY.local]);
/** A key of 8 bytes has room for an IPv4 address only. */
const V4_ONLY_SIZE = 8;
const MAX_LABEL = 0xf_ffff;
const OPTIONS_AT = TUNNEL_AT + KEY_BYTES;
const MAX_OPTION_BYTES = 255;

/** @see include/uapi/linux/bpf.h BPF_F_TUNINFO_IPV6 and its neighbours */
const SET_FLAGS = {
  ipv6: 1 << 0,
  zero_csum_tx: 1 << 1,
  dont_fragment: 1 << 2,
  seq_number: 1 << 3,
  no_tunnel_key: 1 << 4,
} as const satisfies Record<string, number>;
const ALL_SET_FLAGS = Object.values(SET_FLAGS).reduce((all, bit) => all | bit, 0);
const GET_FLAGS = { ipv6: 1 << 0, flags: 1 << 4 } as const satisfies Record<string, number>;
/** @see include/uapi/linux/if_tunnel.h TUNNEL_* */
const TUNNEL_FLAGS = {
  csum: 0x1,
  key: 0x4,
  seq: 0x8,
  dont_fragment: 0x100,
  no_cache: 0x2000,
  options: 0xd800,
} as const;

export const TUNNEL_HELPERS = {
  skb_get_tunnel_key(context) {
    const { tunnel } = skbIn(context);
    const size = sizeIn(context, 3);
    const to = context.range(2, size, true);
    const flags = flagsIn(context, 4);
    if (tunnel === undefined || (flags & ~(GET_FLAGS.ipv6 | GET_FLAGS.flags)) !== 0) {
      return clear(context, to, size, -ERRNO.EINVAL);
    }
    const isV6 = (flags & GET_FLAGS.ipv6) !== 0;
    if (isV6 !== tunnel.isV6) return clear(context, to, size, -ERRNO.EPROTO);
    const sizeOk = size === KEY_BYTES || (OLD_SIZES.has(size) && !(size === V4_ONLY_SIZE && isV6));
    if (!sizeOk) return clear(context, to, size, -ERRNO.EINVAL);
    const { u8, view } = context.memory;
    view.setUint16(TUNNEL_AT + KEY.flags, (flags & GET_FLAGS.flags) === 0 ? 0 : tunnel.flags); // big endian
    u8.copyWithin(to, TUNNEL_AT, TUNNEL_AT + size);
    setInt(context, 0);
  },
  skb_set_tunnel_key(context) {
    const skb = skbIn(context);
    const size = sizeIn(context, 3);
    const from = context.range(2, size, false);
    const flags = flagsIn(context, 4);
    if ((flags & ~ALL_SET_FLAGS) !== 0) return setInt(context, -ERRNO.EINVAL);
    if (size !== KEY_BYTES && !OLD_SIZES.has(size)) return setInt(context, -ERRNO.EINVAL);
    const { view } = context.memory;
    const isV6 = (flags & SET_FLAGS.ipv6) !== 0;
    const label = size > KEY.label ? view.getUint32(from + KEY.label, true) : 0;
    const ext = size > KEY.flags ? view.getUint16(from + KEY.flags, true) : 0;
    if ((!isV6 && label !== 0) || ext !== 0) return setInt(context, -ERRNO.EINVAL);
    keepKey(context, from, size, isV6);
    skb.tunnel = { isV6, flags: tunnelFlags(flags), optionBytes: 0 };
    setInt(context, 0);
  },
  skb_get_tunnel_opt(context) {
    const { tunnel } = skbIn(context);
    const size = sizeIn(context, 3);
    const to = context.range(2, size, true);
    const bytes = tunnel?.optionBytes ?? 0;
    if (bytes === 0) return clear(context, to, size, -ERRNO.ENOENT);
    if (size < bytes) return clear(context, to, size, -ERRNO.ENOMEM);
    const { u8 } = context.memory;
    u8.fill(0, to, to + size);
    u8.copyWithin(to, OPTIONS_AT, OPTIONS_AT + bytes);
    setInt(context, bytes);
  },
  skb_set_tunnel_opt(context) {
    const { tunnel } = skbIn(context);
    const size = sizeIn(context, 3);
    const from = context.range(2, size, false);
    if (tunnel === undefined || size % 4 !== 0) return setInt(context, -ERRNO.EINVAL);
    if (size > MAX_OPTION_BYTES) return setInt(context, -ERRNO.ENOMEM);
    context.memory.u8.copyWithin(OPTIONS_AT, from, from + size);
    tunnel.optionBytes = size;
    tunnel.flags |= TUNNEL_FLAGS.options; // of whatever kind
    setInt(context, 0);
  },
} as const satisfies Record<string, HelperRun>;

function clear(context: HelperContext, to: number, size: number, errno: number): void {
  context.memory.u8.fill(0, to, to + size);
  setInt(context, errno);
}

/** Keeps a key as it will be read: what the program set as local is the far end then. */
function keepKey({ memory: { u8, view } }: HelperContext, from: number, size: number, isV6: boolean): void {
  u8.fill(0, TUNNEL_AT, TUNNEL_AT + KEY_BYTES);
  u8.copyWithin(TUNNEL_AT, from, from + size);
  u8.copyWithin(OPTIONS_AT, TUNNEL_AT + KEY.remote, TUNNEL_AT + KEY.remote + ADDRESS_BYTES);
  const addressBytes = isV6 ? ADDRESS_BYTES : 4;
  u8.fill(0, TUNNEL_AT + KEY.remote, TUNNEL_AT + KEY.remote + ADDRESS_BYTES);
  u8.copyWithin(TUNNEL_AT + KEY.remote, TUNNEL_AT + KEY.local, TUNNEL_AT + KEY.local + addressBytes);
  u8.fill(0, TUNNEL_AT + KEY.local, TUNNEL_AT + KEY.local + ADDRESS_BYTES);
  u8.copyWithin(TUNNEL_AT + KEY.local, OPTIONS_AT, OPTIONS_AT + addressBytes);
  view.setUint32(TUNNEL_AT + KEY.label, view.getUint32(TUNNEL_AT + KEY.label, true) & MAX_LABEL, true);
}

function tunnelFlags(flags: number): number {
  const csum = (flags & SET_FLAGS.zero_csum_tx) === 0 ? TUNNEL_FLAGS.csum : 0;
  const key = (flags & SET_FLAGS.no_tunnel_key) === 0 ? TUNNEL_FLAGS.key : 0;
  const seq = (flags & SET_FLAGS.seq_number) === 0 ? 0 : TUNNEL_FLAGS.seq;
  const whole = (flags & SET_FLAGS.dont_fragment) === 0 ? 0 : TUNNEL_FLAGS.dont_fragment;
  return TUNNEL_FLAGS.no_cache | csum | key | seq | whole;
}
