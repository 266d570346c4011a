// devmap, devmap_hash, cpumap, xskmap: where packets may go.
import { u32 } from '../../../support/machine.ts';
import { ALL_INDICES, bytes, ENTRIES, keysOf, numberOf, seen } from './fds.ts';
import { LOOKUP, progRig } from './prog-rig.ts';
import { CPUS, hexOfU32, indices, modelSide, realSide, type MapProperty, type Step } from './property.ts';

const [ENOENT, E2BIG, EBADF, EEXIST, ENODEV, EINVAL, EOVERFLOW, EOPNOTSUPP] = [
  -2, -7, -9, -17, -19, -22, -75, -95,
] as const;
const NOEXIST = 1;
const EXIST = 2;

type Redirect = 'devmap' | 'devmap_hash' | 'cpumap' | 'xskmap';
/** Devices or queue sizes; the last is too long a queue. */
const NUMBERS = [0, 1, 7, 16_384, 16_385] as const;
const numberIn = ({ value }: Step): number => NUMBERS[value % NUMBERS.length]!;

/** Why an entry is not taken; 0 when it is. */
function refusal(type: Redirect, slots: Map<number, number>, step: Step): number {
  const key = numberOf(step);
  const number = numberIn(step);
  if (step.flags > EXIST) return EINVAL;
  if (type === 'devmap_hash') {
    if (number === 0) return EINVAL;
    if (slots.has(key)) return step.flags === NOEXIST ? EEXIST : 0;
    return slots.size === ENTRIES ? E2BIG : 0;
  }
  if (key >= ENTRIES) return E2BIG;
  if (type === 'xskmap') return EBADF;
  if (step.flags === NOEXIST) return EEXIST;
  if (type === 'cpumap' && number > 16_384) return EOVERFLOW;
  return type === 'cpumap' && key >= CPUS ? ENODEV : 0;
}

function redirect(type: Redirect): MapProperty {
  const isHash = type === 'devmap_hash';
  return {
    title: 'a plain table of numbers',
    // Programs look nothing up in a cpumap.
    whats: ['set', 'set', 'set', 'lookup', 'remove', 'keys', ...(type === 'cpumap' ? [] : ['find', 'find'])],
    keys: indices(ENTRIES + 2),
    flags: [0, 0, 0, 0, 1, 2, 3],
    real() {
      const find =
        type === 'cpumap'
          ? 'r0 = 0'
          : `${LOOKUP}\nif r0 == 0 goto none\nr0 = *(u32 *)(r0 + 0)\nexit\nnone:\nr0 = -1`;
      const made = progRig(`${type} key=4 value=4 entries=${ENTRIES}`, { find });
      const { machine, map, run } = made;
      return realSide(machine, {
        set: (step) => map.update(bytes(step.key), u32(numberIn(step)), step.flags),
        lookup: ({ key }) => seen(map.lookup(bytes(key))),
        remove: ({ key }) => map.delete(bytes(key)),
        find: (step) => run('find', step),
        keys: () => keysOf(made),
      });
    },
    model: () =>
      modelSide(new Map<number, number>(), {
        set(slots, step) {
          const error = refusal(type, slots, step);
          if (error !== 0) return error;
          slots.delete(numberOf(step));
          if (numberIn(step) !== 0) slots.set(numberOf(step), numberIn(step));
          return 0;
        },
        lookup: (slots, step) => (type === 'xskmap' ? EOPNOTSUPP : (slots.get(numberOf(step)) ?? ENOENT)),
        remove(slots, step) {
          if (isHash) return slots.delete(numberOf(step)) ? 0 : ENOENT;
          slots.delete(numberOf(step));
          return numberOf(step) < ENTRIES ? 0 : EINVAL;
        },
        find: (slots, step) => slots.get(numberOf(step)) ?? -1,
        // Four buckets, by the lowest bits; in a bucket the last written first.
        keys: (slots) =>
          isHash
            ? [...slots.keys()]
                .toReversed()
                .toSorted((a, b) => (a & 3) - (b & 3))
                .map(hexOfU32)
            : ALL_INDICES,
      }),
  };
}

export const REDIRECTS = {
  devmap: [redirect('devmap')],
  devmap_hash: [redirect('devmap_hash')],
  cpumap: [redirect('cpumap')],
  xskmap: [redirect('xskmap')],
} as const;
