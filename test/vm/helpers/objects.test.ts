// Objects of programs over several runs: in maps, in a snapshot, and gone with what held them.
import { expect, test } from 'vitest';
import {
  assembleObject,
  type Machine,
  type ObjectSpec,
  type ObjectType,
  type Prog,
} from '../../../vm/index.ts';
import { rig, runOnce } from '../../support/machine.ts';

const NODE = {
  id: 2,
  name: 'node',
  bytes: 40,
  fields: [
    { kind: 'list_node', off: 0 },
    { kind: 'refcount', off: 24 },
  ],
} as const;

/** A tc program with an array whose value begins with a list of nodes. */
function listObject(body: string): ObjectSpec {
  const text = `.license GPL\n.map lists array key=4 value=24 entries=1\n.section "tc"\nmain:\n${body}`;
  const object = assembleObject(text, 'lists');
  const fields = [
    { kind: 'list_head', off: 0, target: 'node:link' },
    { kind: 'spin_lock', off: 16 },
  ] as const;
  return {
    ...object,
    maps: object.maps.map((map) => Object.assign(map, { fields })),
    progs: object.progs.map((prog) => Object.assign(prog, { objects: [{ ...NODE }] })),
  };
}

/** Takes the oldest out when there are three, and puts a new one in: its number is the mark of the packet. */
const QUEUE = `
  r6 = r1
  r1 = 2
  r2 = 0
  call bpf_obj_new_impl
  if r0 == 0 goto none
  r1 = *(u32 *)(r6 + 8)
  *(u64 *)(r0 + 32) = r1
  r1 = mapval[lists] ll
  r2 = r0
  r3 = 0
  r4 = 0
  call bpf_list_push_back_impl
  r0 = 0
  r1 = *(u32 *)(r6 + 8)
  if r1 < 3 goto done
  r1 = mapval[lists] ll
  call bpf_list_pop_front
  r7 = *(u64 *)(r0 + 32)
  r1 = r0
  r2 = 0
  call bpf_obj_drop_impl
  r0 = r7
done:
  exit
none:
  r0 = 1000
  exit`;

function withMark(machine: Machine, prog: Prog, mark: number): number {
  const ctx = new Uint8Array(192);
  new DataView(ctx.buffer).setUint32(8, mark, true);
  return runOnce(machine, prog, { ctx }).retval;
}

test('a list in a map keeps its objects from run to run, and a snapshot brings them back', () => {
  const { machine, faults } = rig();
  const prog = machine.load(listObject(QUEUE)).progs[0]!;
  const runs = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => withMark(machine, prog, from + i));
  expect(runs(0, 6)).toEqual([0, 0, 0, 0, 1, 2]);
  const snapshot = machine.snapshot();
  expect(runs(6, 40)).toEqual(Array.from({ length: 34 }, (_, i) => i + 3));
  machine.restore(snapshot);
  expect(runs(6, 9)).toEqual([3, 4, 5]);
  expect(faults).toEqual([]);
});

test('objects that a program loses fill the memory for objects, and then there are no more', () => {
  const { machine } = rig({ limitInsns: 10_000_000 });
  const body = `r6 = 0\nagain:\nr1 = 2\nr2 = 0\ncall bpf_obj_new_impl\nif r0 == 0 goto full\nr6 += 1\ngoto again\nfull:\nr0 = r6\nexit`;
  const prog = machine.load(listObject(body)).progs[0]!;
  const made = runOnce(machine, prog).retval;
  expect(made).toBeGreaterThan(300_000);
  expect(runOnce(machine, prog).retval).toBe(0);
});

test('types of objects are checked before a program is loaded', () => {
  const { machine } = rig();
  const load = (type: ObjectType): unknown => {
    const object = listObject('r0 = 0\nexit');
    return machine.load({ ...object, progs: object.progs.map((prog) => ({ ...prog, objects: [type] })) });
  };
  const node = (off: number): ObjectType => ({ ...NODE, fields: [{ kind: 'list_node', off }] });
  expect(() => load(node(24))).toThrow(
    'object type node: a list_node at offset 24 is not within 40 bytes of object',
  );
  expect(() => load(node(-8))).toThrow('a list_node at offset -8');
  expect(() => load({ ...NODE, bytes: Number.NaN })).toThrow('object type node: NaN is no size in bytes');
  expect(() => load({ ...NODE, bytes: 0 })).toThrow('0 is no size in bytes');
  expect(load(node(16))).toBeDefined();
});

test('objects go with the map that holds them, and their memory serves objects of other types', () => {
  const { machine } = rig({ limitInsns: 10_000_000 });
  // Each run of a new object leaves 80,000 objects in its list; more than four of that would not find room.
  const body = `r6 = 0\nagain:\nr1 = 2\nr2 = 0\ncall bpf_obj_new_impl\nif r0 == 0 goto full
    r1 = mapval[lists] ll\nr2 = r0\nr3 = 0\nr4 = 0\ncall bpf_list_push_front_impl\nr6 += 1\nif r6 < 80000 goto again\nfull:\nr0 = r6\nexit`;
  for (let i = 0; i < 6; i++) {
    const object = machine.load(listObject(body));
    expect(runOnce(machine, object.progs[0]!).retval).toBe(80_000);
    machine.unload(object);
  }
});
