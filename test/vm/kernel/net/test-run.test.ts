// Test runs of programs on packets: what they take and give, as the kernel's do.
import { expect, test } from 'vitest';
import type { Effect } from '../../../../vm/index.ts';
import { loadText, rig } from '../../../support/machine.ts';
import { expectSame, progLines } from '../../../support/same-answers.ts';
import { hasTool } from '../../../support/tools.ts';

const FRAME = Uint8Array.from({ length: 64 }, (_, i) => (i === 12 ? 0x90 : i));

/** Hex of that many zeroes. */
const zeroes = (size: number): string => '00'.repeat(size);
const ETHERNET = '00'.repeat(12);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const RUNS = [
  { type: 'socket_filter', runs: [13, 14, 15, 3712, 3713].map((size) => `data=${zeroes(size)}`) },
  { type: 'sched_cls', runs: [13, 14, 3712, 3713].map((size) => `data=${zeroes(size)}`) },
  { type: 'cgroup_skb', runs: [13, 14, 3713].map((size) => `data=${zeroes(size)}`) },
  { type: 'xdp', runs: [13, 14, 3520, 3521, 9000, 32_000].map((size) => `data=${zeroes(size)}`) },
  {
    type: 'sched_act',
    runs: [
      `data=${ETHERNET}0800${zeroes(19)}`,
      `data=${ETHERNET}0800${zeroes(20)}`,
      `data=${ETHERNET}86dd${zeroes(39)}`,
      '',
    ],
  },
  {
    type: 'sched_cls',
    runs: [
      'ctx=0000000000000000',
      `ctx=${zeroes(192)}00`,
      `ctx=${zeroes(192)}01`,
      `ctx=${zeroes(40)}ff000000`,
      'ctx=01',
    ].map((ctx) => `data=${zeroes(60)} ${ctx}`),
  },
  {
    type: 'xdp',
    runs: [0, 4, 6, 216, 220, 256].map(
      (meta) =>
        `data=${zeroes(600)} ctx=${meta.toString(16).padStart(2, '0').padEnd(8, '0').replace('100', '000100')}58020000`,
    ),
  },
];

test.skipIf(!hasTool('kernel')).each(RUNS)(
  'the kernel takes and refuses the same of $type',
  ({ type, runs }) => {
    const text = type === 'cgroup_skb' ? 'r0 = 1\nexit' : 'r0 = *(u32 *)(r1 + 0)\nr0 = 2\nexit';
    expectSame([...progLines('main', type, text), ...runs.map((run, i) => `run main ${run} tag=${i}`)]);
  },
);

test('repeats see what the runs before have done to the packet', () => {
  const { machine } = rig();
  const object = loadText(
    machine,
    '.section "tc"\nmain:\nr6 = r1\nr2 = *(u32 *)(r1 + 0)\nr2 += 1\nr3 = 0\ncall skb_change_tail\nr0 = *(u32 *)(r6 + 0)\nexit',
  );
  const result = machine.testRun(object.progs[0]!, { data: FRAME, repeat: 5 });
  expect(result.retval).toBe(69);
  expect(hex(result.data)).toBe(`${hex(FRAME)}0000000000`);
});

test('a packet begins anew with each test run', () => {
  const { machine } = rig();
  const object = loadText(machine, '.section "tc"\nmain:\nr2 = 20\nr3 = 0\ncall skb_change_tail\nexit');
  for (const size of [64, 30, 50]) {
    expect(machine.testRun(object.progs[0]!, { data: FRAME.slice(0, size) }).data).toEqual(
      FRAME.slice(0, 20),
    );
  }
});

test('a program that does not see the link header gets none back', () => {
  const { machine } = rig();
  const object = loadText(machine, '.section "socket"\nmain:\nr0 = *(u32 *)(r1 + 0)\nexit');
  const { retval, data } = machine.testRun(object.progs[0]!, { data: FRAME });
  expect(retval).toBe(50);
  expect(hex(data)).toBe(zeroes(14) + hex(FRAME.slice(14)));
});

test('the ctx comes back with what the program has written', () => {
  const { machine } = rig();
  const object = loadText(
    machine,
    '.section "tc"\nmain:\nr0 = 7\n*(u32 *)(r1 + 8) = r0\n*(u32 *)(r1 + 44) = r0\nr0 = 0\nexit',
  );
  const { ctx } = machine.testRun(object.progs[0]!, { data: FRAME, ctx: new Uint8Array(12) });
  expect(ctx).toHaveLength(192);
  const view = new DataView(ctx.buffer);
  expect([8, 40, 44, 160].map((at) => view.getUint32(at, true))).toEqual([7, 1, 0, 64]);
});

test('a redirect is told once for each run that asks for it', () => {
  const effects: Effect[] = [];
  const { machine } = rig({ onEffect: (effect) => effects.push(effect) });
  const object = loadText(machine, '.section "xdp"\nmain:\nr1 = 5\nr2 = 0\ncall redirect\nexit');
  machine.testRun(object.progs[0]!, { data: FRAME, repeat: 3 });
  expect(effects).toMatchObject(
    Array.from({ length: 3 }, () => ({ kind: 'redirect', ifindex: 5, prog: 'main' })),
  );
});

test('headers grow to the front until there is no room, and no byte is lost', () => {
  const { machine } = rig({ verifier: 'off', limitInsns: 1_000_000 });
  const push = 'r1 = r6\nr2 = 0x81\nr3 = 1\ncall skb_vlan_push\nif r0 == 0 goto again';
  const object = loadText(machine, `.section "tc"\nmain:\nr6 = r1\nagain:\n${push}\nexit`);
  const { retval, data, fault } = machine.testRun(object.progs[0]!, { data: FRAME });
  expect(fault).toBeUndefined();
  expect(retval | 0).toBe(-12);
  expect(data.length).toBeGreaterThan(100_000);
  expect(data.slice(0, 12)).toEqual(FRAME.slice(0, 12));
  expect(data.slice(-50)).toEqual(FRAME.slice(14));
});

test.each([
  {
    type: 'tc',
    text: 'r2 = *(u32 *)(r1 + 80)\nr0 = *(u8 *)(r2 + 0)\nexit',
    fault: 'past the end of the packet',
  },
  {
    type: 'tc',
    text: 'r2 = *(u32 *)(r1 + 76)\nr0 = *(u8 *)(r2 - 1)\nexit',
    fault: '1 bytes before the packet',
  },
  { type: 'xdp', text: 'r0 = 1\n*(u32 *)(r1 + 0) = r0\nexit', fault: 'read only' },
  { type: 'socket', text: 'r2 = *(u32 *)(r1 + 76)\nexit', fault: 'invalid read' },
  { type: 'tc', text: 'r0 = 1\n*(u32 *)(r1 + 16) = r0\nexit', fault: 'read only' },
  { type: 'xdp', text: 'r2 = 1\ncall skb_pull_data\nexit', fault: undefined },
])('a $type program is stopped: $fault', ({ type, text, fault }) => {
  const { machine } = rig({ verifier: fault === undefined ? 'on' : 'off' });
  const load = (): ReturnType<typeof loadText> => loadText(machine, `.section "${type}"\nmain:\n${text}`);
  if (fault === undefined) expect(load).toThrow('cannot use helper');
  else expect(machine.testRun(load().progs[0]!, { data: FRAME }).fault?.message).toContain(fault);
});
