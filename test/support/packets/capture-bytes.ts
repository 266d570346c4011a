// Captures as bytes: pcap in all its forms, and blocks of pcapng.
import type { Packet } from './packet-set.ts';

const NS = 1_000_000_000n;

export interface PcapForm {
  readonly isLittle?: boolean;
  readonly magic?: number;
  /** Units of the fraction a second. */
  readonly unitNs?: bigint;
  readonly linkType?: number;
  readonly minor?: number;
}

/** A pcap file; `between` is added behind the header of each record of a patched file. */
export function pcap(
  packets: readonly Packet[],
  form: PcapForm = {},
  patched?: (i: number) => readonly number[],
): Uint8Array {
  const { isLittle = true, magic = 0xa1b2c3d4, unitNs = 1000n, linkType = 1, minor = 4 } = form;
  const out = new Fields(isLittle);
  out.u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(262_144).u32(linkType);
  for (const [i, { atNs, bytes, trueLength }] of packets.entries()) {
    out.u32(Number(atNs / NS)).u32(Number((atNs % NS) / unitNs));
    out
      .u32(bytes.length)
      .u32(trueLength)
      .raw(patched?.(i) ?? [])
      .raw(bytes);
  }
  return out.bytes();
}

export interface PcapngDevice {
  readonly name?: string;
  readonly linkType?: number;
  readonly snapBytes?: number;
  /** if_tsresol as the option holds it; default 9, ns. */
  readonly resolution?: number;
  readonly offsetSeconds?: bigint;
  readonly options?: readonly Option[];
}

/** An option: code, then its value. */
export type Option = readonly [code: number, value: Uint8Array | string];

/** A section with its devices and packets. */
export function pcapng(
  packets: readonly Packet[],
  devices: readonly PcapngDevice[],
  isLittle = true,
): Uint8Array {
  const out = new Blocks(isLittle);
  out.section([[4, 'Tailscope packet set']]);
  for (const device of devices) out.device(device);
  for (const packet of packets)
    out.packet(packet, { options: packet.comment === undefined ? [] : [[1, packet.comment]] });
  return out.bytes();
}

/** Numbers and bytes, one after another. */
export class Fields {
  readonly #isLittle: boolean;
  readonly #parts: number[] = [];

  constructor(isLittle = true) {
    this.#isLittle = isLittle;
  }

  get length(): number {
    return this.#parts.length;
  }

  u16(value: number): this {
    return this.raw(this.#order([value & 0xff, (value >>> 8) & 0xff]));
  }

  u32(value: number): this {
    return this.raw(this.#order([0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)));
  }

  u64(value: bigint): this {
    return this.raw(
      this.#order(Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))),
    );
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  /** Zeroes up to a multiple of four. */
  pad(): this {
    while (this.#parts.length % 4 !== 0) this.#parts.push(0);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }

  #order(bytes: number[]): number[] {
    return this.#isLittle ? bytes : bytes.toReversed();
  }
}

/** Blocks of pcapng, one after another; the byte order holds until the next section. */
export class Blocks {
  #isLittle: boolean;
  readonly #parts: Uint8Array[] = [];

  constructor(isLittle = true) {
    this.#isLittle = isLittle;
  }

  section(options: readonly Option[] = [], isLittle = this.#isLittle): this {
    this.#isLittle = isLittle;
    const body = this.fields().u32(0x1a2b3c4d).u16(1).u16(0).u64(0xffff_ffff_ffff_ffffn);
    return this.block(0x0a0d0d0a, body.raw(this.options(options)).bytes());
  }

  device({
    name,
    linkType = 1,
    snapBytes = 0,
    resolution = 9,
    offsetSeconds,
    options = [],
  }: PcapngDevice): this {
    const body = this.fields().u16(linkType).u16(0).u32(snapBytes);
    const all: Option[] = [
      ...(name === undefined ? [] : [[2, name] as const]),
      [9, Uint8Array.of(resolution)],
    ];
    if (offsetSeconds !== undefined)
      all.push([14, this.fields().u64(BigInt.asUintN(64, offsetSeconds)).bytes()]);
    return this.block(1, body.raw(this.options([...all, ...options])).bytes());
  }

  /** An enhanced packet; `ticks` instead of ns where the device counts otherwise. */
  packet(packet: Packet, more: { readonly ticks?: bigint; readonly options?: readonly Option[] } = {}): this {
    const { atNs, bytes, trueLength, device = 0 } = packet;
    const ticks = more.ticks ?? atNs;
    const body = this.fields()
      .u32(device)
      .u32(Number(ticks >> 32n))
      .u32(Number(ticks & 0xffff_ffffn));
    body.u32(bytes.length).u32(trueLength).raw(bytes).pad();
    return this.block(6, body.raw(this.options(more.options ?? [])).bytes());
  }

  simple(bytes: Uint8Array, trueLength: number): this {
    return this.block(3, this.fields().u32(trueLength).raw(bytes).pad().bytes());
  }

  /** A packet block as it was before 2009. */
  oldPacket({ atNs, bytes, trueLength, device = 0 }: Packet, drops = 0xffff): this {
    const body = this.fields()
      .u16(device)
      .u16(drops)
      .u32(Number(atNs >> 32n))
      .u32(Number(atNs & 0xffff_ffffn));
    return this.block(2, body.u32(bytes.length).u32(trueLength).raw(bytes).pad().bytes());
  }

  statistics(device: number, options: readonly Option[]): this {
    return this.block(5, this.fields().u32(device).u32(0).u32(0).raw(this.options(options)).bytes());
  }

  /** Any block: its type and what stands between the two lengths. */
  block(type: number, body: Uint8Array): this {
    const size = 12 + body.length;
    this.#parts.push(this.fields().u32(type).u32(size).raw(body).u32(size).bytes());
    return this;
  }

  /** Bytes that are no block. */
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  fields(): Fields {
    return new Fields(this.#isLittle);
  }

  options(list: readonly Option[]): Uint8Array {
    const out = this.fields();
    for (const [code, value] of list) {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      out.u16(code).u16(bytes.length).raw(bytes).pad();
    }
    return list.length === 0 ? out.bytes() : out.u16(0).u16(0).bytes();
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#parts.flatMap((part) => [...part]));
  }
}
