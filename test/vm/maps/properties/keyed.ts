// Maps from keys to values of 8 bytes: done to by user space and by programs on two CPUs.
import * as fc from 'fast-check';
import { LruModel } from '../../../support/lru-model.ts';
import { ArrayModel, HashModel, LpmModel, PercpuModel, type MapModel } from '../../../support/map-models.ts';
import { MapRunner, mapLine, progSide } from '../../../support/map-oracle.ts';
import type { MapTypeName } from '../../../../vm/maps/types.ts';
import { CPUS, indices, realSide, type MapProperty, type Side, type Step } from './property.ts';

const NO_PREALLOC = 1;
const NO_COMMON_LRU = 2;
const VALUE_BYTES = 8;
const ENOENT = -2;
const ENOTSUPP = -524;

const STEPS = [
  'user update',
  'user update',
  'user lookup',
  'user remove',
  'user take',
  'user keys',
  'prog update',
  'prog update',
  'prog update',
  'prog lookup',
  'prog lookup',
  'prog remove',
] as const;

const valueOf = ({ value }: Step): string => (value * 0x0101).toString(16).padStart(2 * VALUE_BYTES, '0');

interface Keyed {
  readonly type: MapTypeName;
  readonly keySize: number;
  readonly entries: number;
  readonly flags?: number;
  readonly keys: fc.Arbitrary<string>;
  readonly model: () => MapModel;
  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM is for hash maps. */
  readonly takes?: boolean;
  /** Keys come in a defined order. */
  readonly isOrdered?: boolean;
}

/** The map, over the lines of map-oracle.ts. */
function keyedMap({ type, keySize, entries, flags = 0, isOrdered = false }: Keyed): Side {
  const runner = new MapRunner(CPUS);
  const progs = progSide(0, 1, 0, keySize, VALUE_BYTES);
  for (const line of [mapLine(type, [keySize, VALUE_BYTES, entries], flags), ...progs.setup])
    runner.answer(line);
  const ask = (line: string): string | number => {
    const answer = runner.answer(line);
    return answer.startsWith('0 ') ? answer.slice(2) : 0 - Number(answer);
  };
  const run = (lines: readonly string[]): [result: number, control: string] => {
    const [, ran, control] = lines.map((line) => runner.answer(line));
    return [Number(ran!.split(' ')[1]) | 0, control!.split(' ')[1]!];
  };
  return realSide(runner.machine, {
    'user update': (step) => ask(`update 0 ${step.key} ${valueOf(step)} ${step.flags}`),
    'user lookup': ({ key }) => ask(`lookup 0 ${key} 0`),
    'user remove': ({ key }) => ask(`delete 0 ${key}`),
    'user take': ({ key }) => ask(`take 0 ${key} 0`),
    'user keys'() {
      const keys: string[] = [];
      for (let key = ask('next 0 -'); typeof key === 'string'; key = ask(`next 0 ${key}`)) keys.push(key);
      return isOrdered ? keys : keys.toSorted();
    },
    'prog update': (step) => run(progs.update(step.key, valueOf(step), step.flags, step.cpu))[0],
    'prog lookup'({ key, cpu }) {
      const [found, control] = run(progs.lookup(key, cpu));
      return found === 1 ? control.slice(-2 * VALUE_BYTES - 16, -16) : ENOENT;
    },
    'prog remove': ({ key, cpu }) => run(progs.remove(key, cpu))[0],
  });
}

function keyedModel({ model, takes = false, isOrdered = false }: Keyed): Side {
  let now = model();
  let saved = now.copy();
  const steps: Record<string, (step: Step) => unknown> = {
    'user update': (step) => now.update(step.key, valueOf(step), step.flags),
    'user lookup': ({ key }) => now.lookup(key),
    'user remove': ({ key }) => now.remove(key),
    'user take'({ key }) {
      if (!takes) return ENOTSUPP;
      const value = now.lookup(key);
      now.remove(key);
      return value;
    },
    'user keys': () => (isOrdered ? now.keys() : now.keys().toSorted()),
    'prog update': (step) => now.update(step.key, valueOf(step), step.flags, step.cpu),
    'prog lookup': ({ key, cpu }) => now.lookup(key, cpu),
    'prog remove': ({ key }) => now.remove(key),
  };
  return {
    step: (step) => steps[step.what]!(step),
    save() {
      saved = now.copy();
    },
    rewind() {
      now = saved.copy();
    },
  };
}

function keyed(each: Keyed): MapProperty {
  return {
    title: `keys of ${each.keySize} bytes, ${each.entries} entries, flags ${each.flags ?? 0}`,
    whats: STEPS,
    keys: each.keys,
    flags: [0, 0, 0, 0, 1, 2, 3, 8],
    real: () => keyedMap(each),
    model: () => keyedModel(each),
  };
}

/** Keys of a hash: so many that not all find room. */
const numbers = (size: number, count: number): fc.Arbitrary<string> =>
  fc.nat({ max: count + 2 }).map((key) => {
    const bytes = new Uint8Array(size);
    bytes[0] = key;
    bytes[size - 1] = size > 4 ? key * 7 : 0;
    return Buffer.from(bytes).toString('hex');
  });

const prefixes = (dataBytes: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat({ max: 8 * dataBytes + 1 }),
      fc.array(fc.constantFrom(0, 1, 0x80, 0xff), { minLength: dataBytes, maxLength: dataBytes }),
    )
    .map(([length, data]) => Buffer.from([length, 0, 0, 0, ...data]).toString('hex'));

const hash = (type: MapTypeName, keySize: number, entries: number, flags: number): MapProperty =>
  keyed({
    type,
    keySize,
    entries,
    flags,
    keys: numbers(keySize, entries),
    model: () =>
      type === 'percpu_hash'
        ? new PercpuModel(new HashModel(entries), CPUS, VALUE_BYTES)
        : new HashModel(entries),
    takes: true,
  });

const lru = (type: MapTypeName, entries: number, flags: number): MapProperty =>
  keyed({
    type,
    keySize: 4,
    entries,
    flags,
    keys: numbers(4, entries + 8),
    model: () =>
      new LruModel({
        entries,
        cpus: CPUS,
        hasOwnLists: flags === NO_COMMON_LRU,
        isPercpu: type === 'lru_percpu_hash',
      }),
    takes: true,
  });

const trie = (dataBytes: number, entries: number): MapProperty =>
  keyed({
    type: 'lpm_trie',
    keySize: 4 + dataBytes,
    entries,
    flags: NO_PREALLOC,
    keys: prefixes(dataBytes),
    model: () => new LpmModel(entries, dataBytes),
    isOrdered: true,
  });

const ARRAY_ENTRIES = 4;
const zeroes = (cpus: number): ArrayModel =>
  new ArrayModel(Array.from({ length: ARRAY_ENTRIES }, () => '00'.repeat(VALUE_BYTES * cpus)));
const array = (type: MapTypeName, model: () => MapModel): MapProperty =>
  keyed({
    type,
    keySize: 4,
    entries: ARRAY_ENTRIES,
    keys: indices(ARRAY_ENTRIES + 2),
    model,
    isOrdered: true,
  });

export const KEYED = {
  hash: [
    hash('hash', 4, 5, 0),
    hash('hash', 11, 9, 0),
    hash('hash', 4, 5, NO_PREALLOC),
    hash('hash', 8, 200, NO_PREALLOC),
  ],
  percpu_hash: [hash('percpu_hash', 4, 5, 0), hash('percpu_hash', 9, 6, NO_PREALLOC)],
  lru_hash: [
    lru('lru_hash', 1, 0),
    lru('lru_hash', 5, 0),
    lru('lru_hash', 12, 0),
    lru('lru_hash', 6, NO_COMMON_LRU),
    lru('lru_hash', 13, NO_COMMON_LRU),
    lru('lru_hash', 30, NO_COMMON_LRU),
  ],
  lru_percpu_hash: [
    lru('lru_percpu_hash', 5, 0),
    lru('lru_percpu_hash', 12, 0),
    lru('lru_percpu_hash', 9, NO_COMMON_LRU),
  ],
  array: [array('array', () => zeroes(1))],
  percpu_array: [array('percpu_array', () => new PercpuModel(zeroes(CPUS), CPUS, VALUE_BYTES))],
  lpm_trie: [trie(1, 6), trie(3, 12), trie(16, 40)],
} as const satisfies Record<string, readonly MapProperty[]>;
