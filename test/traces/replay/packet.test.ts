// What a machine is told of a packet, by the link type of its capture.
import { describe, expect, test } from 'vitest';
import { createCursor, emptyPacket, fillPacket, syntheticAddress } from '../../../traces/index.ts';
import { StringPool, type Row } from '../../support/blocks.ts';
import { recordingOf } from '../../support/sct.ts';

const strings = new StringPool();

/** A record of a packet. */
function packetRow(
  enter: number,
  linkType: number,
  bytes: readonly number[],
  more: Partial<Row> & { trueLength?: number } = {},
): Row {
  const id = bytes.length === 0 ? 0 : strings.add(Uint8Array.from(bytes));
  const { trueLength = bytes.length, ...rest } = more;
  const span = {
    arg: 0,
    address: syntheticAddress(id),
    bytes: id,
    trueLength,
    flags: trueLength > bytes.length ? 2 : 0,
  };
  return {
    kind: 'packet',
    enter,
    tid: 0,
    args: [3n],
    argKinds: [1],
    ret: BigInt(linkType),
    mem: [span],
    ...rest,
  };
}

function pointOf(row: Row) {
  const recording = recordingOf([], [[row]], strings);
  const cursor = createCursor(recording);
  expect(cursor.advance(Infinity)).toBe(true);
  expect(cursor.phase).toBe('packet');
  const point = emptyPacket();
  fillPacket(cursor, recording, point);
  return point;
}

const IP4 = [0x45, 0, 0, 20];
const IP6 = [0x60, 0, 0, 0];
const cooked = (protocol: number): number[] => [
  0,
  4,
  0,
  1,
  0,
  6,
  1,
  2,
  3,
  4,
  5,
  6,
  0,
  0,
  protocol >> 8,
  protocol & 0xff,
];
const cooked2 = (protocol: number): number[] => [
  protocol >> 8,
  protocol & 0xff,
  0,
  0,
  0,
  0,
  0,
  9,
  0,
  1,
  4,
  6,
  1,
  2,
  3,
  4,
  5,
  6,
  0,
  0,
];

// oxfmt-ignore
const LINKS: readonly (readonly [summary: string, linkType: number, bytes: readonly number[], linkBytes: number | undefined, protocol: number | undefined])[] = [
  ['Ethernet, which the machine reads itself', 1,   [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 8, 0, ...IP4], undefined, undefined],
  ['raw IP with IPv4',                       101, IP4,                                  0,  0x0800],
  ['raw IP with IPv6',                       101, IP6,                                  0,  0x86dd],
  ['raw IP of a version that is none',       101, [0x15],                               0,  0],
  ['raw IP as BSD numbers it',               12,  IP4,                                  0,  0x0800],
  ['raw IP as OpenBSD numbers it',           14,  IP6,                                  0,  0x86dd],
  ['raw IPv4',                               228, IP4,                                  0,  0x0800],
  ['raw IPv6',                               229, IP6,                                  0,  0x86dd],
  ['Linux cooked',                           113, [...cooked(0x0800), ...IP4],          16, 0x0800],
  ['Linux cooked with ARP',                  113, [...cooked(0x0806), 0, 1],            16, 0x0806],
  ['Linux cooked, second form',              276, [...cooked2(0x86dd), ...IP6],         20, 0x86dd],
  ['BSD loopback of a little endian machine', 0,  [2, 0, 0, 0, ...IP4],                 4,  0x0800],
  ['BSD loopback of a big endian machine',   0,   [0, 0, 0, 2, ...IP4],                 4,  0x0800],
  ['BSD loopback with IPv6 of macOS',        0,   [30, 0, 0, 0, ...IP6],                4,  0x86dd],
  ['OpenBSD loopback',                       108, [0, 0, 0, 24, ...IP6],                4,  0x86dd],
  ['a family that is not known',             0,   [77, 0, 0, 0, ...IP4],                4,  0],
  ['802.11, which is not read',              105, [8, 0, 0, 0],                         0,  0],
  ['a cooked header that was cut',           113, cooked(0x0800).slice(0, 15),          0,  0],
  ['nothing',                                276, [],                                   0,  0],
];

test.each(LINKS)('%s', (_, linkType, bytes, linkBytes, protocol) => {
  const point = pointOf(packetRow(7, linkType, bytes));
  expect([...point.bytes]).toEqual([...bytes]);
  expect([point.linkBytes, point.protocol]).toEqual([linkBytes, protocol]);
  expect([point.ifindex, point.atNs, point.trueLength, point.direction]).toEqual([
    3,
    7,
    undefined,
    undefined,
  ]);
});

test('a packet that was cut tells its true length', () => {
  expect(pointOf(packetRow(0, 101, IP4, { trueLength: 1500 })).trueLength).toBe(1500);
});

test.each(['host', 'broadcast', 'multicast', 'otherHost', 'outgoing'] as const)(
  'args[1] tells of %s',
  (direction) => {
    const code = ['host', 'broadcast', 'multicast', 'otherHost', 'outgoing'].indexOf(direction);
    const row = packetRow(0, 101, IP4, { args: [3n, BigInt(code)], argKinds: [1, 1] });
    expect(pointOf(row).direction).toBe(direction);
  },
);

describe('packets among calls', () => {
  test('come at their times, and end no call of a thread', () => {
    // a thread 0 that is in a call: packets have tid 0 as well
    const rows = [
      { enter: 0, exit: 50, tid: 0 },
      packetRow(10, 101, IP4),
      { enter: 20, exit: 30, tid: 5 },
      packetRow(30, 101, IP4),
    ];
    const cursor = createCursor(recordingOf([{ arch: 'x86_64', nr: 0, name: 'read' }], [rows], strings));
    const order: string[] = [];
    while (cursor.advance(Infinity)) order.push(`${cursor.phase} ${cursor.atNs}`);
    expect(order).toEqual(['enter 0', 'packet 10', 'enter 20', 'exit 30', 'packet 30', 'exit 50']);
  });
});
