// Parameters of the functions of calls of the category 'signal'. Signals. Notation and source: index.ts.

// oxfmt-ignore
export const SIGNAL_PARAMS = {
  kill: 'pid_t pid, int sig',
  pause: '',
  pidfd_send_signal: 'int pidfd, int sig, siginfo_t * info, unsigned int flags',
  restart_syscall: '',
  rt_sigaction: 'int sig, const struct sigaction * act, struct sigaction * oact, size_t sigsetsize',
  rt_sigpending: 'sigset_t * uset, size_t sigsetsize',
  rt_sigprocmask: 'int how, sigset_t * nset, sigset_t * oset, size_t sigsetsize',
  rt_sigqueueinfo: 'pid_t pid, int sig, siginfo_t * uinfo',
  rt_sigreturn: '',
  rt_sigsuspend: 'sigset_t * unewset, size_t sigsetsize',
  rt_sigtimedwait: 'const sigset_t * uthese, siginfo_t * uinfo, const struct __kernel_timespec * uts, size_t sigsetsize',
  rt_tgsigqueueinfo: 'pid_t tgid, pid_t pid, int sig, siginfo_t * uinfo',
  sigaltstack: 'const stack_t * uss, stack_t * uoss',
  signalfd: 'int ufd, sigset_t * user_mask, size_t sizemask',
  signalfd4: 'int ufd, sigset_t * user_mask, size_t sizemask, int flags',
  tgkill: 'pid_t tgid, pid_t pid, int sig',
  tkill: 'pid_t pid, int sig',
} as const satisfies Record<string, string>;
