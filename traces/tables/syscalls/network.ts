// Calls of the category 'network'. Sockets and host names. `send` and `recv` have no number of their own: i386 makes them through socketcall.
// Numbers: x86_64, i386, arm64, -1 where the ABI has none; then the arguments in the notation of args.ts. Sources: ../syscalls.ts.
import type { SyscallRow } from '../syscalls.ts';

// oxfmt-ignore
export const NETWORK_CALLS = {
  socket:           [  41,  359,  198, 'int family, int type, int protocol'],
  socketpair:       [  53,  360,  199, 'int family, int type, int protocol, wr usockvec'],
  bind:             [  49,  361,  200, 'fd fd, rd umyaddr, size addrlen'],
  connect:          [  42,  362,  203, 'fd fd, rd uservaddr, size addrlen'],
  listen:           [  50,  363,  201, 'fd fd, int backlog'],
  accept:           [  43,   -1,  202, 'fd fd, wr upeer_sockaddr, rw upeer_addrlen'],
  accept4:          [ 288,  364,  242, 'fd fd, wr upeer_sockaddr, rw upeer_addrlen, flags flags'],
  getsockname:      [  51,  367,  204, 'fd fd, wr usockaddr, rw usockaddr_len'],
  getpeername:      [  52,  368,  205, 'fd fd, wr usockaddr, rw usockaddr_len'],
  getsockopt:       [  55,  365,  209, 'fd fd, int level, int optname, wr optval, rw optlen'],
  setsockopt:       [  54,  366,  208, 'fd fd, int level, int optname, rd optval, size optlen'],
  shutdown:         [  48,  373,  210, 'fd fd, int how'],
  send:             [  -1,   -1,   -1, 'fd fd, in buff len, size len, flags flags'],
  recv:             [  -1,   -1,   -1, 'fd fd, out ubuf size, size size, flags flags'],
  sendto:           [  44,  369,  206, 'fd fd, in buff len, size len, flags flags, rd addr, size addr_len'],
  recvfrom:         [  45,  371,  207, 'fd fd, out ubuf size, size size, flags flags, wr addr, rw addr_len'],
  sendmsg:          [  46,  370,  211, 'fd fd, iovin msg, flags flags'],
  recvmsg:          [  47,  372,  212, 'fd fd, iovout msg, flags flags'],
  sendmmsg:         [ 307,  345,  269, 'fd fd, iovin mmsg, int vlen, flags flags'],
  recvmmsg:         [ 299,  337,  243, 'fd fd, iovout mmsg, int vlen, flags flags, rw timeout'],
  recvmmsg_time64:  [  -1,  417,   -1, 'fd fd, iovout mmsg, int vlen, flags flags, rw timeout'],
  socketcall:       [  -1,  102,   -1, 'int call, rd args'],
  sethostname:      [ 170,   74,  161, 'in name len, size len'],
  setdomainname:    [ 171,  121,  162, 'in name len, size len'],
} as const satisfies Record<string, SyscallRow>;
