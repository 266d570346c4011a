// Maps in WebAssembly against maps in vm/maps: the same calls on two maps of one kind, any shape; answers, elements and all bytes of memory are the same.
import { expect, test } from 'vitest';
import { MapTwins, type Args, type TwinHelper } from '../../../support/map-twins.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { MAP_FLAGS } from '../../../../vm/maps/types.ts';
import type { MapSpec } from '../../../../vm/object.ts';

const SEED = seedOf(20_261);
const STEPS = 300;

const KEYED = [
  'map_lookup_elem',
  'map_lookup_elem',
  'map_update_elem',
  'map_update_elem',
  'map_delete_elem',
] as const;
const PERCPU = [...KEYED, 'map_lookup_percpu_elem'] as const;
const LOOKUPS = ['map_lookup_elem'] as const;
const QUEUED = ['map_push_elem', 'map_push_elem', 'map_pop_elem', 'map_peek_elem'] as const;

interface Kind {
  readonly helpers: readonly TwinHelper[];
  /** Shapes that are tried. */
  readonly shapes: number;
  /** Flags of the map, one of them each time. */
  readonly flags: readonly number[];
  /** Helpers that are left to JavaScript. */
  readonly left: readonly TwinHelper[];
  readonly isArray?: true;
  readonly isOfMaps?: true;
}

const { no_prealloc, no_common_lru, zero_seed } = MAP_FLAGS;

// oxfmt-ignore
const KINDS: Readonly<Record<string, Kind>> = {
  array:           { helpers: KEYED,   shapes: 20, flags: [0], left: ['map_delete_elem'], isArray: true },
  percpu_array:    { helpers: PERCPU,  shapes: 20, flags: [0], left: ['map_delete_elem'], isArray: true },
  hash:            { helpers: KEYED,   shapes: 60, flags: [0, zero_seed.bit, no_prealloc.bit], left: [] },
  percpu_hash:     { helpers: PERCPU,  shapes: 40, flags: [0, zero_seed.bit, no_prealloc.bit], left: [] },
  lru_hash:        { helpers: KEYED,   shapes: 50, flags: [0, zero_seed.bit, no_common_lru.bit], left: [] },
  lru_percpu_hash: { helpers: PERCPU,  shapes: 40, flags: [0, no_common_lru.bit], left: [] },
  lpm_trie:        { helpers: KEYED,   shapes: 40, flags: [no_prealloc.bit], left: ['map_update_elem', 'map_delete_elem'] },
  array_of_maps:   { helpers: LOOKUPS, shapes: 10, flags: [0], left: [], isArray: true, isOfMaps: true },
  hash_of_maps:    { helpers: LOOKUPS, shapes: 20, flags: [0, zero_seed.bit], left: [], isOfMaps: true },
  queue:           { helpers: QUEUED,  shapes: 20, flags: [0], left: [] },
  stack:           { helpers: QUEUED,  shapes: 20, flags: [0], left: [] },
  bloom_filter:    { helpers: ['map_push_elem', 'map_peek_elem'], shapes: 20, flags: [0], left: [] },
};

const FLAGS: readonly bigint[] = [0n, 0n, 0n, 0n, 1n, 2n, 3n, 4n, 5n, 8n, 1n << 32n, (1n << 32n) | 1n];
const INNER: MapSpec = { name: 'inner', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 };
const LONG_KEYS = [47, 48, 64, 77, 100];
const VALUE_SIZES = [1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 37, 64, 100, 128, 129, 200, 256];

test.each(Object.entries(KINDS))(`%s: the same answers and the same memory, seed ${SEED}`, (type, kind) => {
  const random = new Random(SEED);
  const left = new Set<TwinHelper>();
  for (let shape = 0; shape < kind.shapes; shape++) {
    const { spec, cpus } = randomShape(random, type, kind);
    const twins = new MapTwins(spec, cpus, kind.helpers, { inner: kind.isOfMaps ? [INNER, INNER] : [] });
    for (const helper of twins.left) left.add(helper);
    runSteps(random, twins, spec, kind, cpus);
  }
  expect([...left].toSorted()).toEqual(kind.left.toSorted());
});

function randomShape(random: Random, type: string, kind: Kind): { spec: MapSpec; cpus: number } {
  const isKeyless = type === 'queue' || type === 'stack' || type === 'bloom_filter';
  const keySize = isKeyless
    ? 0
    : kind.isArray
      ? 4
      : random.below(8) === 0
        ? random.pick(LONG_KEYS)
        : 1 + random.below(40);
  const spec = {
    name: 'twin',
    type,
    keySize: type === 'lpm_trie' ? Math.max(5, keySize) : keySize,
    valueSize: kind.isOfMaps ? 4 : random.pick(VALUE_SIZES),
    maxEntries: 1 + random.below(random.pick([2, 10, 40, 300])),
    flags: random.pick(kind.flags),
  };
  return { spec, cpus: random.pick([1, 2, 3]) };
}

function runSteps(random: Random, twins: MapTwins, spec: MapSpec, kind: Kind, cpus: number): void {
  const keys = randomKeys(random, spec, kind);
  const { plain, fast } = twins;
  // Values that programs still hold the address of, perhaps of elements that are gone.
  const held: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const cpu = random.below(cpus);
    const key = random.pick(keys);
    const fill = random.below(256);
    twins.both((twin) => {
      twin.cpu = cpu;
      twin.memory.u8.set(key, twin.keyAt);
      twin.memory.u8.fill(fill, twin.valueAt, twin.valueAt + spec.valueSize);
      if (kind.isOfMaps === true && step % 5 === 0) {
        twin.map.userUpdate(key, Uint8Array.of(fill & 1, 0, 0, 0), 0);
        if (fill > 200) twin.map.userRemove(key);
      }
    });
    const helper = random.pick(kind.helpers);
    const args: Args = {
      key:
        spec.keySize <= spec.valueSize && held.length > 0 && random.below(10) === 0
          ? random.pick(held)
          : plain.keyAt,
      value: held.length > 0 && random.below(5) === 0 ? random.pick(held) : plain.valueAt,
      flags: random.pick(FLAGS),
      ofCpu: random.below(cpus + 1),
    };
    const { plain: wanted, fast: got } = twins.call(helper, args);
    const what = `${JSON.stringify(spec)} cpus ${cpus} step ${step} ${helper} ${JSON.stringify({ ...args, flags: String(args.flags) })}`;
    expect(got, what).toBe(wanted);
    if (Buffer.compare(plain.heap, fast.heap) !== 0) expect(fast.heap, what).toEqual(plain.heap);
    if (helper.startsWith('map_lookup') && wanted !== 0n && kind.isOfMaps !== true)
      held.push(Number(wanted & 0xffff_ffffn));
    if (held.length > 4) held.shift();
  }
  expect(fast.map.entries).toBe(plain.map.entries);
}

/** Keys that meet again; of an array some beyond its end, of a trie prefixes that share their first bits. */
function randomKeys(
  random: Random,
  { type, keySize, maxEntries }: MapSpec,
  { isArray }: Kind,
): readonly Uint8Array[] {
  const count = 1 + random.below(2 * maxEntries + 4);
  return Array.from({ length: count }, () => {
    if (isArray === true) {
      const index = random.below(10) === 0 ? random.u32() : random.below(maxEntries + 1);
      return Uint8Array.of(index, index >>> 8, index >>> 16, index >>> 24);
    }
    const key = Uint8Array.from({ length: keySize }, () => (random.below(3) === 0 ? random.below(256) : 0));
    if (type === 'lpm_trie') new DataView(key.buffer).setUint32(0, random.below(8 * (keySize - 4) + 2), true);
    return key;
  });
}

const ARRAY: MapSpec = { name: 'array', type: 'array', keySize: 4, valueSize: 12, maxEntries: 5, flags: 0 };
const HASH: MapSpec = { name: 'hash', type: 'hash', keySize: 6, valueSize: 12, maxEntries: 300, flags: 0 };

test.each([
  ['array', 0],
  ['array', 4],
  ['array', 5],
  ['percpu_array', 3],
  ['percpu_array', 5],
])('a constant index in an %s: %i of 5', (type, constKey) => {
  const twins = new MapTwins({ ...ARRAY, type }, 3, ['map_lookup_elem', 'map_lookup_percpu_elem'], {
    known: { constKey },
  });
  for (const cpu of [0, 1, 2]) {
    twins.both((twin) => {
      twin.cpu = cpu;
      twin.memory.view.setUint32(twin.keyAt, constKey, true);
    });
    const args = { key: twins.plain.keyAt, value: 0, flags: 0n, ofCpu: 2 - cpu };
    const helper = type === 'array' ? 'map_lookup_elem' : 'map_lookup_percpu_elem';
    for (const one of ['map_lookup_elem', helper] as const) {
      const { plain, fast } = twins.call(one, args);
      expect(fast).toBe(plain);
      expect(plain === 0n).toBe(constKey === 5);
    }
  }
});

test.each([0n, 1n, 2n, 4n, 1n << 32n, 2n ** 64n - 1n])('constant flags of an update: %i', (flags) => {
  const twins = new MapTwins(HASH, 1, ['map_update_elem'], { known: { constants: { 4: flags } } });
  for (let i = 0; i < 4; i++) {
    const { keyAt, valueAt } = twins.plain;
    twins.both(({ memory }) => memory.u8.fill(i & 1, keyAt, keyAt + HASH.keySize));
    const { plain, fast } = twins.call('map_update_elem', { key: keyAt, value: valueAt, flags, ofCpu: 0 });
    expect(fast).toBe(plain);
  }
  expect(twins.fast.heap).toEqual(twins.plain.heap);
});

test('JavaScript is asked for memory of a map that grows, and only for that', () => {
  const spec = { ...HASH, flags: no_prealloc.bit };
  const twins = new MapTwins(spec, 1, ['map_update_elem', 'map_delete_elem']);
  const { keyAt, valueAt } = twins.plain;
  const all = (helper: TwinHelper): void => {
    for (let i = 0; i < spec.maxEntries; i++) {
      twins.both(({ memory }) => memory.view.setUint32(keyAt, i, true));
      expect(twins.call(helper, { key: keyAt, value: valueAt, flags: 0n, ofCpu: 0 })).toEqual({
        plain: 0n,
        fast: 0n,
      });
    }
  };
  all('map_update_elem');
  const chunks = twins.handed;
  expect([chunks > 1, chunks < 5]).toEqual([true, true]);
  for (const helper of ['map_update_elem', 'map_delete_elem', 'map_update_elem'] as const) all(helper);
  expect(twins.handed).toBe(chunks);
  expect(twins.fast.heap).toEqual(twins.plain.heap);
});

test.each(['hash', 'lru_hash', 'array'] as const)(
  'updates of an %s whose values have fields are left to JavaScript, look-ups are not',
  (type) => {
    const spec: MapSpec = { ...ARRAY, type, valueSize: 32, fields: [{ kind: 'timer', off: 0 }] };
    const twins = new MapTwins(spec, 1, ['map_lookup_elem', 'map_update_elem', 'map_delete_elem']);
    expect(twins.left).toEqual(['map_update_elem', 'map_delete_elem']);
  },
);
