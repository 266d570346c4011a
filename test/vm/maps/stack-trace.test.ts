// stack_trace, bpf_get_stackid and bpf_get_stack over stacks that a recording knows.
import { describe, expect, test } from 'vitest';
import { loadText, pointOf, rig, u32, u64s } from '../../support/machine.ts';

const USER = 0x100;
const FAST = 0x200;
const REUSE = 0x400;

/** A program at sys_enter that puts the stack into the map with the flags in the call's number, and keeps the id in an array. */
const PUT = `.map out array key=4 value=8 entries=1
.section "raw_tp/sys_enter"
main:
  r6 = *(u64 *)(r1 + 8)
  r2 = map[s] ll
  r3 = r6
  call get_stackid
  r1 = mapval[out] ll
  *(u64 *)(r1 + 0) = r0
  r0 = 0
  exit`;

function stackRig(map: string) {
  const { machine } = rig();
  const object = loadText(machine, `.map s stack_trace key=4 ${map}\n${PUT}`);
  machine.attachAll(object);
  const [stacks, out] = object.maps;
  const put = (stack: readonly bigint[] | undefined, flags: number): number => {
    machine.enter({ ...pointOf({ nr: flags }), userStack: stack, kernelStack: undefined });
    return Number(BigInt.asIntN(64, u64s(out!.lookup(u32(0)))[0]!));
  };
  return { machine, stacks: stacks!, put };
}

const STACK = [0x401000n, 0x401100n, 0x7f0000001234n];

describe('a stack', () => {
  test('has the same id each time, and is there to be read', () => {
    const { stacks, put } = stackRig('value=32 entries=64');
    const id = put(STACK, USER);
    expect(id).toBeGreaterThanOrEqual(0);
    expect(put(STACK, USER)).toBe(id);
    expect(u64s(stacks.lookup(u32(id)))).toEqual([...STACK, 0n]);
    expect([stacks.entries, stacks.nextKey(undefined), stacks.nextKey(u32(id))]).toEqual([1, u32(id), -2]);
  });

  test('is cut to the size of the values, from the inside, and after what is skipped', () => {
    const { stacks, put } = stackRig('value=16 entries=64');
    expect(u64s(stacks.lookup(u32(put(STACK, USER))))).toEqual(STACK.slice(0, 2));
    expect(u64s(stacks.lookup(u32(put(STACK, USER | 1))))).toEqual(STACK.slice(1, 3));
    expect(put(STACK, USER | 3)).toBe(-14);
  });

  test('that the recording does not know is -EFAULT, and counted', () => {
    const { machine, put } = stackRig('value=16 entries=64');
    expect([put(undefined, USER), put(STACK, 0), machine.unknownReads]).toEqual([-14, -14, 2]);
  });

  test('is deleted, and can be taken out', () => {
    const { stacks, put } = stackRig('value=32 entries=64');
    const id = put(STACK, USER);
    expect(stacks.delete(u32(id))).toBe(0);
    expect([stacks.delete(u32(id)), stacks.delete(u32(64)), stacks.lookup(u32(id))]).toEqual([-2, -7, -2]);
    expect(u64s(stacks.lookupAndDelete(u32(put(STACK, USER))))).toEqual([...STACK, 0n]);
    expect(stacks.entries).toBe(0);
  });

  test('in a map of build ids is told by its addresses', () => {
    const { stacks, put } = stackRig('value=64 entries=64 flags=stack_build_id');
    const value = stacks.lookup(u32(put(STACK, USER))) as Uint8Array; // it has just been put in
    const view = new DataView(value.buffer);
    expect([view.getInt32(0, true), view.getBigUint64(24, true)]).toEqual([2, STACK[0]]);
    expect([view.getInt32(32, true), view.getBigUint64(56, true)]).toEqual([2, STACK[1]]);
  });
});

describe('two stacks in one bucket', () => {
  /** Another stack with the id of the first, in a map of one bucket: every stack has it. */
  const other = [0x500000n, 0x500100n];

  test('are -EEXIST, unless the second may take the place', () => {
    const { stacks, put } = stackRig('value=32 entries=2');
    const ids = new Map<number, bigint[]>();
    let clash: { first: bigint[]; second: bigint[]; id: number } | undefined;
    for (let i = 0n; clash === undefined; i++) {
      const stack = [0x1000n + i];
      const id = put(stack, USER | REUSE);
      const first = ids.get(id);
      if (first !== undefined && id >= 0) clash = { first, second: stack, id };
      ids.set(id, stack);
    }
    stacks.delete(u32(clash.id));
    expect(put(clash.first, USER)).toBe(clash.id);
    expect(put(clash.second, USER)).toBe(-17);
    expect(put(clash.second, USER | REUSE)).toBe(clash.id);
    expect(u64s(stacks.lookup(u32(clash.id)))[0]).toBe(clash.second[0]);
    expect(put(clash.second, USER | FAST)).toBe(clash.id);
  });

  test('need a spare element to change places', () => {
    const { put } = stackRig('value=32 entries=1');
    expect([put(STACK, USER), put(other, USER), put(other, USER | REUSE)]).toEqual([0, -17, -12]);
  });
});

test('bpf_get_stack and bpf_get_task_stack copy what they know, and clear the rest', () => {
  const { machine } = rig();
  const text = `.map out array key=4 value=40 entries=2
    .section "raw_tp/sys_enter"
    main:
      r6 = r1
      r1 = r6
      r2 = mapval[out] ll
      r3 = 32
      r4 = 0x101
      call get_stack
      r1 = mapval[out] ll
      *(u64 *)(r1 + 32) = r0
      r0 = 0
      exit`.replace('entries=2', 'entries=1');
  const object = loadText(machine, text);
  machine.attachAll(object);
  object.maps[0]!.update(u32(0), new Uint8Array(40).fill(0xff), 0);
  machine.enter({ ...pointOf({}), userStack: STACK });
  expect(u64s(object.maps[0]!.lookup(u32(0)))).toEqual([STACK[1], STACK[2], 0n, 0n, 16n]);
});

test('stacks are as they were after a snapshot was restored', () => {
  const { machine, stacks, put } = stackRig('value=32 entries=64');
  const id = put(STACK, USER);
  const snapshot = machine.snapshot();
  stacks.delete(u32(id));
  put([1n], USER);
  machine.restore(snapshot);
  expect([stacks.entries, u64s(stacks.lookup(u32(id)))]).toEqual([1, [...STACK, 0n]]);
});
