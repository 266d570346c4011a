// Frames as they stand on a wire, put together from the inside out, with right lengths and check sums.

/** Bytes of a header and all behind it. */
export type Bytes = readonly number[];

export const IP_PROTOCOLS = {
  hopByHop: 0,
  icmp: 1,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  icmp6: 58,
  none: 59,
  destination: 60,
  sctp: 132,
} as const;
export const ETHER = {
  ip: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  qinq: 0x88a8,
  lldp: 0x88cc,
  bridged: 0x6558,
} as const;

export function u16(value: number): Bytes {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function u32(value: number): Bytes {
  return [...u16(value >>> 16), ...u16(value)];
}

/** `size` bytes that look like something. */
export function text(size: number): Bytes {
  return Array.from({ length: size }, (_, i) => 97 + (i % 26));
}

/** '10.0.0.1' as bytes. */
export function ip4(address: string): Bytes {
  return address.split('.').map(Number);
}

function words(part: string): number[] {
  return part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
}

/** 'fd00::1' as bytes; one `::` at most. */
export function ip6(address: string): Bytes {
  const [head = '', tail] = address.split('::');
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const zeroes = Array.from({ length: 8 - front.length - back.length }, () => 0);
  return [...front, ...zeroes, ...back].flatMap((word) => u16(word));
}

/** @see RFC 1071 */
function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function withChecksum(bytes: Bytes, at: number, pseudo: Bytes = []): Bytes {
  const sum = checksum([...pseudo, ...bytes]);
  return [...bytes.slice(0, at), ...u16(sum), ...bytes.slice(at + 2)];
}

/** What stands behind an IP header: its protocol, and its bytes once the addresses are known. */
export interface Inner {
  readonly protocol: number;
  bytes(pseudo: (length: number, protocol: number) => Bytes): Bytes;
}

export function udp(from: number, to: number, payload: Bytes): Inner {
  const bytes = [...u16(from), ...u16(to), ...u16(8 + payload.length), 0, 0, ...payload];
  return {
    protocol: IP_PROTOCOLS.udp,
    bytes: (pseudo) => withChecksum(bytes, 6, pseudo(bytes.length, IP_PROTOCOLS.udp)),
  };
}

export function tcp(from: number, to: number, payload: Bytes, flags = 0x18): Inner {
  const head = [...u16(from), ...u16(to), ...u32(1000), ...u32(2000), 0x50, flags, ...u16(64240), 0, 0, 0, 0];
  const bytes = [...head, ...payload];
  return {
    protocol: IP_PROTOCOLS.tcp,
    bytes: (pseudo) => withChecksum(bytes, 16, pseudo(bytes.length, IP_PROTOCOLS.tcp)),
  };
}

export function icmpEcho(sequence: number, payload: Bytes): Inner {
  const bytes = withChecksum([8, 0, 0, 0, ...u16(7), ...u16(sequence), ...payload], 2);
  return { protocol: IP_PROTOCOLS.icmp, bytes: () => bytes };
}

export function icmp6Echo(sequence: number, payload: Bytes): Inner {
  const bytes = [128, 0, 0, 0, ...u16(7), ...u16(sequence), ...payload];
  return {
    protocol: IP_PROTOCOLS.icmp6,
    bytes: (pseudo) => withChecksum(bytes, 2, pseudo(bytes.length, IP_PROTOCOLS.icmp6)),
  };
}

/** Anything behind an IP header. */
export function plain(protocol: number, bytes: Bytes): Inner {
  return { protocol, bytes: () => bytes };
}

/** Words that a GRE header may have, in their order; `version` and `routing` make it one that is not parsed. */
export interface GreOptions {
  readonly checksum?: boolean;
  readonly key?: number;
  readonly sequence?: number;
  readonly routing?: boolean;
  readonly version?: number;
}

/** @see RFC 2784, RFC 2890 */
export function gre(type: number, payload: Bytes, options: GreOptions = {}): Inner {
  const flags =
    (options.checksum === true ? 0x8000 : 0) |
    (options.routing === true ? 0x4000 : 0) |
    (options.key === undefined ? 0 : 0x2000) |
    (options.sequence === undefined ? 0 : 0x1000) |
    (options.version ?? 0);
  const bytes = [
    ...u16(flags),
    ...u16(type),
    ...(options.checksum === true ? [0, 0, 0, 0] : []),
    ...(options.key === undefined ? [] : u32(options.key)),
    ...(options.sequence === undefined ? [] : u32(options.sequence)),
    ...payload,
  ];
  const summed = options.checksum === true ? withChecksum(bytes, 4) : bytes;
  return { protocol: IP_PROTOCOLS.gre, bytes: () => summed };
}

/** Extension headers of IPv6 before `inner`: each 8 bytes, of the kinds given, outermost first. */
export function extended(kinds: readonly number[], inner: Inner): Inner {
  return {
    protocol: kinds[0] ?? inner.protocol,
    bytes: (pseudo) => [
      ...kinds.flatMap((_, i) => [kinds[i + 1] ?? inner.protocol, 0, 1, 4, 0, 0, 0, 0]),
      ...inner.bytes(pseudo),
    ],
  };
}

/** A fragment header of IPv6 before `bytes`: offset in units of 8 bytes. */
export function fragment6(protocol: number, offset: number, more: boolean, bytes: Bytes): Inner {
  const head = [protocol, 0, ...u16((offset << 3) | (more ? 1 : 0)), ...u32(77)];
  return plain(IP_PROTOCOLS.fragment, [...head, ...bytes]);
}

export interface Ip4Options {
  /** Bytes of options, a multiple of 4. */
  readonly options?: Bytes;
  readonly id?: number;
  /** Flags and offset in units of 8 bytes, as the field has them. Default: do not fragment. */
  readonly fragment?: number;
}

export function ipv4(from: string, to: string, inner: Inner, more: Ip4Options = {}): Bytes {
  const { options = [], id = 1, fragment = 0x4000 } = more;
  const addresses = [...ip4(from), ...ip4(to)];
  const body = inner.bytes((length, protocol) => [...addresses, 0, protocol, ...u16(length)]);
  const headBytes = 20 + options.length;
  const head = [
    0x40 | (headBytes / 4),
    0,
    ...u16(headBytes + body.length),
    ...u16(id),
    ...u16(fragment),
    64,
    inner.protocol,
    0,
    0,
    ...addresses,
    ...options,
  ];
  return [...withChecksum(head, 10), ...body];
}

export function ipv6(from: string, to: string, inner: Inner): Bytes {
  const addresses = [...ip6(from), ...ip6(to)];
  const body = inner.bytes((length, protocol) => [...addresses, ...u32(length), 0, 0, 0, protocol]);
  return [0x60, 0, 0x12, 0x34, ...u16(body.length), inner.protocol, 64, ...addresses, ...body];
}

/** A VLAN tag before something of `type`. */
export function tag(id: number, type: number, payload: Bytes): Bytes {
  return [...u16(id), ...u16(type), ...payload];
}

/** MPLS labels, outermost first; the last has the bottom bit. */
export function mpls(labels: readonly number[], payload: Bytes): Bytes {
  const words = labels.flatMap((label, i) =>
    u32(((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0),
  );
  return [...words, ...payload];
}

const TO = [0x02, 0, 0, 0, 0, 2];
const FROM = [0x02, 0, 0, 0, 0, 1];
const LEAST_BYTES = 60;

/** A frame between two hosts; `isPadded` to the least that Ethernet carries. */
export function ethernet(type: number, payload: Bytes, isPadded = true): Uint8Array {
  const bytes = [...TO, ...FROM, ...u16(type), ...payload];
  const padding = isPadded ? Math.max(0, LEAST_BYTES - bytes.length) : 0;
  return Uint8Array.from([...bytes, ...Array.from({ length: padding }, () => 0)]);
}

/** The same frame to everybody. */
export function broadcast(type: number, payload: Bytes): Uint8Array {
  const frame = ethernet(type, payload);
  frame.fill(0xff, 0, 6);
  return frame;
}
