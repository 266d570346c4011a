// What programs on struct __sk_buff find of a packet of a recording, from its link header on: those of sockets of type AF_PACKET, and of tc.
// @see net/packet/af_packet.c packet_rcv, tpacket_rcv; net/core/dev.c sch_handle_ingress, sch_handle_egress
import type { RunEvent } from '../../interp/host.ts';
import type { LinearMemory } from '../../memory/linear.ts';
import type { PacketPoint } from '../point.ts';
import { ETH_HEADER_BYTES, PACKET_TYPES, protocolOf, u16At } from './ethernet.ts';
import { MAX_FRAME_BYTES, Skb } from './skb.ts';

/** The packet that programs of a type see, one at a time. */
export class PacketFilter {
  private readonly skb: Skb;
  private readonly event: RunEvent;

  constructor(memory: LinearMemory, type: 'socket_filter' | 'sched_cls') {
    this.skb = new Skb(memory, type);
    this.event = { ctxAt: this.skb.ctxAt, regions: this.skb.regions, kernelRegions: [], packet: this.skb };
  }

  /** Lays a packet and its ctx down: what the run of a program begins with. Of a frame that is longer than there is room for, the end is missing. */
  lay(point: PacketPoint): RunEvent {
    const { skb } = this;
    const { bytes, trueLength = 0, linkBytes: asked = ETH_HEADER_BYTES } = point;
    const frame = bytes.subarray(0, MAX_FRAME_BYTES);
    const linkBytes = Math.min(frame.length, Math.max(0, asked));
    skb.lay(frame, linkBytes, false);
    skb.missing = (trueLength > bytes.length ? trueLength : bytes.length) - frame.length;
    skb.protocol = point.protocol ?? etherType(frame, linkBytes);
    skb.set('pkt_type', PACKET_TYPES[point.direction ?? directionOf(frame, linkBytes)]);
    skb.ifindex = point.ifindex;
    skb.set('ifindex', point.ifindex);
    skb.set('ingress_ifindex', point.direction === 'outgoing' ? 0 : point.ifindex);
    skb.set('wire_len', frame.length + skb.missing);
    skb.moved();
    return this.event;
  }

  /** Bytes of the packet as it is now, those that were not recorded among them. */
  get length(): number {
    return this.skb.length + this.skb.missing;
  }

  /** How much of the packet a program keeps that returned a u32. */
  kept(result: number): number {
    return Math.min(result, this.length);
  }

  /** The point with the packet as programs left it. */
  changed(point: PacketPoint): PacketPoint {
    const { memory, data, end, missing, protocol } = this.skb;
    const bytes = memory.u8.slice(data, end);
    return { ...point, bytes, trueLength: bytes.length + missing, protocol };
  }
}

function etherType(frame: Uint8Array, linkBytes: number): number {
  if (linkBytes !== ETH_HEADER_BYTES) return 0;
  return protocolOf(frame, u16At(frame, ETH_HEADER_BYTES - 2), ETH_HEADER_BYTES, frame.length);
}

function directionOf(frame: Uint8Array, linkBytes: number): keyof typeof PACKET_TYPES {
  if (linkBytes !== ETH_HEADER_BYTES || (frame[0]! & 1) === 0) return 'host';
  return frame.subarray(0, 6).every((byte) => byte === 0xff) ? 'broadcast' : 'multicast';
}
