// struct sk_buff as far as programs can tell: fields that they see stand in struct __sk_buff in linear memory, the others here. Always linear, never
// cloned, so that all of the packet can be reached and written at any time.
import { SK_BUFF, SK_BUFF_BYTES, type SkbField } from '../ctx-net.ts';
import { ctxRegions, hasRight } from '../ctx.ts';
import type { ProgTypeName } from '../prog-types.ts';
import { BPF_SOCK_BYTES } from '../ctx-net.ts';
import { addressOf, type LinearMemory } from '../../memory/linear.ts';
import { plainRegion, type Region } from '../../memory/regions.ts';
import { NET_CTX_AT, NetPacket, PACKET_AT, PACKET_END, SOCK_AT, STORED_AT } from './packet.ts';

/** Where a frame is laid at first: room enough for headers that come before it. */
const FRAME_AT = PACKET_AT + 0x2000;
/** Longest frame that there is room for. */
export const MAX_FRAME_BYTES = PACKET_END - FRAME_AT;
/** NET_SKB_PAD: what the kernel leaves before a frame, and what it makes room by. */
const HEADROOM = 64;
const NO_HEADER = 0xffff;
/** Types whose programs write the packet through pointers. @see net/core/filter.c may_access_direct_pkt_data */
const WRITERS: ReadonlySet<ProgTypeName> = new Set(['sched_cls', 'sched_act', 'lwt_xmit', 'sk_skb']);
/** TC_ACT_REDIRECT and BPF_REDIRECT. */
const REDIRECT_RESULT = 7;

/** Fields that the kernel keeps as u16; a queue of 0xffff is none, and not taken. */
const HALVES = ['queue_mapping', 'tc_index', 'tc_classid'] as const satisfies readonly SkbField[];
const NO_QUEUE = 0xffff;

/** What each program type may touch: its ctx and the socket, without the packet. */
const regionsByType = new Map<ProgTypeName, readonly Region[]>();

function ctxOf(type: ProgTypeName): readonly Region[] {
  const known = regionsByType.get(type);
  if (known !== undefined) return known;
  const ctx = ctxRegions(SK_BUFF, type, NET_CTX_AT, 'the ctx, struct __sk_buff');
  const regions = [...ctx, plainRegion('the struct bpf_sock', SOCK_AT, BPF_SOCK_BYTES, false)];
  regionsByType.set(type, regions);
  return regions;
}

/** What the kernel keeps of a tunnel besides its key. */
export interface Tunnel {
  readonly isV6: boolean;
  /** TUNNEL_* of include/uapi/linux/if_tunnel.h, as a number. */
  flags: number;
  /** Bytes of the options, 0 where there are none. */
  optionBytes: number;
}

/** A packet as struct sk_buff. */
export class Skb extends NetPacket {
  /** Bytes of the link header as the kernel last looked; 0 until it did. */
  linkBytes = 0;
  /** Bytes that the kernel has before `data`, from the start of its buffer. */
  private headroom = HEADROOM;
  /** Behind the bytes that were part of the packet at some time: cutting it leaves them in the buffer. */
  private written = PACKET_AT;
  /** Transport header from the start of the buffer, a u16. */
  private transport = NO_HEADER;
  /** A tunnel's header was put before the packet. */
  encapsulated = false;
  /** How many checksums are known to be right, less one; -1: none is. */
  checksums = -1;
  /** `hash` holds the flow hash. */
  hashed = false;
  /** The tunnel at TUNNEL_AT that a program has set for the packet. */
  tunnel: Tunnel | undefined;
  /** The field whose store stands at STORED_AT. */
  private stored: (typeof HALVES)[number] | undefined;
  private readonly type: ProgTypeName;
  /** What a program of its type may touch. */
  readonly regions: readonly Region[];
  protected readonly redirectResult = REDIRECT_RESULT;

  constructor(memory: LinearMemory, type: ProgTypeName) {
    super(memory, WRITERS.has(type));
    this.type = type;
    const reaches = hasRight(SK_BUFF.data.read, type);
    this.regions = reaches ? [this.direct, ...ctxOf(type)] : ctxOf(type);
  }

  /** Lays a frame down, whose first `linkBytes` are the link header. `data` is the frame's start or, if `pulled`, behind that header. */
  lay(frame: Uint8Array, linkBytes: number, pulled: boolean): void {
    const { u8 } = this.memory;
    u8.fill(0, NET_CTX_AT, NET_CTX_AT + SK_BUFF_BYTES);
    u8.set(frame, FRAME_AT);
    this.link = FRAME_AT;
    this.network = FRAME_AT + linkBytes;
    this.data = pulled ? this.network : this.link;
    this.end = FRAME_AT + frame.length;
    this.missing = 0;
    this.dataEnd = this.end;
    this.written = this.end;
    this.linkBytes = 0;
    this.headroom = HEADROOM + this.data - this.link;
    this.transport = NO_HEADER;
    this.encapsulated = false;
    this.checksums = -1;
    this.hashed = false;
    this.tunnel = undefined;
    this.stored = undefined;
    this.redirect = undefined;
  }

  override field(at: number, size: number, write: boolean): number {
    const off = at - this.ctxAt;
    const name = HALVES.find((half) => off >= SK_BUFF[half].off && off + size <= SK_BUFF[half].off + 4);
    if (name === undefined || !hasRight(SK_BUFF[name].write, this.type)) return -1;
    this.settle();
    if (!write) return at;
    if (size !== 4) return -1;
    this.stored = name;
    return STORED_AT;
  }

  /** Takes what the last store to a half field left. */
  private settle(): void {
    if (this.stored === undefined) return;
    const value = this.memory.view.getUint32(STORED_AT, true);
    if (this.stored !== 'queue_mapping' || value < NO_QUEUE) this.set(this.stored, value & 0xffff);
    this.stored = undefined;
  }

  /** A field of 4 bytes or fewer, as a program loads it. */
  get(field: SkbField): number {
    return this.memory.view.getUint32(this.ctxAt + SK_BUFF[field].off, true);
  }

  set(field: SkbField, value: number): void {
    this.memory.view.setUint32(this.ctxAt + SK_BUFF[field].off, value, true);
  }

  /** Type of the network header as a number: 0x0800 for IPv4. */
  get protocol(): number {
    return this.memory.view.getUint16(this.ctxAt + SK_BUFF.protocol.off);
  }

  set protocol(type: number) {
    this.memory.view.setUint16(this.ctxAt + SK_BUFF.protocol.off, type);
  }

  /** Shows the socket that the packet belongs to. */
  showSock(): void {
    this.memory.view.setBigUint64(this.ctxAt + SK_BUFF.sk.off, addressOf(SOCK_AT), true);
  }

  /** The packet belongs to a socket. */
  get hasSock(): boolean {
    return this.get('sk') !== 0;
  }

  protected show(): void {
    this.set('len', this.length + this.missing);
    this.set('data', this.data);
    this.set('data_meta', this.meta);
    this.set('data_end', this.dataEnd);
  }

  override moved(): void {
    this.meta = this.data;
    this.dataEnd = this.end;
    super.moved();
  }

  forgetHash(): void {
    this.set('hash', 0);
    this.hashed = false;
  }

  /** Bytes that the packet is cut to at the least: up to its transport header or, where that is not behind `data`, its network header. */
  get leastBytes(): number {
    const transport = this.transport === NO_HEADER ? 0 : this.transport - this.headroom;
    return transport > 0 ? transport : this.network - this.data;
  }

  /** The transport header begins `bytes` behind the network header. */
  setTransport(bytes: number): void {
    this.transport = this.headroom + this.network - this.data + bytes;
  }

  /** Puts `size` bytes before the packet, whatever stands there; false when there is no room. */
  push(size: number): boolean {
    if (!this.makeRoom(size, 0)) return false;
    if (size > this.headroom) {
      const more = Math.ceil((size - this.headroom) / HEADROOM) * HEADROOM;
      this.headroom += more;
      // The kernel moves the header on that it does not know, too: past 0xffff it becomes one.
      this.transport = (this.transport + more) & 0xffff;
    }
    this.headroom -= size;
    this.data -= size;
    return true;
  }

  /** Makes the packet `length` bytes long; what is new is 0. False when there is no room. */
  resize(length: number): boolean {
    const more = length - this.length;
    if (more > 0) {
      if (!this.makeRoom(0, more)) return false;
      this.memory.u8.fill(0, this.end, this.end + more);
    }
    this.end = this.data + length;
    this.written = Math.max(this.written, this.end);
    return true;
  }

  /** Puts `size` zeroes behind the first `off` bytes, which move to the front. False when there is no room. */
  insert(off: number, size: number): boolean {
    const kept = Math.min(off, this.written - this.data);
    if (!this.push(size)) return false;
    const { u8 } = this.memory;
    u8.copyWithin(this.data, this.data + size, this.data + size + kept);
    u8.fill(0, this.data + kept, Math.min(this.written, this.data + off + size));
    return true;
  }

  /** Takes `size` bytes behind the first `off` away, which move to the back. False when the packet is shorter. */
  remove(off: number, size: number): boolean {
    if (off + size > this.length) return false;
    this.memory.u8.copyWithin(this.data + size, this.data, this.data + off);
    this.data += size;
    this.headroom += size;
    return true;
  }

  /** Moves link and network header as far as the packet's start has just moved, and the transport header where it stood at the network header. */
  moveHeaders(by: number): void {
    const isSame = this.transport === this.headroom - by + this.network - (this.data - by);
    if (isSame) this.transport += by;
    this.link += by;
    this.network += by;
  }

  /** Moves the packet to the middle of its room when there are not `front` and `back` bytes free around it. */
  private makeRoom(front: number, back: number): boolean {
    const low = Math.min(this.data, this.link);
    if (low - front >= PACKET_AT && this.end + back <= PACKET_END) return true;
    const spare = PACKET_END - PACKET_AT - (this.written - low) - front - back;
    if (spare < 0) return false;
    const to = PACKET_AT + front + (spare >> 1);
    this.memory.u8.copyWithin(to, low, this.written);
    const by = to - low;
    this.written += by;
    this.data += by;
    this.link += by;
    this.network += by;
    this.end += by;
    return true;
  }
}
