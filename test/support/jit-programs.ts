// Cases of test/cases/jit: a program each, run on both engines at the enters of random calls.
import { expect } from 'vitest';
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import { assembleObject, type LoadedObject, type Machine, type MapRecord } from '../../vm/index.ts';
import { section, type TestCase } from './case-file.ts';
import { pointOf } from './machine.ts';
import type { Random } from './seed.ts';
import { Twins } from './twins.ts';

const SECTION = 'tp/raw_syscalls/sys_enter';
const EVENTS = 200;
const PACKET = { bytes: new Uint8Array(64), ifindex: 1 };
/** Events until a reader comes that is slow. */
const SLOW = 20;
const NAMES = ['dd', '', 'a', 'fifteen-chars-x', 'sixteen-chars-xy', 'kworker/u8:1-events', 'täsk'];

/** How often generated code called JavaScript, and how many events there were. */
export interface Calls {
  readonly calls: number;
  readonly events: number;
}

/** Runs a case at random points on both engines; what differs fails. */
export function runOnTwins(testCase: TestCase, random: Random): Calls {
  const events = Number(testCase.sections.get('events') ?? EVENTS);
  const twins = new Twins({ limitInsns: 60_000, syscalls: MACHINE_SYSCALLS });
  const objects = new Map<Machine, LoadedObject>();
  let calls = 0;
  twins.both((machine) => {
    const object = machine.load(assembleObject(textOf(testCase), 'test'));
    objects.set(machine, object);
    return machine.attachAll(object).map(({ hooks, refused }) => ({ hooks, refused }));
  }, testCase.where);
  twins.both((machine) => {
    if (machine.engine === 'jit') onCalls(machine, () => (calls += 1));
  });
  const isOfPackets = testCase.sections.get('section') === 'tc';
  const slow = testCase.sections.get('reader') === 'slow' ? SLOW : 1;
  for (let i = 0; i < events; i++) {
    const point = randomPoint(random, i);
    const what = `${testCase.where}, event ${i}`;
    twins.both(
      (machine) => (isOfPackets ? machine.packet({ ...PACKET, atNs: point.atNs }) : machine.enter(point)),
      what,
    );
    if (i % slow === 0) twins.both((machine) => recordsOf(objects.get(machine)!), what);
    if (i % SLOW === 0) twins.compare(what);
  }
  twins.compare(testCase.where);
  return { calls, events };
}

function textOf(testCase: TestCase): string {
  const maps = (testCase.sections.get('map') ?? '').split('\n').filter((line) => line !== '');
  const data = testCase.sections.get('data');
  return [
    '.license GPL',
    ...['out array key=4 value=128 entries=1', ...maps].map((map) => `.map ${map}`),
    ...(data === undefined ? [] : ['.section .rodata', data]),
    `.section "${testCase.sections.get('section') ?? SECTION}"`,
    'main:',
    section(testCase, 'asm'),
  ].join('\n');
}

function randomPoint(random: Random, i: number) {
  return pointOf({
    nr: random.below(400),
    args: Array.from({ length: 6 }, () => random.u64() >> BigInt(random.below(64))),
    tid: 1 + random.below(70_000),
    tgid: 1 + random.below(70_000),
    comm: random.pick(NAMES),
    cpu: random.below(4),
    atNs: i * 3_000_017 + random.below(1000),
  });
}

/** All records that wait, and how many found no room. */
function recordsOf({ maps }: LoadedObject): unknown[] {
  return maps.map((map) => {
    const records: MapRecord[] = [];
    map.consume((record) => records.push(record));
    return { records, dropped: map.dropped };
  });
}

/** Tells of each helper that generated code of the machine calls in JavaScript. */
function onCalls(machine: Machine, told: () => void): void {
  const { cpu } = (machine as unknown as { runs: { cpu: { callHelper(site: number): void } } }).runs; // as machine.ts makes it
  const callHelper = cpu.callHelper.bind(cpu);
  cpu.callHelper = (site) => {
    told();
    callHelper(site);
  };
}

/** Checks that JavaScript was called as often as the case says. */
export function expectCalls(testCase: TestCase, { calls, events }: Calls): void {
  const said = section(testCase, 'calls');
  if (said === 'none') expect(calls).toBe(0);
  else if (said === 'each') expect(calls).toBeGreaterThanOrEqual(events);
  else expect(calls).toBeGreaterThan(0);
}
