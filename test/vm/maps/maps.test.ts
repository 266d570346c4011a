// array, hash and percpu_array as user space and programs see them. What the kernel answers to the same is in test/vm/oracle/map-rules.test.ts.
import { describe, expect, test } from 'vitest';
import { LoadError, type BpfMap } from '../../../vm/index.ts';
import { fromU64s, loadText, pointOf, r0Of, rig, runOnce, u32, u64s } from '../../support/machine.ts';

const ENOENT = -2;
const E2BIG = -7;
const EEXIST = -17;
const EINVAL = -22;
const EPERM = -1;

/** One map of a machine of two CPUs. */
function mapOf(type: string, keySize: number, valueSize: number, maxEntries: number, flags = 0): BpfMap {
  const spec = { name: 'm', type, keySize, valueSize, maxEntries, flags };
  return rig().machine.load({ name: 'o', license: '', maps: [spec], progs: [], slots: [] }).maps[0]!;
}

function keysOf(map: BpfMap): number[] {
  const keys: number[] = [];
  for (let key = map.nextKey(undefined); typeof key !== 'number'; key = map.nextKey(key)) {
    keys.push(new DataView(key.buffer).getUint32(0, true));
  }
  return keys;
}

const filledKeys = (): number[] => {
  const map = mapOf('hash', 4, 8, 1000);
  for (let n = 0; n < 1000; n++) map.update(u32(n * 7919), fromU64s(0n), 0);
  return keysOf(map);
};

const longKey = (last: number): Uint8Array =>
  Uint8Array.from({ length: 13 }, (_, i) => (i === 12 ? last : 7));

describe('array', () => {
  test('has all its elements from the beginning, as zeroes', () => {
    const map = mapOf('array', 4, 8, 3);
    expect(map.entries).toBe(3);
    expect(keysOf(map)).toEqual([0, 1, 2]);
    expect(u64s(map.lookup(u32(2)))).toEqual([0n]);
    expect(map.lookup(u32(3))).toBe(ENOENT);
  });

  test('is written, and its elements are not taken out', () => {
    const map = mapOf('array', 4, 8, 3);
    expect(map.update(u32(1), fromU64s(5n), 0)).toBe(0);
    expect(map.update(u32(1), fromU64s(6n), 2)).toBe(0);
    expect(u64s(map.lookup(u32(1)))).toEqual([6n]);
    expect(map.update(u32(1), fromU64s(7n), 1)).toBe(EEXIST);
    expect(map.update(u32(3), fromU64s(7n), 0)).toBe(E2BIG);
    expect(map.delete(u32(1))).toBe(EINVAL);
  });

  test('keeps values of odd sizes apart', () => {
    const map = mapOf('array', 4, 3, 3);
    for (const i of [0, 1, 2]) map.update(u32(i), Uint8Array.of(i + 1, i + 1, i + 1), 0);
    expect([0, 1, 2].map((i) => map.lookup(u32(i)))).toEqual([1, 2, 3].map((n) => Uint8Array.of(n, n, n)));
  });

  test('gives a copy: what user space does to it changes nothing', () => {
    const map = mapOf('array', 4, 8, 1);
    const value = map.lookup(u32(0)) as Uint8Array;
    value.fill(9);
    expect(u64s(map.lookup(u32(0)))).toEqual([0n]);
  });
});

test.each(['array', 'hash', 'percpu_array'])(
  'user space cannot update a %s with flags that Linux does not know',
  (type) => {
    const map = mapOf(type, 4, 8, 3);
    const value = new Uint8Array(type === 'percpu_array' ? 16 : 8);
    // 4 is BPF_F_LOCK, and no value here has a lock; it is refused before the key is looked at.
    for (const flags of [3, 4, 5, 8, -1, 0.5, Number.NaN, 2 ** 32, 2 ** 32 + 1]) {
      expect([flags, map.update(u32(9), value, flags)]).toEqual([flags, EINVAL]);
    }
  },
);

describe('hash', () => {
  test('takes keys until it is full', () => {
    const map = mapOf('hash', 4, 8, 3);
    expect([1, 2, 3, 4].map((n) => map.update(u32(n), fromU64s(BigInt(n)), 0))).toEqual([0, 0, 0, E2BIG]);
    expect(map.update(u32(2), fromU64s(22n), 0)).toBe(0);
    expect(map.entries).toBe(3);
    expect(map.delete(u32(1))).toBe(0);
    expect(map.update(u32(4), fromU64s(4n), 0)).toBe(0);
    expect(keysOf(map).toSorted((a, b) => a - b)).toEqual([2, 3, 4]);
  });

  test('tells new keys from old ones', () => {
    const map = mapOf('hash', 4, 8, 3);
    expect(map.update(u32(1), fromU64s(1n), 2)).toBe(ENOENT);
    expect(map.update(u32(1), fromU64s(1n), 1)).toBe(0);
    expect(map.update(u32(1), fromU64s(2n), 1)).toBe(EEXIST);
    expect(map.update(u32(1), fromU64s(2n), 3)).toBe(EINVAL);
    expect(u64s(map.lookup(u32(1)))).toEqual([1n]);
    expect([map.delete(u32(1)), map.delete(u32(1)), map.lookup(u32(1))]).toEqual([0, ENOENT, ENOENT]);
  });

  test('iterates in the same order for the same writes, each key once', () => {
    const keys = filledKeys();
    expect(keys).toEqual(filledKeys());
    expect(keys.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n * 7919));
  });

  test('starts over after a key that is not there', () => {
    const map = mapOf('hash', 4, 8, 3);
    map.update(u32(1), fromU64s(0n), 0);
    expect(map.nextKey(u32(99))).toEqual(u32(1));
    expect(map.nextKey(u32(1))).toBe(ENOENT);
    expect(mapOf('hash', 4, 8, 3).nextKey(undefined)).toBe(ENOENT);
  });

  test('compares keys of any size to the last byte', () => {
    const map = mapOf('hash', 13, 1, 8);
    for (const last of [1, 2, 255]) expect(map.update(longKey(last), Uint8Array.of(last), 0)).toBe(0);
    expect([1, 2, 255].map((last) => map.lookup(longKey(last)))).toEqual(
      [[1], [2], [255]].map((v) => Uint8Array.from(v)),
    );
    expect(map.lookup(longKey(3))).toBe(ENOENT);
  });

  test('survives ten thousand writes and deletes as a Map does', () => {
    const map = mapOf('hash', 4, 8, 64);
    const twin = new Map<number, bigint>();
    let state = 12345;
    for (let i = 0; i < 10_000; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const key = (state >>> 8) % 96;
      if ((state >>> 4) % 3 === 0) {
        expect(map.delete(u32(key))).toBe(twin.delete(key) ? 0 : ENOENT);
      } else {
        const full = twin.size === 64 && !twin.has(key);
        expect(map.update(u32(key), fromU64s(BigInt(i)), 0)).toBe(full ? E2BIG : 0);
        if (!full) twin.set(key, BigInt(i));
      }
    }
    expect(map.entries).toBe(twin.size);
    const content = keysOf(map).map((key) => [key, u64s(map.lookup(u32(key)))[0]]);
    expect(new Map(content as [number, bigint][])).toEqual(twin);
  });
});

describe('percpu_array', () => {
  test('has a value a CPU, rounded up to 8 bytes for user space', () => {
    const map = mapOf('percpu_array', 4, 4, 2);
    expect(map.update(u32(1), fromU64s(1n, 2n), 0)).toBe(0);
    expect(u64s(map.lookup(u32(1)))).toEqual([1n, 2n]);
    expect(u64s(map.lookup(u32(0)))).toEqual([0n, 0n]);
    expect(map.update(u32(1), u32(1), 0)).toBe(EINVAL);
    expect(map.lookup(u32(2))).toBe(ENOENT);
  });

  test('a program reaches the value of its own CPU only', () => {
    const { machine } = rig({ cpus: 4 });
    const object = loadText(
      machine,
      `.map m percpu_array key=4 value=8 entries=1
      .section "raw_tp/sys_enter"
      main:
        *(u32 *)(r10 - 4) = 0
        r1 = map[m] ll
        r2 = r10
        r2 += -4
        call map_lookup_elem
        if r0 == 0 goto out
        r1 = *(u64 *)(r0 + 0)
        r1 += 1
        *(u64 *)(r0 + 0) = r1
      out:
        r0 = 0
        exit`,
    );
    machine.attachAll(object);
    for (const cpu of [0, 1, 1, 3, 3, 3]) machine.enter(pointOf({ cpu }));
    expect(u64s(object.maps[0]!.lookup(u32(0)))).toEqual([1n, 2n, 0n, 3n]);
  });
});

describe('creation', () => {
  test.each([
    ['array', 8, 4, 1, 0, 'keys of array maps are 4 bytes long and not 8'],
    ['hash', 0, 4, 1, 0, 'must not be 0'],
    ['hash', 4, 4, 0, 0, 'must not be 0'],
    ['array', 4, 4, 1, 1, 'flags 0x1 are not for a array'],
    ['cgrp_storage', 4, 8, 0, 1, 'maps of type cgrp_storage are not implemented'],
    ['heap', 4, 4, 1, 0, 'the kernel has no map type heap'],
    ['array', 4, 4, 1, 0x180, 'rdonly_prog and wronly_prog exclude each other'],
  ])('of %s with sizes %i, %i, %i and flags %i says why not', (type, key, value, entries, flags, words) => {
    expect(() => mapOf(type, key, value, entries, flags)).toThrow(LoadError);
    expect(() => mapOf(type, key, value, entries, flags)).toThrow(words);
  });

  test('map_extra is for bloom filters', () => {
    const spec = { name: 'm', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 };
    expect([
      rig().machine.bpf.mapCreate({ ...spec, extra: 1 }),
      rig().machine.bpf.mapCreate({ ...spec, extra: 0 }),
    ]).toEqual([EINVAL, 3]);
  });

  test('of a map that no memory can hold is ENOMEM, and leaves the machine as it was', () => {
    const { machine } = rig();
    const huge = {
      name: 'huge',
      type: 'array',
      keySize: 4,
      valueSize: 1 << 20,
      maxEntries: 1 << 20,
      flags: 0,
    };
    expect(machine.bpf.mapCreate(huge)).toBe(-12);
    expect(machine.bpf.mapCreate({ ...huge, maxEntries: 1 })).toBeGreaterThan(0);
  });
});

test('flags at creation take rights from user space', () => {
  const readOnly = mapOf('array', 4, 8, 1, 8);
  expect(readOnly.update(u32(0), fromU64s(1n), 0)).toBe(EPERM);
  expect(u64s(readOnly.lookup(u32(0)))).toEqual([0n]);
  const writeOnly = mapOf('array', 4, 8, 1, 16);
  expect(writeOnly.update(u32(0), fromU64s(1n), 0)).toBe(0);
  expect([writeOnly.lookup(u32(0)), writeOnly.nextKey(undefined)]).toEqual([EPERM, EPERM]);
});

test('a direct value address is that of the value', () => {
  expect(
    r0Of(
      'r1 = mapval[m] + 8 ll\n*(u64 *)(r1 + 0) = 5\nr1 = mapval[m] ll\nr0 = *(u64 *)(r1 + 8)\nexit',
      '.map m array key=4 value=16 entries=1',
    ),
  ).toBe(5);
});

test('memory of unloaded maps is used again', () => {
  const { machine } = rig();
  const text =
    '.map m hash key=8 value=64 entries=10000\n.section "socket"\nmain:\nr1 = map[m] ll\nr0 = 3\nexit';
  const first = loadText(machine, text);
  const size = machine.snapshot().byteSize;
  machine.unload(first);
  for (let i = 0; i < 10; i++) machine.unload(loadText(machine, text));
  const last = loadText(machine, text);
  expect(machine.snapshot().byteSize).toBeLessThan(size + 1000);
  expect(runOnce(machine, last.progs[0]!).retval).toBe(3);
});
