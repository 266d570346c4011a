// Programs of random calls, unverified, on two machines that differ in their engine: all that they show and leave is the same, whatever goes wrong in them.
import { expect, test } from 'vitest';
import { PROG_FLAGS } from '../../../../vm/kernel/prog-types.ts';
import { CALL_TYPES, makeMaps, runOf } from '../../../support/call-rig.ts';
import { rig } from '../../../support/machine.ts';
import { randomCalls } from '../../../support/random-calls.ts';
import { Random, seedOf } from '../../../support/seed.ts';

const SEED = seedOf(20_260);
const PROGS = 800;
const PROGS_A_MACHINE = 100;
const LIMIT_INSNS = 3000;

test(`${PROGS} programs of random calls (seed ${SEED}) do the same compiled and interpreted`, () => {
  const random = new Random(SEED);
  const effects: unknown[][] = [[], []];
  const make = () =>
    (['interp', 'jit'] as const).map((engine, i) => {
      const made = rig({
        engine,
        verifier: 'off',
        limitInsns: LIMIT_INSNS,
        onEffect: (effect) => effects[i]!.push(effect),
      });
      return Object.assign(made, { maps: makeMaps(made) });
    });
  let machines = make();
  let compiled = 0;
  for (let i = 0; i < PROGS; i++) {
    if (i % PROGS_A_MACHINE === 0) machines = make();
    const type = random.pick(CALL_TYPES);
    const flags = type === 'syscall' ? PROG_FLAGS.sleepable : 0;
    const insns = randomCalls(random, machines[0]!.maps, type);
    const results = machines.map((each, which) => {
      const fd = each.machine.bpf.progLoad({ name: `p${i}`, type, insns, license: 'GPL', flags });
      if (fd < 0) return fd;
      const result = runOf(each, fd, type, effects[which]!);
      each.machine.bpf.close(fd);
      return result;
    });
    expect(results[1], `program ${i}`).toEqual(results[0]);
    if (typeof results[1] !== 'number') compiled += 1;
  }
  expect(compiled).toBeGreaterThan(PROGS / 2);
});
