// Maps whose values are fds or numbers of things: prog_array, maps of maps, cgroup_array.
import { u32 } from '../../../support/machine.ts';
import { LOOKUP, progRig, type ProgRig } from './prog-rig.ts';
import { hexOfU32, indices, modelSide, realSide, type MapProperty, type Step } from './property.ts';
import type { Machine } from '../../../../vm/index.ts';

export const ENTRIES = 3;
const [ENOENT, E2BIG, EBADF, EEXIST, EINVAL, ENOTSUPP] = [-2, -7, -9, -17, -22, -524] as const;
const NOEXIST = 1;
const EXIST = 2;
/** An fd that is none. */
const NO_FD = 9999;

export const bytes = (key: string): Uint8Array => Buffer.from(key, 'hex');
export const numberOf = ({ key }: Step): number => Buffer.from(key, 'hex').readUInt32LE();
export const seen = (value: Uint8Array | number): number =>
  typeof value === 'number' ? value : Buffer.from(value).readUInt32LE();

/** Keys as the map gives them out, one after the other. */
export function keysOf({ map }: ProgRig): string[] {
  const keys: string[] = [];
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key))
    keys.push(Buffer.from(key).toString('hex'));
  return keys;
}
export const ALL_INDICES = Array.from({ length: ENTRIES }, (_, index) => hexOfU32(index));

type Slots = (number | undefined)[];
const noSlots = (): Slots => Array.from({ length: ENTRIES }, () => undefined);
/** What an array says of taking something out of a slot. */
const emptied = (slots: Slots, index: number): number => {
  if (index >= ENTRIES) return E2BIG;
  if (slots[index] === undefined) return ENOENT;
  slots[index] = undefined;
  return 0;
};

/** The program of a slot returns its number; a tail call that falls through is 77. */
const PROG_ARRAY: MapProperty = {
  title: 'a plain list of programs',
  whats: ['set', 'set', 'lookup', 'remove', 'call', 'call', 'keys'],
  keys: indices(ENTRIES + 1),
  flags: [0, 0, 0, 0, 1, 2],
  real() {
    const progs = {
      call: 'r1 = r9\nr2 = map[m] ll\nr3 = *(u32 *)(r6 + 0)\ncall tail_call\nr0 = 77',
      leaf0: 'r0 = 100',
      leaf1: 'r0 = 101',
    };
    const made = progRig(`prog_array key=4 value=4 entries=${ENTRIES}`, progs);
    const { machine, object, map, run } = made;
    const leaves = object.progs.filter(({ spec }) => spec.name.startsWith('leaf'));
    return realSide(machine, {
      set: ({ key, value, flags }) =>
        map.update(bytes(key), u32(value < 20 ? NO_FD : leaves[value % 2]!.fd), flags),
      lookup: ({ key }) => leaves.findIndex(({ id }) => id === seen(map.lookup(bytes(key)))),
      remove: ({ key }) => map.delete(bytes(key)),
      call: (step) => run('call', step),
      keys: () => keysOf(made),
    });
  },
  model: () =>
    modelSide(noSlots(), {
      set(slots, step) {
        if (step.flags !== 0) return EINVAL;
        if (numberOf(step) >= ENTRIES) return E2BIG;
        if (step.value < 20) return EBADF;
        slots[numberOf(step)] = step.value % 2;
        return 0;
      },
      lookup: (slots, step) => slots[numberOf(step)] ?? -1,
      remove: (slots, step) => emptied(slots, numberOf(step)),
      call(slots, step) {
        const leaf = slots[numberOf(step)];
        return leaf === undefined ? 77 : 100 + leaf;
      },
      keys: () => ALL_INDICES,
    }),
};

const INNER = { name: 'in', type: 'hash', keySize: 4, valueSize: 8, flags: 0 } as const;
/** Inner maps: two that fit into map m and hold their number + 1, and one with other keys. */
function innerMaps({ bpf }: Machine): number[] {
  return [0, 1, 2].map((number) => {
    const fd = bpf.mapCreate({ ...INNER, maxEntries: number + 1, keySize: number === 2 ? 8 : 4 });
    bpf.mapUpdate(fd, u32(0), Uint8Array.of(number + 1, 0, 0, 0, 0, 0, 0, 0), 0);
    return fd;
  });
}

/** Looks an inner map up, and the element 0 in it: its value, 0 for none. */
const REACH = `${LOOKUP}\nif r0 == 0 goto none\nr1 = r0\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\ncall map_lookup_elem
  if r0 == 0 goto none\nr0 = *(u64 *)(r0 + 0)\nexit\nnone:\nr0 = 0`;

function ofMaps(type: 'array_of_maps' | 'hash_of_maps'): MapProperty {
  const isArray = type === 'array_of_maps';
  const put = (slots: Map<number, number>, step: Step): number => {
    const key = numberOf(step);
    const { flags, value } = step;
    const fits = value >= 20 && value % 3 !== 2;
    if (isArray) {
      if (flags !== 0) return EINVAL;
      if (key >= ENTRIES) return E2BIG;
      if (!fits) return value < 20 ? EBADF : EINVAL;
    } else {
      if (!fits) return value < 20 ? EBADF : EINVAL;
      if (flags > EXIST) return EINVAL;
      if (slots.has(key) && flags === NOEXIST) return EEXIST;
      if (!slots.has(key) && flags === EXIST) return ENOENT;
      if (!slots.has(key) && slots.size === ENTRIES) return E2BIG;
    }
    slots.set(key, value % 3);
    return 0;
  };
  return {
    title: 'a plain table of maps',
    whats: ['set', 'set', 'set', 'lookup', 'remove', 'reach', 'reach', 'keys'],
    keys: indices(ENTRIES + 2),
    flags: [0, 0, 0, 0, 1, 2, 3],
    real() {
      const text = `${type} key=4 value=4 entries=${ENTRIES} inner=in\n.map in hash key=4 value=8 entries=1`;
      const made = progRig(text, { reach: REACH });
      const { machine, map, run } = made;
      const { bpf } = machine;
      const inners = innerMaps(machine);
      return realSide(machine, {
        set: ({ key, value, flags }) =>
          map.update(bytes(key), u32(value < 20 ? NO_FD : inners[value % 3]!), flags),
        lookup({ key }) {
          const id = map.lookup(bytes(key));
          if (typeof id === 'number') return id;
          const fd = bpf.mapFdById(seen(id));
          const number = seen(bpf.mapLookup(fd, u32(0))) - 1;
          bpf.close(fd);
          return number;
        },
        remove: ({ key }) => map.delete(bytes(key)),
        reach: (step) => run('reach', step),
        keys: () => (isArray ? keysOf(made) : keysOf(made).toSorted()),
      });
    },
    model: () =>
      modelSide(new Map<number, number>(), {
        set: put,
        lookup: (slots, step) => slots.get(numberOf(step)) ?? ENOENT,
        remove(slots, step) {
          if (isArray && numberOf(step) >= ENTRIES) return E2BIG;
          return slots.delete(numberOf(step)) ? 0 : ENOENT;
        },
        reach: (slots, step) => {
          const inner = slots.get(numberOf(step));
          return inner === undefined ? 0 : inner + 1;
        },
        keys: (slots) => (isArray ? ALL_INDICES : [...slots.keys()].map(hexOfU32).toSorted()),
      }),
  };
}

const CGROUP_ARRAY: MapProperty = {
  title: 'always empty',
  whats: ['set', 'lookup', 'remove', 'keys'],
  keys: indices(ENTRIES + 1),
  flags: [0, 0, 1],
  real() {
    const made = progRig(`cgroup_array key=4 value=4 entries=${ENTRIES}`, { nothing: 'r0 = 0' });
    return realSide(made.machine, {
      set: ({ key, flags }) => made.map.update(bytes(key), u32(NO_FD), flags),
      lookup: ({ key }) => made.map.lookup(bytes(key)),
      remove: ({ key }) => made.map.delete(bytes(key)),
      keys: () => keysOf(made),
    });
  },
  model: () =>
    modelSide(noSlots(), {
      set(_slots, step) {
        if (step.flags !== 0) return EINVAL;
        return numberOf(step) >= ENTRIES ? E2BIG : EBADF;
      },
      lookup: () => ENOTSUPP,
      remove: (slots, step) => emptied(slots, numberOf(step)),
      keys: () => ALL_INDICES,
    }),
};

export const FDS = {
  prog_array: [PROG_ARRAY],
  array_of_maps: [ofMaps('array_of_maps')],
  hash_of_maps: [ofMaps('hash_of_maps')],
  cgroup_array: [CGROUP_ARRAY],
} as const;
