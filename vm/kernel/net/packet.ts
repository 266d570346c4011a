// A packet in linear memory, as the run of a program sees and changes it. It is dead between two events, and not saved.
//
//   PACKET_AT      link      network                          end      PACKET_END
//   |   headroom   | Ethernet | IPv4 ...                      |  tailroom  |
//                  ^ or ^ data: what offset 0 of a program is
import type { Redirect } from '../../effects.ts';
import { BATCH_AT, EVENT_AT, type LinearMemory } from '../../memory/linear.ts';
import type { Region } from '../../memory/regions.ts';

/** The ctx of programs on packets, and the struct bpf_sock it points at. */
export const NET_CTX_AT = EVENT_AT + 0x3000;
export const SOCK_AT = NET_CTX_AT + 0x100;
/** 4 bytes that a store goes to before the kernel takes what it keeps. */
export const STORED_AT = NET_CTX_AT + 0x180;
/** The tunnel that a program set: struct bpf_tunnel_key, then its options. */
export const TUNNEL_AT = NET_CTX_AT + 0x200;
/** Room for the packet: 112 KiB. */
export const PACKET_AT = EVENT_AT + 0x4000;
export const PACKET_END = BATCH_AT;

/** What is counted where a program wants bytes of a packet that were not recorded. */
export const MISSING_PACKET = 'bytes of a packet that were not recorded';

type MutableRegion = { -readonly [K in keyof Region]: Region[K] };

/** A packet and the ctx that shows it. Offsets are those of linear memory, lengths in bytes. */
export abstract class NetPacket {
  /** Link and network header. */
  link = PACKET_AT;
  network = PACKET_AT;
  /** What offset 0 of loads is. */
  data = PACKET_AT;
  /** First byte that pointers into the packet reach: `data`, or the metadata before it. */
  meta = PACKET_AT;
  /** Behind the bytes that pointers reach. */
  dataEnd = PACKET_AT;
  /** Behind the packet. */
  end = PACKET_AT;
  readonly ctxAt = NET_CTX_AT;
  /** Bytes behind `end` that were part of the packet and were not recorded. */
  missing = 0;
  /** Interface that the packet came in at. */
  ifindex = 0;
  /** Set by bpf_redirect. */
  redirect: Redirect | undefined;
  readonly memory: LinearMemory;
  /** What programs reach through pointers into the packet. */
  protected readonly direct: MutableRegion;

  constructor(memory: LinearMemory, write: boolean) {
    this.memory = memory;
    const at = { start: PACKET_AT, end: PACKET_AT, stride: 1, skip: 0, size: 0 };
    this.direct = { name: 'the packet', ...at, read: true, write };
  }

  /** Bytes from `data` to the end. */
  get length(): number {
    return this.end - this.data;
  }

  /** Offset in linear memory of `size` bytes at `off` (from 0 up) from `data`, or -1 when the packet does not hold them. */
  at(off: number, size: number): number {
    return off + size <= this.end - this.data ? this.data + off : -1;
  }

  /** True when `size` bytes at offset `at` in linear memory would be part of the packet, and were not all recorded. */
  isMissing(at: number, size: number): boolean {
    return at + size > this.end && at + size <= this.end + this.missing;
  }

  /** The packet has moved or changed its length: shows it in the ctx and to pointers. */
  moved(): void {
    const { direct, meta, dataEnd } = this;
    direct.start = meta;
    direct.end = dataEnd;
    direct.size = dataEnd - meta;
    direct.stride = Math.max(1, direct.size); // an empty region has no cell
    this.show();
  }

  /**
   * Where a program may load or store `size` bytes of a field of the ctx (at offset `at` in linear memory) of which the kernel keeps less than a
   * program stores; -1 for other places.
   */
  field(_at: number, _size: number, _write: boolean): number {
    return -1;
  }

  /** Writes where the packet is into the ctx. */
  protected abstract show(): void;
  /** The result by which a program asks for its redirect. */
  protected abstract readonly redirectResult: number;

  /** What the program asked for, when it returned `result` (u32); forgets it. */
  taken(result: number): Redirect | undefined {
    const { redirect } = this;
    this.redirect = undefined;
    return result === this.redirectResult ? redirect : undefined;
  }
}
