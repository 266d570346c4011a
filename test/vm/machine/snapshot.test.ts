// Snapshots: all state of a machine, put back as it was.
import { describe, expect, test } from 'vitest';
import { assembleObject } from '../../../vm/index.ts';
import { ASM_SAMPLES } from '../../support/asm-samples/index.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { fromU64s, loadFilter, loadText, pointOf, rig, runOnce, u32 } from '../../support/machine.ts';

const COUNTER = `.map hits array key=4 value=8 entries=1
  .section "raw_tp/sys_enter"
  count:
    r1 = mapval[hits] ll
    r2 = 1
    lock *(u64 *)(r1 + 0) += r2
    r0 = 0
    exit`;

function loaded(): ReturnType<typeof rig> & {
  objects: ReturnType<ReturnType<typeof rig>['machine']['load']>[];
} {
  const base = rig();
  const objects = Object.values(ASM_SAMPLES).map(({ name, source }) => {
    const object = base.machine.load(assembleObject(source, name));
    base.machine.attachAll(object);
    return object;
  });
  return { ...base, objects };
}

/** Everything a user can see of the sample programs. */
function view(base: ReturnType<typeof loaded>): unknown {
  const { machine, objects } = base;
  return {
    progs: objects.flatMap(({ progs }) =>
      progs.map(({ id, runs, insnsRun, faults, attached }) => [id, runs, insnsRun, faults, attached]),
    ),
    maps: objects.flatMap(({ maps }) =>
      maps.map((map) => {
        const content: unknown[] = [];
        for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
          content.push([...key, map.lookup(key)]);
        }
        return [map.entries, content];
      }),
    ),
    jumps: objects[0]!.progArray(objects[0]!.maps[0]!),
    totals: [machine.insnsRun, machine.unknownReads],
  };
}

/** Calls `from` to `to` of an endless made-up workload. */
function play({ machine }: ReturnType<typeof loaded>, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const fields = {
      nr: (i * 37) % 300,
      tid: 100 + (i % 7),
      cpu: i % 3,
      atNs: i * 1000,
      args: [3n, 0x1000n, 512n],
    };
    machine.enter(pointOf(fields));
    machine.exit(pointOf({ ...fields, atNs: i * 1000 + ((i * i) % 700) }));
  }
}

describe('a snapshot', () => {
  test('restored gives the state it was taken from, and the same future', () => {
    const base = loaded();
    play(base, 0, 200);
    const before = view(base);
    const snapshot = base.machine.snapshot();
    play(base, 200, 400);
    const after = view(base);
    expect(after).not.toEqual(before);
    const printed = base.printks.splice(0);
    base.machine.restore(snapshot);
    expect(view(base)).toEqual(before);
    play(base, 200, 400);
    expect(view(base)).toEqual(after);
    expect(base.printks).toEqual(printed.slice(-base.printks.length));
  });

  test('is not tied to later changes, and can be restored again and again', () => {
    const base = loaded();
    const snapshot = base.machine.snapshot();
    const before = view(base);
    for (let round = 0; round < 3; round++) {
      play(base, 0, 50);
      base.machine.restore(snapshot);
      expect(view(base)).toEqual(before);
    }
  });

  test('brings back objects that were unloaded, and takes away those loaded since', () => {
    const base = loaded();
    play(base, 0, 20);
    const before = view(base);
    const snapshot = base.machine.snapshot();
    base.machine.unload(base.objects[1]!);
    const late = loadText(base.machine, COUNTER);
    base.machine.attachAll(late);
    play(base, 20, 40);
    base.machine.restore(snapshot);
    expect(view(base)).toEqual(before);
    expect(late.maps[0]!.lookup(u32(0))).not.toEqual(fromU64s(20n));
    play(base, 20, 21);
    expect(base.objects[1]!.progs[0]!.runs).toBe(21);
  });

  test('restored leaves what was loaded since without a machine, whatever takes its fds then', () => {
    const { machine } = rig();
    const snapshot = machine.snapshot();
    const gone = loadText(machine, COUNTER);
    machine.restore(snapshot);
    const here = loadText(machine, COUNTER);
    expect([gone.maps[0]!.fd, gone.progs[0]!.id]).toEqual([here.maps[0]!.fd, here.progs[0]!.id]);
    expect(gone.maps[0]!.update(u32(0), fromU64s(7n), 0)).toBe(-9);
    expect(() => machine.attach(gone.progs[0]!)).toThrow('not loaded any more');
    machine.unload(gone);
    expect(here.maps[0]!.lookup(u32(0))).toEqual(fromU64s(0n));
  });

  test('of another machine is refused', () => {
    expect(() => rig().machine.restore(rig().machine.snapshot())).toThrow(
      'the snapshot is of another machine',
    );
  });

  test('holds the random numbers', () => {
    const { machine } = rig({ seed: 7 });
    const prog = loadFilter(machine, 'call get_prandom_u32\nexit');
    const next = (): number => runOnce(machine, prog).retval;
    next();
    const snapshot = machine.snapshot();
    const numbers = [next(), next(), next()];
    machine.restore(snapshot);
    expect([next(), next(), next()]).toEqual(numbers);
    expect(new Set(numbers).size).toBe(3);
  });

  test('holds slots, frozen maps and owners', () => {
    const { machine } = rig();
    const { bpf } = machine;
    const object = loadText(
      machine,
      '.map t prog_array key=4 value=4 entries=2\n.slot t 1 main\n.section "socket"\nmain:\nr2 = map[t] ll\nr3 = 0\ncall tail_call\nr0 = 0\nexit',
    );
    const snapshot = machine.snapshot();
    const map = object.maps[0]!;
    map.delete(u32(1));
    map.freeze();
    machine.restore(snapshot);
    expect(map.lookup(u32(1))).toEqual(u32(object.progs[0]!.id));
    expect(bpf.mapUpdate(map.fd, u32(0), u32(object.progs[0]!.fd), 0)).toBe(0);
  });
});

const SEED = seedOf(937);

test(`detours that end in a restore leave no trace (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const [straight, winding] = [loaded(), loaded()];
  for (let at = 0; at < 2000;) {
    const to = at + 1 + random.below(60);
    if (random.below(2) === 0) detour(winding, random);
    for (const base of [straight, winding]) play(base, at, to);
    expect(view(winding)).toEqual(view(straight));
    expect(winding.printks).toEqual(straight.printks);
    at = to;
  }
});

/** Goes somewhere else, by way of other snapshots too, and back to where it was. */
function detour(base: ReturnType<typeof loaded>, random: Random): void {
  const { machine, objects, printks } = base;
  const lines = printks.length;
  const home = machine.snapshot();
  const stops = [home];
  for (let step = random.below(8); step >= 0; step--) {
    const { progs, maps } = random.pick(objects);
    const from = random.below(5000);
    switch (random.below(6)) {
      case 0:
        machine.attachAll(loadText(machine, COUNTER));
        break;
      case 1:
        machine.unload(random.pick(objects));
        break;
      case 2:
        for (const prog of progs) machine.detach(prog);
        break;
      case 3:
        for (const map of maps) map.freeze();
        break;
      case 4:
        machine.restore(random.pick(stops));
        break;
      default:
        play(base, from, from + random.below(100));
        stops.push(machine.snapshot());
    }
  }
  machine.restore(home);
  printks.length = lines;
}
