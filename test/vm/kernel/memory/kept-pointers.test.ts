// Programs keep a pointer at the enter of a call and read behind it at the exit, other calls in between.
import { expect, test } from 'vitest';
import { DEFAULT_KERNEL, type FileFacts, type SyscallPoint, type TaskFacts } from '../../../../vm/index.ts';
import { memberOf } from '../../../../vm/kernel/memory/members.ts';
import { hookRig } from '../../../support/hook-rig.ts';
import { loadText, pointOf, u32 } from '../../../support/machine.ts';

const { types } = DEFAULT_KERNEL;
const spot = (struct: string, path: string): number =>
  memberOf(types, types.find('struct', struct)!, path)!.off;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const hop = (off: number): string => `
      r3 = r6
      r3 += ${off}
      r1 = r10
      r1 += -8
      r2 = 8
      call probe_read_kernel
      r6 = *(u64 *)(r10 - 8)`;

/** At the enter of a call: the file of descriptor 3 goes into the map. At its exit: its inode number. */
const PROGRAMS = `.map files hash key=4 value=8 entries=64
  .map out array key=4 value=8 entries=1
  .section "raw_tp/sys_enter"
  enter:
      call get_current_pid_tgid
      *(u32 *)(r10 - 16) = r0
      call get_current_task
      r6 = r0
      ${[spot('task_struct', 'files'), spot('files_struct', 'fdt'), spot('fdtable', 'fd'), 24].map(hop).join('')}
      *(u64 *)(r10 - 8) = r6
      r1 = map[files] ll
      r2 = r10
      r2 += -16
      r3 = r10
      r3 += -8
      r4 = 0
      call map_update_elem
      r0 = 0
      exit
  .section "raw_tp/sys_exit"
  exit:
      call get_current_pid_tgid
      *(u32 *)(r10 - 16) = r0
      r1 = map[files] ll
      r2 = r10
      r2 += -16
      call map_lookup_elem
      if r0 == 0 goto +15
      r6 = *(u64 *)(r0 + 0)
      ${hop(spot('file', 'f_inode'))}
      r3 = r6
      r3 += ${spot('inode', 'i_ino')}
      r1 = mapval[out] ll
      r2 = 8
      call probe_read_kernel
      r0 = 0
      exit`;

function pointFor(tid: number): SyscallPoint {
  const file: FileFacts = { path: bytes(`/file/${tid}`), inode: 1000 + tid };
  const facts: TaskFacts = { tid, tgid: tid, process: { file: (fd) => (fd === 3 ? file : undefined) } };
  return { ...pointOf({ tid, tgid: tid }), facts };
}

test('a file that a program kept is the same file some calls later', () => {
  const { machine, faults } = hookRig();
  const object = loadText(machine, PROGRAMS);
  machine.attachAll(object);
  const inode = (): bigint => Buffer.from(object.maps[1]!.lookup(u32(0)) as Uint8Array).readBigUInt64LE(0);
  const tids = Array.from({ length: 20 }, (_, i) => 100 + i);
  for (const tid of tids) machine.enter(pointFor(tid));
  for (const tid of tids.toReversed()) {
    machine.exit(pointFor(tid));
    expect(inode()).toBe(BigInt(1000 + tid));
  }
  expect(faults).toEqual([]);
});

test('a machine that is saved and one that comes back find the same behind pointers that programs kept', () => {
  const { machine } = hookRig();
  const object = loadText(machine, PROGRAMS);
  machine.attachAll(object);
  const state = (): unknown => [
    Buffer.from(object.maps[1]!.lookup(u32(0)) as Uint8Array).toString('hex'),
    Buffer.from(object.maps[0]!.lookup(u32(100)) as Uint8Array).toString('hex'),
    machine.unknown(),
  ];
  const goOn = (): unknown => {
    machine.exit(pointFor(100));
    for (let tid = 100; tid < 140; tid++) machine.enter(pointFor(tid));
    machine.exit(pointFor(120));
    return state();
  };
  machine.enter(pointFor(100));
  const saved = machine.snapshot();
  const first = goOn();
  machine.restore(saved);
  expect(goOn()).toEqual(first);
});
