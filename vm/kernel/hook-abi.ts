// How kernels of different ages call the functions that programs are attached to, and where each rule stands. What hooks make of it is in
// function-names.ts and functions.ts.

/** What differs between kernels at a hook. */
export interface HookAbi {
  /**
   * Functions of system calls: `wrapper` __x64_sys_NAME(const struct pt_regs *), and __arm64_sys_NAME, from Linux 4.17 on: in the registers of the
   * probe there is a pointer to those of the call; `direct` sys_NAME with the arguments of the call, also called SyS_NAME. libbpf's ksyscall takes
   * the first where CONFIG_ARCH_HAS_SYSCALL_WRAPPER is set, or else __se_sys_NAME, which kernels before 4.17 do not have.
   * @see arch/x86/include/asm/syscall_wrapper.h; include/linux/syscalls.h of Linux 4.14; tools/lib/bpf/libbpf.c bpf_program__attach_ksyscall
   */
  readonly syscalls: 'wrapper' | 'direct';
  /**
   * The function that seccomp filters are run by: `phase1` seccomp_phase1(struct seccomp_data *) of 4.2 to 4.7; `filter` __seccomp_filter(int nr,
   * const struct seccomp_data *, bool) of 4.8 to 6.14; `short` __seccomp_filter(int nr, bool) after that. @see kernel/seccomp.c
   */
  readonly seccomp: 'phase1' | 'filter' | 'short';
}
