// Packets of a recording, handed to programs of sockets: a dissector that jumps from header to header, and what each socket keeps.
import { expect, test } from 'vitest';
import type { BpfMap, LoadedObject, Machine, PacketPoint } from '../../../../vm/index.ts';
import { DISSECTOR } from '../../../support/dissector.ts';
import { loadText, pointOf, rig, u32, withFields } from '../../../support/machine.ts';

const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
const be = (value: number): number[] => [value >> 8, value & 0xff];
const zeroes = (size: number): number[] => Array.from({ length: size }, () => 0);
const ipv4Start = (protocol: number): number[] => [
  0x46,
  0,
  0,
  60,
  0,
  0,
  0,
  0,
  64,
  protocol,
  0,
  0,
  10,
  0,
  0,
  1,
  10,
  0,
  0,
  2,
  1,
  1,
  1,
  1,
];
/** A header of IPv4 with a word of options, and the first bytes of what it carries. */
const ipv4 = (protocol: number, port: number): number[] => [
  ...ipv4Start(protocol),
  ...be(40_000),
  ...be(port),
  ...zeroes(16),
];

function packet(type: number, payload: readonly number[], more: Partial<PacketPoint> = {}): PacketPoint {
  return { atNs: 0, bytes: Uint8Array.from([...MACS, ...be(type), ...payload]), ifindex: 3, ...more };
}

/** What each socket keeps of a packet. */
const keptOf = (machine: Machine, point: PacketPoint): { prog: string; kept: number }[] =>
  machine.packet(point).map(({ prog, kept: bytes }) => ({ prog, kept: bytes }));

const PACKETS = {
  udp: packet(0x800, ipv4(17, 53)),
  vlanTcp: packet(0x8100, [0, 7, ...be(0x800), ...ipv4(6, 443)]),
  mplsTwice: packet(0x8847, [0, 0, 0x10, 64, 0, 0, 0x11, 64, ...ipv4(17, 53)]),
  icmp: packet(0x800, ipv4(1, 0)),
  ipv6: packet(0x86dd, zeroes(40)),
  arp: packet(0x806, zeroes(28)),
  cut: packet(0x800, [0x46, 0]),
  nothing: packet(0x800, [], { bytes: new Uint8Array(5) }),
} as const;

function counts(object: LoadedObject): Record<number, number> {
  const map = object.maps.find(({ spec }) => spec.name === 'bytes')!;
  const entries: [number, number][] = [];
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    entries.push([new Uint32Array(key.slice().buffer)[0]!, lookup(map, key)]);
  }
  return Object.fromEntries(entries);
}

function lookup(map: BpfMap, key: Uint8Array): number {
  const value = map.lookup(key);
  if (typeof value === 'number') throw new Error(`the lookup answered ${value}`);
  return Number(new DataView(value.buffer).getBigUint64(0, true));
}

test('a dissector jumps from header to header, counts bytes by port, and keeps what it returns', () => {
  const { machine, faults } = rig();
  const object = loadText(machine, DISSECTOR);
  expect(machine.listens('packet')).toBe(false);
  expect(machine.attachAll(object).map(({ prog }) => prog.spec.name)).toEqual(['start']);
  expect(machine.listens('packet')).toBe(true);
  const all = Object.entries(PACKETS).map(([name, point]) => [name, keptOf(machine, point)]);
  expect(Object.fromEntries(all)).toEqual({
    udp: [{ prog: 'start', kept: 58 }], // 96 is more than there is
    vlanTcp: [{ prog: 'start', kept: 62 }],
    mplsTwice: [{ prog: 'start', kept: 66 }],
    icmp: [{ prog: 'start', kept: 58 }],
    ipv6: [{ prog: 'start', kept: 54 }],
    arp: [{ prog: 'start', kept: 0 }],
    cut: [{ prog: 'start', kept: 0 }],
    nothing: [{ prog: 'start', kept: 0 }],
  });
  expect(counts(object)).toEqual({ 53: 58 + 66, 443: 62, 1: 58 });
  expect(object.progs.map(({ spec, runs }) => [spec.name, runs])).toEqual([
    ['start', 8],
    ['vlan', 1],
    ['mpls', 2],
    ['ipv4', 5],
    ['ipv6', 1],
  ]);
  const { hits, misses } = object.progArray(object.maps[0]!);
  expect({ hits, empty: misses.empty }).toEqual({ hits: 9, empty: 1 });
  expect(faults).toEqual([]);
});

test('a snapshot brings back what packets have counted, and the socket', () => {
  const { machine } = rig();
  const object = loadText(machine, DISSECTOR);
  machine.attachAll(object);
  machine.packet(PACKETS.udp);
  const snapshot = machine.snapshot();
  machine.packet(PACKETS.vlanTcp);
  machine.detach(object.progs[0]!);
  expect(keptOf(machine, PACKETS.udp)).toEqual([]);
  machine.restore(snapshot);
  expect(counts(object)).toEqual({ 53: 58 });
  expect(object.progs[0]!.attached).toEqual(['socket']);
  machine.packet(PACKETS.vlanTcp);
  expect(counts(object)).toEqual({ 53: 58, 443: 62 });
});

/** Keeps 20 bytes and what stands in cb[0], and leaves something there. */
const takes = (name: string): string =>
  `.section "socket/${name}"\n${name}:\nr0 = *(u32 *)(r1 + 48)\nr0 += 20\nr2 = 9\n*(u32 *)(r1 + 48) = r2\nexit\n`;

test('each program has a socket of its own, and an empty cb, in the order of attachment', () => {
  const { machine } = rig();
  const object = loadText(machine, `${takes('first')}${takes('second')}`);
  const [first, second] = object.progs;
  machine.attach(second!);
  machine.attach(first!);
  expect(first!.attached).toEqual(['first']);
  const want = [
    { prog: 'second', kept: 20 },
    { prog: 'first', kept: 20 },
  ];
  expect(keptOf(machine, PACKETS.udp)).toEqual(want);
  expect(() => {
    machine.attach(first!, { section: 'socket' });
  }).toThrow('it is attached to first already');
});

/** What a program at a socket loads of its ctx, the low half of it. */
function ctxWord(off: number, point: PacketPoint, size: number): number {
  const { machine } = rig();
  const body = `r0 = *(u${size} *)(r1 + ${off})\nr1 = mapval[out] ll\n*(u32 *)(r1 + 0) = r0\nexit`;
  const object = loadText(
    machine,
    `.map out array key=4 value=4 entries=1\n.section "socket"\nmain:\n${body}`,
  );
  machine.attachAll(object);
  machine.packet(point);
  const value = object.maps[0]!.lookup(u32(0));
  return typeof value === 'number' ? value : new DataView(value.buffer).getUint32(0, true);
}

const BROADCAST = PACKETS.udp.bytes.map((byte, i) => (i < 6 ? 0xff : byte));
test.each([
  { what: 'len', off: 0, point: PACKETS.udp, want: 58 },
  { what: 'len of a frame that was cut', off: 0, point: { ...PACKETS.udp, trueLength: 1500 }, want: 1500 },
  {
    what: 'len, whatever a recording says of it',
    off: 0,
    point: { ...PACKETS.udp, trueLength: 7 },
    want: 58,
  },
  { what: 'pkt_type of one address', off: 4, point: PACKETS.udp, want: 0 },
  { what: 'pkt_type of broadcasts', off: 4, point: { ...PACKETS.udp, bytes: BROADCAST }, want: 1 },
  {
    what: 'pkt_type of what goes out',
    off: 4,
    point: { ...PACKETS.udp, direction: 'outgoing' as const },
    want: 4,
  },
  { what: 'protocol', off: 16, point: PACKETS.vlanTcp, want: 0x0081 },
  {
    what: 'protocol as told',
    off: 16,
    point: { ...PACKETS.udp, linkBytes: 0, protocol: 0x86dd },
    want: 0xdd86,
  },
  { what: 'ifindex', off: 40, point: PACKETS.udp, want: 3 },
  { what: 'sk, which nobody knows', off: 168, size: 64, point: PACKETS.udp, want: 0 },
])('the ctx shows $what', ({ off, size = 32, point, want }) => {
  expect(ctxWord(off, point, size)).toBe(want);
});

test.each([
  { how: 'ld_abs', body: 'r6 = r1\nr0 = *(u32 *)skb[100]\nr0 = 7\nexit', kept: 0 },
  { how: 'skb_load_bytes', body: load('skb_load_bytes', 100), kept: 5 },
  { how: 'skb_load_bytes_relative', body: load('skb_load_bytes_relative', 86), kept: 5 },
  { how: 'bytes that no frame of this length has', body: load('skb_load_bytes', 1497), kept: 5, unknown: 0 },
])('bytes that were not recorded fail and are counted: $how', ({ body, kept, unknown = 1 }) => {
  const { machine } = rig();
  machine.attachAll(loadText(machine, `.section "socket"\nmain:\n${body}`));
  const point = { ...PACKETS.udp, trueLength: 1500 };
  expect(keptOf(machine, point)).toEqual([{ prog: 'main', kept }]);
  expect(machine.unknownReads).toBe(unknown);
});

/** Keeps 5 bytes where the load fails with -EFAULT, else 6. */
function load(helper: string, off: number): string {
  return `r2 = ${off}\nr3 = r10\nr3 += -8\nr4 = 4\nr5 = 1\ncall ${helper}\nr1 = r0\nr0 = 5\nif w1 == -14 goto out\nr0 = 6\nout:\nexit`;
}

test('the whole frame is kept when the program says so, and nothing after a fault', () => {
  const { machine, faults } = rig({ verifier: 'off' });
  machine.attachAll(
    loadText(
      machine,
      '.section "socket/all"\nall:\nr0 = -1\nexit\n.section "socket/bad"\nbad:\nr0 = *(u32 *)(r1 + 76)\nexit',
    ),
  );
  expect(keptOf(machine, { ...PACKETS.udp, trueLength: 9000 })).toEqual([
    { prog: 'all', kept: 9000 },
    { prog: 'bad', kept: 0 },
  ]);
  expect(faults).toHaveLength(1);
});

test('a frame longer than there is room for is cut', () => {
  const { machine } = rig();
  machine.attachAll(loadText(machine, '.section "socket"\nmain:\nr0 = -1\nexit'));
  expect(keptOf(machine, { atNs: 0, ifindex: 1, bytes: new Uint8Array(1 << 20) })).toEqual([
    { prog: 'main', kept: 1 << 20 },
  ]);
});

test('numbers behind the slash are slots and no sockets; they can be attached by hand', () => {
  const { machine } = rig();
  const text = '.map jumps prog_array key=4 value=4 entries=8\n.section "socket/0"\nmain:\nr0 = 1\nexit';
  const object = loadText(machine, text);
  expect(machine.attachAll(object)).toEqual([]);
  machine.attach(object.progs[0]!, { section: 'socket' });
  expect(keptOf(machine, PACKETS.udp)).toEqual([{ prog: 'main', kept: 1 }]);
});

const say = (word: string): string =>
  `r1 = "${word}" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\nr0 = 0\nexit`;

test('programs of calls do not see packets, and timers that are due run before a packet', () => {
  const { machine, lines } = rig();
  const object = machine.load(
    withFields(
      `.license GPL\n.map timers array key=4 value=16 entries=1\n.section "raw_tp/sys_enter"\ncalls:\n${say('call')}\n` +
        `.section "tc"\nstart:\nr1 = mapval[timers] ll\nr2 = map[timers] ll\nr3 = 1\ncall timer_init\n` +
        `r1 = mapval[timers] ll\nr2 = later ll\ncall timer_set_callback\n` +
        `r1 = mapval[timers] ll\nr2 = 500\nr3 = 0\ncall timer_start\nexit\nlater:\n${say('timer')}\n` +
        `.section "socket"\nfilter:\n${say('packet')}`,
      [{ kind: 'timer', off: 0 }],
    ),
  );
  machine.attachAll(object);
  machine.testRun(object.progs[1]!, { data: PACKETS.udp.bytes });
  machine.packet(PACKETS.udp);
  machine.packet({ ...PACKETS.udp, atNs: 500 });
  machine.enter(pointOf({ atNs: 501 }));
  expect(lines()).toEqual(['packet', 'timer', 'packet', 'call']);
});
