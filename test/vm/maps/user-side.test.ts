// bpf(2) on elements: rights, BPF_F_LOCK, values with fields, batches, freezing. What the kernel answers to the same is in test/vm/oracle/map-ops.test.ts.
import { describe, expect, test } from 'vitest';
import { fromU64s, loadFilter, rig, runOnce, u32, u64s } from '../../support/machine.ts';
import type { BpfMap, Machine, MapSpec } from '../../../vm/index.ts';

const EPERM = -1;
const ENOENT = -2;
const ENOSPC = -28;
const EINVAL = -22;
const ENOTSUPP = -524;
const LOCK = 4;

function loadMap(spec: Partial<MapSpec> & { type: string }, machine: Machine = rig().machine): BpfMap {
  const map = { name: 'm', keySize: 4, valueSize: 8, maxEntries: 8, flags: 0, ...spec };
  return machine.load({ name: 'o', license: '', maps: [map], progs: [], slots: [] }).maps[0]!;
}

describe('a value with fields', () => {
  const fields = [
    { kind: 'spin_lock', off: 0 },
    { kind: 'timer', off: 8 },
  ] as const;
  const ones = new Uint8Array(32).fill(1);
  const around = Uint8Array.from({ length: 32 }, (_, i) => ((i >= 4 && i < 8) || i >= 24 ? 1 : 0));

  test.each(['hash', 'array'])('of a %s is written and read around them', (type) => {
    const map = loadMap({ type, valueSize: 32, fields });
    expect([map.update(u32(1), ones, 0), map.update(u32(1), ones, LOCK)]).toEqual([0, 0]);
    expect([map.lookup(u32(1)), map.lookup(u32(1), LOCK)]).toEqual([around, around]);
    expect(map.lookup(u32(1), 1)).toBe(EINVAL);
  });

  test('cannot be frozen, as programs write it', () => {
    expect(loadMap({ type: 'array', valueSize: 32, fields }).freeze()).toBe(ENOTSUPP);
  });

  test('of a program’s update keeps what the fields hold', () => {
    const { machine } = rig({ verifier: 'off' }); // no verified program reads such a field
    const spec = { name: 'm', type: 'array', keySize: 4, valueSize: 16, maxEntries: 1, flags: 0 };
    const text = `.map m array key=4 value=16 entries=1`;
    const body = `*(u32 *)(r10 - 4) = 0\n*(u64 *)(r10 - 16) = -1\n*(u64 *)(r10 - 24) = -1\nr1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -24\nr4 = 0
      call map_update_elem\nr1 = mapval[m] ll\nr0 = *(u32 *)(r1 + 0)\nr2 = *(u32 *)(r1 + 4)\nr0 += r2\nexit`;
    expect(runOnce(machine, loadFilter(machine, body, text)).retval).toBe(0xffff_fffe);
    const { progs } = machine.load({
      name: 'o',
      license: '',
      maps: [{ ...spec, fields: [{ kind: 'refcount', off: 0 }] }],
      progs: [loadFilter(rig().machine, body, text).spec],
      slots: [],
    });
    expect(runOnce(machine, progs[0]!).retval).toBe(0xffff_ffff);
  });
});

test('BPF_F_LOCK is for values with a spin lock', () => {
  const map = loadMap({ type: 'hash' });
  map.update(u32(1), fromU64s(1n), 0);
  expect([
    map.update(u32(1), fromU64s(1n), LOCK),
    map.lookup(u32(1), LOCK),
    map.lookupAndDelete(u32(1), LOCK),
  ]).toEqual([EINVAL, EINVAL, EINVAL]);
  expect(map.lookupBatch(undefined, 5, LOCK).errno).toBe(EINVAL);
});

test('looks up and deletes at once where the kind has it', () => {
  const map = loadMap({ type: 'hash' });
  map.update(u32(1), fromU64s(9n), 0);
  expect(u64s(map.lookupAndDelete(u32(1)))).toEqual([9n]);
  expect([map.lookupAndDelete(u32(1)), map.entries]).toEqual([ENOENT, 0]);
  expect(loadMap({ type: 'array' }).lookupAndDelete(u32(1))).toBe(ENOTSUPP);
});

test.each([
  [8, { lookup: 0, update: EPERM, take: EPERM }],
  [16, { lookup: EPERM, update: 0, take: EPERM }],
])('flags %i of a map leave the fd its rights', (flags, { lookup, update, take }) => {
  const map = loadMap({ type: 'hash', flags });
  expect(map.update(u32(1), fromU64s(1n), 0)).toBe(update);
  expect(map.lookup(u32(1))).toEqual(lookup === EPERM ? EPERM : ENOENT);
  expect([map.lookupAndDelete(u32(1)), map.lookupAndDeleteBatch(undefined, 1).errno]).toEqual([take, take]);
  expect(map.updateBatch([[u32(2), fromU64s(2n)]])).toMatchObject({
    errno: update,
    count: update === 0 ? 1 : 0,
  });
  expect(map.deleteBatch([u32(7)]).errno).toBe(update === 0 ? ENOENT : EPERM);
});

describe('batches', () => {
  const entries = Array.from({ length: 6 }, (_, i) => [u32(i), fromU64s(BigInt(i * i))] as const);

  test.each(['hash', 'lru_hash', 'array'])('of a %s go through all of it, a part at a time', (type) => {
    const map = loadMap({ type, maxEntries: 6 });
    expect(map.updateBatch(entries)).toMatchObject({ errno: 0, count: 6 });
    const seen: [number, bigint][] = [];
    let from: Uint8Array | undefined;
    for (let parts = 0; ; parts++) {
      const batch = map.lookupBatch(from, 4);
      for (const [key, value] of batch.entries) seen.push([key[0]!, u64s(value)[0]!]);
      expect(batch.count).toBe(batch.entries.length);
      if (batch.errno !== 0) {
        expect([batch.errno, parts > 0]).toEqual([ENOENT, true]);
        break;
      }
      from = batch.next;
    }
    expect(seen.toSorted(([a], [b]) => a - b)).toEqual(
      entries.map(([key, value]) => [key[0], u64s(value)[0]]),
    );
  });

  test('empty a hash', () => {
    const map = loadMap({ type: 'hash' });
    map.updateBatch(entries);
    const taken = map.lookupAndDeleteBatch(undefined, 100);
    expect([taken.errno, taken.count, map.entries]).toEqual([ENOENT, 6, 0]);
  });

  test('need room for a whole bucket of a hash', () => {
    const map = loadMap({ type: 'hash', maxEntries: 6 });
    map.updateBatch(entries);
    let fullest = 0;
    for (let count = 1; count <= 6; count++) {
      if (map.lookupBatch(undefined, count).errno === ENOSPC) fullest = count;
    }
    expect(map.lookupBatch(undefined, fullest + 1).count).toBeGreaterThan(0);
  });

  test('stop at the first element that fails, and count those before it', () => {
    const map = loadMap({ type: 'hash' });
    map.updateBatch(entries);
    expect(map.deleteBatch([u32(0), u32(1), u32(77), u32(2)])).toMatchObject({ errno: ENOENT, count: 2 });
    expect(map.entries).toBe(4);
    expect(
      map.updateBatch([
        [u32(0), fromU64s(1n)],
        [u32(1), u32(1)],
      ]),
    ).toMatchObject({ errno: EINVAL, count: 1 });
  });

  test('are not for every kind', () => {
    const map = loadMap({ type: 'queue', keySize: 0 });
    expect([map.lookupBatch(undefined, 1).errno, map.deleteBatch([u32(1)]).errno]).toEqual([
      ENOTSUPP,
      ENOTSUPP,
    ]);
    expect(loadMap({ type: 'array' }).deleteBatch([u32(1)]).errno).toBe(ENOTSUPP);
  });

  test('of a handle whose object is gone are EBADF', () => {
    const { machine } = rig();
    const object = machine.load({
      name: 'o',
      license: '',
      maps: [{ name: 'm', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8, flags: 0 }],
      progs: [],
      slots: [],
    });
    machine.unload(object);
    expect([
      object.maps[0]!.lookupBatch(undefined, 1).errno,
      object.maps[0]!.lookupAndDelete(u32(1)),
    ]).toEqual([-9, -9]);
  });
});
