// pcap files in all their forms, and what is told of those that are broken.
import { describe, expect, test } from 'vitest';
import { PacketRows } from '../../../traces/import/pcap/packet-rows.ts';
import { PacketStrings } from '../../../traces/import/pcap/packet-strings.ts';
import { ImportError, recogniseCapture, RECORD_FLAGS, RECORD_KINDS } from '../../../traces/index.ts';
import { pcap, type PcapForm } from '../../support/packets/capture-bytes.ts';
import { importCapture } from '../../support/packets/imported-packets.ts';
import { packetSet, type Packet } from '../../support/packets/packet-set.ts';

const SET = packetSet();

/** What must come back of packets: to the unit of the clock, in ns. */
function facts(packets: readonly Packet[], unitNs: bigint) {
  return packets.map(({ atNs, bytes, trueLength }) => ({
    atNs: (atNs / unitNs) * unitNs,
    bytes: [...bytes],
    trueLength,
  }));
}

function seen({ packets }: ReturnType<typeof importCapture>) {
  return packets.map(({ atNs, bytes, trueLength }) => ({ atNs, bytes: [...bytes], trueLength }));
}

/** Packets of one byte at times in ns since 2026. */
function at(...times: readonly number[]): Packet[] {
  return times.map((ns, i) => ({
    atNs: 1_767_225_600_000_000_000n + BigInt(ns),
    bytes: Uint8Array.of(i),
    trueLength: 1,
  }));
}

const FORMS: readonly (readonly [string, PcapForm])[] = [
  ['microseconds, little endian', { magic: 0xa1b2c3d4, unitNs: 1000n, isLittle: true }],
  ['microseconds, big endian', { magic: 0xa1b2c3d4, unitNs: 1000n, isLittle: false }],
  ['nanoseconds, little endian', { magic: 0xa1b23c4d, unitNs: 1n, isLittle: true }],
  ['nanoseconds, big endian', { magic: 0xa1b23c4d, unitNs: 1n, isLittle: false }],
];

describe.each(FORMS)('%s', (_, form) => {
  const bytes = pcap(SET, form);

  test('gives every packet with its time, its bytes and its true length', () => {
    const imported = importCapture([[bytes]]);
    expect(recogniseCapture(bytes)).toBe('pcap');
    expect(seen(imported)).toEqual(facts(SET, form.unitNs!));
    expect(imported.footer).toMatchObject({ lines: SET.length, badLines: 0, otherLines: 0, warnings: [] });
    expect(imported.recording.header).toMatchObject({
      recorder: 'pcap',
      clock: 'realtime',
      bias: 1,
      resolutionNs: Number(form.unitNs),
    });
    expect(imported.packets.map(({ number }) => number)).toEqual(SET.map((_packet, i) => i + 1));
  });

  test('gives the same blocks however its bytes are cut', () => {
    const pieces: Uint8Array[] = [];
    for (let from = 0, size = 1; from < bytes.length; from += size, size = (size * 7 + 3) % 997)
      pieces.push(bytes.subarray(from, from + size));
    expect(seen(importCapture([pieces]))).toEqual(seen(importCapture([[bytes]])));
  });
});

test('records of a patched file tell device and direction', () => {
  const bytes = pcap(SET.slice(0, 5), { magic: 0xa1b2cd34 }, (i) => [7, 0, 0, 0, 8, 0, i, 0]);
  expect(importCapture([[bytes]]).packets.map(({ ifindex, direction }) => [ifindex, direction])).toEqual([
    [7, 'host'],
    [7, 'broadcast'],
    [7, 'multicast'],
    [7, 'otherHost'],
    [7, 'outgoing'],
  ]);
});

test('the two lengths of a record of version 2.2 are told apart by their size', () => {
  const cut = SET.filter(({ bytes, trueLength }) => bytes.length < trueLength).slice(0, 2);
  const swapped = cut.map((packet) => ({
    ...packet,
    trueLength: packet.bytes.length,
    kept: packet.trueLength,
  }));
  const bytes = pcap(swapped, { minor: 2 });
  const view = new DataView(bytes.buffer);
  for (let i = 0, from = 24; i < swapped.length; from += 16 + swapped[i++]!.bytes.length)
    view.setUint32(from + 8, swapped[i]!.kept, true);
  expect(seen(importCapture([[bytes]]))).toEqual(facts(cut, 1000n));
});

test('the upper half of the link type tells of check sums, and is not part of it', () => {
  const imported = importCapture([[pcap(SET.slice(0, 1), { linkType: 0x5400_0001 })]]);
  expect(imported.packets[0]!.linkType).toBe(1);
});

test('a capture without packets is a recording without records', () => {
  const imported = importCapture([[pcap([])]]);
  expect(imported.recording.index).toEqual([]);
  expect(imported.recording.durationNs).toBe(0);
});

test('a packet without bytes is one', () => {
  const [packet] = importCapture([
    [pcap([{ ...at(0)[0]!, bytes: new Uint8Array(0), trueLength: 60 }])],
  ]).packets;
  expect([packet!.bytes.length, packet!.trueLength]).toEqual([0, 60]);
});

test('several files follow each other, as those of a ring buffer do', () => {
  const files = [SET.slice(0, 200), SET.slice(200, 203), [], SET.slice(203)];
  const imported = importCapture(files.map((packets) => [pcap(packets, { magic: 0xa1b23c4d, unitNs: 1n })]));
  expect(seen(imported)).toEqual(facts(SET, 1n));
  expect(imported.packets.map(({ source }) => source)).toEqual(
    files.flatMap((packets, source) => packets.map(() => source)),
  );
  expect(new Set(imported.packets.map(({ ifindex }) => ifindex))).toEqual(new Set([1]));
});

describe('time', () => {
  test('packets are put in order of time, those of one time as they stood', () => {
    const imported = importCapture([[pcap(at(5000, 1000, 3000, 1000, 9000, 2000))]]);
    expect(imported.packets.map(({ bytes }) => bytes[0])).toEqual([1, 3, 5, 2, 0, 4]);
    expect(imported.warnings).toEqual([]);
    expect(imported.recording.durationNs).toBe(8000);
  });

  test('a packet that comes too late for its place is kept with its stamp, and told', () => {
    const times = Array.from({ length: 40 }, (_, i) => (i + 1) * 10_000);
    const imported = importCapture([[pcap([...at(...times), ...at(15_000)])]], { blockRecords: 4 });
    expect(imported.warnings).toEqual([['late-packet', 'packet 41']]);
    expect(imported.packets.length).toBe(41);
    expect(Math.min(...imported.packets.map(({ number }) => number))).toBe(1);
  });

  test('a stamp that is months from all others is no time of the capture', () => {
    const packets = at(1000, 2000, 3000, 4000);
    const zero = { ...packets[1]!, atNs: 0n };
    const imported = importCapture([[pcap([packets[0]!, zero, ...packets.slice(2)])]]);
    expect(imported.warnings).toEqual([['far-stamp', 'packet 2']]);
    expect(imported.recording.header.startNs).toBe(packets[0]!.atNs);
    expect(imported.recording.durationNs).toBe(3000);
    expect(imported.packets.length).toBe(4);
  });

  test('the first stamp of a capture may be the wrong one', () => {
    const packets = at(1000, 2000, 3000);
    const imported = importCapture([[pcap([{ ...packets[0]!, atNs: 0n }, ...packets])]]);
    expect(imported.recording.header.startNs).toBe(packets[0]!.atNs);
    expect(imported.recording.durationNs).toBe(2000);
  });

  test('stamps are the recorder’s own: none is marked as made up', () => {
    const { packets } = importCapture([[pcap(SET)]]);
    expect(packets.every(({ flags }) => (flags & RECORD_FLAGS.noStamp) === 0)).toBe(true);
  });
});

describe('a broken file', () => {
  const bytes = pcap(SET.slice(0, 3));
  const second = 24 + 16 + SET[0]!.bytes.length;
  const third = second + 16 + SET[1]!.bytes.length;

  test.each([
    ['inside the bytes of a packet', third - 1, 1, second, third - 1 - second],
    ['inside the header of a record', second + 5, 1, second, 5],
    ['behind a packet', third, 2, 0, 0],
  ])('that is cut %s keeps the packets before', (_, length, packets, offset, lost) => {
    const imported = importCapture([[bytes.subarray(0, length)]]);
    expect(imported.packets.length).toBe(packets);
    expect(imported.warnings).toEqual(lost === 0 ? [] : [['cut-capture', `offset ${offset}, ${lost} bytes`]]);
    expect(imported.footer.badLines).toBe(lost === 0 ? 0 : 1);
  });

  test('with an impossible length is read up to there, and the rest is counted', () => {
    const broken = bytes.slice();
    new DataView(broken.buffer).setUint32(second + 8, 0x7fff_ffff, true);
    const imported = importCapture([[broken, bytes]]);
    const rest = bytes.length * 2 - second;
    expect(imported.packets.length).toBe(1);
    expect(imported.warnings).toEqual([
      ['bad-capture', `offset ${second}: a packet of 2147483647 bytes; ${rest} bytes are not read`],
    ]);
  });

  test('with a true length below the recorded one is told, and nothing is cut', () => {
    const broken = bytes.slice();
    new DataView(broken.buffer).setUint32(second + 12, 3, true);
    const imported = importCapture([[broken]]);
    expect(imported.packets[1]!.trueLength).toBe(SET[1]!.bytes.length);
    expect(imported.warnings).toEqual([
      ['bad-length', `offset ${second}: ${SET[1]!.bytes.length} of 3 bytes`],
    ]);
  });

  test.each([
    ['nothing', new Uint8Array(0), 'the file is empty; expected: '],
    ['half a header', bytes.subarray(0, 20), 'the header of the capture is cut'],
    [
      'version 9',
      bytes.map((byte, i) => (i === 4 ? 9 : byte)),
      'of a version that is not known; expected: pcap 2.x',
    ],
    ['text', new TextEncoder().encode('read(3, "", 512) = 0\n'), 'the file is no capture of packets'],
  ])('that is %s is refused', (_, broken, message) => {
    const attempt = () => importCapture([[broken]]);
    expect(attempt).toThrow(ImportError);
    expect(attempt).toThrow(message);
  });
});

test('a packet from the future does not keep all that comes behind it in memory', () => {
  const strings = new PacketStrings();
  const rows = new PacketRows(4, strings, { open: () => {}, block: () => {}, late: () => {} });
  const frame = new Uint8Array(1000);
  for (let i = 0; i < 200; i++) {
    rows.add({
      kind: RECORD_KINDS.packet.code,
      seconds: i === 0 ? 5000 : i,
      ns: 0,
      number: i + 1,
      source: 0,
      ifindex: 1,
      linkType: 1,
      direction: -1,
      name: 0,
      frame: strings.add(frame, 0, frame.length),
      text: 0,
      length: frame.length,
      trueLength: frame.length,
    });
    expect(strings.heldBytes).toBeLessThanOrEqual(12 * frame.length);
  }
  expect(strings.bytes(1).length).toBe(frame.length);
});
