// sockex3 over captures: its flow table beside the one that plain code makes of the same packets.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RECORDED_FOLDER } from '../../../backend/library/package-root.ts';
import { openSct, type Recording } from '../../../traces/index.ts';
import { pcap } from '../../support/packets/capture-bytes.ts';
import { flowsOf, type Flow } from '../../support/packets/flows.ts';
import {
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
  udp,
  type Bytes,
  type Inner,
} from '../../support/packets/frames.ts';
import { importCapture } from '../../support/packets/imported-packets.ts';
import { packetSet, type Packet } from '../../support/packets/packet-set.ts';
import { runOver } from '../../support/sample-run.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(35);
/** What the sample knows beyond that of the kernel: extension headers, up to four of them, and ICMPv6. */
const RULES = { extensionHeaders: 4, icmp6: true } as const;

test('the recorded packets', () => {
  const recording = openSct(new Uint8Array(readFileSync(join(RECORDED_FOLDER, 'packets.sct'))));
  const flows = flowsOf(packetSet(), RULES);
  expect(tableOf(recording)).toEqual(flows);
  expect(flows.length).toBeGreaterThan(30);
});

test(`packets in packets in packets, some cut short (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const packets = Array.from({ length: 3000 }, (_, i) => randomPacket(random, i));
  const flows = flowsOf(packets, RULES);
  expect(tableOf(captured(packets))).toEqual(flows);
  expect(flows.length).toBeGreaterThan(300);
});

test(`packets with bytes that are something else (seed ${SEED})`, () => {
  const random = new Random(SEED + 1);
  const packets = Array.from({ length: 3000 }, (_, i) => {
    const packet = randomPacket(random, i);
    const bytes = packet.bytes.slice();
    for (let n = 1 + random.below(3); n > 0 && bytes.length > 12; n--) {
      bytes[12 + random.below(Math.min(80, bytes.length - 12))] = random.below(256);
    }
    return { ...packet, bytes };
  });
  expect(tableOf(captured(packets))).toEqual(flowsOf(packets, RULES));
});

/** The map of the sample in the words of flowsOf: of IPv6 addresses the exclusive or of their words. */
function tableOf(recording: Recording): Flow[] {
  const table = new Map<string, Flow>();
  for (const [key, value] of runOver('sockex3', recording).entries('flows')) {
    const { src, dst, src_port: srcPort, dst_port: dstPort, protocol } = key as FlowKey;
    const { packets, bytes } = value as { packets: number; bytes: number };
    const flow = { src: folded(src), dst: folded(dst), srcPort, dstPort, protocol };
    const name = JSON.stringify(flow);
    const known = table.get(name) ?? { ...flow, packets: 0, bytes: 0 };
    known.packets += packets;
    known.bytes += bytes;
    table.set(name, known);
  }
  return [...table.values()].toSorted((a, b) => {
    const [left, right] = [orderOf(a), orderOf(b)];
    return left.map((word, i) => word - right[i]!).find((difference) => difference !== 0) ?? 0;
  });
}

function orderOf({ src, dst, srcPort, dstPort, protocol }: Flow): number[] {
  return [src, dst, srcPort, dstPort, protocol];
}

interface FlowKey {
  readonly src: readonly number[];
  readonly dst: readonly number[];
  readonly src_port: number;
  readonly dst_port: number;
  readonly protocol: number;
}

/** The exclusive or of the words of an address, the first byte highest. */
function folded(bytes: readonly number[]): number {
  const all = Buffer.from(bytes);
  return [0, 4, 8, 12].reduce((sum, at) => (sum ^ all.readUInt32BE(at)) >>> 0, 0);
}

function captured(packets: readonly Packet[]): Recording {
  return importCapture([[pcap(packets)]]).recording;
}

/** A frame of up to six layers around TCP, UDP, ICMP or nothing that counts; one of eight is cut. */
function randomPacket(random: Random, i: number): Packet {
  const isV6 = random.below(2) === 0;
  const [type, payload] = framed(random, isV6, ip(random, isV6, random.below(4)));
  const whole = ethernet(type, payload);
  const bytes = random.below(8) === 0 ? whole.subarray(0, random.below(whole.length)) : whole;
  return { atNs: BigInt(i) * 1000n, bytes, trueLength: whole.length };
}

/** Labels and tags in front of IP. */
function framed(random: Random, isV6: boolean, packet: Bytes): readonly [type: number, payload: Bytes] {
  let type: number = isV6 ? ETHER.ipv6 : ETHER.ip;
  let payload = packet;
  if (random.below(4) === 0) {
    payload = mpls(
      Array.from({ length: 1 + random.below(3) }, () => random.below(1 << 20)),
      payload,
    );
    type = random.pick([ETHER.mpls, ETHER.mplsMulticast]);
  }
  for (let tags = random.pick([0, 0, 1, 2, 3]); tags > 0; tags--) {
    payload = tag(random.below(4096), type, payload);
    type = random.pick([ETHER.vlan, ETHER.qinq]);
  }
  return [type, payload];
}

/** An IP packet with so many tunnels in it. */
function ip(random: Random, isV6: boolean, tunnels: number): Bytes {
  const inner = tunnels === 0 ? transport(random, isV6) : tunnel(random, tunnels);
  const [from, to] = [1 + random.below(6), 1 + random.below(6)];
  if (!isV6) {
    const options = random.below(6) === 0 ? [1, 1, 1, 0] : [];
    const fragment = random.below(12) === 0 ? random.pick([0x2000, 0x0010, 0x2010]) : 0x4000;
    return ipv4(`10.0.0.${from}`, `10.0.1.${to}`, inner, { options, fragment });
  }
  const kinds = Array.from({ length: random.pick([0, 0, 0, 1, 2, 4]) }, () =>
    random.pick([IP.hopByHop, IP.destination, IP.routing]),
  );
  return ipv6(`fd00::${from}`, `fd01::${to}`, extended(kinds, inner));
}

function tunnel(random: Random, tunnels: number): Inner {
  const isV6 = random.below(2) === 0;
  const packet = ip(random, isV6, tunnels - 1);
  if (random.below(2) === 0) return plain(isV6 ? 41 : 4, packet);
  const [type, payload] = framed(random, isV6, packet);
  return gre(type, payload, {
    ...(random.below(2) === 0 ? { key: random.u32() } : {}),
    ...(random.below(3) === 0 ? { checksum: true } : {}),
    ...(random.below(3) === 0 ? { sequence: random.below(1000) } : {}),
    ...(random.below(12) === 0 ? { version: 1 } : {}),
    ...(random.below(12) === 0 ? { routing: true } : {}),
  });
}

function transport(random: Random, isV6: boolean): Inner {
  const ports = [1 + random.below(4), 50 + random.below(4)] as const;
  const payload = text(random.below(60));
  switch (random.below(8)) {
    case 0:
      return isV6 ? icmp6Echo(1, payload) : icmpEcho(1, payload);
    case 1:
      return isV6 ? fragment6(IP.udp, random.below(2), true, payload) : plain(89, payload);
    case 2:
    case 3:
    case 4:
      return udp(...ports, payload);
    default:
      return tcp(...ports, payload);
  }
}
