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

/** Programs of type kprobe that once did not. */
const ONCE: readonly { readonly what: string; readonly text: string }[] = [
  {
    what: 'a record of -1 bytes',
    text: '.map records ringbuf key=0 value=0 entries=4096\nr1 = records ll\nr2 = -1\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto none\nr1 = r0\nr2 = 0\ncall ringbuf_submit\nnone: r0 = 0\nexit',
  },
  {
    what: 'a value so long that handing it over costs insns',
    text: '.map long hash key=4 value=5000 entries=2\n.map own array key=4 value=5000 entries=1\n*(u32 *)(r10 - 4) = 7\nr1 = long ll\nr2 = r10\nr2 += -4\nr3 = mapval[own] ll\nr4 = 0\ncall map_update_elem\nexit',
  },
  {
    what: 'flags in a register that no row names',
    text: 'r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall get_branch_snapshot\nexit',
  },
];

test.each(ONCE)('$what is the same on both engines', ({ text }) => {
  const maps = text.split('\n').filter((line) => line.startsWith('.map'));
  const insns = text.split('\n').filter((line) => !line.startsWith('.map'));
  const source = ['.license "GPL"', ...maps, '.section "kprobe/x"', 'main:', ...insns].join('\n');
  expect(compare([kprobe(assembleObject(source, 'once'))])).toBe(1);
});

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
