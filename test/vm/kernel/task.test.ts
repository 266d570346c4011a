// The current task as programs find it: what is known, what is counted as unknown, and that nothing of one event is left for the next.
import { describe, expect, test } from 'vitest';
import { DEFAULT_KERNEL, type SyscallPoint, type TaskFacts } from '../../../vm/index.ts';
import type { UnknownRead } from '../../../vm/kernel/memory/unknown-reads.ts';
import { memberOf } from '../../../vm/kernel/memory/members.ts';
import { hookRig } from '../../support/hook-rig.ts';
import { loadText, pointOf, u32 } from '../../support/machine.ts';

const { types } = DEFAULT_KERNEL;
const spot = (struct: string, path: string) => memberOf(types, types.find('struct', struct)!, path)!.off;
/** Offsets in struct task_struct. */
const T = (path: string): number => spot('task_struct', path);
const U = spot('cred', 'uid');

/** What is known of the task of the points here. */
const facts = (known: Partial<TaskFacts>): { facts: TaskFacts } => ({
  facts: { tid: 12, tgid: 10, ...known },
});

interface Read {
  readonly bytes: Buffer;
  readonly unknownReads: number;
  readonly unknown: readonly UnknownRead[];
  /** What bpf_probe_read_kernel answered last. */
  readonly answer: number;
}

/** Follows pointers of the task and reads `size` bytes at the end, as BPF_CORE_READ does: task->a->b->c. */
function follow(offsets: readonly number[], size: number, fields: Partial<SyscallPoint> = {}): Read {
  const { machine, faults } = hookRig();
  const hops = offsets
    .slice(0, -1)
    .map(
      (off) =>
        `r3 = r6\nr3 += ${off}\nr1 = r10\nr1 += -8\nr2 = 8\ncall probe_read_kernel\nr6 = *(u64 *)(r10 - 8)`,
    );
  const object = loadText(
    machine,
    `.map out array key=4 value=${size + 8} entries=1
    .section "raw_tp/sys_enter"
    main:
      call get_current_task
      r6 = r0
      ${hops.join('\n')}
      r3 = r6
      r3 += ${offsets.at(-1)}
      r1 = mapval[out]+8 ll
      r2 = ${size}
      call probe_read_kernel
      r1 = mapval[out] ll
      *(u64 *)(r1 + 0) = r0
      r0 = 0
      exit`,
  );
  machine.attachAll(object);
  machine.enter({ ...pointOf({ tid: 12, tgid: 10, comm: 'worker' }), ...fields });
  if (faults.length > 0) throw new Error(faults[0]!.message);
  const value = Buffer.from(object.maps[0]!.lookup(u32(0)) as Uint8Array);
  const { unknownReads } = machine;
  const unknown = machine.unknown();
  return { bytes: value.subarray(8), unknownReads, unknown, answer: value.readInt32LE(0) };
}

describe('a task', () => {
  test('is its own group leader when its ids are the same', () => {
    const { bytes } = follow([T('group_leader'), T('comm')], 16, { tid: 10 });
    expect(bytes.toString('latin1', 0, 7)).toBe('worker\0');
  });

  test('that is a thread has a leader of which the name is unknown', () => {
    expect(follow([T('group_leader'), T('pid')], 4).bytes.readInt32LE(0)).toBe(10);
    expect(follow([T('group_leader'), T('comm')], 16)).toMatchObject({ answer: -14, unknownReads: 1 });
  });

  test('has a parent of which nothing is known, unless the recording tells it', () => {
    expect(follow([T('real_parent'), T('tgid')], 4)).toMatchObject({ answer: -14, unknownReads: 1 });
    const parent: TaskFacts = { tid: 7, tgid: 7, comm: new TextEncoder().encode('bash') };
    const known = follow([T('real_parent'), T('tgid')], 4, facts({ parent }));
    expect([known.bytes.readInt32LE(0), known.unknownReads]).toEqual([7, 0]);
    expect(follow([T('real_parent'), T('comm')], 16, facts({ parent })).bytes.toString('latin1', 0, 5)).toBe(
      'bash\0',
    );
    expect(follow([T('real_parent'), T('start_time')], 8, facts({ parent })).answer).toBe(-14);
    expect(
      follow([T('group_leader'), T('real_parent'), T('tgid')], 4, facts({ parent })).bytes.readInt32LE(0),
    ).toBe(7);
  });

  test('has credentials, known where the recording tells them', () => {
    expect(follow([T('cred'), U], 8, facts({ ids: { uid: 1000, gid: 100 } })).bytes.toString('hex')).toBe(
      'e803000064000000',
    );
    expect(follow([T('cred'), U], 4)).toMatchObject({ answer: -14, unknownReads: 1 });
    expect(follow([T('cred'), U], 8, facts({ ids: { uid: 1000 } })).answer).toBe(-14);
  });

  test('began when the recording tells it', () => {
    expect(follow([T('start_time')], 8, facts({ startNs: 123_456_789_012 })).bytes.readBigUint64LE()).toBe(
      123_456_789_012n,
    );
    expect(follow([T('start_time')], 8).answer).toBe(-14);
  });

  test('has a name of 15 bytes at most, unknown where the recording has none', () => {
    const comm = new TextEncoder().encode('a-name-of-twenty-chr');
    expect(follow([T('comm')], 16, { comm }).bytes.toString('latin1')).toBe('a-name-of-twent\0');
    expect(follow([T('comm')], 16, { comm: new Uint8Array(0) }).answer).toBe(-14);
  });

  test.each([
    ['mm', 'mm_struct', 'exe_file'],
    ['signal', 'signal_struct', 'nr_threads'],
    ['fs', 'fs_struct', 'pwd.dentry'],
    ['fs', 'fs_struct', 'umask'],
  ])('has a %s, of which %s.%s is unknown', (name, struct, member) => {
    expect(follow([T(name), spot(struct, member)], 4)).toMatchObject({
      answer: -14,
      unknown: [{ what: `${struct}.${member}`, count: 1 }],
    });
  });

  test('is read whole by nobody', () => {
    expect(follow([0], 256)).toMatchObject({ answer: -14, unknownReads: 1 });
  });
});

test('a fact of one event is not there at the next', () => {
  const { machine } = hookRig();
  const object = loadText(
    machine,
    `.map out array key=4 value=8 entries=1
    .section "raw_tp/sys_enter"
    main:
      call get_current_task
      r6 = r0
      r3 = r6
      r3 += ${T('cred')}
      r1 = r10
      r1 += -8
      r2 = 8
      call probe_read_kernel
      r3 = *(u64 *)(r10 - 8)
      r3 += ${U}
      r1 = mapval[out] ll
      r2 = 4
      call probe_read_kernel
      r1 = mapval[out] ll
      *(u32 *)(r1 + 4) = r0
      r0 = 0
      exit`,
  );
  machine.attachAll(object);
  const out = (): string => Buffer.from(object.maps[0]!.lookup(u32(0)) as Uint8Array).toString('hex');
  machine.enter({ ...pointOf(), ...facts({ ids: { uid: 5 } }) });
  expect(out()).toBe('0500000000000000');
  machine.enter(pointOf());
  expect(out()).toBe('00000000f2ffffff');
});

const loadThrough = (name: string, helper: string): string =>
  `.section "kprobe/__seccomp_filter"\n${name}:\ncall ${helper}\nr0 = *(u32 *)(r0 + ${T('pid')})\nr0 = 0\nexit\n`;

test('a load without a helper is a fault that says how to read it, until the program has a BTF pointer', () => {
  const { machine, faults } = hookRig({ verifier: 'off' });
  machine.attachAll(loadText(machine, loadThrough('number', 'get_current_task')));
  machine.attachAll(loadText(machine, loadThrough('pointer', 'get_current_task_btf')));
  machine.enter(pointOf());
  expect(faults).toMatchObject([{ prog: 'number', code: 'access' }]);
  expect(faults[0]!.message).toContain('memory of the kernel, which is read with bpf_probe_read_kernel');
});

test('a load of a field that is not known gives 0, and is counted', () => {
  const { machine, faults } = hookRig();
  const object = loadText(
    machine,
    `.map out array key=4 value=8 entries=1
    .section "fentry/__x64_sys_read"
    main:
      call get_current_task_btf
      r1 = *(u64 *)(r0 + ${T('mm')})
      r2 = *(u32 *)(r1 + ${spot('mm_struct', 'map_count')})
      r2 += 1
      r1 = mapval[out] ll
      *(u64 *)(r1 + 0) = r2
      r0 = 0
      exit`,
  );
  machine.attachAll(object);
  machine.enter(pointOf({ nr: 0 }));
  expect(faults).toEqual([]);
  expect(Buffer.from(object.maps[0]!.lookup(u32(0)) as Uint8Array).toString('hex')).toBe('0100000000000000');
  expect(machine.unknownReads).toBe(1);
});

test('a chain of BTF loads that leaves what is known goes on with 0, as on Linux behind a null pointer', () => {
  const { machine, faults } = hookRig();
  const object = loadText(
    machine,
    `.map out array key=4 value=8 entries=1
    .section "fentry/__x64_sys_read"
    chain:
      call get_current_task_btf
      r1 = *(u64 *)(r0 + ${T('mm')})
      r1 = *(u64 *)(r1 + ${spot('mm_struct', 'exe_file')})
      r1 = *(u64 *)(r1 + ${spot('file', 'f_path.dentry')})
      r2 = *(u32 *)(r1 + ${spot('dentry', 'd_name.hash')})
      r2 += 7
      r1 = mapval[out] ll
      *(u64 *)(r1 + 0) = r2
      r0 = 0
      exit`,
  );
  machine.attachAll(object);
  machine.enter(pointOf({ nr: 0 }));
  expect(Buffer.from(object.maps[0]!.lookup(u32(0)) as Uint8Array).toString('hex')).toBe('0700000000000000');
  expect([faults.length, machine.unknownReads]).toEqual([0, 3]);
});

test('a helper takes no null in a program that may load behind one', () => {
  const { machine, faults } = hookRig({ verifier: 'off' });
  const text = 'call get_current_task_btf\nr1 = map[out] ll\nr2 = 0\ncall map_lookup_elem\nr0 = 0\nexit';
  const maps = '.map out array key=4 value=8 entries=1';
  machine.attachAll(loadText(machine, `${maps}\n.section "fentry/__x64_sys_write"\nnull:\n${text}`));
  machine.enter(pointOf({ nr: 1 }));
  expect(faults).toMatchObject([{ prog: 'null', code: 'access' }]);
});
