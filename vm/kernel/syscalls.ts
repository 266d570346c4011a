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

/** Numbers of calls that have a key of their own: with 32 bits of audit before them they fill the 53 bits of a number. */
const CALL_NUMBERS = 0x20_0000;

/** The key of a call. Numbers from `CALL_NUMBERS` up, which no ABI has, share one; those below 0 have none and never match. */
export function callKey(audit: number, nr: number): CallKey {
  return (audit >>> 0) * CALL_NUMBERS + Math.min(nr, CALL_NUMBERS - 1);
}

export const AUDIT_ARCH_X86_64 = 0xc000_003e;
export const AUDIT_ARCH_ARM64 = 0xc000_00b7;

/** Calls of i386 with ids of 16 bits; with 32 behind the name they have the function of the other ABIs. */
const ID_CALLS = [
  'chown lchown fchown setuid getuid setgid getgid geteuid getegid setreuid setregid getgroups setgroups',
  'setresuid getresuid setresgid getresgid setfsuid setfsgid',
];
/** Calls of i386 with seconds of 32 bits whose function ends in _time32; with _time64 behind the name they have that of the other ABIs. */
const TIME_CALLS = [
  'futex nanosleep clock_nanosleep clock_getres pselect6 ppoll io_getevents io_pgetevents mq_timedsend mq_timedreceive recvmmsg',
  'rt_sigtimedwait sched_rr_get_interval semtimedop utimensat futimesat utimes adjtimex',
];
/** The same with functions that end in 32, and names that end in 64. */
const CLOCK_CALLS = [
  'clock_gettime clock_settime clock_adjtime timer_gettime timer_settime timerfd_gettime timerfd_settime time stime utime',
];

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
  [AUDIT_ARCH_I386]: i386Names(),
};

function words(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}

function i386Names(): Readonly<Record<string, string>> {
  return {
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
    mmap: 'ia32_mmap',
    mmap2: 'mmap_pgoff',
    select: 'old_select',
    _newselect: 'select',
    readdir: 'old_readdir',
    _llseek: 'llseek',
    getrlimit: 'old_getrlimit',
    ugetrlimit: 'getrlimit',
    ...Object.fromEntries(
      words(ID_CALLS).flatMap((call) => [
        [call, `${call}16`],
        [`${call}32`, call],
      ]),
    ),
    ...Object.fromEntries(
      words(TIME_CALLS).flatMap((call) => [
        [call, `${call}_time32`],
        [`${call}_time64`, call],
      ]),
    ),
    ...Object.fromEntries(
      words(CLOCK_CALLS).flatMap((call) => [
        [call, `${call}32`],
        [`${call}64`, call],
      ]),
    ),
    ...Object.fromEntries(
      ['stat64', 'lstat64', 'fstat64', 'fstatat64', 'truncate64', 'ftruncate64', 'pread64', 'pwrite64']
        .concat(['readahead', 'fadvise64', 'fadvise64_64', 'sync_file_range', 'fallocate'])
        .map((call) => [call, `ia32_${call}`]),
    ),
  };
}

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

  private byKey: ReadonlyMap<CallKey, SyscallInfo> | undefined;

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

  /** The call that a key names; undefined for one that the machine was not told of. */
  at(key: CallKey): SyscallInfo | undefined {
    this.byKey ??= new Map(this.rows.map((row) => [callKey(row.audit, row.nr), row]));
    return this.byKey.get(key);
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
