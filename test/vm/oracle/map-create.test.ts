// BPF_MAP_CREATE: thousands of specs, put to the kernel and to a machine; each is taken by both or refused by both with the same errno.
import { describe, test } from 'vitest';
import { expectSameMaps, mapLine } from '../../support/map-oracle.ts';
import { Random, seedOf } from '../../support/seed.ts';
import { hasTool } from '../../support/tools.ts';
import type { MapTypeName } from '../../../vm/maps/types.ts';
import { VALUE_FIELDS, type ValueFieldKind } from '../../../vm/object.ts';

const SEED = seedOf(6_18);
const withKernel = test.skipIf(!hasTool('kernel'));

const TYPES = [
  'hash',
  'array',
  'prog_array',
  'percpu_hash',
  'percpu_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array_of_maps',
  'hash_of_maps',
  'queue',
  'stack',
  'bloom_filter',
  'ringbuf',
  'user_ringbuf',
  'perf_event_array',
  'cgroup_array',
  'stack_trace',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
] as const satisfies readonly MapTypeName[];
type Sizes = readonly [key: number, value: number, entries: number];
/** Sizes that a type takes, where they are not those of most. */
const SIZES: Partial<Record<(typeof TYPES)[number], Sizes>> = {
  lpm_trie: [8, 4, 1],
  queue: [0, 4, 1],
  stack: [0, 4, 1],
  bloom_filter: [0, 4, 1],
  ringbuf: [0, 0, 4096],
  user_ringbuf: [0, 0, 4096],
  stack_trace: [4, 32, 1],
};
const sizesOf = (type: (typeof TYPES)[number]): Sizes => SIZES[type] ?? [4, 4, 1];
/** All that are flags of maps; 16 says that a token is given, and is none. */
const FLAG_BITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20] as const;
const NO_PREALLOC = 1;
const INNER_MAP = 1 << 12;
/** What an lpm_trie cannot be without. */
const needed = (type: MapTypeName): number => (type === 'lpm_trie' ? NO_PREALLOC : 0);

/** Map 0 is an array that may be an inner map; each map after it is closed at once. */
class Specs {
  readonly lines = [mapLine('array', [4, 8, 2])];
  private maps = 1;

  add(line: string): void {
    this.lines.push(line, `close ${this.maps}`);
    this.maps += 1;
  }
}

describe('creation', () => {
  withKernel('with every flag, alone and in pairs', () => {
    const specs = new Specs();
    for (const type of TYPES) {
      for (const a of FLAG_BITS) {
        for (const b of FLAG_BITS) {
          if (a > b) continue;
          const flags = (1 << a) | (1 << b);
          const sizes = sizesOf(type);
          specs.add(mapLine(type, sizes, flags, 0));
          if (a === b) specs.add(mapLine(type, sizes, flags | needed(type), 0));
        }
      }
    }
    expectSameMaps(specs.lines);
  });

  withKernel('with sizes at and around every bound', () => {
    const specs = new Specs();
    const keys = [0, 1, 3, 4, 5, 8, 259, 260, 261, 512, 513, 4096];
    const values = [0, 1, 4, 7, 8, 9, 32_760, 32_761, 32_768, 32_769, 65_536];
    for (const type of TYPES) {
      for (const key of keys)
        for (const value of values) specs.add(mapLine(type, [key, value, 1], needed(type), 0));
      const [keySize, valueSize, most] = sizesOf(type);
      for (const entries of [0, 1, 2, 3, 5, 1000, 4095, 8192, 8193, 12_288]) {
        // How many CPUs a kernel can have is its configuration's.
        if (type === 'cpumap' && entries > 5) continue;
        specs.add(mapLine(type, [keySize, valueSize, entries], needed(type), 0));
      }
      for (const value of [0x40_0000 - 57, 0x40_0000 - 56, 0x40_0000, 0x40_0001, 0xffff_fff8, 0xffff_ffff]) {
        if (!type.includes('array'))
          specs.add(mapLine(type, [keySize === 4 ? 8 : keySize, value, most], needed(type), 0));
      }
      for (const value of values) specs.add(mapLine(type, [keySize, value, most], needed(type), 0));
    }
    expectSameMaps(specs.lines);
  });

  withKernel('of maps of maps: each kind of inner map, and none', () => {
    const lines: string[] = [];
    const inners: [MapTypeName, readonly [number, number, number], number][] = [
      ['hash', [4, 8, 2], 0],
      ['array', [4, 8, 2], 0],
      ['array', [4, 8, 2], INNER_MAP],
      ['prog_array', [4, 4, 2], 0],
      ['perf_event_array', [4, 4, 2], 0],
      ['percpu_hash', [4, 8, 2], 0],
      ['percpu_array', [4, 8, 2], 0],
      ['stack_trace', [4, 8, 2], 0],
      ['cgroup_array', [4, 4, 2], 0],
      ['lru_hash', [4, 8, 2], 0],
      ['lru_percpu_hash', [4, 8, 2], 0],
      ['lpm_trie', [8, 8, 2], NO_PREALLOC],
      ['queue', [0, 8, 2], 0],
      ['stack', [0, 8, 2], 0],
      ['ringbuf', [0, 0, 4096], 0],
      ['user_ringbuf', [0, 0, 4096], 0],
      ['bloom_filter', [0, 8, 2], 0],
      ['devmap', [4, 4, 2], 0],
      ['devmap_hash', [4, 4, 2], 0],
      ['cpumap', [4, 4, 2], 0],
      ['xskmap', [4, 4, 2], 0],
    ];
    for (const [type, sizes, flags] of inners) lines.push(mapLine(type, sizes, flags));
    for (const outer of ['array_of_maps', 'hash_of_maps'] as const) {
      lines.push(mapLine(outer, [4, 4, 2], 0, 1));
    }
    for (const outer of ['array_of_maps', 'hash_of_maps'] as const) {
      for (let inner = -1; inner < inners.length + 2; inner++)
        lines.push(mapLine(outer, [4, 4, 2], 0, inner));
    }
    expectSameMaps(lines);
  });

  withKernel('with fields that only the kernel writes', () => {
    const specs = new Specs();
    // Lists and trees need more of BTF than the tool writes; a kernel may not know bpf_res_spin_lock. Of fields that
    // make no sense, twice the same or not aligned, Linux says nothing and has none of them; a machine refuses them.
    const kinds = (Object.keys(VALUE_FIELDS) as ValueFieldKind[]).filter(
      (kind) => !/^(list|rb|res)_|percpu/.test(kind),
    );
    for (const type of TYPES) {
      if (type === 'lpm_trie') continue; // wants a struct for its key, and the tool's keys are ints
      const size = [4, type.endsWith('_of_maps') ? 4 : 48, 1] as const;
      for (const kind of kinds) {
        for (const off of [0, 8, 32]) specs.add(mapLine(type, size, needed(type), 0, [{ kind, off }]));
        for (const flag of [0x80, 0x100, 1]) specs.add(mapLine(type, size, flag, 0, [{ kind, off: 8 }]));
        for (const other of kinds) {
          if (other === kind) continue;
          specs.add(
            mapLine(type, size, needed(type), 0, [
              { kind, off: 0 },
              { kind: other, off: 16 },
            ]),
          );
        }
      }
    }
    expectSameMaps(specs.lines);
  });

  withKernel(`with anything (seed ${SEED})`, () => {
    const specs = new Specs();
    const random = new Random(SEED);
    for (let i = 0; i < 3000; i++) {
      const type = random.pick(TYPES);
      const [keySize, valueSize, most] = sizesOf(type);
      const key = random.pick([0, 1, 4, 4, keySize, keySize, 8, 20, 300]);
      const value = random.pick([0, 1, 4, valueSize, valueSize, 8, 24, 40_000]);
      let flags = random.below(3) === 0 ? needed(type) : 0;
      for (let n = random.below(4); n > 0; n--) flags |= 1 << random.pick(FLAG_BITS);
      specs.add(
        mapLine(
          type,
          [key, value, random.pick([0, 1, 2, 3, 7, 100, most])],
          flags,
          random.pick([0, 0, 0, -1]),
        ),
      );
    }
    expectSameMaps(specs.lines);
  });
});
