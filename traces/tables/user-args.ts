// Which struct stands behind an argument of a call.
//
//   '1 in sockaddr 2'   argument 1 leads to a sockaddr that the program wrote; argument 2 says how long it is
//
// `in`: written by the program, known from the enter on. `out`: written by the kernel, known at the exit. `both`: as `in` before the call and as `out` after it; where
// the recorder shows one value it was the same before and after. A type is a struct of struct-layouts.ts, a number, or one of the special types; a list of
// values is an array of them. Where one argument decides about another, the rows are those of the tables below.

const STAT = ['1 out stat'];
const STAT64 = ['1 out stat64'];
const MASK_4 = '4 in sigset';

// oxfmt-ignore
export const USER_ARGS = {
  // files
  stat: STAT, lstat: STAT, fstat: STAT, stat64: STAT64, lstat64: STAT64, fstat64: STAT64,
  newfstatat: ['2 out stat'], fstatat64: ['2 out stat64'], statx: ['4 out statx'],
  statfs: ['1 out statfs'], fstatfs: ['1 out statfs'], statfs64: ['2 out statfs64'], fstatfs64: ['2 out statfs64'],
  ustat: ['1 out ustat'], openat2: ['2 in open_how'],
  readv: ['1 in recv_iovec'], preadv: ['1 in recv_iovec'], preadv2: ['1 in recv_iovec'],
  writev: ['1 in iovec'], pwritev: ['1 in iovec'], pwritev2: ['1 in iovec'], vmsplice: ['1 in iovec'],
  process_vm_readv: ['1 in recv_iovec', '3 in iovec'], process_vm_writev: ['1 in iovec', '3 in iovec'], process_madvise: ['1 in iovec'],
  pipe: ['0 out s32'], pipe2: ['0 out s32'],
  getdents: ['1 out dirents'], getdents64: ['1 out dirents64'],
  utime: ['1 in utimbuf'], utimes: ['1 in timeval'], futimesat: ['2 in timeval'], utimensat: ['2 in timespec'], utimensat_time64: ['2 in timespec64'],
  sendfile: ['2 both long'], sendfile64: ['2 both s64'], splice: ['1 both s64', '3 both s64'], copy_file_range: ['1 both s64', '3 both s64'],
  _llseek: ['3 out s64'], mount_setattr: ['3 in mount_attr'], open_tree_attr: ['3 in mount_attr'],
  name_to_handle_at: ['2 both file_handle', '3 out s32'], open_by_handle_at: ['1 in file_handle'],
  cachestat: ['1 in cachestat_range', '2 out cachestat'], io_uring_setup: ['1 both io_uring_params'],
  // waiting
  poll: ['0 in pollfd'], ppoll: ['0 in pollfd', '2 in timespec', '3 in sigset'], ppoll_time64: ['0 in pollfd', '2 in timespec64', '3 in sigset'],
  select: ['1 in fdset 0', '2 in fdset 0', '3 in fdset 0', '4 in timeval'],
  _newselect: ['1 in fdset 0', '2 in fdset 0', '3 in fdset 0', '4 in timeval'],
  pselect6: ['1 in fdset 0', '2 in fdset 0', '3 in fdset 0', '4 in timespec', '5 in sigset_argpack'],
  pselect6_time64: ['1 in fdset 0', '2 in fdset 0', '3 in fdset 0', '4 in timespec64', '5 in sigset_argpack'],
  epoll_ctl: ['3 in epoll_event'], epoll_wait: ['1 out epoll_event'], epoll_pwait: ['1 out epoll_event', MASK_4],
  epoll_pwait2: ['1 out epoll_event', '3 in timespec64', MASK_4],
  futex: ['3 in timespec'], futex_time64: ['3 in timespec64'],
  // sockets
  connect: ['1 in sockaddr 2'], bind: ['1 in sockaddr 2'], sendto: ['4 in sockaddr 5'],
  accept: ['1 out sockaddr 2', '2 both s32'], accept4: ['1 out sockaddr 2', '2 both s32'],
  getsockname: ['1 out sockaddr 2', '2 both s32'], getpeername: ['1 out sockaddr 2', '2 both s32'],
  recvfrom: ['4 out sockaddr 5', '5 both s32'],
  sendmsg: ['1 in msghdr'], recvmsg: ['1 in recv_msghdr'], sendmmsg: ['1 in mmsghdr'],
  recvmmsg: ['1 in recv_mmsghdr', '4 in timespec'], recvmmsg_time64: ['1 in recv_mmsghdr', '4 in timespec64'],
  socketpair: ['3 out s32'], setsockopt: ['3 in sockopt 4'], getsockopt: ['3 out sockopt 4', '4 both s32'],
  // processes
  execve: ['1 in cstr*', '2 in cstr*'], execveat: ['2 in cstr*', '3 in cstr*'],
  clone: ['2 out s32', '3 out s32', '4 out s32'], clone3: ['0 in clone_args 1'],
  wait4: ['1 out status', '3 out rusage'], waitpid: ['1 out status'], waitid: ['2 out siginfo', '4 out rusage'],
  getrusage: ['1 out rusage'], getrlimit: ['1 out rlimit'], ugetrlimit: ['1 out rlimit'], setrlimit: ['1 in rlimit'],
  prlimit64: ['2 in rlimit64', '3 out rlimit64'], uname: ['0 out utsname'], sysinfo: ['0 out sysinfo'],
  getresuid: ['0 out u32', '1 out u32', '2 out u32'], getresgid: ['0 out u32', '1 out u32', '2 out u32'],
  getresuid32: ['0 out u32', '1 out u32', '2 out u32'], getresgid32: ['0 out u32', '1 out u32', '2 out u32'],
  getgroups: ['1 out gid'], setgroups: ['1 in gid'], getgroups32: ['1 out u32'], setgroups32: ['1 in u32'],
  capget: ['0 in cap_header', '1 out caps'], capset: ['0 in cap_header', '1 in caps'],
  sched_setscheduler: ['2 in sched_param'], sched_setparam: ['1 in sched_param'], sched_getparam: ['1 out sched_param'],
  sched_setattr: ['1 in sched_attr'], sched_getattr: ['1 out sched_attr'],
  sched_setaffinity: ['2 in cpuset 1'], sched_getaffinity: ['2 out cpuset ret'],
  sched_rr_get_interval: ['1 out timespec'], sched_rr_get_interval_time64: ['1 out timespec64'],
  getcpu: ['0 out u32', '1 out u32'], prctl: ['1 out u32', '2 in sock_fprog'], arch_prctl: ['1 out ulong'],
  set_thread_area: ['0 in user_desc'], get_thread_area: ['0 out user_desc'],
  get_mempolicy: ['0 out s32'], perf_event_open: ['0 in perf_event_attr'],
  // signals
  rt_sigaction: ['1 in sigaction', '2 out sigaction'], sigaction: ['1 in old_sigaction', '2 out old_sigaction'],
  rt_sigprocmask: ['1 in sigset', '2 out sigset'], sigprocmask: ['1 in sigset32', '2 out sigset32'],
  rt_sigpending: ['0 out sigset'], sigpending: ['0 out sigset32'], rt_sigsuspend: ['0 in sigset'],
  rt_sigtimedwait: ['0 in sigset', '1 out siginfo', '2 in timespec'], rt_sigtimedwait_time64: ['0 in sigset', '1 out siginfo', '2 in timespec64'],
  rt_sigqueueinfo: ['2 in siginfo'], rt_tgsigqueueinfo: ['3 in siginfo'], pidfd_send_signal: ['2 in siginfo'],
  sigaltstack: ['0 in sigaltstack', '1 out sigaltstack'], signalfd: ['1 in sigset'], signalfd4: ['1 in sigset'],
  // time
  time: ['0 out long'], stime: ['0 in long'], gettimeofday: ['0 out timeval', '1 out timezone'], settimeofday: ['0 in timeval', '1 in timezone'],
  clock_gettime: ['1 out timespec'], clock_gettime64: ['1 out timespec64'], clock_settime: ['1 in timespec'], clock_settime64: ['1 in timespec64'],
  clock_getres: ['1 out timespec'], clock_getres_time64: ['1 out timespec64'],
  nanosleep: ['0 in timespec', '1 out timespec'], clock_nanosleep: ['2 in timespec', '3 out timespec'],
  clock_nanosleep_time64: ['2 in timespec64', '3 out timespec64'],
  getitimer: ['1 out itimerval'], setitimer: ['1 in itimerval', '2 out itimerval'],
  timer_create: ['1 in sigevent', '2 out s32'], timer_settime: ['2 in itimerspec', '3 out itimerspec'], timer_gettime: ['1 out itimerspec'],
  timer_settime64: ['2 in itimerspec64', '3 out itimerspec64'], timer_gettime64: ['1 out itimerspec64'],
  timerfd_settime: ['2 in itimerspec', '3 out itimerspec'], timerfd_gettime: ['1 out itimerspec'],
  timerfd_settime64: ['2 in itimerspec64', '3 out itimerspec64'], timerfd_gettime64: ['1 out itimerspec64'],
  times: ['0 out tms'], adjtimex: ['0 out timex'], clock_adjtime: ['1 out timex'],
  semop: ['1 in sembuf'], semtimedop: ['1 in sembuf', '3 in timespec'], msgsnd: ['1 in msgbuf'], msgrcv: ['1 out msgbuf'],
  mq_open: ['3 in mq_attr'], mq_getsetattr: ['1 in mq_attr', '2 out mq_attr'], futex_waitv: ['0 in futex_waitv', '3 in timespec64'],
  get_robust_list: ['1 out ulong', '2 out ulong'], mincore: ['2 out u8'], seccomp: ['2 in sock_fprog'],
  mq_timedsend: ['4 in timespec'], mq_timedreceive: ['3 out u32', '4 in timespec'],
  io_getevents: ['4 in timespec'],
} as const satisfies Record<string, readonly string[]>;

/** Argument 2 of fcntl and fcntl64, by its command. */
// oxfmt-ignore
export const FCNTL_ARGS: Readonly<Record<number, string>> = {
  5: 'out flock', 6: 'in flock', 7: 'in flock', // F_GETLK, F_SETLK, F_SETLKW
  12: 'out flock64', 13: 'in flock64', 14: 'in flock64', // F_GETLK64 and its kin, i386
  15: 'in f_owner_ex', 16: 'out f_owner_ex', 17: 'out u32', // F_SETOWN_EX, F_GETOWN_EX, F_GETOWNER_UIDS
  36: 'out flock64', 37: 'in flock64', 38: 'in flock64', // F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW
  0x40b: 'out u64', 0x40c: 'in u64', 0x40d: 'out u64', 0x40e: 'in u64', // read and write hints
};

/** Argument 2 of ioctl, by its request. @see include/uapi/asm-generic/ioctls.h, linux/sockios.h, linux/fs.h */
// oxfmt-ignore
export const IOCTL_ARGS: Readonly<Record<number, string>> = {
  0x5401: 'out termios', 0x5402: 'in termios', 0x5403: 'in termios', 0x5404: 'in termios', // TCGETS, TCSETS, TCSETSW, TCSETSF
  0x5405: 'out termio', 0x5406: 'in termio', 0x5407: 'in termio', 0x5408: 'in termio', // TCGETA and its kin
  0x540f: 'out s32', 0x5410: 'in s32', 0x5411: 'out s32', 0x5412: 'in u8', // TIOCGPGRP, TIOCSPGRP, TIOCOUTQ, TIOCSTI
  0x5413: 'out winsize', 0x5414: 'in winsize', 0x5415: 'out s32', 0x5418: 'in s32', // TIOCGWINSZ, TIOCSWINSZ, TIOCMGET, TIOCMSET
  0x5419: 'out s32', 0x541a: 'in s32', 0x541b: 'out s32', 0x5420: 'in s32', // TIOCGSOFTCAR, TIOCSSOFTCAR, FIONREAD, TIOCPKT
  0x5421: 'in s32', 0x5423: 'in s32', 0x5424: 'out s32', 0x5429: 'out s32', 0x5452: 'in s32', // FIONBIO, TIOCSETD, TIOCGETD, TIOCGSID, FIOASYNC
  0x80045430: 'out u32', 0x40045431: 'in s32', 0x80045438: 'out s32', 0x80045439: 'out s32', // TIOCGPTN, TIOCSPTLCK, TIOCGPKT, TIOCGPTLCK
  0x8901: 'in s32', 0x8902: 'in s32', 0x8903: 'out s32', 0x8904: 'out s32', // FIOSETOWN, SIOCSPGRP, FIOGETOWN, SIOCGPGRP
  0x8906: 'out timeval', 0x8910: 'in named_ifreq', // SIOCGSTAMP, SIOCGIFNAME
  0x8913: 'in got_ifreq', 0x8915: 'in got_ifreq', 0x8917: 'in got_ifreq', 0x8919: 'in got_ifreq', // flags, address, peer, broadcast
  0x891b: 'in got_ifreq', 0x891d: 'in got_ifreq', 0x8921: 'in got_ifreq', 0x8927: 'in got_ifreq', // netmask, metric, MTU, hardware address
  0x8933: 'in got_ifreq', 0x8942: 'in got_ifreq', // SIOCGIFINDEX, SIOCGIFTXQLEN
  0x8914: 'in ifreq', 0x8916: 'in ifreq', 0x8918: 'in ifreq', 0x891a: 'in ifreq', 0x891c: 'in ifreq', // the same, to be set
  0x8922: 'in ifreq', 0x8924: 'in ifreq', 0x8943: 'in ifreq',
  0x4020940d: 'in file_clone_range', 0x80081272: 'out u64', 0x1260: 'out ulong', 0x1268: 'out s32', // FICLONERANGE, BLKGETSIZE64, BLKGETSIZE, BLKSSZGET
  0x80086601: 'out s32', 0x40086602: 'in s32', // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, which take an int whatever their numbers say
};

/** Argument 1 of bpf, by its command. @see include/uapi/linux/bpf.h union bpf_attr */
// oxfmt-ignore
export const BPF_ARGS: Readonly<Record<number, string>> = {
  0: 'in bpf_map_create', 1: 'in bpf_map_elem', 2: 'in bpf_map_elem', 3: 'in bpf_map_elem', 4: 'in bpf_map_elem', 5: 'in bpf_prog_load',
  6: 'in bpf_obj', 7: 'in bpf_obj', 8: 'in bpf_attach', 9: 'in bpf_attach', 11: 'in bpf_get_id', 12: 'in bpf_get_id', 13: 'in bpf_get_id',
  14: 'in bpf_get_id', 17: 'in bpf_raw_tracepoint', 19: 'in bpf_get_id', 21: 'in bpf_map_elem', 23: 'in bpf_get_id', 30: 'in bpf_get_id',
  31: 'in bpf_get_id',
};

/** Options of sockets: their struct, by the first member that strace prints. */
export const SOCKOPT_STRUCTS = {
  l_onoff: 'linger',
  pid: 'ucred',
  tv_sec: 'timeval',
  imr_multiaddr: 'ip_mreq',
  ipv6mr_multiaddr: 'ipv6_mreq',
  mr_ifindex: 'packet_mreq',
  packets: 'tpacket_stats',
  len: 'sock_fprog',
} as const satisfies Record<string, string>;
