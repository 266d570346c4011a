// Calls of the category 'signal'. Signals.
// Numbers: x86_64, i386, arm64, -1 where the ABI has none; then the arguments in the notation of args.ts. Sources: ../syscalls.ts.
import type { SyscallRow } from '../syscalls.ts';

// oxfmt-ignore
export const SIGNAL_CALLS = {
  rt_sigaction:            [  13,  174,  134, 'sig sig, rd act, wr oact, size sigsetsize'],
  rt_sigprocmask:          [  14,  175,  135, 'int how, rd nset, wr oset, size sigsetsize'],
  rt_sigpending:           [ 127,  176,  136, 'wr uset, size sigsetsize'],
  rt_sigreturn:            [  15,  173,  139, ''],
  rt_sigsuspend:           [ 130,  179,  133, 'rd unewset, size sigsetsize'],
  rt_sigtimedwait:         [ 128,  177,  137, 'rd uthese, wr uinfo, rd uts, size sigsetsize'],
  rt_sigtimedwait_time64:  [  -1,  421,   -1, 'rd uthese, wr uinfo, rd uts, size sigsetsize'],
  rt_sigqueueinfo:         [ 129,  178,  138, 'pid pid, sig sig, rd uinfo'],
  rt_tgsigqueueinfo:       [ 297,  335,  240, 'pid tgid, pid pid, sig sig, rd uinfo'],
  sigaction:               [  -1,   67,   -1, 'sig sig, rd act, wr oact'],
  sigprocmask:             [  -1,  126,   -1, 'int how, rd nset, wr oset'],
  sigpending:              [  -1,   73,   -1, 'wr uset'],
  sigsuspend:              [  -1,   72,   -1, 'int unused1, int unused2, int mask'],
  sigreturn:               [  -1,  119,   -1, ''],
  signal:                  [  -1,   48,   -1, 'sig sig, addr handler'],
  sgetmask:                [  -1,   68,   -1, ''],
  ssetmask:                [  -1,   69,   -1, 'int newmask'],
  sigaltstack:             [ 131,  186,  132, 'rd uss, wr uoss'],
  signalfd:                [ 282,  321,   -1, 'fd ufd, rd user_mask, size sizemask'],
  signalfd4:               [ 289,  327,   74, 'fd ufd, rd user_mask, size sizemask, flags flags'],
  kill:                    [  62,   37,  129, 'pid pid, sig sig'],
  tkill:                   [ 200,  238,  130, 'pid pid, sig sig'],
  tgkill:                  [ 234,  270,  131, 'pid tgid, pid pid, sig sig'],
  pidfd_send_signal:       [ 424,  424,  424, 'fd pidfd, sig sig, rd info, flags flags'],
  pause:                   [  34,   29,   -1, ''],
  restart_syscall:         [ 219,    0,  128, ''],
} as const satisfies Record<string, SyscallRow>;
