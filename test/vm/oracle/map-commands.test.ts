// Every command of user space on a map of every kind, with every flag, keys that are there and keys that cannot be, and rights that are missing: put to the
// kernel and to a machine, same values and same errnos, in the order in which the kernel looks at what is wrong.
import { test } from 'vitest';
import { expectSameMaps, mapLine } from '../../support/map-oracle.ts';
import { hasTool } from '../../support/tools.ts';
import type { MapTypeName } from '../../../vm/maps/types.ts';

const withKernel = test.skipIf(!hasTool('kernel'));

const FLAGS = ['0', '1', '2', '3', '4', '5', '8', '0x100000000'] as const;
/** None, and BPF_F_RDONLY, _WRONLY, _RDONLY_PROG, _WRONLY_PROG; a kind that takes one not is asked through an fd that is none. */
const RIGHTS = [0, 8, 16, 128, 256] as const;
const NO_PREALLOC = 1;
const ZERO_SEED = 64;

interface Case {
  readonly type: MapTypeName;
  readonly sizes: readonly [key: number, value: number, entries: number];
  readonly flags?: number;
  /** As hex; '-' for none. */
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

const INDICES = ['00000000', '01000000', '02000000', '03000000', 'ffffffff'] as const;
const PREFIXES = ['0000000000000000', '0800000001000000', '2100000000000000', 'ffffffff00000000'] as const;
/** An fd that is none; 0 to 2 may be anything where the kernel is asked. */
const NO_FDS = ['ffffffff', '9f860100'] as const;
/** Device 1 is the loopback device; other numbers may be devices or not. */
const DEVICES = ['00000000', '01000000'] as const;
const WITH_PROGS = [
  ...DEVICES,
  '01000000ffffffff',
  '010000009f860100',
  '00000000ffffffff',
  '000000009f860100',
] as const;
const QUEUES = ['00000000', '01000000', '00400000', '01400000', 'ffffffff'] as const;

const CASES: readonly Case[] = [
  { type: 'array', sizes: [4, 4, 3], keys: INDICES, values: ['11223344'] },
  { type: 'percpu_array', sizes: [4, 8, 3], keys: INDICES, values: ['11223344'] },
  { type: 'prog_array', sizes: [4, 4, 3], keys: INDICES, values: NO_FDS },
  { type: 'perf_event_array', sizes: [4, 4, 3], keys: INDICES, values: NO_FDS },
  { type: 'cgroup_array', sizes: [4, 4, 3], keys: INDICES, values: NO_FDS },
  { type: 'hash', sizes: [4, 4, 3], flags: ZERO_SEED, keys: INDICES, values: ['11223344'] },
  { type: 'percpu_hash', sizes: [4, 4, 3], flags: ZERO_SEED, keys: INDICES, values: ['11223344'] },
  { type: 'lru_hash', sizes: [4, 4, 3], flags: ZERO_SEED, keys: INDICES, values: ['11223344'] },
  { type: 'lru_percpu_hash', sizes: [4, 4, 3], flags: ZERO_SEED, keys: INDICES, values: ['11223344'] },
  { type: 'lpm_trie', sizes: [8, 4, 3], flags: NO_PREALLOC, keys: PREFIXES, values: ['11223344'] },
  { type: 'queue', sizes: [0, 4, 3], keys: ['-'], values: ['11223344', '55667788'] },
  { type: 'stack', sizes: [0, 4, 3], keys: ['-'], values: ['11223344', '55667788'] },
  { type: 'bloom_filter', sizes: [0, 4, 3], flags: ZERO_SEED, keys: ['-'], values: ['11223344'] },
  { type: 'ringbuf', sizes: [0, 0, 4096], keys: ['-'], values: [] },
  { type: 'user_ringbuf', sizes: [0, 0, 4096], keys: ['-'], values: [] },
  { type: 'stack_trace', sizes: [4, 32, 3], keys: INDICES, values: ['11223344'] },
  { type: 'devmap', sizes: [4, 4, 3], keys: INDICES, values: DEVICES },
  { type: 'devmap', sizes: [4, 8, 3], keys: INDICES, values: WITH_PROGS },
  { type: 'devmap_hash', sizes: [4, 4, 3], keys: INDICES, values: DEVICES },
  { type: 'devmap_hash', sizes: [4, 8, 3], keys: INDICES, values: WITH_PROGS },
  { type: 'cpumap', sizes: [4, 4, 3], keys: INDICES, values: QUEUES },
  { type: 'cpumap', sizes: [4, 8, 3], keys: INDICES, values: WITH_PROGS },
  { type: 'xskmap', sizes: [4, 4, 3], keys: INDICES, values: NO_FDS },
];

/** Every command on a map, by its number. */
function commands(map: number, { type, keys, values }: Case): string[] {
  // A bloom filter is asked for a value, and the tool looks up keys.
  const looksUp = type !== 'bloom_filter';
  const lines: string[] = [];
  for (const key of keys) {
    for (const flags of FLAGS) {
      if (looksUp) lines.push(`lookup ${map} ${key} ${flags}`);
      for (const value of values) lines.push(`update ${map} ${key} ${value} ${flags}`);
    }
    if (looksUp) lines.push(`lookup ${map} ${key} 0`);
    lines.push(`next ${map} ${key}`, `take ${map} ${key} 4`, `take ${map} ${key} 1`, `take ${map} ${key} 0`);
    lines.push(`delete ${map} ${key}`, `delete ${map} ${key}`, `next ${map} -`);
  }
  for (const flags of [0, 1, 4]) {
    for (const count of [0, 1, 2, 9]) {
      lines.push(`lookupbatch ${map} start ${count} ${flags}`, `takebatch ${map} start ${count} ${flags}`);
    }
    lines.push(`updatebatch ${map} ${flags}`, `deletebatch ${map} ${flags}`);
  }
  const [key, value] = [keys[0]!, values[0]!];
  if (key !== '-') lines.push(`updatebatch ${map} 0 ${key}=${value}`, `deletebatch ${map} 0 ${key} ${key}`);
  return lines;
}

withKernel.each(CASES.map((each) => [each.type, each.sizes.join('/'), each] as const))(
  '%s %s answers as the kernel',
  (_type, _sizes, each) => {
    const lines: string[] = [];
    for (const [map, rights] of RIGHTS.entries()) {
      const all = commands(map, each);
      lines.push(mapLine(each.type, each.sizes, (each.flags ?? 0) | rights), ...all);
      lines.push(`freeze ${map}`, `freeze ${map}`, ...all);
    }
    expectSameMaps(lines);
  },
);

withKernel('a devmap_hash has its keys in the order of their lowest bits', () => {
  const keys = [9, 1, 5, 0x10001, 3, 4, 0xffff_fffe, 2].map((key) =>
    Buffer.from(Uint32Array.of(key).buffer).toString('hex'),
  );
  const lines = [mapLine('devmap_hash', [4, 4, 7]), ...keys.map((key) => `update 0 ${key} 01000000 0`)];
  for (const key of ['-', ...keys]) lines.push(`next 0 ${key}`);
  lines.push(`update 0 ${keys[2]} 01000000 2`, 'delete 0 03000000');
  for (const key of ['-', ...keys]) lines.push(`next 0 ${key}`);
  expectSameMaps(lines);
});
