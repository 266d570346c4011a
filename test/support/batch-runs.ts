// A recording through a machine twice: point by point, as a replay hands it over, and in batches of any size. What comes of it is compared.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createOutlets } from '../../backend/session/outlets.ts';
import {
  createCursor,
  createProcesses,
  fillPoint,
  MACHINE_SYSCALLS,
  openSct,
  type Recording,
} from '../../traces/index.ts';
import {
  createMachine,
  emptyPoint,
  formatPrintk,
  type EngineName,
  type LoadedObject,
  type Machine,
  type ObjectSpec,
  type SyscallPoint,
} from '../../vm/index.ts';
import type { Random } from './seed.ts';

/** What programs did with a recording. */
export interface Outcome {
  /** Lines, records with their times, faults and effects, in the order in which they were told. */
  readonly told: readonly string[];
  readonly counters: readonly string[];
  /** Elements of all maps, by map. */
  readonly maps: readonly string[];
  readonly jumps: readonly string[];
  readonly insnsRun: number;
  readonly unknown: readonly string[];
  /** Rows that were taken in batches. */
  readonly rows: number;
  readonly whyNoBatch: string | undefined;
}

/** What is run, over how much of what. */
export interface RunInput {
  readonly recording: Recording;
  readonly spec: ObjectSpec;
  readonly points: number;
  readonly cpus?: number;
  readonly limitInsns?: number;
  readonly verifier?: 'on' | 'off';
}

/** Longest and shortest batch. */
export interface BatchSizes {
  readonly random: Random;
  readonly most: number;
}

const RECORDED = join(import.meta.dirname, '../../traces/recorded');
const opened = new Map<string, Recording>();

/** A recording that comes along, opened once. */
export function recordedAs(name: string): Recording {
  let recording = opened.get(name);
  if (recording === undefined) {
    recording = openSct(new Uint8Array(readFileSync(join(RECORDED, `${name}.sct`))));
    opened.set(name, recording);
  }
  return recording;
}

/** What there is to see; how it was run left out. */
function seen({ rows: _rows, whyNoBatch: _why, ...rest }: Outcome): object {
  return rest;
}

/** Runs both ways, with a machine and batches of random sizes, and expects the same: the batched outcome. */
export function expectSame(input: RunInput, random: Random): Outcome {
  const both = { ...input, cpus: 1 + random.below(3) };
  const batched = runBatched(both, { random, most: 1 + random.below(3000) });
  expect(seen(batched)).toEqual(seen(runPointwise(both)));
  return batched;
}

interface Rig {
  readonly machine: Machine;
  readonly object: LoadedObject;
  readonly told: string[];
  /** The time that records are told at which are read now. */
  atNs: number;
  readonly drain: () => void;
}

function createRig(
  { spec, cpus = 1, limitInsns = 100_000, verifier = 'on' }: RunInput,
  engine: EngineName,
): Rig {
  const told: string[] = [];
  const machine = createMachine({
    cpus,
    limitInsns,
    verifier,
    engine,
    syscalls: MACHINE_SYSCALLS,
    onPrintk: (line) => told.push(`print ${formatPrintk(line)} ${line.atNs}`),
    onFault: ({ prog, pc, code, message }) => told.push(`fault ${prog} ${pc} ${code} ${message}`),
    onEffect: (effect) =>
      told.push(
        `effect ${JSON.stringify(effect, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}`,
      ),
  });
  const object = machine.load(spec);
  machine.attachAll(object);
  const rig: Rig = { machine, object, told, atNs: 0, drain: () => outlets.drain() };
  const outlets = createOutlets(object, (map, record) => {
    const what = record.kind === 'sample' ? hex(record.data) : `lost ${record.count}`;
    told.push(`record ${map.spec.name} ${record.cpu} ${rig.atNs} ${what}`);
  });
  return rig;
}

/** Point by point. */
export function runPointwise(input: RunInput, engine: EngineName = 'interp'): Outcome {
  return drive(input, createRig(input, engine), undefined);
}

/** In batches on the JIT, and point by point where the machine has it so. */
export function runBatched(input: RunInput, sizes: BatchSizes): Outcome {
  return drive(input, createRig(input, 'jit'), sizes);
}

function drive({ recording, points }: RunInput, rig: Rig, sizes: BatchSizes | undefined): Outcome {
  const { machine } = rig;
  const cursor = createCursor(recording);
  const processes = createProcesses(recording);
  const feeder = sizes === undefined ? undefined : new Feeder(rig, sizes);
  const point = emptyPoint();
  for (let i = 0; i < points && cursor.advance(Infinity); i++) {
    const { phase, atNs } = cursor;
    for (const event of processes.before(cursor)) {
      if (!machine.listens('event')) break;
      feeder?.flush();
      rig.atNs = event.atNs;
      machine.event(event);
      rig.drain();
    }
    const isCall = phase === 'enter' || phase === 'exit';
    if (isCall) fillPoint(cursor, recording, point, processes.current());
    if (!isCall || feeder?.takes(phase, point) !== true) {
      rig.atNs = atNs;
      if (isCall && machine.listens(phase)) machine[phase](point);
      else machine.advance(atNs);
      rig.drain();
    }
    processes.take(cursor);
  }
  feeder?.flush();
  return outcomeOf(rig, feeder?.taken ?? 0);
}

/** Collects points into batches. */
class Feeder {
  taken = 0;
  private readonly rig: Rig;
  private readonly sizes: BatchSizes;
  private readonly points: SyscallPoint[] = [];
  private size = 1;

  constructor(rig: Rig, sizes: BatchSizes) {
    this.rig = rig;
    this.sizes = sizes;
  }

  /** False: the point must be handed over by itself, now. */
  takes(phase: 'enter' | 'exit', point: SyscallPoint): boolean {
    const { batch } = this.rig.machine;
    if (batch === undefined) return false;
    if (batch.isHeld) {
      this.flush();
      return false;
    }
    if (batch.plan(phase, point.audit, point.nr) === 0) return true;
    if (this.points.length === 0) {
      batch.columns();
      this.size = 1 + this.sizes.random.below(this.sizes.most);
    }
    const row = this.points.length;
    const columns = batch.columns();
    columns.plan[row] = batch.plan(phase, point.audit, point.nr);
    columns.nr[row] = point.nr;
    columns.audit[row] = point.audit;
    columns.args.set(new BigUint64Array(point.args.slice().buffer), row * 6);
    columns.ret[row] = point.ret;
    columns.tid[row] = point.tid;
    columns.tgid[row] = point.tgid;
    columns.comm[row] = batch.name(point.comm);
    columns.cpu[row] = point.cpu;
    columns.atNs[row] = point.atNs;
    const memory = batch.wants === 'memory' ? point.memory() : [];
    this.points.push({ ...point, args: point.args.slice(), facts: undefined, memory: () => memory });
    if (this.points.length >= Math.min(this.size, batch.rows)) this.flush();
    return true;
  }

  flush(): void {
    const { rig, points } = this;
    const { batch } = rig.machine;
    if (points.length === 0 || batch === undefined) return;
    const fill = (row: number, point: SyscallPoint): void => void Object.assign(point, points[row]);
    const drain = (row: number): void => {
      rig.atNs = points[row]!.atNs;
      rig.drain();
    };
    for (let from = 0; from < points.length;) from += batch.run(from, points.length, fill, drain);
    this.taken += points.length;
    points.length = 0;
  }
}

function outcomeOf({ machine, object, told }: Rig, rows: number): Outcome {
  return {
    told,
    counters: object.progs.map(
      ({ spec, runs, insnsRun, faults }) => `${spec.name} ${runs} ${insnsRun} ${faults}`,
    ),
    maps: object.maps.map((map) => {
      const elements: string[] = [];
      for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
        const value = map.lookup(key);
        elements.push(`${hex(key)}=${typeof value === 'number' ? value : hex(value)}`);
      }
      return `${map.spec.name} dropped ${map.dropped}: ${elements.join(' ')}`;
    }),
    jumps: object.maps
      .filter(({ spec }) => spec.type === 'prog_array')
      .map((map) => JSON.stringify(object.progArray(map))),
    insnsRun: machine.insnsRun,
    unknown: machine.unknown().map((read) => JSON.stringify(read)),
    rows,
    whyNoBatch: machine.whyNoBatch,
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
