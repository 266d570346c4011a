// How kernels of different ages call the functions that programs are attached to, and where each rule stands.

/** What differs between kernels at a hook. */
export interface HookAbi {
  /** Functions of system calls: `wrapper` __x64_sys_NAME(struct pt_regs *), from Linux 4.17 on; `direct` sys_NAME and SyS_NAME with the arguments. */
  readonly syscalls: 'wrapper' | 'direct';
  /**
   * The function that seccomp filters are run by: `phase1` seccomp_phase1(struct seccomp_data *) of 4.2 to 4.7; `filter` __seccomp_filter(int nr,
   * struct seccomp_data *, bool) of 4.8 to 6.14; `short` __seccomp_filter(int nr, bool) after that.
   */
  readonly seccomp: 'phase1' | 'filter' | 'short';
}
