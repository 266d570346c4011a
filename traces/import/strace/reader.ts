// One line of a log after another, into rows.
//
//   line -> prefix (thread, stamp) -> body: call | <... resumed> | --- signal --- and +++ end +++ (marks.ts) | anything else (glue.ts)
import { RECORD_FLAGS } from '../../event.ts';
import { type ByteBuffer, CH, WORD_BYTES } from '../bytes.ts';
import { TEXT } from './call-writer.ts';
import { Glue } from './glue.ts';
import { ENDING, EndingReader, RESUMED_END, RESUMED_START } from './lines.ts';
import type { LogState } from './log.ts';
import { MarkReader } from './marks.ts';
import type { Thread } from './threads.ts';

const C = CH;
const WORD = WORD_BYTES;
const FLAG = RECORD_FLAGS;
const STATE = TEXT;
const MARK = ENDING;

/** Reads lines. One for all files of an import. */
export class LineReader {
  readonly #log: LogState;
  readonly #ending = new EndingReader();
  readonly #marks: MarkReader;
  readonly #glue: Glue;

  constructor(log: LogState) {
    this.#log = log;
    this.#marks = new MarkReader(log);
    const glue = new Glue(log, this);
    this.#glue = glue;
    log.onRow = () => glue.end();
  }

  /** Reads the line [start, end) of `text`, without its newline. */
  read(text: ByteBuffer, start: number, end: number): void {
    this.#log.counts.lines++;
    this.#log.line++;
    if (!this.readProper(text, start, end)) this.#glue.read(text, start, end);
  }

  /** Reads the line if it is one that strace prints in one piece. False, and nothing changed, if it is not. */
  readProper(text: ByteBuffer, start: number, end: number): boolean {
    const pos = this.#log.readPrefix(text, start, end);
    if (pos >= end) return false;
    const first = text.bytes[pos]!;
    if (WORD[first] === 1) return this.#readCall(text, pos, end);
    if (first === C.less) return this.#readResumed(text, pos, end);
    if (first === C.minus) return this.#marks.readSignal(text, pos, end);
    return first === C.plus && this.#marks.readEnd(text, pos, end);
  }

  #readCall(text: ByteBuffer, pos: number, end: number): boolean {
    const log = this.#log;
    const { bytes } = text;
    let p = text.skipWord(pos, end);
    if (p >= end || bytes[p] !== C.paren) return false;
    const calls = log.calls;
    const nameId = calls.nameId(text, pos, p);
    const { nr, pid, stamp } = log.prefix;
    if (nr < 0 && pid < 0 && stamp === 'none' && !calls.isName(nameId)) return false;
    p++;
    const ending = this.#ending;
    const mark = ending.read(text, p, end);
    const thread = log.threadOf(text, -1);
    if (mark !== MARK.none) {
      this.begin(thread, nameId, nr, text, p, ending.at);
      if (mark === MARK.detached) log.abandon(thread, FLAG.detached);
      return true;
    }
    const atNs = log.time(true);
    const { writer } = log;
    const info = writer.abi.resolve(thread, nameId, nr);
    const block = log.startRow('call', thread, atNs);
    const row = block.count;
    const whole = writer.write(text, p, end, info, block, row);
    if (whole !== STATE.whole) return this.#glue.readBroken(text, p, end, thread, nameId, nr, whole);
    log.commit(block);
    writer.abi.enter(thread, nameId, info, block, row);
    const { durationNs } = writer.result;
    if (durationNs >= 0) {
      block.exitNs[row] = atNs + durationNs;
      block.flags[row]! |= FLAG.measured;
    }
    log.warnErrno(text, pos, end);
    writer.conclude(thread, info, block, row);
    if (thread.pending) log.abandon(thread, 0);
    return true;
  }

  /** A call begins and is not finished on its line; [pos, end) is what is known of its arguments. */
  begin(thread: Thread, nameId: number, nr: number, text: ByteBuffer, pos: number, end: number): void {
    this.#log.begin(thread, nameId, nr, text, pos, end);
    this.#glue.begin(thread, false);
  }

  /** `<... name resumed>` and the second half of a call. */
  #readResumed(text: ByteBuffer, pos: number, end: number): boolean {
    const log = this.#log;
    const { bytes } = text;
    if (!text.startsWith(pos, end, RESUMED_START)) return false;
    const from = pos + RESUMED_START.length;
    const p = text.skipWord(from, end);
    if (!text.startsWith(p, end, RESUMED_END)) return false;
    const nameId = log.calls.nameId(text, from, p);
    const { nr } = log.prefix;
    const thread = log.threadOf(text, nameId);
    const rest = p + RESUMED_END.length;
    this.#glue.end();
    if (thread.pendingName !== nameId && thread.takenBy >= 0 && log.writer.splitFiles) {
      log.execTails.push({ source: log.source, line: log.line, tid: thread.takenBy });
      thread.takenBy = -1;
      this.#readSecondHalf(text, rest, end, thread, nameId, nr);
      return true;
    }
    if (thread.pendingName !== nameId) {
      log.abandon(thread, 0);
      log.counts.orphanLines++;
      log.warn('orphan-resumed', text, pos, end);
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
    const log = this.#log;
    const half = thread.pendingText;
    const { length } = half;
    half.append(text.bytes, pos, end);
    const block = thread.pendingBlock!;
    const row = thread.pendingRow;
    const { writer } = log;
    const info = writer.abi.resolve(thread, thread.pendingName, thread.pendingNr);
    if (writer.write(half, 0, half.length, info, block, row) !== STATE.whole) {
      half.length = length;
      return false;
    }
    const atNs = log.time(true);
    block.sys[row] = info.sys;
    const { result } = writer;
    if (result.durationNs >= 0) {
      block.exitNs[row] = block.enterNs[row]! + result.durationNs;
      block.flags[row]! |= FLAG.measured;
    } else if (stamped && (result.flags & FLAG.noReturn) === 0 && log.clock.kind !== 'lines') {
      block.exitNs[row] = atNs;
    }
    log.warnErrno(text, pos, end);
    writer.conclude(thread, info, block, row);
    log.leave(thread); // the block may be handed on now
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
    const log = this.#log;
    const atNs = log.time(true);
    const { writer } = log;
    const info = writer.abi.resolve(thread, nameId, nr);
    const block = log.startRow('call', thread, atNs);
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
    log.commit(block);
    writer.abi.enter(thread, nameId, info, block, row);
  }

  /** It ends: calls of its thread that are still running stay so; those of a log of many threads may go on in the next file. */
  endFile(): void {
    const log = this.#log;
    this.#glue.end();
    if (log.fileTid < 0) return;
    const thread = log.threads.find(log.fileTid);
    if (thread === undefined) return;
    log.abandon(thread, 0);
    log.threads.remove(thread);
  }

  /** All ends. */
  endAll(): void {
    this.#glue.end();
    for (const thread of this.#log.threads.alive) this.#log.abandon(thread, 0);
  }
}
