// Does random things to itself and its children, and says at moments what the kernel knows of it: the text of write(-7), from /proc.
// What it takes to look stands between write(-7, "LOOK") and that write, and undoes itself.
//
//   process-truth FOLDER SEED DEPTH STEPS
// Threads share what their process has: none of them goes off with files or directories of its own.
// A line `moved` says that paths are not those of the recorder: it has another root.
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <unistd.h>

extern char **environ;
static __thread uint32_t state;
static __thread int in_thread;
static char folder[256], self[256];
static int procfd = -1, moved;

static uint32_t rnd(void) {
  uint32_t t = state += 0x6d2b79f5;
  t = (t ^ t >> 15) * (t | 1);
  t ^= t + (t ^ t >> 7) * (t | 61);
  return t ^ t >> 14;
}
static uint32_t below(uint32_t n) { return rnd() % n; }
static long sys(long nr, long a, long b, long c, long d, long e) { return syscall(nr, a, b, c, d, e); }

struct text { char at[60000]; size_t size; };
static void say(struct text *t, const char *format, ...) {
  va_list list;
  va_start(list, format);
  t->size += vsnprintf(t->at + t->size, sizeof t->at - t->size, format, list);
  va_end(list);
}
static ssize_t slurp(const char *name, char *to, size_t size) {
  int fd = openat(procfd, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t all = 0, got;
  while ((got = read(fd, to + all, size - 1 - all)) > 0) all += got;
  close(fd);
  to[all] = 0;
  return all;
}
static void link_of(struct text *t, const char *key, const char *name) {
  char to[4096];
  ssize_t got = readlinkat(procfd, name, to, sizeof to - 1);
  if (got < 0) return;
  to[got] = 0;
  say(t, "%s=%s\n", key, to);
}

/** Tells all about the thread that calls. */
static void look(void) {
  if (write(-7, "LOOK", 4) >= 0) _exit(9);
  struct text *t = malloc(sizeof *t);
  char text[8192], path[64];
  t->size = 0;
  int tid = sys(SYS_gettid, 0, 0, 0, 0, 0), tgid = getpid();
  say(t, "tid=%d\ntgid=%d\n%s", tid, tgid, moved ? "moved=1\n" : "");
  snprintf(path, sizeof path, "%d/task/%d/status", tgid, tid);
  if (slurp(path, text, sizeof text) > 0) {
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n"))) {
      static const char *const wanted[] = {"Name:", "Umask:", "PPid:", "Uid:", "Gid:", "Threads:", "SigPnd:", "ShdPnd:", "NSpid:"};
      for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strncmp(line, wanted[i], strlen(wanted[i]))) say(t, "%s\n", line);
    }
  }
  snprintf(path, sizeof path, "%d/task/%d/cwd", tgid, tid);
  link_of(t, "cwd", path);
  snprintf(path, sizeof path, "%d/exe", tgid);
  link_of(t, "exe", path);
  snprintf(path, sizeof path, "%d/task/%d/root", tgid, tid);
  link_of(t, "root", path);
  snprintf(path, sizeof path, "%d/cmdline", tgid);
  ssize_t got = slurp(path, text, sizeof text);
  if (got > 0) {
    for (ssize_t i = 0; i < got - 1; i++) if (!text[i]) text[i] = '|';
    say(t, "args=%s\n", text);
  }
  say(t, "pgid=%d\nsid=%d\n", getpgid(0), getsid(0));
  for (int fd = 0; fd < 80; fd++) {
    if (fd == procfd) continue;
    char to[4096];
    snprintf(path, sizeof path, "%d/task/%d/fd/%d", tgid, tid, fd);
    ssize_t size = readlinkat(procfd, path, to, sizeof to - 1);
    if (size < 0) continue;
    to[size] = 0;
    snprintf(path, sizeof path, "%d/task/%d/fdinfo/%d", tgid, tid, fd);
    struct stat st;
    unsigned flags = 0;
    unsigned long ino = 0;
    if (slurp(path, text, sizeof text) > 0) {
      char *at = strstr(text, "flags:");
      if (at) flags = strtoul(at + 6, 0, 8);
      at = strstr(text, "ino:");
      if (at) ino = strtoul(at + 4, 0, 10);
    }
    int mode = fstat(fd, &st) == 0 ? st.st_mode & S_IFMT : 0;
    say(t, "fd=%d %x %lu %x %s\n", fd, flags, ino, mode, to);
  }
  if (write(-7, t->at, t->size) >= 0) _exit(9);
  free(t);
}

static int some_fd(void) {
  for (int i = 0; i < 60; i++) {
    int fd = 3 + below(40);
    if (fd != procfd && fcntl(fd, F_GETFD) >= 0) return fd;
  }
  return 0;
}
static const char *some_path(void) {
  static __thread char path[512];
  static const char *const names[] = {"a", "b", "./a", "d/x", "d/../b", "/etc/hosts", "/dev/null", "/etc//./passwd", "../gone/../a", "d//y", "e/z", "/proc/self/../../etc/hosts"};
  const char *name = names[below(12)];
  if (below(4) == 0 && name[0] != '/') snprintf(path, sizeof path, "%s/%s", folder, name);
  else snprintf(path, sizeof path, "%s", name);
  return path;
}

/** Waits until the parent is another, and until a recorder has had the time to say so. */
static void await_orphanage(int parent) {
  while (getppid() == parent) usleep(1000);
  usleep(50000);
}

static void act(int depth);
static void run(int depth, int steps) {
  look();
  for (int i = 0; i < steps; i++) {
    act(depth);
    look();
  }
}
static void reap(pid_t pid) { if (pid > 0) while (waitpid(pid, 0, __WALL) < 0 && errno == EINTR); }

struct job { uint32_t seed; int depth; int how; };
static void *thread(void *p) {
  struct job *job = p;
  state = job->seed;
  in_thread = 1;
  if (job->how) prctl(PR_SET_NAME, "work\"er");
  run(job->depth, 6);
  if (job->how == 3) {
    char seed[16];
    snprintf(seed, sizeof seed, "%u", job->seed);
    execl(self, "by-thread", folder, seed, "0", NULL);
  }
  return 0;
}
static void handler(int signal) { (void)signal; }

static void in_child(int depth) { run(depth - 1, 5); }

static void act(int depth) {
  int fd;
  switch (below(58)) {
  case 0: case 1: case 2: open(some_path(), (int[]){O_RDONLY, O_WRONLY, O_RDWR}[below(3)] | (below(3) ? 0 : O_CLOEXEC) | (below(3) ? 0 : O_APPEND | O_NONBLOCK) | (below(4) ? 0 : O_CREAT) | (below(5) ? 0 : O_PATH) | (below(6) ? 0 : O_NOFOLLOW) , 0666); break;
  case 3: open("d", O_RDONLY | O_DIRECTORY | (below(2) ? O_CLOEXEC : 0)); break;
  case 4: fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC); openat(fd, some_path(), O_RDWR | O_CREAT, 0600); break;
  case 5: fd = open("d", O_PATH | O_DIRECTORY); openat(fd, "../b", O_RDONLY); if (below(2)) fchdir(fd); break;
  case 6: dup(some_fd()); break;
  case 7: dup2(some_fd(), 3 + below(40)); break;
  case 8: dup3(some_fd(), 3 + below(40), below(2) ? O_CLOEXEC : 0); break;
  case 9: fcntl(some_fd(), below(2) ? F_DUPFD : F_DUPFD_CLOEXEC, below(30)); break;
  case 10: fcntl(some_fd(), F_SETFD, below(2)); break;
  case 11: fcntl(some_fd(), F_SETFL, below(2) ? O_NONBLOCK : O_APPEND | O_NOATIME); break;
  case 12: case 13: case 14: close(some_fd()); break;
  case 15: { int from = 3 + below(20), to = from + below(6); if (procfd < from || procfd > to) close_range(from, to, below(2) ? CLOSE_RANGE_CLOEXEC : 0); break; }
  case 16: chdir((const char *[]){"d", "..", ".", "./d/../d", folder, "/", "/usr/../tmp", "e"}[below(8)]); break;
  case 17: chdir(folder); break;
  case 18: { int ends[2]; pipe2(ends, (below(2) ? O_CLOEXEC : 0) | (below(2) ? O_NONBLOCK : 0)); break; }
  case 19: { int ends[2]; socketpair(AF_UNIX, SOCK_STREAM | (below(2) ? SOCK_NONBLOCK : 0) | (below(2) ? SOCK_CLOEXEC : 0), 0, ends); break; }
  case 20: socket(below(2) ? AF_INET : AF_INET6, (below(2) ? SOCK_DGRAM : SOCK_STREAM) | (below(2) ? SOCK_CLOEXEC : 0), 0); break;
  case 21: case 22: case 23: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) { in_child(depth); _exit(below(4)); }
    reap(pid);
    break;
  }
  case 24: case 25: {
    if (depth <= 0) break;
    unsigned long flags = SIGCHLD | (below(2) ? CLONE_FILES : 0) | (below(2) ? CLONE_FS : 0);
    pid_t pid = sys(SYS_clone, flags, 0, 0, 0, 0);
    if (pid == 0) { in_child(depth); _exit(0); }
    reap(pid);
    break;
  }
  case 26: {
    if (depth <= 0) break;
    struct clone_args args = {.flags = (below(2) ? CLONE_FILES : 0) | (below(2) ? CLONE_FS : 0) | (below(2) ? CLONE_CLEAR_SIGHAND : 0), .exit_signal = below(2) ? SIGCHLD : 0};
    if (below(2)) { args.flags |= CLONE_PIDFD; static int pidfd; args.pidfd = (uint64_t)&pidfd; }
    pid_t pid = sys(SYS_clone3, (long)&args, sizeof args, 0, 0, 0);
    if (pid == 0) { in_child(depth); _exit(0); }
    reap(pid);
    break;
  }
  case 27: case 28: {
    if (depth <= 0) break;
    pthread_t it;
    struct job job = {rnd(), depth - 1, below(3)};
    pthread_create(&it, 0, thread, &job);
    pthread_join(it, 0);
    break;
  }
  case 29: case 30: {
    if (depth <= 0) break;
    char seed[16], deep[16];
    snprintf(seed, sizeof seed, "%u", rnd());
    snprintf(deep, sizeof deep, "%d", depth - 1);
    char *argv[] = {"spawned \"x\"", folder, seed, deep, NULL};
    pid_t pid = -1;
    posix_spawn(&pid, self, 0, 0, argv, environ);
    reap(pid);
    break;
  }
  case 31: {
    if (depth <= 0) break;
    pid_t pid = vfork();
    if (pid == 0) { execl(self, "vforked", folder, "77", "0", NULL); _exit(1); }
    reap(pid);
    break;
  }
  case 32: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) { prctl(PR_SET_NAME, "gone"); execl("/nowhere", "x", NULL); look(); int f = open(self, O_PATH | O_CLOEXEC); char *argv[] = {"fexec", folder, "99", "0", NULL}; sys(SYS_execveat, f, (long)"", (long)argv, (long)environ, AT_EMPTY_PATH); _exit(1); }
    reap(pid);
    break;
  }
  case 33: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) { chdir(folder); execl(below(2) ? "./run.sh" : "run.sh", "run.sh", "one", NULL); _exit(1); }
    reap(pid);
    break;
  }
  case 34: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) {
      struct job job = {rnd(), 0, 3};
      pthread_t it;
      if (below(2)) unshare(CLONE_FILES);
      pthread_create(&it, 0, thread, &job);
      pthread_join(it, 0);
      _exit(1);
    }
    reap(pid);
    break;
  }
  case 35: case 36: case 37: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) {
      for (int i = 0; i < 4; i++) {
        int a = (int[]){-1, 0, 1000, 33, 7}[below(5)], b = (int[]){-1, 0, 1000, 33, 7}[below(5)], c = (int[]){-1, 0, 1000, 33, 7}[below(5)];
        switch (below(10)) {
        case 0: sys(SYS_setuid, a, 0, 0, 0, 0); break;
        case 1: sys(SYS_setgid, a, 0, 0, 0, 0); break;
        case 2: sys(SYS_setreuid, a, b, 0, 0, 0); break;
        case 3: sys(SYS_setregid, a, b, 0, 0, 0); break;
        case 4: sys(SYS_setresuid, a, b, c, 0, 0); break;
        case 5: sys(SYS_setresgid, a, b, c, 0, 0); break;
        case 6: setfsuid(a); if (below(2)) setfsuid(-1); break;
        case 7: setfsgid(a); break;
        case 8: getuid(); geteuid(); getgid(); getegid(); break;
        case 9: { uid_t u[3]; getresuid(u, u + 1, u + 2); break; }
        }
        look();
      }
      if (below(2)) in_child(depth);
      _exit(0);
    }
    reap(pid);
    break;
  }
  case 38: umask(below(0777)); break;
  case 39: { char to[300], from[300]; snprintf(from, sizeof from, "%s/d", folder); snprintf(to, sizeof to, "%s/e", folder); if (below(2)) rename(from, to); else rename(to, from); break; }
  case 40: { fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); renameat(fd, "d", AT_FDCWD, "e"); close(fd); break; }
  case 41: { char to[300], from[300]; snprintf(from, sizeof from, "%s/a", folder); snprintf(to, sizeof to, "%s/b", folder); renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE); break; }
  case 42: { char from[300]; snprintf(from, sizeof from, "%s/fresh%u", folder, below(3)); fd = open(from, O_CREAT | O_RDWR, 0600); unlink(from); break; }
  case 43: if (!in_thread) unshare((int[]){CLONE_FILES, CLONE_FS, CLONE_NEWUTS, CLONE_NEWIPC}[below(4)]); break;
  case 44: prctl(PR_SET_NAME, (const char *[]){"short", "a name that is too long", "", "x<y>"}[below(4)]); break;
  case 45: memfd_create("mem fd", below(2) ? MFD_CLOEXEC : 0); break;
  case 46: eventfd(0, (below(2) ? EFD_CLOEXEC : 0) | (below(2) ? EFD_NONBLOCK : 0)); break;
  case 47: epoll_create1(below(2) ? EPOLL_CLOEXEC : 0); break;
  case 48: timerfd_create(CLOCK_MONOTONIC, below(2) ? TFD_NONBLOCK : TFD_CLOEXEC); break;
  case 49: inotify_init1(below(2) ? IN_NONBLOCK : IN_CLOEXEC); break;
  case 50: { sigset_t set; sigemptyset(&set); sigaddset(&set, SIGUSR2); signalfd(-1, &set, below(2) ? SFD_CLOEXEC : SFD_NONBLOCK); break; }
  case 51: sys(SYS_pidfd_open, getpid(), below(2) ? O_NONBLOCK : 0, 0, 0, 0); break;
  case 52: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) { moved = 1; chroot((const char *[]){folder, "d", "..", "."}[below(4)]); look(); if (below(2)) chdir("/"); look(); chdir("d"); look(); open("/b", O_RDONLY); open("a", O_RDONLY); open("../../../a", O_RDONLY); look(); _exit(0); }
    reap(pid);
    break;
  }
  case 53: {
    int ends[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    struct iovec iov = {"x", 1};
    char control[CMSG_SPACE(8)] = {0};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET; c->cmsg_type = SCM_RIGHTS; c->cmsg_len = CMSG_LEN(8);
    int fds[2] = {eventfd(0, 0), eventfd(0, EFD_NONBLOCK)};
    memcpy(CMSG_DATA(c), fds, 8);
    char got[4];
    struct iovec in = {got, 4};
    sendmsg(ends[0], &msg, 0);
    char control2[CMSG_SPACE(8)] = {0};
    struct msghdr msg2 = {.msg_iov = &in, .msg_iovlen = 1, .msg_control = control2, .msg_controllen = sizeof control2};
    recvmsg(ends[1], &msg2, below(2) ? MSG_CMSG_CLOEXEC : 0);
    close(fds[0]);
    close(fds[1]);
    break;
  }
  case 54: {
    if (depth <= 0) break;
    int ends[2];
    pipe(ends);
    pid_t pid = fork();
    if (pid == 0) {
      if (below(2)) prctl(PR_SET_CHILD_SUBREAPER, 1);
      setsid();
      pid_t middle = getpid(), again = fork();
      if (again == 0) { await_orphanage(middle); look(); if (below(2)) getppid(); in_child(depth - 1); _exit(0); }
      look();
      _exit(0);
    }
    reap(pid);
    close(ends[1]);
    if (read(ends[0], &fd, 1) > 0) _exit(9); // all that came of it has ended
    close(ends[0]);
    break;
  }
  case 55: {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, 0);
    sigset_t set; sigemptyset(&set); sigaddset(&set, SIGUSR1);
    sigprocmask(below(2) ? SIG_BLOCK : SIG_UNBLOCK, &set, 0);
    kill(getpid(), SIGUSR1);
    break;
  }
  case 56: {
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    bind(server, (void *)&at, sizeof at);
    getsockname(server, (void *)&at, &size);
    listen(server, 5);
    connect(client, (void *)&at, sizeof at);
    accept4(server, below(2) ? NULL : (void *)&at, &size, below(2) ? SOCK_CLOEXEC : SOCK_NONBLOCK);
    break;
  }
  case 57: {
    if (depth <= 0) break;
    pid_t pid = fork();
    if (pid == 0) { setpgid(0, 0); in_child(depth); if (below(2)) abort(); kill(getpid(), (int[]){SIGKILL, SIGTERM, SIGSEGV}[below(3)]); _exit(0); }
    reap(pid);
    break;
  }
  }
}

int main(int argc, char **argv) {
  snprintf(folder, sizeof folder, "%s", argv[1]);
  ssize_t got = readlink("/proc/self/exe", self, sizeof self - 1);
  self[got] = 0;
  state = strtoul(argv[2], 0, 10);
  procfd = fcntl(open("/proc", O_PATH | O_DIRECTORY), F_DUPFD, 70);
  close(3);
  if (!strcmp(argv[0], "first")) {
    char path[300];
    chdir(folder);
    mkdir("d", 0755);
    close(open("a", O_CREAT | O_RDWR, 0666));
    close(open("b", O_CREAT | O_RDWR, 0666));
    close(open("d/x", O_CREAT | O_RDWR, 0666));
    int fd = open("run.sh", O_CREAT | O_WRONLY, 0755);
    dprintf(fd, "#!%s  %s\n", self, folder);
    close(fd);
    run(atoi(argv[3]), atoi(argv[4]));
  } else if (argc < 4 || argv[2][0] == 'r' || argv[2][0] == '.') {
    // the interpreter of a script
    int fd = open(argv[2], O_RDONLY);
    char start[256];
    if (read(fd, start, sizeof start) < 2) return 9;
    close(fd);
    look();
  } else run(atoi(argv[3]), 8);
  return 0;
}
