// Packets of everything that a dissector in the manner of sockex3 meets, in known numbers: the recording `packets`.
//
//   ./node_modules/.bin/node test/support/packets/packet-set.ts > packets.pcapng
//   npm run -s tailscope -- import packets.pcapng -o traces/recorded/packets.sct --title "..."
import { pathToFileURL } from 'node:url';
import {
  broadcast,
  ETHER,
  ethernet,
  extended,
  fragment6,
  gre,
  icmp6Echo,
  icmpEcho,
  IP_PROTOCOLS as IP,
  ipv4,
  ipv6,
  mpls,
  plain,
  tag,
  tcp,
  text,
  u16,
  udp,
} from './frames.ts';
import { pcapng } from './capture-bytes.ts';

/** A packet of a capture. */
export interface Packet {
  /** ns since the epoch. */
  readonly atNs: bigint;
  readonly bytes: Uint8Array;
  /** Bytes on the wire, at least bytes.length. */
  readonly trueLength: number;
  /** Which network device, from 0. */
  readonly device?: number;
  readonly comment?: string;
}

/** One sort of packet: how many of it, and what each is; `i` counts from 0. */
interface Sort {
  readonly what: string;
  readonly count: number;
  readonly frame: (i: number) => Uint8Array;
  /** Bytes that the recorder kept. */
  readonly snap?: number;
  readonly device?: number;
}

const A = '10.0.0.1';
const B = '10.0.0.2';
const A6 = 'fd00:1::9';
const B6 = 'fd00:2::6';
const web = (i: number) => tcp(40001, 443, text(100 + i));
const dns = (i: number) => udp(5353, 53, text(20 + (i % 8)));

// oxfmt-ignore
const SORTS: readonly Sort[] = [
  { what: 'TCP over IPv4',                        count: 60, frame: (i) => ethernet(ETHER.ip, ipv4(A, B, web(i), { id: i })) },
  { what: 'the other way',                        count: 55, frame: (i) => ethernet(ETHER.ip, ipv4(B, A, tcp(443, 40001, text(1200 - i)), { id: i })) },
  { what: 'acknowledgements, padded',             count: 40, frame: () => ethernet(ETHER.ip, ipv4(A, B, tcp(40001, 443, [], 0x10))) },
  { what: 'UDP over IPv4',                        count: 30, frame: (i) => ethernet(ETHER.ip, ipv4(A, '10.0.0.53', dns(i))) },
  { what: 'UDP of the same ports, other host',    count: 12, frame: (i) => ethernet(ETHER.ip, ipv4('10.0.0.3', '10.0.0.53', dns(i))) },
  { what: 'ICMP behind UDP',                      count: 25, frame: (i) => ethernet(ETHER.ip, ipv4(A, B, icmpEcho(i, text(56)))) },
  { what: 'IPv4 with options',                    count: 9,  frame: () => ethernet(ETHER.ip, ipv4('10.0.1.1', B, udp(1000, 2000, text(30)), { options: [1, 1, 1, 0, 1, 1, 1, 0] })) },
  { what: 'TCP over IPv6',                        count: 33, frame: (i) => ethernet(ETHER.ipv6, ipv6(A6, B6, web(i))) },
  { what: 'UDP over IPv6',                        count: 21, frame: (i) => ethernet(ETHER.ipv6, ipv6(A6, B6, dns(i))) },
  { what: 'ICMPv6',                               count: 8,  frame: (i) => ethernet(ETHER.ipv6, ipv6(A6, B6, icmp6Echo(i, text(56)))) },
  { what: 'IPv6, hop-by-hop options',             count: 4,  frame: () => ethernet(ETHER.ipv6, ipv6(A6, B6, extended([IP.hopByHop], udp(7, 8, text(16))))) },
  { what: 'IPv6, three extension headers',        count: 3,  frame: () => ethernet(ETHER.ipv6, ipv6(A6, B6, extended([IP.hopByHop, IP.destination, IP.routing], tcp(7, 8, text(16))))) },
  { what: 'IPv6, first fragment',                 count: 2,  frame: () => ethernet(ETHER.ipv6, ipv6(A6, B6, fragment6(IP.udp, 0, true, [...u16(9), ...u16(10), ...text(1200)]))) },
  { what: 'IPv6, no next header',                 count: 1,  frame: () => ethernet(ETHER.ipv6, ipv6(A6, B6, plain(IP.none, []))) },
  { what: 'VLAN, IPv4',                           count: 18, frame: (i) => ethernet(ETHER.vlan, tag(100, ETHER.ip, ipv4('10.1.0.1', '10.1.0.2', udp(100, 200, text(40 + i))))) },
  { what: 'VLAN, IPv6',                           count: 7,  frame: () => ethernet(ETHER.vlan, tag(100, ETHER.ipv6, ipv6('fd01::1', 'fd01::2', udp(101, 201, text(40))))) },
  { what: 'QinQ',                                 count: 16, frame: () => ethernet(ETHER.qinq, tag(7, ETHER.vlan, tag(300, ETHER.ip, ipv4('10.2.0.1', '10.2.0.2', tcp(1111, 2222, text(300)))))) },
  { what: 'three tags of 0x8100',                 count: 2,  frame: () => ethernet(ETHER.vlan, tag(1, ETHER.vlan, tag(2, ETHER.vlan, tag(3, ETHER.ip, ipv4('10.2.0.3', '10.2.0.4', tcp(1, 2, text(64))))))) },
  { what: 'MPLS, one label',                      count: 14, frame: () => ethernet(ETHER.mpls, mpls([1000], ipv4('10.3.0.1', '10.3.0.2', udp(301, 302, text(90))))) },
  { what: 'MPLS, two labels, IPv6',               count: 11, frame: () => ethernet(ETHER.mpls, mpls([1000, 1001], ipv6('fd03::1', 'fd03::2', tcp(303, 304, text(90))))) },
  { what: 'MPLS, three labels, multicast type',   count: 6,  frame: () => ethernet(ETHER.mplsMulticast, mpls([16, 17, 1048575], ipv4('10.3.0.3', '10.3.0.4', icmpEcho(1, text(20))))) },
  { what: 'VLAN with MPLS',                       count: 5,  frame: () => ethernet(ETHER.vlan, tag(9, ETHER.mpls, mpls([5, 6], ipv4('10.3.0.5', '10.3.0.6', tcp(305, 306, text(10)))))) },
  { what: 'MPLS of something that is no IP',      count: 2,  frame: () => ethernet(ETHER.mpls, mpls([3], [0, 0, 0, 0, ...text(60)])) },
  { what: 'GRE',                                  count: 13, frame: (i) => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4('10.4.0.1', '10.4.0.2', udp(401, 402, text(64 + i)))))) },
  { what: 'GRE with check sum',                   count: 3,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4('10.4.0.1', '10.4.0.3', udp(401, 403, text(64))), { checksum: true }))) },
  { what: 'GRE with key',                         count: 10, frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4('10.4.0.1', '10.4.0.4', tcp(401, 404, text(64))), { key: 0xdead_beef }))) },
  { what: 'GRE with sequence',                    count: 4,  frame: (i) => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4('10.4.0.1', '10.4.0.5', tcp(401, 405, text(64))), { sequence: i }))) },
  { what: 'GRE with all three words',             count: 5,  frame: (i) => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4('10.4.0.1', '10.4.0.6', icmpEcho(i, text(8))), { checksum: true, key: 1, sequence: i }))) },
  { what: 'GRE with IPv6',                        count: 6,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ipv6, ipv6('fd04::1', 'fd04::2', udp(406, 407, text(48))), { key: 2 }))) },
  { what: 'GRE in IPv6',                          count: 4,  frame: () => ethernet(ETHER.ipv6, ipv6('fd09::1', 'fd09::2', gre(ETHER.ip, ipv4('10.4.0.8', '10.4.0.9', udp(408, 409, text(48)))))) },
  { what: 'GRE in GRE',                           count: 2,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4('10.5.0.1', '10.5.0.2', gre(ETHER.ip, ipv4('10.6.0.1', '10.6.0.2', tcp(501, 502, text(32))), { sequence: 1 }))))) },
  { what: 'GRE with MPLS',                        count: 2,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.mpls, mpls([40], ipv4('10.4.1.1', '10.4.1.2', udp(410, 411, text(20))))))) },
  { what: 'GRE with Ethernet',                    count: 2,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.bridged, [...ethernet(ETHER.ip, ipv4(A, B, dns(0)))]))) },
  { what: 'GRE with routing',                     count: 2,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(ETHER.ip, ipv4(A, B, dns(0)), { routing: true }))) },
  { what: 'GRE version 1 (PPTP)',                 count: 3,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.1', '192.0.2.2', gre(0x880b, text(40), { key: 3, version: 1 }))) },
  { what: 'IP in IP',                             count: 9,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.3', '192.0.2.4', plain(IP.ipip, ipv4('10.7.0.1', '10.7.0.2', tcp(601, 602, text(70)))))) },
  { what: '6in4',                                 count: 8,  frame: () => ethernet(ETHER.ip, ipv4('192.0.2.3', '192.0.2.4', plain(IP.ipv6, ipv6('fd07::1', 'fd07::2', udp(603, 604, text(70)))))) },
  { what: '4in6',                                 count: 3,  frame: () => ethernet(ETHER.ipv6, ipv6('fd08::1', 'fd08::2', plain(IP.ipip, ipv4('10.8.0.1', '10.8.0.2', udp(605, 606, text(70)))))) },
  { what: 'first fragment',                       count: 5,  frame: (i) => ethernet(ETHER.ip, ipv4(A, B, udp(700, 701, text(1472)), { id: 100 + i, fragment: 0x2000 })) },
  { what: 'later fragment',                       count: 5,  frame: (i) => ethernet(ETHER.ip, ipv4(A, B, plain(IP.udp, text(520)), { id: 100 + i, fragment: 185 })) },
  { what: 'SCTP, which has no flow',              count: 3,  frame: () => ethernet(ETHER.ip, ipv4(A, B, plain(IP.sctp, text(40)))) },
  { what: 'cut in the payload',                   count: 6,  snap: 64, frame: () => ethernet(ETHER.ip, ipv4('10.9.0.1', '10.9.0.2', tcp(901, 902, text(1000)))) },
  { what: 'cut in the IP header',                 count: 3,  snap: 24, frame: () => ethernet(ETHER.ip, ipv4('10.9.0.1', '10.9.0.2', tcp(901, 902, text(1000)))) },
  { what: 'cut before the ports',                 count: 2,  snap: 34, frame: () => ethernet(ETHER.ip, ipv4('10.9.0.1', '10.9.0.2', tcp(901, 902, text(1000)))) },
  { what: 'cut in the Ethernet header',           count: 1,  snap: 13, frame: () => ethernet(ETHER.ip, ipv4('10.9.0.1', '10.9.0.2', tcp(901, 902, text(1000)))) },
  { what: 'jumbo',                                count: 4,  frame: () => ethernet(ETHER.ip, ipv4('10.10.0.1', '10.10.0.2', tcp(1001, 1002, text(8948)))) },
  { what: 'ARP',                                  count: 6,  frame: () => broadcast(ETHER.arp, [0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2]) },
  { what: 'LLDP',                                 count: 2,  frame: () => ethernet(ETHER.lldp, [2, 7, 4, 2, 0, 0, 0, 0, 1, 4, 5, 5, 101, 116, 104, 48, 6, 2, 0, 120, 0, 0]) },
  { what: 'IEEE 802.3 with a length',             count: 2,  frame: () => ethernet(38, [0x42, 0x42, 3, ...text(35)]) },
  { what: 'broadcast UDP at another device',      count: 4,  device: 1, frame: () => broadcast(ETHER.ip, ipv4('10.11.0.1', '10.11.0.255', udp(68, 67, text(240)))) },
];

/** 2026-03-01 12:00:00 UTC. */
const START_NS = 1_772_366_400_000_000_000n;
/** 1.5 to 2.5 ms between two packets, in a pattern that repeats after 1,021. */
const stepNs = (i: number): bigint => BigInt(1_500_000 + ((i * 389) % 1021) * 979);

const STRIDE = 11;

/** All packets, the sorts mixed, always the same. */
export function packetSet(): readonly Packet[] {
  const taken = SORTS.map(() => 0);
  const packets: Packet[] = [];
  let atNs = START_NS;
  const total = SORTS.reduce((sum, { count }) => sum + count, 0);
  // STRIDE and the number of sorts have no common divisor: every turn meets each sort once
  for (let turn = 0; packets.length < total; turn++) {
    for (const [place] of SORTS.entries()) {
      const sort = (place * STRIDE + turn) % SORTS.length;
      const { count, frame, snap = Infinity, device = 0, what } = SORTS[sort]!;
      const i = taken[sort]!;
      if (i >= count) continue;
      taken[sort] = i + 1;
      const bytes = frame(i);
      atNs += stepNs(packets.length);
      packets.push({
        atNs,
        bytes: bytes.subarray(0, snap),
        trueLength: bytes.length,
        device,
        ...(i === 0 ? { comment: what } : {}),
      });
    }
  }
  return packets;
}

/** The set as a capture of two devices. */
export function packetSetCapture(): Uint8Array {
  return pcapng(packetSet(), [{ name: 'eth0' }, { name: 'eth1' }]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(packetSetCapture());
