// A run that changes its engine at any event, goes back to snapshots and finds other programs in its slots: all that can be seen is the same as if one
// engine had run it all.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../../traces/index.ts';
import { assembleObject, type EngineName, type LoadedObject, type Machine } from '../../../../vm/index.ts';
import { digestOf } from '../../../support/call-rig.ts';
import { ASM_SAMPLES, type AsmSample } from '../../../support/asm-samples/index.ts';
import { pointOf, rig, u32, type PointFields, type Rig } from '../../../support/machine.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(612);
const EVENTS = 3000;
/** tracex5 has most to do with these. */
const NUMBERS = [0, 0, 1, 1, 9, 39, 102, 107, 231, 257, 1023, 5000] as const;

type Step =
  | { readonly kind: 'enter' | 'exit'; readonly point: PointFields }
  | { readonly kind: 'engine'; readonly engine: EngineName }
  | { readonly kind: 'slot'; readonly index: number; readonly prog: number }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'restore' };

/** What happens: mostly calls; switches, other slots and snapshots in between. */
function stepsOf(random: Random): readonly Step[] {
  return Array.from({ length: EVENTS }, (_, i): Step => {
    const kind = random.below(60);
    if (kind === 0) return { kind: 'engine', engine: random.pick(['jit', 'interp']) };
    if (kind === 1) return { kind: 'slot', index: random.pick(NUMBERS), prog: random.below(5) - 1 };
    if (kind === 2) return { kind: 'snapshot' };
    if (kind === 3) return { kind: 'restore' };
    const nr = random.pick(NUMBERS);
    const args = [random.u64(), random.u64(), BigInt(random.pick([100, 200, 512, 832, 2000]))];
    const point = {
      nr,
      args,
      ret: BigInt(random.below(9)) - 3n,
      tid: 100 + random.below(4),
      comm: random.pick(['dd', 'a name of 15 ch', '']),
      cpu: random.below(3),
      atNs: i * 1000,
    };
    return { kind: random.pick(['enter', 'exit']), point };
  });
}

/** Puts one of the object's programs into a slot of its first prog_array, or takes out what is there. */
function fillSlot(object: LoadedObject, index: number, prog: number): void {
  const table = object.maps.find(({ spec }) => spec.type === 'prog_array');
  const loaded = object.progs[prog];
  if (loaded === undefined) table?.delete(u32(index));
  else table?.update(u32(index), u32(loaded.fd), 0);
}

/** Does the steps; `engine` takes the place of what they say. All that is seen at each, as one text. */
function play(sample: AsmSample, steps: readonly Step[], engine?: EngineName): string {
  const made: Rig = rig({ syscalls: MACHINE_SYSCALLS, engine: engine ?? 'jit' });
  const { machine } = made;
  const object = machine.load(assembleObject(sample.source, sample.name));
  machine.attachAll(object);
  const seen = createHash('sha256');
  let saved = machine.snapshot();
  for (const step of steps) {
    if (step.kind === 'engine') machine.engine = engine ?? step.engine;
    else if (step.kind === 'slot') fillSlot(object, step.index, step.prog);
    else if (step.kind === 'snapshot') saved = machine.snapshot();
    else if (step.kind === 'restore') {
      seen.update(digestOf(machine.snapshot()));
      machine.restore(saved);
    } else machine[step.kind](pointOf(step.point));
    seen.update(JSON.stringify([made.printks.splice(0), made.faults.splice(0), countersOf(machine, object)]));
  }
  return `${seen.digest('hex')} ${digestOf(machine.snapshot())}`;
}

function countersOf(machine: Machine, object: LoadedObject): unknown {
  return [
    machine.insnsRun,
    machine.unknown(),
    object.progs.map(({ runs, insnsRun, faults }) => [runs, insnsRun, faults]),
  ];
}

describe(`${EVENTS} steps, seed ${SEED}`, () => {
  test.each(Object.values(ASM_SAMPLES))('$name', (sample) => {
    const steps = stepsOf(new Random(SEED));
    const reference = play(sample, steps, 'interp');
    expect(play(sample, steps, 'jit')).toBe(reference);
    expect(play(sample, steps)).toBe(reference);
  });
});

test('the engine is that of the machine from the next run on, and it says which runs a program', () => {
  const { machine } = rig({ engine: 'interp', syscalls: MACHINE_SYSCALLS });
  const object = machine.load(assembleObject(ASM_SAMPLES.syscount.source, 'syscount'));
  expect(machine.engineOf(object.progs[0]!)).toEqual({ engine: 'interp' });
  machine.engine = 'jit';
  expect([machine.engine, machine.engineOf(object.progs[0]!)]).toEqual(['jit', { engine: 'jit' }]);
});

test('a host that is told something may not change the engine of the run', () => {
  const errors: string[] = [];
  const { machine } = rig({
    onPrintk: () => {
      try {
        machine.engine = 'interp';
      } catch (error) {
        errors.push((error as Error).message);
      }
    },
  });
  const object = machine.load(
    assembleObject(
      '.license GPL\n.section "raw_tp/sys_enter"\nmain:\nr1 = "hi" ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 3\ncall trace_printk\nr0 = 0\nexit',
      'says',
    ),
  );
  machine.attachAll(object);
  machine.enter(pointOf());
  expect(errors).toEqual(['the machine is running a program and takes no other']);
});
