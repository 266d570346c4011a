// Lines that are not whole: in a log taken from stderr the program's output and strace's own messages run into the lines, and with -z and
// -Z the second half of a call stands on a line of its own, without a prefix.
//
//   write(2, "ls: ", 4ls: )         = 4                     output before the closing parenthesis: mended
//   write(2, "\n", 1                                        output with a newline: joined with the next line
//   clone(..., flags=SIGCHLDstrace: Process 732 attached    message: taken out, joined with the next line
import { ARCHS, RECORD_FLAGS } from '../../event.ts';
import { isSyscallName } from '../../tables/syscalls.ts';
import { ByteBuffer, CH, WORD_BYTES, ascii } from '../bytes.ts';
import { NumberReader } from '../number.ts';
import { TEXT } from './call-writer.ts';
import type { CallInfo } from './calls.ts';
import { ENDING, EndingReader, type Message, findMessage, isAttachment, isSummary } from './lines.ts';
import type { LogState } from './log.ts';
import type { LineReader } from './reader.ts';
import { ArgScanner } from './scan.ts';
import type { Thread } from './threads.ts';

const PID = ascii('[pid ');
/** Arguments of a call that is mended; its last one is where the output ran in. */
const NO_ARGS = 0;

/** Reads lines that are no record by themselves. */
export class Glue {
  readonly #log: LogState;
  readonly #reader: LineReader;
  readonly #ending = new EndingReader();
  readonly #scanner = new ArgScanner();
  readonly #number = new NumberReader();
  readonly #mended = new ByteBuffer(1 << 10);
  /** The thread whose call the line before left open. */
  #thread: Thread | undefined = undefined;
  /** That line stopped in the middle, without a mark. */
  #cut = false;
  /** Output of the program may follow. */
  #shared = false;
  #report: (() => void) | undefined = undefined;
  /** A summary table has begun: what is no call belongs to it. */
  #inSummary = false;

  constructor(log: LogState, reader: LineReader) {
    this.#log = log;
    this.#reader = reader;
  }

  /** The last line left a call open. */
  begin(thread: Thread, cut: boolean): void {
    this.#thread = thread;
    this.#cut = cut;
    const { pid, bracketed } = this.#log.prefix;
    this.#shared = pid < 0 || bracketed;
    this.#report = undefined;
  }

  /** A whole line followed, or the end: a call that was cut stays so. */
  end(): void {
    if (this.#thread === undefined) return;
    const report = this.#cut && this.#thread.pending ? this.#report : undefined;
    this.#thread = undefined;
    this.#cut = false;
    this.#report = undefined;
    report?.();
  }

  /** A line that is no record: what strace adds, a rest of a call, a message, or nothing known. */
  read(text: ByteBuffer, start: number, end: number): void {
    const log = this.#log;
    const { bytes } = text;
    const { counts } = log;
    if (isAttachment(text, start, end)) {
      counts.otherLines++;
      return;
    }
    if (isSummary(text, start, end)) {
      this.#inSummary = true;
      counts.otherLines++;
      return;
    }
    const message = findMessage(text, start, end);
    if (message !== undefined && message.start === start) {
      this.#readMessage(message, text, start, end);
      return;
    }
    if (message !== undefined) {
      if (this.#thread !== undefined && this.#thread.pending)
        this.#thread.pendingText.append(bytes, start, message.start);
      this.#readMessage(message, text, message.start, end);
      return;
    }
    if (this.#continue(text, start, end)) return;
    if (this.#inSummary) {
      counts.otherLines++;
      return;
    }
    if (this.#readAfterOutput(text, start, end)) return;
    this.end();
    const { pid, stamp } = log.prefix;
    if (log.shared && pid < 0 && stamp === 'none') counts.otherLines++;
    else log.bad(text, start, end);
  }

  /** A line of a call whose text is not whole: [pos, end) follows the opening parenthesis. True if something could be made of it. */
  readBroken(
    text: ByteBuffer,
    pos: number,
    end: number,
    thread: Thread,
    nameId: number,
    nr: number,
    how: number,
  ): boolean {
    const log = this.#log;
    const reader = this.#reader;
    const message = findMessage(text, pos, end);
    if (message !== undefined && message.tid >= 0) {
      this.#open(text, pos, message.start, thread, nameId, nr);
      this.#readMessage(message, text, message.start, end);
      return true;
    }
    const { pid, bracketed } = log.prefix;
    if (pid < 0 || bracketed) {
      const info = log.writer.abi.resolve(thread, nameId, nr);
      if (this.#mend(text, pos, end, info)) {
        reader.begin(thread, nameId, nr, this.#mended, 0, 0);
        log.shared = true;
        thread.pendingBlock!.flags[thread.pendingRow]! &= ~RECORD_FLAGS.halved;
        return reader.resume(this.#mended, 0, this.#mended.length, thread, false);
      }
    }
    if (how !== TEXT.cut) return false;
    this.#open(text, pos, end, thread, nameId, nr);
    return true;
  }

  /** The same for a second half: [pos, end) follows `resumed>`. */
  readBrokenHalf(text: ByteBuffer, pos: number, end: number, thread: Thread): boolean {
    const message = findMessage(text, pos, end);
    if (message !== undefined && message.tid >= 0) {
      this.#extend(text, pos, message.start, thread);
      this.#readMessage(message, text, message.start, end);
      return true;
    }
    if (this.#mendPending(text, pos, end, thread)) return true;
    if (this.#scanner.scan(text.bytes, pos, end) >= 0) return false;
    this.#extend(text, pos, end, thread);
    return true;
  }

  #open(text: ByteBuffer, pos: number, end: number, thread: Thread, nameId: number, nr: number): void {
    const reader = this.#reader;
    reader.begin(thread, nameId, nr, text, pos, end);
    this.#markCut(text, pos, end);
  }

  #extend(text: ByteBuffer, pos: number, end: number, thread: Thread): void {
    thread.pendingText.append(text.bytes, pos, end);
    this.begin(thread, true);
    this.#markCut(text, pos, end);
  }

  #markCut(text: ByteBuffer, pos: number, end: number): void {
    const log = this.#log;
    this.#cut = true;
    const { file, line } = log;
    const copy = new ByteBuffer(Math.max(end - pos, 1));
    copy.append(text.bytes, pos, end);
    this.#report = () => {
      log.counts.badLines++;
      log.warnAt('cut-line', file, line, copy, 0, copy.length);
    };
  }

  /** Joins the line to the call that the line before left open. */
  #continue(text: ByteBuffer, start: number, end: number): boolean {
    const log = this.#log;
    const thread = this.#thread;
    if (thread === undefined || !thread.pending) return false;
    const reader = this.#reader;
    const ending = this.#ending;
    if (ending.read(text, start, end) !== ENDING.none) {
      if (this.#cut) thread.pendingText.append(text.bytes, start, ending.at);
      this.#cut = false;
      return true;
    }
    if (reader.resume(text, start, end, thread, false)) {
      this.#thread = undefined;
      return true;
    }
    if (!this.#cut || !this.#shared) return false;
    if (this.#mendPending(text, start, end, thread) || this.#resumeBeforeOutput(text, start, end, thread))
      return true;
    log.counts.otherLines++; // a line of the program's output, in the middle of its own write
    return true;
  }

  /** Output with a newline ran into a call behind a comma: the line goes on from the comma. */
  #resumeBeforeOutput(text: ByteBuffer, start: number, end: number, thread: Thread): boolean {
    const half = thread.pendingText;
    const ranges = this.#scanner;
    if (ranges.scan(half.bytes, 0, half.length) >= 0 || ranges.count < 2) return false;
    const before = half.bytes.slice(0, half.length);
    half.length = ranges.ends[ranges.count - 2]! + 1;
    if (this.#reader.resume(text, start, end, thread, false)) {
      this.#thread = undefined;
      return true;
    }
    half.length = 0;
    half.append(before, 0, before.length);
    return false;
  }

  #mendPending(text: ByteBuffer, start: number, end: number, thread: Thread): boolean {
    const log = this.#log;
    const reader = this.#reader;
    const half = thread.pendingText;
    const { length } = half;
    half.append(text.bytes, start, end);
    const info = log.writer.abi.resolve(thread, thread.pendingName, thread.pendingNr);
    const mended = this.#mend(half, 0, half.length, info);
    half.length = length;
    if (!mended) return false;
    half.length = 0;
    this.#thread = undefined;
    log.shared = true;
    return reader.resume(this.#mended, 0, this.#mended.length, thread, false);
  }

  /**
   * Takes the output out of the last argument of a call, which must be a number: `4ls: ) = 4`. The mended text is in #mended;
   * false where the text has no result or the argument is none.
   */
  #mend(text: ByteBuffer, pos: number, end: number, info: CallInfo): boolean {
    const { bytes } = text;
    const { result } = this.#log.writer;
    const argCount = info.printedCount;
    if (argCount === NO_ARGS) return false;
    let close = end - 1;
    while (close >= pos && !(bytes[close] === CH.parenEnd && result.read(text, close + 1, end))) close--;
    if (close < pos) return false;
    const ranges = this.#scanner;
    ranges.scan(bytes, pos, close);
    if (ranges.count < argCount - 1) return false;
    let last = pos;
    if (argCount > 1) last = text.skipSpaces(ranges.ends[argCount - 2]! + 1, close);
    const number = this.#number;
    let after = number.read(bytes, last, close);
    if (after < 0) return false;
    // digits may be output too: a write that succeeded wrote all that it was given
    const written = String(result.lo);
    if (result.hi === 0 && String(number.lo).startsWith(written)) after = last + written.length;
    const mended = this.#mended;
    mended.length = 0;
    mended.append(bytes, pos, after);
    mended.append(bytes, close, end);
    return true;
  }

  #readMessage(message: Message, text: ByteBuffer, start: number, end: number): void {
    const log = this.#log;
    log.shared = true;
    if (message.tid < 0) {
      log.counts.otherLines++;
      return;
    }
    const { threads } = log;
    if (message.kind === '32-bit' || message.kind === '64-bit') {
      log.counts.otherLines++;
      log.writer.abi.settle(
        threads.get(message.tid),
        (message.kind === '32-bit' ? ARCHS.i386 : ARCHS.x86_64).code,
      );
      return;
    }
    log.note(threads.get(message.tid), text, start, end);
  }

  /** A line of strace behind output that did not end its own line: `hello[pid 728] close(3) = 0`. */
  #readAfterOutput(text: ByteBuffer, start: number, end: number): boolean {
    const log = this.#log;
    const { bytes } = text;
    const reader = this.#reader;
    const { pid, bracketed } = log.prefix;
    if (pid >= 0 && !bracketed) return false;
    for (let p = text.indexOf(start + 1, end, PID); p >= 0; p = text.indexOf(p + 1, end, PID)) {
      if (reader.readProper(text, p, end)) return this.#isShared();
    }
    const open = bytes.indexOf(CH.paren, start);
    if (open < 0 || open >= end) return false;
    let name = open;
    while (name > start && WORD_BYTES[bytes[name - 1]!] === 1) name--;
    for (name++; name < open; name++) {
      if (isSyscallName(text.latin1(name, open)) && reader.readProper(text, name, end))
        return this.#isShared();
    }
    return false;
  }

  #isShared(): true {
    this.#log.shared = true;
    return true;
  }
}
