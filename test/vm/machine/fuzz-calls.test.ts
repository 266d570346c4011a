// Calls of every helper and kernel function with arguments of any sense, on maps of every kind, unverified: they end in an exit or a fault, they keep their budget,
// and a machine that is put back to where a run began does all of it again, to the same bytes.
import { expect, test } from 'vitest';
import type { TestRunResult } from '../../../vm/index.ts';
import { SLOT_BYTES } from '../../../vm/isa/opcodes.ts';
import { PROG_FLAGS } from '../../../vm/kernel/prog-types.ts';
import { CALL_TYPES, makeMaps, runOf } from '../../support/call-rig.ts';
import { rig, type Rig } from '../../support/machine.ts';
import { randomCalls } from '../../support/random-calls.ts';
import { Random, seedOf } from '../../support/seed.ts';

const SEED = seedOf(4711);
const PROGS = 3000;
const LIMIT_INSNS = 3000;

test(
  `${PROGS} programs of random calls (seed ${SEED}) end in an exit or a fault, and do so again from a snapshot`,
  { timeout: 120_000 },
  () => {
    const random = new Random(SEED);
    const ends = new Map<string, number>();
    const ran = new Set<string>();
    let effects: unknown[] = [];
    const makeRig = (): Rig =>
      rig({ verifier: 'off', limitInsns: LIMIT_INSNS, onEffect: (effect) => effects.push(effect) });
    let machine = makeRig();
    let maps = makeMaps(machine);
    for (let i = 0; i < PROGS; i++) {
      if (i % 200 === 0) {
        effects = [];
        machine = makeRig();
        maps = makeMaps(machine);
      }
      const type = random.pick(CALL_TYPES);
      const flags = type === 'syscall' ? PROG_FLAGS.sleepable : 0;
      const insns = randomCalls(random, maps, type);
      const fd = machine.machine.bpf.progLoad({ name: `p${i}`, type, insns, license: 'GPL', flags });
      if (fd < 0) {
        ends.set('refused', (ends.get('refused') ?? 0) + 1);
        continue;
      }
      const before = machine.machine.snapshot();
      const first = runOf(machine, fd, type, effects);
      machine.machine.restore(before);
      expect(runOf(machine, fd, type, effects), `program ${i}`).toEqual(first);
      const { insns: ranInsns, fault } = first as TestRunResult;
      expect(ranInsns, `program ${i}`).toBeLessThan(LIMIT_INSNS + insns.length / SLOT_BYTES);
      const end = fault?.code ?? 'exit';
      ends.set(end, (ends.get(end) ?? 0) + 1);
      ran.add(type);
      machine.machine.bpf.close(fd);
    }
    expect([...ran].toSorted()).toEqual(CALL_TYPES.toSorted());
    for (const end of ['refused', 'exit', 'access', 'map', 'field', 'lock', 'owed'])
      expect(ends.get(end), end).toBeGreaterThan(10);
  },
);
