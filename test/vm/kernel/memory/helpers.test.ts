// Helpers that ask for the current task and what hangs on it: answers, and the names of what is unknown.
import { describe, expect, test } from 'vitest';
import { DEFAULT_KERNEL, type SyscallPoint, type TaskFacts, type UnknownRead } from '../../../../vm/index.ts';
import { memberOf } from '../../../../vm/kernel/memory/members.ts';
import { hookRig } from '../../../support/hook-rig.ts';
import { loadText, pointOf, u32 } from '../../../support/machine.ts';

const { types } = DEFAULT_KERNEL;
const spot = (struct: string, path: string): number =>
  memberOf(types, types.find('struct', struct)!, path)!.off;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What `body` left in the 64 bytes behind r9, after a run at a point; it is not verified. */
function run(body: string, point: SyscallPoint): { out: Buffer; unknown: readonly UnknownRead[] } {
  const { machine, faults } = hookRig({ verifier: 'off' });
  const object = loadText(
    machine,
    `.map out array key=4 value=64 entries=1
    .section "raw_tp/sys_enter"
    main:
      r9 = mapval[out] ll
      ${body}
      r0 = 0
      exit`,
  );
  machine.attachAll(object);
  machine.enter(point);
  expect(faults).toEqual([]);
  return { out: Buffer.from(object.maps[0]!.lookup(u32(0)) as Uint8Array), unknown: machine.unknown() };
}

const at = (facts: Partial<TaskFacts>, more: Partial<SyscallPoint> = {}): SyscallPoint => ({
  ...pointOf({ tid: 12, tgid: 10 }),
  facts: { tid: 12, tgid: 10, ...facts },
  ...more,
});

describe('bpf_d_path', () => {
  const PATH = `
      call get_current_task
      r3 = r0
      r3 += ${spot('task_struct', 'fs')}
      r1 = r10
      r1 += -8
      r2 = 8
      call probe_read_kernel
      r1 = *(u64 *)(r10 - 8)
      r1 += ${spot('fs_struct', 'pwd')}
      r2 = r9
      r2 += 8`;
  const path = (size: number): string => `${PATH}\nr3 = ${size}\ncall d_path\n*(u64 *)(r9 + 0) = r0`;
  const facts = { process: { cwd: bytes('/var/lib/x'), file: () => undefined } };

  test('gives the whole path of a directory, and its length with NUL', () => {
    const { out } = run(path(32), at(facts));
    expect([out.readInt32LE(0), out.toString('latin1', 8, 19)]).toEqual([11, '/var/lib/x\0']);
  });

  test('refuses one that does not fit', () => {
    expect(run(path(10), at(facts)).out.readInt32LE(0)).toBe(-36);
  });

  test('counts one that is unknown', () => {
    const { out, unknown } = run(path(32), at({}));
    expect([out.readInt32LE(0), unknown]).toEqual([-14, [{ what: 'path of a file', count: 1 }]]);
  });
});

test.each([
  ['get_current_uid_gid', ['gid of the task', 'uid of the task']],
  ['get_current_cgroup_id', ['cgroup of the task']],
])('%s counts what it does not know by name', (helper, names) => {
  const { unknown } = run(`call ${helper}`, at({}));
  expect(unknown.map(({ what }) => what)).toEqual(names);
});

test('a name that is unknown is empty, and counted', () => {
  const body = 'r1 = r9\nr2 = 16\ncall get_current_comm';
  const nameless = { comm: new Uint8Array(0) };
  expect(run(body, at({}, nameless)).unknown).toEqual([{ what: 'name of the task', count: 1 }]);
  expect(run(body, at(nameless, nameless)).unknown).toEqual([]);
});

test.each([
  [0x7000n, 'user memory behind args[1]'],
  [0x7010n, 'user memory behind args[1]'],
  [0x6fffn, 'user memory'],
  [0x9000n, 'user memory behind args[2]'],
  [0x7f00_0000_0000n, 'user memory'],
])('user memory at %s that is not recorded is %s', (address, name) => {
  const args = new BigUint64Array([3n, 0x7000n, 0x8000n, 0n, 0n, 0n]);
  const body = `r1 = r9\nr2 = 8\nr3 = ${address} ll\ncall probe_read_user`;
  const point = at({}, { args: new Uint8Array(args.buffer) });
  expect(run(body, point).unknown).toEqual([{ what: name, count: 1 }]);
});

test.each([
  [undefined, 0xefff_fffc, 0],
  [4_026_531_999, 4_026_531_999, 0],
  [4_026_531_999, 0xefff_fffc, -22],
])('ids in the pid namespace: of a recording that tells %s, for %s', (told, asked, answer) => {
  const namespaces = told === undefined ? {} : { pid: told };
  const body = `r1 = 4\nr2 = ${asked} ll\nr3 = r9\nr3 += 8\nr4 = 8\ncall get_ns_current_pid_tgid\n*(u64 *)(r9 + 0) = r0`;
  const { out } = run(body, at({ process: { namespaces, file: () => undefined } }));
  expect(out.readInt32LE(0)).toBe(answer);
  if (answer === 0) expect([out.readInt32LE(8), out.readInt32LE(12)]).toEqual([12, 10]);
});

test('the arguments of the current process are user memory where its address space says', () => {
  const body = `
      call get_current_task
      r3 = r0
      r3 += ${spot('task_struct', 'mm')}
      r1 = r10
      r1 += -8
      r2 = 8
      call probe_read_kernel
      r3 = *(u64 *)(r10 - 8)
      r3 += ${spot('mm_struct', 'arg_start')}
      r1 = r10
      r1 += -8
      r2 = 8
      call probe_read_kernel
      r3 = *(u64 *)(r10 - 8)
      r1 = r9
      r2 = 64
      call probe_read_user_str`;
  const process = { args: [bytes('ls'), bytes('-l')], file: () => undefined };
  expect(run(body, at({ process })).out.toString('latin1', 0, 3)).toBe('ls\0');
  expect(run(body, at({})).unknown[0]).toEqual({ what: 'mm_struct.arg_start', count: 1 });
});
