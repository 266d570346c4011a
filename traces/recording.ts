// A recording as its readers see it, whichever file it came from.
import type { Block, StringTable, SyscallRef } from './event.ts';

/** One file the recording was made from. */
export interface SourceFile {
  readonly name: string;
  readonly byteSize: number;
  /** Lower-case hex, of the bytes as read (after gunzip). Empty where the importer was given none. */
  readonly sha256: string;
}

/** What is known before the first record. */
export interface RecordingHeader {
  readonly title: string;
  /** The recorded command, empty if unknown. */
  readonly command: string;
  /** 'strace' and the like. */
  readonly recorder: string;
  /** Epoch ns of time 0; 0n where the source has no absolute stamps. */
  readonly startNs: bigint;
  /** Clock of the stamps; 'lines' means that there are none and time counts lines. */
  readonly clock: 'realtime' | 'day' | 'relative' | 'lines';
  /** Smallest step of the stamps in ns (1, 1000, 1e9). */
  readonly resolutionNs: number;
  /** How many times longer a call looks than it is, through the recorder; 1 unbiased, 0 unknown. */
  readonly bias: number;
}

/** Something the importer wants a person to know; the import went on. */
export interface ImportWarning {
  readonly code: string;
  readonly file: string;
  /** From 1; 0 for the whole file. */
  readonly line: number;
  readonly message: string;
  /** The line as it stood, cut to 200 characters; empty for the whole file. */
  readonly text: string;
}

/** What is known after the last record. Of a file that was cut, it is rebuilt from the blocks, as far as they tell. */
export interface RecordingFooter {
  readonly sources: readonly SourceFile[];
  readonly lines: number;
  /** Lines that could not be read: kept, counted, reported. */
  readonly badLines: number;
  /** Second halves without a first. */
  readonly orphanLines: number;
  /** Lines that are no records of calls by design: summaries, stacks, dumps, output of the program. */
  readonly otherLines: number;
  /** The first 100 of each code. */
  readonly warnings: readonly ImportWarning[];
}

/** A run of neighbouring records of a block, as the overview draws it. */
export interface OverviewStrip {
  readonly calls: number;
  readonly packets: number;
  readonly errors: number;
  /** Earliest and latest enter. */
  readonly firstNs: number;
  readonly lastNs: number;
  readonly maxLatencyNs: number;
  /** Calls by category code, 8 values. */
  readonly categories: readonly number[];
}

/** One line of the index: what the overview draws without reading the block. */
export interface BlockSummary {
  /** Records, and calls and packets among them. */
  readonly count: number;
  readonly calls: number;
  readonly packets: number;
  readonly errors: number;
  readonly firstNs: number;
  /** Latest enter or exit in the block. */
  readonly lastNs: number;
  /** At most 16, of equally many records, in order; none of an empty block. */
  readonly strips: readonly OverviewStrip[];
}

/** What is wrong with a file that opened all the same. */
export interface Damage {
  /** Byte offset of the first thing that could not be read. */
  readonly offset: number;
  readonly message: string;
  /** Blocks and records known to be lost; -1 where nobody can know. */
  readonly lostBlocks: number;
  readonly lostRecords: number;
}

/** An open recording. Blocks are decoded when asked for. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly footer: RecordingFooter;
  readonly index: readonly BlockSummary[];
  readonly damage: Damage | undefined;
  readonly syscalls: readonly SyscallRef[];
  readonly strings: StringTable;
  /** Size of the .sct file. */
  readonly byteSize: number;
  /** Latest enter or exit of all, in ns since the start. */
  readonly durationNs: number;
  /** Decodes block `i` (0-based). Throws RangeError outside the index. */
  block(i: number): Block;
}

/** Takes what an importer makes, block by block. The .sct writer is one. */
export interface BlockSink {
  /** Called once, before the first block. `strings` and `syscalls` grow as the import goes on. */
  open(header: RecordingHeader, strings: StringTable, syscalls: readonly SyscallRef[]): void;
  /** All strings and system calls that `block` names are in the tables by now. The block is not touched afterwards. */
  block(block: Block): void;
  /** Called once, after the last block. */
  close(footer: RecordingFooter): void;
}
