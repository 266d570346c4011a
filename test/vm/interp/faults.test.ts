// What ends a run: each fault by a program that earns it, with the words a person reads. The host never sees an exception.
import { describe, expect, test } from 'vitest';
import { assembleObject, assembleProg, inputOf, kernelTypes, verify } from '../../../vm/index.ts';
import { FAULTS } from '../../../vm/interp/fault.ts';
import { faultOf, loadFilter, loadText, pointOf, r0Of, rig, runOnce } from '../../support/machine.ts';

const ARRAY = '.map m array key=4 value=8 entries=4';
const LOOKUP = `*(u32 *)(r10 - 4) = 1
  r1 = map[m] ll
  r2 = r10
  r2 += -4
  call map_lookup_elem`;

const UPDATE = `*(u32 *)(r10 - 4) = 1
  *(u64 *)(r10 - 16) = 2
  r1 = map[m] ll
  r2 = r10
  r2 += -4
  r3 = r10
  r3 += -16
  r4 = 0
  call map_update_elem`;

/** Title, program, maps, fault code, and a part of the message. */
const CASES: readonly (readonly [string, string, string, keyof typeof FAULTS, string])[] = [
  [
    'a read above the stack',
    'r1 = r10\nr0 = *(u64 *)(r1 + 0)\nexit',
    '',
    'access',
    'size=8: 0 bytes past the end of the stack',
  ],
  [
    'a write below the stack',
    'r1 = r10\nr1 += -512\n*(u8 *)(r1 - 1) = 1\nexit',
    '',
    'access',
    'size=1: 1 bytes before the stack',
  ],
  [
    'an access over the end of the stack',
    'r1 = r10\nr0 = *(u32 *)(r1 - 2)\nexit',
    '',
    'access',
    'offset 510 in the stack of this function, which is 512 bytes long',
  ],
  [
    'a null pointer',
    'r1 = 0\nr0 = *(u64 *)(r1 + 0)\nexit',
    '',
    'access',
    'invalid read at 0x0 size=8: a null pointer',
  ],
  [
    'an offset from a null pointer',
    'r1 = 0\n*(u32 *)(r1 + 16) = 1\nexit',
    '',
    'access',
    'invalid write at 0x10 size=4: a null pointer',
  ],
  [
    'a user address',
    'r1 = 0x7ffd00001000 ll\nr0 = *(u8 *)(r1 + 0)\nexit',
    '',
    'access',
    'user memory is read with bpf_probe_read_user',
  ],
  [
    'a number that is no address',
    'r1 = -1\nr0 = *(u8 *)(r1 + 0)\nexit',
    '',
    'access',
    '0xffffffffffffffff size=1: no memory of this machine',
  ],
  [
    'an address that wraps round',
    'r1 = 0xffff8880ffffffff ll\nr0 = *(u64 *)(r1 + 8)\nexit',
    '',
    'access',
    'size=8',
  ],
  [
    'one byte past a map value',
    `${LOOKUP}\nr0 = *(u8 *)(r0 + 8)\nexit`,
    ARRAY,
    'access',
    '0 bytes past the end of a value of map m',
  ],
  [
    'a read that begins in a map value and ends past it',
    `${LOOKUP}\nr0 = *(u64 *)(r0 + 4)\nexit`,
    ARRAY,
    'access',
    'offset 4 in a value of map m, which is 8 bytes long',
  ],
  [
    'an offset below a missing key',
    `${LOOKUP}\nr0 = *(u8 *)(r0 - 1)\nexit`,
    ARRAY.replace('array', 'hash'),
    'access',
    'invalid read at 0xffffffffffffffff size=1: a null pointer',
  ],
  [
    'the key before a hash value',
    `${UPDATE}\n${LOOKUP}\nr0 = *(u8 *)(r0 - 1)\nexit`,
    ARRAY.replace('array', 'hash'),
    'access',
    'size=1: 1 bytes before a value of map m',
  ],
  [
    'the header of a map',
    'r1 = map[m] ll\nr0 = *(u64 *)(r1 + 0)\nexit',
    ARRAY,
    'access',
    'before a value of map m',
  ],
  [
    'a write to the ctx',
    '*(u32 *)(r1 + 0) = 1\nexit',
    '',
    'access',
    'the ctx, struct __sk_buff is read only',
  ],
  ['a field that a socket filter may not read', 'r0 = *(u32 *)(r1 + 76)\nexit', '', 'access', 'size=4'],
  [
    'a value that a program may not write',
    `${LOOKUP}\n*(u8 *)(r0 + 0) = 1\nexit`,
    `${ARRAY} flags=rdonly_prog`,
    'access',
    'a value of map m is read only',
  ],
  [
    'a value that a program may not read',
    `${LOOKUP}\nr0 = *(u8 *)(r0 + 0)\nexit`,
    `${ARRAY} flags=wronly_prog`,
    'access',
    'a value of map m is write only',
  ],
  [
    'an atomic on what may only be written',
    `${LOOKUP}\nr1 = 1\nlock *(u64 *)(r0 + 0) += r1\nexit`,
    `${ARRAY} flags=wronly_prog`,
    'access',
    'invalid read',
  ],
  [
    'a loop without end',
    'loop:\nr1 = 1\nif r1 == 1 goto loop\nr0 = 0\nexit',
    '',
    'budget',
    'after 100000 insns',
  ],
  [
    'nine frames',
    `call f1\nexit\n${Array.from({ length: 8 }, (_, i) => `f${i + 1}:\n${i < 7 ? `call f${i + 2}` : 'r0 = 1'}\nexit`).join('\n')}`,
    '',
    'frames',
    '9 frames deep',
  ],
  [
    'a number as a map',
    'r1 = 5\nr2 = r10\ncall map_lookup_elem\nexit',
    '',
    'map',
    'R1 is 0x5, which is no map',
  ],
  [
    'a key outside of memory',
    'r1 = map[m] ll\nr2 = r10\ncall map_lookup_elem\nexit',
    ARRAY,
    'access',
    'invalid read',
  ],
  [
    'a value outside of memory',
    'r1 = map[m] ll\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -4\nr4 = 0\ncall map_update_elem\nexit',
    ARRAY,
    'access',
    'size=8',
  ],
  [
    'a tail call with another ctx',
    'r1 = r10\nr2 = map[t] ll\nr3 = 0\ncall tail_call\nr0 = 0\nexit',
    '.map t prog_array key=4 value=4 entries=1',
    'ctx',
    'takes the unmodified ctx',
  ],
  ['a packet load without the ctx in r6', 'r6 = 0\nr0 = *(u8 *)skb[0]\nexit', '', 'ctx', 'R6 is not the ctx'],
  [
    'a size without end',
    'r1 = r10\nr1 += -8\nr2 = -1\nr3 = 0\ncall probe_read_kernel\nexit',
    '',
    'size',
    'R2 is a size of 18446744073709551615',
  ],
  [
    'a buffer shorter than its size',
    'r1 = r10\nr1 += -8\nr2 = 9\nr3 = 0\ncall probe_read_kernel\nexit',
    '',
    'access',
    'invalid write',
  ],
  [
    'a number as a function',
    'r1 = 1\nr2 = 5\nr3 = 0\nr4 = 0\ncall loop\nexit',
    '',
    'func',
    'R2 is 0x5, which is no function of the program',
  ],
  [
    'a tail call in a function that a helper calls',
    `r1 = 1\nr2 = func f ll\nr3 = r1\nr4 = 0\ncall loop\nexit
    f:\nr2 = map[t] ll\nr3 = 0\ncall tail_call\nr0 = 0\nexit`,
    '.map t prog_array key=4 value=4 entries=1',
    'func',
    'may not make a tail call',
  ],
  [
    'a function that calls itself through a helper',
    `r1 = 1\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nexit
    f:\nr1 = 1\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nr0 = 0\nexit`,
    '',
    'frames',
    '9 frames deep',
  ],
  [
    'a helper that calls a function more often than the budget has insns',
    'r1 = 0x800000\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall loop\nexit\nf:\nr0 = 0\nexit',
    '',
    'budget',
    'after 100001 insns',
  ],
  [
    'a walk through a map that has none',
    'r1 = map[t] ll\n*(u64 *)(r10 - 8) = r1\nr1 = *(u64 *)(r10 - 8)\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nexit\nf:\nr0 = 0\nexit',
    '.map t queue key=0 value=4 entries=1',
    'map',
    'R1 is the queue t, and bpf_for_each_map_elem does not go through such maps',
  ],
  [
    'a key of a walk that is written',
    `r1 = map[m] ll\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nexit
    f:\n*(u32 *)(r2 + 0) = 1\nr0 = 0\nexit`,
    ARRAY,
    'access',
    'a key of map m is read only',
  ],
];

/** Faults that the cases do not earn, and why. */
const ELSEWHERE: Readonly<Partial<Record<keyof typeof FAULTS, string>>> = {
  insn: 'a program that passed the structural check has no unknown insn left',
  packet: 'below',
  field: 'test/vm/machine/timers.test.ts',
  lock: 'test/vm/machine/locks.test.ts',
  owed: 'test/vm/maps/ringbuf.test.ts',
  dynptr: 'test/vm/helpers',
  object: 'test/vm/helpers',
  trap: 'test/vm/jit/engine/trap.test.ts',
};

test.each(CASES)('%s', (_title, body, maps, code, words) => {
  const fault = faultOf(body, maps);
  expect(fault.code).toBe(code);
  expect(fault.message).toContain(words);
});

test('the verifier refuses them all but for those whose only fault is to take too long', () => {
  const accepted = CASES.filter(([, body, maps]) => {
    const object = assembleObject(`.license GPL\n${maps}\n.section "socket"\nmain:\n${body}\n`, 'test');
    return verify(inputOf(object, object.progs[0]!, kernelTypes())).refusal === undefined;
  });
  expect(new Set(accepted.map(([, , , code]) => code))).toEqual(new Set(['budget']));
});

test('every fault has a case here, or is listed with the place of its tests', () => {
  const earned = new Set<string>(CASES.map(([, , , code]) => code));
  expect(
    Object.keys(FAULTS)
      .filter((code) => !earned.has(code))
      .toSorted(),
  ).toEqual(Object.keys(ELSEWHERE).toSorted());
});

test('a packet load where there is no packet: insns by themselves may try', () => {
  const { machine, faults } = rig();
  machine.runInsns(assembleProg('r6 = r1\nr0 = *(u8 *)skb[0]\nexit').insns);
  expect(faults).toMatchObject([{ prog: 'insns', pc: 1, code: 'packet' }]);
});

describe('a fault', () => {
  test('names program and pc, is counted, and leaves the machine running', () => {
    const { machine, faults } = rig({ verifier: 'off' });
    const object = loadText(
      machine,
      `.section "raw_tp/sys_enter"\nbad:\nr0 = 1\nr0 = *(u64 *)(r1 + 16)\nexit
      .section "raw_tp/sys_enter"\ngood:\nr0 = *(u64 *)(r1 + 8)\nexit`,
    );
    machine.attachAll(object);
    for (let i = 0; i < 3; i++) machine.enter(pointOf());
    expect(faults).toHaveLength(3);
    expect(faults[0]).toMatchObject({ prog: 'bad', pc: 1, code: 'access' });
    expect(faults[0]!.message).toMatch(
      /^invalid read at 0xffff8880000\w{5} size=8: 0 bytes past the end of the ctx, two u64 arguments$/,
    );
    expect(object.progs.map((prog) => [prog.runs, prog.faults])).toEqual([
      [3, 3],
      [3, 0],
    ]);
  });

  test('in a program reached by a tail call is that program’s', () => {
    const { machine } = rig({ verifier: 'off' });
    const object = loadText(
      machine,
      `.map t prog_array key=4 value=4 entries=1\n.slot t 0 second
      .section "socket"\nfirst:\nr2 = map[t] ll\nr3 = 0\ncall tail_call\nr0 = 5\nexit
      .section "socket"\nsecond:\nr1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit`,
    );
    expect(runOnce(machine, object.progs[0]!)).toMatchObject({ retval: 0, fault: { prog: 'second', pc: 1 } });
    expect(object.progs.map(({ faults }) => faults)).toEqual([0, 1]);
  });

  test('of one run is not that of the next', () => {
    const { machine } = rig({ verifier: 'off' });
    const prog = loadFilter(
      machine,
      'r0 = *(u32 *)(r1 + 8)\nif r0 == 0 goto bad\nexit\nbad:\nr0 = *(u64 *)(r0 + 0)\nexit',
    );
    const marked = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 9);
    expect(runOnce(machine, prog).fault?.code).toBe('access');
    expect(runOnce(machine, prog, { ctx: marked })).toMatchObject({ retval: 9, fault: undefined });
  });
});

const ADD = `add:
    r2 = *(u64 *)(r1 - 8)
    r2 += 41
    *(u64 *)(r1 - 8) = r2
    r0 = 0
    exit`;

test('a function may write the frame of its caller', () => {
  expect(r0Of(`*(u64 *)(r10 - 8) = 1\nr1 = r10\ncall add\nr0 = *(u64 *)(r10 - 8)\nexit\n${ADD}`)).toBe(42);
});

test('the frame of a function that returned is gone', () => {
  const fault = faultOf('call leak\nr0 = *(u64 *)(r0 - 8)\nexit\nleak:\nr0 = r10\nexit');
  expect(fault).toMatchObject({ pc: 1, code: 'access' });
  expect(fault.message).toContain('past the end of the stack of this function');
});

/** A program that makes a call without end. */
const again = (call: string, rest = ''): string =>
  `r6 = 0x7fffffff\nagain:\n${call}\nr6 += -1\nif r6 != 0 goto again\nr0 = 0\nexit\n${rest}`;

describe('the budget covers what helpers do', () => {
  test('walks over maps of many empty buckets', () => {
    const walk = 'r1 = map[m] ll\nr2 = func f ll\nr3 = 0\nr4 = 0\ncall for_each_map_elem';
    const map = '.map m hash key=4 value=8 entries=262144 flags=no_prealloc';
    const { machine } = rig({ verifier: 'off', limitInsns: 20_000 });
    const { insns, fault } = runOnce(machine, loadFilter(machine, again(walk, 'f:\nr0 = 0\nexit'), map));
    expect(fault?.code).toBe('budget');
    expect(insns).toBe(20_000);
  });

  test('long keys', () => {
    const lookup = 'r1 = map[m] ll\nr2 = mapval[key] ll\ncall map_lookup_elem';
    const { machine } = rig({ verifier: 'off', limitInsns: 20_000 });
    const maps = '.map m hash key=1048576 value=4 entries=1\n.map key array key=4 value=1048576 entries=1';
    const { insns, fault } = runOnce(machine, loadFilter(machine, again(lookup), maps));
    expect([fault?.code, insns]).toEqual(['budget', 20_000]);
  });

  test('long copies', () => {
    const copy = 'r1 = mapval[m] ll\nr2 = 1048576\nr3 = mapval[m] ll\ncall probe_read_kernel';
    const fault = faultOf(again(copy), '.map m array key=4 value=1048576 entries=1');
    expect(fault.code).toBe('budget');
  });
});
