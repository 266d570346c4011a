// Calls of the category 'time'. Clocks, timers and sleeping.
// Numbers: x86_64, i386, arm64, -1 where the ABI has none; then the arguments in the notation of args.ts. Sources: ../syscalls.ts.
import type { SyscallRow } from '../syscalls.ts';

// oxfmt-ignore
export const TIME_CALLS = {
  time:                    [ 201,   13,   -1, 'wr tloc'],
  stime:                   [  -1,   25,   -1, 'rd tptr'],
  gettimeofday:            [  96,   78,  169, 'wr tv, wr tz'],
  settimeofday:            [ 164,   79,  170, 'rd tv, rd tz'],
  adjtimex:                [ 159,  124,  171, 'rw txc_p'],
  clock_gettime:           [ 228,  265,  113, 'int which_clock, wr tp'],
  clock_gettime64:         [  -1,  403,   -1, 'int which_clock, wr tp'],
  clock_settime:           [ 227,  264,  112, 'int which_clock, rd tp'],
  clock_settime64:         [  -1,  404,   -1, 'int which_clock, rd tp'],
  clock_getres:            [ 229,  266,  114, 'int which_clock, wr tp'],
  clock_getres_time64:     [  -1,  406,   -1, 'int which_clock, wr tp'],
  clock_adjtime:           [ 305,  343,  266, 'int which_clock, rw utx'],
  clock_adjtime64:         [  -1,  405,   -1, 'int which_clock, rw utx'],
  clock_nanosleep:         [ 230,  267,  115, 'int which_clock, flags flags, rd rqtp, wr rmtp'],
  clock_nanosleep_time64:  [  -1,  407,   -1, 'int which_clock, flags flags, rd rqtp, wr rmtp'],
  nanosleep:               [  35,  162,  101, 'rd rqtp, wr rmtp'],
  alarm:                   [  37,   27,   -1, 'int seconds'],
  getitimer:               [  36,  105,  102, 'int which, wr value'],
  setitimer:               [  38,  104,  103, 'int which, rd value, wr ovalue'],
  timer_create:            [ 222,  259,  107, 'int which_clock, rd timer_event_spec, wr created_timer_id'],
  timer_settime:           [ 223,  260,  110, 'int timer_id, flags flags, rd new_setting, wr old_setting'],
  timer_settime64:         [  -1,  409,   -1, 'int timer_id, flags flags, rd new_setting, wr old_setting'],
  timer_gettime:           [ 224,  261,  108, 'int timer_id, wr setting'],
  timer_gettime64:         [  -1,  408,   -1, 'int timer_id, wr setting'],
  timer_getoverrun:        [ 225,  262,  109, 'int timer_id'],
  timer_delete:            [ 226,  263,  111, 'int timer_id'],
  timerfd_create:          [ 283,  322,   85, 'int clockid, flags flags'],
  timerfd_settime:         [ 286,  325,   86, 'fd ufd, flags flags, rd utmr, wr otmr'],
  timerfd_settime64:       [  -1,  411,   -1, 'fd ufd, flags flags, rd utmr, wr otmr'],
  timerfd_gettime:         [ 287,  326,   87, 'fd ufd, wr otmr'],
  timerfd_gettime64:       [  -1,  410,   -1, 'fd ufd, wr otmr'],
  times:                   [ 100,   43,  153, 'wr tbuf'],
} as const satisfies Record<string, SyscallRow>;
