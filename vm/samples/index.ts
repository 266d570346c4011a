// The programs that come with Tailscope: C in src/, what clang made of it in objects/.
import type { Sample, SampleGlobal } from '../api.ts';

interface Row {
  readonly title: string;
  readonly summary: string;
  readonly globals?: Readonly<Record<string, string>>;
  readonly suits: readonly string[];
}

const ROWS = {
  tracex5: {
    title: 'tracex5: jump by system call number',
    summary:
      'A kprobe on __seccomp_filter jumps through a prog_array, one slot a system call: read, write and mmap have programs of their own, ' +
      'and what falls through is printed when it is one of the get/set uid/pid/gid family.',
    suits: ['dd', 'gcc-make', 'shell'],
  },
  'tracex5-2015': {
    title: 'tracex5 as objects were in 2015',
    summary:
      'The same with a map in the section "maps", programs in kprobe/N that a loader puts into slot N, and no type information: what it knows of ' +
      'the kernel it was compiled with.',
    suits: ['dd', 'gcc-make'],
  },
  sockex3: {
    title: 'sockex3: dissect packets by tail calls',
    summary:
      'A socket filter jumps from parser to parser, through VLAN tags, MPLS labels, IPv4, IPv6, GRE and tunnels, and counts packets and bytes of ' +
      'each flow in the map flows.',
    suits: ['packets'],
  },
  syscount: {
    title: 'syscount: calls, errors and time',
    summary:
      'How often each system call is made, how often it fails, and how long it takes in all: map counts, by number or by process. Calls that do not ' +
      'return (exit, and those that a kill ends) do not count.',
    globals: { by_process: 'true: by process; false (default): by number of the call' },
    suits: ['shell', 'gcc-make', 'redis'],
  },
  latency: {
    title: 'latency: a histogram of one system call',
    summary:
      'How long calls of one number take: slot n of the map slots counts those of 2^n ns up to 2^(n+1).',
    globals: { nr: 'number of the call; default 0, read' },
    suits: ['redis', 'npm', 'find'],
  },
  opensnoop: {
    title: 'opensnoop: files that are opened',
    summary:
      'Each file that is opened: by whom, its path as it was asked for, flags, and the descriptor or error that came back.',
    globals: {
      failed_only: 'true: only those that failed; default false',
      pid: 'only this process; default 0, all',
    },
    suits: ['shell', 'fail', 'npm'],
  },
  execsnoop: {
    title: 'execsnoop: programs that are started',
    summary:
      'Each execve, also one that fails: arguments as far as 20 of 63 bytes, parent, result, and the name that the process has then.',
    suits: ['shell', 'gcc-make'],
  },
  exitsnoop: {
    title: 'exitsnoop: processes that end',
    summary: 'Each process that ends: its age, its parent, and its exit status or the signal that killed it.',
    globals: { threads: 'true: threads too; default false, processes' },
    suits: ['signals', 'shell'],
  },
  statsnoop: {
    title: 'statsnoop: files that are asked for their state',
    summary: 'Each stat, lstat, newfstatat, statx and statfs: by whom, path, and result.',
    suits: ['find', 'gcc-make'],
  },
  sigsnoop: {
    title: 'sigsnoop: signals that are sent',
    summary: 'Each signal that a process sends: who, to whom, which one, and whether the kernel took it.',
    globals: { from_kernel: 'true: those that the kernel sends, too; default false' },
    suits: ['signals', 'shell'],
  },
  filetop: {
    title: 'filetop: reads and writes by file',
    summary:
      "Calls and bytes of reads and writes by process and file, in the map files. The name of a file comes from the kernel's table of open files; pipes and sockets have none there.",
    suits: ['gcc-make', 'dd'],
  },
  iotop: {
    title: 'iotop: bytes by process',
    summary: 'Bytes that each process reads and writes, be it files, pipes or sockets: map processes.',
    suits: ['redis', 'npm', 'gcc-make'],
  },
  futexwait: {
    title: 'futexwait: waiting for locks',
    summary:
      'How often and how long threads wait in futex: by process and address of the lock in the map locks, as a histogram in the map slots.',
    suits: ['threads', 'npm'],
  },
  connsnoop: {
    title: 'connsnoop: connections that are asked for',
    summary: 'Each connect: by whom, address and port or path, how long it took, and the result.',
    suits: ['redis', 'npm', 'fail'],
  },
} as const satisfies Record<string, Row>;

/** By name, in the order in which a reader should meet them. */
export const SAMPLES: Readonly<Record<string, Sample>> = Object.fromEntries(
  Object.entries<Row>(ROWS).map(([name, { title, summary, globals = {}, suits }]) => {
    const files = { object: `objects/${name}.bpf.o`, source: `src/${name}.bpf.c` };
    return [name, { name, title, summary, ...files, globals: globalsOf(globals), suits }];
  }),
);

function globalsOf(meanings: Readonly<Record<string, string>>): SampleGlobal[] {
  return Object.entries(meanings).map(([name, meaning]) => ({ name, meaning }));
}
