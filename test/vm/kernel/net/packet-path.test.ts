// The way of a packet through the programs of a device: order, verdicts, what programs see of changes, and where it ends.
import { describe, expect, test } from 'vitest';
import type { Effect, PacketPoint, PacketResult } from '../../../../vm/index.ts';
import { hookRig } from '../../../support/hook-rig.ts';
import { loadText, rig, u32, u64s } from '../../../support/machine.ts';

const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
const FRAME = Uint8Array.from([...MACS, 8, 0, 0x45, ...Array.from({ length: 45 }, (_, i) => i)]);
const IN: PacketPoint = { atNs: 0, bytes: FRAME, ifindex: 3 };
const OUT: PacketPoint = { ...IN, direction: 'outgoing' };

/** Programs by section that return a number. */
const returning = (programs: Readonly<Record<string, readonly [section: string, result: number]>>): string =>
  Object.entries(programs)
    .map(([name, [section, result]]) => `.section "${section}"\n${name}:\nr0 = ${result}\nexit\n`)
    .join('');

/** What the programs did of a packet. */
function take(text: string, point: PacketPoint): readonly PacketResult[] {
  const { machine, faults } = rig();
  const refused = machine.attachAll(loadText(machine, text)).flatMap(({ refused: why }) => why ?? []);
  if (refused.length > 0) throw new Error(refused[0]);
  const results = machine.packet(point);
  if (faults.length > 0) throw new Error(faults[0]!.message);
  return results;
}
const words = (results: readonly PacketResult[]): string[] =>
  results.map(({ prog, hook, verdict }) => `${prog} ${hook} ${verdict}`);

const ALL = returning({
  egress: ['tc/egress', 0],
  tcxout: ['tcx/egress', -1],
  tc: ['tc', 0],
  sock: ['socket', 20],
  tcx: ['tcx/ingress', -1],
  express: ['xdp', 2],
  classifier: ['classifier', 0],
  action: ['action', 0],
});

test('a packet that comes in meets xdp, sockets, tcx, tc', () => {
  expect(words(take(ALL, IN))).toEqual([
    'express xdp XDP_PASS',
    'sock socket keep',
    'tcx tcx/ingress TCX_NEXT',
    'tc tc/ingress TC_ACT_OK',
  ]);
});

test('a packet that goes out meets tcx, tc, sockets', () => {
  expect(words(take(ALL, OUT))).toEqual([
    'tcxout tcx/egress TCX_NEXT',
    'egress tc/egress TC_ACT_OK',
    'sock socket keep',
  ]);
});

describe('verdicts', () => {
  test.each([
    ['xdp', 0, 'XDP_ABORTED', false],
    ['xdp', 1, 'XDP_DROP', false],
    ['xdp', 2, 'XDP_PASS', true],
    ['xdp', 3, 'XDP_TX', false],
    ['xdp', 4, 'XDP_REDIRECT', false],
    ['xdp', 9, 'XDP_ABORTED, as 9 is no action', false],
    ['tc/egress', -1, 'TC_ACT_UNSPEC', true],
    ['tc/egress', 0, 'TC_ACT_OK', true],
    ['tc/egress', 1, 'TC_ACT_UNSPEC, as 1 is no action', true],
    ['tc/egress', 2, 'TC_ACT_SHOT', false],
    ['tc/egress', 4, 'TC_ACT_STOLEN', false],
    ['tc/egress', 7, 'TC_ACT_REDIRECT', false],
    ['tc/egress', 8, 'TC_ACT_TRAP', false],
    ['tcx/egress', 0, 'TCX_PASS', true],
    ['tcx/egress', 2, 'TCX_DROP', false],
    ['tcx/egress', 3, 'TCX_NEXT, as 3 is no action', true],
    ['action/egress', 3, 'TC_ACT_PIPE', true],
  ])('%s %i is %s: the packet goes on: %s', (section, result, word, goesOn) => {
    // The section of an action is its whole name; its direction is given when it is attached.
    const { machine } = rig();
    const object = loadText(
      machine,
      returning({ main: [section.replace(/^action\/.*/, 'action'), result], sock: ['socket', 1] }),
    );
    machine.attach(object.progs[0]!, { section });
    machine.attach(object.progs[1]!);
    const results = machine.packet(section === 'xdp' ? IN : OUT);
    expect(results[0]).toMatchObject({ verdict: word, kept: goesOn ? FRAME.length : 0 });
    expect(results.length).toBe(goesOn ? 2 : 1);
  });

  test('the first classifier that says OK ends the chain; one that says nothing leaves it to the next', () => {
    const chain = returning({ first: ['tc', -1], second: ['tc', 0], third: ['tc', 2] });
    expect(words(take(chain, IN))).toEqual(['first tc/ingress TC_ACT_UNSPEC', 'second tc/ingress TC_ACT_OK']);
  });

  test('tcx that lets a packet pass keeps it from tc', () => {
    expect(words(take(returning({ late: ['tc', 2], early: ['tcx/ingress', 0] }), IN))).toEqual([
      'early tcx/ingress TCX_PASS',
    ]);
  });
});

const FIRST_BYTE = (section: string, name: string, map: string): string => `.section "${section}"
  ${name}:
    r6 = r1
    r2 = r10
    r2 += -8
    *(u64 *)(r10 - 8) = 0
    r1 = r6
    r3 = r2
    r2 = 0
    r4 = 1
    call skb_load_bytes
    r1 = mapval[${map}] ll
    r2 = *(u64 *)(r10 - 8)
    *(u64 *)(r1 + 0) = r2
    r2 = *(u32 *)(r6 + 0)
    *(u64 *)(r1 + 8) = r2
    r0 = -1
    exit
`;

test('what xdp changed, sockets and tc see', () => {
  const text = `.map sock array key=4 value=16 entries=1
  .map tc array key=4 value=16 entries=1
  .section "xdp"
  cut:
    r6 = r1
    r2 = 14
    call xdp_adjust_head
    r1 = *(u32 *)(r6 + 0)
    r2 = *(u32 *)(r6 + 4)
    r3 = r1
    r3 += 1
    if r3 > r2 goto out
    *(u8 *)(r1 + 0) = 0x77
  out:
    r0 = 2
    exit
  ${FIRST_BYTE('socket', 'sock', 'sock')}${FIRST_BYTE('tc', 'class', 'tc')}`;
  const { machine, faults } = rig();
  const object = loadText(machine, text);
  machine.attachAll(object);
  const point = { ...IN, bytes: FRAME.slice() };
  expect(machine.packet(point).map(({ kept }) => kept)).toEqual([46, 46, 46]);
  expect(faults).toEqual([]);
  const seen = object.maps.map((map) => u64s(map.lookup(u32(0))));
  expect(seen).toEqual([
    [0x77n, 46n],
    [0x77n, 46n],
  ]);
  expect(point.bytes).toEqual(FRAME);
});

test('programs of one chain share mark and cb, sockets behind it get neither', () => {
  const text = `.map out array key=4 value=16 entries=1
  .section "tc/egress"
  first:
    r2 = 5
    *(u32 *)(r1 + 8) = r2
    *(u32 *)(r1 + 48) = r2
    r0 = -1
    exit
  .section "tc/egress"
  second:
    r0 = *(u32 *)(r1 + 8)
    r2 = *(u32 *)(r1 + 48)
    r3 = mapval[out] ll
    *(u32 *)(r3 + 0) = r0
    *(u32 *)(r3 + 4) = r2
    r0 = 0
    exit
  .section "socket"
  sock:
    r0 = *(u32 *)(r1 + 48)
    exit`;
  const { machine } = rig();
  const object = loadText(machine, text);
  machine.attachAll(object);
  expect(machine.packet(OUT).map(({ verdict }) => verdict)).toEqual(['TC_ACT_UNSPEC', 'TC_ACT_OK', 'drop']);
  expect(u64s(object.maps[0]!.lookup(u32(0)))[0]).toBe(0x5_0000_0005n);
});

test('a redirect is told, and ends the way of the packet', () => {
  const effects: Effect[] = [];
  const { machine } = hookRig({ onEffect: (effect) => effects.push(effect) });
  const text = `.section "xdp"\nmain:\nr1 = 1\nr2 = 0\ncall redirect\nexit\n${returning({ sock: ['socket', 1] })}`;
  machine.attachAll(loadText(machine, text));
  expect(words(machine.packet(IN))).toEqual(['main xdp XDP_REDIRECT']);
  expect(effects).toMatchObject([{ kind: 'redirect', ifindex: 1, prog: 'main' }]);
});

describe('frames', () => {
  test('keep their VLAN tags as they were recorded, for every program', () => {
    const bytes = Uint8Array.from([
      ...MACS,
      0x81,
      0,
      0x20,
      7,
      8,
      0,
      0x45,
      ...Array.from({ length: 45 }, () => 0),
    ]);
    // ld_abs of the type at 12, and of the one behind the tag: 0x8100 + 0x0800
    const text = ['socket', 'tc'].map(
      (section) =>
        `.section "${section}"\nvlan_${section}:\nr6 = r1\nr0 = *(u16 *)skb[12]\nr7 = r0\nr0 = *(u16 *)skb[16]\nr0 += r7\nr1 = *(u32 *)(r6 + 20)\nr0 += r1\nif r0 == 0x8900 goto yes\nr0 = 2\nexit\nyes:\nr0 = 0\nexit\n`,
    );
    const results = take(text.join(''), { ...IN, bytes });
    expect(results.map(({ verdict }) => verdict)).toEqual(['drop', 'TC_ACT_OK']);
  });

  test('of any length, cut ones among them, are taken by all', () => {
    for (const length of [0, 1, 13, 14, 15, 3520, 3521, 9000, 70_000, 120_000]) {
      const point = { ...IN, bytes: new Uint8Array(length), trueLength: length + 100 };
      const results = take(
        returning({ x: ['xdp', 2], frags: ['xdp.frags', 2], sock: ['socket', -1], tc: ['tc', 0] }),
        point,
      );
      expect(
        results.map(({ kept }) => kept),
        `${length}`,
      ).toEqual(results.map(() => length + 100));
      expect(results.length).toBe(4);
    }
  });

  test('longer than a page are whole for xdp without fragments, and in pieces for xdp.frags', () => {
    expect([bytesSeen('xdp'), bytesSeen('xdp.frags')]).toEqual([9000n, 3520n]);
  });
});

/** How much of a packet of 9,000 bytes a program in `section` may look at. */
function bytesSeen(section: string): bigint {
  const { machine } = rig();
  const object = loadText(
    machine,
    `.map out array key=4 value=8 entries=1
    .section "${section}"
    main:
    r2 = *(u32 *)(r1 + 0)
    r3 = *(u32 *)(r1 + 4)
    r3 -= r2
    r1 = mapval[out] ll
    *(u64 *)(r1 + 0) = r3
    r0 = 2
    exit`,
  );
  machine.attachAll(object);
  machine.packet({ ...IN, bytes: new Uint8Array(9000) });
  return u64s(object.maps[0]!.lookup(u32(0)))[0]!;
}
