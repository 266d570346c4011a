// What is told of programs that a recording never brings to run.
import { expect, test } from 'vitest';
import { relatedCalls } from '../../../backend/library/call-families.ts';
import { silenceOf, type Occurrences } from '../../../backend/library/hook-report.ts';
import { SYSCALLS, type Arch } from '../../../traces/index.ts';
import { hookRig, loadSayers } from '../../support/hook-rig.ts';
import { pointOf } from '../../support/machine.ts';

const call = (name: string, nr: number, count?: number, arch: Arch = 'x86_64') => ({
  name,
  nr,
  arch,
  count,
});
const FOUND: Occurrences = {
  calls: [
    call('openat', 257, 1204),
    call('creat', 85, 3),
    call('read', 3, 500, 'i386'),
    call('exit_group', 231, 2),
  ],
  packets: 0,
  recorder: 'strace',
  isOver: true,
};

/** Why a program in a section does not run. */
function why(section: string, found: Occurrences = FOUND): string | undefined {
  const { machine } = hookRig();
  const [attachment] = machine.attachAll(loadSayers(machine, { main: section }));
  const silence = silenceOf(attachment!, found);
  return silence === undefined ? undefined : `${silence.state}: ${silence.why}`;
}

test.each([
  [
    'tp/syscalls/sys_enter_open',
    'absent: no sys_enter_open in this recording; openat has 1,204, creat has 3',
  ],
  ['kprobe/__x64_sys_openat2', 'absent: no openat2 in this recording; openat has 1,204, creat has 3'],
  ['ksyscall/fork', 'absent: no fork in this recording'],
  ['tp/syscalls/sys_enter_read', 'absent: no sys_enter_read in this recording; read of i386 has 500'],
  ['kprobe/ksys_lseek', 'absent: no lseek in this recording'],
  ['tp/syscalls/sys_exit_exit_group', 'absent: exit_group did not return in this recording'],
  ['raw_tp/sched_switch', 'absent: no sched_switch in this recording: strace does not record the scheduler'],
  ['raw_tp/sched_process_exec', 'absent: no program is started in this recording'],
  ['socket', 'absent: no packets in this recording'],
  ['uprobe//bin/sh:main', 'idle: a recording of system calls holds no functions of programs'],
  ['kprobe/tcp_v4_connect', 'idle: a recording of system calls does not come to this function'],
])('%s: %s', (section, text) => {
  expect(why(section)).toBe(text);
});

test('a hook that is not there is told with its reason', () => {
  expect(why('kprobe/__x64_sys_opennat')).toMatch(/^refused: section .* \(did you mean __x64_sys_openat\?\)/);
});

test('before the replay, what may still come is not told, and calls have no counts', () => {
  const before = {
    ...FOUND,
    isOver: false,
    calls: FOUND.calls.map(({ name, nr, arch }) => call(name, nr, undefined, arch)),
  };
  expect(why('tp/syscalls/sys_enter_open', before)).toBe(
    'absent: no sys_enter_open in this recording; it has openat, creat',
  );
  for (const section of [
    'tp/syscalls/sys_exit_exit_group',
    'raw_tp/sched_process_exec',
    'kprobe/__x64_sys_openat',
  ]) {
    expect(why(section, before), section).toBeUndefined();
  }
});

test('a recording of packets has no system calls', () => {
  const packets = { ...FOUND, calls: [], packets: 9 };
  expect(why('raw_tp/sys_enter', packets)).toBe('absent: no system calls in this recording');
  expect(why('tc/egress', packets)).toBe('absent: no packets that go out in this recording');
});

test('a program that ran is not told of', () => {
  const { machine } = hookRig();
  const [attachment] = machine.attachAll(loadSayers(machine, { main: 'kprobe/__x64_sys_openat' }));
  machine.enter(pointOf({ nr: 257 }));
  expect(silenceOf(attachment!, FOUND)).toBeUndefined();
});

test('families name system calls that there are', () => {
  const names = Object.values(SYSCALLS).flatMap(({ rows }) => rows.map(({ name }) => name));
  const known = new Set(names);
  const related = [...known].flatMap((name) => relatedCalls([name]));
  expect(related.filter((name) => !known.has(name))).toEqual([]);
  expect(relatedCalls(['open'])).toEqual(['openat', 'openat2', 'creat']);
});
