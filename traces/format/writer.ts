// Writes a .sct file, block by block; nothing that was written is touched again, so a file may be read while it grows.
//
//   signature | header | per block: (strings) (syscalls) (packets) block | (strings) header syscalls footer index trailer
//
// The second header and the second list of system calls serve a reader that finds the first ones damaged.
import { CATEGORIES } from '../categories.ts';
import { NO_SYSCALL, RECORD_KINDS } from '../event.ts';
import type { Block, StringTable, SyscallRef } from '../event.ts';
import type { BlockSink, BlockSummary, RecordingFooter, RecordingHeader } from '../recording.ts';
import { categoryOf } from '../tables/index.ts';
import { encodeBlock, MAX_RECORDS } from './block.ts';
import { ByteWriter } from './bytes.ts';
import { ClockGrain } from './columns/when.ts';
import { encodeFooter, encodeHeader, encodeSyscalls } from './meta.ts';
import { SIGNATURE, writeSection } from './layout.ts';
import type { SectionType } from './layout.ts';
import type { StreamName } from './streams.ts';
import { encodeStrings } from './strings.ts';
import { encodePackets, summarizeBlock, writeSummary } from './summary.ts';

export interface SctWriterOptions {
  /** Told the stored size of each stream of each block, for measurements. */
  readonly onPacked?: (name: StreamName | 'strings', storedBytes: number) => void;
}

/**
 * A sink that makes the bytes of a .sct file and hands them to `write` in pieces, in order; a piece belongs to the receiver. The same
 * blocks give the same bytes on every machine. Blocks without records are left out. Throws RangeError for a block of more than 65,536
 * records, and Error when it is not opened once, first, and closed once, last.
 */
export function createSctWriter(
  write: (bytes: Uint8Array) => void,
  options: SctWriterOptions = {},
): BlockSink {
  return new SctWriter(write, options);
}

class SctWriter implements BlockSink {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #options: SctWriterOptions;
  #state: 'new' | 'open' | 'closed' = 'new';
  #header: RecordingHeader | undefined;
  #strings: StringTable | undefined;
  #syscalls: readonly SyscallRef[] = [];
  readonly #categories: number[] = [];
  readonly #index: { offset: number; summary: BlockSummary }[] = [];
  #offset = 0;
  #records = 0;
  #stringsWritten = 0;
  #syscallsWritten = 0;
  #lastLine = 0;
  readonly #clock = new ClockGrain();

  constructor(write: (bytes: Uint8Array) => void, options: SctWriterOptions) {
    this.#write = write;
    this.#options = options;
  }

  open(header: RecordingHeader, strings: StringTable, syscalls: readonly SyscallRef[]): void {
    this.#become('new', 'open');
    this.#header = header;
    this.#strings = strings;
    this.#syscalls = syscalls;
    this.#append(SIGNATURE.slice());
    this.#section('header', encodeHeader(header));
  }

  block(block: Block): void {
    this.#become('open', 'open');
    if (block.count === 0) return;
    if (block.count > MAX_RECORDS)
      throw new RangeError(`a block of ${block.count} records, limit ${MAX_RECORDS}`);
    const strings = this.#strings!; // set by open
    const stringBase = this.#stringsWritten;
    this.#writeStrings(Math.max(stringBase, idsUsed(block)), block.kind.includes(RECORD_KINDS.packet.code));
    this.#writeSyscalls(this.#syscallsWritten);
    for (let row = 0; row < block.count; row++) this.#lastLine = Math.max(this.#lastLine, block.line[row]!);
    const summary = summarizeBlock(block, (sys) => this.#categories[sys] ?? CATEGORIES.other.code);
    const head = {
      ordinal: this.#index.length,
      recordsBefore: this.#records,
      stringBase,
      strings: this.#stringsWritten,
      syscalls: this.#syscallsWritten,
      lastLine: this.#lastLine,
      summary,
    };
    if (summary.packets > 0) {
      const strips = summary.strips.map(({ packets }) => packets);
      this.#section('packets', encodePackets({ ordinal: head.ordinal, strips }));
    }
    this.#index.push({ offset: this.#offset, summary });
    this.#records += block.count;
    this.#section(
      'block',
      encodeBlock(block, head, (id) => strings.bytes(id).length, this.#clock, this.#options.onPacked),
    );
  }

  close(footer: RecordingFooter): void {
    this.#become('open', 'closed');
    this.#writeStrings(this.#strings!.size, false); // set by open, as is the header
    this.#section('header', encodeHeader(this.#header!));
    this.#writeSyscalls(0);
    this.#section('footer', encodeFooter({ footer, blocks: this.#index.length, records: this.#records }));
    const indexOffset = this.#offset;
    this.#section('index', encodeIndex(this.#index));
    const trailer = new ByteWriter();
    trailer.f64(indexOffset);
    trailer.u32(this.#index.length);
    this.#section('trailer', trailer.bytes());
  }

  #writeStrings(end: number, areFrames: boolean): void {
    if (end === this.#stringsWritten) return;
    const payload = encodeStrings(this.#strings!, this.#stringsWritten, end, areFrames); // set by open
    this.#options.onPacked?.('strings', payload.length);
    this.#section('strings', payload);
    this.#stringsWritten = end;
  }

  #writeSyscalls(first: number): void {
    const refs = this.#syscalls.slice(first, NO_SYSCALL);
    if (refs.length === 0) return;
    for (const { arch, name } of this.#syscalls.slice(this.#categories.length)) {
      this.#categories.push(CATEGORIES[categoryOf(arch, name)].code);
    }
    this.#section('syscalls', encodeSyscalls(first, refs));
    this.#syscallsWritten = first + refs.length;
  }

  #section(type: SectionType, payload: Uint8Array): void {
    this.#append(writeSection(type, payload));
  }

  #append(bytes: Uint8Array): void {
    this.#write(bytes);
    this.#offset += bytes.length;
  }

  #become(from: 'new' | 'open', to: 'open' | 'closed'): void {
    if (this.#state !== from) throw new Error(`the writer of a .sct file is ${this.#state}, not ${from}`);
    this.#state = to;
  }
}

/** One more than the highest string id that a block names. */
function idsUsed(block: Block): number {
  let highest = 0;
  for (const column of [block.comm, block.retText, block.argText, block.memBytes]) {
    for (const id of column) if (id > highest) highest = id;
  }
  return highest + 1;
}

function encodeIndex(
  index: readonly { readonly offset: number; readonly summary: BlockSummary }[],
): Uint8Array {
  const out = new ByteWriter();
  out.varint(index.length);
  for (const { offset, summary } of index) {
    out.varint(offset);
    writeSummary(out, summary);
  }
  return out.bytes();
}
