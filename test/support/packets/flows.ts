// The flow table that a dissector in the manner of sockex3 makes of packets, by plain code: what programs are compared with.
//
// A flow is told by the innermost IP header: addresses (of IPv6 the exclusive or of the four words), ports, protocol. Counted are TCP, UDP and ICMP, behind
// any VLAN tags and MPLS labels, and in GRE, IPv4 and IPv6. Not counted: fragments, GRE with a version or routing, IPv6 extension headers, and packets of
// which a field that must be read was not recorded. ICMP has no ports. A packet counts with its length on the wire, from the link header on.
import type { Packet } from './packet-set.ts';

/** One row of the table. Addresses are u32 with the first byte highest. */
export interface Flow {
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
  /** IPPROTO_*. */
  readonly protocol: number;
  packets: number;
  bytes: number;
}

/** What a dissector may know beyond sockex3. */
export interface FlowRules {
  /** Walk so many hop-by-hop, routing and destination headers of an IPv6 header; a fragment header ends the walk. Default 0. */
  readonly extensionHeaders?: number;
  /** Count ICMPv6 as ICMP is. */
  readonly icmp6?: boolean;
}

/** Sorted by address, port and protocol. */
export function flowsOf(
  packets: readonly Pick<Packet, 'bytes' | 'trueLength'>[],
  rules: FlowRules = {},
): Flow[] {
  const flows = new Map<string, Flow>();
  for (const { bytes, trueLength } of packets) {
    const key = keyOf(bytes, rules);
    if (key === undefined) continue;
    const name = Object.values(key).join(' ');
    const flow = flows.get(name) ?? { ...key, packets: 0, bytes: 0 };
    flow.packets++;
    flow.bytes += trueLength;
    flows.set(name, flow);
  }
  return [...flows.values()].sort(
    (a, b) =>
      a.src - b.src ||
      a.dst - b.dst ||
      a.srcPort - b.srcPort ||
      a.dstPort - b.dstPort ||
      a.protocol - b.protocol,
  );
}

/** '10.0.0.1' of a u32. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

type FlowKey = Omit<Flow, 'packets' | 'bytes'>;

/** Where the dissector stands. */
interface Place {
  readonly view: DataView;
  readonly at: number;
  readonly src: number;
  readonly dst: number;
  readonly rules: FlowRules;
  /** Extension headers that may still be walked. */
  readonly headers?: number;
}

function keyOf(bytes: Uint8Array, rules: FlowRules): FlowKey | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return ofType(view.getUint16(12), { view, at: 14, src: 0, dst: 0, rules });
  } catch (error) {
    if (error instanceof RangeError) return undefined; // beyond what was recorded
    throw error;
  }
}

function ofType(type: number, place: Place): FlowKey | undefined {
  const { view, at } = place;
  if (type === 0x8100 || type === 0x88a8) return ofType(view.getUint16(at + 2), { ...place, at: at + 4 });
  if (type === 0x8847 || type === 0x8848) return ofLabels(place);
  if (type === 0x0800) return ofIpv4(place);
  return type === 0x86dd ? ofIpv6(place) : undefined;
}

function ofLabels(place: Place): FlowKey | undefined {
  const { view } = place;
  let { at } = place;
  while ((view.getUint32(at) & 0x100) === 0) at += 4;
  const inner = { ...place, at: at + 4 };
  const version = view.getUint8(inner.at) >> 4;
  if (version === 4) return ofIpv4(inner);
  return version === 6 ? ofIpv6(inner) : undefined;
}

function ofIpv4(place: Place): FlowKey | undefined {
  const { view, at } = place;
  if ((view.getUint16(at + 6) & 0x3fff) !== 0) return undefined;
  const next = { ...place, at: at + (view.getUint8(at) & 15) * 4, headers: 0 };
  return ofProtocol(view.getUint8(at + 9), {
    ...next,
    src: view.getUint32(at + 12),
    dst: view.getUint32(at + 16),
  });
}

function ofIpv6(place: Place): FlowKey | undefined {
  const { view, at } = place;
  const folded = (from: number): number =>
    [0, 4, 8, 12].reduce((sum, word) => sum ^ view.getUint32(from + word), 0) >>> 0;
  const headers = place.rules.extensionHeaders ?? 0;
  const next = { ...place, at: at + 40, src: folded(at + 8), dst: folded(at + 24), headers };
  return ofProtocol(view.getUint8(at + 6), next);
}

function ofProtocol(protocol: number, place: Place): FlowKey | undefined {
  const { view, at, src, dst, rules, headers = 0 } = place;
  switch (protocol) {
    case 4:
      return ofIpv4(place);
    case 41:
      return ofIpv6(place);
    case 47:
      return ofGre(place);
    case 6:
    case 17:
      return { src, dst, srcPort: view.getUint16(at), dstPort: view.getUint16(at + 2), protocol };
    case 1:
      return { src, dst, srcPort: 0, dstPort: 0, protocol };
    case 58:
      return rules.icmp6 === true ? { src, dst, srcPort: 0, dstPort: 0, protocol } : undefined;
    case 0:
    case 43:
    case 60:
      if (headers === 0) return undefined;
      return ofProtocol(view.getUint8(at), {
        ...place,
        at: at + 8 + view.getUint8(at + 1) * 8,
        headers: headers - 1,
      });
    default:
      return undefined;
  }
}

function ofGre(place: Place): FlowKey | undefined {
  const { view, at } = place;
  const flags = view.getUint16(at);
  if ((flags & 0x4007) !== 0) return undefined;
  const words = [0x8000, 0x2000, 0x1000].filter((flag) => (flags & flag) !== 0).length;
  return ofType(view.getUint16(at + 2), { ...place, at: at + 4 + words * 4 });
}
