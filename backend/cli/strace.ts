// strace underneath `record`: which options it knows, and a FIFO between it and the importer, so that no log is written.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  type ReadStream,
  constants,
  createReadStream,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { constants as osConstants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf, reasonOf, refusal } from '../errors.ts';
import { onSignals } from './output.ts';

/** A set of options, best first. */
export interface StraceProfile {
  readonly options: readonly string[];
  /** What is missing with this set, for a person; empty for the best. */
  readonly remark: string;
}

const PROFILES: readonly StraceProfile[] = [
  {
    options: [
      '-f',
      '-Y',
      '-n',
      '-yy',
      '--absolute-timestamps=unix,ns',
      '--syscall-times=ns',
      '-X',
      'raw',
      '-s',
      '256',
    ],
    remark: '',
  },
  {
    options: ['-f', '-ttt', '-T', '-n', '-s', '256'],
    remark: 'this strace is old: times are in microseconds, and names of threads and files are not recorded',
  },
  {
    options: ['-f', '-ttt', '-T', '-s', '256'],
    remark:
      'this strace is very old: times are in microseconds, and names of threads and files are not recorded',
  },
];

/** The best set that the installed strace knows, found by tracing `true`. Throws UserError 'no-strace', 'no-ptrace', 'strace-failed'. */
export async function chooseProfile(): Promise<StraceProfile> {
  let complaint = '';
  for (const profile of PROFILES) {
    const tried = spawnSync('strace', [...profile.options, '-o', '/dev/null', 'true'], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    if (tried.error !== undefined)
      throw errnoOf(tried.error) === 'ENOENT'
        ? refusal('no-strace')
        : refusal('strace-failed', reasonOf(tried.error));
    if (tried.status === 0) return profile;
    complaint = tried.stderr.trim().split('\n')[0] ?? '';
    if (/ptrace|Operation not permitted|Permission denied|seize/i.test(complaint))
      throw refusal('no-ptrace', complaint);
  }
  throw refusal('strace-failed', complaint);
}

export interface TracedCommand {
  /** The log, as strace writes it. */
  readonly log: AsyncIterable<Uint8Array>;
  /** Of the command; 128 + signal number when a signal ended it, as shells have it. */
  readonly exitCode: Promise<number>;
}

/** Starts `command` under strace with this process's stdin, stdout and stderr. */
export async function traceCommand(
  command: readonly string[],
  profile: StraceProfile,
): Promise<TracedCommand> {
  const folder = mkdtempSync(join(tmpdir(), 'tailscope-record-'));
  const fifo = join(folder, 'strace');
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', removeFolder);
  const made = spawnSync('mkfifo', ['-m', '600', fifo], { encoding: 'utf8' });
  if (made.status !== 0) throw refusal('strace-failed', made.stderr ?? 'mkfifo is missing');
  const log = createReadStream(fifo, { highWaterMark: 1 << 20 });
  const child = spawn('strace', [...profile.options, '-o', fifo, '--', ...command], { stdio: 'inherit' });
  passSignals(child);
  const exitCode = new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(refusal('strace-failed', reasonOf(error))));
    child.on('exit', (code, signal) => {
      releaseReader(fifo);
      resolve(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal]));
    });
  });
  exitCode.catch(() => releaseReader(fifo));
  return { log: drained(log), exitCode };
}

/** The pieces of the log. Where their reader gives up the rest is thrown away, so that strace and the command go on to their end. */
async function* drained(log: ReadStream): AsyncGenerator<Uint8Array> {
  try {
    yield* log.iterator({ destroyOnReturn: false });
  } finally {
    log.resume();
  }
}

/** A reader of a FIFO waits for its first writer: if strace never came to be one, this lets it see the end. */
function releaseReader(fifo: string): void {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    if (errnoOf(error) !== 'ENXIO' && errnoOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * Signals end the command, not the recording. From a terminal the command has Ctrl-C already; otherwise, as strace does not let
 * itself be ended while it traces, the signal goes to its child.
 */
function passSignals(child: ChildProcess): void {
  const isTerminal = [0, 1, 2].some((fd) => isTty(fd));
  onSignals((signal) => {
    if (signal === 'SIGINT' && isTerminal) return;
    for (const pid of childrenOf(child.pid ?? 0)) kill(pid, signal);
  });
}

function isTty(fd: number): boolean {
  return [process.stdin, process.stdout, process.stderr][fd]?.isTTY === true;
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim() === '' ? [] : text.trim().split(' ').map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
