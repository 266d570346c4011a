// What the loader does besides creating maps and loading programs: data of maps, frozen maps, maps in maps, slots, load flags.
import { describe, expect, test } from 'vitest';
import { assembleObject, LoadError, type MapSpec, type ObjectSpec } from '../../../vm/index.ts';
import { fromU64s, rig, runOnce, u32 } from '../../support/machine.ts';

const map = (name: string, fields: Partial<MapSpec> = {}): MapSpec => ({
  name,
  type: 'array',
  keySize: 4,
  valueSize: 8,
  maxEntries: 1,
  flags: 0,
  ...fields,
});

const textOf = (body: string, section = 'socket'): string =>
  `.license GPL\n.section "${section}"\nmain:\n${body}\nexit`;

/** An object of one program over `maps`. */
function objectOf(body: string, maps: readonly MapSpec[], rest: Partial<ObjectSpec> = {}): ObjectSpec {
  const declared = maps.map(({ name, type }) => `.map ${name} ${type} key=4 value=8 entries=1`).join('\n');
  return { ...assembleObject(`${declared}\n${textOf(body)}`, 'test'), maps, ...rest };
}

/** Why an object is not loaded. Throws when it is. */
function refusalOf(object: ObjectSpec): LoadError {
  const { machine } = rig();
  try {
    machine.load(object);
  } catch (error) {
    expect(error).toBeInstanceOf(LoadError);
    // Nothing is left behind: the next fd is the first.
    expect(machine.bpf.mapCreate(map('next'))).toBe(3);
    return error as LoadError; // the line before the last says so
  }
  throw new Error('the object was loaded');
}

describe('data', () => {
  test('stands in the value before the first run, zeroes behind it', () => {
    const { machine } = rig();
    const body =
      'r1 = mapval[d]+4 ll\nr0 = *(u32 *)(r1 + 0)\nr1 = mapval[d]+9 ll\nr2 = *(u8 *)(r1 + 0)\nr0 += r2';
    const data = Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0, 6, 7);
    const object = machine.load(objectOf(body, [map('d', { valueSize: 16, data })]));
    expect(runOnce(machine, object.progs[0]!).retval).toBe(12);
    expect(object.maps[0]!.lookup(u32(0))).toEqual(
      Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0, 6, 7, 0, 0, 0, 0, 0, 0),
    );
  });

  test('that is frozen can be read and not written', () => {
    const { machine } = rig();
    const object = machine.load(
      objectOf('r0 = 0', [map('d', { data: Uint8Array.of(9), frozen: true, flags: 128 })]),
    );
    expect(object.maps[0]!.update(u32(0), fromU64s(1n), 0)).toBe(-1);
    expect(object.maps[0]!.lookup(u32(0))).toEqual(fromU64s(9n));
  });

  test.each([
    ['longer than the value', { data: new Uint8Array(9) }, 'the value is 8 bytes long, and its data 9'],
    [
      'of a map that takes none',
      { type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096, data: new Uint8Array(0) },
      'does not take data',
    ],
  ])('%s is refused', (_title, fields, reason) => {
    expect(refusalOf(objectOf('r0 = 0', [map('d', fields)])).message).toContain(`d: `);
    expect(refusalOf(objectOf('r0 = 0', [map('d', fields)])).reason).toContain(reason);
  });
});

const INNER = map('a', { maxEntries: 2 });
const OUTER = map('o', { type: 'array_of_maps', valueSize: 4, maxEntries: 4, inner: INNER });
const TWICE = `*(u32 *)(r10 - 4) = 1
  r1 = map[o] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto +6
  r1 = r0
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto +1
  r0 = *(u64 *)(r0 + 0)`;

describe('a map of maps', () => {
  test('has its inner maps in their slots, and a program reaches their values', () => {
    const { machine } = rig();
    const inners = [{ map: 'o', key: u32(1), inner: 'a' }];
    const object = machine.load(objectOf(TWICE, [INNER, OUTER], { inners }));
    object.maps[0]!.update(u32(1), fromU64s(77n), 0);
    expect(runOnce(machine, object.progs[0]!).retval).toBe(77);
    expect(object.maps[1]!.lookup(u32(1))).toEqual(u32(object.maps[0]!.id));
  });

  test('keeps an inner map that no fd names any more, also over a snapshot', () => {
    const { machine } = rig();
    const inners = [{ map: 'o', key: u32(1), inner: 'a' }];
    const object = machine.load(objectOf(TWICE, [INNER, OUTER], { inners }));
    object.maps[0]!.update(u32(1), fromU64s(5n), 0);
    machine.bpf.close(object.maps[0]!.fd);
    const snapshot = machine.snapshot();
    expect(runOnce(machine, object.progs[0]!).retval).toBe(5);
    expect(object.maps[1]!.delete(u32(1))).toBe(0);
    expect(runOnce(machine, object.progs[0]!).retval).toBe(0);
    machine.restore(snapshot);
    expect(runOnce(machine, object.progs[0]!).retval).toBe(5);
  });

  test.each([
    ['a map that is not there', 'b', 'o', 1, 'there is no map b to put into it'],
    ['a map unlike the one shown', 'o', 'o', 1, 'it does not take map o'],
    ['a slot that is none', 'a', 'o', 9, 'E2BIG, the map has 4 slots'],
    [
      'a map that takes none',
      'a',
      'a',
      0,
      'maps are put into array_of_maps and hash_of_maps, and this is a array',
    ],
    ['an outer map that is not there', 'a', 'x', 0, 'there is no such map for the map a'],
  ])('refuses %s', (_title, inner, outer, key, reason) => {
    const inners = [{ map: outer, key: u32(key), inner }];
    const error = refusalOf(objectOf('r0 = 0', [INNER, OUTER], { inners }));
    expect(error).toMatchObject({ code: 'slot', subject: outer });
    expect(error.reason).toContain(reason);
  });
});

/** A sleepable fentry program over map m. */
const fentry = (maps: readonly MapSpec[]): ObjectSpec => {
  const object = objectOf('r1 = map[m] ll\nr0 = 0', maps);
  return { ...object, progs: [{ ...object.progs[0]!, type: 'tracing', flags: 16, attachType: 24 }] };
};

describe('bpf(2) loads programs', () => {
  test('that name maps by their position in fd_array', () => {
    const { machine } = rig();
    const fds = [3, 8].map((valueSize) => machine.bpf.mapCreate(map('m', { valueSize })));
    machine.bpf.mapUpdate(fds[1]!, u32(0), fromU64s(0x1234_5678n), 0);
    const { insns } = assembleObject(textOf('ld_pseudo r1, 6, 1\nr0 = *(u32 *)(r1 + 0)'), 'x').progs[0]!;
    const attr = { name: 'p', type: 'socket_filter', insns, license: 'GPL' };
    const fd = machine.bpf.progLoad({ ...attr, fdArray: fds });
    expect(runOnce(machine, fd).retval).toBe(0x1234_5678);
    expect(machine.bpf.progLoad(attr)).toBe(-71);
    expect(machine.bpf.progLoad({ ...attr, fdArray: [fds[0]!, 999] })).toBe(-9);
  });

  test('that may sleep only with maps that do not mind', () => {
    expect(rig().machine.load(fentry([map('m')])).progs).toHaveLength(1);
    const trie = map('m', { type: 'stack_trace', valueSize: 16 });
    expect(refusalOf(fentry([trie])).reason).toBe(
      'Sleepable programs can only use array, hash, ringbuf and local storage maps',
    );
  });

  test('with their attach type: a prog_array takes programs of one', () => {
    const { machine } = rig();
    const jumps = machine.bpf.mapCreate(map('t', { type: 'prog_array', valueSize: 4 }));
    const { insns } = assembleObject(textOf('r0 = 1'), 'x').progs[0]!;
    const load = (expectedAttachType: number): number =>
      machine.bpf.progLoad({
        name: 'p',
        type: 'cgroup_sock_addr',
        insns,
        license: 'GPL',
        expectedAttachType,
      });
    expect(machine.bpf.mapUpdate(jumps, u32(0), u32(load(10)), 0)).toBe(0);
    expect(machine.bpf.mapUpdate(jumps, u32(0), u32(load(11)), 0)).toBe(-22);
  });
});

test('a program of a million insns loads and runs', () => {
  const { machine } = rig({ limitInsns: 2_000_000 });
  const count = 1_000_000;
  const insns = new Uint8Array(8 * count);
  const view = new DataView(insns.buffer);
  for (let pc = 0; pc < count; pc++) view.setUint8(8 * pc, pc === 0 ? 0xb7 : 0x07); // r0 = 0, then r0 += imm
  for (let pc = 1; pc < count; pc++) view.setInt32(8 * pc + 4, 1, true);
  view.setBigUint64(8 * (count - 1), 0x95n, true);
  const fd = machine.bpf.progLoad({ name: 'big', type: 'socket_filter', insns });
  expect(runOnce(machine, fd)).toMatchObject({ retval: count - 2, insns: count, fault: undefined });
  expect(
    machine.bpf.progLoad({ name: 'big', type: 'socket_filter', insns: new Uint8Array(8 * (count + 1)) }),
  ).toBe(-7);
});
