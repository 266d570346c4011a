// How a kernel calls the functions of its system calls: by what stands before the call's name.
// @see arch/x86/include/asm/syscall_wrapper.h; include/linux/syscalls.h of Linux 4.14
import type { HookAbi } from './hook-abi.ts';
import { AUDIT_ARCH_I386 } from './pt-regs.ts';
import { AUDIT_ARCH_ARM64, AUDIT_ARCH_X86_64 } from './syscalls.ts';

/** ABIs whose pointers and longs are 64 bits wide. */
export const NATIVE_ABIS: readonly number[] = [AUDIT_ARCH_X86_64, AUDIT_ARCH_ARM64];
export const ALL_ABIS: readonly number[] = [...NATIVE_ABIS, AUDIT_ARCH_I386];

interface PrefixRow {
  /** Which kernels have it. */
  readonly kernels: HookAbi['syscalls'];
  readonly depth: number;
  /** What it is given: a pointer to the call's registers, or the arguments themselves. */
  readonly args: 'regs' | 'own';
  readonly abis: readonly number[];
}

// oxfmt-ignore
export const FUNCTION_PREFIXES = {
  __x64_sys_:         { kernels: 'wrapper', depth: 0, args: 'regs', abis: [AUDIT_ARCH_X86_64] },
  __arm64_sys_:       { kernels: 'wrapper', depth: 0, args: 'regs', abis: [AUDIT_ARCH_ARM64] },
  __ia32_sys_:        { kernels: 'wrapper', depth: 0, args: 'regs', abis: [AUDIT_ARCH_I386] },
  __ia32_compat_sys_: { kernels: 'wrapper', depth: 0, args: 'regs', abis: [AUDIT_ARCH_I386] },
  __se_sys_:          { kernels: 'wrapper', depth: 1, args: 'own',  abis: NATIVE_ABIS },
  __do_sys_:          { kernels: 'wrapper', depth: 2, args: 'own',  abis: NATIVE_ABIS },
  sys_:               { kernels: 'direct',  depth: 0, args: 'own',  abis: NATIVE_ABIS },
  SyS_:               { kernels: 'direct',  depth: 0, args: 'own',  abis: NATIVE_ABIS },
  compat_sys_:        { kernels: 'direct',  depth: 0, args: 'own',  abis: [AUDIT_ARCH_I386] },
  compat_SyS_:        { kernels: 'direct',  depth: 0, args: 'own',  abis: [AUDIT_ARCH_I386] },
} as const satisfies Record<string, PrefixRow>;
export type FunctionPrefix = keyof typeof FUNCTION_PREFIXES;
const PREFIXES = Object.keys(FUNCTION_PREFIXES) as readonly FunctionPrefix[]; // the table's own keys

/** What a kernel calls the function that others call so. */
// oxfmt-ignore
const OTHER_PREFIX = {
  __x64_sys_: 'sys_', __arm64_sys_: 'sys_', __ia32_sys_: 'compat_sys_', __ia32_compat_sys_: 'compat_sys_', __se_sys_: 'SyS_', __do_sys_: 'SyS_',
  sys_: '__x64_sys_', SyS_: '__x64_sys_', compat_sys_: '__ia32_sys_', compat_SyS_: '__ia32_sys_',
} as const satisfies Record<FunctionPrefix, FunctionPrefix>;

/** The function of a call on ABIs with 64 bits, as ksyscall sections ask for it. @see libbpf.c attach_ksyscall */
export const CALL_PREFIX = { wrapper: '__x64_sys_', direct: 'sys_' } as const satisfies Record<
  HookAbi['syscalls'],
  FunctionPrefix
>;

/** A function's name taken apart. */
export interface CallFunction extends PrefixRow {
  readonly prefix: FunctionPrefix;
  readonly call: string;
}

/** Prefix and call of a function's name, whichever kernels have it; undefined for functions that are none of a call. */
export function callFunction(name: string): CallFunction | undefined {
  const prefix = PREFIXES.find((start) => name.startsWith(start));
  if (prefix === undefined) return undefined;
  return { ...FUNCTION_PREFIXES[prefix], prefix, call: name.slice(prefix.length) };
}

/** Prefixes that a kernel has. */
export function prefixesOf({ syscalls }: HookAbi): readonly FunctionPrefix[] {
  return PREFIXES.filter((prefix) => FUNCTION_PREFIXES[prefix].kernels === syscalls);
}

/** The name that a kernel has for a function of a call: the same one where it has that. */
export function nameInKernel({ prefix, call, kernels }: CallFunction, abi: HookAbi): string {
  return `${kernels === abi.syscalls ? prefix : OTHER_PREFIX[prefix]}${call}`;
}
