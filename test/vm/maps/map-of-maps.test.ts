// Maps of maps: what a program reaches through them, and how long inner maps live.
import { describe, expect, test } from 'vitest';
import { fromU64s, pointOf, rig, u32, u64s } from '../../support/machine.ts';
import {
  assembleObject,
  type BpfMap,
  type LoadedObject,
  type Machine,
  type MapSpec,
} from '../../../vm/index.ts';

const ENOENT = -2;
const EBADF = -9;
const EINVAL = -22;

const INNER = { name: 'inner', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4, flags: 0 } as const;

function outerSpec(type: string, inner: MapSpec = INNER): MapSpec {
  return { name: 'm', type, keySize: 4, valueSize: 4, maxEntries: 4, flags: 0, inner };
}

function machineWithSize(): { bpf: Machine['bpf']; snapshot: () => number } {
  const { machine } = rig();
  return { bpf: machine.bpf, snapshot: () => machine.snapshot().byteSize };
}

/** At sys_enter: looks map number nr up in m, counts key 0 in it up, and puts what was there before into `out`. */
const PROG = `.map out array key=4 value=8 entries=1
.section "raw_tp/sys_enter"
main:
  r6 = *(u64 *)(r1 + 8)
  r7 = mapval[out] ll
  *(u64 *)(r7 + 0) = 99
  *(u32 *)(r10 - 4) = r6
  r1 = map[m] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto out
  r6 = r0
  *(u32 *)(r10 - 4) = 0
  r1 = r6
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto new
  r1 = *(u64 *)(r0 + 0)
  *(u64 *)(r7 + 0) = r1
  r1 += 1
  *(u64 *)(r0 + 0) = r1
  goto out
new:
  *(u64 *)(r10 - 16) = 1
  r1 = r6
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 0
  call map_update_elem
  *(u64 *)(r7 + 0) = r0
out:
  r0 = 0
  exit`;

/** The object with its map m made by hand: the assembler has no inner maps to declare. */
function load(machine: Machine, type: string): { object: LoadedObject; m: BpfMap } {
  const { maps, progs } = assembleObject(`.map m hash key=4 value=4 entries=1\n${PROG}`, 'o');
  const object = machine.load({
    name: 'o',
    license: 'GPL',
    maps: [outerSpec(type), ...maps.slice(1)],
    progs,
    slots: [],
  });
  machine.attachAll(object);
  return { object, m: object.maps[0]! };
}

/** What the program left in `out` at call number nr. */
function out({ object }: ReturnType<typeof load>, machine: Machine, nr: number): bigint {
  machine.enter(pointOf({ nr }));
  return u64s(object.maps[1]!.lookup(u32(0)))[0]!;
}

describe.each(['array_of_maps', 'hash_of_maps'])('%s', (type) => {
  test('a program uses what it looks up as a map, and finds nothing in empty slots', () => {
    const { machine, faults } = rig();
    const base = load(machine, type);
    const fds = [1, 2].map(() => machine.bpf.mapCreate(INNER));
    fds.forEach((fd, i) => expect(base.m.update(u32(i), u32(fd), 0)).toBe(0));
    expect([0, 1, 0, 0, 2, 77].map((nr) => out(base, machine, nr))).toEqual([0n, 0n, 1n, 2n, 99n, 99n]);
    expect(u64s(machine.bpf.mapLookup(fds[0]!, u32(0)))).toEqual([3n]);
    expect(u64s(machine.bpf.mapLookup(fds[1]!, u32(0)))).toEqual([1n]);
    expect(faults).toEqual([]);
  });

  test('user space reads the id of what it put in, which gives an fd of it', () => {
    const { machine } = rig();
    const { m } = load(machine, type);
    const fd = machine.bpf.mapCreate(INNER);
    m.update(u32(1), u32(fd), 0);
    const id = new DataView((m.lookup(u32(1)) as Uint8Array).buffer).getUint32(0, true);
    machine.bpf.mapUpdate(fd, u32(5), fromU64s(55n), 0);
    machine.bpf.close(fd);
    const again = machine.bpf.mapFdById(id);
    expect(u64s(machine.bpf.mapLookup(again, u32(5)))).toEqual([55n]);
    machine.bpf.close(again);
    expect(m.delete(u32(1))).toBe(0);
    expect([machine.bpf.mapFdById(id), m.lookup(u32(1)), m.delete(u32(1))]).toEqual([ENOENT, ENOENT, ENOENT]);
  });

  test('lets go of all inner maps when it goes', () => {
    const { bpf, snapshot } = machineWithSize();
    const before = snapshot();
    const fd = bpf.mapCreate(outerSpec(type));
    const inner = bpf.mapCreate(INNER);
    for (const key of [0, 1, 2]) expect(bpf.mapUpdate(fd, u32(key), u32(inner), 0)).toBe(0);
    bpf.close(inner);
    bpf.close(fd);
    expect(snapshot()).toBe(before);
  });

  test('a snapshot holds the slots and the maps that only slots hold', () => {
    const { machine } = rig();
    const base = load(machine, type);
    const fd = machine.bpf.mapCreate(INNER);
    base.m.update(u32(0), u32(fd), 0);
    machine.bpf.close(fd);
    out(base, machine, 0);
    const snapshot = machine.snapshot();
    base.m.delete(u32(0));
    const other = machine.bpf.mapCreate(INNER);
    base.m.update(u32(0), u32(other), 0);
    expect(out(base, machine, 0)).toBe(0n);
    machine.restore(snapshot);
    expect([out(base, machine, 0), out(base, machine, 0)]).toEqual([1n, 2n]);
  });

  test('takes only maps that are like the one it was made for', () => {
    const { machine } = rig();
    const { m } = load(machine, type);
    const others: Partial<MapSpec>[] = [{ keySize: 8 }, { valueSize: 4 }, { flags: 1 }, { type: 'lru_hash' }];
    for (const other of others) {
      expect([other, m.update(u32(0), u32(machine.bpf.mapCreate({ ...INNER, ...other })), 0)]).toEqual([
        other,
        EINVAL,
      ]);
    }
    const timer = { kind: 'timer', off: 0 } as const;
    const timed = machine.bpf.mapCreate({ ...INNER, valueSize: 24, fields: [timer] });
    expect(m.update(u32(0), u32(timed), 0)).toBe(EINVAL);
    expect(m.update(u32(0), u32(999), 0)).toBe(EBADF);
    // Entries may be other than shown: only arrays have their bounds built in.
    expect(m.update(u32(0), u32(machine.bpf.mapCreate({ ...INNER, maxEntries: 77 })), 0)).toBe(0);
  });

  test('a program that writes it is stopped', () => {
    const { machine, faults } = rig({ verifier: 'off' });
    const { progs } = assembleObject(
      `.map m hash key=4 value=4 entries=1\n.section "raw_tp/sys_enter"\nmain:\n*(u32 *)(r10 - 4) = 0\nr6 = map[m] ll\n*(u64 *)(r10 - 16) = r6
      r1 = *(u64 *)(r10 - 16)\nr2 = r10\nr2 += -4\ncall map_delete_elem\nexit`,
      'o',
    );
    machine.attachAll(machine.load({ name: 'o', license: '', maps: [outerSpec(type)], progs, slots: [] }));
    machine.enter(pointOf());
    expect(faults.map(({ message }) => message)).toEqual([
      `R1 is the ${type} m, in which programs look up only`,
    ]);
  });
});

describe('creation', () => {
  test.each([
    [undefined, 'it cannot be created without an inner map that says what its maps are like: EINVAL'],
    [{ ...INNER, type: 'prog_array', valueSize: 4 }, 'a prog_array cannot be an inner map'],
    [{ ...INNER, keySize: 0 }, 'must not be 0'],
  ])('at load says why not (%#)', (inner, words) => {
    const { inner: _inner, ...spec } = outerSpec('array_of_maps');
    const maps = [inner === undefined ? spec : { ...spec, inner }];
    expect(() => rig().machine.load({ name: 'o', license: '', maps, progs: [], slots: [] })).toThrow(words);
  });

  test.each([
    ['no inner map', undefined, EINVAL],
    ['a prog_array', { ...INNER, type: 'prog_array', valueSize: 4 }, -524],
    ['a map of maps', outerSpec('array_of_maps'), EINVAL],
    ['a spec that is refused', { ...INNER, keySize: 0 }, EINVAL],
  ])('with %s is refused', (_name, inner, errno) => {
    const { machine } = rig();
    const before = machine.snapshot().byteSize;
    const { inner: _inner, ...spec } = outerSpec('hash_of_maps');
    expect(machine.bpf.mapCreate(inner === undefined ? spec : { ...spec, inner })).toBe(errno);
    expect(machine.snapshot().byteSize).toBe(before);
  });

  test('with the fd of an inner map takes its measures from it', () => {
    const { machine } = rig();
    const { inner: _inner, ...spec } = outerSpec('array_of_maps');
    const array = { ...INNER, type: 'array' };
    const fd = machine.bpf.mapCreate(spec, machine.bpf.mapCreate(array));
    expect(machine.bpf.mapUpdate(fd, u32(0), u32(machine.bpf.mapCreate(array)), 0)).toBe(0);
    expect(
      machine.bpf.mapUpdate(fd, u32(0), u32(machine.bpf.mapCreate({ ...array, maxEntries: 5 })), 0),
    ).toBe(EINVAL);
    expect([
      machine.bpf.mapCreate(spec, 999),
      machine.bpf.mapCreate({ ...spec, maxEntries: 0 }, 999),
    ]).toEqual([EBADF, EINVAL]);
  });
});
