// Signals of Linux on x86 and arm64.
//
// Source: asm/signal.h of Debian's linux-libc-dev 6.1. Real-time signals are counted from 32, the kernel's SIGRTMIN; strace names them
// SIGRTMIN, SIGRT_1 (33) to SIGRT_31, SIGRTMAX (64).

// oxfmt-ignore
const NUMBERS = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11,
  SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGSTKFLT: 16, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20,
  SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27, SIGWINCH: 28, SIGIO: 29,
  SIGPWR: 30, SIGSYS: 31, SIGRTMIN: 32, SIGRTMAX: 64,
} as const satisfies Record<string, number>;

const ALIASES: Readonly<Record<string, number>> = { SIGIOT: 6, SIGCLD: 17, SIGPOLL: 29, SIGUNUSED: 31 };
const RT_PREFIX = 'SIGRT_';

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...Object.entries(NUMBERS),
  ...Object.entries(ALIASES),
]);
const BY_NUMBER: ReadonlyMap<number, string> = new Map(
  Object.entries(NUMBERS).map(([name, nr]) => [nr, name]),
);

/** Signals by name (as strace and the headers spell them) and by number. */
export const SIGNALS = {
  number(name: string): number | undefined {
    if (!name.startsWith(RT_PREFIX)) return BY_NAME.get(name);
    const offset = Number(name.slice(RT_PREFIX.length));
    return Number.isInteger(offset) && offset > 0 && offset <= 32 ? 32 + offset : undefined;
  },
  name(signal: number): string | undefined {
    return BY_NUMBER.get(signal) ?? (signal > 32 && signal < 64 ? `${RT_PREFIX}${signal - 32}` : undefined);
  },
} as const;
