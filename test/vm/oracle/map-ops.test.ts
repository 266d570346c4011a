// Random operations on maps of every kind with keys, from user space and from programs, put to the kernel and to a machine: results, errnos, values and
// the order of iteration are equal. Hash maps have BPF_F_ZERO_SEED, so that Linux keeps their keys in the order that it has here.
import { availableParallelism } from 'node:os';
import { describe, test } from 'vitest';
import { expectSameMaps, mapLine, progSide } from '../../support/map-oracle.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import type { MapTypeName } from '../../../vm/maps/types.ts';
import type { ValueField } from '../../../vm/object.ts';

const SEED = seedOf(20_26);
const withKernel = test.skipIf(!hasTool('kernel'));

const CPUS = availableParallelism();
const NO_PREALLOC = 1;
const NO_COMMON_LRU = 2;
const ZERO_SEED = 64;
const BAD_FLAGS = [3, 4, 5, 8, 0x1_0000_0000] as const;

interface Case {
  readonly type: MapTypeName;
  readonly sizes: readonly [key: number, value: number, entries: number];
  readonly flags: number;
  readonly ops?: number;
  /** Fields of the value; programs do nothing to such maps here. */
  readonly fields?: readonly ValueField[];
}

/** A key of which few exist, as hex. */
function keyOf(random: Random, { type, sizes: [size, , entries] }: Case): string {
  const bytes = Buffer.alloc(size);
  if (type === 'lpm_trie') {
    const bits = 8 * (size - 4);
    bytes.writeUInt32LE(random.below(20) === 0 ? bits + 1 + random.below(9) : random.below(bits + 1));
    for (let i = 4; i < size; i++) bytes[i] = random.pick([0, 0, 0x80, 0xff, 1, 0x40]);
    return bytes.toString('hex');
  }
  const key = random.below(Math.ceil(entries * 1.5) + 2);
  for (let i = 0; i < size; i += 4) bytes.writeUInt32LE(key, Math.min(i, size - 4));
  return bytes.toString('hex');
}

function valueOf(random: Random, size: number): string {
  return Buffer.from(Array.from({ length: size }, () => random.below(256))).toString('hex');
}

/** Lines of random operations on map 0, which is of the case. */
function operations(random: Random, test: Case): string[] {
  const [keySize, valueSize, entries] = test.sizes;
  const isPercpu = test.type.includes('percpu');
  const hasProgs = valueSize % 8 === 0 && test.fields === undefined;
  const progs = progSide(0, 1, 0, keySize, hasProgs ? valueSize : 8);
  const lines = [
    mapLine(test.type, test.sizes, test.flags, -1, test.fields),
    ...(hasProgs ? progs.setup : []),
  ];
  const value = (): string => valueOf(random, isPercpu ? 8 : valueSize);
  const flags = (): number => (random.below(8) === 0 ? random.pick(BAD_FLAGS) : random.below(3));
  // Two CPUs or more have their own values and their own unused elements.
  const cpu = (): number => random.below(Math.min(2, CPUS));
  const batchFlags = (): number => random.pick([0, 0, 0, 0, 1, 4]);
  for (let i = 0; i < (test.ops ?? 400); i++) {
    const key = keyOf(random, test);
    switch (random.below(16)) {
      case 0:
      case 1:
      case 2:
        lines.push(`update 0 ${key} ${value()} ${flags()}`);
        break;
      case 3:
      case 4:
        if (hasProgs) lines.push(...progs.update(key, valueOf(random, valueSize), flags(), cpu()));
        break;
      case 5:
        lines.push(`lookup 0 ${key} ${random.pick([0, 0, 0, 1, 4])}`);
        break;
      case 6:
      case 7:
        if (hasProgs) lines.push(...progs.lookup(key, cpu()));
        break;
      case 8:
        lines.push(`delete 0 ${key}`);
        break;
      case 9:
        if (hasProgs) lines.push(...progs.remove(key, cpu()));
        break;
      case 10:
        lines.push(`take 0 ${key} ${random.pick([0, 0, 0, 2, 4])}`);
        break;
      case 11:
        lines.push(`next 0 ${random.below(4) === 0 ? '-' : key}`);
        break;
      case 12:
        lines.push(`lookupbatch 0 start ${random.below(entries + 2)} ${batchFlags()}`);
        break;
      case 13:
        lines.push(`lookupbatch 0 start 2 0`, `lookupbatch 0 more ${random.below(entries + 2)} 0`);
        break;
      case 14: {
        const pairs = Array.from({ length: random.below(4) }, () => `${keyOf(random, test)}=${value()}`);
        lines.push(['updatebatch', 0, batchFlags(), ...pairs].join(' '));
        break;
      }
      default: {
        const keys = Array.from({ length: random.below(4) }, () => keyOf(random, test));
        const many =
          random.below(8) === 0 ? [`takebatch 0 start ${random.below(entries + 2)} ${batchFlags()}`] : [];
        lines.push(['deletebatch', 0, batchFlags(), ...keys].join(' '), ...many);
      }
    }
  }
  lines.push(
    'lookupbatch 0 start 100 0',
    'freeze 0',
    `update 0 ${keyOf(random, test)} ${value()} 0`,
    'freeze 0',
  );
  return lines;
}

const CASES: readonly Case[] = [
  { type: 'array', sizes: [4, 8, 5], flags: 0 },
  { type: 'array', sizes: [4, 13, 5], flags: 0 },
  { type: 'percpu_array', sizes: [4, 8, 5], flags: 0 },
  { type: 'percpu_array', sizes: [4, 12, 3], flags: 0 },
  { type: 'hash', sizes: [4, 8, 6], flags: ZERO_SEED },
  { type: 'hash', sizes: [13, 24, 9], flags: ZERO_SEED },
  { type: 'hash', sizes: [40, 5, 33], flags: ZERO_SEED },
  { type: 'hash', sizes: [8, 8, 6], flags: ZERO_SEED | NO_PREALLOC },
  { type: 'percpu_hash', sizes: [4, 8, 6], flags: ZERO_SEED },
  { type: 'percpu_hash', sizes: [9, 11, 4], flags: ZERO_SEED },
  { type: 'percpu_hash', sizes: [4, 16, 6], flags: ZERO_SEED | NO_PREALLOC },
  { type: 'lru_hash', sizes: [4, 8, 1], flags: ZERO_SEED },
  { type: 'lru_hash', sizes: [4, 8, 6], flags: ZERO_SEED },
  { type: 'lru_hash', sizes: [12, 16, 50], flags: ZERO_SEED, ops: 1500 },
  { type: 'lru_hash', sizes: [4, 8, 600], flags: ZERO_SEED, ops: 3000 },
  { type: 'lru_hash', sizes: [4, 8, 7], flags: ZERO_SEED | NO_COMMON_LRU },
  { type: 'lru_hash', sizes: [4, 8, 40], flags: ZERO_SEED | NO_COMMON_LRU, ops: 1500 },
  { type: 'lru_percpu_hash', sizes: [4, 8, 6], flags: ZERO_SEED },
  { type: 'lru_percpu_hash', sizes: [4, 8, 50], flags: ZERO_SEED, ops: 1500 },
  { type: 'lru_percpu_hash', sizes: [4, 16, 20], flags: ZERO_SEED | NO_COMMON_LRU, ops: 800 },
  { type: 'hash', sizes: [4, 24, 6], flags: ZERO_SEED, fields: [{ kind: 'spin_lock', off: 8 }] },
  { type: 'array', sizes: [4, 24, 6], flags: 0, fields: [{ kind: 'spin_lock', off: 0 }] },
  {
    type: 'hash',
    sizes: [4, 40, 6],
    flags: ZERO_SEED | NO_PREALLOC,
    fields: [
      { kind: 'refcount', off: 4 },
      { kind: 'timer', off: 8 },
      { kind: 'kptr', off: 32 },
    ],
  },
  { type: 'lru_hash', sizes: [4, 24, 6], flags: ZERO_SEED, fields: [{ kind: 'timer', off: 8 }] },
  { type: 'percpu_array', sizes: [4, 24, 3], flags: 0, fields: [{ kind: 'kptr', off: 8 }] },
  { type: 'percpu_hash', sizes: [4, 24, 3], flags: ZERO_SEED, fields: [{ kind: 'kptr', off: 16 }] },
  { type: 'lpm_trie', sizes: [5, 8, 6], flags: NO_PREALLOC },
  { type: 'lpm_trie', sizes: [8, 8, 20], flags: NO_PREALLOC, ops: 1200 },
  { type: 'lpm_trie', sizes: [20, 3, 40], flags: NO_PREALLOC, ops: 800 },
  { type: 'lpm_trie', sizes: [11, 16, 200], flags: NO_PREALLOC, ops: 1200 },
];

const INNER_MAP = 1 << 12;
/** A kernel waits for all its CPUs after each change of such a map: some 10 ms. */
const OUTER_OPS = 150;
/** Maps 0 to 6: those that are put into a map of maps, and not all of them fit. */
const INNERS = [
  mapLine('array', [4, 8, 2]),
  mapLine('array', [4, 8, 2]),
  mapLine('array', [4, 8, 3]),
  mapLine('array', [4, 8, 2], INNER_MAP),
  mapLine('array', [4, 8, 9], INNER_MAP),
  mapLine('hash', [4, 8, 2]),
  mapLine('hash', [4, 8, 7]),
] as const;

/** Lines of random operations on a map of maps, number 7, which takes maps like map number `inner`. */
function outerOperations(
  random: Random,
  type: 'array_of_maps' | 'hash_of_maps',
  flags: number,
  inner: number,
): string[] {
  const outer = INNERS.length;
  const lines = [...INNERS, mapLine(type, [4, 4, 4], flags, inner)];
  const key = (): string => `0${random.below(6)}000000`;
  for (let i = 0; i < OUTER_OPS; i++) {
    const value = random.below(INNERS.length + 1);
    lines.push(
      random.pick([
        `update ${outer} ${key()} ${value} ${random.pick([0, 0, 0, 0, 1, 2, 3, 4])}`,
        `update ${outer} ${key()} ${inner} ${random.below(3)}`,
        `lookup ${outer} ${key()} ${random.pick([0, 0, 0, 4])}`,
        `delete ${outer} ${key()}`,
        `take ${outer} ${key()} 0`,
        `next ${outer} ${random.pick([key(), '-'])}`,
        `lookupbatch ${outer} start ${random.below(6)} 0`,
        `updatebatch ${outer} 0 ${key()}=${value} ${key()}=${inner}`,
        `deletebatch ${outer} 0 ${key()} ${key()}`,
        `takebatch ${outer} start ${random.below(20)} 0`,
      ]),
    );
  }
  // What is in the map lives on without its fd.
  lines.push(
    `update ${outer} 00000000 ${inner} 0`,
    `close ${inner}`,
    `lookupbatch ${outer} start 9 0`,
    `freeze ${outer}`,
    `lookup ${outer} 00000000 0`,
  );
  return lines;
}

describe(`random operations (seed ${SEED})`, () => {
  withKernel.each(
    CASES.map(
      (each, i) => [i, each.type, each.sizes.join('/'), `0x${each.flags.toString(16)}`, each] as const,
    ),
  )('%i: %s %s, flags %s', (i, _type, _sizes, _flags, each) => {
    expectSameMaps(operations(new Random(SEED + i), each));
  });

  withKernel.each(
    [0, 2, 4, 5].flatMap((inner) => [
      ['array_of_maps', 0, inner] as const,
      ['hash_of_maps', ZERO_SEED, inner] as const,
      ['hash_of_maps', ZERO_SEED | NO_PREALLOC, inner] as const,
    ]),
  )('%s, flags %i, of maps like map %i', (type, flags, inner) => {
    expectSameMaps(outerOperations(new Random(SEED + inner), type, flags, inner));
  });
});
