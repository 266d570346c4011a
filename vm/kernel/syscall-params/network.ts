// Parameters of the functions of calls of the category 'network'. Sockets. Notation and source: index.ts.

// oxfmt-ignore
export const NETWORK_PARAMS = {
  accept: 'int fd, struct sockaddr * upeer_sockaddr, int * upeer_addrlen',
  accept4: 'int fd, struct sockaddr * upeer_sockaddr, int * upeer_addrlen, int flags',
  bind: 'int fd, struct sockaddr * umyaddr, int addrlen',
  connect: 'int fd, struct sockaddr * uservaddr, int addrlen',
  getpeername: 'int fd, struct sockaddr * usockaddr, int * usockaddr_len',
  getsockname: 'int fd, struct sockaddr * usockaddr, int * usockaddr_len',
  getsockopt: 'int fd, int level, int optname, char * optval, int * optlen',
  listen: 'int fd, int backlog',
  recvfrom: 'int fd, void * ubuf, size_t size, unsigned int flags, struct sockaddr * addr, int * addr_len',
  recvmmsg: 'int fd, struct mmsghdr * mmsg, unsigned int vlen, unsigned int flags, struct __kernel_timespec * timeout',
  recvmsg: 'int fd, struct user_msghdr * msg, unsigned int flags',
  sendmmsg: 'int fd, struct mmsghdr * mmsg, unsigned int vlen, unsigned int flags',
  sendmsg: 'int fd, struct user_msghdr * msg, unsigned int flags',
  sendto: 'int fd, void * buff, size_t len, unsigned int flags, struct sockaddr * addr, int addr_len',
  setdomainname: 'char * name, int len',
  sethostname: 'char * name, int len',
  setsockopt: 'int fd, int level, int optname, char * optval, int optlen',
  shutdown: 'int fd, int how',
  socket: 'int family, int type, int protocol',
  socketpair: 'int family, int type, int protocol, int * usockvec',
} as const satisfies Record<string, string>;
