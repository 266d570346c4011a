// Programs that the verifier accepts do the same on both engines: results, packets, maps, output, counters, faults, the whole memory. Random programs and
// such as tests have, with something changed. EQUAL_RUNS=50000 TEST_SEED=7 puts more of them to both.
import { expect, test } from 'vitest';
import { disassemble, logLine } from '../../../vm/asm/disassemble.ts';
import { assembleObject, type ObjectSpec } from '../../../vm/index.ts';
import { CHANGED, isBrief, RANDOM, WRITTEN } from '../../support/border-programs.ts';
import { randomStackText } from '../../support/random-stack.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { TwinMachines } from '../../support/twin-machines.ts';

const SEED = seedOf(6_060);
/** Random programs in all. */
const RUNS = Number(process.env['EQUAL_RUNS'] ?? 500);
/** Runs of each program. */
const EACH = 3;

const makers: readonly (readonly [string, (random: Random) => ObjectSpec])[] = [
  ['the stack', (random) => kprobe(assembleObject(randomStackText(random), 'stack'))],
  ...RANDOM,
  ...[...CHANGED].map(([name, make]) => [`${name}, changed`, make] as const),
];
const OF_EACH = Math.ceil(RUNS / makers.length);

function kprobe(object: ObjectSpec): ObjectSpec {
  return { ...object, progs: [{ ...object.progs[0]!, type: 'kprobe' }] };
}

/** Throws at the first difference; how many were accepted. */
function compare(objects: Iterable<ObjectSpec>): number {
  const twins = new TwinMachines([{ options: { engine: 'interp' } }, { options: { engine: 'jit' } }]);
  let accepted = 0;
  for (const object of objects) {
    const found = twins.difference(object, SEED + accepted, EACH);
    if (found === 'refused') continue;
    if (found !== undefined) throw new Error(`${found}\n\n${textOf(object)}`);
    accepted += 1;
  }
  expect(twins.compiled).toBe(twins.progs);
  return accepted;
}

function textOf({ progs }: ObjectSpec): string {
  return progs
    .flatMap(({ insns, relocs }) => disassemble(insns, { dialect: 'kernel', relocs }).map(logLine))
    .join('\n');
}

function* some(random: Random, make: (random: Random) => ObjectSpec): Generator<ObjectSpec> {
  for (let i = 0; i < OF_EACH; i++) {
    const object = make(random);
    if (isBrief(object)) yield object;
  }
}

test.each([...WRITTEN])(
  '%s do the same on both engines',
  (_name, make) => {
    expect(compare(make().filter(isBrief))).toBeGreaterThan(0);
  },
  600_000,
);

test(`random programs do the same on both engines (${OF_EACH} of each kind from seed ${SEED})`, () => {
  const accepted = makers.map(([name, make]): [string, number] => [
    name,
    compare(some(new Random(SEED), make)),
  ]);
  expect(Object.fromEntries(accepted)['the stack']).toBe(OF_EACH);
  expect(accepted.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(RUNS / 4);
}, 36_000_000);
