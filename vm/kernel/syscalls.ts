// System calls by the names of their functions in the kernel. The machine knows no numbers: whoever makes it hands in the calls of the ABIs, and hooks
// that go by name look here at which calls they run.
import { AUDIT_ARCH_I386 } from './pt-regs.ts';

/** A system call of an ABI. */
export interface SyscallInfo {
  /** The name that user space knows: 'openat', 'fstat'. */
  readonly name: string;
  readonly nr: number;
  /** AUDIT_ARCH_* of the ABI. */
  readonly audit: number;
  /** How many arguments it has. */
  readonly args: number;
}

/** A call as points name it: audit and number in one key. */
export type CallKey = number;

/** The key of a call; numbers below 0 have none and never match. Exact, since it stays below 2^53. */
export function callKey(audit: number, nr: number): CallKey {
  return (audit >>> 0) * 0x1_0000 + (nr & 0xffff);
}

export const AUDIT_ARCH_X86_64 = 0xc000_003e;
export const AUDIT_ARCH_ARM64 = 0xc000_00b7;

/**
 * Calls whose function is not called as user space calls them, by ABI. @see arch/x86/entry/syscalls/syscall_64.tbl, syscall_32.tbl,
 * scripts/syscall.tbl
 */
const FUNCTION_NAMES: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  [AUDIT_ARCH_X86_64]: {
    stat: 'newstat',
    fstat: 'newfstat',
    lstat: 'newlstat',
    uname: 'newuname',
    sendfile: 'sendfile64',
    umount2: 'umount',
  },
  [AUDIT_ARCH_ARM64]: {
    fstat: 'newfstat',
    uname: 'newuname',
    sendfile: 'sendfile64',
    umount2: 'umount',
    fadvise64: 'fadvise64_64',
  },
  [AUDIT_ARCH_I386]: {
    oldstat: 'stat',
    oldfstat: 'fstat',
    oldlstat: 'lstat',
    stat: 'newstat',
    fstat: 'newfstat',
    lstat: 'newlstat',
    uname: 'newuname',
    olduname: 'uname',
    oldolduname: 'olduname',
    umount: 'oldumount',
    umount2: 'umount',
    mmap: 'old_mmap',
    mmap2: 'mmap_pgoff',
    select: 'old_select',
    _newselect: 'select',
    readdir: 'old_readdir',
    _llseek: 'llseek',
    getrlimit: 'old_getrlimit',
    ugetrlimit: 'getrlimit',
    fadvise64_64: 'fadvise64_64',
    getuid: 'getuid16',
    getgid: 'getgid16',
    geteuid: 'geteuid16',
    getegid: 'getegid16',
    setuid: 'setuid16',
    setgid: 'setgid16',
    getuid32: 'getuid',
    getgid32: 'getgid',
    geteuid32: 'geteuid',
    getegid32: 'getegid',
    setuid32: 'setuid',
    setgid32: 'setgid',
    chown: 'chown16',
    fchown: 'fchown16',
    lchown: 'lchown16',
    chown32: 'chown',
    fchown32: 'fchown',
    lchown32: 'lchown',
    futex: 'futex_time32',
    futex_time64: 'futex',
    nanosleep: 'nanosleep_time32',
    clock_nanosleep: 'clock_nanosleep_time32',
    clock_nanosleep_time64: 'clock_nanosleep',
    clock_gettime: 'clock_gettime32',
    clock_gettime64: 'clock_gettime',
  },
};

/** A call by the name of its function, over the ABIs that a hook asks for. */
export interface CallsOfFunction {
  readonly keys: readonly CallKey[];
  /** Of the first ABI that has it. */
  readonly args: number;
}

/** The calls that a machine was told of. */
export class SyscallIndex {
  private readonly rows: readonly SyscallInfo[];
  /** By function name; made at the first question. */
  private byFunction: ReadonlyMap<string, readonly SyscallInfo[]> | undefined;

  constructor(rows: readonly SyscallInfo[]) {
    this.rows = rows;
  }

  /** The calls of a function name ('openat', 'newfstat') in any of some ABIs; undefined for none. */
  find(name: string, audits: readonly number[]): CallsOfFunction | undefined {
    const found = (this.index().get(name) ?? []).filter(({ audit }) => audits.includes(audit));
    const [first] = found;
    if (first === undefined) return undefined;
    return { keys: found.map(({ audit, nr }) => callKey(audit, nr)), args: first.args };
  }

  /** Function names in any of some ABIs. */
  names(audits: readonly number[]): string[] {
    const has = (rows: readonly SyscallInfo[]): boolean => rows.some(({ audit }) => audits.includes(audit));
    return [...this.index()].filter(([, rows]) => has(rows)).map(([name]) => name);
  }

  /** The function of a call by the name that user space has for it, where that is another one; undefined elsewhere. */
  renamed(name: string, audits: readonly number[]): string | undefined {
    return audits.map((audit) => FUNCTION_NAMES[audit]?.[name]).find((other) => other !== undefined);
  }

  private index(): ReadonlyMap<string, readonly SyscallInfo[]> {
    this.byFunction ??= Map.groupBy(
      this.rows.filter(({ nr }) => nr >= 0),
      ({ audit, name }) => FUNCTION_NAMES[audit]?.[name] ?? name,
    );
    return this.byFunction;
  }
}
