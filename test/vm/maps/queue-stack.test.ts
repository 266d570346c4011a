// queue, stack and bloom_filter beyond their models (models.test.ts): false answers, keys that there are none of.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadText, rig, runOnce, u32 } from '../../support/machine.ts';
import { seedOf } from '../../support/seed.ts';

const SEED = seedOf(42);
const NO_KEY = new Uint8Array(0);
const ENTRIES = 3;

/** Programs that push the value of an array or peek for it, and return what the helper does. */
const PROGS = (['push', 'peek'] as const).map(
  (name) => `.section "socket"\n${name}:\nr1 = map[m] ll\nr2 = mapval[value] ll\nr3 = 0
    call map_${name}_elem\nexit`,
);

function storeRig(type: string, more = '') {
  const { machine } = rig();
  const object = loadText(
    machine,
    `.map m ${type} key=0 value=4 entries=${ENTRIES}${more}\n.map value array key=4 value=4 entries=1\n${PROGS.join('\n')}`,
  );
  const [map, value] = object.maps;
  const call = (name: string, input: number): number => {
    value!.update(u32(0), u32(input), 0);
    return (
      runOnce(
        machine,
        object.progs.find(({ spec }) => spec.name === name)!,
      ).retval | 0
    );
  };
  return { machine, map: map!, call };
}

test(`a bloom filter never forgets, and invents little (seed ${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: ENTRIES }),
      (values) => {
        const { machine, map, call } = storeRig('bloom_filter', ' extra=4');
        for (const [i, value] of values.entries()) {
          expect(i % 2 === 0 ? call('push', value) : map.update(NO_KEY, u32(value), 0)).toBe(0);
        }
        machine.restore(machine.snapshot());
        for (const value of values)
          expect([call('peek', value), map.lookup(u32(value))]).toEqual([0, u32(value)]);
        let invented = 0;
        for (let other = 200_000; other < 200_100; other++) if (call('peek', other) === 0) invented += 1;
        expect(invented).toBeLessThan(20);
      },
    ),
    { seed: SEED, numRuns: 20 },
  );
});

test('values without keys have no next key, and cannot be deleted', () => {
  for (const type of ['queue', 'stack']) {
    const { map } = storeRig(type);
    expect([map.nextKey(undefined), map.delete(NO_KEY), map.lookup(u32(0))]).toEqual([-22, -22, -22]);
  }
});
