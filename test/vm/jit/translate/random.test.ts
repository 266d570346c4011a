// Random programs that nobody has verified do the same on both engines.
import { expect, test } from 'vitest';
import { Random, seedOf } from '../../../support/seed.ts';
import { Twins } from '../../../support/twins.ts';
import { wildProg } from '../../../support/wild-progs.ts';

const SEED = seedOf(41);
const PROGS = Number(process.env['WILD'] ?? 700);
const SLOTS = 4;

test(`${PROGS} wild programs (seed ${SEED}) end alike`, () => {
  const random = new Random(SEED);
  const ends = new Map<string, number>();
  for (let i = 0, twins = fresh(false); i < PROGS; i++) {
    if (i % 100 === 99) twins = fresh(i % 200 === 99);
    const { machines, progArray, maps } = twins;
    const insns = wildProg(random, { progArray, maps });
    const attr = { name: `p${i}`, type: 'sched_cls', insns, license: 'GPL' };
    const fd = machines.prog(attr);
    if (fd < 0) {
      ends.set('refused', (ends.get('refused') ?? 0) + 1);
      continue;
    }
    const slot = Uint8Array.of(random.below(SLOTS), 0, 0, 0);
    machines.both((machine) => machine.bpf.mapUpdate(progArray, slot, Uint8Array.of(fd, fd >> 8, 0, 0), 0));
    const what = `program ${i} of seed ${SEED}`;
    const data = Uint8Array.from({ length: 64 }, (_, byte) => byte);
    const { fault } = machines.both((machine) => machine.testRun(fd, { data, repeat: 2 }), what);
    machines.compare(what);
    const end = fault?.code ?? 'exit';
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  for (const end of ['exit', 'access', 'budget', 'frames', 'ctx', 'map'])
    expect(ends.get(end), end).toBeGreaterThan(5);
});

/** `profile`: hits of insns are counted, and are part of what must be the same. */
function fresh(profile: boolean): {
  readonly machines: Twins;
  readonly progArray: number;
  readonly maps: readonly number[];
} {
  const machines = new Twins({ verifier: 'off', limitInsns: 3000, profile });
  const progArray = machines.map(`progs prog_array 4 4 ${SLOTS}`);
  const maps = ['numbers array 4 16 3', 'sums hash 4 16 4', 'each percpu_array 4 8 3'].map((line) =>
    machines.map(line),
  );
  return { machines, progArray, maps };
}
