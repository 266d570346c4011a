// What helpers on packets take: the ctx in r1, flags and sizes in the other registers.
import { Skb } from '../kernel/net/skb.ts';
import { XdpBuff } from '../kernel/net/xdp.ts';
import type { NetPacket } from '../kernel/net/packet.ts';
import type { HelperContext } from './context.ts';

/** The packet whose ctx is in r1. */
export function packetIn(context: HelperContext): NetPacket {
  const { packet } = context.event;
  if (packet === undefined) return context.fault('packet', `the hook of ${context.prog.name} has no packet`);
  if (!context.isCtx(1))
    return context.fault('ctx', 'R1 is not the ctx, which a helper on the packet takes there');
  return packet;
}

/** The packet whose struct __sk_buff is in r1. */
export function skbIn(context: HelperContext): Skb {
  const packet = packetIn(context);
  return packet instanceof Skb ? packet : context.fault('packet', 'the ctx is no struct __sk_buff');
}

/** The packet whose struct xdp_md is in r1. */
export function xdpIn(context: HelperContext): XdpBuff {
  const packet = packetIn(context);
  return packet instanceof XdpBuff ? packet : context.fault('packet', 'the ctx is no struct xdp_md');
}

/** The low half of a register as u32. */
export function u32In({ r }: HelperContext, reg: number): number {
  return r[2 * reg]! >>> 0;
}

/** The low half of a register as int. */
export function intIn({ r }: HelperContext, reg: number): number {
  return r[2 * reg]!;
}

/** The u64 in a register as a number, where it has 32 bits at most; -1 for a larger one, which no helper takes as flags. */
export function flagsIn({ r }: HelperContext, reg: number): number {
  return r[2 * reg + 1] === 0 ? r[2 * reg]! >>> 0 : -1;
}
