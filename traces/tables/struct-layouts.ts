// Structs that pass between programs and the kernel, by their members. Names of members are those that strace prints where it prints them, so that
// a decoded text can be put back into bytes (replay/user-structs/).
//
//   'long tv_sec, long tv_nsec'   type and name of each member, in memory order; offsets follow from the rules of C on the ABI
//
// Types: s8 u8 s16 u16 s32 u32 s64 u64; long and ulong as wide as a pointer; be16 be32 in network order; hex32 printed as hex without 0x; char for
// strings, zchar where the kernel clears what follows them; another struct's name; a special type (sigset, sockaddr, cmsgs, caps, see replay/user-structs/special.ts); `X*` a pointer to one X or many;
// `bytes*` to a string; `void*` to what is not looked at. `name[n]` is an array.
// A `>` means that the kernel writes there: behind the name of a member, or before the `*` of what a pointer leads to (`X>*`).
// `zero` is padding of so many bytes that the kernel clears when it writes the struct, `gap` padding that nobody knows.
// `__NAME` holds what strace prints of `NAME` a second time. A member named `_` is a struct or union without a name: its members count as members.

/** One struct. `i386` and `arm64` stand for ABIs with other members; x86-64's are `members`. */
export interface StructRow {
  readonly members: string;
  readonly i386?: string;
  readonly arm64?: string;
  /** ABIs on which members stand without padding. */
  readonly packed?: readonly ('x86_64' | 'i386' | 'arm64')[];
  /** All members start at 0. */
  readonly union?: true;
  /** Members in the order in which older versions of strace print them without their names, where that is not memory order. */
  readonly printed?: string;
  /** Members that strace prints only when they are not 0. */
  readonly silent?: string;
}

const MSG =
  'sockaddr* msg_name, s32 msg_namelen, iovec* msg_iov, ulong msg_iovlen, cmsgs* msg_control, ulong msg_controllen, u32 msg_flags';
const RECV_MSG =
  'sockaddr>* msg_name, s32 msg_namelen, recv_iovec* msg_iov, ulong msg_iovlen, cmsgs>* msg_control, ulong msg_controllen>, u32 msg_flags>';
const TIMES =
  'ulong st_atime, ulong st_atime_nsec, ulong st_mtime, ulong st_mtime_nsec, ulong st_ctime, ulong st_ctime_nsec';
const STATFS =
  'long f_type, long f_bsize, long f_blocks, long f_bfree, long f_bavail, long f_files, long f_ffree, fsid f_fsid, long f_namelen, long f_frsize, long f_flags, zero f_spare';

/** @see include/uapi/linux, arch/x86/include/uapi/asm, arch/x86/include/asm/compat.h, include/uapi/asm-generic of Linux 6.12 */
export const STRUCTS = {
  // time
  timespec: { members: 'long tv_sec, long tv_nsec' },
  timespec64: { members: 's64 tv_sec, s64 tv_nsec' },
  timeval: { members: 'long tv_sec, long tv_usec' },
  timezone: { members: 's32 tz_minuteswest, s32 tz_dsttime' },
  itimerval: { members: 'timeval it_interval, timeval it_value' },
  itimerspec: { members: 'timespec it_interval, timespec it_value' },
  itimerspec64: { members: 'timespec64 it_interval, timespec64 it_value' },
  tms: { members: 'long tms_utime, long tms_stime, long tms_cutime, long tms_cstime' },
  utimbuf: { members: 'long actime, long modtime' },
  timex: {
    members:
      'u32 modes, long offset, long freq, long maxerror, long esterror, s32 status, long constant, long precision, long tolerance, timeval time, long tick, long ppsfreq, long jitter, s32 shift, long stabil, long jitcnt, long calcnt, long errcnt, long stbcnt, s32 tai, gap _pad[44]',
  },
  sigevent: { members: 'sigval sigev_value, s32 sigev_signo, s32 sigev_notify, sigevent_un _' },
  sigevent_un: { members: 's32 sigev_notify_thread_id, gap _room[48]', union: true },
  // files
  stat: {
    members: `ulong st_dev, ulong st_ino, ulong st_nlink, u32 st_mode, u32 st_uid, u32 st_gid, zero _pad[4], ulong st_rdev, long st_size, long st_blksize, long st_blocks, ${TIMES}, zero _unused[24]`,
    i386: `ulong st_dev, ulong st_ino, u16 st_mode, u16 st_nlink, u16 st_uid, u16 st_gid, ulong st_rdev, ulong st_size, ulong st_blksize, ulong st_blocks, ${TIMES}, zero _unused[8]`,
    arm64: `ulong st_dev, ulong st_ino, u32 st_mode, u32 st_nlink, u32 st_uid, u32 st_gid, ulong st_rdev, zero _pad1[8], long st_size, s32 st_blksize, zero _pad2[4], long st_blocks, ${TIMES}, zero _unused[8]`,
  },
  stat64: {
    members: `u64 st_dev, gap _pad0[4], u32 __st_ino, u32 st_mode, u32 st_nlink, u32 st_uid, u32 st_gid, u64 st_rdev, gap _pad3[4], s64 st_size, u32 st_blksize, u64 st_blocks, u32 st_atime, u32 st_atime_nsec, u32 st_mtime, u32 st_mtime_nsec, u32 st_ctime, u32 st_ctime_nsec, u64 st_ino`,
    packed: ['x86_64', 'i386', 'arm64'],
  },
  statx_timestamp: { members: 's64 tv_sec, u32 tv_nsec, zero _reserved[4]' },
  statx: {
    members:
      'u32 stx_mask, u32 stx_blksize, u64 stx_attributes, u32 stx_nlink, u32 stx_uid, u32 stx_gid, u16 stx_mode, zero _spare0[2], u64 stx_ino, u64 stx_size, u64 stx_blocks, u64 stx_attributes_mask, statx_timestamp stx_atime, statx_timestamp stx_btime, statx_timestamp stx_ctime, statx_timestamp stx_mtime, u32 stx_rdev_major, u32 stx_rdev_minor, u32 stx_dev_major, u32 stx_dev_minor, u64 stx_mnt_id, u32 stx_dio_mem_align, u32 stx_dio_offset_align, u64 stx_subvol, u32 stx_atomic_write_unit_min, u32 stx_atomic_write_unit_max, u32 stx_atomic_write_segments_max, gap _spare[68]',
  },
  fsid: { members: 's32 val[2]' },
  statfs: {
    members: STATFS.replace('f_spare', 'f_spare[32]'),
    i386: STATFS.replace('f_spare', 'f_spare[16]'),
  },
  statfs64: {
    members:
      'u32 f_type, u32 f_bsize, u64 f_blocks, u64 f_bfree, u64 f_bavail, u64 f_files, u64 f_ffree, fsid f_fsid, u32 f_namelen, u32 f_frsize, u32 f_flags, zero f_spare[16]',
    packed: ['x86_64', 'i386', 'arm64'],
  },
  ustat: { members: 's32 f_tfree, ulong f_tinode, char f_fname[6], char f_fpack[6]' },
  open_how: { members: 'u64 flags, u64 mode, u64 resolve', silent: 'mode' },
  flock: { members: 's16 l_type, s16 l_whence, long l_start, long l_len, s32 l_pid' },
  flock64: { members: 's16 l_type, s16 l_whence, s64 l_start, s64 l_len, s32 l_pid' },
  f_owner_ex: { members: 's32 type, s32 pid' },
  file_clone_range: { members: 's64 src_fd, u64 src_offset, u64 src_length, u64 dest_offset' },
  mount_attr: { members: 'u64 attr_set, u64 attr_clr, u64 propagation, u64 userns_fd' },
  file_handle: { members: 'u32 handle_bytes, s32 handle_type>, bytes f_handle>' },
  cachestat_range: { members: 'u64 off, u64 len' },
  cachestat: {
    members: 'u64 nr_cache, u64 nr_dirty, u64 nr_writeback, u64 nr_evicted, u64 nr_recently_evicted',
  },
  iovec: { members: 'bytes* iov_base, ulong iov_len' },
  recv_iovec: { members: 'bytes>* iov_base, ulong iov_len' },
  io_sqring: {
    members:
      'u32 head, u32 tail, u32 ring_mask, u32 ring_entries, u32 flags, u32 dropped, u32 array, zero _resv1[4], u64 user_addr',
  },
  io_cqring: {
    members:
      'u32 head, u32 tail, u32 ring_mask, u32 ring_entries, u32 overflow, u32 cqes, u32 flags, zero _resv1[4], u64 user_addr',
  },
  io_uring_params: {
    members:
      'u32 sq_entries>, u32 cq_entries>, u32 flags, u32 sq_thread_cpu, u32 sq_thread_idle, u32 features>, u32 wq_fd, u32 resv[3], io_sqring sq_off>, io_cqring cq_off>',
  },
  // waiting
  pollfd: { members: 's32 fd, s16 events, s16 revents>' },
  epoll_data: { members: 'void* ptr, s32 fd, u32 u32, u64 u64', union: true },
  epoll_event: { members: 'u32 events, epoll_data data', packed: ['x86_64'] },
  sigset_argpack: { members: 'sigset* sigmask, ulong sigsetsize' },
  // sockets
  // nobody looks at sin_zero, strace neither; programs that read the whole struct would get nothing of it if its end were unknown
  sockaddr_in: {
    members: 'u16 sa_family, be16 sin_port, be32 sin_addr, u64 sin_zero',
    silent: 'sin_zero',
  },
  sockaddr_in6: {
    members: 'u16 sa_family, be16 sin6_port, be32 sin6_flowinfo, in6 sin6_addr, u32 sin6_scope_id',
  },
  sockaddr_un: { members: 'u16 sa_family, path sun_path' },
  sockaddr_nl: { members: 'u16 sa_family, u16 nl_pad, u32 nl_pid, hex32 nl_groups', silent: 'nl_pad' },
  sockaddr_ll: {
    members:
      'u16 sa_family, be16 sll_protocol, s32 sll_ifindex, u16 sll_hatype, u8 sll_pkttype, u8 sll_halen, u8 sll_addr[8]',
  },
  sockaddr_vm: {
    members: 'u16 sa_family, u16 svm_reserved1, u32 svm_port, u32 svm_cid, u8 svm_flags',
  },
  sockaddr_xdp: {
    members: 'u16 sa_family, u16 sxdp_flags, u32 sxdp_ifindex, u32 sxdp_queue_id, u32 sxdp_shared_umem_fd',
  },
  sockaddr_alg: {
    members: 'u16 sa_family, char salg_type[14], u32 salg_feat, u32 salg_mask, char salg_name[64]',
  },
  sockaddr_other: { members: 'u16 sa_family, bytes sa_data' },
  msghdr: { members: MSG },
  recv_msghdr: { members: RECV_MSG },
  mmsghdr: { members: 'msghdr msg_hdr, u32 msg_len>' },
  recv_mmsghdr: { members: 'recv_msghdr msg_hdr, u32 msg_len>' },
  cmsghdr: { members: 'ulong cmsg_len, s32 cmsg_level, s32 cmsg_type' },
  ucred: { members: 's32 pid, u32 uid, u32 gid' },
  linger: { members: 's32 l_onoff, s32 l_linger', printed: 'l_onoff l_linger' },
  ip_mreq: { members: 'be32 imr_multiaddr, be32 imr_interface' },
  ip_mreqn: { members: 'be32 imr_multiaddr, be32 imr_address, s32 imr_ifindex' },
  ipv6_mreq: { members: 'in6 ipv6mr_multiaddr, s32 ipv6mr_interface' },
  in_pktinfo: { members: 's32 ipi_ifindex, be32 ipi_spec_dst, be32 ipi_addr' },
  packet_mreq: { members: 's32 mr_ifindex, u16 mr_type, u16 mr_alen, u8 mr_address[8]' },
  tpacket_stats: { members: 'u32 packets, u32 drops' },
  sock_fprog: { members: 'u16 len, void* filter' },
  ifreq_un: {
    members:
      'sockaddr16 ifr_addr, sockaddr16 ifr_dstaddr, sockaddr16 ifr_broadaddr, sockaddr16 ifr_netmask, hwaddr16 ifr_hwaddr, s16 ifr_flags, s32 ifr_index, s32 ifr_ifindex, s32 ifr_metric, s32 ifr_mtu, s32 ifr_qlen, char ifr_slave[16], char ifr_newname[16], gap _map[16]',
    union: true,
  },
  ifreq: { members: 'char ifr_name[16], ifreq_un _' },
  got_ifreq: { members: 'char ifr_name[16], ifreq_un _>' },
  named_ifreq: { members: 'char ifr_name[16]>, ifreq_un _' },
  hwaddr16: { members: 'u16 sa_family, u8 sa_data[14]' },
  // processes
  rusage: {
    members:
      'timeval ru_utime, timeval ru_stime, long ru_maxrss, long ru_ixrss, long ru_idrss, long ru_isrss, long ru_minflt, long ru_majflt, long ru_nswap, long ru_inblock, long ru_oublock, long ru_msgsnd, long ru_msgrcv, long ru_nsignals, long ru_nvcsw, long ru_nivcsw',
  },
  rlimit: { members: 'ulong rlim_cur, ulong rlim_max' },
  rlimit64: { members: 'u64 rlim_cur, u64 rlim_max' },
  utsname: {
    members:
      'zchar sysname[65], zchar nodename[65], zchar release[65], zchar version[65], zchar machine[65], zchar domainname[65]',
  },
  sysinfo: {
    members:
      'long uptime, ulong loads[3], ulong totalram, ulong freeram, ulong sharedram, ulong bufferram, ulong totalswap, ulong freeswap, u16 procs, zero _pad[2], ulong totalhigh, ulong freehigh, u32 mem_unit',
    i386: 'long uptime, ulong loads[3], ulong totalram, ulong freeram, ulong sharedram, ulong bufferram, ulong totalswap, ulong freeswap, u16 procs, gap _pad[2], ulong totalhigh, ulong freehigh, u32 mem_unit, gap _f[8]',
  },
  sched_param: { members: 's32 sched_priority' },
  sched_attr: {
    members:
      'u32 size, u32 sched_policy, u64 sched_flags, s32 sched_nice, u32 sched_priority, u64 sched_runtime, u64 sched_deadline, u64 sched_period, u32 sched_util_min, u32 sched_util_max',
  },
  clone_args: {
    members:
      'u64 flags, s32*64 pidfd, void*64 child_tid, s32*64 parent_tid, u64 exit_signal, u64 stack, u64 stack_size, u64 tls, s32*64 set_tid, u64 set_tid_size, u64 cgroup',
  },
  cap_header: { members: 'u32 version, s32 pid' },
  user_desc: { members: 'u32 entry_number, u32 base_addr, u32 limit' },
  seccomp_notif_sizes: { members: 'u16 seccomp_notif, u16 seccomp_notif_resp, u16 seccomp_data' },
  // signals
  sigaction: {
    members: 'ulong sa_handler, ulong sa_flags, ulong sa_restorer, sigset sa_mask',
    printed: 'sa_handler sa_mask sa_flags sa_restorer',
  },
  old_sigaction: {
    members: 'ulong sa_handler, sigset32 sa_mask, ulong sa_flags, ulong sa_restorer',
    printed: 'sa_handler sa_mask sa_flags sa_restorer',
  },
  sigaltstack: { members: 'void* ss_sp, s32 ss_flags, ulong ss_size' },
  sigval: { members: 's32 sival_int, void* sival_ptr', union: true },
  si_value: { members: 's32 si_int, void* si_ptr', union: true },
  si_kill: { members: 's32 si_pid, u32 si_uid, si_value _' },
  si_timer: { members: 's32 si_timerid, s32 si_overrun, si_value _' },
  si_child: { members: 's32 _pid, u32 _uid, s32 si_status, long si_utime, long si_stime' },
  si_fault: { members: 'void* si_addr, s16 si_addr_lsb' },
  si_poll: { members: 'long si_band, s32 si_fd' },
  si_syscall: { members: 'void* si_call_addr, s32 si_syscall, u32 si_arch' },
  siginfo_un: {
    members: 'si_kill _, si_timer _, si_child _, si_fault _, si_poll _, si_syscall _, gap _room[112]',
    i386: 'si_kill _, si_timer _, si_child _, si_fault _, si_poll _, si_syscall _, gap _room[116]',
    union: true,
  },
  siginfo: { members: 's32 si_signo, s32 si_errno, s32 si_code, siginfo_un _', silent: 'si_errno' },
  // queues, semaphores and futexes
  sembuf: { members: 'u16 sem_num, s16 sem_op, s16 sem_flg' },
  msgbuf: { members: 'long mtype, bytes mtext' },
  mq_attr: { members: 'long mq_flags, long mq_maxmsg, long mq_msgsize, long mq_curmsgs, gap _reserved[16]' },
  futex_waitv: { members: 'u64 val, void*64 uaddr, u32 flags, u32 __reserved', silent: '__reserved' },
  // terminals
  winsize: { members: 'u16 ws_row, u16 ws_col, u16 ws_xpixel, u16 ws_ypixel' },
  termios: { members: 'u32 c_iflag, u32 c_oflag, u32 c_cflag, u32 c_lflag, u8 c_line, u8 c_cc[19]' },
  termio: { members: 'u16 c_iflag, u16 c_oflag, u16 c_cflag, u16 c_lflag, u8 c_line, u8 c_cc[8]' },
  // bpf and perf, the members that every version prints
  bpf_map_create: {
    members:
      'u32 map_type, u32 key_size, u32 value_size, u32 max_entries, u32 map_flags, u32 inner_map_fd, u32 numa_node, char map_name[16], u32 map_ifindex, u32 btf_fd, u32 btf_key_type_id, u32 btf_value_type_id',
  },
  bpf_map_elem: { members: 'u32 map_fd, gap _pad[4], bytes*64 key, bpf_elem_value _, u64 flags' },
  bpf_elem_value: { members: 'bytes*64 value, bytes*64 next_key', union: true },
  bpf_prog_load: {
    members:
      'u32 prog_type, u32 insn_cnt, void*64 insns, bytes*64 license, u32 log_level, u32 log_size, void*64 log_buf, u32 kern_version, u32 prog_flags, char prog_name[16], u32 prog_ifindex, u32 expected_attach_type, u32 prog_btf_fd, u32 func_info_rec_size, void*64 func_info, u32 func_info_cnt, u32 line_info_rec_size, void*64 line_info, u32 line_info_cnt, u32 attach_btf_id, u32 attach_prog_fd',
  },
  bpf_obj: { members: 'bytes*64 pathname, u32 bpf_fd, u32 file_flags' },
  bpf_attach: {
    members: 'u32 target_fd, u32 attach_bpf_fd, u32 attach_type, u32 attach_flags, u32 replace_bpf_fd',
  },
  bpf_get_id: { members: 'bpf_id _, u32 next_id, u32 open_flags' },
  bpf_id: { members: 'u32 start_id, u32 prog_id, u32 map_id, u32 btf_id, u32 link_id', union: true },
  bpf_raw_tracepoint: { members: 'bytes*64 name, u32 prog_fd' },
  perf_event_attr: {
    members:
      'u32 type, u32 size, u64 config, perf_period _, u64 sample_type, u64 read_format, gap _bits[8], perf_wakeup _, u32 bp_type',
  },
  perf_period: { members: 'u64 sample_period, u64 sample_freq', union: true },
  perf_wakeup: { members: 'u32 wakeup_events, u32 wakeup_watermark', union: true },
} as const satisfies Record<string, StructRow>;
