// Lines that tell of a thread and not of a call: signals, stops, ends.
import { SIGNALS } from '../../tables/signals.ts';
import { type ByteBuffer, ascii } from '../bytes.ts';
import type { LogState } from './log.ts';
import type { Thread } from './threads.ts';

const DASHES = ascii('--- ');
const DASHES_END = ascii(' ---');
const PLUSES = ascii('+++ ');
const PLUSES_END = ascii(' +++');
const STOPPED = ascii('stopped by ');
const EXITED = ascii('exited with ');
const KILLED = ascii('killed by ');
const SUPERSEDED = ascii('superseded by execve in pid ');

/** Reads such lines; each method returns false, with nothing changed, for a line of another kind. */
export class MarkReader {
  readonly #log: LogState;

  constructor(log: LogState) {
    this.#log = log;
  }

  /** `--- SIGCHLD {...} ---`, `--- stopped by SIGSTOP ---` */
  readSignal(text: ByteBuffer, pos: number, end: number): boolean {
    const log = this.#log;
    const to = end - DASHES_END.length;
    if (!text.startsWith(pos, end, DASHES) || !text.startsWith(to, end, DASHES_END)) return false;
    let p = pos + DASHES.length;
    const stopped = text.startsWith(p, to, STOPPED);
    if (stopped) p += STOPPED.length;
    const after = text.skipWord(p, to);
    const signal = signalNumber(text.latin1(p, after));
    if (signal === undefined) return false;
    const thread = log.threadOf(text, -1);
    const block = log.startRow(stopped ? 'stop' : 'signal', thread, log.time(true));
    block.ret[block.count * 2] = signal;
    if (after < to) block.retText[block.count] = log.strings.intern(text, after + 1, to);
    log.commit(block);
    return true;
  }

  /** `+++ exited with 0 +++`, `+++ killed by SIGKILL (core dumped) +++`, `+++ superseded by execve in pid 11 +++` */
  readEnd(text: ByteBuffer, pos: number, end: number): boolean {
    const log = this.#log;
    const to = end - PLUSES_END.length;
    const p = pos + PLUSES.length;
    if (!text.startsWith(pos, end, PLUSES) || !text.startsWith(to, end, PLUSES_END)) return false;
    if (text.startsWith(p, to, SUPERSEDED)) {
      const thread = log.threadOf(text, -1);
      log.note(thread, text, p, to);
      this.#supersede(thread, Number(text.latin1(p + SUPERSEDED.length, to)));
      return true;
    }
    const exited = text.startsWith(p, to, EXITED);
    if (!exited && !text.startsWith(p, to, KILLED)) return false;
    const from = p + (exited ? EXITED : KILLED).length;
    const after = text.skipWord(from, to);
    const word = text.latin1(from, after);
    const value = exited ? Number(word) : signalNumber(word);
    if (value === undefined || !Number.isInteger(value)) return false;
    const thread = log.threadOf(text, -1);
    const block = log.startRow(exited ? 'exit' : 'killed', thread, log.time(true));
    block.ret[block.count * 2] = value;
    if (after + 1 < to) block.retText[block.count] = log.strings.intern(text, after + 1, to);
    log.commit(block);
    log.abandon(thread, 0);
    log.threads.remove(thread);
    return true;
  }

  /** A thread that calls execve takes the place, and the tid, of its leader. */
  #supersede(leader: Thread, tid: number): void {
    const log = this.#log;
    log.abandon(leader, 0);
    leader.takenBy = tid;
    const other = log.threads.find(tid);
    if (other === undefined || other === leader) return;
    log.threads.remove(other);
    leader.arch = other.arch;
    leader.archSure = other.archSure;
    leader.adopt(other);
  }
}

function signalNumber(word: string): number | undefined {
  const nr = SIGNALS.number(word) ?? Number(word);
  return Number.isInteger(nr) && nr > 0 && nr < 128 ? nr : undefined;
}
