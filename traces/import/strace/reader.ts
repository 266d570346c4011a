// One line of a log after another, into rows.
//
//   line -> prefix (thread, stamp) -> body: call | <... resumed> | --- signal --- | +++ end +++ | anything else (glue.ts)
import { RECORD_FLAGS } from '../../event.ts';
import { SIGNALS } from '../../tables/signals.ts';
import { isSyscallName } from '../../tables/syscalls.ts';
import { type ByteBuffer, CH, WORD_BYTES, ascii } from '../bytes.ts';
import type { BlockBuilder } from '../builder.ts';
import type { WarningCode, WarningList } from '../errors.ts';
import type { InternTable } from '../intern.ts';
import type { OpenBlock } from '../open-block.ts';
import { CallWriter, TEXT } from './call-writer.ts';
import { type CallTable } from './calls.ts';
import { LogClock } from './clock.ts';
import { Glue } from './glue.ts';
import { ENDING, EndingReader, RESUMED_END, RESUMED_START } from './lines.ts';
import type { ExecTail } from './merge.ts';
import { PrefixReader } from './prefix.ts';
import { type Thread, ThreadTable } from './threads.ts';

const C = CH;
const WORD = WORD_BYTES;
const FLAG = RECORD_FLAGS;
const STATE = TEXT;
const MARK = ENDING;

const DASHES = ascii('--- ');
const DASHES_END = ascii(' ---');
const PLUSES = ascii('+++ ');
const PLUSES_END = ascii(' +++');
const STOPPED = ascii('stopped by ');
const EXITED = ascii('exited with ');
const KILLED = ascii('killed by ');
const SUPERSEDED = ascii('superseded by execve in pid ');
const CLOCK_BACK_NS = 1e9;

/** Counts of lines, as the footer gives them. */
export interface LineCounts {
  lines: number;
  badLines: number;
  orphanLines: number;
  otherLines: number;
}

/** Reads lines. One for all files of an import. */
export class LineReader {
  readonly counts: LineCounts = { lines: 0, badLines: 0, orphanLines: 0, otherLines: 0 };
  readonly clock = new LogClock();
  readonly threads: ThreadTable;
  readonly writer: CallWriter;
  /** Name and index of the file, and the thread it belongs to by its name (-1 none). */
  file = '';
  source = 0;
  fileTid = -1;
  /** Line in the file, from 1. */
  line = 0;
  /** The log was taken from a terminal or a pipe where the output of the program, or of others, stands between the lines. */
  shared = false;
  readonly prefix = new PrefixReader();
  /** Second halves of execve whose first halves are in another file. */
  readonly execTails: ExecTail[] = [];
  readonly #ending = new EndingReader();
  readonly #glue: Glue;
  readonly #calls: CallTable;
  readonly #strings: InternTable;
  readonly #warnings: WarningList;
  readonly #builder: BlockBuilder;

  constructor(strings: InternTable, calls: CallTable, builder: BlockBuilder, warnings: WarningList) {
    this.#strings = strings;
    this.#calls = calls;
    this.#warnings = warnings;
    this.#builder = builder;
    this.threads = new ThreadTable();
    this.writer = new CallWriter(strings, calls, this.threads, builder);
    this.#glue = new Glue(this);
  }

  /** Reads the line [start, end) of `text`, without its newline. */
  read(text: ByteBuffer, start: number, end: number): void {
    this.counts.lines++;
    this.line++;
    this.readPart(text, start, end);
  }

  /** Reads a line or what is left of one. */
  readPart(text: ByteBuffer, start: number, end: number): void {
    if (this.readProper(text, start, end)) return;
    this.#glue.read(text, start, end);
  }

  /** Reads the line if it is one that strace prints in one piece. False, and nothing changed, if it is not. */
  readProper(text: ByteBuffer, start: number, end: number): boolean {
    const { bytes } = text;
    const pos = this.prefix.read(text, start, end);
    if (pos >= end) return false;
    const first = bytes[pos]!;
    if (WORD[first] === 1) return this.#readCall(text, pos, end);
    if (first === C.less) return this.#readResumed(text, pos, end);
    if (first === C.minus) return this.#readSignal(text, pos, end);
    if (first === C.plus) return this.#readEnd(text, pos, end);
    return false;
  }

  #readCall(text: ByteBuffer, pos: number, end: number): boolean {
    const { bytes } = text;
    let p = text.skipWord(pos, end);
    if (p >= end || bytes[p] !== C.paren) return false;
    const calls = this.#calls;
    const nameId = calls.nameId(text, pos, p);
    const { nr, pid, stamp } = this.prefix;
    if (nr < 0 && pid < 0 && stamp === 'none' && !calls.isName(nameId)) return false;
    p++;
    const ending = this.#ending;
    const mark = ending.read(text, p, end);
    const thread = this.#thread(text, -1);
    if (mark !== MARK.none) {
      this.begin(thread, nameId, nr, text, p, ending.at);
      if (mark === MARK.detached) this.abandon(thread, FLAG.detached);
      return true;
    }
    const atNs = this.#time(true);
    const { writer } = this;
    const info = writer.resolve(thread, nameId, nr);
    const block = this.#startRow('call', thread, atNs);
    const row = block.count;
    const whole = writer.write(text, p, end, info, block, row);
    if (whole !== STATE.whole) return this.#glue.readBroken(text, p, end, thread, nameId, nr, whole);
    this.#commit(block);
    writer.enter(thread, nameId, info, block, row);
    const { durationNs } = writer.result;
    if (durationNs >= 0) {
      block.exitNs[row] = atNs + durationNs;
      block.flags[row]! |= FLAG.measured;
    }
    this.#warnErrno(text, pos, end);
    writer.conclude(thread, info, block, row);
    if (thread.pending) this.abandon(thread, 0);
    return true;
  }

  /** `<... name resumed>` and the second half of a call. */
  #readResumed(text: ByteBuffer, pos: number, end: number): boolean {
    const { bytes } = text;
    if (!text.startsWith(pos, end, RESUMED_START)) return false;
    const from = pos + RESUMED_START.length;
    const p = text.skipWord(from, end);
    if (!text.startsWith(p, end, RESUMED_END)) return false;
    const nameId = this.#calls.nameId(text, from, p);
    const { nr } = this.prefix;
    const thread = this.#thread(text, nameId);
    const rest = p + RESUMED_END.length;
    this.#glue.end();
    if (thread.pendingName !== nameId && thread.takenBy >= 0 && this.writer.splitFiles) {
      this.execTails.push({ source: this.source, line: this.line, tid: thread.takenBy });
      thread.takenBy = -1;
      this.#readSecondHalf(text, rest, end, thread, nameId, nr);
      return true;
    }
    if (thread.pendingName !== nameId) {
      this.abandon(thread, 0);
      this.counts.orphanLines++;
      this.warn('orphan-resumed', text, pos, end);
      this.#readSecondHalf(text, rest, end, thread, nameId, nr);
      return true;
    }
    const mark = this.#ending.read(text, rest, end);
    if (mark !== MARK.none) {
      thread.pendingText.append(bytes, rest, this.#ending.at);
      this.#glue.begin(thread, false);
      return true;
    }
    return this.resume(text, rest, end, thread, true) || this.#glue.readBrokenHalf(text, rest, end, thread);
  }

  /**
   * Joins [pos, end) to the call `thread` is in and completes it; `stamped`: the line has a time of its own, that of the exit.
   * False, with nothing changed, if that makes no call.
   */
  resume(text: ByteBuffer, pos: number, end: number, thread: Thread, stamped: boolean): boolean {
    const half = thread.pendingText;
    const { length } = half;
    half.append(text.bytes, pos, end);
    const block = thread.pendingBlock!;
    const row = thread.pendingRow;
    const { writer } = this;
    const info = writer.resolve(thread, thread.pendingName, thread.pendingNr);
    if (writer.write(half, 0, half.length, info, block, row) !== STATE.whole) {
      half.length = length;
      return false;
    }
    const atNs = this.#time(true);
    block.sys[row] = info.sys;
    const { result } = writer;
    if (result.durationNs >= 0) {
      block.exitNs[row] = block.enterNs[row]! + result.durationNs;
      block.flags[row]! |= FLAG.measured;
    } else if (stamped && (result.flags & FLAG.noReturn) === 0 && this.clock.kind !== 'lines') {
      block.exitNs[row] = atNs;
    }
    this.#warnErrno(text, pos, end);
    writer.conclude(thread, info, block, row);
    this.#leave(thread); // the block may be handed on now
    return true;
  }

  /** A second half without a first: the log began, or was filtered, in the middle of the call. */
  #readSecondHalf(
    text: ByteBuffer,
    pos: number,
    end: number,
    thread: Thread,
    nameId: number,
    nr: number,
  ): void {
    const atNs = this.#time(true);
    const { writer } = this;
    const info = writer.resolve(thread, nameId, nr);
    const block = this.#startRow('call', thread, atNs);
    const row = block.count;
    block.flags[row]! |= FLAG.halved;
    const { result } = writer;
    if (writer.writeResult(text, pos, end, info, block, row)) {
      if (result.durationNs >= 0) {
        block.flags[row]! |= FLAG.measured;
        block.enterNs[row] = atNs - result.durationNs;
      }
      if ((result.flags & FLAG.noReturn) === 0) block.exitNs[row] = atNs;
    } else {
      block.flags[row]! |= FLAG.unfinished;
    }
    this.#commit(block);
    writer.enter(thread, nameId, info, block, row);
  }

  /** `--- SIGCHLD {...} ---`, `--- stopped by SIGSTOP ---` */
  #readSignal(text: ByteBuffer, pos: number, end: number): boolean {
    const to = end - DASHES_END.length;
    if (!text.startsWith(pos, end, DASHES) || !text.startsWith(to, end, DASHES_END)) return false;
    let p = pos + DASHES.length;
    const stopped = text.startsWith(p, to, STOPPED);
    if (stopped) p += STOPPED.length;
    const after = text.skipWord(p, to);
    const signal = signalNumber(text.latin1(p, after));
    if (signal === undefined) return false;
    const thread = this.#thread(text, -1);
    const block = this.#startRow(stopped ? 'stop' : 'signal', thread, this.#time(true));
    block.ret[block.count * 2] = signal;
    if (after < to) block.retText[block.count] = this.#strings.intern(text, after + 1, to);
    this.#commit(block);
    return true;
  }

  /** `+++ exited with 0 +++`, `+++ killed by SIGKILL (core dumped) +++`, `+++ superseded by execve in pid 11 +++` */
  #readEnd(text: ByteBuffer, pos: number, end: number): boolean {
    const to = end - PLUSES_END.length;
    const p = pos + PLUSES.length;
    if (!text.startsWith(pos, end, PLUSES) || !text.startsWith(to, end, PLUSES_END)) return false;
    if (text.startsWith(p, to, SUPERSEDED)) {
      const thread = this.#thread(text, -1);
      this.note(thread, text, p, to);
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
    const thread = this.#thread(text, -1);
    const block = this.#startRow(exited ? 'exit' : 'killed', thread, this.#time(true));
    block.ret[block.count * 2] = value;
    if (after + 1 < to) block.retText[block.count] = this.#strings.intern(text, after + 1, to);
    this.#commit(block);
    this.abandon(thread, 0);
    this.threads.remove(thread);
    return true;
  }

  /** A thread that calls execve takes the place, and the tid, of its leader. */
  #supersede(leader: Thread, tid: number): void {
    this.abandon(leader, 0);
    leader.takenBy = tid;
    const other = this.threads.find(tid);
    if (other === undefined || other === leader) return;
    this.threads.remove(other);
    leader.arch = other.arch;
    leader.archSure = other.archSure;
    leader.adopt(other);
  }

  /** A call begins and is not finished on its line; [pos, end) is what is known of its arguments. */
  begin(thread: Thread, nameId: number, nr: number, text: ByteBuffer, pos: number, end: number): void {
    this.abandon(thread, 0);
    const atNs = this.#time(true);
    const { writer } = this;
    const info = writer.resolve(thread, nameId, nr);
    const block = this.#startRow('call', thread, atNs);
    const row = block.count;
    block.flags[row]! |= FLAG.halved;
    this.#commit(block);
    writer.enter(thread, nameId, info, block, row);
    thread.enter(nameId, nr, block, row, text, pos, end);
    this.#glue.begin(thread, false);
  }

  /** The call that `thread` is in, if any, will not be heard of again. */
  abandon(thread: Thread, flags: number): void {
    if (!thread.pending) return;
    const block = thread.pendingBlock!;
    const row = thread.pendingRow;
    const half = thread.pendingText;
    const info = this.writer.resolve(thread, thread.pendingName, thread.pendingNr);
    this.writer.writeUnfinished(half, 0, half.length, info, block, row);
    const kept = block.flags[row]! & ~FLAG.halved;
    block.flags[row] = kept | FLAG.unfinished | flags;
    this.#leave(thread);
  }

  #leave(thread: Thread): void {
    thread.leave();
    this.#builder.release();
  }

  /** A record of the recorder's words [pos, end). */
  note(thread: Thread, text: ByteBuffer, pos: number, end: number): void {
    const block = this.#startRow('note', thread, this.#time(false));
    block.retText[block.count] = this.#strings.intern(text, pos, end);
    block.count++;
  }

  /** A line that cannot be read: counted, reported, kept as a note. */
  bad(text: ByteBuffer, start: number, end: number): void {
    this.counts.badLines++;
    this.warn('bad-line', text, start, end);
    const { pid } = this.prefix;
    const thread = (pid >= 0 ? this.threads.find(pid) : undefined) ?? this.threads.any();
    this.note(thread, text, start, end);
  }

  warn(code: WarningCode, text: ByteBuffer, start: number, end: number): void {
    this.warnAt(code, this.file, this.line, text, start, end);
  }

  /** Warns of a line that was read before. */
  warnAt(code: WarningCode, file: string, line: number, text: ByteBuffer, start: number, end: number): void {
    this.#warnings.add(code, file, line, () => text.latin1(start, Math.min(end, start + 200)));
  }

  /** Whether [start, end) is the name of a system call. */
  isCallAt(text: ByteBuffer, start: number, end: number): boolean {
    return isSyscallName(text.latin1(start, end));
  }

  /** A file begins. `tid` is that of its thread where its name says so, else -1. */
  startFile(name: string, source: number, tid: number): void {
    this.file = name;
    this.source = source;
    this.fileTid = tid;
    this.line = 0;
    if (source > 0) this.clock.startFile();
  }

  /** It ends: calls of its thread that are still running stay so; those of a log of many threads may go on in the next file. */
  endFile(): void {
    this.#glue.end();
    if (this.fileTid < 0) return;
    const thread = this.threads.find(this.fileTid);
    if (thread === undefined) return;
    this.abandon(thread, 0);
    this.threads.remove(thread);
  }

  /** All ends. */
  endAll(): void {
    this.#glue.end();
    for (const thread of this.threads.alive) this.abandon(thread, 0);
  }

  /** A line too long to be one. */
  skipLong(text: ByteBuffer): void {
    this.counts.lines++;
    this.counts.badLines++;
    this.line++;
    this.warn('long-line', text, 0, text.length);
  }

  #warnErrno(text: ByteBuffer, start: number, end: number): void {
    if (this.writer.result.unknownErrno !== '') this.warn('unknown-errno', text, start, end);
  }

  /** The thread of the line whose prefix was read last. */
  #thread(text: ByteBuffer, resumes: number): Thread {
    const { pid, bracketed, commStart, commEnd } = this.prefix;
    let thread: Thread;
    if (pid >= 0) {
      if (bracketed) {
        this.shared = true;
        this.#nameFirst(pid, resumes);
      }
      thread = this.threads.get(pid);
    } else {
      thread = this.fileTid >= 0 ? this.threads.get(this.fileTid) : this.threads.sole(resumes);
    }
    if (commEnd > commStart) {
      this.writer.commsPrinted = true;
      if (!this.#strings.equals(thread.comm, text, commStart, commEnd)) {
        thread.comm = this.#strings.intern(text, commStart, commEnd);
      }
    }
    return thread;
  }

  /** The first thread of a log on stderr is nameless until a second one comes: is `pid` its tid? */
  #nameFirst(pid: number, resumes: number): void {
    const first = this.threads.unnamed;
    if (first === undefined || this.threads.find(pid) !== undefined) return;
    if (first.pending && first.pendingName !== resumes) return;
    this.writer.nameThread(first, pid);
  }

  /** Time of the line; warns when the clock went back. */
  #time(isRecord: boolean): number {
    const before = this.clock.nowNs;
    const atNs = this.clock.read(this.prefix, this.counts.lines, isRecord);
    if (atNs < before - CLOCK_BACK_NS) this.#warnings.add('clock-back', this.file, this.line, () => '');
    return atNs;
  }

  #startRow(kind: Parameters<CallWriter['startRow']>[0], thread: Thread, atNs: number): OpenBlock {
    const flags = this.clock.kind === 'lines' ? FLAG.noStamp : 0;
    return this.writer.startRow(kind, thread, this.line, this.source, atNs, flags);
  }

  /** The row that was started stays, and what was broken before it will not be mended. */
  #commit(block: OpenBlock): void {
    block.count++;
    this.#glue.end();
  }
}

function signalNumber(word: string): number | undefined {
  const nr = SIGNALS.number(word) ?? Number(word);
  return Number.isInteger(nr) && nr > 0 && nr < 128 ? nr : undefined;
}
