// The importer of strace's logs: bytes in, blocks out.
//
//   push(bytes) -> lines -> strace/reader.ts -> rows -> builder.ts -> sink
//
// One file goes through as it comes. Several files, one a thread (strace -ff: the name ends in the tid), are kept until the end and
// merged by time; see strace/merge.ts.
import type { Block, SyscallRef } from '../event.ts';
import type { BlockSink, RecordingFooter, RecordingHeader, SourceFile } from '../recording.ts';
import { BlockBuilder } from './builder.ts';
import { ByteBuffer, CH } from './bytes.ts';
import { ImportError, WarningList } from './errors.ts';
import { InternTable } from './intern.ts';
import { CallTable } from './strace/calls.ts';
import { LINE_NS } from './strace/clock.ts';
import { type ExecTail, mergeByTime } from './strace/merge.ts';
import { LogState } from './strace/log.ts';
import { LineReader } from './strace/reader.ts';
import { HEAD_BYTES, refuse } from './strace/recognise.ts';

/** Rows of a block unless the options say otherwise: what .sct is made for. */
const BLOCK_RECORDS = 4096;
/** A longer line is no line of strace. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** Bytes that are read at a time. */
const PIECE_BYTES = 1 << 18;
/** How many times longer a call looks under strace than it is; measured with find and perf on the machine of the recordings. */
const STRACE_BIAS = 27;
/** Blocks that may wait for the tid of a thread that the log has not named; then it stays UNKNOWN_TID. */
const MAX_NAMELESS_BLOCKS = 16;

/** What a caller may say about an import. */
export interface StraceOptions {
  /** Title of the recording; the name of the first file without it. */
  readonly title?: string;
  /** The recorded command; taken from the first execve without it. */
  readonly command?: string;
  /** Told the bytes read so far, all files, at most once a push. */
  readonly onBytes?: (read: number) => void;
  /** Rows of a block, 1 to 65,535. */
  readonly blockRecords?: number;
}

/** Takes the bytes of one or more files, in order. Every method but the first may throw ImportError. */
export interface StraceImporter {
  /** A file begins. */
  file(name: string): void;
  /** Its next bytes, cut anywhere. */
  push(bytes: Uint8Array): void;
  /** It ends; `sha256` of its bytes as lower-case hex, for the footer. */
  endFile(sha256?: string): void;
  /** The import ends: closes the sink and returns what it was given. */
  end(): RecordingFooter;
}

/** Makes an importer that fills `sink`. Same bytes, same blocks, however they are cut. */
export function createStraceImporter(sink: BlockSink, options: StraceOptions = {}): StraceImporter {
  return new Importer(sink, options);
}

/** What some editors put before UTF-8. */
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

class Importer implements StraceImporter {
  readonly #sink: BlockSink;
  readonly #options: StraceOptions;
  readonly #strings = new InternTable();
  readonly #calls = new CallTable();
  readonly #warnings = new WarningList();
  readonly #builder: BlockBuilder;
  readonly #log: LogState;
  readonly #reader: LineReader;
  readonly #sources: SourceFile[] = [];
  /** Bytes of the file that are not read yet: its head until it is recognised, then the begun line. */
  readonly #text = new ByteBuffer(1 << 18);
  #recognised = false;
  #skipping = false;
  #name: string | undefined = undefined;
  #fileBytes = 0;
  #allBytes = 0;
  #opened = false;
  /** All blocks of a set of files, until they are merged. */
  readonly #parts: Block[] = [];
  #split = false;
  readonly #capacity: number;
  /** Added to all times, see #open. */
  #shiftNs = 0;

  constructor(sink: BlockSink, options: StraceOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#capacity = options.blockRecords ?? BLOCK_RECORDS;
    const builder = new BlockBuilder(this.#capacity, (block) => this.#emit(block));
    this.#builder = builder;
    const log = new LogState(this.#strings, this.#calls, builder, this.#warnings);
    this.#log = log;
    this.#reader = new LineReader(log);
    builder.mustHold = () => log.threads.unnamed !== undefined && builder.held.length <= MAX_NAMELESS_BLOCKS;
  }

  file(name: string): void {
    if (this.#name !== undefined) this.endFile();
    this.#name = name;
    this.#fileBytes = 0;
    this.#recognised = false;
    this.#skipping = false;
    this.#text.length = 0;
    const tid = tidOf(name);
    const source = this.#sources.length;
    if (tid >= 0 && source === 0) {
      this.#split = true;
      this.#log.writer.splitFiles = true;
    }
    this.#log.startFile(name, source, tid);
  }

  push(bytes: Uint8Array): void {
    if (this.#name === undefined) this.file('');
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      this.#pushPiece(bytes.subarray(at, at + PIECE_BYTES));
    this.#options.onBytes?.(this.#allBytes);
  }

  #pushPiece(bytes: Uint8Array): void {
    this.#fileBytes += bytes.length;
    this.#allBytes += bytes.length;
    const text = this.#text;
    const from = this.#recognised ? text.length : 0;
    text.append(bytes, 0, bytes.length);
    if (!this.#recognised) {
      if (text.length < HEAD_BYTES) return;
      this.#recognise();
    }
    this.#readLines(from);
  }

  endFile(sha256 = ''): void {
    if (this.#name === undefined) return;
    if (!this.#recognised) {
      this.#recognise();
      this.#readLines(0);
    }
    const text = this.#text;
    if (text.length > 0 && !this.#skipping) this.#reader.read(text, 0, trimReturn(text, 0, text.length));
    text.length = 0;
    this.#reader.endFile();
    this.#sources.push({ name: this.#name, byteSize: this.#fileBytes, sha256 });
    this.#name = undefined;
  }

  end(): RecordingFooter {
    this.endFile();
    if (this.#sources.length === 0) throw new ImportError('empty', '', 0);
    const log = this.#log;
    this.#reader.endAll();
    this.#builder.finish();
    if (this.#split) {
      this.#split = false;
      const context = {
        strings: this.#strings,
        calls: this.#calls,
        tails: log.execTails,
        onOrphan: ({ source, line }: ExecTail) => {
          log.counts.orphanLines++;
          this.#warnings.add('orphan-resumed', this.#sources[source]?.name ?? '', line, () => '');
        },
        inferComms: !log.writer.commsPrinted,
      };
      for (const block of mergeByTime(this.#parts.splice(0), context, this.#capacity)) this.#emit(block);
    }
    this.#open(undefined);
    const footer: RecordingFooter = {
      sources: this.#sources,
      ...this.#log.counts,
      warnings: this.#warnings.items,
    };
    this.#sink.close(footer);
    return footer;
  }

  /** Throws unless the head of the file is that of a log. A later file of a set may be empty: its thread made no call. */
  #recognise(): void {
    const text = this.#text;
    if (text.startsWith(0, text.length, BYTE_ORDER_MARK)) {
      text.bytes.copyWithin(0, BYTE_ORDER_MARK.length, text.length);
      text.length -= BYTE_ORDER_MARK.length;
    }
    const refusal = refuse(text.bytes.subarray(0, Math.min(text.length, HEAD_BYTES)));
    if (refusal !== undefined && !(refusal === 'empty' && this.#split && this.#sources.length > 0)) {
      throw new ImportError(refusal, this.#name ?? '', 0);
    }
    this.#recognised = true;
  }

  /** Reads the whole lines of #text; no newline stands before `from`. */
  #readLines(from: number): void {
    const text = this.#text;
    const { bytes } = text;
    const filled = text.length;
    let start = 0;
    let newline = bytes.indexOf(CH.newline, from);
    while (newline >= 0 && newline < filled) {
      if (this.#skipping) this.#skipping = false;
      else this.#reader.read(text, start, trimReturn(text, start, newline));
      start = newline + 1;
      newline = bytes.indexOf(CH.newline, start);
    }
    if (start > 0) bytes.copyWithin(0, start, filled);
    text.length = filled - start;
    if (text.length > MAX_LINE_BYTES) {
      if (!this.#skipping) this.#log.skipLong(text);
      this.#skipping = true;
      text.length = 0;
    }
  }

  #emit(block: Block): void {
    if (this.#split) {
      this.#parts.push(block);
      return;
    }
    this.#open(block);
    if (this.#shiftNs > 0) {
      for (let row = 0; row < block.count; row++) {
        block.enterNs[row]! += this.#shiftNs;
        block.exitNs[row]! += this.#shiftNs;
      }
    }
    this.#sink.block(block);
  }

  /** Opens the sink. Time 0 is the first stamp, or the earliest of the first block where its lines are not in order of time. */
  #open(first: Block | undefined): void {
    if (this.#opened) return;
    this.#opened = true;
    const { title, command } = this.#options;
    const { clock } = this.#log;
    let earliestNs = 0;
    first?.enterNs.forEach((atNs) => {
      if (atNs < earliestNs) earliestNs = atNs;
    });
    this.#shiftNs = -earliestNs;
    const startNs = BigInt(clock.baseSeconds) * 1_000_000_000n + BigInt(clock.baseNs) + BigInt(earliestNs);
    const header: RecordingHeader = {
      title: title ?? this.#sources[0]?.name ?? this.#name ?? '',
      command:
        command ?? (first === undefined ? '' : firstCommand(first, this.#strings, this.#calls.syscalls)),
      recorder: 'strace',
      startNs: clock.kind === 'realtime' ? startNs : 0n,
      clock: clock.kind ?? 'lines',
      resolutionNs: clock.kind === undefined || clock.kind === 'lines' ? LINE_NS : clock.resolutionNs,
      bias: STRACE_BIAS,
    };
    this.#sink.open(header, this.#strings, this.#calls.syscalls);
  }
}

/** The arguments of the first execve, joined by spaces; empty where the block has none. */
function firstCommand(block: Block, strings: InternTable, syscalls: readonly SyscallRef[]): string {
  for (let row = 0; row < block.count; row++) {
    if (syscalls[block.sys[row]!]?.name !== 'execve' || block.errno[row] !== 0) continue;
    const words: string[] = [];
    for (let i = block.memStart[row]!; i < block.memStart[row + 1]!; i++) {
      if (block.memArg[i] === 1) words.push(strings.text(block.memBytes[i]!));
    }
    return words.join(' ');
  }
  return '';
}

/** The tid in the name of a file that strace -ff wrote: `log.1234`, also packed; -1 for other names. */
function tidOf(name: string): number {
  const match = /\.([0-9]{1,7})(?:\.(?:gz|zst|xz|bz2))?$/.exec(name);
  return match === null ? -1 : Number(match[1]);
}

/** Where the line ends without a carriage return. */
function trimReturn(text: ByteBuffer, start: number, end: number): number {
  return end > start && text.bytes[end - 1] === CH.return ? end - 1 : end;
}
