// Cases of test/cases/jit: a program each, run on both engines at random events, one by one or in batches.
import { expect } from 'vitest';
import { MACHINE_SYSCALLS } from '../../traces/index.ts';
import {
  assembleObject,
  type EventBatch,
  type LoadedObject,
  type Machine,
  type MapRecord,
  type SyscallPoint,
} from '../../vm/index.ts';
import { section, type TestCase } from './case-file.ts';
import { pointOf } from './machine.ts';
import type { Random } from './seed.ts';
import { Twins } from './twins.ts';

const SECTION = 'tp/raw_syscalls/sys_enter';
const EVENTS = 200;
const LIMIT = 60_000;
const PACKET = { bytes: new Uint8Array(64), ifindex: 1 };
/** Events until a reader comes that is slow. */
const SLOW = 20;
/** Rows of a batch, at the most. */
const MAX_ROWS = 30;
const NAMES = ['dd', '', 'a', 'fifteen-chars-x', 'sixteen-chars-xy', 'kworker/u8:1-events', 'täsk'];

/** How often generated code called JavaScript, and how many events there were. */
export interface Calls {
  readonly calls: number;
  readonly events: number;
}

/** True for cases whose events are calls, which can be handed over many at a time. */
export function isOfCalls(testCase: TestCase): boolean {
  return testCase.sections.get('section') !== 'tc';
}

/** Runs a case at random points on both engines; what differs fails. */
export function runOneByOne(testCase: TestCase, random: Random): Calls {
  const rig = new CaseRig(testCase);
  const slow = testCase.sections.get('reader') === 'slow' ? SLOW : 1;
  for (let i = 0; i < rig.events; i++) {
    const point = randomPoint(random, i);
    const what = `${testCase.where}, event ${i}`;
    rig.twins.both((machine) => {
      if (isOfCalls(testCase)) machine.enter(point);
      else machine.packet({ ...PACKET, atNs: point.atNs });
      return i % slow === 0 ? rig.records(machine) : [];
    }, what);
    if (i % SLOW === 0) rig.twins.compare(what);
  }
  rig.twins.compare(testCase.where);
  return rig;
}

/** The same: one by one on the interpreter, in batches of random lengths on the engine that compiles. */
export function runInBatches(testCase: TestCase, random: Random): Calls {
  const rig = new CaseRig(testCase);
  for (let i = 0; i < rig.events;) {
    const count = Math.min(rig.events - i, 1 + random.below(MAX_ROWS));
    const points = Array.from({ length: count }, (_, row) => randomPoint(random, i + row));
    const what = `${testCase.where}, events ${i} to ${i + count - 1}`;
    rig.twins.both((machine) => {
      const found: unknown[] = [];
      const drain = (row: number) => {
        const records = rig.records(machine);
        if (records.some((map) => map.length > 0)) found.push({ row, records });
      };
      if (machine.engine === 'jit') runRows(machine, points, drain);
      else {
        for (const [row, point] of points.entries()) {
          machine.enter(point);
          drain(row);
        }
      }
      return { found, dropped: rig.dropped(machine) };
    }, what);
    rig.twins.compare(what);
    i += count;
  }
  return rig;
}

/** A case loaded on both machines. */
class CaseRig implements Calls {
  readonly twins: Twins;
  readonly events: number;
  calls = 0;
  private readonly objects = new Map<Machine, LoadedObject>();

  constructor(testCase: TestCase) {
    this.events = Number(testCase.sections.get('events') ?? EVENTS);
    const limitInsns = Number(testCase.sections.get('limit') ?? LIMIT);
    this.twins = new Twins({ limitInsns, syscalls: MACHINE_SYSCALLS });
    this.twins.both((machine) => {
      const object = machine.load(assembleObject(textOf(testCase), 'test'));
      this.objects.set(machine, object);
      return machine.attachAll(object).map(({ hooks, refused }) => ({ hooks, refused }));
    }, testCase.where);
    this.twins.both((machine) => {
      if (machine.engine === 'jit') onCalls(machine, () => (this.calls += 1));
    });
  }

  /** All records that wait, by map. */
  records(machine: Machine): MapRecord[][] {
    return this.mapsOf(machine).map((map) => {
      const records: MapRecord[] = [];
      map.consume((record) => records.push(record));
      return records;
    });
  }

  /** How many records found no room, by map. */
  dropped(machine: Machine): number[] {
    return this.mapsOf(machine).map(({ dropped }) => dropped);
  }

  private mapsOf(machine: Machine): LoadedObject['maps'] {
    return this.objects.get(machine)!.maps;
  }
}

/** Hands points over as rows; `drain` is told of those that wrote records. */
function runRows(machine: Machine, points: readonly SyscallPoint[], drain: (row: number) => void): void {
  const { batch } = machine;
  expect(machine.whyNoBatch).toBeUndefined();
  if (batch === undefined) return;
  const columns = batch.columns();
  for (const [row, point] of points.entries()) {
    columns.plan[row] = batch.plan('enter', point.audit, point.nr);
    columns.nr[row] = point.nr;
    columns.audit[row] = point.audit;
    columns.args.set(new BigUint64Array(point.args.buffer), 6 * row);
    columns.ret[row] = point.ret;
    columns.tid[row] = point.tid;
    columns.tgid[row] = point.tgid;
    columns.comm[row] = batch.name(point.comm);
    columns.cpu[row] = point.cpu;
    columns.atNs[row] = point.atNs;
  }
  const fill: Parameters<EventBatch['run']>[2] = (row, point) => Object.assign(point, points[row]);
  for (let row = 0; row < points.length;) row += batch.run(row, points.length, fill, drain);
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

function randomPoint(random: Random, i: number): SyscallPoint {
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
