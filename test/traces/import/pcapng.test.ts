// pcapng: sections, devices and their clocks, packets of three sorts, what stands beside them, and broken blocks.
import { describe, expect, test } from 'vitest';
import { recogniseCapture, RECORD_FLAGS } from '../../../traces/index.ts';
import { Blocks, pcapng } from '../../support/packets/capture-bytes.ts';
import { importCapture } from '../../support/packets/imported-packets.ts';
import { packetSet, type Packet } from '../../support/packets/packet-set.ts';

const SET = packetSet();
const DEVICES = [{ name: 'eth0' }, { name: 'eth1' }];
const [FIRST, SECOND] = SET as [Packet, Packet];

function read(blocks: Blocks) {
  return importCapture([[blocks.bytes()]]);
}

function u64(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

describe.each([
  ['little endian', true],
  ['big endian', false],
])('%s', (_, isLittle) => {
  const bytes = pcapng(SET, DEVICES, isLittle);

  test('gives every packet with time, bytes, lengths, device and comment', () => {
    const imported = importCapture([[bytes]]);
    expect(recogniseCapture(bytes)).toBe('pcapng');
    expect(imported.packets.map((packet) => ({ ...packet, bytes: [...packet.bytes] }))).toMatchObject(
      SET.map(({ atNs, bytes: frame, trueLength, device = 0, comment = '' }, i) => ({
        atNs,
        bytes: [...frame],
        trueLength,
        ifindex: device + 1,
        device: DEVICES[device]!.name,
        comment,
        linkType: 1,
        number: i + 1,
      })),
    );
    expect(imported.footer).toMatchObject({ lines: SET.length, badLines: 0, otherLines: 0, warnings: [] });
    expect(imported.recording.header).toMatchObject({
      recorder: 'Tailscope packet set',
      clock: 'realtime',
      resolutionNs: 1,
    });
  });

  test('gives the same packets however its bytes are cut', () => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / 701) }, (_piece, i) =>
      bytes.subarray(i * 701, (i + 1) * 701),
    );
    expect(importCapture([pieces]).packets).toEqual(importCapture([[bytes]]).packets);
  });
});

// oxfmt-ignore
const CLOCKS: readonly (readonly [summary: string, resolution: number, ticks: bigint, offsetSeconds: bigint | undefined, atNs: bigint])[] = [
  ['microseconds',                    6,        1_772_366_400_123_456n,             undefined,     1_772_366_400_123_456_000n],
  ['nanoseconds',                     9,        1_772_366_400_123_456_789n,         undefined,     1_772_366_400_123_456_789n],
  ['milliseconds',                    3,        1_772_366_400_123n,                 undefined,     1_772_366_400_123_000_000n],
  ['seconds',                         0,        1_772_366_400n,                     undefined,     1_772_366_400_000_000_000n],
  ['picoseconds, cut to ns',          12,       1_234_567_890_123_456_789n,         undefined,     1_234_567_890_123_456n],
  ['2^-20 of a second',               0x80 | 20, (1_772_366_400n << 20n) + 524_288n, undefined,    1_772_366_400_500_000_000n],
  ['2^-32 of a second',               0x80 | 32, (1_772_366_400n << 32n) + 1n,       undefined,    1_772_366_400_000_000_000n],
  ['microseconds and an offset',      6,        123_456n,                           1_772_366_400n, 1_772_366_400_123_456_000n],
  ['a negative offset',               9,        1_000_000_005n,                     -1n,           5n],
];

test.each(CLOCKS)('a clock of %s', (_, resolution, ticks, offsetSeconds, atNs) => {
  const blocks = new Blocks().section();
  blocks.device({ resolution, ...(offsetSeconds === undefined ? {} : { offsetSeconds }) });
  blocks.packet(FIRST, { ticks }).packet(SECOND, { ticks });
  expect(read(blocks).packets.map((packet) => packet.atNs)).toEqual([atNs, atNs]);
});

test('a device without if_tsresol counts microseconds', () => {
  const blocks = new Blocks().section();
  blocks.block(1, blocks.fields().u16(1).u16(0).u32(0).bytes());
  blocks.packet(FIRST, { ticks: 1_772_366_400_000_001n });
  expect(read(blocks).packets[0]!.atNs).toBe(1_772_366_400_000_001_000n);
});

test('a resolution that no clock has is told, and taken as microseconds', () => {
  const blocks = new Blocks().section().device({ resolution: 100 }).packet(FIRST, { ticks: 5n });
  const { packets, warnings } = read(blocks);
  expect(packets[0]!.atNs).toBe(5000n);
  expect(warnings).toEqual([['bad-option', 'offset 28: if_tsresol 100, taken as 6']]);
});

test('sections of both byte orders have devices of their own; the same name is the same device', () => {
  const blocks = new Blocks();
  blocks
    .section()
    .device({ name: 'eth0' })
    .device({ name: 'lo' })
    .packet(FIRST)
    .packet({ ...FIRST, device: 1 });
  blocks
    .section([], false)
    .device({ name: 'lo' })
    .device({})
    .packet(FIRST)
    .packet({ ...FIRST, device: 1 });
  blocks.section([], true).device({ name: 'wlan0', linkType: 105 }).packet(FIRST);
  expect(read(blocks).packets.map(({ ifindex, device, linkType }) => [ifindex, device, linkType])).toEqual([
    [1, 'eth0', 1],
    [2, 'lo', 1],
    [2, 'lo', 1],
    [3, '', 1],
    [4, 'wlan0', 105],
  ]);
});

test('simple packets have no stamp: they stand at the time of the packet before, cut by the snaplen', () => {
  const blocks = new Blocks().section().device({ snapBytes: 40 });
  blocks
    .simple(FIRST.bytes.subarray(0, 40), 154)
    .packet(FIRST)
    .simple(SECOND.bytes.subarray(0, 38), 38)
    .packet(SECOND);
  const { packets } = read(blocks);
  expect(packets.map(({ atNs, bytes, trueLength }) => [atNs, bytes.length, trueLength])).toEqual([
    [FIRST.atNs, 40, 154],
    [FIRST.atNs, 154, 154],
    [FIRST.atNs, 38, 38],
    [SECOND.atNs, SECOND.bytes.length, SECOND.trueLength],
  ]);
  expect(packets.map(({ flags }) => flags & RECORD_FLAGS.noStamp)).toEqual([128, 0, 128, 0]);
});

test('without any stamp packets are counted, a microsecond each', () => {
  const blocks = new Blocks().section().device({});
  for (let i = 0; i < 5; i++) blocks.simple(FIRST.bytes, FIRST.trueLength);
  const { recording, packets } = read(blocks);
  expect(recording.header).toMatchObject({ clock: 'lines', startNs: 0n });
  expect(packets.map(({ atNs }) => atNs)).toEqual([0n, 1000n, 2000n, 3000n, 4000n]);
});

test('packet blocks of before 2009 are read, with their drops', () => {
  const blocks = new Blocks().section().device({}).device({ name: 'lo' });
  blocks.oldPacket({ ...FIRST, device: 1 }).oldPacket(SECOND, 3);
  const { packets, warnings } = read(blocks);
  expect(packets.map(({ device, atNs, bytes }) => [device, atNs, bytes.length])).toEqual([
    ['lo', FIRST.atNs, FIRST.bytes.length],
    ['', SECOND.atNs, SECOND.bytes.length],
  ]);
  expect(warnings.map(([code]) => code)).toEqual(['dropped-packets']);
});

test.each([
  [0b00000, undefined],
  [0b00010, 'outgoing'],
  [0b00001, undefined],
  [0b00101, 'host'],
  [0b01001, 'multicast'],
  [0b01101, 'broadcast'],
  [0b10001, 'otherHost'],
])('epb_flags %i is %s', (flags, direction) => {
  const options = [[2, new Blocks().fields().u32(flags).bytes()]] as const;
  const [packet] = read(new Blocks().section().device({}).packet(FIRST, { options })).packets;
  expect(packet!.direction).toBe(direction);
});

test('comments of a packet are joined; those of sections and devices are notes', () => {
  const blocks = new Blocks().section([[1, 'of the section']]);
  blocks.device({
    name: 'eth0',
    options: [
      [1, 'of the device'],
      [3, 'a card'],
    ],
  });
  blocks.packet(FIRST, {
    options: [
      [1, 'one'],
      [1, 'zwei ü'],
    ],
  });
  const { packets, notes } = read(blocks);
  expect(packets[0]!.comment).toBe('one\nzwei ü');
  expect(notes).toEqual(['comment: of the section', 'eth0: comment: of the device', 'eth0: a card']);
});

test('statistics are a note, and drops are told', () => {
  const blocks = new Blocks()
    .section()
    .device({ name: 'eth0' })
    .packet(FIRST, { options: [[4, u64(2n)]] });
  blocks.statistics(0, [
    [4, u64(100n)],
    [5, u64(7n)],
  ]);
  const { notes, warnings } = read(blocks);
  expect(notes).toEqual(['eth0: 100 packets came, the device dropped 7']);
  expect(warnings.map(([code, text]) => [code, text.replace(/^offset \d+: /, '')])).toEqual([
    ['dropped-packets', '2 at eth0, before this one'],
    ['dropped-packets', '7 at eth0, by its statistics'],
  ]);
});

test('blocks without packets are counted; those of an unknown type are told as well', () => {
  const blocks = new Blocks().section().device({});
  blocks
    .block(4, new Uint8Array(16))
    .block(10, new Uint8Array(8))
    .block(0xbad, new Uint8Array(4))
    .packet(FIRST);
  blocks.block(0x1234, new Uint8Array(300_000)).packet(SECOND);
  const { packets, footer, warnings } = read(blocks);
  expect(packets.length).toBe(2);
  expect(footer).toMatchObject({ lines: 6, otherLines: 4, badLines: 1 });
  expect(warnings).toEqual([
    ['bad-block', expect.stringContaining('type 4660, 300012 bytes: not known, skipped')],
  ]);
});

/** A section with a device, for packets to come. */
function start(): Blocks {
  return new Blocks().section().device({ name: 'eth0' });
}

describe('a broken file', () => {
  test('that ends in a block is read up to it', () => {
    const bytes = start().packet(FIRST).packet(SECOND).bytes();
    const { packets, warnings } = importCapture([[bytes.subarray(0, -5)]]);
    const offset = start().packet(FIRST).bytes().length;
    expect(packets.length).toBe(1);
    expect(warnings).toEqual([['cut-capture', `offset ${offset}, ${bytes.length - 5 - offset} bytes`]]);
  });

  test('that ends in a block that is skipped says how much is missing', () => {
    const bytes = start().packet(FIRST).block(10, new Uint8Array(100_000)).bytes();
    const { packets, warnings } = importCapture([[bytes.subarray(0, -50_000)]]);
    expect(packets.length).toBe(1);
    expect(warnings).toEqual([['cut-capture', `offset ${bytes.length - 50_000}, 50000 bytes are missing`]]);
  });

  test.each([
    ['of length 0', [6, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 'a block of type 6 and 0 bytes'],
    ['of an odd length', [6, 0, 0, 0, 33, 0, 0, 0, 1, 2, 3, 4], 'a block of type 6 and 33 bytes'],
    ['of gigabytes', [6, 0, 0, 0, 0, 0, 0, 0x70, 1, 2, 3, 4], 'a block of type 6 and 1879048192 bytes'],
    [
      'that begins a section without byte order',
      [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4],
      'a section without byte order',
    ],
  ])('with a block %s is read up to it', (_, block, reason) => {
    const whole = start().packet(FIRST);
    const offset = whole.bytes().length;
    const { packets, warnings } = read(whole.raw(Uint8Array.from(block)).packet(SECOND));
    expect(packets.length).toBe(1);
    expect(warnings).toEqual([
      ['bad-capture', expect.stringMatching(`^offset ${offset}: ${reason}; \\d+ bytes are not read$`)],
    ]);
  });

  test('with two lengths that differ goes on by the first', () => {
    const bytes = start().packet(FIRST).packet(SECOND).bytes();
    const last = bytes.length - 4;
    bytes[last] = 0;
    const { packets, warnings } = importCapture([[bytes]]);
    expect(packets.length).toBe(2);
    expect(warnings.map(([code]) => code)).toEqual(['bad-block']);
  });

  test('with a packet of a device that is not described goes on without it', () => {
    const { packets, warnings } = read(
      start()
        .packet({ ...FIRST, device: 9 })
        .packet(SECOND),
    );
    expect(packets.map(({ number }) => number)).toEqual([1]);
    expect(warnings).toEqual([['no-interface', expect.stringContaining('number 9 of 1')]]);
  });

  test('with a packet that is longer than its block keeps what is there', () => {
    const blocks = start();
    const body = blocks.fields().u32(0).u32(0).u32(0).u32(100).u32(100).raw([1, 2, 3, 4]);
    const { packets, warnings } = read(blocks.block(6, body.bytes()));
    expect([packets[0]!.bytes.length, packets[0]!.trueLength]).toEqual([4, 100]);
    expect(warnings.map(([code]) => code)).toEqual(['bad-length']);
  });

  test('with an option that is longer than its block keeps the packet', () => {
    const blocks = start();
    const body = blocks.fields().u32(0).u32(0).u32(0).u32(4).u32(4).raw([1, 2, 3, 4]).u16(1).u16(400).u32(0);
    const { packets, warnings } = read(blocks.block(6, body.bytes()));
    expect(packets[0]!.bytes.length).toBe(4);
    expect(warnings.map(([code]) => code)).toEqual(['bad-option']);
  });

  test('that does not begin with a section is refused as a whole', () => {
    const { packets, warnings } = importCapture([
      [Uint8Array.from([...start().bytes().subarray(0, 28), ...new Uint8Array(40)])],
    ]);
    expect(packets).toEqual([]);
    expect(warnings.map(([code]) => code)).toEqual(['bad-capture']);
  });
});
