// Where members of structs stand: compared with clang, by the rules of C for all of our tables, and with the kernel's headers where they are installed.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ARCHS, type Arch } from '../../../traces/index.ts';
import { type StructType, typeOf } from '../../../traces/replay/user-structs/layout.ts';
import { type StructRow, STRUCTS } from '../../../traces/tables/struct-layouts.ts';
import { hasTool } from '../../support/tools.ts';

const TARGETS = {
  x86_64: 'x86_64-linux-gnu',
  i386: 'i386-linux-gnu',
  arm64: 'aarch64-linux-gnu',
} as const satisfies Record<Arch, string>;
const ALL = Object.keys(ARCHS) as Arch[]; // the table's own keys

const structOf = (arch: Arch, name: string): StructType => {
  const type = typeOf(arch, name);
  if (type.kind !== 'struct') throw new Error(`${name} is no struct`);
  return type;
};

/** Compiles `source`, nothing more: static assertions are what is asked. */
function compile(arch: Arch, source: string): void {
  execFileSync(
    'clang-19',
    [
      `--target=${TARGETS[arch]}`,
      '-fsyntax-only',
      '-ferror-limit=0',
      '-I/usr/include/x86_64-linux-gnu',
      '-x',
      'c',
      '-',
    ],
    {
      input: source,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
}

/** Struct of the kernel, header that declares it, and members of ours by those of the header where the names differ; ABIs it is not compared on. */
interface HeaderRow {
  readonly ours: string;
  readonly theirs: string;
  readonly header: string;
  readonly renamed?: Readonly<Record<string, string>>;
  readonly only?: readonly Arch[];
}

// oxfmt-ignore
const HEADERS: readonly HeaderRow[] = [
  { ours: 'stat', theirs: 'struct stat', header: 'asm/stat.h', only: ['x86_64', 'i386'] },
  { ours: 'stat', theirs: 'struct stat', header: 'asm-generic/stat.h', only: ['arm64'] },
  { ours: 'stat64', theirs: 'struct stat64', header: 'asm/stat.h', only: ['i386'] },
  { ours: 'statx_timestamp', theirs: 'struct statx_timestamp', header: 'linux/stat.h' },
  { ours: 'statfs', theirs: 'struct statfs', header: 'asm/statfs.h', only: ['x86_64', 'i386'] },
  { ours: 'statfs64', theirs: 'struct statfs64', header: 'asm/statfs.h', only: ['i386'] },
  { ours: 'open_how', theirs: 'struct open_how', header: 'linux/openat2.h' },
  { ours: 'flock', theirs: 'struct flock', header: 'asm/fcntl.h' },
  { ours: 'flock64', theirs: 'struct flock64', header: 'asm/fcntl.h', only: ['i386'] },
  { ours: 'f_owner_ex', theirs: 'struct f_owner_ex', header: 'asm/fcntl.h' },
  { ours: 'file_clone_range', theirs: 'struct file_clone_range', header: 'linux/fs.h' },
  { ours: 'mount_attr', theirs: 'struct mount_attr', header: 'linux/mount.h' },
  { ours: 'iovec', theirs: 'struct iovec', header: 'linux/uio.h' },
  { ours: 'io_uring_params', theirs: 'struct io_uring_params', header: 'linux/io_uring.h' },
  { ours: 'pollfd', theirs: 'struct pollfd', header: 'asm/poll.h' },
  { ours: 'epoll_event', theirs: 'struct epoll_event', header: 'linux/eventpoll.h' },
  { ours: 'sockaddr_in', theirs: 'struct sockaddr_in', header: 'linux/in.h', renamed: { sa_family: 'sin_family', sin_zero: '__pad' } },
  { ours: 'sockaddr_in6', theirs: 'struct sockaddr_in6', header: 'linux/in6.h', renamed: { sa_family: 'sin6_family' } },
  { ours: 'sockaddr_nl', theirs: 'struct sockaddr_nl', header: 'linux/netlink.h', renamed: { sa_family: 'nl_family' } },
  { ours: 'sockaddr_ll', theirs: 'struct sockaddr_ll', header: 'linux/if_packet.h', renamed: { sa_family: 'sll_family' } },
  { ours: 'sockaddr_xdp', theirs: 'struct sockaddr_xdp', header: 'linux/if_xdp.h', renamed: { sa_family: 'sxdp_family' } },
  { ours: 'sockaddr_alg', theirs: 'struct sockaddr_alg', header: 'linux/if_alg.h', renamed: { sa_family: 'salg_family' } },
  { ours: 'ip_mreq', theirs: 'struct ip_mreq', header: 'linux/in.h' },
  { ours: 'ipv6_mreq', theirs: 'struct ipv6_mreq', header: 'linux/in6.h', renamed: { ipv6mr_interface: 'ipv6mr_ifindex' } },
  { ours: 'in_pktinfo', theirs: 'struct in_pktinfo', header: 'linux/in.h' },
  { ours: 'rusage', theirs: 'struct rusage', header: 'linux/resource.h' },
  { ours: 'rlimit64', theirs: 'struct rlimit64', header: 'linux/resource.h' },
  { ours: 'sysinfo', theirs: 'struct sysinfo', header: 'linux/sysinfo.h', renamed: { _pad: 'pad' } },
  { ours: 'utsname', theirs: 'struct new_utsname', header: 'linux/utsname.h' },
  { ours: 'sched_attr', theirs: 'struct sched_attr', header: 'linux/sched/types.h' },
  { ours: 'clone_args', theirs: 'struct clone_args', header: 'linux/sched.h' },
  { ours: 'timex', theirs: 'struct timex', header: 'linux/timex.h', only: ['x86_64', 'i386'] },
  { ours: 'winsize', theirs: 'struct winsize', header: 'asm/termios.h' },
  { ours: 'termios', theirs: 'struct termios', header: 'asm/termbits.h' },
  { ours: 'termio', theirs: 'struct termio', header: 'asm/termios.h' },
  { ours: 'futex_waitv', theirs: 'struct futex_waitv', header: 'linux/futex.h' },
  { ours: 'mq_attr', theirs: 'struct mq_attr', header: 'linux/mqueue.h' },
  { ours: 'sembuf', theirs: 'struct sembuf', header: 'linux/sem.h' },
  { ours: 'sigaltstack', theirs: 'struct sigaltstack', header: 'linux/signal.h', only: ['x86_64', 'i386'] },
  { ours: 'perf_event_attr', theirs: 'struct perf_event_attr', header: 'linux/perf_event.h' },
  { ours: 'sock_fprog', theirs: 'struct sock_fprog', header: 'linux/filter.h' },
];

test.skipIf(!hasTool('clang')).each(ALL)(
  'clang puts members of all structs where the tables put them on %s',
  (arch) => {
    const lines: string[] = ['#include <stddef.h>'];
    for (const name of inOrder(arch)) {
      const { members, size } = structOf(arch, name);
      lines.push(declaration(arch, name));
      lines.push(`_Static_assert(sizeof(${keyword(name)} t_${name}) == ${size}, "${name}");`);
      for (const [member, { off }] of members) {
        if (hasOwn(name, member))
          lines.push(
            `_Static_assert(offsetof(${keyword(name)} t_${name}, ${member}) == ${off}, "${name}.${member}");`,
          );
      }
    }
    compile(arch, lines.join('\n'));
  },
);

test.skipIf(!hasTool('clang') || !hasTool('cc') || process.arch !== 'x64').each(ALL)(
  'the kernel headers put members where the tables put them on %s',
  (arch) => {
    for (const { ours, theirs, header, renamed = {}, only } of HEADERS) {
      if (only !== undefined && !only.includes(arch)) continue;
      const { members } = structOf(arch, ours);
      const lines = [
        '#include <stddef.h>',
        '#include <linux/types.h>',
        '#include <linux/socket.h>',
        `#include <${header}>`,
      ];
      if (header === 'linux/utsname.h' || header === 'linux/sched/types.h' || header === 'linux/resource.h')
        lines.splice(3, 0, '#include <linux/time.h>');
      let checks = 0;
      for (const [member, { off }] of members) {
        if (member.startsWith('_') && renamed[member] === undefined) continue;
        lines.push(
          `_Static_assert(offsetof(${theirs}, ${renamed[member] ?? member}) == ${off}, "${ours}.${member}");`,
        );
        checks++;
      }
      expect(checks, ours).toBeGreaterThan(0);
      compile(arch, lines.join('\n'));
    }
  },
);

/** Names of all structs, each behind those that it holds. */
function inOrder(arch: Arch): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (name: string): void => {
    if (!Object.hasOwn(STRUCTS, name) || names.has(name)) return;
    for (const [type] of membersOf(arch, name)) if (!type.includes('*')) add(type);
    names.add(name);
  };
  for (const name of Object.keys(STRUCTS)) add(name);
  return names;
}

const rowOf = (name: string): (typeof STRUCTS)[keyof typeof STRUCTS] => STRUCTS[name as keyof typeof STRUCTS]; // keys of the table

function keyword(name: string): string {
  return 'union' in rowOf(name) ? 'union' : 'struct';
}

/** The text of a struct's members on an ABI, split. */
function membersOf(arch: Arch, name: string): (readonly [type: string, name: string, count: string])[] {
  const row: StructRow = rowOf(name);
  return ((arch === 'x86_64' ? undefined : row[arch]) ?? row.members).split(', ').map((text) => {
    const [type = '', given = ''] = text.split(' ');
    const [, own = '', count = ''] = /^(\w+)(\[\d+\])?/.exec(given) ?? [];
    return [type, own, count];
  });
}

function hasOwn(name: string, member: string): boolean {
  return membersOf('x86_64', name).some(([, own]) => own === member) && !member.startsWith('_');
}

const C_TYPES: Readonly<Record<string, string>> = {
  s8: 'signed char',
  u8: 'unsigned char',
  s16: 'short',
  u16: 'unsigned short',
  s32: 'int',
  u32: 'unsigned',
  s64: 'long long',
  u64: 'unsigned long long',
  long: 'long',
  ulong: 'unsigned long',
  be16: 'unsigned short',
  be32: 'unsigned',
  hex32: 'unsigned',
  char: 'char',
  zchar: 'char',
  zero: 'char',
  gap: 'char',
};
const C_SPECIALS: Readonly<Record<string, string>> = {
  sigset: 'struct { unsigned long w[8 / sizeof(long)]; }',
  sigset32: 'unsigned',
  sockaddr16: 'struct { unsigned short f; char d[14]; }',
  in6: 'struct { unsigned w[4]; }',
  path: 'struct { }',
  bytes: 'struct { }',
  fdset: 'struct { }',
  cpuset: 'struct { }',
};

/** The struct in C. Pointers of 64 bits are `long long` in C too. */
function declaration(arch: Arch, name: string): string {
  const row: StructRow = rowOf(name);
  let unnamed = 0;
  const fields = membersOf(arch, name).map(([type, own, count]) => {
    const isStar = type.includes('*');
    const c = isStar
      ? type.endsWith('*64')
        ? 'unsigned long long'
        : 'void *'
      : (C_TYPES[type] ?? C_SPECIALS[type] ?? `${keyword(type)} t_${type}`);
    return `${c} ${own === '_' ? `unnamed${unnamed++}` : own}${count};`;
  });
  const packed = row.packed?.includes(arch) === true ? ' __attribute__((packed))' : '';
  return `${keyword(name)} t_${name} { ${fields.join(' ')} }${packed};`;
}
