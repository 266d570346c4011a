// Functions of the kernel that a recording of system calls comes to, and the arguments that it knows of them. Kprobes, fentry and fexit go here.
//
//   do_syscall_64 -> __seccomp_filter -> __x64_sys_openat(pt_regs *) -> __se_sys_openat(6 longs) -> __do_sys_openat -> do_sys_open -> ...
//                                        depth 0                        1                           2                  3
//
// Kernels before 4.17 have sys_openat(4 longs), also called SyS_openat, in the place of the first three.
import {
  ALL_ABIS,
  CALL_PREFIX,
  callFunction,
  FUNCTION_PREFIXES,
  nameInKernel,
  NATIVE_ABIS,
  prefixesOf,
} from './function-names.ts';
import type { HookAbi } from './hook-abi.ts';
import type { Kernel } from './kernel.ts';
import { AUDIT_ARCH_ARM64, AUDIT_ARCH_X86_64, type CallKey, type SyscallIndex } from './syscalls.ts';

/** What hooks are looked up in: the kernel, and the calls that the machine was told of. */
export interface HookWorld {
  readonly kernel: Pick<Kernel, 'name' | 'version' | 'types' | 'abi'>;
  readonly syscalls: SyscallIndex;
}

/** What an argument is: one of the call's (0 to 5), perhaps with bits set; a constant; the call's number; a kernel pointer. */
export type ArgSource =
  | number
  | { readonly arg: number; readonly or: bigint }
  | { readonly value: bigint }
  | 'nr'
  /** To struct seccomp_data of the call. */
  | 'seccomp_data'
  /** To struct file of a descriptor, to struct filename of a path in user memory: which argument of the call. */
  | { readonly file: number }
  | { readonly filename: number }
  /** To struct open_how: made of flags and mode, or copied from user memory. */
  | { readonly how: { readonly flags: ArgSource; readonly mode: ArgSource } }
  | { readonly userHow: number }
  /** To what nobody recorded. */
  | 'somewhere';

/** What an argument of a call must be: some of the bits set, or none of them. */
export interface ArgTest {
  readonly arg: number;
  readonly bits: number;
  readonly isSet: boolean;
}

/** True for a call, by its arguments (48 bytes), that comes to a function as others of its name do not. */
export function passes({ arg, bits, isSet }: ArgTest, { args }: { readonly args: Uint8Array }): boolean {
  const low = new DataView(args.buffer, args.byteOffset).getUint32(8 * arg, true);
  return ((low & bits) !== 0) === isSet;
}

/** A function at which programs run. */
export interface TracedFunction {
  readonly name: string;
  /** How far inside of the call: enters run from outside in, exits from inside out. Negative: before the call's tracepoint, and back by then. */
  readonly depth: number;
  /** Calls that come to it, and what it gets from each: its arguments, or 'regs' for a pointer to the call's registers. */
  readonly calls: readonly {
    readonly keys: readonly CallKey[] | 'all';
    readonly args: 'regs' | readonly ArgSource[];
    /** Of these calls only those. */
    readonly only?: ArgTest | undefined;
  }[];
}

const AT_FDCWD = { value: -100n };
/** What the kernel adds to the flags of open(2) on a 64-bit machine: O_LARGEFILE of each ABI. @see arch/arm64/include/uapi/asm/fcntl.h */
const LARGE: Readonly<Record<number, bigint>> = {
  [AUDIT_ARCH_X86_64]: 0o100000n,
  [AUDIT_ARCH_ARM64]: 0o400000n,
};
/** O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE: creat(2), which arm64 does not have. */
const CREAT = { value: 0o101101n };
const ZERO = { value: 0n };

/** Depth of the function that seccomp filters are run by. */
export const SECCOMP_DEPTH = -1;

/** That function, by kernel. All of them let the call pass with 0. @see kernel/seccomp.c */
const SECCOMP = {
  phase1: { name: 'seccomp_phase1', args: ['seccomp_data'] },
  filter: { name: '__seccomp_filter', args: ['nr', 'seccomp_data', ZERO] },
  short: { name: '__seccomp_filter', args: ['nr', ZERO] },
} as const satisfies Record<HookAbi['seccomp'], { name: string; args: readonly ArgSource[] }>;
const SECCOMP_NAMES: ReadonlySet<string> = new Set(Object.values(SECCOMP).map(({ name }) => name));

/** LINUX_VERSION_CODE of the releases that functions came with. */
const V4_15 = 0x04_0f_00;
const V4_17 = 0x04_11_00;
const V5_6 = 0x05_06_00;
const V5_10 = 0x05_0a_00;
const V5_11 = 0x05_0b_00;
const V5_15 = 0x05_0f_00;

/** An argument that may differ by ABI. */
type FlagsArg = { readonly arg: number; readonly orByAbi: typeof LARGE };
type InnerArg =
  | ArgSource
  | FlagsArg
  | { readonly how: { readonly flags: FlagsArg; readonly mode: ArgSource } };

interface InnerRow {
  readonly depth: number;
  /** The kernel that it came with; absent: all have it. */
  readonly since?: number;
  /** By the name of the call's function. */
  readonly calls: Readonly<Record<string, readonly InnerArg[]>>;
  /** Calls of which only some come to it. */
  readonly only?: Readonly<Record<string, ArgTest>>;
}

const FLAGS1 = { arg: 1, orByAbi: LARGE };
const FLAGS2 = { arg: 2, orByAbi: LARGE };
/** AT_REMOVEDIR of unlinkat(2). @see include/uapi/linux/fcntl.h */
const REMOVEDIR = { arg: 2, bits: 0x200 };
/** The longest file. */
const LLONG_MAX = { value: 0x7fff_ffff_ffff_ffffn };
/** AT_SYMLINK_NOFOLLOW. */
const NOFOLLOW = { value: 0x100n };

/**
 * Functions that calls hand their arguments to. Only those whose arguments follow from the call's.
 * @see fs/open.c, fs/read_write.c, net/socket.c of Linux 6.18
 */
// oxfmt-ignore
export const INNER_FUNCTIONS = {
  do_sys_open:      { depth: 3, calls: {
    open:   [AT_FDCWD, 0, FLAGS1, 2],
    openat: [0, 1, FLAGS2, 3],
    creat:  [AT_FDCWD, 0, CREAT, 1] } },
  do_sys_openat2:   { depth: 4, since: V5_6, calls: {
    open:    [AT_FDCWD, 0, { how: { flags: FLAGS1, mode: 2 } }],
    openat:  [0, 1, { how: { flags: FLAGS2, mode: 3 } }],
    creat:   [AT_FDCWD, 0, { how: { flags: CREAT, mode: 1 } }],
    openat2: [0, 1, { userHow: 2 }] } },
  do_filp_open:     { depth: 5, calls: {
    open:    [AT_FDCWD, { filename: 0 }, 'somewhere'],
    openat:  [0, { filename: 1 }, 'somewhere'],
    creat:   [AT_FDCWD, { filename: 0 }, 'somewhere'],
    openat2: [0, { filename: 1 }, 'somewhere'] } },
  do_unlinkat:      { depth: 3, since: V4_15, only: { unlinkat: { ...REMOVEDIR, isSet: false } }, calls: {
    unlink:   [AT_FDCWD, { filename: 0 }],
    unlinkat: [0, { filename: 1 }] } },
  do_rmdir:         { depth: 3, since: V5_11, only: { unlinkat: { ...REMOVEDIR, isSet: true } }, calls: {
    rmdir:    [AT_FDCWD, { filename: 0 }],
    unlinkat: [0, { filename: 1 }] } },
  do_mkdirat:       { depth: 3, since: V5_15, calls: {
    mkdir:   [AT_FDCWD, { filename: 0 }, 1],
    mkdirat: [0, { filename: 1 }, 2] } },
  do_renameat2:     { depth: 3, since: V5_11, calls: {
    rename:    [AT_FDCWD, { filename: 0 }, AT_FDCWD, { filename: 1 }, ZERO],
    renameat:  [0, { filename: 1 }, 2, { filename: 3 }, ZERO],
    renameat2: [0, { filename: 1 }, 2, { filename: 3 }, 4] } },
  do_linkat:        { depth: 3, since: V5_15, calls: {
    link:   [AT_FDCWD, { filename: 0 }, AT_FDCWD, { filename: 1 }, ZERO],
    linkat: [0, { filename: 1 }, 2, { filename: 3 }, 4] } },
  do_symlinkat:     { depth: 3, since: V5_15, calls: {
    symlink:   [{ filename: 0 }, AT_FDCWD, { filename: 1 }],
    symlinkat: [{ filename: 0 }, 1, { filename: 2 }] } },
  vfs_fstatat:      { depth: 4, since: V5_10, calls: {
    newstat:    [AT_FDCWD, 0, 'somewhere', ZERO],
    newlstat:   [AT_FDCWD, 0, 'somewhere', NOFOLLOW],
    newfstatat: [0, 1, 'somewhere', 3] } },
  // Of descriptors that are not open too: whether they are, no recording tells before the call returns.
  vfs_read:         { depth: 4, calls: { read: [{ file: 0 }, 1, 2, 'somewhere'], pread64: [{ file: 0 }, 1, 2, 'somewhere'] } },
  vfs_write:        { depth: 4, calls: { write: [{ file: 0 }, 1, 2, 'somewhere'], pwrite64: [{ file: 0 }, 1, 2, 'somewhere'] } },
  vfs_fsync:        { depth: 4, calls: { fsync: [{ file: 0 }, ZERO], fdatasync: [{ file: 0 }, { value: 1n }] } },
  vfs_fsync_range:  { depth: 5, calls: {
    fsync:     [{ file: 0 }, ZERO, LLONG_MAX, ZERO],
    fdatasync: [{ file: 0 }, ZERO, LLONG_MAX, { value: 1n }] } },
  iterate_dir:      { depth: 3, calls: { getdents: [{ file: 0 }, 'somewhere'], getdents64: [{ file: 0 }, 'somewhere'] } },
  ksys_read:        { depth: 3, since: V4_17, calls: { read: [0, 1, 2] } },
  ksys_write:       { depth: 3, since: V4_17, calls: { write: [0, 1, 2] } },
  ksys_pread64:     { depth: 3, since: V4_17, calls: { pread64: [0, 1, 2, 3] } },
  ksys_pwrite64:    { depth: 3, since: V4_17, calls: { pwrite64: [0, 1, 2, 3] } },
  ksys_lseek:       { depth: 3, since: V4_17, calls: { lseek: [0, 1, 2] } },
  ksys_fchown:      { depth: 3, since: V4_17, calls: { fchown: [0, 1, 2] } },
  ksys_fallocate:   { depth: 3, since: V4_17, calls: { fallocate: [0, 1, 2, 3] } },
  ksys_readahead:   { depth: 3, since: V4_17, calls: { readahead: [0, 1, 2] } },
  ksys_unshare:     { depth: 3, since: V4_17, calls: { unshare: [0] } },
  ksys_setsid:      { depth: 3, since: V4_17, calls: { setsid: [] } },
  ksys_sync:        { depth: 3, since: V4_17, calls: { sync: [] } },
  ksys_dup3:        { depth: 3, since: V4_17, calls: { dup3: [0, 1, 2] } },
  ksys_semget:      { depth: 3, since: V4_17, calls: { semget: [0, 1, 2] } },
  ksys_msgget:      { depth: 3, since: V4_17, calls: { msgget: [0, 1] } },
  ksys_shmget:      { depth: 3, since: V4_17, calls: { shmget: [0, 1, 2] } },
  ksys_shmdt:       { depth: 3, since: V4_17, calls: { shmdt: [0] } },
  __sys_socket:     { depth: 3, since: V4_17, calls: { socket: [0, 1, 2] } },
  __sys_socketpair: { depth: 3, since: V4_17, calls: { socketpair: [0, 1, 2, 3] } },
  __sys_bind:       { depth: 3, since: V4_17, calls: { bind: [0, 1, 2] } },
  __sys_listen:     { depth: 3, since: V4_17, calls: { listen: [0, 1] } },
  __sys_connect:    { depth: 3, since: V4_17, calls: { connect: [0, 1, 2] } },
  __sys_accept4:    { depth: 3, since: V4_17, calls: { accept: [0, 1, 2, ZERO], accept4: [0, 1, 2, 3] } },
  __sys_getsockname:{ depth: 3, since: V4_17, calls: { getsockname: [0, 1, 2] } },
  __sys_getpeername:{ depth: 3, since: V4_17, calls: { getpeername: [0, 1, 2] } },
  __sys_sendto:     { depth: 3, since: V4_17, calls: { sendto: [0, 1, 2, 3, 4, 5] } },
  __sys_recvfrom:   { depth: 3, since: V4_17, calls: { recvfrom: [0, 1, 2, 3, 4, 5] } },
  __sys_setsockopt: { depth: 3, since: V4_17, calls: { setsockopt: [0, 1, 2, 3, 4] } },
  __sys_getsockopt: { depth: 3, since: V4_17, calls: { getsockopt: [0, 1, 2, 3, 4] } },
  __sys_shutdown:   { depth: 3, since: V4_17, calls: { shutdown: [0, 1] } },
  __sys_setuid:     { depth: 3, since: V4_17, calls: { setuid: [0] } },
  __sys_setgid:     { depth: 3, since: V4_17, calls: { setgid: [0] } },
  __sys_setreuid:   { depth: 3, since: V4_17, calls: { setreuid: [0, 1] } },
  __sys_setregid:   { depth: 3, since: V4_17, calls: { setregid: [0, 1] } },
  __sys_setresuid:  { depth: 3, since: V4_17, calls: { setresuid: [0, 1, 2] } },
  __sys_setresgid:  { depth: 3, since: V4_17, calls: { setresgid: [0, 1, 2] } },
} as const satisfies Record<string, InnerRow>;

/** A function by its name, of the kernel; undefined for one that recordings do not come to, or of a call that the index does not have. */
export function functionNamed(name: string, world: HookWorld): TracedFunction | undefined {
  const seccomp = SECCOMP[world.kernel.abi.seccomp];
  if (name === seccomp.name) {
    return { name, depth: SECCOMP_DEPTH, calls: [{ keys: 'all', args: seccomp.args }] };
  }
  if (Object.hasOwn(INNER_FUNCTIONS, name)) {
    const row: InnerRow = INNER_FUNCTIONS[name as keyof typeof INNER_FUNCTIONS]; // hasOwn has just checked the name
    return innerFunction(name, row, world);
  }
  const own = callFunction(name);
  if (own === undefined || own.kernels !== world.kernel.abi.syscalls || lacks(name, world)) return undefined;
  const found = world.syscalls.find(own.call, own.abis);
  if (found === undefined) return undefined;
  const args = own.args === 'regs' ? 'regs' : Array.from({ length: found.args }, (_, i) => i);
  return { name, depth: own.depth, calls: [{ keys: found.keys, args }] };
}

/** The kernel that a function within calls came with, 0 for all; undefined for functions that are none of the table. */
export function innerSince(name: string): number | undefined {
  if (!Object.hasOwn(INNER_FUNCTIONS, name)) return undefined;
  const row: InnerRow = INNER_FUNCTIONS[name as keyof typeof INNER_FUNCTIONS]; // hasOwn has just checked the name
  return row.since ?? 0;
}

function innerFunction(
  name: string,
  { depth, since = 0, calls: rows, only }: InnerRow,
  { kernel, syscalls }: HookWorld,
): TracedFunction | undefined {
  if (kernel.version < since) return undefined;
  const calls = Object.entries(rows).flatMap(([call, args]) =>
    ALL_ABIS.flatMap((abi) => {
      const found = syscalls.find(call, [abi]);
      if (found === undefined) return [];
      return [{ keys: found.keys, args: args.map((arg) => argOf(arg, abi)), only: only?.[call] }];
    }),
  );
  return calls.length === 0 ? undefined : { name, depth, calls };
}

function argOf(arg: InnerArg, abi: number): ArgSource {
  if (typeof arg !== 'object') return arg;
  if ('orByAbi' in arg) return { arg: arg.arg, or: arg.orByAbi[abi] ?? 0n };
  return 'how' in arg ? { how: { ...arg.how, flags: argOf(arg.how.flags, abi) } } : arg;
}

/** The function that makes a call on the ABIs with 64 bits, as ksyscall sections ask for it: its name on x86-64. */
export function functionOfCall(call: string, { kernel, syscalls }: HookWorld): TracedFunction | undefined {
  const found = syscalls.find(call, NATIVE_ABIS);
  if (found === undefined) return undefined;
  const prefix = CALL_PREFIX[kernel.abi.syscalls];
  const args =
    FUNCTION_PREFIXES[prefix].args === 'regs' ? 'regs' : Array.from({ length: found.args }, (_, i) => i);
  return { name: `${prefix}${call}`, depth: 0, calls: [{ keys: found.keys, args }] };
}

/** All names that `functionNamed` knows. */
export function functionNames(world: HookWorld): string[] {
  const { kernel, syscalls } = world;
  const inner = Object.keys(INNER_FUNCTIONS).filter((name) => functionNamed(name, world) !== undefined);
  const own = prefixesOf(kernel.abi).flatMap((prefix) =>
    syscalls.names(FUNCTION_PREFIXES[prefix].abis).map((name) => prefix + name),
  );
  return [SECCOMP[kernel.abi.seccomp].name, ...own.filter((name) => !lacks(name, world)), ...inner];
}

/**
 * What the kernel has in the place of a function of that name: '__x64_sys_newfstat' for '__x64_sys_fstat' (the name that user space has for the call),
 * '__x64_sys_open' for 'sys_open', '__seccomp_filter' for 'seccomp_phase1'.
 */
export function renamedFunction(name: string, world: HookWorld): string | undefined {
  const { kernel, syscalls } = world;
  if (SECCOMP_NAMES.has(name)) return SECCOMP[kernel.abi.seccomp].name;
  const own = callFunction(name);
  if (own === undefined) return undefined;
  const isCall = syscalls.find(own.call, own.abis) !== undefined;
  const call = isCall ? own.call : syscalls.renamed(own.call, own.abis);
  if (call === undefined) return undefined;
  const same = nameInKernel({ ...own, call }, kernel.abi);
  const other = lacks(same, world) ? `${CALL_PREFIX[kernel.abi.syscalls]}${call}` : same;
  return other === name ? undefined : other;
}

/** Types of a kernel that lists its functions hold so many at the least; tables of our own have some dozens. */
const WHOLE_LIST = 5_000;
const WHOLE = new WeakMap<Kernel['types'], boolean>();

/** True when the types list all functions of the kernel, and this one is not there. */
export function lacks(name: string, { kernel: { types } }: HookWorld): boolean {
  let isWhole = WHOLE.get(types);
  if (isWhole === undefined) WHOLE.set(types, (isWhole = types.ids('func').length > WHOLE_LIST));
  return isWhole && types.find('func', name) === undefined;
}

/** Where the kernel's text begins, and how far functions lie apart here: the numbers are our own, the same in every run. */
const TEXT_BASE = 0xffff_ffff_8100_0000n;
const FUNCTION_BYTES = 16n;
const FUNCTIONS = 0x10_0000n;

/** The address that a function has in this machine: a kernel's own cannot be known. */
export function functionAddress(name: string): bigint {
  let hash = 0x811c_9dc5n;
  for (const char of name) hash = ((hash ^ BigInt(char.charCodeAt(0))) * 0x0100_0193n) & 0xffff_ffffn;
  return TEXT_BASE + (hash % FUNCTIONS) * FUNCTION_BYTES;
}
