// task_storage: a value for each task, from programs by the task's address and from user space by an fd of it.
import { expect, test } from 'vitest';
import { loadText, pointOf, rig, u32, u64s } from '../../support/machine.ts';

/** A program that counts the calls of each task; call number 1 deletes instead. */
const COUNT = `.map t task_storage key=4 value=8 entries=0 flags=no_prealloc
.section "raw_tp/sys_enter"
main:
  r7 = *(u64 *)(r1 + 8)
  call get_current_task_btf
  r6 = r0
  if r7 == 1 goto remove
  r1 = map[t] ll
  r2 = r6
  r3 = 0
  r4 = 1
  call task_storage_get
  if r0 == 0 goto out
  r1 = *(u64 *)(r0 + 0)
  r1 += 1
  *(u64 *)(r0 + 0) = r1
  out:
  r0 = 0
  exit
remove:
  r1 = map[t] ll
  r2 = r6
  call task_storage_delete
  r0 = 0
  exit`;

function storageRig() {
  const { machine, faults } = rig();
  const object = loadText(machine, COUNT);
  machine.attachAll(object);
  const [map] = object.maps;
  return {
    machine,
    faults,
    map: map!,
    call: (tid: number, nr = 0) => machine.enter(pointOf({ tid, nr })),
    /** Asks something of the map with an fd of the task as the key. */
    with: <T>(tid: number, ask: (key: Uint8Array) => T): T => {
      const fd = machine.bpf.pidfdOpen(tid);
      const answer = ask(u32(fd));
      machine.bpf.close(fd);
      return answer;
    },
  };
}

test('each task has a value of its own', () => {
  const { map, call, with: ask } = storageRig();
  for (const tid of [7, 8, 7, 7, 300, 8]) call(tid);
  expect([7, 8, 300].map((tid) => u64s(ask(tid, (key) => map.lookup(key)))[0])).toEqual([3n, 2n, 1n]);
  expect(ask(9, (key) => map.lookup(key))).toBe(-2);
  call(7, 1);
  expect([ask(7, (key) => map.lookup(key)), map.entries]).toEqual([-2, 2]);
  expect([map.lookup(u32(77)), map.lookup(u32(map.fd)), map.nextKey(undefined)]).toEqual([-9, -9, -524]);
});

test('the memory of all values is given back with the map', () => {
  const { machine } = rig();
  const before = machine.snapshot().byteSize;
  const object = loadText(machine, COUNT);
  const empty = machine.snapshot().byteSize - before;
  machine.attachAll(object);
  for (let tid = 1; tid < 500; tid++) machine.enter(pointOf({ tid }));
  expect(machine.snapshot().byteSize - before).toBeGreaterThan(empty + 500 * 16);
  machine.unload(object);
  expect(machine.snapshot().byteSize - before).toBeLessThanOrEqual(empty);
});
