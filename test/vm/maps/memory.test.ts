// What maps take of the linear memory, they give back: the largest machine lives as long as its maps are few.
import { describe, expect, test } from 'vitest';
import { rig, u32 } from '../../support/machine.ts';
import { MAP_KINDS, type MapKind } from '../../../vm/maps/kinds.ts';
import type { Bpf, MapSpec } from '../../../vm/index.ts';

const ROUNDS = 200;
const ENTRIES = 10;
const XDP_DEVMAP = 33;
const RETURN_0 = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

/** What differs from a map of 10 entries with keys of 4 and values of 8 bytes. */
const SPECS: Partial<Record<MapKind, Partial<MapSpec>>> = {
  lpm_trie: { keySize: 8, flags: 1 },
  queue: { keySize: 0 },
  stack: { keySize: 0 },
  bloom_filter: { keySize: 0 },
  ringbuf: { keySize: 0, valueSize: 0, maxEntries: 4096 },
  user_ringbuf: { keySize: 0, valueSize: 0, maxEntries: 4096 },
  task_storage: { maxEntries: 0, flags: 1 },
  prog_array: { valueSize: 4 },
  perf_event_array: { valueSize: 4 },
  cgroup_array: { valueSize: 4 },
  xskmap: { valueSize: 4 },
  array_of_maps: { valueSize: 4 },
  hash_of_maps: { valueSize: 4 },
};
/** hash and percpu_hash without elements made before; LRU maps with lists of each CPU. */
const FLAGS: Partial<Record<MapKind, number>> = { hash: 1, percpu_hash: 1, lru_hash: 2, lru_percpu_hash: 2 };

const CASES = (Object.keys(MAP_KINDS) as MapKind[]).flatMap((kind) =>
  [0, FLAGS[kind] ?? 0].slice(0, FLAGS[kind] === undefined ? 1 : 2).map((flags) => [kind, flags] as const),
);

/** Things that values name. */
function fdsOf(bpf: Bpf): Partial<Record<MapKind, number>> {
  const inner = bpf.mapCreate({
    name: 'i',
    type: 'array',
    keySize: 4,
    valueSize: 8,
    maxEntries: 1,
    flags: 0,
  });
  const attr = { name: 'p', type: 'xdp', insns: RETURN_0, license: 'GPL', expectedAttachType: XDP_DEVMAP };
  const prog = bpf.progLoad(attr);
  return {
    array_of_maps: inner,
    hash_of_maps: inner,
    prog_array: prog,
    devmap: prog,
    devmap_hash: prog,
    perf_event_array: bpf.perfEventOpen(0, 1),
    task_storage: bpf.pidfdOpen(7),
  };
}

describe('maps that are made, filled and closed again and again', () => {
  test.each(CASES)('%s with flags %i leave nothing behind', (kind, flags) => {
    const { machine } = rig();
    const { bpf } = machine;
    const fds = fdsOf(bpf);
    const spec = {
      name: 'm',
      type: kind,
      keySize: 4,
      valueSize: 8,
      maxEntries: ENTRIES,
      flags,
      ...SPECS[kind],
    };
    const valueBytes = kind.includes('percpu') ? 2 * spec.valueSize : spec.valueSize;
    const round = (): number => {
      const inner = kind.endsWith('_of_maps') ? [fds[kind]!] : [];
      const fd = bpf.mapCreate(spec, ...inner);
      let taken = 0;
      for (let i = 0; i <= ENTRIES; i++) {
        const key = new Uint8Array(spec.keySize);
        if (spec.keySize >= 4) key.set(u32(kind === 'task_storage' ? fds[kind]! : i));
        if (kind === 'lpm_trie') key.set([32, 0, 0, 0, i]);
        const value = new Uint8Array(valueBytes).fill(1);
        if (kind.startsWith('devmap')) value.set(u32(fds[kind]!), 4);
        else if (kind === 'cpumap') value.set([5, 0, 0, 0, 0, 0, 0, 0]);
        else if (fds[kind] !== undefined && valueBytes === 4) value.set(u32(fds[kind]));
        if (bpf.mapUpdate(fd, key, value, 0) === 0) taken += 1;
      }
      expect(bpf.close(fd)).toBe(0);
      return taken;
    };
    const before = machine.snapshot().byteSize;
    const taken = round();
    for (let i = 1; i < ROUNDS; i++) round();
    expect([taken > 0 || NOTHING_FITS.has(kind), machine.snapshot().byteSize]).toEqual([true, before]);
  });
});

/** Kinds that user space puts nothing into with an update, or that have nothing that fits. */
const NOTHING_FITS: ReadonlySet<string> = new Set([
  'ringbuf',
  'user_ringbuf',
  'stack_trace',
  'cgroup_array',
  'xskmap',
]);
