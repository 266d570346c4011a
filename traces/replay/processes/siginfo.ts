// Signals as a recorder prints them: siginfo, and what rt_sigaction was given.
import type { SignalInfo } from '../../../vm/index.ts';
import { constantValue } from '../../tables/constants.ts';
import { SIGNALS } from '../../tables/signals.ts';
import { memberPattern } from './call.ts';

/** si_code of all signals, then by signal. @see include/uapi/asm-generic/siginfo.h */
// oxfmt-ignore
export const SI = {
  SI_USER: 0, SI_KERNEL: 0x80, SI_QUEUE: -1, SI_TIMER: -2, SI_MESGQ: -3, SI_ASYNCIO: -4, SI_SIGIO: -5, SI_TKILL: -6, SI_DETHREAD: -7,
  SI_ASYNCNL: -60,
  CLD_EXITED: 1, CLD_KILLED: 2, CLD_DUMPED: 3, CLD_TRAPPED: 4, CLD_STOPPED: 5, CLD_CONTINUED: 6,
  SEGV_MAPERR: 1, SEGV_ACCERR: 2, SEGV_BNDERR: 3, SEGV_PKUERR: 4, SEGV_ACCADI: 5, SEGV_ADIDERR: 6, SEGV_ADIPERR: 7, SEGV_MTEAERR: 8,
  SEGV_MTESERR: 9, SEGV_CPERR: 10,
  BUS_ADRALN: 1, BUS_ADRERR: 2, BUS_OBJERR: 3, BUS_MCEERR_AR: 4, BUS_MCEERR_AO: 5,
  FPE_INTDIV: 1, FPE_INTOVF: 2, FPE_FLTDIV: 3, FPE_FLTOVF: 4, FPE_FLTUND: 5, FPE_FLTRES: 6, FPE_FLTINV: 7, FPE_FLTSUB: 8,
  ILL_ILLOPC: 1, ILL_ILLOPN: 2, ILL_ILLADR: 3, ILL_ILLTRP: 4, ILL_PRVOPC: 5, ILL_PRVREG: 6, ILL_COPROC: 7, ILL_BADSTK: 8,
  TRAP_BRKPT: 1, TRAP_TRACE: 2, TRAP_BRANCH: 3, TRAP_HWBKPT: 4, TRAP_UNK: 5, TRAP_PERF: 6,
  SYS_SECCOMP: 1, SYS_USER_DISPATCH: 2, POLL_IN: 1, POLL_OUT: 2, POLL_MSG: 3, POLL_ERR: 4, POLL_PRI: 5, POLL_HUP: 6,
} as const satisfies Record<string, number>;
const CODES: ReadonlyMap<string, number> = new Map(Object.entries(SI));

/** sa_flags. @see include/uapi/asm-generic/signal-defs.h, arch/x86/include/uapi/asm/signal.h */
const SA: ReadonlyMap<string, bigint> = new Map(
  Object.entries({
    SA_NOCLDSTOP: 0x1n,
    SA_NOCLDWAIT: 0x2n,
    SA_SIGINFO: 0x4n,
    SA_UNSUPPORTED: 0x400n,
    SA_EXPOSE_TAGBITS: 0x800n,
    SA_RESTORER: 0x4000000n,
    SA_ONSTACK: 0x8000000n,
    SA_RESTART: 0x10000000n,
    SA_NODEFER: 0x40000000n,
    SA_RESETHAND: 0x80000000n,
  }),
);

/** Signals that come of what the thread itself just did, where si_code is above 0. */
export const FAULTS: ReadonlySet<number> = new Set([4, 5, 7, 8, 11, 31]);

/** `{si_signo=SIGUSR1, si_code=SI_USER, si_pid=7<sh>, si_uid=0}`; undefined without a si_code that is known. */
export function readSiginfo(signal: number, text: string): SignalInfo | undefined {
  const code = memberOf(text, 'si_code');
  if (code === undefined) return undefined;
  const info = { signal, errno: memberOf(text, 'si_errno') ?? 0, code };
  return {
    ...info,
    pid: memberOf(text, 'si_pid'),
    uid: memberOf(text, 'si_uid'),
    status: memberOf(text, 'si_status'),
  };
}

/** The number of a printed member of a siginfo. */
export function memberOf(text: string, name: string): number | undefined {
  const printed = memberPattern(name).exec(text)?.[1]?.trim();
  if (printed === undefined || printed === '') return undefined;
  const value =
    CODES.get(printed) ?? SIGNALS.number(printed) ?? constantValue('x86_64', printed) ?? Number(printed);
  // si_code and status are ints, which -X raw prints without a sign
  return Number.isInteger(value) ? value | 0 : undefined;
}

/** What is done with a signal: handler and flags as the kernel has them. */
export interface Action {
  readonly handler?: bigint | undefined;
  readonly flags?: bigint | undefined;
}

/** `{sa_handler=0x5500, sa_mask=[], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x7f00}` */
export function readAction(text: string): Action {
  return {
    handler: handlerOf(/\bsa_(?:handler|sigaction)=([^,}]*)/.exec(text)?.[1] ?? ''),
    flags: flagsOf(/\bsa_flags=([^,}]*)/.exec(text)?.[1] ?? ''),
  };
}

function handlerOf(text: string): bigint | undefined {
  if (text === 'SIG_DFL' || text === 'NULL') return 0n;
  if (text === 'SIG_IGN') return 1n;
  return /^(?:0x[0-9a-f]+|\d+)$/.test(text) ? BigInt(text) : undefined;
}

function flagsOf(text: string): bigint | undefined {
  let flags = 0n;
  for (const part of text.split('|')) {
    const bit = SA.get(part) ?? (/^(?:0x[0-9a-f]+|\d+)$/.test(part) ? BigInt(part) : undefined);
    if (bit === undefined) return undefined;
    flags |= bit;
  }
  return flags;
}
