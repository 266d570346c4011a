// Functions of the kernel that programs are attached to here: their parameters. @see fs/open.c, fs/read_write.c, net/socket.c,
// ipc/, kernel/sys.c of Linux 6.18, as its BTF tells them
import type { FuncTable } from './build.ts';

/** One for each of vm/kernel/functions.ts INNER_FUNCTIONS that recordings come to. */
// oxfmt-ignore
export const KERNEL_FUNCS = {
  do_sys_open:       { ret: 'int',     params: { dfd: 'int', filename: 'const char *', flags: 'int', mode: 'umode_t' } },
  do_sys_openat2:    { ret: 'int',     params: { dfd: 'int', filename: 'const char *', how: 'struct open_how *' } },
  ksys_read:         { ret: 'ssize_t', params: { fd: 'unsigned int', buf: 'char *', count: 'size_t' } },
  ksys_write:        { ret: 'ssize_t', params: { fd: 'unsigned int', buf: 'const char *', count: 'size_t' } },
  ksys_pread64:      { ret: 'ssize_t', params: { fd: 'unsigned int', buf: 'char *', count: 'size_t', pos: 'loff_t' } },
  ksys_pwrite64:     { ret: 'ssize_t', params: { fd: 'unsigned int', buf: 'const char *', count: 'size_t', pos: 'loff_t' } },
  ksys_lseek:        { ret: 'off_t',   params: { fd: 'unsigned int', offset: 'off_t', whence: 'unsigned int' } },
  ksys_fchown:       { ret: 'int',     params: { fd: 'unsigned int', user: 'uid_t', group: 'gid_t' } },
  ksys_fallocate:    { ret: 'int',     params: { fd: 'int', mode: 'int', offset: 'loff_t', len: 'loff_t' } },
  ksys_readahead:    { ret: 'ssize_t', params: { fd: 'int', offset: 'loff_t', count: 'size_t' } },
  ksys_unshare:      { ret: 'int',     params: { unshare_flags: 'unsigned long' } },
  ksys_setsid:       { ret: 'int',     params: {} },
  ksys_sync:         { ret: 'void',    params: {} },
  ksys_dup3:         { ret: 'int',     params: { oldfd: 'unsigned int', newfd: 'unsigned int', flags: 'int' } },
  ksys_semget:       { ret: 'long',    params: { key: 'key_t', nsems: 'int', semflg: 'int' } },
  ksys_msgget:       { ret: 'long',    params: { key: 'key_t', msgflg: 'int' } },
  ksys_shmget:       { ret: 'long',    params: { key: 'key_t', size: 'size_t', shmflg: 'int' } },
  ksys_shmdt:        { ret: 'long',    params: { shmaddr: 'char *' } },
  __sys_socket:      { ret: 'int',     params: { family: 'int', type: 'int', protocol: 'int' } },
  __sys_socketpair:  { ret: 'int',     params: { family: 'int', type: 'int', protocol: 'int', usockvec: 'int *' } },
  __sys_bind:        { ret: 'int',     params: { fd: 'int', umyaddr: 'struct sockaddr *', addrlen: 'int' } },
  __sys_listen:      { ret: 'int',     params: { fd: 'int', backlog: 'int' } },
  __sys_connect:     { ret: 'int',     params: { fd: 'int', uservaddr: 'struct sockaddr *', addrlen: 'int' } },
  __sys_accept4:     { ret: 'int',     params: { fd: 'int', upeer_sockaddr: 'struct sockaddr *', upeer_addrlen: 'int *', flags: 'int' } },
  __sys_getsockname: { ret: 'int',     params: { fd: 'int', usockaddr: 'struct sockaddr *', usockaddr_len: 'int *' } },
  __sys_getpeername: { ret: 'int',     params: { fd: 'int', usockaddr: 'struct sockaddr *', usockaddr_len: 'int *' } },
  __sys_sendto:      { ret: 'int',     params: { fd: 'int', buff: 'void *', len: 'size_t', flags: 'unsigned int', addr: 'struct sockaddr *', addr_len: 'int' } },
  __sys_recvfrom:    { ret: 'int',     params: { fd: 'int', ubuf: 'void *', size: 'size_t', flags: 'unsigned int', addr: 'struct sockaddr *', addr_len: 'int *' } },
  __sys_setsockopt:  { ret: 'int',     params: { fd: 'int', level: 'int', optname: 'int', user_optval: 'char *', optlen: 'int' } },
  __sys_getsockopt:  { ret: 'int',     params: { fd: 'int', level: 'int', optname: 'int', optval: 'char *', optlen: 'int *' } },
  __sys_shutdown:    { ret: 'int',     params: { fd: 'int', how: 'int' } },
  __sys_setuid:      { ret: 'long',    params: { uid: 'uid_t' } },
  __sys_setgid:      { ret: 'long',    params: { gid: 'gid_t' } },
  __sys_setreuid:    { ret: 'long',    params: { ruid: 'uid_t', euid: 'uid_t' } },
  __sys_setregid:    { ret: 'long',    params: { rgid: 'gid_t', egid: 'gid_t' } },
  __sys_setresuid:   { ret: 'long',    params: { ruid: 'uid_t', euid: 'uid_t', suid: 'uid_t' } },
  __sys_setresgid:   { ret: 'long',    params: { rgid: 'gid_t', egid: 'gid_t', sgid: 'gid_t' } },
} as const satisfies Record<string, FuncTable>;

/** What the function of every system call takes on x86-64 and arm64: __x64_sys_NAME, __arm64_sys_NAME. */
export const SYSCALL_FUNC = {
  ret: 'long',
  params: { regs: 'const struct pt_regs *' },
} as const satisfies FuncTable;
/** Names of such functions; what stands behind the prefix is the call's. */
export const SYSCALL_FUNC_NAME = /^__(x64|arm64|ia32)_sys_\w+$/;
/** Under this name kernelTypes() has it. */
export const ANY_SYSCALL_FUNC = '__x64_sys_';
