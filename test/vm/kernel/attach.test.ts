// Attaching: what sections name, what is refused and why, cookies, hooks that never run, and snapshots of it all.
import { describe, expect, test } from 'vitest';
import { kernelOfTypes, type Attachment, type MachineOptions } from '../../../vm/index.ts';
import { HOOK_SECTIONS } from '../../../vm/kernel/hook-sections.ts';
import { functionAddress, functionNames } from '../../../vm/kernel/functions.ts';
import { DEFAULT_KERNEL } from '../../../vm/kernel/profiles/index.ts';
import { PROG_TYPES, type ProgTypeRow } from '../../../vm/kernel/prog-types.ts';
import { SyscallIndex } from '../../../vm/kernel/syscalls.ts';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import { hookRig, loadSayers } from '../../support/hook-rig.ts';
import { vmlinux } from '../../support/vmlinux.ts';
import { loadText, pointOf, rig, u32, u64s } from '../../support/machine.ts';

/** What attaching a program in a section is refused with. */
function refusal(section: string): string {
  return attachment(section).refused ?? 'attached';
}

/** What becomes of attaching a program in a section. */
function attachment(section: string, options: Partial<MachineOptions> = {}): Attachment {
  const { machine } = hookRig(options);
  return machine.attachAll(loadSayers(machine, { main: section }))[0]!;
}

describe('refuses', () => {
  test.each([
    ['kprobe/__x64_sys_opennat', 'did you mean __x64_sys_openat?'],
    ['kprobe/__x64_sys_nothing', 'of calls there are __x64_sys_NAME'],
    ['kprobe/sys_open', 'linux-6.12 has no function sys_open; the kernel calls it __x64_sys_open'],
    ['kprobe/SyS_stat', 'the kernel calls it __x64_sys_newstat'],
    ['kprobe/seccomp_phase1', 'the kernel calls it __seccomp_filter'],
    ['kprobe/__x64_sys_fstat', 'the kernel calls it __x64_sys_newfstat'],
    ['ksyscall/opnat', 'there is no system call opnat (did you mean openat?)'],
    ['ksyscall/fstat', 'the kernel calls it newfstat'],
    ['tp/syscalls/sys_enter_fstat', 'the kernel calls it sys_enter_newfstat'],
    ['tp/syscalls/sys_enter_opennat', 'did you mean openat?'],
    ['tp/raw_syscalls/sys_enter_read', 'there is no tracepoint raw_syscalls:sys_enter_read'],
    ['tp/task/sched_switch', 'the kernel has sched:sched_switch'],
    ['tcx/sideways', 'there is no tcx hook sideways; there are ingress, egress'],
  ])('%s: %s', (section, reason) => {
    expect(refusal(section)).toContain(reason);
  });

  test('hooks by name where the machine was told of no system calls', () => {
    const { machine } = rig();
    for (const section of ['ksyscall/openat', 'kprobe/do_sys_open']) {
      const [prog] = loadSayers(machine, { main: section }).progs;
      expect(() => machine.attach(prog!)).toThrow('the machine was told of no system calls');
    }
  });

  test('a section of another program type than the program has', () => {
    const { machine } = hookRig();
    const [prog] = loadSayers(machine, { main: 'kprobe/__x64_sys_read' }).progs;
    expect(() => machine.attach(prog!, { section: 'fentry/__x64_sys_read' })).toThrow(
      '__x64_sys_read takes a tracing program and not a kprobe',
    );
  });

  test('types that have no hooks, by the sections that have', () => {
    const { machine } = hookRig();
    const [prog] = loadSayers(machine, { main: 'syscall' }).progs;
    expect(() => machine.attach(prog!)).toThrow('section syscall names no hook; there are kprobe, kretprobe');
  });
});

describe('hooks that recordings never come to', () => {
  test.each([
    'uprobe//bin/sh:main',
    'uretprobe/libc.so:malloc',
    'usdt/libc:probe:name',
    'lsm/file_open',
    'kprobe/tcp_v4_connect',
    'kprobe/__x64_sys_openat+0x10',
    'tp/block/block_rq_issue',
    'raw_tp/block_rq_issue',
    'xdp/devmap',
  ])('%s are taken, and say that they never run', (section) => {
    const { machine, lines } = hookRig();
    const object = loadSayers(machine, { main: section });
    const [prog] = object.progs;
    const hooks = [section.slice(section.indexOf('/') + 1)];
    expect(machine.attachAll(object)).toEqual([{ prog, hooks, comesTo: [], idle: prog!.idle }]);
    expect(prog!.attached).toEqual(hooks);
    expect(prog!.idle).toMatch(/^a recording /);
    expect([machine.listens('enter'), machine.listens('exit')]).toEqual([false, false]);
    machine.enter(pointOf());
    expect(lines()).toEqual([]);
  });

  test.each([
    ['perf_event', 'nothing samples a recording'],
    ['iter/task', 'nobody reads an iterator'],
    ['kprobe.multi/vfs_x*', 'no function that a recording comes to matches vfs_x*'],
    ['kprobe/do_sys_opn', 'does not come to this function (of names like it, to do_sys_open)'],
    ['tp/sched/sched_swich', 'does not come to this tracepoint (of names like it, to sched_switch)'],
  ])('%s: %s', (section, why) => {
    const { idle, refused } = attachment(section);
    expect([idle, refused]).toEqual([expect.stringContaining(why), undefined]);
  });

  test('a program that is also at another hook is not idle', () => {
    const { machine } = hookRig();
    const [prog] = loadSayers(machine, { main: 'uprobe//bin/sh:main' }).progs;
    expect(prog!.idle).toBeUndefined();
    machine.attach(prog!);
    machine.attach(prog!, { section: 'kprobe/__x64_sys_read' });
    expect(prog!.idle).toBeUndefined();
    expect(prog!.attached).toEqual(['/bin/sh:main', '__x64_sys_read']);
  });
});

const COUNT_COOKIES = `.map seen hash key=8 value=8 entries=16
  .section "kprobe"
  main:
    r6 = r1
    call get_attach_cookie
    *(u64 *)(r10 - 8) = r0
    r1 = r6
    call get_func_ip
    *(u64 *)(r10 - 16) = r0
    r1 = map[seen] ll
    r2 = r10
    r2 += -8
    r3 = r10
    r3 += -16
    r4 = 0
    call map_update_elem
    r0 = 0
    exit`;
const key = (cookie: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(cookie).buffer);

describe('a cookie', () => {
  test('tells a program by which of its attachments it runs, and at which function', () => {
    const { machine } = hookRig();
    const object = loadText(machine, COUNT_COOKIES);
    const [prog] = object.progs;
    machine.attach(prog!, { section: 'kprobe/__x64_sys_read', cookie: 1n });
    machine.attach(prog!, { section: 'kprobe/__x64_sys_write', cookie: 0xffff_ffff_ffff_fff2n });
    machine.attach(prog!, { section: 'kretprobe/__x64_sys_write', cookie: 3n });
    machine.enter(pointOf({ nr: 0 }));
    machine.enter(pointOf({ nr: 1 }));
    machine.exit(pointOf({ nr: 1 }));
    const [seen] = object.maps;
    expect(u64s(seen!.lookup(key(1n)))).toEqual([functionAddress('__x64_sys_read')]);
    expect(u64s(seen!.lookup(key(0xffff_ffff_ffff_fff2n)))).toEqual([functionAddress('__x64_sys_write')]);
    expect(u64s(seen!.lookup(key(3n)))).toEqual([functionAddress('__x64_sys_write')]);
    expect(seen!.entries).toBe(3);
  });

  test('of a tracepoint and of fentry reaches the program', () => {
    const { machine } = hookRig();
    const body = 'call get_attach_cookie\nr1 = mapval[out] ll\n*(u64 *)(r1 + 0) = r0\nr0 = 0\nexit';
    for (const section of [
      'tp/syscalls/sys_enter_read',
      'fentry/__x64_sys_read',
      'raw_tp/sys_enter',
      'tp_btf/sys_enter',
    ]) {
      const object = loadText(
        machine,
        `.map out array key=4 value=8 entries=1\n.section "${section}"\nmain:\n${body}`,
      );
      machine.attach(object.progs[0]!, { cookie: 77n });
      machine.enter(pointOf({ nr: 0 }));
      expect(u64s(object.maps[0]!.lookup(u32(0))), section).toEqual([77n]);
    }
  });
});

test('a program at the enter and at the exit of a function is attached twice, and taken off both at once', () => {
  const { machine, lines } = hookRig();
  const [prog] = loadSayers(machine, { both: 'kprobe/__x64_sys_read' }).progs;
  machine.attach(prog!);
  machine.attach(prog!, { section: 'kretprobe/__x64_sys_read' });
  expect(() => machine.attach(prog!)).toThrow('it is attached to __x64_sys_read already');
  machine.enter(pointOf({ nr: 0 }));
  machine.exit(pointOf({ nr: 0 }));
  expect(lines()).toEqual(['both', 'both']);
  machine.detach(prog!);
  expect([prog!.attached, machine.listens('enter'), machine.listens('exit')]).toEqual([[], false, false]);
});

test('a snapshot brings back what was attached, with its cookies', () => {
  const { machine, lines } = hookRig();
  const object = loadSayers(machine, {
    read: 'kprobe/__x64_sys_read',
    write: 'fentry/__x64_sys_write',
    all: 'tp/raw_syscalls/sys_enter',
  });
  machine.attach(object.progs[0]!);
  const before = machine.snapshot();
  machine.attach(object.progs[1]!);
  machine.attach(object.progs[2]!);
  machine.detach(object.progs[0]!);
  machine.restore(before);
  expect(object.progs.map(({ attached }) => attached)).toEqual([['__x64_sys_read'], [], []]);
  for (const nr of [0, 1]) machine.enter(pointOf({ nr }));
  expect(lines()).toEqual(['read']);
  machine.attach(object.progs[1]!);
  machine.enter(pointOf({ nr: 1 }));
  expect(lines()).toEqual(['read', 'write']);
});

test('every section that names a hook can be attached somewhere, or says that it never runs', () => {
  const targets: Readonly<Record<string, string>> = {
    function: '__x64_sys_read',
    call: 'read',
    tracepoint: 'raw_syscalls/sys_enter',
    raw_tracepoint: 'sys_enter',
    socket: 'somewhere',
    xdp: '',
    tc: 'egress',
    'nothing here': 'somewhere:else',
  };
  const { machine } = hookRig({ verifier: 'off' });
  const source = loadSayers(machine, { main: 'kprobe/__x64_sys_read' }).spec;
  for (const [prefix, { progTypes, target }] of Object.entries(HOOK_SECTIONS)) {
    const section = `${prefix}/${targets[target]}`;
    const type = progTypes[0]!;
    const { attach = [0] }: ProgTypeRow = PROG_TYPES[type];
    const prog = { ...source.progs[0]!, type, attachType: attach[0]!, section };
    const object = machine.load({ ...source, progs: [prog] });
    expect(
      machine.attachAll(object).map(({ refused }) => refused),
      section,
    ).toEqual([undefined]);
    expect(object.progs[0]!.attached.length, section).toBe(1);
    expect(object.progs[0]!.idle === undefined, section).toBe(target !== 'nothing here');
  }
});

test('functions have addresses of their own', () => {
  const names = functionNames({ kernel: DEFAULT_KERNEL, syscalls: new SyscallIndex(MACHINE_SYSCALLS) });
  expect(new Set(names).size).toBe(names.length);
  const wrappers = names.filter((name) => name.startsWith('__x64_sys_'));
  expect(new Set(wrappers.map(functionAddress)).size).toBe(wrappers.length);
});

test.runIf(vmlinux() !== undefined)('a kernel whose types list all that it has says what it has not', () => {
  const kernel = kernelOfTypes(vmlinux()!, 'this machine');
  const became = (section: string): string => {
    const { refused, idle } = attachment(section, { kernel });
    return refused ?? idle ?? 'attached';
  };
  expect(became('kprobe/tcp_v4_connect')).toContain('does not come to this function');
  expect(became('kprobe/tcp_v4_conect')).toContain('this machine has no function tcp_v4_conect');
  expect(became('kprobe/__se_sys_openat')).toContain('the kernel calls it __x64_sys_openat');
  expect(became('tp/block/block_rq_issue')).toContain('does not come to this tracepoint');
  expect(became('raw_tp/block_rq_isue')).toContain('this machine has no raw tracepoint block_rq_isue');
  for (const section of [
    'kprobe/__x64_sys_openat',
    'kprobe/vfs_read',
    'fentry/do_unlinkat',
    'tp_btf/sched_switch',
  ]) {
    expect(became(section), section).toBe('attached');
  }
});
