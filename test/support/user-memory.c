// Makes calls with structs of known content, and prints the bytes of those structs before and after each call: what user memory was.
// Run under strace it gives a log to put the structs back together from.
//
//   case 3 connect
//   enter 0 arg 1 02000050...     region 0 is where argument 1 points to
//   enter 1 at 0+16 6162...       region 1 is where the pointer at offset 16 of region 0 points to
//   exit 0 arg 1 02000050...
//
// Before case N there is a close(-1000 - N), so that its record can be found in the log.
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sys/prctl.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>
#include <linux/netlink.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/futex.h>

struct region {
  char where[32];
  const unsigned char *at;
  size_t size;
};
static struct region regions[16];
static int count, number;
static FILE *out;

static void arg(int i, const void *at, size_t size) {
  struct region *r = &regions[count++];
  snprintf(r->where, sizeof r->where, "arg %d", i);
  r->at = at;
  r->size = size;
}

static void at(int parent, int off, const void *at, size_t size) {
  struct region *r = &regions[count++];
  snprintf(r->where, sizeof r->where, "at %d+%d", parent, off);
  r->at = at;
  r->size = size;
}

static void dump(const char *phase) {
  for (int i = 0; i < count; i++) {
    fprintf(out, "%s %d %s ", phase, i, regions[i].where);
    for (size_t n = 0; n < regions[i].size; n++) fprintf(out, "%02x", regions[i].at[n]);
    fprintf(out, "\n");
  }
}

static long call(const char *name, long nr, long a, long b, long c, long d, long e, long f) {
  fprintf(out, "case %d %s\n", number, name);
  dump("enter");
  fflush(out);
  syscall(SYS_close, -1000 - number++);
  long result = syscall(nr, a, b, c, d, e, f);
  int error = errno;
  dump("exit");
  fflush(out);
  count = 0;
  errno = error;
  return result;
}
#define CALL(name, a, b, c, d, e, f) \
  call(#name, SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define FILLED(type, name) type name; memset(&name, 0xa5, sizeof name)

/** The same through int $0x80: the ABI of i386, with memory below 4 GiB. */
static long call32(const char *name, long nr, long a, long b, long c, long d, long e) {
  fprintf(out, "case %d %s\n", number, name);
  dump("enter");
  fflush(out);
  syscall(SYS_close, -1000 - number++);
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory", "r8", "r9", "r10", "r11");
  dump("exit");
  fflush(out);
  count = 0;
  return (int)result;
}

static void addresses(void) {
  int tcp = socket(AF_INET, SOCK_STREAM, 0), six = socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(0x7f000001)};
  arg(1, &in, sizeof in);
  CALL(connect, tcp, &in, sizeof in, 0, 0, 0);
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_flowinfo = htonl(0x12345)};
  inet_pton(AF_INET6, "::1", &in6.sin6_addr);
  arg(1, &in6, sizeof in6);
  CALL(connect, six, &in6, sizeof in6, 0, 0, 0);
  inet_pton(AF_INET6, "fe80::1:2", &in6.sin6_addr);
  in6.sin6_scope_id = 7777;
  arg(1, &in6, sizeof in6);
  CALL(connect, six, &in6, sizeof in6, 0, 0, 0);
  inet_pton(AF_INET6, "::ffff:10.1.2.3", &in6.sin6_addr);
  in6.sin6_scope_id = 0;
  arg(1, &in6, sizeof in6);
  CALL(bind, six, &in6, sizeof in6, 0, 0, 0);
  int un = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un path;
  memset(&path, 0, sizeof path);
  path.sun_family = AF_UNIX;
  strcpy(path.sun_path, "/run/nosuch.sock");
  arg(1, &path, sizeof path);
  CALL(connect, un, &path, sizeof path, 0, 0, 0);
  arg(1, &path, 2 + 9);
  CALL(connect, un, &path, 2 + 9, 0, 0, 0);
  memcpy(path.sun_path, "\0abs\1tract", 10);
  arg(1, &path, 2 + 10);
  CALL(bind, un, &path, 2 + 10, 0, 0, 0);
  struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_groups = 0x111};
  int netlink = socket(AF_NETLINK, SOCK_RAW, 0);
  arg(1, &nl, sizeof nl);
  CALL(bind, netlink, &nl, sizeof nl, 0, 0, 0);
  nl = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pad = 0x1234, .nl_pid = 77};
  arg(1, &nl, sizeof nl);
  CALL(bind, un, &nl, sizeof nl, 0, 0, 0);
  struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(3), .sll_ifindex = 1, .sll_hatype = 1,
                           .sll_pkttype = 0, .sll_halen = 6, .sll_addr = {1, 2, 3, 4, 5, 6}};
  arg(1, &ll, sizeof ll);
  CALL(bind, un, &ll, sizeof ll, 0, 0, 0);
  struct sockaddr odd = {.sa_family = 77, .sa_data = "abcdefghijklm"};
  arg(1, &odd, sizeof odd);
  CALL(connect, un, &odd, sizeof odd, 0, 0, 0);
  int server = socket(AF_INET, SOCK_STREAM, 0);
  in.sin_port = 0;
  bind(server, (void *)&in, sizeof in);
  listen(server, 5);
  FILLED(struct sockaddr_in, name);
  socklen_t length = sizeof name;
  arg(1, &name, sizeof name), arg(2, &length, sizeof length);
  CALL(getsockname, server, &name, &length, 0, 0, 0);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  connect(client, (void *)&name, sizeof name);
  FILLED(struct sockaddr_storage, peer);
  length = sizeof peer;
  arg(1, &peer, sizeof peer), arg(2, &length, sizeof length);
  int taken = CALL(accept4, server, &peer, &length, SOCK_CLOEXEC, 0, 0);
  FILLED(struct sockaddr_in, cut);
  length = 6;
  arg(1, &cut, sizeof cut), arg(2, &length, sizeof length);
  CALL(getpeername, taken, &cut, &length, 0, 0, 0);
  int one = 1;
  arg(3, &one, sizeof one);
  CALL(setsockopt, client, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one, 0);
  struct linger linger = {1, 5};
  arg(3, &linger, sizeof linger);
  CALL(setsockopt, client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger, 0);
  struct timeval wait = {3, 250000};
  arg(3, &wait, sizeof wait);
  CALL(setsockopt, client, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait, 0);
  FILLED(struct timeval, was);
  length = sizeof was;
  arg(3, &was, sizeof was), arg(4, &length, sizeof length);
  CALL(getsockopt, client, SOL_SOCKET, SO_RCVTIMEO, &was, &length, 0);
  FILLED(int, option);
  length = sizeof option;
  arg(3, &option, sizeof option), arg(4, &length, sizeof length);
  CALL(getsockopt, client, SOL_SOCKET, SO_TYPE, &option, &length, 0);
  FILLED(struct linger, l2);
  length = sizeof l2;
  arg(3, &l2, sizeof l2), arg(4, &length, sizeof length);
  CALL(getsockopt, client, SOL_SOCKET, SO_LINGER, &l2, &length, 0);
  int pair[2];
  FILLED(int, pa);
  memset(pair, 0xa5, sizeof pair);
  arg(3, pair, sizeof pair);
  CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, pair, 0, 0);
  struct ucred cred;
  length = sizeof cred;
  memset(&cred, 0xa5, sizeof cred);
  arg(3, &cred, sizeof cred), arg(4, &length, sizeof length);
  CALL(getsockopt, pair[0], SOL_SOCKET, SO_PEERCRED, &cred, &length, 0);
  struct ip_mreq mreq = {.imr_multiaddr.s_addr = htonl(0xe0000001), .imr_interface.s_addr = htonl(0x7f000001)};
  arg(3, &mreq, sizeof mreq);
  CALL(setsockopt, socket(AF_INET, SOCK_DGRAM, 0), IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof mreq, 0);

  struct iovec iov[2] = {{"hello ", 6}, {"world\n\1\377", 8}};
  arg(1, iov, sizeof iov), at(0, 0, iov[0].iov_base, 6), at(0, 16, iov[1].iov_base, 8);
  CALL(writev, pair[0], iov, 2, 0, 0, 0);
  char left[4], right[64];
  memset(left, 0xa5, sizeof left), memset(right, 0xa5, sizeof right);
  struct iovec into[2] = {{left, 4}, {right, 64}};
  arg(1, into, sizeof into), at(0, 0, left, 4), at(0, 16, right, 64);
  CALL(readv, pair[1], into, 2, 0, 0, 0);
  union { char bytes[CMSG_SPACE(2 * sizeof(int))]; struct cmsghdr align; } control;
  memset(&control, 0, sizeof control);
  struct cmsghdr *head = &control.align;
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(8);
  memcpy(CMSG_DATA(head), (int[]){1, 2}, 8);
  struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
  arg(1, &message, sizeof message), at(0, 16, iov, sizeof iov), at(0, 32, &control, sizeof control), at(1, 0, iov[0].iov_base, 6), at(1, 16, iov[1].iov_base, 8);
  CALL(sendmsg, pair[0], &message, MSG_NOSIGNAL, 0, 0, 0);
  union { char bytes[64]; struct cmsghdr align; } got;
  memset(&got, 0xa5, sizeof got);
  struct msghdr fresh = {.msg_iov = into, .msg_iovlen = 2, .msg_control = &got, .msg_controllen = sizeof got, .msg_flags = 0x55};
  memset(left, 0xa5, sizeof left), memset(right, 0xa5, sizeof right);
  arg(1, &fresh, sizeof fresh), at(0, 16, into, sizeof into), at(1, 0, left, 4), at(1, 16, right, 64), at(0, 32, &got, sizeof got);
  CALL(recvmsg, pair[1], &fresh, 0, 0, 0, 0);
  int udp = socket(AF_INET, SOCK_DGRAM, 0), udp2 = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
  bind(udp2, (void *)&to, sizeof to);
  length = sizeof to;
  getsockname(udp2, (void *)&to, &length);
  arg(1, "datagram", 8), arg(4, &to, sizeof to);
  CALL(sendto, udp, "datagram", 8, 0, &to, sizeof to);
  char text[32];
  memset(text, 0xa5, sizeof text);
  FILLED(struct sockaddr_in, from);
  length = sizeof from;
  arg(1, text, sizeof text), arg(4, &from, sizeof from), arg(5, &length, sizeof length);
  CALL(recvfrom, udp2, text, sizeof text, 0, &from, &length);
  struct msghdr named = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = iov, .msg_iovlen = 1};
  arg(1, &named, sizeof named), at(0, 0, &to, sizeof to), at(0, 16, iov, 16), at(2, 0, iov[0].iov_base, 6);
  CALL(sendmsg, udp, &named, 0, 0, 0, 0);
  FILLED(struct sockaddr_in, source);
  struct msghdr gotname = {.msg_name = &source, .msg_namelen = sizeof source, .msg_iov = into, .msg_iovlen = 2};
  arg(1, &gotname, sizeof gotname), at(0, 0, &source, sizeof source), at(0, 16, into, 32), at(2, 0, left, 4), at(2, 16, right, 64);
  CALL(recvmsg, udp2, &gotname, 0, 0, 0, 0);
  struct mmsghdr many[2] = {{.msg_hdr = named}, {.msg_hdr = named}};
  arg(1, many, sizeof many), at(0, 0, &to, sizeof to), at(0, 16, iov, 16), at(0, 64 + 16, iov, 16), at(0, 64, &to, sizeof to), at(2, 0, iov[0].iov_base, 6), at(3, 0, iov[0].iov_base, 6);
  CALL(sendmmsg, udp, many, 2, 0, 0, 0);
  struct mmsghdr more[3];
  memset(more, 0, sizeof more);
  char rooms[3][16];
  memset(rooms, 0xa5, sizeof rooms);
  struct iovec riov[3];
  for (int i = 0; i < 3; i++) {
    riov[i] = (struct iovec){rooms[i], 16};
    more[i].msg_hdr.msg_iov = &riov[i], more[i].msg_hdr.msg_iovlen = 1, more[i].msg_len = 0xa5a5;
  }
  struct timespec quick = {0, 1000000};
  arg(1, more, 2 * sizeof more[0]), at(0, 16, &riov[0], 16), at(0, 64 + 16, &riov[1], 16), at(1, 0, rooms[0], 16), at(2, 0, rooms[1], 16), arg(4, &quick, sizeof quick);
  CALL(recvmmsg, udp2, more, 2, 0, &quick, 0);
}

static void files(void) {
  int fd = open("/etc/hostname", O_RDONLY);
  FILLED(struct stat, st);
  arg(1, &st, sizeof st);
  CALL(fstat, fd, &st, 0, 0, 0, 0);
  arg(1, &st, sizeof st), arg(0, "/dev/null", 10);
  CALL(stat, "/dev/null", &st, 0, 0, 0, 0);
  arg(1, "/", 2), arg(2, &st, sizeof st);
  CALL(newfstatat, AT_FDCWD, "/", &st, 0, 0, 0);
  unsigned char stx[256]; memset(stx, 0xa5, 256);
  arg(4, stx, 256);
  CALL(statx, AT_FDCWD, "/etc/hostname", 0, 0xfff, stx, 0);
  FILLED(struct statfs, fs);
  arg(1, &fs, sizeof fs);
  CALL(statfs, "/proc", &fs, 0, 0, 0, 0);
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = 4};
  arg(1, "/etc/hostname", 14), arg(2, &how, sizeof how);
  CALL(openat2, AT_FDCWD, "/etc/hostname", &how, sizeof how, 0, 0);
  how = (struct open_how){.flags = O_RDONLY, .mode = 0640};
  arg(2, &how, sizeof how);
  CALL(openat2, AT_FDCWD, "/etc/hostname", &how, sizeof how, 0, 0);
  how = (struct open_how){.flags = O_RDWR | O_CREAT, .mode = 0600, .resolve = 8};
  arg(2, &how, sizeof how);
  CALL(openat2, AT_FDCWD, "/nosuch/file", &how, sizeof how, 0, 0);
  struct timespec both[2] = {{1700000000, 123456789}, {0, UTIME_OMIT}};
  arg(2, both, sizeof both);
  CALL(utimensat, AT_FDCWD, "/nosuch", both, 0, 0, 0);
  struct timeval tvs[2] = {{1700000000, 123456}, {1500000000, 0}};
  arg(1, tvs, sizeof tvs);
  CALL(utimes, "/nosuch", tvs, 0, 0, 0, 0);
  struct utimbuf times = {1700000000, 1600000000};
  arg(1, &times, sizeof times);
  CALL(utime, "/nosuch", &times, 0, 0, 0, 0);
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 10, .l_pid = 0x55};
  arg(2, &lock, sizeof lock);
  CALL(fcntl, fd, F_SETLK, &lock, 0, 0, 0);
  lock.l_type = F_WRLCK;
  arg(2, &lock, sizeof lock);
  CALL(fcntl, fd, F_GETLK, &lock, 0, 0, 0);
  struct f_owner_ex owner = {F_OWNER_PID, getpid()};
  arg(2, &owner, sizeof owner);
  CALL(fcntl, fd, F_SETOWN_EX, &owner, 0, 0, 0);
  FILLED(struct f_owner_ex, own2);
  arg(2, &own2, sizeof own2);
  CALL(fcntl, fd, F_GETOWN_EX, &own2, 0, 0, 0);
  int ends[2] = {-1, -1};
  arg(0, ends, sizeof ends);
  CALL(pipe2, ends, O_CLOEXEC, 0, 0, 0, 0);
  memset(ends, 0xa5, 8);
  arg(0, ends, sizeof ends);
  CALL(pipe, ends, 0, 0, 0, 0, 0);
  write(ends[1], "abc", 3);
  FILLED(int, pending);
  arg(2, &pending, sizeof pending);
  CALL(ioctl, ends[0], FIONREAD, &pending, 0, 0, 0);
  int yes = 1;
  arg(2, &yes, sizeof yes);
  CALL(ioctl, ends[0], FIONBIO, &yes, 0, 0, 0);
  int terminal = open("/dev/ptmx", O_RDWR);
  FILLED(struct winsize, ws);
  arg(2, &ws, sizeof ws);
  CALL(ioctl, terminal, TIOCGWINSZ, &ws, 0, 0, 0);
  ws = (struct winsize){24, 80, 640, 480};
  arg(2, &ws, sizeof ws);
  CALL(ioctl, terminal, TIOCSWINSZ, &ws, 0, 0, 0);
  unsigned char termios[36];
  memset(termios, 0xa5, sizeof termios);
  arg(2, termios, sizeof termios);
  CALL(ioctl, terminal, TCGETS, termios, 0, 0, 0);
  arg(2, termios, sizeof termios);
  CALL(ioctl, terminal, TCSETS, termios, 0, 0, 0);
  FILLED(unsigned, pty);
  arg(2, &pty, sizeof pty);
  CALL(ioctl, terminal, TIOCGPTN, &pty, 0, 0, 0);
  struct ifreq request;
  memset(&request, 0xa5, sizeof request);
  strcpy(request.ifr_name, "lo");
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  arg(2, &request, sizeof request);
  CALL(ioctl, udp, SIOCGIFFLAGS, &request, 0, 0, 0);
  arg(2, &request, sizeof request);
  CALL(ioctl, udp, SIOCGIFADDR, &request, 0, 0, 0);
  arg(2, &request, sizeof request);
  CALL(ioctl, udp, SIOCGIFMTU, &request, 0, 0, 0);
  arg(2, &request, sizeof request);
  CALL(ioctl, udp, SIOCGIFINDEX, &request, 0, 0, 0);
  char dirents[2048];
  memset(dirents, 0xa5, sizeof dirents);
  int dir = open("/proc/self/ns", O_RDONLY | O_DIRECTORY);
  arg(1, dirents, sizeof dirents);
  CALL(getdents64, dir, dirents, sizeof dirents, 0, 0, 0);
  loff_t off = 2;
  int copy = memfd_create("copy", 0);
  arg(2, &off, sizeof off);
  CALL(sendfile, copy, fd, &off, 4, 0, 0);
  loff_t from = 1, to = 7;
  arg(1, &from, sizeof from), arg(3, &to, sizeof to);
  CALL(copy_file_range, copy, &from, copy, &to, 1, 0);
  char value[64];
  memset(value, 0xa5, sizeof value);
  arg(0, "/proc/self/exe", 15);
  CALL(readlink, "/proc/self/exe", value, 3, 0, 0, 0);
  struct io_uring_params params;
  memset(&params, 0, sizeof params);
  arg(1, &params, sizeof params);
  CALL(io_uring_setup, 8, &params, 0, 0, 0, 0);
}

static void waiting(void) {
  int ends[2];
  pipe(ends);
  write(ends[1], "x", 1);
  struct pollfd fds[3] = {{ends[0], POLLIN, 0x55}, {ends[1], POLLOUT | POLLPRI, 0x55}, {-1, POLLIN, 0x55}};
  arg(0, fds, sizeof fds);
  CALL(poll, fds, 3, 0, 0, 0, 0);
  struct timespec soon = {1, 5000000};
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigaddset(&mask, 40);
  arg(0, fds, sizeof fds), arg(2, &soon, sizeof soon), arg(3, &mask, 8);
  CALL(ppoll, fds, 3, &soon, &mask, 8, 0);
  struct pollfd idle = {ends[1], POLLIN, 0x55};
  arg(0, &idle, sizeof idle);
  CALL(poll, &idle, 1, 5, 0, 0, 0);
  fd_set in, wr, ex;
  FD_ZERO(&in); FD_ZERO(&wr); FD_ZERO(&ex);
  FD_SET(ends[0], &in), FD_SET(ends[1], &wr), FD_SET(ends[0], &wr), FD_SET(ends[0], &ex);
  struct timeval tv = {2, 5000};
  arg(1, &in, 8), arg(2, &wr, 8), arg(3, &ex, 8), arg(4, &tv, sizeof tv);
  CALL(select, ends[1] + 1, &in, &wr, &ex, &tv, 0);
  FD_ZERO(&in); FD_ZERO(&wr);
  FD_SET(ends[1], &in);
  struct timespec ts = {0, 5000000};
  struct { void *p; unsigned long n; } sixth = {&mask, 8};
  arg(1, &in, 8), arg(4, &ts, sizeof ts), arg(5, &sixth, sizeof sixth), at(2, 0, &mask, 8);
  CALL(pselect6, ends[1] + 1, &in, 0, 0, &ts, &sixth);
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET | EPOLLRDHUP, .data.u64 = 0x123456789abcdef};
  arg(3, &event, sizeof event);
  CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, ends[0], &event, 0, 0);
  event = (struct epoll_event){.events = EPOLLOUT | EPOLLONESHOT, .data.u32 = 7};
  arg(3, &event, sizeof event);
  CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, ends[1], &event, 0, 0);
  struct epoll_event events[4];
  memset(events, 0xa5, sizeof events);
  arg(1, events, sizeof events);
  CALL(epoll_wait, epoll, events, 4, 100, 0, 0);
  arg(1, events, sizeof events), arg(4, &mask, 8);
  CALL(epoll_pwait, epoll, events, 4, 0, &mask, 8);
}

static void handler(int sig) { (void)sig; }

static void signals(void) {
  struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } act = {handler, 0x14000000, handler, 0x8000000000000a00}, old;
  memset(&old, 0xa5, sizeof old);
  arg(1, &act, sizeof act), arg(2, &old, sizeof old);
  CALL(rt_sigaction, SIGUSR2, &act, &old, 8, 0, 0);
  arg(2, &old, sizeof old);
  CALL(rt_sigaction, SIGUSR2, 0, &old, 8, 0, 0);
  uint64_t set = 0x201, full = ~0ull, got;
  memset(&got, 0xa5, 8);
  arg(1, &set, 8), arg(2, &got, 8);
  CALL(rt_sigprocmask, SIG_BLOCK, &set, &got, 8, 0, 0);
  arg(1, &full, 8), arg(2, &got, 8);
  CALL(rt_sigprocmask, SIG_BLOCK, &full, &got, 8, 0, 0);
  arg(2, &got, 8);
  CALL(rt_sigprocmask, SIG_SETMASK, 0, &got, 8, 0, 0);
  arg(1, &set, 8);
  CALL(rt_sigprocmask, SIG_SETMASK, &set, 0, 8, 0, 0);
  union sigval value = {.sival_ptr = (void *)0x1122334455};
  FILLED(siginfo_t, info);
  memset(&info, 0, sizeof info);
  info.si_signo = SIGUSR1, info.si_code = SI_QUEUE, info.si_pid = getpid(), info.si_uid = 0, info.si_value = value;
  set = 0x200;
  sigprocmask(SIG_BLOCK, (sigset_t *)&set, 0);
  arg(2, &info, 128);
  CALL(rt_sigqueueinfo, getpid(), SIGUSR1, &info, 0, 0, 0);
  arg(0, &got, 8);
  CALL(rt_sigpending, &got, 8, 0, 0, 0, 0);
  struct timespec ts = {1, 0};
  memset(&info, 0xa5, sizeof info);
  arg(0, &set, 8), arg(1, &info, 128), arg(2, &ts, sizeof ts);
  CALL(rt_sigtimedwait, &set, &info, &ts, 8, 0, 0);
  memset(&info, 0, sizeof info);
  info.si_signo = SIGUSR1, info.si_errno = 5, info.si_code = -77, info.si_pid = getpid();
  arg(2, &info, 128);
  CALL(rt_sigqueueinfo, getpid(), SIGUSR1, &info, 0, 0, 0);
  stack_t stack = {.ss_sp = (void *)0x10000, .ss_size = 65536}, was;
  memset(&was, 0xa5, sizeof was);
  arg(0, &stack, sizeof stack), arg(1, &was, sizeof was);
  CALL(sigaltstack, &stack, &was, 0, 0, 0, 0);
  arg(1, &set, 8);
  CALL(signalfd4, -1, &set, 8, 0, 0, 0);
  pid_t child = fork();
  if (child == 0) _exit(7);
  FILLED(siginfo_t, end);
  FILLED(struct rusage, usage);
  arg(2, &end, 128), arg(4, &usage, sizeof usage);
  CALL(waitid, P_PID, child, &end, WEXITED | WNOWAIT, &usage, 0);
  FILLED(int, status);
  arg(1, &status, 4), arg(3, &usage, sizeof usage);
  CALL(wait4, child, &status, 0, &usage, 0, 0);
  child = fork();
  if (child == 0) kill(getpid(), SIGKILL);
  arg(1, &status, 4);
  CALL(wait4, child, &status, 0, 0, 0, 0);
  child = fork();
  if (child == 0) { raise(SIGSTOP); _exit(0); }
  arg(1, &status, 4);
  CALL(wait4, child, &status, WUNTRACED, 0, 0, 0);
  kill(child, SIGCONT);
  arg(1, &status, 4);
  CALL(wait4, child, &status, WCONTINUED, 0, 0, 0);
  waitpid(child, 0, 0);
}

static void clocks(void) {
  FILLED(struct timespec, ts);
  arg(1, &ts, sizeof ts);
  CALL(clock_gettime, CLOCK_MONOTONIC, &ts, 0, 0, 0, 0);
  struct timespec nap = {0, 1000}, left;
  memset(&left, 0xa5, sizeof left);
  arg(0, &nap, sizeof nap), arg(1, &left, sizeof left);
  CALL(nanosleep, &nap, &left, 0, 0, 0, 0);
  arg(2, &nap, sizeof nap);
  CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &nap, &left, 0, 0);
  FILLED(struct timeval, tv);
  FILLED(struct timezone, tz);
  arg(0, &tv, sizeof tv), arg(1, &tz, sizeof tz);
  CALL(gettimeofday, &tv, &tz, 0, 0, 0, 0);
  struct itimerval timer = {{1, 500}, {1000, 0}}, old;
  memset(&old, 0xa5, sizeof old);
  arg(1, &timer, sizeof timer), arg(2, &old, sizeof old);
  CALL(setitimer, ITIMER_REAL, &timer, &old, 0, 0, 0);
  arg(1, &old, sizeof old);
  CALL(getitimer, ITIMER_VIRTUAL, &old, 0, 0, 0, 0);
  struct itimerspec spec = {{1, 500}, {1000, 1}}, before;
  int fd = syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
  memset(&before, 0xa5, sizeof before);
  arg(2, &spec, sizeof spec), arg(3, &before, sizeof before);
  CALL(timerfd_settime, fd, 0, &spec, &before, 0, 0);
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL, event.sigev_signo = SIGUSR1, event.sigev_value.sival_int = 5;
  FILLED(int, id);
  arg(1, &event, sizeof event), arg(2, &id, 4);
  CALL(timer_create, CLOCK_MONOTONIC, &event, &id, 0, 0, 0);
  FILLED(struct tms, tms);
  arg(0, &tms, sizeof tms);
  CALL(times, &tms, 0, 0, 0, 0, 0);
  FILLED(time_t, now);
  arg(0, &now, sizeof now);
  CALL(time, &now, 0, 0, 0, 0, 0);
  struct timex tx;
  memset(&tx, 0, sizeof tx);
  arg(0, &tx, sizeof tx);
  CALL(adjtimex, &tx, 0, 0, 0, 0, 0);
  struct { uint64_t val, at; unsigned flags, reserved; } waiters[2] = {{1, 0x1000, 2, 0}, {2, 0x2000, 2, 0}};
  arg(0, waiters, sizeof waiters);
  call("futex_waitv", 449, (long)waiters, 2, 0, (long)&nap, CLOCK_MONOTONIC, 0);
  short ops[6] = {0, -1, 0x800, 3, 2, 0x1000};
  arg(1, ops, sizeof ops);
  CALL(semop, -1, ops, 2, 0, 0, 0);
  struct { long type; char text[8]; } message = {7, "message"};
  arg(1, &message, sizeof message);
  CALL(msgsnd, -1, &message, 8, 0, 0, 0);
  unsigned word = 5;
  arg(3, &nap, sizeof nap);
  CALL(futex, &word, FUTEX_WAIT, 5, &nap, 0, 0);
}

static void process(char **argv) {
  (void)argv;
  FILLED(struct rusage, usage);
  arg(1, &usage, sizeof usage);
  CALL(getrusage, RUSAGE_SELF, &usage, 0, 0, 0, 0);
  FILLED(struct rlimit, limit);
  arg(1, &limit, sizeof limit);
  CALL(getrlimit, RLIMIT_STACK, &limit, 0, 0, 0, 0);
  struct rlimit set = {1024, RLIM_INFINITY};
  arg(2, &set, sizeof set), arg(3, &limit, sizeof limit);
  CALL(prlimit64, 0, RLIMIT_CORE, &set, &limit, 0, 0);
  FILLED(struct utsname, names);
  arg(0, &names, sizeof names);
  CALL(uname, &names, 0, 0, 0, 0, 0);
  FILLED(struct sysinfo, info);
  arg(0, &info, sizeof info);
  CALL(sysinfo, &info, 0, 0, 0, 0, 0);
  cpu_set_t cpus;
  memset(&cpus, 0xa5, sizeof cpus);
  arg(2, &cpus, 16);
  CALL(sched_getaffinity, 0, sizeof cpus, &cpus, 0, 0, 0);
  CPU_ZERO(&cpus);
  CPU_SET(0, &cpus);
  arg(2, &cpus, 16);
  CALL(sched_setaffinity, 0, 16, &cpus, 0, 0, 0);
  struct sched_param param = {0};
  arg(2, &param, sizeof param);
  CALL(sched_setscheduler, 0, SCHED_OTHER, &param, 0, 0, 0);
  FILLED(struct sched_param, got);
  arg(1, &got, sizeof got);
  CALL(sched_getparam, 0, &got, 0, 0, 0, 0);
  unsigned char attr[56];
  memset(attr, 0xa5, sizeof attr);
  arg(1, attr, 56);
  CALL(sched_getattr, 0, attr, 56, 0, 0, 0);
  arg(1, attr, 56);
  CALL(sched_setattr, 0, attr, 0, 0, 0, 0);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  memset(data, 0xa5, sizeof data);
  arg(0, &header, sizeof header), arg(1, data, sizeof data);
  CALL(capget, &header, data, 0, 0, 0, 0);
  FILLED(unsigned, a);
  FILLED(unsigned, b);
  FILLED(unsigned, c);
  arg(0, &a, 4), arg(1, &b, 4), arg(2, &c, 4);
  CALL(getresuid, &a, &b, &c, 0, 0, 0);
  unsigned groups[2] = {7, 9};
  arg(1, groups, sizeof groups);
  CALL(setgroups, 2, groups, 0, 0, 0, 0);
  unsigned found[4];
  memset(found, 0xa5, sizeof found);
  arg(1, found, sizeof found);
  CALL(getgroups, 4, found, 0, 0, 0, 0);
  FILLED(unsigned, cpu);
  FILLED(unsigned, node);
  arg(0, &cpu, 4), arg(1, &node, 4);
  CALL(getcpu, &cpu, &node, 0, 0, 0, 0);
  FILLED(unsigned, death);
  arg(1, &death, 4);
  CALL(prctl, PR_GET_PDEATHSIG, &death, 0, 0, 0, 0);
  unsigned create[18] = {2, 4, 8, 16, 0, 0, 0}; // an array map called "numbers"
  memcpy(create + 7, "numbers", 8);
  arg(1, create, sizeof create);
  CALL(bpf, 0, create, sizeof create, 0, 0, 0);
  uint64_t robust[2];
  memset(robust, 0xa5, sizeof robust);
  arg(1, robust, 8), arg(2, robust + 1, 8);
  CALL(get_robust_list, 0, robust, robust + 1, 0, 0, 0);
  struct { unsigned short count; void *filter; } filter = {0, (void *)0x1230};
  arg(2, &filter, sizeof filter);
  CALL(seccomp, 1, 0, &filter, 0, 0, 0);
  char *words[] = {"prog", "arg with space", "-x\n\"", 0};
  char *env[] = {"A=1", "PATH=/bin", 0};
  arg(0, "/nosuch/prog", 13), arg(1, words, sizeof words), at(1, 0, words[0], 5), at(1, 8, words[1], 15), at(1, 16, words[2], 5), arg(2, env, sizeof env), at(5, 0, env[0], 4), at(5, 8, env[1], 10);
  CALL(execve, "/nosuch/prog", words, env, 0, 0, 0);
  uint64_t clone[11] = {0x100000 | 0x200 | 0x20000, 0, 0, 0x1234, SIGCHLD}; // CLONE_PARENT_SETTID with CLONE_FS and CLONE_NEWNS: refused
  arg(0, clone, sizeof clone);
  CALL(clone3, clone, sizeof clone, 0, 0, 0, 0);
}

static void compat(void) {
  unsigned char *low = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  int fd = open("/etc/hostname", O_RDONLY);
  memset(low, 0xa5, 4096);
  arg(1, low, 96);
  call32("fstat64", 197, fd, (long)low, 0, 0, 0);
  memset(low, 0xa5, 4096);
  arg(1, low, 64);
  call32("fstat", 108, fd, (long)low, 0, 0, 0);
  memset(low, 0xa5, 4096);
  arg(1, low, 64);
  call32("fstatfs", 100, fd, (long)low, 0, 0, 0);
  arg(2, low, 84);
  call32("fstatfs64", 269, fd, 84, (long)low, 0, 0);
  memcpy(low, (int[]){0, 1000}, 8);
  arg(0, low, 8);
  call32("nanosleep", 162, (long)low, 0, 0, 0, 0);
  memcpy(low, (uint64_t[]){0, 1000}, 16);
  arg(2, low, 16);
  call32("clock_nanosleep_time64", 407, 1, 0, (long)low, 0, 0);
  int ends[2];
  pipe(ends);
  memcpy(low + 64, "abcdef", 6);
  memcpy(low, (unsigned[]){(unsigned)(uintptr_t)low + 64, 3, (unsigned)(uintptr_t)low + 67, 2}, 16);
  arg(1, low, 16), at(0, 0, low + 64, 3), at(0, 8, low + 67, 2);
  call32("writev", 146, ends[1], (long)low, 2, 0, 0);
  memcpy(low, (unsigned[]){(unsigned)(uintptr_t)handler, 0x14000000, 0x1234, 0x201, 0x80000000}, 20);
  arg(1, low, 20), arg(2, low + 64, 20);
  call32("rt_sigaction", 174, SIGUSR2, (long)low, (long)low + 64, 8, 0);
  memset(low, 0xa5, 4096);
  arg(1, low, 72);
  call32("getrusage", 77, 0, (long)low, 0, 0, 0);
  arg(1, low, 8);
  call32("ugetrlimit", 191, RLIMIT_STACK, (long)low, 0, 0, 0);
  memset(low, 0xa5, 4096);
  arg(0, low, 64);
  call32("sysinfo", 116, (long)low, 0, 0, 0, 0);
  memcpy(low, "prog\0arg", 9);
  memcpy(low + 64, (unsigned[]){(unsigned)(uintptr_t)low, (unsigned)(uintptr_t)low + 5, 0}, 12);
  memcpy(low + 128, "/nosuch", 8);
  arg(0, low + 128, 8), arg(1, low + 64, 12), at(1, 0, low, 5), at(1, 4, low + 5, 4);
  call32("execve", 11, (long)low + 128, (long)low + 64, 0, 0, 0);
  int un = socket(AF_UNIX, SOCK_STREAM, 0);
  memset(low, 0, 128);
  memcpy(low, "\1\0/run/nosuch", 13);
  arg(1, low, 110);
  call32("connect", 362, un, (long)low, 110, 0, 0);
  memcpy(low, (short[]){F_RDLCK, 0}, 4), memcpy(low + 4, (int[]){1, 10, 0}, 12);
  arg(2, low, 16);
  call32("fcntl", 55, fd, F_SETLK, (long)low, 0, 0);
  memset(low, 0, 64);
  memcpy(low + 4, (uint64_t[]){1, 10}, 16);
  arg(2, low, 24);
  call32("fcntl64", 221, fd, 13, (long)low, 0, 0);
  int epoll = epoll_create1(0);
  memcpy(low, (unsigned[]){1, 0x11223344, 0x55667788}, 12);
  arg(3, low, 12);
  call32("epoll_ctl", 255, epoll, 1, ends[0], (long)low, 0);
}

int main(int argc, char **argv) {
  out = fopen(argv[1], "w");
  if (out == NULL || argc != 2) return 1;
  addresses();
  files();
  waiting();
  signals();
  clocks();
  process(argv);
  compat();
  return 0;
}
