// Layouts and names of the kernel in our tables against the types that the running kernel tells of itself. Left out where it tells of none.
import { describe, expect, test } from 'vitest';
import { MACHINE_SYSCALLS } from '../../../traces/index.ts';
import { KPROBE_CTX, PERF_EVENT_CTX } from '../../../vm/kernel/ctx-tracing.ts';
import { functionNamed, functionNames, INNER_FUNCTIONS } from '../../../vm/kernel/functions.ts';
import { PT_REGS, SECCOMP_DATA } from '../../../vm/kernel/pt-regs.ts';
import { DEFAULT_KERNEL } from '../../../vm/kernel/profiles/index.ts';
import { SyscallIndex } from '../../../vm/kernel/syscalls.ts';
import {
  hasKernelTypes,
  kernelFunctionArgs,
  kernelFunctions,
  kernelStruct,
} from '../../support/kernel-btf.ts';

const WORLD = { kernel: DEFAULT_KERNEL, syscalls: new SyscallIndex(MACHINE_SYSCALLS) };
const isX64 = process.arch === 'x64';

/** Our names of registers without the r that the kernel's members lack: rdi is di, and rip ip. */
const memberOf = (reg: string): string => (/^(orig_)?r[a-z]/.test(reg) ? reg.replace('r', '') : reg);
const REG_MEMBERS: Readonly<Record<string, string>> = { orig_rax: 'orig_ax', eflags: 'flags' };

describe.skipIf(!hasKernelTypes())('the running kernel has', () => {
  test.runIf(isX64)('struct pt_regs with each register where our table has it', () => {
    const members = kernelStruct('pt_regs')!;
    for (const [reg, off] of Object.entries(PT_REGS)) {
      expect(members.get(REG_MEMBERS[reg] ?? memberOf(reg)), reg).toBe(off);
    }
  });

  test('struct seccomp_data as our table has it', () => {
    expect(Object.fromEntries(kernelStruct('seccomp_data')!)).toEqual(SECCOMP_DATA);
  });

  test.runIf(isX64)('struct bpf_perf_event_data with the period and the address behind the registers', () => {
    const members = kernelStruct('bpf_perf_event_data')!;
    expect(members.get('sample_period')).toBe(PERF_EVENT_CTX['sample_period']!.off);
    expect(members.get('addr')).toBe(PERF_EVENT_CTX['addr']!.off);
    expect(Object.keys(PERF_EVENT_CTX).length).toBe(Object.keys(KPROBE_CTX).length + 2);
  });

  test('a function of this name, with as many arguments, for each that calls hand theirs to', () => {
    const ours = Object.keys(INNER_FUNCTIONS).map((name) => [
      name,
      Math.max(...functionNamed(name, WORLD)!.calls.map(({ args }) => args.length)),
    ]);
    const theirs = Object.keys(INNER_FUNCTIONS).map((name) => [name, kernelFunctionArgs(name)]);
    expect(theirs).toEqual(ours);
  });

  test.runIf(isX64)('no function of a call of x86-64 that we do not know', () => {
    const ours = new Set(functionNames(WORLD));
    // The kernel builds wrappers for functions that its 64-bit table does not name: those of other ABIs.
    const foreign =
      /(_time32|32|16|_ia32_\w+|old_\w+|s390_\w+|spu_\w+|pciconfig_\w+|vm86(old)?|^oldu\w+|sig(nal|pending|procmask|suspend))$/;
    const others = new Set(
      (
        'fadvise64_64 fstat fstatfs64 gethostname ia32 ipc llseek lstat mmap_pgoff nice oldumount olduname recv rtas send sendfile ' +
        'sgetmask socketcall ssetmask stat statfs64 stime subpage_prot sync_file_range2 uname waitpid'
      ).split(' '),
    );
    const unknown = kernelFunctions('__x64_sys_').filter((name) => {
      const call = name.slice('__x64_sys_'.length);
      return !ours.has(name) && !foreign.test(call) && !call.startsWith('ia32_') && !others.has(call);
    });
    expect(unknown).toEqual([]);
  });
});
