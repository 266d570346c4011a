// What programs find behind the current task, on several kernels: the same facts, wherever a kernel keeps them.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  KERNELS,
  parseBtf,
  type FileFacts,
  type ProcessFacts,
  type TaskFacts,
} from '../../../../vm/index.ts';
import type { Btf } from '../../../../vm/btf/btf.ts';
import { KernelMemory } from '../../../../vm/kernel/kernel-memory.ts';
import { memberOf } from '../../../../vm/kernel/memory/members.ts';
import { LinearMemory } from '../../../../vm/memory/linear.ts';
import { Random, seedOf } from '../../../support/seed.ts';
import { shuffledBtf } from '../../../support/shuffled-btf.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';
const seed = seedOf(20);

/** All kernels that come along, one with its members in any order, and the one of this machine. */
const TYPES: Readonly<Record<string, () => Btf>> = {
  ...Object.fromEntries(Object.values(KERNELS).map((kernel) => [kernel.name, () => kernel.types])),
  [`members elsewhere, seed ${seed}`]: () => shuffledBtf(Object.values(KERNELS)[0]!.types, new Random(seed)),
  ...(existsSync(VMLINUX) ? { 'this machine': () => parseBtf(readFileSync(VMLINUX), 'vmlinux') } : {}),
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sockaddr = (port: number, ...address: number[]): Uint8Array =>
  Uint8Array.of(
    address.length === 4 ? 2 : 10,
    0,
    port >> 8,
    port & 255,
    ...(address.length === 4 ? [] : [0, 0, 0, 0]),
    ...address,
    0,
    0,
    0,
    0,
  );

const FILES: Readonly<Record<number, FileFacts>> = {
  0: { path: bytes('/dev/pts/1'), type: 'character', flags: 2, device: (136 << 20) | 1, inode: 4 },
  3: { path: bytes('/home/demo/a file.txt'), type: 'regular', flags: 0o100000, inode: 131_077 },
  4: { path: bytes('pipe:[5678]'), type: 'fifo', flags: 1 },
  5: { path: bytes('anon_inode:[eventpoll]'), type: 'anon' },
  6: {
    path: bytes('socket:[99]'),
    type: 'socket',
    socket: {
      family: 2,
      type: 1,
      protocol: 6,
      local: sockaddr(40_000, 127, 0, 0, 1),
      remote: sockaddr(443, 93, 184, 216, 34),
    },
  },
  7: { socket: { family: 10, type: 2, local: sockaddr(53, ...Array.from({ length: 16 }, (_, i) => i)) } },
  8: {},
};
const PROCESS: ProcessFacts = {
  cwd: bytes('/home/demo/src'),
  exe: bytes('/usr/bin/make'),
  args: [bytes('make'), bytes('-j2')],
  umask: 0o22,
  namespaces: { mnt: 4_026_531_841, uts: 4_026_531_838 },
  threads: 3,
  file: (fd) => FILES[fd],
};
const INIT: TaskFacts = { tid: 1, tgid: 1, comm: bytes('systemd') };
const SHELL: TaskFacts = {
  tid: 40,
  tgid: 40,
  comm: bytes('bash'),
  parent: INIT,
  startNs: 5,
  ids: { uid: 0 },
  process: { file: () => undefined, cwd: bytes('/root') },
};
const TASK: TaskFacts = {
  tid: 102,
  tgid: 100,
  parent: SHELL,
  startNs: 2 ** 40 + 7,
  ids: { uid: 1000, gid: 100, euid: 0, egid: 100, suid: 0, sgid: 100, fsuid: 0, fsgid: 100 },
  process: PROCESS,
  cgroups: [1n, 300n, 2n ** 33n + 1n],
};

/** Pointers to follow, as C has them: 'task_struct.real_parent task_struct.tgid'. */
type Way = string;
type Answer = number | bigint | string | Uint8Array | { readonly unknown: string } | { readonly start: true };

// oxfmt-ignore
const CASES: readonly (readonly [Way, Answer])[] = [
  ['task_struct.pid', 102],
  ['task_struct.tgid', 100],
  ['task_struct.comm', 'worker'],
  ['task_struct.start_time', 2n ** 40n + 7n],
  ['task_struct.start_boottime|real_start_time', 2n ** 40n + 7n],
  ['task_struct.__state|state', 0],
  ['task_struct.flags', 0],
  ['task_struct.exit_code', { unknown: 'task_struct.exit_code' }],
  ['task_struct.real_parent task_struct.tgid', 40],
  ['task_struct.parent task_struct.comm', 'bash'],
  ['task_struct.real_parent task_struct.real_parent task_struct.comm', 'systemd'],
  ['task_struct.real_parent task_struct.real_parent task_struct.real_parent task_struct.pid', { unknown: 'task_struct.pid' }],
  ['task_struct.real_parent task_struct.cred cred.uid', 0],
  ['task_struct.real_parent task_struct.cred cred.gid', { unknown: 'cred.gid' }],
  ['task_struct.real_parent task_struct.fs fs_struct.pwd.dentry dentry.d_name.name char', 'root'],
  ['task_struct.group_leader task_struct.pid', 100],
  ['task_struct.group_leader task_struct.real_parent task_struct.pid', 40],
  ['task_struct.group_leader task_struct.comm', { unknown: 'task_struct.comm' }],
  ['task_struct.group_leader task_struct.fs fs_struct.umask', 0o22],
  ['task_struct.cred cred.uid', 1000],
  ['task_struct.real_cred cred.euid', 0],
  ['task_struct.cred cred.fsgid', 100],
  ['task_struct.thread_pid|pids[0].pid pid.level', 0],
  ['task_struct.thread_pid|pids[0].pid pid.numbers[0].nr', 102],
  ['task_struct.group_leader task_struct.thread_pid|pids[0].pid pid.numbers[0].nr', 100],
  ['task_struct.thread_pid|pids[0].pid pid.numbers[0].ns pid_namespace.ns.inum', { unknown: 'pid_namespace.ns.inum' }],
  ['task_struct.thread_pid|pids[0].pid pid.numbers[0].ns pid_namespace.level', 0],
  ['task_struct.nsproxy nsproxy.mnt_ns mnt_namespace.ns.inum', 4_026_531_841],
  ['task_struct.nsproxy nsproxy.uts_ns uts_namespace.ns.inum', 4_026_531_838],
  ['task_struct.nsproxy nsproxy.net_ns net.ns.inum', { unknown: 'net.ns.inum' }],
  ['task_struct.nsproxy nsproxy.pid_ns_for_children pid_namespace.ns.inum', { unknown: 'pid_namespace.ns.inum' }],
  ['task_struct.signal signal_struct.nr_threads', 3],
  ['task_struct.signal signal_struct.live', 3],
  ['task_struct.cgroups css_set.dfl_cgrp cgroup.kn kernfs_node.id', 2n ** 33n + 1n],
  ['task_struct.cgroups css_set.dfl_cgrp cgroup.level', 2],
  ['task_struct.cgroups css_set.dfl_cgrp cgroup.kn kernfs_node.__parent|parent kernfs_node.id', 300n],
  ['task_struct.mm mm_struct.exe_file file.f_path.dentry dentry.d_name.name char', 'make'],
  ['task_struct.mm mm_struct.exe_file file.f_path.dentry dentry.d_parent dentry.d_name.name char', 'bin'],
  ['task_struct.mm mm_struct.total_vm', { unknown: 'mm_struct.total_vm' }],
  ['task_struct.fs fs_struct.umask', 0o22],
  ['task_struct.fs fs_struct.pwd.dentry dentry.d_name.name char', 'src'],
  ['task_struct.fs fs_struct.pwd.dentry dentry.d_name.len', 3],
  ['task_struct.fs fs_struct.pwd.dentry dentry.d_parent dentry.d_parent dentry.d_parent dentry.d_name.name char', '/'],
  ['task_struct.fs fs_struct.pwd.dentry dentry.d_parent dentry.d_parent dentry.d_parent dentry.d_parent dentry.d_name.len', 1],
  ['task_struct.fs fs_struct.root.dentry dentry.d_name.name char', '/'],
  ['task_struct.files files_struct.fdt fdtable.max_fds', 1024],
  ['fd 0 file.f_inode inode.i_rdev', (136 << 20) | 1],
  ['fd 0 file.f_inode inode.i_mode', 0o020000],
  ['fd 0 file.f_path.dentry dentry.d_parent dentry.d_name.name char', 'pts'],
  ['fd 3 file.f_path.dentry dentry.d_name.name char', 'a file.txt'],
  ['fd 3 file.f_path.dentry dentry.d_iname|d_shortname.string', 'a file.txt'],
  ['fd 3 file.f_path.dentry dentry.d_inode inode.i_ino', 131_077],
  ['fd 3 file.f_flags', 0o100000],
  ['fd 3 file.f_pos', { unknown: 'file.f_pos' }],
  ['fd 3 file.f_inode inode.i_size', { unknown: 'inode.i_size' }],
  ['fd 3 file.private_data', { unknown: 'file.private_data' }],
  ['fd 4 file.f_inode inode.i_ino', 5678],
  ['fd 4 file.f_inode inode.i_mode', 0o010600],
  ['fd 4 file.f_path.dentry dentry.d_name.len', 0],
  ['fd 5 file.f_path.dentry dentry.d_name.name char', '[eventpoll]'],
  ['fd 6 file.f_inode inode.i_mode', 0o140777],
  ['fd 6 file.f_path.dentry dentry.d_parent', { unknown: 'dentry.d_parent' }],
  ['fd 6 file.private_data socket.type', 1],
  ['fd 6 file.private_data socket.sk sock.__sk_common.skc_family', 2],
  ['fd 6 file.private_data socket.sk sock.__sk_common.skc_num', 40_000],
  ['fd 6 file.private_data socket.sk sock.__sk_common.skc_dport', (443 >> 8) | ((443 & 255) << 8)],
  ['fd 6 file.private_data socket.sk sock.__sk_common.skc_rcv_saddr', Uint8Array.of(127, 0, 0, 1)],
  ['fd 6 file.private_data socket.sk sock.__sk_common.skc_daddr', Uint8Array.of(93, 184, 216, 34)],
  ['fd 6 file.private_data socket.sk sock.sk_protocol', 6],
  ['fd 6 file.private_data socket.sk sock.sk_type', 1],
  ['fd 6 file.private_data socket.sk sock.sk_socket socket.type', 1],
  ['fd 7 file.private_data socket.sk sock.__sk_common.skc_v6_rcv_saddr', Uint8Array.from({ length: 16 }, (_, i) => i)],
  ['fd 7 file.private_data socket.sk sock.__sk_common.skc_dport', { unknown: 'sock.__sk_common.skc_dport' }],
  ['fd 7 file.f_path.dentry', { unknown: 'file.f_path.dentry' }],
  ['fd 8 file.f_inode inode.i_mode', { unknown: 'inode.i_mode' }],
  ['fd 9 file.f_flags', { unknown: 'fdtable.fd[9]' }],
];

class Reader {
  readonly memory = new LinearMemory();
  readonly kernel: KernelMemory;
  readonly types: Btf;

  constructor(types: Btf, facts: TaskFacts = TASK) {
    this.types = types;
    const view = { tid: 102, tgid: 100, comm: bytes('worker'), atNs: 0, memory: () => [], facts };
    this.kernel = new KernelMemory(this.memory, view, { types });
    this.kernel.begin(view, undefined);
  }

  /** What stands at the end of a way; undefined where the kernel has no such member, or a struct of a size that it does not tell. */
  read(way: Way, from = this.kernel.currentTask()): Answer | undefined {
    let at = from;
    const hops = way.replace(/^fd (\d+)/, 'task_struct.files files_struct.fdt fdtable.fd fd[$1]').split(' ');
    for (const [i, hop] of hops.entries()) {
      const isLast = i === hops.length - 1;
      const spot = this.spot(hop);
      if (spot === undefined) return undefined;
      const found = this.kernel.look(at + spot.off, hop === 'char' ? 1 : spot.bytes);
      if (found !== 'known') return { unknown: this.kernel.nameOf(at + spot.off, spot.bytes) };
      if (isLast) return hop === 'char' ? this.text(at) : this.value(at + spot.off, spot.bytes);
      at = this.memory.view.getUint32(at + spot.off, true);
    }
    throw new Error('no way');
  }

  private spot(hop: string): { off: number; bytes: number } | undefined {
    const fd = /^fd\[(\d+)\]$/.exec(hop)?.[1];
    if (fd !== undefined) return { off: 8 * Number(fd), bytes: 8 };
    if (hop === 'char') return { off: 0, bytes: 1 };
    const dot = hop.indexOf('.');
    const id = this.types.find('struct', hop.slice(0, dot));
    return id === undefined ? undefined : memberOf(this.types, id, hop.slice(dot + 1));
  }

  private value(at: number, size: number): Answer {
    const { u8, view } = this.memory;
    if (size === 8) return view.getBigUint64(at, true);
    if (size === 4) return view.getUint32(at, true);
    return size < 4
      ? view.getUint8(at) | (size === 2 ? view.getUint8(at + 1) << 8 : 0)
      : u8.slice(at, at + size);
  }

  private text(from: number): string {
    let at = from;
    while (this.kernel.look(at, 1) === 'known' && this.memory.u8[at] !== 0) at++;
    return new TextDecoder().decode(this.memory.u8.slice(from, at));
  }
}

/** The answer in the form that a case has it: widths differ between kernels. */
function like(answer: Answer | undefined, wanted: Answer): Answer | undefined {
  if (typeof wanted === 'string' && answer instanceof Uint8Array) {
    return new TextDecoder().decode(answer.slice(0, answer.indexOf(0)));
  }
  if (wanted instanceof Uint8Array && typeof answer === 'number') {
    return new Uint8Array(Uint32Array.of(answer).buffer);
  }
  if (typeof wanted === 'number' && typeof answer === 'bigint') return Number(answer);
  return answer;
}

describe.each(Object.entries(TYPES))('%s', (name, types) => {
  const btf = types();
  const reader = new Reader(btf);

  test.each(CASES)('%s', (way, wanted) => {
    const answer = reader.read(way);
    if (answer !== undefined) expect(like(answer, wanted)).toEqual(renamed(wanted, answer));
  });

  test('most members are there', () => {
    const absent = CASES.filter(([way]) => reader.read(way) === undefined).map(([way]) => way);
    expect(absent.length, absent.join('\n')).toBeLessThan(CASES.length * 0.4);
  });

  test('a path is walked up to the root, where a name is its own parent and the root of its mount', () => {
    const fd3 = reader.read('fd 3 file.f_path.dentry') as bigint;
    const names: string[] = [];
    let at = Number(fd3 & 0xffff_ffffn);
    for (let i = 0; i < 10; i++) {
      names.unshift(reader.read('dentry.d_name.name char', at) as string);
      const up = Number((reader.read('dentry.d_parent', at) as bigint) & 0xffff_ffffn);
      if (up === at) break;
      at = up;
    }
    expect(names).toEqual(['/', 'home', 'demo', 'a file.txt']);
    const root = reader.read('fd 3 file.f_path.mnt vfsmount.mnt_root');
    if (root !== undefined) expect(Number((root as bigint) & 0xffff_ffffn)).toBe(at);
  });

  // Elsewhere hash and len do not lie where hash_len does.
  test.skipIf(name.startsWith('members elsewhere'))('small structures are read whole', () => {
    const wholes = [
      'fd 3 file.f_path',
      'fd 3 file.f_path.dentry dentry.d_name',
      'task_struct.fs fs_struct.pwd',
      'task_struct.thread_pid|pids[0].pid pid.numbers[0]',
    ];
    for (const way of wholes) expect(reader.read(way), way).toBeInstanceOf(Uint8Array);
  });

  test('structures that hold each other are the same ones', () => {
    const { kernel } = reader;
    const task = kernel.currentTask();
    expect(kernel.taskOf(TASK)).toBe(task);
    expect(Number((reader.read('task_struct.real_parent') as bigint) & 0xffff_ffffn)).toBe(
      kernel.taskOf(SHELL),
    );
    const cwd = reader.read('task_struct.fs fs_struct.pwd.dentry dentry.d_parent');
    const file = reader.read('fd 3 file.f_path.dentry dentry.d_parent');
    expect(file).toBe(cwd);
    expect([kernel.taskOfTid(1), kernel.taskOfTid(40), kernel.taskOfTid(77)]).toEqual([
      kernel.taskOf(INIT),
      kernel.taskOf(SHELL),
      0,
    ]);
  });
});

describe.each(Object.entries(TYPES))('a task that ends, on %s', (_name, types) => {
  const btf = types();
  const reader = new Reader(btf, {
    ...TASK,
    exitCode: 0x100,
    process: { ...PROCESS, threads: 2, root: bytes('/home') },
  });

  test('is among the threads of its process until it is reaped', () => {
    expect(reader.read('task_struct.signal signal_struct.live')).toBe(2);
    const members = reader.read('task_struct.signal signal_struct.nr_threads');
    expect(members).toEqual({ unknown: 'signal_struct.nr_threads' });
  });

  test('has left, and says so', () => {
    expect([reader.read('task_struct.flags'), reader.read('task_struct.exit_code')]).toEqual([4, 0x100]);
    expect(reader.read('task_struct.exit_state')).toEqual({ unknown: 'task_struct.exit_state' });
  });

  test('has its memory no more, on kernels that tell of it when that is gone', () => {
    const hasOwnRecord = btf.find('struct', 'trace_event_raw_sched_process_exit') !== undefined;
    const mm = reader.read('task_struct.mm');
    if (hasOwnRecord) expect(mm).toBe(reader.read('task_struct.active_mm'));
    else expect(mm).toBe(0n);
  });

  test('has a root of its own', () => {
    const root = reader.read('task_struct.fs fs_struct.root.dentry');
    expect(root).toBe(reader.read('task_struct.fs fs_struct.pwd.dentry dentry.d_parent dentry.d_parent'));
  });
});

/** The name of what is unknown has the struct that is there: inet_sock, where a kernel has that. */
function renamed(wanted: Answer, answer: Answer): Answer {
  if (
    typeof wanted !== 'object' ||
    !('unknown' in wanted) ||
    typeof answer !== 'object' ||
    !('unknown' in answer)
  )
    return wanted;
  return answer.unknown === wanted.unknown.replace('sock.', 'inet_sock.sk.') ? answer : wanted;
}
