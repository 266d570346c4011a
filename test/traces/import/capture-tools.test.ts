// Captures as Wireshark's tools write and read them: the same packets, the same flows.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcap, pcapng } from '../../support/packets/capture-bytes.ts';
import { addressText, flowsOf } from '../../support/packets/flows.ts';
import { importCapture } from '../../support/packets/imported-packets.ts';
import { packetSet } from '../../support/packets/packet-set.ts';
import { hasTool } from '../../support/tools.ts';

const SET = packetSet();

describe.skipIf(!hasTool('tshark'))('beside tshark and editcap', () => {
  let folder: string;
  let path: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tailscope-capture-'));
    path = join(folder, 'set.pcapng');
    writeFileSync(path, pcapng(SET, [{ name: 'eth0' }, { name: 'eth1' }]));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const SEEN = ['frame.number', 'frame.time_epoch', 'frame.len', 'frame.cap_len'];

  test.each([
    ['pcapng', () => pcapng(SET, [{ name: 'eth0' }, { name: 'eth1' }])],
    [
      'pcapng, big endian, 2^-30 of a second',
      () => pcapng(SET, [{ resolution: 0x80 | 30 }, { resolution: 0x80 | 30 }], false),
    ],
    ['pcap', () => pcap(SET)],
    ['pcap of nanoseconds, big endian', () => pcap(SET, { magic: 0xa1b23c4d, unitNs: 1n, isLittle: false })],
  ])('what we make as %s is read as tshark reads it', (_, make) => {
    const file = join(folder, 'ours');
    const bytes = make();
    writeFileSync(file, bytes);
    expect(rows(bytes).toSorted(byNumber)).toEqual(fields(file, SEEN));
  });

  test.each(['pcapng', 'pcap', 'nsecpcap', 'modpcap'])(
    'what editcap writes as %s is read as tshark reads it',
    (format) => {
      const file = join(folder, `editcap.${format}`);
      execFileSync('editcap', ['-F', format, path, file], { stdio: 'ignore' });
      const bytes = readFileSync(file);
      expect(rows(bytes)).toEqual(fields(file, SEEN));
    },
  );

  test('a cut to 40 bytes by editcap keeps true lengths', () => {
    const file = join(folder, 'short.pcap');
    execFileSync('editcap', ['-F', 'pcap', '-s', '40', path, file], { stdio: 'ignore' });
    const imported = importCapture([[readFileSync(file)]]);
    expect(imported.packets.map(({ trueLength }) => trueLength)).toEqual(
      SET.map(({ trueLength }) => trueLength),
    );
    expect(Math.max(...imported.packets.map(({ bytes }) => bytes.length))).toBe(40);
  });

  test('the flow table is that of the innermost headers that tshark dissects', () => {
    // oxfmt-ignore
    const names = ['frame.protocols', 'frame.len', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst', 'tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport',
      'ip.flags.mf', 'ip.frag_offset', 'gre.flags.routing', 'gre.flags.version'];
    const counted = new Map<string, [packets: number, bytes: number]>();
    for (const row of fields(path, names, 'l')) {
      const [
        protocols = '',
        length,
        ip4,
        ip4To,
        ip6,
        ip6To,
        tcp,
        tcpTo,
        udp,
        udpTo,
        more,
        offset,
        routing,
        version,
      ] = row;
      const transport = /.*:(ipv6|ip):(tcp|udp|icmp)\b/.exec(protocols);
      const isRefused =
        more === 'True' ||
        more === '1' ||
        Number(offset) > 0 ||
        Number(version) > 0 ||
        routing === 'True' ||
        routing === '1';
      if (transport === null || isRefused || protocols.includes('gre:eth')) continue;
      const [, network, kind] = transport;
      const [from, to] = network === 'ip' ? [ip4!, ip4To!] : [folded(ip6!), folded(ip6To!)];
      const ports = kind === 'tcp' ? [tcp, tcpTo] : kind === 'udp' ? [udp, udpTo] : ['0', '0'];
      if (ports[0] === '') continue; // cut before them
      const key = `${from}:${ports[0]} ${to}:${ports[1]} ${kind}`;
      const [packets, bytes] = counted.get(key) ?? [0, 0];
      counted.set(key, [packets + 1, bytes + Number(length)]);
    }
    const ours = flowsOf(SET).map(({ src, dst, srcPort, dstPort, protocol, packets, bytes }) => [
      `${addressText(src)}:${srcPort} ${addressText(dst)}:${dstPort} ${{ 1: 'icmp', 6: 'tcp', 17: 'udp' }[protocol]}`,
      [packets, bytes],
    ]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(counted));
  });
});

/** One row a packet, one text a field. */
function fields(file: string, names: readonly string[], occurrence: 'f' | 'l' | 'a' = 'f'): string[][] {
  const wanted = names.flatMap((name) => ['-e', name]);
  const options = ['-o', 'ip.defragment:FALSE', '-T', 'fields', '-E', `occurrence=${occurrence}`];
  const text = execFileSync('tshark', ['-n', '-r', file, ...options, ...wanted], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

/** The same of an import: number, time, both lengths. */
function rows(bytes: Uint8Array): string[][] {
  return importCapture([[bytes]]).packets.map(({ number, atNs, bytes: frame, trueLength }) => [
    String(number),
    `${atNs / 1_000_000_000n}.${String(atNs % 1_000_000_000n).padStart(9, '0')}`,
    String(trueLength),
    String(frame.length),
  ]);
}

function byNumber(a: readonly string[], b: readonly string[]): number {
  return Number(a[0]) - Number(b[0]);
}

function words(part: string): number[] {
  return part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
}

/** The four words of 'fd00:1::9' put together by exclusive or, as an IPv4 address. */
function folded(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const front = words(head);
  const back = words(tail);
  const all = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
  const [high, low] = [0, 1].map((half) =>
    all.filter((_, i) => i % 2 === half).reduce((sum, word) => sum ^ word, 0),
  );
  return [high! >> 8, high! & 0xff, low! >> 8, low! & 0xff].join('.');
}
