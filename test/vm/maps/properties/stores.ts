// queue, stack and bloom_filter: values without keys.
import * as fc from 'fast-check';
import { u32 } from '../../../support/machine.ts';
import { progRig } from './prog-rig.ts';
import { EITHER, modelSide, realSide, type MapProperty, type Side, type Step } from './property.ts';

const ENTRIES = 4;
const NO_KEY = new Uint8Array(0);
const [ENOENT, E2BIG, EINVAL] = [-2, -7, -22] as const;
const EXIST = 2;

const call = (helper: string): string =>
  `r1 = map[m] ll\nr2 = r6\nr2 += 8\nr3 = *(u64 *)(r6 + 16)\ncall map_${helper}_elem`;
const seen = (value: Uint8Array | number): number => (typeof value === 'number' ? value : value[0]!);

const valueOf = (step: Step): Uint8Array => Uint8Array.of(step.value, 0, 0, 0, 0, 0, 0, 0);

function listMap(type: string): Side {
  const progs = { push: call('push'), pop: call('pop'), peek: call('peek') };
  const { machine, map, run, left } = progRig(`${type} key=0 value=8 entries=${ENTRIES}`, progs);
  return realSide(machine, {
    'user push': (step) => map.update(NO_KEY, valueOf(step), step.flags),
    'user pop': () => seen(map.lookupAndDelete(NO_KEY)),
    'user peek': () => seen(map.lookup(NO_KEY)),
    'prog push': (step) => run('push', step),
    'prog pop': (step) => [run('pop', step), left()],
    'prog peek': (step) => [run('peek', step), left()],
    entries: () => map.entries,
  });
}

const push = (list: number[], { value, flags }: Step): number => {
  if (flags !== 0 && flags !== EXIST) return EINVAL;
  if (list.length === ENTRIES && flags !== EXIST) return E2BIG;
  if (list.length === ENTRIES) list.shift();
  list.push(value);
  return 0;
};
/** A program gets the helper's answer and the value, a zero where there is none. */
const toProg = (value: number): number[] => (value === ENOENT ? [ENOENT, 0] : [0, value]);

function listModel(type: string): Side {
  const index = (list: readonly number[]): number => (type === 'queue' ? 0 : list.length - 1);
  const peek = (list: readonly number[]): number => list[index(list)] ?? ENOENT;
  const pop = (list: number[]): number => list.splice(index(list), 1)[0] ?? ENOENT;
  return modelSide<number[]>([], {
    'user push': push,
    'user pop': pop,
    'user peek': peek,
    'prog push': push,
    'prog pop': (list) => toProg(pop(list)),
    'prog peek': (list) => toProg(peek(list)),
    entries: (list) => list.length,
  });
}

const list = (type: string): MapProperty => ({
  title: 'a plain list',
  whats: [
    'user push',
    'user push',
    'user pop',
    'user peek',
    'prog push',
    'prog push',
    'prog pop',
    'prog peek',
    'entries',
  ],
  keys: fc.constant(''),
  flags: [0, 0, 0, 1, 2, 3, 8],
  real: () => listMap(type),
  model: () => listModel(type),
});

const put = (set: Set<number>, { value, flags }: Step): number => {
  if (flags !== 0) return EINVAL;
  set.add(value);
  return 0;
};
const mayHold = (set: Set<number>, { value }: Step): unknown => {
  if (set.has(value)) return 0;
  return set.size === 0 ? ENOENT : EITHER;
};

const BLOOM: MapProperty = {
  title: 'a plain set, that may say yes too often',
  whats: ['user push', 'prog push', 'user peek', 'prog peek'],
  keys: fc.constant(''),
  flags: [0, 0, 0, 1, 2],
  real() {
    const progs = { push: call('push'), peek: call('peek') };
    const { machine, map, run } = progRig('bloom_filter key=0 value=4 entries=16 extra=3', progs);
    return realSide(machine, {
      'user push': ({ value, flags }) => map.update(NO_KEY, u32(value), flags),
      'prog push': (step) => run('push', step),
      'user peek': ({ value }) => (typeof map.lookup(u32(value)) === 'number' ? ENOENT : 0),
      'prog peek': (step) => run('peek', step),
    });
  },
  model() {
    return modelSide(new Set<number>(), {
      'user push': put,
      'prog push': put,
      'user peek': mayHold,
      'prog peek': mayHold,
    });
  },
};

export const STORES = { queue: [list('queue')], stack: [list('stack')], bloom_filter: [BLOOM] } as const;
