// Parameters of the functions of calls of the category 'time'. Clocks and timers. Notation and source: index.ts.

// oxfmt-ignore
export const TIME_PARAMS = {
  adjtimex: 'struct __kernel_timex * txc_p',
  alarm: 'unsigned int seconds',
  clock_adjtime: 'const clockid_t which_clock, struct __kernel_timex * utx',
  clock_getres: 'const clockid_t which_clock, struct __kernel_timespec * tp',
  clock_gettime: 'const clockid_t which_clock, struct __kernel_timespec * tp',
  clock_nanosleep: 'const clockid_t which_clock, int flags, const struct __kernel_timespec * rqtp, struct __kernel_timespec * rmtp',
  clock_settime: 'const clockid_t which_clock, const struct __kernel_timespec * tp',
  getitimer: 'int which, struct __kernel_old_itimerval * value',
  gettimeofday: 'struct __kernel_old_timeval * tv, struct timezone * tz',
  nanosleep: 'struct __kernel_timespec * rqtp, struct __kernel_timespec * rmtp',
  setitimer: 'int which, struct __kernel_old_itimerval * value, struct __kernel_old_itimerval * ovalue',
  settimeofday: 'struct __kernel_old_timeval * tv, struct timezone * tz',
  time: '__kernel_old_time_t * tloc',
  timer_create: 'const clockid_t which_clock, struct sigevent * timer_event_spec, timer_t * created_timer_id',
  timer_delete: 'timer_t timer_id',
  timer_getoverrun: 'timer_t timer_id',
  timer_gettime: 'timer_t timer_id, struct __kernel_itimerspec * setting',
  timer_settime: 'timer_t timer_id, int flags, const struct __kernel_itimerspec * new_setting, struct __kernel_itimerspec * old_setting',
  timerfd_create: 'int clockid, int flags',
  timerfd_gettime: 'int ufd, struct __kernel_itimerspec * otmr',
  timerfd_settime: 'int ufd, int flags, const struct __kernel_itimerspec * utmr, struct __kernel_itimerspec * otmr',
  times: 'struct tms * tbuf',
} as const satisfies Record<string, string>;
