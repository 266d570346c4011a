// What hash maps of each kind do beyond what their models and the kernel's answers say: memory, addresses that programs hold, eviction, CPUs.
import { describe, expect, test } from 'vitest';
import { fromU64s, loadText, pointOf, rig, runOnce, u32, u64s } from '../../support/machine.ts';
import type { BpfMap, Machine, MapSpec } from '../../../vm/index.ts';

const ENOENT = -2;
const E2BIG = -7;
const NO_PREALLOC = 1;
const NO_COMMON_LRU = 2;

function loadMap(machine: Machine, spec: Partial<MapSpec> & { type: string }): BpfMap {
  const map = { name: 'm', keySize: 4, valueSize: 8, maxEntries: 4, flags: 0, ...spec };
  return machine.load({ name: 'o', license: '', maps: [map], progs: [], slots: [] }).maps[0]!;
}

function keysOf(map: BpfMap): number[] {
  const keys: number[] = [];
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    keys.push(new DataView(key.buffer).getUint32(0, true));
  }
  return keys.toSorted((a, b) => a - b);
}

/** A program at sys_enter that does `body` with the key nr at r10 - 4. */
const onKey = (map: string, body: string): string =>
  `.map ${map}\n.section "raw_tp/sys_enter"\nmain:\nr6 = *(u64 *)(r1 + 8)\n*(u32 *)(r10 - 4) = r6\n${body}\nout:\nr0 = 0\nexit`;
const LOOKUP = 'r1 = map[m] ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nif r0 == 0 goto out';

describe('a hash that makes its elements as they are needed', () => {
  test('takes little memory however many it may have', () => {
    const { machine } = rig();
    const before = machine.snapshot().byteSize;
    const map = loadMap(machine, { type: 'hash', maxEntries: 1 << 14, valueSize: 4096, flags: NO_PREALLOC });
    for (let i = 0; i < 10; i++) map.update(u32(i), new Uint8Array(4096).fill(i), 0);
    expect(machine.snapshot().byteSize - before).toBeLessThan((1 << 14) * 4 + 32 * 4200);
    expect(map.lookup(u32(7))).toEqual(new Uint8Array(4096).fill(7));
  });

  test('grows while a program writes it, and the program goes on', () => {
    const { machine, faults } = rig();
    const text = onKey(
      `m hash key=4 value=1024 entries=1000 flags=${NO_PREALLOC}\n.map v array key=4 value=1024 entries=1`,
      `r7 = 200\nagain:\n*(u32 *)(r10 - 4) = r7\nr1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = mapval[v] ll\n*(u64 *)(r3 + 0) = r7
      r4 = 0\ncall map_update_elem\nif r0 != 0 goto out\nr7 += -1\nif r7 != 0 goto again`,
    );
    const object = loadText(machine, text);
    machine.attachAll(object);
    const empty = machine.snapshot();
    machine.enter(pointOf());
    expect(faults).toEqual([]);
    const [map] = object.maps;
    expect(keysOf(map!)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    for (const key of [1, 77, 200]) expect(u64s(map!.lookup(u32(key)))[0]).toBe(BigInt(key));
    const full = machine.snapshot();
    machine.restore(empty);
    expect(keysOf(map!)).toEqual([]);
    machine.enter(pointOf());
    expect(machine.snapshot().byteSize).toBe(full.byteSize);
    machine.restore(full);
    expect(u64s(map!.lookup(u32(200)))[0]).toBe(200n);
  });

  test('gives all its memory back', () => {
    const { machine } = rig();
    const before = machine.snapshot().byteSize;
    const spec = {
      name: 'm',
      type: 'hash',
      keySize: 4,
      valueSize: 100,
      maxEntries: 5000,
      flags: NO_PREALLOC,
    };
    for (let round = 0; round < 3; round++) {
      const object = machine.load({ name: 'o', license: '', maps: [spec], progs: [], slots: [] });
      for (let i = 0; i < 3000; i++) object.maps[0]!.update(u32(i), new Uint8Array(100), 0);
      machine.unload(object);
      expect(machine.snapshot().byteSize).toBe(before);
    }
  });
});

describe('percpu_hash', () => {
  test('a program writes the value of its own CPU, and a new element is zero on the others', () => {
    const { machine } = rig({ cpus: 3 });
    const object = loadText(
      machine,
      onKey(
        'm percpu_hash key=4 value=8 entries=4',
        `*(u64 *)(r10 - 16) = 5\nr1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 1\ncall map_update_elem
        ${LOOKUP}\nr1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1`,
      ),
    );
    machine.attachAll(object);
    for (const cpu of [2, 2, 0]) machine.enter(pointOf({ nr: 9, cpu }));
    expect(u64s(object.maps[0]!.lookup(u32(9)))).toEqual([1n, 0n, 7n]);
    expect(object.maps[0]!.update(u32(9), fromU64s(10n, 11n, 12n), 2)).toBe(0);
    machine.enter(pointOf({ nr: 9, cpu: 1 }));
    expect(u64s(object.maps[0]!.lookupAndDelete(u32(9)))).toEqual([10n, 12n, 12n]);
    expect(object.maps[0]!.lookup(u32(9))).toBe(ENOENT);
  });

  test('a program that reads past the value of its CPU is stopped', () => {
    const { machine, faults } = rig({ verifier: 'off' });
    const object = loadText(
      machine,
      onKey('m percpu_hash key=4 value=12 entries=4', `${LOOKUP}\nr0 = *(u32 *)(r0 + 12)`),
    );
    machine.attachAll(object);
    object.maps[0]!.update(u32(1), new Uint8Array(32), 0);
    machine.enter(pointOf({ nr: 1 }));
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining('0 bytes past the end of a value of map m') as string,
    ]);
  });
});

/** Fills keys from 1 up and gives the keys that are there then. */
function fill(map: BpfMap, count: number): number[] {
  for (let key = 1; key <= count; key++) {
    expect(map.update(u32(key), new Uint8Array(map.spec.type === 'lru_hash' ? 8 : 16).fill(key), 1)).toBe(0);
  }
  return keysOf(map);
}

describe.each([
  ['lru_hash', 0],
  ['lru_hash', NO_COMMON_LRU],
  ['lru_percpu_hash', 0],
  ['lru_percpu_hash', NO_COMMON_LRU],
])('%s with flags %i', (type, flags) => {
  const ONE_CPU = { cpus: 1 } as const;

  test('is never full: the oldest go', () => {
    const map = loadMap(rig().machine, { type, flags, maxEntries: 20 });
    const there = fill(map, 100);
    expect(there).toContain(100);
    expect(there.length).toBeLessThanOrEqual(20);
    expect(Math.min(...there)).toBeGreaterThan(60);
    for (const key of there) expect((map.lookup(u32(key)) as Uint8Array)[0]).toBe(key);
    expect(map.entries).toBe(there.length);
  });

  test('keeps what a program looks up, and forgets what only user space looks at', () => {
    const { machine } = rig(ONE_CPU);
    const object = loadText(machine, onKey(`m ${type} key=4 value=8 entries=4 flags=${flags}`, LOOKUP));
    machine.attachAll(object);
    const [map] = object.maps;
    for (const key of [1, 2, 3, 4]) map!.update(u32(key), new Uint8Array(8), 0);
    machine.enter(pointOf({ nr: 2 }));
    map!.lookup(u32(1));
    for (const key of [5, 6]) map!.update(u32(key), new Uint8Array(8), 0);
    expect(keysOf(map!)).toContain(2);
    expect(keysOf(map!)).not.toContain(1);
  });

  test('a snapshot holds the order of eviction', () => {
    const { machine } = rig();
    const map = loadMap(machine, { type, flags, maxEntries: 9 });
    fill(map, 30);
    const size = map.spec.type === 'lru_hash' ? 8 : 16;
    const snapshot = machine.snapshot();
    const play = (): number[][] =>
      Array.from({ length: 20 }, (_, i) => {
        map.update(u32(1000 + ((i * 7) % 13)), new Uint8Array(size), 0);
        if (i % 5 === 0) map.delete(u32(1000 + i));
        return keysOf(map);
      });
    const first = play();
    machine.restore(snapshot);
    expect(play()).toEqual(first);
  });
});

test('a plain hash of as many entries is full', () => {
  const map = loadMap(rig().machine, { type: 'hash', maxEntries: 2 });
  expect([1, 2, 3].map((key) => map.update(u32(key), new Uint8Array(8), 0))).toEqual([0, 0, E2BIG]);
});

/** A program that goes through m with the function of this body, and returns the u64 that r4 points at there. */
const walk = (map: string, body: string): string =>
  `.map ${map}\n.section "socket"\nmain:\nr1 = map[m] ll\nr2 = func each ll\nr3 = r10\nr3 += -8\n*(u64 *)(r10 - 8) = 0\nr4 = 0
  call for_each_map_elem\nr0 = *(u64 *)(r10 - 8)\nexit\neach:\n${body}`;

describe('bpf_for_each_map_elem', () => {
  test.each(['hash', 'lru_hash', 'percpu_hash'])(
    'goes to each element of a %s once, also when each is taken out and another put in',
    (type) => {
      const { machine, faults } = rig({ cpus: 1 });
      // Adds the key, when it is an old one, to the sum at r4, removes it and puts key + 100 in.
      const text = walk(
        `m ${type} key=4 value=8 entries=8`,
        `r6 = *(u32 *)(r2 + 0)\nif r6 > 99 goto done\nr1 = *(u64 *)(r4 + 0)\nr1 += r6\n*(u64 *)(r4 + 0) = r1\n*(u32 *)(r10 - 4) = r6
      r1 = map[m] ll\nr2 = r10\nr2 += -4\ncall map_delete_elem\nr6 += 100\n*(u32 *)(r10 - 4) = r6\n*(u64 *)(r10 - 16) = r6
      r1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 0\ncall map_update_elem\ndone:\nr0 = 0\nexit`,
      );
      const object = loadText(machine, text);
      const [map] = object.maps;
      for (const key of [1, 2, 4, 8]) map!.update(u32(key), fromU64s(BigInt(key)), 0);
      const { retval } = runOnce(machine, object.progs[0]!);
      expect(faults).toEqual([]);
      expect(retval).toBe(15);
      expect(keysOf(map!)).toEqual([101, 102, 104, 108]);
    },
  );
});
