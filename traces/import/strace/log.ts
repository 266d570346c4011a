// What the readers of lines share: the log so far, its threads and its clock, the file and line they are at.
import { RECORD_FLAGS } from '../../event.ts';
import { ByteBuffer, CH } from '../bytes.ts';
import type { BlockBuilder } from '../builder.ts';
import type { WarningCode, WarningList } from '../errors.ts';
import type { InternTable } from '../intern.ts';
import type { OpenBlock } from '../open-block.ts';
import { CallWriter } from './call-writer.ts';
import type { CallTable } from './calls.ts';
import { LogClock } from './clock.ts';
import { decodeEscapes } from './escape.ts';
import type { ExecTail } from './merge.ts';
import { PrefixReader } from './prefix.ts';
import { type Thread, ThreadTable } from './threads.ts';

const FLAG = RECORD_FLAGS;
const CLOCK_BACK_NS = 1e9;

/** Counts of lines, as the footer gives them. */
export interface LineCounts {
  lines: number;
  badLines: number;
  orphanLines: number;
  otherLines: number;
}

/** The state of an import; one for all its files. */
export class LogState {
  readonly counts: LineCounts = { lines: 0, badLines: 0, orphanLines: 0, otherLines: 0 };
  readonly clock = new LogClock();
  readonly threads = new ThreadTable();
  readonly writer: CallWriter;
  readonly strings: InternTable;
  readonly calls: CallTable;
  /** Name and index of the file, and the thread it belongs to by its name (-1 none). */
  file = '';
  source = 0;
  fileTid = -1;
  /** Line in the file, from 1. */
  line = 0;
  /** The log was taken from a terminal or a pipe where the output of the program, or of others, stands between the lines. */
  shared = false;
  /** Second halves of execve whose first halves are in another file. */
  readonly execTails: ExecTail[] = [];
  readonly prefix = new PrefixReader();
  /** Told of every row that is more than a note: what was broken before it will not be mended. */
  onRow: () => void = () => {};
  /** The prefix has a time that the clock has not read. */
  #stampIsNew = false;
  readonly #warnings: WarningList;
  readonly #builder: BlockBuilder;

  constructor(strings: InternTable, calls: CallTable, builder: BlockBuilder, warnings: WarningList) {
    this.strings = strings;
    this.calls = calls;
    this.#warnings = warnings;
    this.#builder = builder;
    this.writer = new CallWriter(strings, calls, this.threads, builder);
  }

  /** Reads the prefix of the line [start, end); returns where the body starts. */
  readPrefix(text: ByteBuffer, start: number, end: number): number {
    this.#stampIsNew = true;
    return this.prefix.read(text, start, end);
  }

  /** The thread of the line whose prefix was read last. */
  threadOf(text: ByteBuffer, resumes: number): Thread {
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
      if (!this.strings.equals(thread.comm, text, commStart, commEnd)) {
        thread.comm = this.#commId(text, commStart, commEnd);
      }
    } else if (pid >= 0 && this.writer.commsPrinted) thread.comm = 0; // an empty name is not printed
    return thread;
  }

  /** The id of a thread's name, printed with the escapes of a string. */
  #commId(text: ByteBuffer, start: number, end: number): number {
    if (text.find(CH.backslash, start, end) < 0) return this.strings.intern(text, start, end);
    const name = new ByteBuffer(end - start);
    decodeEscapes(text.bytes, start, end, name);
    return this.strings.intern(name, 0, name.length);
  }

  /** The first thread of a log on stderr is nameless until a second one comes: is `pid` its tid? */
  #nameFirst(pid: number, resumes: number): void {
    const first = this.threads.unnamed;
    if (first === undefined || this.threads.find(pid) !== undefined) return;
    if (first.pending && first.pendingName !== resumes) return;
    this.writer.nameThread(first, pid);
  }

  /** Time of the line whose prefix was read last, ns; warns when the clock went back. `isRecord`: a line without stamp may set the clock. */
  time(isRecord: boolean): number {
    const { clock } = this;
    if (!this.#stampIsNew && clock.kind !== undefined) return clock.nowNs;
    const before = clock.nowNs;
    const atNs = clock.read(this.prefix, this.counts.lines, isRecord);
    this.#stampIsNew = false;
    if (atNs < before - CLOCK_BACK_NS) this.#warnings.add('clock-back', this.file, this.line, () => '');
    return atNs;
  }

  /** Starts a row at the end of the open block: it stays if the caller raises the block's `count`. */
  startRow(kind: Parameters<CallWriter['startRow']>[0], thread: Thread, atNs: number): OpenBlock {
    const flags = this.clock.kind === 'lines' ? FLAG.noStamp : 0;
    return this.writer.startRow(kind, thread, this.line, this.source, atNs, flags);
  }

  /** The row that was started stays. */
  commit(block: OpenBlock): void {
    block.count++;
    this.onRow();
  }

  /** A call begins and is not finished on its line; [pos, end) is what is known of its arguments. */
  begin(thread: Thread, nameId: number, nr: number, text: ByteBuffer, pos: number, end: number): void {
    this.abandon(thread, 0);
    const atNs = this.time(true);
    const { writer } = this;
    const info = writer.abi.resolve(thread, nameId, nr);
    const block = this.startRow('call', thread, atNs);
    const row = block.count;
    block.flags[row]! |= FLAG.halved;
    this.commit(block);
    writer.abi.enter(thread, nameId, info, block, row);
    thread.enter(nameId, nr, block, row, text, pos, end);
  }

  /** The call that `thread` is in, if any, will not be heard of again. */
  abandon(thread: Thread, flags: number): void {
    if (!thread.pending) return;
    const block = thread.pendingBlock!;
    const row = thread.pendingRow;
    const half = thread.pendingText;
    const info = this.writer.abi.resolve(thread, thread.pendingName, thread.pendingNr);
    this.writer.writeUnfinished(half, 0, half.length, info, block, row);
    const kept = block.flags[row]! & ~FLAG.halved;
    block.flags[row] = kept | FLAG.unfinished | flags;
    this.leave(thread);
  }

  /** The call that `thread` was in is settled: its block may be handed on. */
  leave(thread: Thread): void {
    thread.leave();
    this.#builder.release();
  }

  /** A record of the recorder's words [pos, end). */
  note(thread: Thread, text: ByteBuffer, pos: number, end: number): void {
    const block = this.startRow('note', thread, this.time(false));
    block.retText[block.count] = this.strings.intern(text, pos, end);
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

  /** Warns where the last result had an error that no table knows. */
  warnErrno(text: ByteBuffer, start: number, end: number): void {
    if (this.writer.result.unknownErrno !== '') this.warn('unknown-errno', text, start, end);
  }

  /** A file begins. `tid` is that of its thread where its name says so, else -1. */
  startFile(name: string, source: number, tid: number): void {
    this.file = name;
    this.source = source;
    this.fileTid = tid;
    this.line = 0;
    if (source > 0) this.clock.startFile();
  }

  /** A line too long to be one. */
  skipLong(text: ByteBuffer): void {
    this.counts.lines++;
    this.counts.badLines++;
    this.line++;
    this.warn('long-line', text, 0, text.length);
  }
}
