// A strace log by regular expressions alone: what outputs of programs are compared with. Knows the logs of test/cases/strace, of `strace -f -Y -yy -n -X raw -ttt -T`
// with nanoseconds and their like without names, and nothing of traces/import.
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { logPath } from './logs.ts';

/** A call that was entered. Times are ns since the first line of the log. */
export interface RawCall {
  readonly tid: number;
  readonly pid: number;
  readonly nr: number;
  readonly name: string;
  /** What stands between the parentheses, of both halves. */
  readonly args: string;
  /** Name of the process where the call was entered. */
  readonly comm: string;
  readonly enterNs: number;
  /** Undefined for a call that does not return. */
  readonly exit: RawExit | undefined;
}

export interface RawExit {
  readonly atNs: number;
  /** By -T. */
  readonly tookNs: number;
  /** The result as a number, below 0 for -errno. */
  readonly ret: number;
  readonly errno: string | undefined;
  /** Name of the process when the call has returned. */
  readonly comm: string;
  /** Its thread: another than that of the enter for an execve of a thread that is not the first. */
  readonly tid: number;
}

/** `+++ exited with 3 +++`, `+++ killed by SIGKILL +++`, `+++ superseded by execve in pid 28652 +++`. */
export interface RawEnd {
  readonly tid: number;
  readonly pid: number;
  readonly atNs: number;
  readonly status: number;
  /** 'SIGKILL'; undefined for an exit. */
  readonly signal: string | undefined;
  readonly comm: string;
  /** A first thread that made room for another one, which is the process from then on. */
  readonly isReplaced: boolean;
}

/** `--- SIGUSR1 {si_signo=10, ...} ---`: one that arrived. */
export interface RawSignal {
  readonly tid: number;
  readonly atNs: number;
  readonly fields: Readonly<Record<string, number>>;
}

export interface RawLog {
  readonly calls: readonly RawCall[];
  readonly ends: readonly RawEnd[];
  readonly signals: readonly RawSignal[];
  /** What getppid told of processes that nobody in the log made: from when on. */
  readonly told: ReadonlyMap<number, { readonly ppid: number; readonly atNs: number }>;
  /** By process: who made it, and when that call began and ended; none of the first. */
  readonly births: ReadonlyMap<
    number,
    { readonly ppid: number; readonly enterNs: number; readonly exitNs: number }
  >;
}

const LINE = /^(\d+)(?:<(.*?)>)? (\d+)\.(\d+) \[ *(-?\d+)\] (.*)$/su;
/** What is behind the arguments: a number with what it stands for, an errno or a remark, the time it took. */
const RESULT =
  /^(.*)\) += (\?|-?\d+|0x[\da-f]+)(?:<.*?>)?(?: (E[A-Z_\d]+) \(.*?\)| \(.*\))?(?: <(\d+)\.(\d+)>)?$/su;
const CLONE_THREAD = 0x1_0000;
/** Those that only tracers see. @see include/linux/errno.h */
const RESTARTS = { ERESTARTSYS: 512, ERESTARTNOINTR: 513, ERESTARTNOHAND: 514, ERESTART_RESTARTBLOCK: 516 };
const ERRNOS: Readonly<Record<string, number>> = { ...constants.errno, ...RESTARTS };

interface Line {
  readonly tid: number;
  readonly comm: string;
  readonly atNs: number;
  readonly nr: number;
  readonly text: string;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

const known = new Map<string, RawLog>();

/** The log `name` ('dd') of test/cases/strace. Read once. */
export function rawLog(name: string): RawLog {
  const log = known.get(name) ?? readLog(name);
  known.set(name, log);
  return log;
}

function readLog(name: string): RawLog {
  const lines = withTrueNames(linesOf(gunzipSync(readFileSync(logPath(name))).toString('latin1')));
  const nextComm = commsBehind(lines);
  const log = { calls: [] as Draft<RawCall>[], ends: [] as Draft<RawEnd>[], signals: [] as RawSignal[] };
  /** Calls whose second half is to come, by thread. */
  const halves = new Map<number, Draft<RawCall>>();
  /** First threads that an execve of another one took the place of. */
  const moved = new Map<number, number>();
  for (const [i, line] of lines.entries()) {
    const { tid, comm, atNs, nr, text } = line;
    const [, status, killer] = /^\+\+\+ (?:exited with (\d+)|killed by (SIG\w+).*) \+\+\+$/u.exec(text) ?? [];
    const [, other] = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/u.exec(text) ?? [];
    const [, signal] = /^--- SIG\w+ \{(.*)\} ---$/u.exec(text) ?? [];
    const [, second] = /^<\.\.\. \w+ resumed>(.*)$/su.exec(text) ?? [];
    const [, called, first] = /^(\w+)\((.*)$/su.exec(text) ?? [];
    if (status !== undefined || killer !== undefined) {
      log.ends.push({
        tid,
        pid: tid,
        atNs,
        status: Number(status ?? 0),
        signal: killer,
        comm,
        isReplaced: false,
      });
    } else if (other !== undefined) {
      moved.set(tid, Number(other));
      log.ends.push({ tid, pid: tid, atNs, status: 0, signal: undefined, comm, isReplaced: true });
    } else if (signal !== undefined) {
      log.signals.push({ tid, atNs, fields: fieldsOf(signal) });
    } else if (second !== undefined) {
      const from = halves.get(tid)?.nr === nr ? tid : (moved.get(tid) ?? tid);
      const call = halves.get(from);
      halves.delete(from);
      if (call !== undefined) finish(call, second, line, nextComm[i]);
    } else if (called !== undefined && first !== undefined) {
      const call = { tid, pid: tid, nr, name: called, args: '', comm, enterNs: atNs, exit: undefined };
      log.calls.push(call);
      if (first.endsWith(UNFINISHED)) {
        call.args = first.slice(0, -UNFINISHED.length);
        halves.set(tid, call);
      } else {
        finish(call, first, line, nextComm[i]);
      }
    }
  }
  const births = withProcesses(log);
  const told = new Map<number, { ppid: number; atNs: number }>();
  for (const { name: called, pid, exit } of log.calls) {
    if (called !== 'getppid' || exit === undefined || births.has(pid) || told.has(pid)) continue;
    told.set(pid, { ppid: exit.ret, atNs: exit.atNs });
  }
  return { ...log, told, births };
}

const UNFINISHED = ' <unfinished ...>';

/** Reads the end of a call: `rest` of its arguments, and its result. */
function finish(call: Draft<RawCall>, rest: string, { tid, comm }: Line, nextComm = comm): void {
  const [, args = rest, ret, errno, seconds, part] = RESULT.exec(rest) ?? [];
  call.args += args;
  if (seconds === undefined || part === undefined) return;
  const tookNs = Number(seconds) * 1e9 + fractionNs(part);
  const value = errno === undefined ? Number(ret) : -(ERRNOS[errno] ?? 0);
  const name = call.name === 'execve' && value === 0 ? nextComm : comm;
  call.exit = { atNs: call.enterNs + tookNs, tookNs, ret: value, errno, comm: name, tid };
}

/** Finds out which threads are of one process, and who made the processes. A thread may have lines before the call that made it is over. */
function withProcesses(log: {
  calls: readonly Draft<RawCall>[];
  ends: readonly Draft<RawEnd>[];
}): RawLog['births'] {
  const makers = log.calls.filter(
    ({ name, exit }) => /^(?:clone3?|v?fork)$/u.test(name) && exit !== undefined && exit.ret > 0,
  );
  const threads = new Map<number, number>();
  for (const { args, tid, exit } of makers) if (isThread(args)) threads.set(exit!.ret, tid);
  const pidOf = (tid: number): number => (threads.has(tid) ? pidOf(threads.get(tid)!) : tid);
  for (const one of [...log.calls, ...log.ends]) one.pid = pidOf(one.tid);
  const births = makers.filter(({ args }) => !isThread(args));
  return new Map(
    births.map(({ pid, enterNs, exit }) => [exit!.ret, { ppid: pid, enterNs, exitNs: exit!.atNs }]),
  );
}

function isThread(args: string): boolean {
  return (Number(/flags=(0x[\da-f]+)/u.exec(args)?.[1] ?? 0) & CLONE_THREAD) !== 0;
}

function linesOf(text: string): Line[] {
  let first: bigint | undefined;
  return text.split('\n').flatMap((line): Line[] => {
    const [, tid, comm = '', seconds, part, nr, rest] = LINE.exec(line) ?? [];
    if (rest === undefined || part === undefined) return [];
    const ns = BigInt(seconds!) * 1_000_000_000n + BigInt(fractionNs(part));
    first ??= ns;
    return [{ tid: Number(tid), comm, atNs: Number(ns - first), nr: Number(nr), text: rest }];
  });
}

/**
 * strace -Y asks for a name again after an execve that worked, but not where that follows one that failed: until the log has another name, or the
 * thread takes one (PR_SET_NAME), it is called by the file that it runs.
 */
function withTrueNames(lines: readonly Line[]): Line[] {
  const files = new Map<number, string>();
  const stale = new Map<number, { readonly comm: string; readonly name: string }>();
  return lines.map((line) => {
    const { tid, comm, text } = line;
    const known = stale.get(tid);
    const isNamed = known?.comm !== comm || text.startsWith('prctl(0xf, ');
    if (isNamed) stale.delete(tid);
    const [, asked] = /^execve\("(?:[^"]*\/)?([^"/]*)", /su.exec(text) ?? [];
    if (asked !== undefined) files.set(tid, asked);
    const hasWorked = /^(?:execve\(|<\.\.\. execve resumed>).* = 0 <[\d.]+>$/su.test(text);
    const file = hasWorked ? files.get(tid) : undefined;
    if (file !== undefined) stale.set(tid, { comm, name: file.slice(0, COMM_BYTES) });
    return known === undefined || isNamed ? line : { ...line, comm: known.name };
  });
}

const COMM_BYTES = 15;

/** By line: the name that its thread has on its next line. */
function commsBehind(lines: readonly Line[]): (string | undefined)[] {
  const last = new Map<number, string>();
  const behind: (string | undefined)[] = [];
  for (let i = lines.length - 1; i >= 0; i--) {
    const { tid, comm } = lines[i]!;
    behind[i] = last.get(tid);
    last.set(tid, comm);
  }
  return behind;
}

/** '294818141', '294818'. */
function fractionNs(part: string): number {
  return Number(part.padEnd(9, '0'));
}

/** 'si_signo=10, si_code=0, si_pid=28640<signals>': the numbers in it. */
function fieldsOf(text: string): Record<string, number> {
  const found = [...text.matchAll(/(\w+)=(-?(?:0x[\da-f]+|\d+))/gu)];
  return Object.fromEntries(found.map(([, name, value]) => [name!, Number(value)]));
}

/** The arguments of a call, as they are written: split at the commas that are not inside of anything. */
export function splitArgs(args: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of args.matchAll(/"(?:\\.|[^"\\])*"|<(?:->|[^>])*>|[[\](){},]/gsu)) {
    if ('[({'.includes(token)) depth += 1;
    if ('])}'.includes(token)) depth -= 1;
    if (token !== ',' || depth > 0) continue;
    parts.push(args.slice(from, index).trim());
    from = index + 1;
  }
  parts.push(args.slice(from).trim());
  return parts;
}

/** The bytes of `"..."` as UTF-8 text, and whether strace left out the end of it (`...`); undefined for what is no string. */
export function stringOf(arg: string): { readonly text: string; readonly isCut: boolean } | undefined {
  const [, inner, dots] = /^"((?:\\.|[^"\\])*)"(\.\.\.)?$/su.exec(arg) ?? [];
  if (inner === undefined) return undefined;
  const bytes = inner.replaceAll(/\\(x[\da-f]{2}|[0-7]{1,3}|.)/gsu, (_, code: string) => {
    if (code.startsWith('x')) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/u.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
  return { text: Buffer.from(bytes, 'latin1').toString('utf8'), isCut: dots !== undefined };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  v: '\v',
  f: '\f',
  a: '\u0007',
  b: '\b',
};
