// Objects of programs over several runs: in maps, in a snapshot, and gone with what held them.
import { expect, test } from 'vitest';
import { assembleObject, type Machine, type ObjectSpec, type Prog } from '../../../vm/index.ts';
import { rig, runOnce } from '../../support/machine.ts';

const NODE = '.object node id=2 bytes=40 fields=list_node@0,refcount@24';

/** A tc program with an array whose value begins with a list of nodes. */
function listObject(body: string, type = NODE): ObjectSpec {
  const lists = '.map lists array key=4 value=24 entries=1 fields=list_head@0:node:link,spin_lock@16';
  return assembleObject(`.license GPL\n${type}\n${lists}\n.section "tc"\nmain:\n${body}`, 'lists');
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
  r8 = r0
  r1 = mapval[lists]+16 ll
  call spin_lock
  r1 = mapval[lists] ll
  r2 = r8
  r3 = 0
  r4 = 0
  call bpf_list_push_back_impl
  r1 = mapval[lists]+16 ll
  call spin_unlock
  r0 = 0
  r1 = *(u32 *)(r6 + 8)
  if r1 < 3 goto done
  r1 = mapval[lists]+16 ll
  call spin_lock
  r1 = mapval[lists] ll
  call bpf_list_pop_front
  r8 = r0
  r1 = mapval[lists]+16 ll
  call spin_unlock
  if r8 == 0 goto none
  r7 = *(u64 *)(r8 + 32)
  r1 = r8
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
  const { machine } = rig({ verifier: 'off', limitInsns: 10_000_000 });
  const body = `r6 = 0\nagain:\nr1 = 2\nr2 = 0\ncall bpf_obj_new_impl\nif r0 == 0 goto full\nr6 += 1\ngoto again\nfull:\nr0 = r6\nexit`;
  const prog = machine.load(listObject(body)).progs[0]!;
  const made = runOnce(machine, prog).retval;
  expect(made).toBeGreaterThan(300_000);
  expect(runOnce(machine, prog).retval).toBe(0);
});

test.each([
  ['bytes=40 fields=list_node@24', 'a list_node at offset 24 is not within 40 bytes of object'],
  [
    'bytes=40 fields=list_node@4',
    'a list_node at offset 4 is not within 40 bytes of object, or not aligned to 8',
  ],
  ['bytes=80 fields=rb_node@16,list_node@0', 'the rb_node at offset 16 overlaps the field before it'],
  ['bytes=80 fields=refcount@0,refcount@4', 'more than one refcount in object'],
])('a type of objects with %s is refused', (type, reason) => {
  const load = (): unknown => rig().machine.load(listObject('r0 = 0\nexit', `.object node id=2 ${type}`));
  expect(load).toThrow(`main: object type node: ${reason}`);
});

test('objects go with the map that holds them, and their memory serves objects of other types', () => {
  const { machine } = rig({ verifier: 'off', limitInsns: 10_000_000 });
  // Each run of a new object leaves 80,000 objects in its list; more than four of that would not find room.
  const body = `r6 = 0\nagain:\nr1 = 2\nr2 = 0\ncall bpf_obj_new_impl\nif r0 == 0 goto full
    r1 = mapval[lists] ll\nr2 = r0\nr3 = 0\nr4 = 0\ncall bpf_list_push_front_impl\nr6 += 1\nif r6 < 80000 goto again\nfull:\nr0 = r6\nexit`;
  for (let i = 0; i < 6; i++) {
    const object = machine.load(listObject(body));
    expect(runOnce(machine, object.progs[0]!).retval).toBe(80_000);
    machine.unload(object);
  }
});
