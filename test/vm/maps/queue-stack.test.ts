// queue, stack and bloom_filter against plain models, from the side of programs and of user space.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadText, rig, runOnce, u32 } from '../../support/machine.ts';
import { seedOf } from '../../support/seed.ts';

const SEED = seedOf(42);
const NO_KEY = new Uint8Array(0);
const ENTRIES = 3;
const EMPTY = -2;

/** Programs that push the value of an array, pop or peek into it, and return what the helper does. */
const PROGS = (['push', 'pop', 'peek'] as const).map(
  (
    name,
  ) => `.section "socket"\n${name}:\nr1 = map[m] ll\nr2 = mapval[value] ll\nr3 = mapval[flags] ll\nr3 = *(u64 *)(r3 + 0)
    call map_${name}_elem\nexit`,
);

function storeRig(type: string, more = '') {
  const { machine } = rig();
  const object = loadText(
    machine,
    `.map m ${type} key=0 value=4 entries=${ENTRIES}${more}\n.map value array key=4 value=4 entries=1
    .map flags array key=4 value=8 entries=1\n${(type === 'bloom_filter' ? [PROGS[0]!, PROGS[2]!] : PROGS).join('\n')}`,
  );
  const [map, value, flag] = object.maps;
  const valueNow = (): number =>
    new DataView((value!.lookup(u32(0)) as Uint8Array).buffer).getUint32(0, true); // the key is there
  const call = (name: string, input: number, flags = 0): number => {
    value!.update(u32(0), u32(input), 0);
    flag!.update(u32(0), new Uint8Array(BigUint64Array.of(BigInt(flags)).buffer), 0);
    return (
      runOnce(
        machine,
        object.progs.find(({ spec }) => spec.name === name)!,
      ).retval | 0
    );
  };
  return { machine, map: map!, valueNow, call };
}

const step = fc.oneof(
  fc.record({
    side: fc.constantFrom('prog' as const, 'user' as const),
    what: fc.constantFrom('push' as const, 'push' as const, 'pop' as const, 'peek' as const),
    value: fc.integer({ min: 1, max: 1000 }),
    flags: fc.constantFrom(0, 0, 0, 1, 2, 3, 8),
  }),
  fc.constant('restore' as const),
);

test.each(['queue', 'stack'])(`a %s is a plain list (seed ${SEED})`, (type) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { machine, map, valueNow, call } = storeRig(type);
      const list: number[] = [];
      for (const one of steps) {
        if (one === 'restore') {
          const snapshot = machine.snapshot();
          call('push', 7, 2);
          call('pop', 0);
          machine.restore(snapshot);
          continue;
        }
        const { side, what, value, flags } = one;
        if (what === 'push') {
          const expected = flags > 2 || flags === 1 ? -22 : list.length === ENTRIES && flags === 0 ? -7 : 0;
          const said = side === 'prog' ? call('push', value, flags) : map.update(NO_KEY, u32(value), flags);
          expect(said).toBe(expected);
          if (expected === 0) {
            if (list.length === ENTRIES) list.shift();
            list.push(value);
          }
        } else {
          const expected = type === 'queue' ? list[0] : list.at(-1);
          if (side === 'prog') {
            expect([call(what, 99), valueNow()]).toEqual([expected === undefined ? EMPTY : 0, expected ?? 0]);
          } else {
            const said = what === 'pop' ? map.lookupAndDelete(NO_KEY) : map.lookup(NO_KEY);
            expect(said).toEqual(expected === undefined ? EMPTY : u32(expected));
          }
          if (what === 'pop' && type === 'queue') list.shift();
          if (what === 'pop' && type === 'stack') list.pop();
        }
        expect(map.entries).toBe(list.length);
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

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
