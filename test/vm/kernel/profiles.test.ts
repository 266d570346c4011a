// The kernels that come along: what each of them has and has not, as its sources tell it, and kernels of a BTF file.
import { release } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isStruct, plainType, sizeOf } from '../../../vm/btf/query.ts';
import { declaration } from '../../../vm/btf/text.ts';
import type { Btf, BtfMember } from '../../../vm/btf/btf.ts';
import {
  assembleObject,
  DEFAULT_KERNEL,
  KERNELS,
  kernelOfTypes,
  LoadError,
  type Kernel,
  type KernelName,
} from '../../../vm/index.ts';
import { rig } from '../../support/machine.ts';
import { vmlinux } from '../../support/vmlinux.ts';

const ALL: readonly Kernel[] = Object.values(KERNELS);
const NAMES = Object.keys(KERNELS) as readonly KernelName[]; // the table's own keys

/** Members by name, those of unnamed members too; `isShared`: in an unnamed union. */
function membersOf(
  btf: Btf,
  id: number,
  base = 0,
  isShared = false,
): { name: string; bitOff: number; bits: number; type: number; isShared: boolean }[] {
  const record = plainType(btf, id);
  if (!isStruct(record)) return [];
  return record.members.flatMap(({ name, type, bitOff, bits }: BtfMember) =>
    name === ''
      ? membersOf(btf, type, base + bitOff, isShared || plainType(btf, type).kind === 'union')
      : [{ name, bitOff: base + bitOff, bits, type, isShared }],
  );
}

/** The type of 'struct.member' in C; '-' for a member, or a struct, that is not there. */
function memberText(btf: Btf, path: string): string {
  const [struct = '', member = ''] = path.split('.');
  const id = btf.find('struct', struct);
  const found = id === undefined ? undefined : membersOf(btf, id).find(({ name }) => name === member);
  return found === undefined ? '-' : declaration(btf, found.type);
}

function offsetOf(btf: Btf, struct: string, member: string): number {
  return membersOf(btf, btf.find('struct', struct)!).find(({ name }) => name === member)!.bitOff / 8;
}

describe.each(ALL)('$name', (kernel) => {
  const { types } = kernel;

  test('has members that lie in their structs, and over no other', () => {
    for (const id of types.ids('struct')) {
      const record = types.type(id);
      if (!isStruct(record) || record.name.includes('__safe_')) continue;
      let end = 0;
      const members = membersOf(types, id).filter(({ isShared, bits }) => !isShared && bits === 0);
      for (const { name, bitOff, type } of members.toSorted((a, b) => a.bitOff - b.bitOff)) {
        const bytes = sizeOf(types, type) ?? 0;
        if (bytes > 0) expect(bitOff / 8, `${record.name}.${name}`).toBeGreaterThanOrEqual(end);
        end = Math.max(end, bitOff / 8 + bytes);
      }
      expect(end, record.name).toBeLessThanOrEqual(record.bytes);
    }
  });

  test('is known again by its types', () => {
    const again = kernelOfTypes(types, 'vmlinux');
    expect(again).toMatchObject({ name: 'vmlinux', version: kernel.version, abi: kernel.abi });
    expect(again.types).toBe(types);
    expect(again.config['CONFIG_ARCH_HAS_SYSCALL_WRAPPER']).toBe(
      kernel.abi.syscalls === 'wrapper' ? 'y' : undefined,
    );
  });

  test('says what it is, and is configured for programs', () => {
    expect(kernel.summary).not.toBe('');
    expect(kernel.config).toMatchObject({ CONFIG_BPF_SYSCALL: 'y', CONFIG_HZ: '250', CONFIG_CGROUPS: 'y' });
    expect(kernel.config['CONFIG_DEBUG_INFO_BTF']).toBe(kernel.version >= 0x05_0a_00 ? 'y' : undefined);
  });
});

/** By member: its type in C on each of KERNELS, in the table's order. @see the sources of these releases */
// oxfmt-ignore
const FACTS: Readonly<Record<string, readonly string[]>> = {
  //                                        6.12                      6.18                      5.10                      4.14                      4.4
  'task_struct.state':                     ['-',                      '-',                      'volatile long',          'volatile long',          'volatile long'],
  'task_struct.__state':                   ['unsigned int',           'unsigned int',           '-',                      '-',                      '-'],
  'task_struct.thread_pid':                ['struct pid *',           'struct pid *',           'struct pid *',           '-',                      '-'],
  'task_struct.pids':                      ['-',                      '-',                      '-',                      'struct pid_link[3]',     'struct pid_link[3]'],
  'task_struct.start_boottime':            ['u64',                    'u64',                    'u64',                    '-',                      '-'],
  'task_struct.real_start_time':           ['-',                      '-',                      '-',                      'u64',                    'u64'],
  'task_struct.cpu':                       ['-',                      '-',                      'unsigned int',           'unsigned int',           '-'],
  'task_struct.thread_group':              ['-',                      '-',                      'struct list_head',       'struct list_head',       'struct list_head'],
  'task_struct.user_cpus_ptr':             ['cpumask_t *',            'cpumask_t *',            '-',                      '-',                      '-'],
  'task_struct.usage':                     ['refcount_t',             'refcount_t',             'refcount_t',             'atomic_t',               'atomic_t'],
  'kernfs_node.ino':                       ['-',                      '-',                      '-',                      '-',                      'unsigned int'],
  'signal_struct.oom_mm':                  ['struct mm_struct *',     'struct mm_struct *',     'struct mm_struct *',     'struct mm_struct *',     '-'],
  'task_struct.thread_info':               ['struct thread_info',     'struct thread_info',     'struct thread_info',     'struct thread_info',     '-'],
  'mm_struct.rss_stat':                    ['struct percpu_counter[4]', 'struct percpu_counter[4]', 'struct mm_rss_stat', 'struct mm_rss_stat',     'struct mm_rss_stat'],
  'mm_struct.mmap_lock':                   ['struct rw_semaphore',    'struct rw_semaphore',    'struct rw_semaphore',    '-',                      '-'],
  'mm_struct.mmap_sem':                    ['-',                      '-',                      '-',                      'struct rw_semaphore',    'struct rw_semaphore'],
  'signal_struct.leader_pid':              ['-',                      '-',                      '-',                      'struct pid *',           'struct pid *'],
  'nsproxy.time_ns':                       ['struct time_namespace *', 'struct time_namespace *', 'struct time_namespace *', '-',                    '-'],
  'nsproxy.cgroup_ns':                     ['struct cgroup_namespace *', 'struct cgroup_namespace *', 'struct cgroup_namespace *', 'struct cgroup_namespace *', '-'],
  'kernfs_node.parent':                    ['struct kernfs_node *',   '-',                      'struct kernfs_node *',   'struct kernfs_node *',   'struct kernfs_node *'],
  'kernfs_node.__parent':                  ['-',                      'struct kernfs_node *',   '-',                      '-',                      '-'],
  'cgroup.ancestor_ids':                   ['-',                      '-',                      'u64[0]',                 'int[0]',                 '-'],
  'file.f_count':                          ['atomic_long_t',          '-',                      'atomic_long_t',          'atomic_long_t',          'atomic_long_t'],
  'inode.i_atime':                         ['-',                      '-',                      'struct timespec64',      'struct timespec',        'struct timespec'],
  'kernel_siginfo.si_signo':               ['int',                    'int',                    'int',                    '-',                      '-'],
  'open_how.flags':                        ['__u64',                  '__u64',                  '__u64',                  '-',                      '-'],
  'trace_event_raw_sched_process_fork.child_comm':            ['char[16]', '-',                 'char[16]',               'char[16]',               'char[16]'],
  'trace_event_raw_sched_process_fork.__data_loc_child_comm': ['-',    'u32',                   '-',                      '-',                      '-'],
  'trace_event_raw_sched_process_exit.group_dead':            ['-',    'bool',                  '-',                      '-',                      '-'],
  'trace_event_raw_sched_wakeup_template.success':            ['-',    '-',                     'int',                    'int',                    'int'],
  'trace_event_raw_sys_enter.args':        ['unsigned long[6]',       'unsigned long[6]',       'unsigned long[6]',       'unsigned long[6]',       'unsigned long[6]'],
  'seccomp_data.args':                     ['__u64[6]',               '__u64[6]',               '__u64[6]',               '__u64[6]',               '__u64[6]'],
};

/** As C spells it: short for what BTF calls 'long unsigned int'. */
const short = (text: string): string =>
  text
    .replaceAll('long unsigned int', 'unsigned long')
    .replaceAll('long int', 'long')
    .replaceAll(/ (?=\[)/g, '');

test.each(Object.entries(FACTS))('%s is what each release has', (path, texts) => {
  expect(ALL.map(({ types }) => short(memberText(types, path)))).toEqual(texts);
});

/** By enum: the last value of each kernel, before the one that counts them. @see include/uapi/linux/bpf.h */
// oxfmt-ignore
const LAST: Readonly<Record<string, readonly string[]>> = {
  bpf_func_id:  ['cgrp_storage_delete', 'cgrp_storage_delete', 'redirect_peer', 'sock_map_update', 'perf_event_output'],
  bpf_map_type: ['ARENA', 'ARENA', 'INODE_STORAGE', 'SOCKMAP', 'PERF_EVENT_ARRAY'],
  bpf_cmd:      ['TOKEN_CREATE', 'PROG_STREAM_READ_BY_FD', 'PROG_BIND_MAP', 'OBJ_GET_INFO_BY_FD', 'OBJ_GET'],
};

test.each(Object.entries(LAST))('enum %s ends where it did then', (name, lasts) => {
  const found = ALL.map(({ types }) => {
    const record = types.type(types.find('enum', name)!);
    const values =
      record.kind === 'enum' ? record.values.filter((value) => !value.name.startsWith('__')) : [];
    return values.at(-1)!.name;
  });
  expect(found.map((value, i) => value.endsWith(`_${lasts[i]}`) || `${NAMES[i]}: ${value}`)).toEqual(
    ALL.map(() => true),
  );
});

/** Structs of the kernel's own: a program that has the offsets of one kernel reads nonsense on another. */
test.each([
  ['task_struct', 'comm'],
  ['task_struct', 'real_parent'],
  ['mm_struct', 'exe_file'],
])('%s.%s lies elsewhere on every kernel', (struct, member) => {
  const offsets = ALL.map(({ types }) => offsetOf(types, struct, member));
  expect(new Set(offsets).size).toBe(ALL.length);
});

/** What user space and programs are promised does not move. */
test.each([
  ['seccomp_data', 'args', 16],
  ['trace_event_raw_sys_enter', 'args', 16],
  ['pt_regs', 'di', 112],
  ['pt_regs', 'orig_ax', 120],
  ['sockaddr_in', 'sin_port', 2],
  ['linux_dirent64', 'd_name', 19],
])('%s.%s lies at the same place on every kernel', (struct, member, off) => {
  expect(ALL.map(({ types }) => offsetOf(types, struct, member))).toEqual(ALL.map(() => off));
});

describe('a machine verifies against its kernel', () => {
  // prev_state came with 5.18: before, sched_switch has three arguments.
  const object = assembleObject(
    '.section tp_btf/sched_switch\n.license GPL\nfourth:\nr2 = *(u64 *)(r1 + 24)\nr0 = 0\nexit',
    'switches',
  );
  const load = (kernel: Kernel) => () => rig({ kernel }).machine.load(object);

  test('which has an argument', () => expect(load(KERNELS['linux-6.12'])).not.toThrow());
  test('which has not', () => expect(load(KERNELS['linux-5.10'])).toThrow(LoadError));
});

test('the default is the first', () => {
  expect(DEFAULT_KERNEL).toBe(KERNELS[NAMES[0]!]);
});

test.runIf(vmlinux() !== undefined && process.arch === 'x64')(
  'the running kernel is known by its types',
  () => {
    const [major = 0, minor = 0] = release().split('.').map(Number);
    const { version, abi } = kernelOfTypes(vmlinux()!, 'vmlinux');
    expect(version).toBeLessThanOrEqual((major << 16) | (minor << 8));
    expect(version).toBeGreaterThanOrEqual(0x06_12_00);
    expect(abi).toEqual({ syscalls: 'wrapper', seccomp: 'short' });
  },
);

test('the hook of bpf(2) is told in later kernels whether the kernel itself calls', () => {
  expect(paramsOf(KERNELS['linux-6.18'].types, 'bpf_lsm_bpf')).toEqual(['cmd', 'attr', 'size', 'kernel']);
  expect(paramsOf(KERNELS['linux-6.12'].types, 'bpf_lsm_bpf')).toEqual(['cmd', 'attr', 'size']);
});

/** Names of a function's parameters. */
function paramsOf(types: Btf, name: string): string[] {
  const func = types.type(types.find('func', name)!);
  const proto = func.kind === 'func' ? types.type(func.type) : func;
  return proto.kind === 'func_proto' ? proto.params.map((param) => param.name) : [];
}
