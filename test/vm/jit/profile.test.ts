// Hits of insns: what the interpreter steps over, counted by hand, is what both engines count; also where runs are stopped in the middle, and in programs that
// were not verified.
import { describe, expect, test } from 'vitest';
import {
  assembleObject,
  disassemble,
  LoadError,
  type LoadedObject,
  type Machine,
  type MachineOptions,
  type ObjectSpec,
} from '../../../vm/index.ts';
import type { Handler } from '../../../vm/interp/handlers.ts';
import type { ObjectLoader } from '../../../vm/object-loader.ts';
import { CHANGED, isBrief, RANDOM } from '../../support/border-programs.ts';
import { AUDIT_X86_64, pointOf, rig } from '../../support/machine.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { TwinMachines } from '../../support/twin-machines.ts';

const SEED = seedOf(7_171);
/** Objects of each kind. */
const OF_EACH = 6;
const EACH = 2;
const COUNTS: Partial<MachineOptions> = { profile: true };

/** What the interpreter steps on, by program and pc; counted from now on. */
function stepsOf(machine: Machine, { progs }: LoadedObject): readonly Float64Array[] {
  const { loader } = machine as unknown as { readonly loader: ObjectLoader }; // as machine.ts makes it
  return progs.map((prog) => {
    const { code } = loader.kernelProg(prog)!; // just loaded
    const times = new Float64Array(code.count);
    const handlers = code.handlers as Handler[]; // of this program alone
    for (const [pc, handler] of handlers.entries()) {
      handlers[pc] = (cpu, at) => {
        times[pc]! += 1;
        return handler(cpu, at);
      };
    }
    return times;
  });
}

/** Second slots of wide insns count as the first do: nobody steps on them. */
function stepped(hits: Float64Array, steps: Float64Array, insns: Uint8Array): Float64Array {
  const firsts = new Set(disassemble(insns).map(({ pc }) => pc));
  return hits.map((times, pc) => (firsts.has(pc) ? times : steps[pc]!));
}

/** Throws at the first difference between two engines that count; how many objects ran. */
function compare(objects: Iterable<ObjectSpec>, options: Partial<MachineOptions>): number {
  const twins = new TwinMachines(
    [{ options: { ...COUNTS, engine: 'interp' } }, { options: { ...COUNTS, engine: 'jit' } }],
    options,
  );
  let ran = 0;
  for (const object of objects) {
    const found = twins.difference(object, SEED + ran, EACH);
    if (found === 'refused') continue;
    expect(found, object.name).toBeUndefined();
    ran += 1;
  }
  return ran;
}

function* some(make: (random: Random) => ObjectSpec): Generator<ObjectSpec> {
  const random = new Random(SEED);
  for (let i = 0; i < OF_EACH; i++) {
    const object = make(random);
    if (isBrief(object)) yield object;
  }
}

describe(`both engines leave the same hits (${OF_EACH} of each kind from seed ${SEED})`, () => {
  const makers = [...RANDOM, ...CHANGED];
  test('of programs that the verifier accepts', () => {
    const ran = makers.map(([, make]) => compare(some(make), {}));
    expect(ran.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(OF_EACH);
  });
  test('of programs that were not verified, most of which are stopped', () => {
    const ran = makers.map(([, make]) => compare(some(make), { verifier: 'off' }));
    expect(ran.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(OF_EACH);
  });
  test('of runs that their budget stops', () => {
    for (const limitInsns of [1, 7, 23]) {
      for (const [, make] of RANDOM) compare(some(make), { limitInsns });
    }
  });
});

test('hits are what the interpreter steps on, insn by insn', () => {
  let faults = 0;
  let total = 0;
  for (const [, make] of [...RANDOM, ...CHANGED]) {
    for (const object of some(make)) {
      const made = rig({ engine: 'interp', profile: true, verifier: 'off', limitInsns: 3000 });
      const { machine } = made;
      const loaded = tryLoad(machine, object);
      if (loaded === undefined) continue;
      const steps = stepsOf(machine, loaded);
      for (const prog of loaded.progs) {
        for (let i = 0; i < EACH; i++) machine.testRun(prog, { data: new Uint8Array(60 + i) });
      }
      for (const [i, prog] of loaded.progs.entries()) {
        const hits = machine.hitsOf(prog)!;
        expect(stepped(hits, steps[i]!, prog.spec.insns), object.name).toEqual(steps[i]);
        total += steps[i]!.reduce((sum, times) => sum + times, 0);
      }
      faults += made.faults.length;
    }
  }
  expect(faults).toBeGreaterThan(5);
  expect(total).toBeGreaterThan(1000);
});

const TWO_PATHS = `
.license GPL
.map m array key=4 value=8 entries=1
.section "raw_tp/sys_enter"
main:
r6 = *(u64 *)(r1 + 8)
if r6 s< 5 goto small
r1 = r6
call double
r0 = 0
exit
small:
r0 = 1
exit
double:
r0 = r1
r0 += r1
exit
`;
const HITS = [10, 10, 5, 5, 5, 5, 5, 5, 5, 5, 5];

function enterTen(machine: Machine): void {
  for (let nr = 0; nr < 10; nr++) machine.enter(pointOf({ nr }));
}

function loadTwoPaths(options: Partial<MachineOptions>): {
  readonly machine: Machine;
  readonly object: LoadedObject;
} {
  const { machine } = rig({ profile: true, ...options });
  const object = machine.load(assembleObject(TWO_PATHS, 'test'));
  machine.attachAll(object);
  return { machine, object };
}

describe('hits of a program that goes two ways', () => {
  test.each(['jit', 'interp'] as const)('on %s', (engine) => {
    const { machine, object } = loadTwoPaths({ engine });
    enterTen(machine);
    expect([...machine.hitsOf(object.progs[0]!)!]).toEqual(HITS);
  });

  test('add up over engines, and go back with snapshots', () => {
    const { machine, object } = loadTwoPaths({});
    const prog = object.progs[0]!;
    machine.engine = 'jit';
    enterTen(machine);
    const snapshot = machine.snapshot();
    machine.engine = 'interp';
    enterTen(machine);
    expect([...machine.hitsOf(prog)!]).toEqual(HITS.map((times) => 2 * times));
    machine.restore(snapshot);
    expect([...machine.hitsOf(prog)!]).toEqual(HITS);
  });

  test('are counted in batches', () => {
    const { machine, object } = loadTwoPaths({ engine: 'jit' });
    const { batch } = machine;
    const columns = batch!.columns();
    for (let nr = 0; nr < 10; nr++) {
      columns.plan[nr] = batch!.plan('enter', AUDIT_X86_64, nr);
      columns.nr[nr] = nr;
      columns.audit[nr] = AUDIT_X86_64;
    }
    for (let row = 0; row < 10;)
      row += batch!.run(
        row,
        10,
        (nr, point) => Object.assign(point, pointOf({ nr })),
        () => {},
      );
    expect([...machine.hitsOf(object.progs[0]!)!]).toEqual(HITS);
  });

  test('are gone with the program, and not there where nobody asked', () => {
    const { machine, object } = loadTwoPaths({});
    machine.unload(object);
    expect(machine.hitsOf(object.progs[0]!)).toBeUndefined();
    const plain = loadTwoPaths({ profile: false });
    expect(plain.machine.hitsOf(plain.object.progs[0]!)).toBeUndefined();
    expect(plain.machine.snapshot().byteSize).toBeLessThan(loadTwoPaths({}).machine.snapshot().byteSize);
  });
});

/** Stopped at the load in `reach` when r1 is 3, in the middle of insns that run together; the caller never goes on. */
const STOPPED = `
.license GPL
.section "raw_tp/sys_enter"
main:
r1 = *(u64 *)(r1 + 8)
r0 = 0
call reach
r0 += 1
exit
reach:
r0 = r10
if r1 != 3 goto good
r0 = 64
good:
r2 = 1
r0 = *(u64 *)(r0 - 8)
r0 = 2
r0 += 3
exit
`;

test.each(['jit', 'interp'] as const)('what a run did not come to is not counted, on %s', (engine) => {
  const { machine, faults } = rig({ engine, profile: true, verifier: 'off' });
  const object = machine.load(assembleObject(STOPPED, 'test'));
  machine.attachAll(object);
  enterTen(machine);
  expect(faults.map(({ pc }) => pc)).toEqual([9]);
  expect([...machine.hitsOf(object.progs[0]!)!]).toEqual([10, 10, 10, 9, 9, 10, 10, 1, 10, 10, 9, 9, 9]);
});

function tryLoad(machine: Machine, object: ObjectSpec): LoadedObject | undefined {
  try {
    return machine.load(object);
  } catch (error) {
    if (error instanceof LoadError) return undefined;
    throw error;
  }
}
