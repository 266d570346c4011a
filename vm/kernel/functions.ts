// Functions of the kernel that a recording of system calls comes to, and the arguments that it knows of them. Kprobes, fentry and fexit go here.
//
//   do_syscall_64 -> __seccomp_filter -> __x64_sys_openat(pt_regs *) -> __se_sys_openat(6 longs) -> __do_sys_openat -> do_sys_open -> ...
//                                        depth 0                        1                           2                  3
import { AUDIT_ARCH_I386 } from './pt-regs.ts';
import { AUDIT_ARCH_ARM64, AUDIT_ARCH_X86_64, type CallKey, type SyscallIndex } from './syscalls.ts';

/** What an argument is: one of the call's (0 to 5), perhaps with bits set; a constant; a kernel pointer to what nobody recorded. */
export type ArgSource =
  | number
  | { readonly arg: number; readonly or: bigint }
  | { readonly value: bigint }
  | 'somewhere';

/** A function at which programs run. */
export interface TracedFunction {
  readonly name: string;
  /** How far inside of the call: enters run from outside in, exits from inside out. */
  readonly depth: number;
  /** Calls that come to it, and what it gets from each: its arguments, or 'regs' for a pointer to the call's registers. */
  readonly calls: readonly {
    readonly keys: readonly CallKey[];
    readonly args: 'regs' | readonly ArgSource[];
  }[];
}

/** ABIs whose pointers and longs are 64 bits wide. */
export const NATIVE_ABIS: readonly number[] = [AUDIT_ARCH_X86_64, AUDIT_ARCH_ARM64];
const ALL_ABIS: readonly number[] = [...NATIVE_ABIS, AUDIT_ARCH_I386];

/** How a function of a call is called, by what stands before the call's name. @see arch/x86/include/asm/syscall_wrapper.h */
// oxfmt-ignore
const FUNCTION_PREFIXES = {
  __x64_sys_:         { depth: 0, args: 'regs', abis: [AUDIT_ARCH_X86_64] },
  __arm64_sys_:       { depth: 0, args: 'regs', abis: [AUDIT_ARCH_ARM64] },
  __ia32_sys_:        { depth: 0, args: 'regs', abis: [AUDIT_ARCH_I386] },
  __ia32_compat_sys_: { depth: 0, args: 'regs', abis: [AUDIT_ARCH_I386] },
  __se_sys_:          { depth: 1, args: 'own',  abis: NATIVE_ABIS },
  __do_sys_:          { depth: 2, args: 'own',  abis: NATIVE_ABIS },
  /** Until Linux 4.16. */
  SyS_:               { depth: 1, args: 'own',  abis: NATIVE_ABIS },
  sys_:               { depth: 1, args: 'own',  abis: NATIVE_ABIS },
} as const satisfies Record<string, { depth: number; args: 'regs' | 'own'; abis: readonly number[] }>;
type FunctionPrefix = keyof typeof FUNCTION_PREFIXES;
const PREFIXES = Object.keys(FUNCTION_PREFIXES) as readonly FunctionPrefix[]; // the table's own keys

const AT_FDCWD = { value: -100n };
/** What the kernel adds to the flags of open(2) on a 64-bit machine: O_LARGEFILE of each ABI. @see arch/arm64/include/uapi/asm/fcntl.h */
const LARGE: Readonly<Record<number, bigint>> = {
  [AUDIT_ARCH_X86_64]: 0o100000n,
  [AUDIT_ARCH_ARM64]: 0o400000n,
};
/** O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE: creat(2), which arm64 does not have. */
const CREAT = { value: 0o101101n };
const ZERO = { value: 0n };

/** An argument that may differ by ABI. */
type InnerArg = ArgSource | { readonly arg: number; readonly orByAbi: typeof LARGE };

interface InnerRow {
  readonly depth: number;
  /** By the name of the call's function. */
  readonly calls: Readonly<Record<string, readonly InnerArg[]>>;
}

/**
 * Functions that calls hand their arguments to. Only those whose arguments follow from the call's.
 * @see fs/open.c, fs/read_write.c, net/socket.c of Linux 6.18
 */
// oxfmt-ignore
export const INNER_FUNCTIONS = {
  do_sys_open:      { depth: 3, calls: {
    open:   [AT_FDCWD, 0, { arg: 1, orByAbi: LARGE }, 2],
    openat: [0, 1, { arg: 2, orByAbi: LARGE }, 3],
    creat:  [AT_FDCWD, 0, CREAT, 1] } },
  do_sys_openat2:   { depth: 4, calls: {
    open:    [AT_FDCWD, 0, 'somewhere'],
    openat:  [0, 1, 'somewhere'],
    creat:   [AT_FDCWD, 0, 'somewhere'],
    openat2: [0, 1, 'somewhere'] } },
  ksys_read:        { depth: 3, calls: { read: [0, 1, 2] } },
  ksys_write:       { depth: 3, calls: { write: [0, 1, 2] } },
  ksys_pread64:     { depth: 3, calls: { pread64: [0, 1, 2, 3] } },
  ksys_pwrite64:    { depth: 3, calls: { pwrite64: [0, 1, 2, 3] } },
  ksys_lseek:       { depth: 3, calls: { lseek: [0, 1, 2] } },
  ksys_fchown:      { depth: 3, calls: { fchown: [0, 1, 2] } },
  ksys_fallocate:   { depth: 3, calls: { fallocate: [0, 1, 2, 3] } },
  ksys_readahead:   { depth: 3, calls: { readahead: [0, 1, 2] } },
  ksys_unshare:     { depth: 3, calls: { unshare: [0] } },
  ksys_setsid:      { depth: 3, calls: { setsid: [] } },
  ksys_sync:        { depth: 3, calls: { sync: [] } },
  ksys_dup3:        { depth: 3, calls: { dup3: [0, 1, 2] } },
  ksys_semget:      { depth: 3, calls: { semget: [0, 1, 2] } },
  ksys_msgget:      { depth: 3, calls: { msgget: [0, 1] } },
  ksys_shmget:      { depth: 3, calls: { shmget: [0, 1, 2] } },
  ksys_shmdt:       { depth: 3, calls: { shmdt: [0] } },
  __sys_socket:     { depth: 3, calls: { socket: [0, 1, 2] } },
  __sys_socketpair: { depth: 3, calls: { socketpair: [0, 1, 2, 3] } },
  __sys_bind:       { depth: 3, calls: { bind: [0, 1, 2] } },
  __sys_listen:     { depth: 3, calls: { listen: [0, 1] } },
  __sys_connect:    { depth: 3, calls: { connect: [0, 1, 2] } },
  __sys_accept4:    { depth: 3, calls: { accept: [0, 1, 2, ZERO], accept4: [0, 1, 2, 3] } },
  __sys_getsockname:{ depth: 3, calls: { getsockname: [0, 1, 2] } },
  __sys_getpeername:{ depth: 3, calls: { getpeername: [0, 1, 2] } },
  __sys_sendto:     { depth: 3, calls: { sendto: [0, 1, 2, 3, 4, 5] } },
  __sys_recvfrom:   { depth: 3, calls: { recvfrom: [0, 1, 2, 3, 4, 5] } },
  __sys_setsockopt: { depth: 3, calls: { setsockopt: [0, 1, 2, 3, 4] } },
  __sys_getsockopt: { depth: 3, calls: { getsockopt: [0, 1, 2, 3, 4] } },
  __sys_shutdown:   { depth: 3, calls: { shutdown: [0, 1] } },
  __sys_setuid:     { depth: 3, calls: { setuid: [0] } },
  __sys_setgid:     { depth: 3, calls: { setgid: [0] } },
  __sys_setreuid:   { depth: 3, calls: { setreuid: [0, 1] } },
  __sys_setregid:   { depth: 3, calls: { setregid: [0, 1] } },
  __sys_setresuid:  { depth: 3, calls: { setresuid: [0, 1, 2] } },
  __sys_setresgid:  { depth: 3, calls: { setresgid: [0, 1, 2] } },
} as const satisfies Record<string, InnerRow>;

/** The function of a name; undefined for one that recordings do not come to, or of a call that the index does not have. */
export function functionNamed(name: string, syscalls: SyscallIndex): TracedFunction | undefined {
  if (Object.hasOwn(INNER_FUNCTIONS, name)) {
    const row: InnerRow = INNER_FUNCTIONS[name as keyof typeof INNER_FUNCTIONS]; // hasOwn has just checked the name
    const calls = Object.entries(row.calls).flatMap(([call, args]) =>
      NATIVE_ABIS.flatMap((abi) => {
        const found = syscalls.find(call, [abi]);
        return found === undefined ? [] : [{ keys: found.keys, args: args.map((arg) => argOf(arg, abi)) }];
      }),
    );
    return calls.length === 0 ? undefined : { name, depth: row.depth, calls };
  }
  const prefix = PREFIXES.find((start) => name.startsWith(start));
  if (prefix === undefined) return undefined;
  const { depth, args, abis } = FUNCTION_PREFIXES[prefix];
  const found = syscalls.find(name.slice(prefix.length), abis);
  if (found === undefined) return undefined;
  const own = Array.from({ length: found.args }, (_, i) => i);
  return { name, depth, calls: [{ keys: found.keys, args: args === 'regs' ? 'regs' : own }] };
}

function argOf(arg: InnerArg, abi: number): ArgSource {
  return typeof arg === 'object' && 'orByAbi' in arg ? { arg: arg.arg, or: arg.orByAbi[abi] ?? 0n } : arg;
}

/** The function that makes a call on the ABIs with 64 bits, as ksyscall sections ask for it: its name on x86-64. */
export function functionOfCall(call: string, syscalls: SyscallIndex): TracedFunction | undefined {
  const found = syscalls.find(call, NATIVE_ABIS);
  if (found === undefined) return undefined;
  return { name: `__x64_sys_${call}`, depth: 0, calls: [{ keys: found.keys, args: 'regs' }] };
}

/** All names that `functionNamed` knows. */
export function functionNames(syscalls: SyscallIndex): string[] {
  const inner = Object.keys(INNER_FUNCTIONS).filter((name) => functionNamed(name, syscalls) !== undefined);
  const own = PREFIXES.flatMap((prefix) =>
    syscalls.names(FUNCTION_PREFIXES[prefix].abis).map((name) => prefix + name),
  );
  return [...own, ...inner];
}

/** The function's name for people who wrote the name that user space has for a call: '__x64_sys_newfstat' for '__x64_sys_fstat'. */
export function renamedFunction(name: string, syscalls: SyscallIndex): string | undefined {
  const prefix = PREFIXES.find((start) => name.startsWith(start));
  if (prefix === undefined) return undefined;
  const other = syscalls.renamed(name.slice(prefix.length), ALL_ABIS);
  return other === undefined ? undefined : prefix + other;
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
