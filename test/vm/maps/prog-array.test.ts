// The rules of a prog array for user space: what a slot takes, who owns the array, and how long programs live in it.
import { describe, expect, test } from 'vitest';
import { assembleProg, LoadError, type Machine, type ProgAttr } from '../../../vm/index.ts';
import { loadText, rig, runOnce, u32 } from '../../support/machine.ts';

const EPERM = -1;
const ENOENT = -2;
const E2BIG = -7;
const EBADF = -9;
const EINVAL = -22;

const SPEC = { name: 'table', type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 4, flags: 0 };

function prog(machine: Machine, more: Partial<ProgAttr> = {}, text = 'r0 = 7\nexit'): number {
  const { insns } = assembleProg(text);
  return machine.bpf.progLoad({ name: 'p', type: 'socket_filter', insns, ...more });
}

/** A program that jumps to `slot` of the map `fd` and returns 1 when it falls through. */
function jumper(machine: Machine, fd: number, slot: number, more: Partial<ProgAttr> = {}): number {
  const { insns } = assembleProg(`r2 = map[table] ll\nr3 = ${slot}\ncall tail_call\nr0 = 1\nexit`, ['table']);
  new DataView(insns.buffer, insns.byteOffset).setInt32(4, fd, true);
  return machine.bpf.progLoad({ name: 'jumper', type: 'socket_filter', insns, ...more });
}

function setUp(): { machine: Machine; bpf: Machine['bpf']; table: number } {
  const { machine } = rig();
  return { machine, bpf: machine.bpf, table: machine.bpf.mapCreate(SPEC) };
}

describe('a slot', () => {
  test('takes a program fd and gives back the program id', () => {
    const { machine, bpf, table } = setUp();
    const spare = prog(machine);
    const fd = prog(machine);
    expect(spare).not.toBe(fd);
    expect(bpf.mapUpdate(table, u32(2), u32(fd), 0)).toBe(0);
    expect(bpf.mapLookup(table, u32(2))).toEqual(u32(2));
  });

  test.each([
    ['a flag', u32(0), undefined, 1, EINVAL],
    ['an index past the end', u32(4), undefined, 0, E2BIG],
    ['no fd', u32(0), u32(99), 0, EBADF],
    ['fd -1', u32(0), u32(-1), 0, EBADF],
    ['a flag before an index past the end', u32(4), undefined, 2, EINVAL],
    ['an index past the end before no fd', u32(4), u32(99), 0, E2BIG],
    ['a key of another size', new Uint8Array(8), undefined, 0, EINVAL],
    ['a value of another size', u32(0), new Uint8Array(8), 0, EINVAL],
  ])('refuses %s', (_what, key, value, flags, errno) => {
    const { machine, bpf, table } = setUp();
    expect(bpf.mapUpdate(table, key, value ?? u32(prog(machine)), flags)).toBe(errno);
  });

  test('refuses the fd of a map, and a freplace program', () => {
    const { machine, bpf, table } = setUp();
    expect(bpf.mapUpdate(table, u32(0), u32(table), 0)).toBe(EINVAL);
    expect(bpf.mapUpdate(table, u32(0), u32(prog(machine, { type: 'ext' })), 0)).toBe(EINVAL);
  });

  test('is emptied by delete, once', () => {
    const { machine, bpf, table } = setUp();
    bpf.mapUpdate(table, u32(1), u32(prog(machine)), 0);
    expect([
      bpf.mapDelete(table, u32(1)),
      bpf.mapDelete(table, u32(1)),
      bpf.mapDelete(table, u32(4)),
    ]).toEqual([0, ENOENT, E2BIG]);
    expect(bpf.mapLookup(table, u32(1))).toBe(ENOENT);
    expect(bpf.mapLookup(table, u32(4))).toBe(ENOENT);
  });

  test('keys are walked like those of an array, empty slots included', () => {
    const { bpf, table } = setUp();
    expect(bpf.mapNextKey(table, undefined)).toEqual(u32(0));
    expect(bpf.mapNextKey(table, u32(0))).toEqual(u32(1));
    expect(bpf.mapNextKey(table, u32(3))).toBe(ENOENT);
    expect(bpf.mapNextKey(table, u32(77))).toEqual(u32(0));
  });
});

test('a frozen array keeps its programs: they are read and jumped to, and no longer changed', () => {
  const { machine, bpf, table } = setUp();
  bpf.mapUpdate(table, u32(1), u32(prog(machine)), 0);
  expect([bpf.mapFreeze(table), bpf.mapFreeze(table)]).toEqual([0, EPERM]);
  expect(bpf.mapUpdate(table, u32(2), u32(prog(machine)), 0)).toBe(EPERM);
  expect(bpf.mapDelete(table, u32(1))).toBe(EPERM);
  expect(bpf.mapLookup(table, u32(1))).toEqual(u32(1));
  expect(runOnce(machine, jumper(machine, table, 1)).retval).toBe(7);
});

describe('the owner', () => {
  test.each([
    ['another program type', { type: 'sched_cls' }],
    ['another attach type', { expectedAttachType: 11 }],
    ['XDP fragments', { flags: 1 << 5 }],
  ])('is the first program stored, and refuses %s', (_what, more) => {
    const { machine, bpf, table } = setUp();
    expect(bpf.mapUpdate(table, u32(0), u32(prog(machine)), 0)).toBe(0);
    expect(bpf.mapUpdate(table, u32(1), u32(prog(machine, more)), 0)).toBe(EINVAL);
    expect(jumper(machine, table, 0, more)).toBe(EINVAL);
    expect(bpf.mapUpdate(table, u32(1), u32(prog(machine)), 0)).toBe(0);
  });

  test('is the first program that names the array, where none was stored', () => {
    const { machine, bpf, table } = setUp();
    expect(jumper(machine, table, 0)).toBeGreaterThan(0);
    expect(bpf.mapUpdate(table, u32(0), u32(prog(machine, { type: 'xdp' })), 0)).toBe(EINVAL);
  });

  test('stays the owner when all slots are empty again', () => {
    const { machine, bpf, table } = setUp();
    bpf.mapUpdate(table, u32(0), u32(prog(machine)), 0);
    bpf.mapDelete(table, u32(0));
    expect(bpf.mapUpdate(table, u32(0), u32(prog(machine, { type: 'xdp' })), 0)).toBe(EINVAL);
  });

  test('a load that fails says so', () => {
    const { machine } = rig();
    const text = `.map table prog_array key=4 value=4 entries=4
      .section "kprobe/1"
      one:
        r0 = 0
        exit
      .section "socket"
      main:
        r2 = map[table] ll
        r3 = 0
        call tail_call
        r0 = 0
        exit`;
    expect(() => loadText(machine, text)).toThrow(LoadError);
    expect(() => loadText(machine, text)).toThrow(/slot 1 does not take program one: EINVAL/);
  });
});

test('is not for programs that may sleep', () => {
  const { machine, table } = setUp();
  const SLEEPABLE = 16;
  expect(jumper(machine, table, 1, { type: 'syscall', flags: SLEEPABLE })).toBe(EINVAL);
  expect(jumper(machine, table, 1, { type: 'kprobe', flags: SLEEPABLE })).toBe(EINVAL);
  expect(prog(machine, { type: 'socket_filter', flags: SLEEPABLE })).toBe(EINVAL);
  expect(prog(machine, { type: 'kprobe', flags: SLEEPABLE })).toBeGreaterThan(0);
  expect(jumper(machine, table, 1, { type: 'kprobe' })).toBeGreaterThan(0);
});

describe('lifetime', () => {
  test('a program lives in its slot when its fd is closed', () => {
    const { machine, bpf, table } = setUp();
    const fd = prog(machine);
    bpf.mapUpdate(table, u32(1), u32(fd), 0);
    const entry = jumper(machine, table, 1);
    expect(bpf.close(fd)).toBe(0);
    expect(bpf.progFdById(1)).toBe(fd);
    bpf.close(fd);
    expect(runOnce(machine, entry).retval).toBe(7);
  });

  test('a program that leaves its last slot is gone', () => {
    const { machine, bpf, table } = setUp();
    const fd = prog(machine);
    bpf.mapUpdate(table, u32(1), u32(fd), 0);
    bpf.close(fd);
    bpf.mapDelete(table, u32(1));
    expect(bpf.progFdById(1)).toBe(ENOENT);
  });

  test('a program that is replaced in its slot is gone, too', () => {
    const { machine, bpf, table } = setUp();
    const [first, second] = [prog(machine), prog(machine, {}, 'r0 = 8\nexit')];
    bpf.mapUpdate(table, u32(1), u32(first), 0);
    bpf.close(first);
    bpf.mapUpdate(table, u32(1), u32(second), 0);
    expect(bpf.progFdById(1)).toBe(ENOENT);
    expect(runOnce(machine, jumper(machine, table, 1)).retval).toBe(8);
  });

  test('slots are emptied with the last user reference, not with the first', () => {
    const { machine, bpf, table } = setUp();
    bpf.mapUpdate(table, u32(1), u32(prog(machine)), 0);
    const entry = jumper(machine, table, 1);
    const again = bpf.mapFdById(1);
    bpf.close(table);
    expect(runOnce(machine, entry).retval).toBe(7);
    bpf.close(again);
    expect(runOnce(machine, entry).retval).toBe(1);
  });

  test('an array whose programs jump into it goes with its last fd, and they with theirs', () => {
    const { machine, bpf, table } = setUp();
    const entry = jumper(machine, table, 0);
    bpf.mapUpdate(table, u32(0), u32(entry), 0);
    bpf.close(entry);
    bpf.close(table);
    expect([bpf.progFdById(1), bpf.mapFdById(1)]).toEqual([ENOENT, ENOENT]);
  });
});

describe('from programs', () => {
  test.each([
    ['map_lookup_elem', 'cannot pass map_type 3 into func bpf_map_lookup_elem#1'],
    ['map_update_elem', 'cannot pass map_type 3 into func bpf_map_update_elem#2'],
    ['map_delete_elem', 'cannot pass map_type 3 into func bpf_map_delete_elem#3'],
  ])('%s of a prog array is refused at load', (helper, words) => {
    const { machine } = rig();
    const text = `.map table prog_array key=4 value=4 entries=4\n.section "socket"\nmain:\nr1 = map[table] ll\nr2 = r10\nr2 += -4\n*(u32 *)(r10 - 4) = 0\nr3 = r2\nr4 = 0\ncall ${helper}\nexit`;
    expect(() => loadText(machine, text)).toThrow(words);
  });

  test('a tail call through another map is refused at load', () => {
    const { machine } = rig();
    const text = `.map other array key=4 value=4 entries=4\n.section "socket"\nmain:\nr6 = map[other] ll\nr2 = r6\nr3 = 0\ncall tail_call\nr0 = 0\nexit`;
    expect(() => loadText(machine, text)).toThrow('expected prog array map for tail call');
  });

  test('what was not verified ends the run with a fault', () => {
    const { machine } = rig({ verifier: 'off' });
    const text = `.map table prog_array key=4 value=4 entries=4\n.section "socket"\nmain:
      r1 = map[table] ll\n*(u64 *)(r10 - 16) = r1\nr1 = *(u64 *)(r10 - 16)\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nexit`;
    const object = loadText(machine, text);
    const { fault } = runOnce(machine, object.progs[0]!);
    expect(fault).toMatchObject({
      code: 'map',
      message: 'R1 is the prog_array table, which only bpf_tail_call takes',
    });
  });
});
