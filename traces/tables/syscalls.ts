// System calls of the three ABIs: number, name, arguments, category. The rows stand in syscalls/, one file a category.
//
// Numbers: asm/unistd_64.h, asm/unistd_32.h and asm-generic/unistd.h (as arm64 uses it) of Debian's linux-libc-dev 6.1; from 451 on,
// where all ABIs share their numbers, Linux 6.18. Argument names and order: the kernel's own prototypes (its BTF) and the man pages.
// To renew: compare the keys with a newer unistd header and add a row; tests demand that numbers are unique within an ABI.
import { ARCHS, type Arch } from '../event.ts';
import { CATEGORY_NAMES, type Category } from '../categories.ts';
import { type SyscallArg, parseArgs } from './args.ts';
import { FILE_CALLS } from './syscalls/file.ts';
import { IPC_CALLS } from './syscalls/ipc.ts';
import { MEMORY_CALLS } from './syscalls/memory.ts';
import { NETWORK_CALLS } from './syscalls/network.ts';
import { OTHER_CALLS } from './syscalls/other.ts';
import { PROCESS_CALLS } from './syscalls/process.ts';
import { SIGNAL_CALLS } from './syscalls/signal.ts';
import { TIME_CALLS } from './syscalls/time.ts';

/**
 * Numbers on x86_64, i386 and arm64 (-1: not there), and the arguments in the notation of args.ts; those of i386 by themselves where a
 * 64-bit number takes two registers there.
 */
export type SyscallRow = readonly [
  x86_64: number,
  i386: number,
  arm64: number,
  args: string,
  argsOfI386?: string,
];

/** One system call of one ABI. `nr` is -1 for a name that strace uses and the ABI has no number for (i386 `send`, through socketcall). */
export interface Syscall {
  readonly nr: number;
  readonly name: string;
  readonly args: readonly SyscallArg[];
  readonly category: Category;
}

/** The calls of one ABI. */
export interface SyscallTable {
  /** In order of number; names without a number first. */
  readonly rows: readonly Syscall[];
  readonly byName: (name: string) => Syscall | undefined;
  readonly byNr: (nr: number) => Syscall | undefined;
}

const ROWS: Readonly<Record<Category, Readonly<Record<string, SyscallRow>>>> = {
  file: FILE_CALLS,
  network: NETWORK_CALLS,
  memory: MEMORY_CALLS,
  process: PROCESS_CALLS,
  signal: SIGNAL_CALLS,
  time: TIME_CALLS,
  ipc: IPC_CALLS,
  other: OTHER_CALLS,
};

/** Names that belong to an ABI without having a number there. */
const UNNUMBERED: Readonly<Record<Arch, readonly string[]>> = {
  x86_64: [],
  i386: ['send', 'recv'],
  arm64: [],
};

/** The tables, by ABI. */
export const SYSCALLS: Readonly<Record<Arch, SyscallTable>> = {
  x86_64: buildTable('x86_64'),
  i386: buildTable('i386'),
  arm64: buildTable('arm64'),
};

const CATEGORY_OF: ReadonlyMap<string, Category> = new Map(
  CATEGORY_NAMES.flatMap((category) => Object.keys(ROWS[category]).map((name) => [name, category] as const)),
);

/** The category of a call by name; 'other' for a name that no table has. `arch` is taken for the day a name means two things. */
export function categoryOf(arch: Arch, name: string): Category {
  return SYSCALLS[arch].byName(name)?.category ?? CATEGORY_OF.get(name) ?? 'other';
}

/** Whether any of the three ABIs has a call of this name. */
export function isSyscallName(name: string): boolean {
  return CATEGORY_OF.has(name);
}

function buildTable(arch: Arch): SyscallTable {
  const column = ARCHS[arch].code;
  const rows: Syscall[] = [];
  for (const category of CATEGORY_NAMES) {
    for (const [name, row] of Object.entries(ROWS[category])) {
      const nr = row[column];
      if (nr < 0 && !UNNUMBERED[arch].includes(name)) continue;
      const args = parseArgs((arch === 'i386' ? row[4] : undefined) ?? row[3]);
      rows.push({ nr, name, args, category });
    }
  }
  rows.sort((a, b) => a.nr - b.nr);
  const byName = new Map(rows.map((row) => [row.name, row]));
  const byNr = new Map(rows.filter((row) => row.nr >= 0).map((row) => [row.nr, row]));
  return { rows, byName: (name) => byName.get(name), byNr: (nr) => byNr.get(nr) };
}
