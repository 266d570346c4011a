// The importer of captures, pcap and pcapng: bytes in, blocks of packets out.
//
//   push(bytes) -> pcap/pcap-file.ts or pcap/pcapng-file.ts -> pcap/packet-rows.ts -> sink
//
// Files go through one after another as they come; no more of them is in memory than two blocks. Strings of the sink are forgotten once
// their block was taken.
import type { BlockSink, RecordingFooter, RecordingHeader, SourceFile } from '../recording.ts';
import { RECORD_KINDS } from '../event.ts';
import { encodeUtf8 } from '../format/utf8.ts';
import { ByteBuffer } from './bytes.ts';
import { ImportError, WarningList } from './errors.ts';
import {
  NO_DIRECTION,
  type CaptureInterface,
  type CaptureReader,
  type CaptureTaker,
  type CaptureWarning,
  type FoundPacket,
} from './pcap/capture.ts';
import { frameFacts } from './pcap/frame-facts.ts';
import { PacketRows, type TimeBase, type WaitingRow } from './pcap/packet-rows.ts';
import { PacketStrings } from './pcap/packet-strings.ts';
import { openPcapFile, PCAP_HEADER_BYTES } from './pcap/pcap-file.ts';
import { PcapngFile } from './pcap/pcapng-file.ts';
import { recogniseCapture } from './pcap/recognise.ts';

/** Rows of a block unless the options say otherwise: what .sct is made for. */
const BLOCK_RECORDS = 4096;
/** Bytes that are read at a time. */
const PIECE_BYTES = 1 << 18;
/** Characters of a comment that are kept. */
const MAX_TEXT = 4096;

/** What a caller may say about an import. */
export interface PcapOptions {
  /** Title of the recording; the name of the first file without it. */
  readonly title?: string;
  /** The command that was captured, if there was one. */
  readonly command?: string;
  /** Told the bytes read so far, all files, at most once a push. */
  readonly onBytes?: (read: number) => void;
  /** Rows of a block, 1 to 65,535. */
  readonly blockRecords?: number;
}

/** Takes the bytes of one or more files, in order. Every method but the first may throw ImportError. */
export interface PcapImporter {
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
export function createPcapImporter(sink: BlockSink, options: PcapOptions = {}): PcapImporter {
  return new Importer(sink, options);
}

class Importer implements PcapImporter, CaptureTaker {
  readonly #sink: BlockSink;
  readonly #options: PcapOptions;
  readonly #strings = new PacketStrings();
  readonly #rows: PacketRows;
  readonly #warnings = new WarningList();
  readonly #sources: SourceFile[] = [];
  /** Indexes of devices by name; by place and link type where they have none. */
  readonly #devices = new Map<string, number>();
  #resolutionNs = Infinity;
  readonly #counts = { lines: 0, badLines: 0, orphanLines: 0, otherLines: 0 };
  /** The file: its name, reader and what is not read of it yet. */
  #name: string | undefined = undefined;
  #reader: CaptureReader | undefined = undefined;
  readonly #buffer = new ByteBuffer(PIECE_BYTES);
  /** Bytes of the file before the buffer, and all that came. */
  #offset = 0;
  #fileBytes = 0;
  #allBytes = 0;
  #toSkip = 0;
  /** Where it cannot be read any more, and why. */
  #stopped: { readonly offset: number; readonly detail: string } | undefined = undefined;
  #packets = 0;

  constructor(sink: BlockSink, options: PcapOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#rows = new PacketRows(options.blockRecords ?? BLOCK_RECORDS, this.#strings, {
      open: (base) => sink.open(this.#header(base), this.#strings, []),
      block: (block) => sink.block(block),
      late: (row, isFar) => this.#late(row, isFar),
    });
  }

  file(name: string): void {
    if (this.#name !== undefined) this.endFile();
    this.#name = name;
    this.#reader = undefined;
    this.#buffer.length = this.#offset = this.#fileBytes = this.#toSkip = this.#packets = 0;
    this.#stopped = undefined;
  }

  push(bytes: Uint8Array): void {
    if (this.#name === undefined) this.file('');
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      this.#pushPiece(bytes.subarray(at, at + PIECE_BYTES));
    this.#options.onBytes?.(this.#allBytes);
  }

  endFile(sha256 = ''): void {
    if (this.#name === undefined) return;
    if (this.#reader === undefined) this.#open(true);
    const file = this.#name;
    if (this.#stopped !== undefined) {
      const { offset, detail } = this.#stopped;
      this.#bad('bad-capture', `offset ${offset}: ${detail}; ${this.#fileBytes - offset} bytes are not read`);
    } else if (this.#buffer.length > 0) {
      this.#bad('cut-capture', `offset ${this.#offset}, ${this.#buffer.length} bytes`);
    } else if (this.#toSkip > 0) {
      this.#bad('cut-capture', `offset ${this.#fileBytes}, ${this.#toSkip} bytes are missing`);
    }
    this.#sources.push({ name: file, byteSize: this.#fileBytes, sha256 });
    this.#buffer.length = 0;
    this.#name = undefined;
  }

  end(): RecordingFooter {
    this.endFile();
    if (this.#sources.length === 0) throw new ImportError('empty', '', 0);
    this.#rows.finish();
    this.#warnings.addTotals();
    const footer: RecordingFooter = {
      sources: this.#sources,
      ...this.#counts,
      warnings: this.#warnings.items,
    };
    this.#sink.close(footer);
    return footer;
  }

  packet(bytes: ByteBuffer, found: FoundPacket): void {
    this.#counts.lines++;
    this.#packets++;
    const { device, at, length } = found;
    const facts = frameFacts(device.linkType, bytes, at, at + length);
    this.#rows.add({
      kind: RECORD_KINDS.packet.code,
      seconds: found.seconds,
      ns: found.ns,
      number: this.#packets,
      source: this.#sources.length,
      ifindex: facts.ifindex ?? device.ifindex,
      linkType: device.linkType,
      direction: found.direction === NO_DIRECTION ? facts.direction : found.direction,
      name: this.#strings.keep(device.name),
      frame: this.#strings.add(bytes.bytes, at, at + length),
      text: this.#passing(found.comment),
      length,
      trueLength: found.trueLength,
    });
  }

  note(text: string): void {
    this.#counts.lines++;
    this.#rows.add({
      ...NO_PACKET,
      number: this.#packets,
      source: this.#sources.length,
      text: this.#passing(text),
    });
  }

  other(): void {
    this.#counts.lines++;
    this.#counts.otherLines++;
  }

  warn(code: CaptureWarning, offset: number, detail: string): void {
    if (code !== 'dropped-packets') this.#counts.badLines++;
    this.#warnings.add(code, this.#name ?? '', this.#packets + 1, () => `offset ${offset}: ${detail}`);
  }

  stop(offset: number, detail: string): void {
    this.#stopped = { offset, detail };
  }

  device(name: string, place: number, linkType: number): CaptureInterface {
    const key = name === '' ? `${place} ${linkType}` : `name ${name}`;
    let ifindex = this.#devices.get(key);
    if (ifindex === undefined) this.#devices.set(key, (ifindex = this.#devices.size + 1));
    return { ifindex, name, linkType };
  }

  resolution(ns: number): void {
    this.#resolutionNs = Math.min(this.#resolutionNs, ns);
  }

  #pushPiece(bytes: Uint8Array): void {
    this.#fileBytes += bytes.length;
    this.#allBytes += bytes.length;
    if (this.#stopped !== undefined) return;
    const skipped = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= skipped;
    this.#offset += skipped;
    const buffer = this.#buffer;
    buffer.append(bytes, skipped, bytes.length);
    if (this.#reader === undefined && !this.#open(false)) return;
    const used = this.#reader!.read(buffer, this.#offset); // #open made it
    const done = Math.min(used, buffer.length);
    buffer.bytes.copyWithin(0, done, buffer.length);
    buffer.length -= done;
    this.#offset += done;
    this.#toSkip += used - done;
  }

  /** Finds out which format the file has; false while there is too little of it. Throws ImportError when it has none. */
  #open(isWhole: boolean): boolean {
    const buffer = this.#buffer;
    const head = buffer.bytes.subarray(0, Math.min(buffer.length, PCAP_HEADER_BYTES));
    if (head.length < PCAP_HEADER_BYTES && !isWhole) return false;
    const format = recogniseCapture(head);
    this.#reader = format === 'pcapng' ? new PcapngFile(this) : openPcapFile(buffer, this);
    if (this.#reader === undefined || head.length < PCAP_HEADER_BYTES) {
      const refusal = head.length === 0 ? 'empty' : format === undefined ? 'no-capture' : 'bad-capture';
      throw new ImportError(refusal, this.#name ?? '', 0);
    }
    return true;
  }

  /** The id of a text that only one row has. */
  #passing(text: string): number {
    const bytes = encodeUtf8(text.slice(0, MAX_TEXT));
    return this.#strings.add(bytes, 0, bytes.length);
  }

  #bad(code: CaptureWarning, text: string): void {
    this.#counts.badLines++;
    this.#warnings.add(code, this.#name ?? '', this.#packets + 1, () => text);
  }

  #late(row: WaitingRow, isFar: boolean): void {
    const file = this.#sources[row.source]?.name ?? this.#name ?? '';
    this.#warnings.add(isFar ? 'far-stamp' : 'late-packet', file, row.number, () => `packet ${row.number}`);
  }

  #header({ startNs, isCounted }: TimeBase): RecordingHeader {
    const { title, command } = this.#options;
    const { application = '', format = 'pcap' } = this.#reader ?? {};
    return {
      title: title ?? this.#sources[0]?.name ?? this.#name ?? '',
      command: command ?? '',
      recorder: application === '' ? format : application,
      startNs,
      clock: isCounted ? 'lines' : 'realtime',
      resolutionNs: Number.isFinite(this.#resolutionNs) ? this.#resolutionNs : 1,
      bias: 1,
    };
  }
}

/** A row that is no packet: a word, at the time of the packet before it. */
const NO_PACKET = {
  kind: RECORD_KINDS.note.code,
  seconds: Number.NaN,
  ns: 0,
  ifindex: 0,
  linkType: 0,
  direction: NO_DIRECTION,
  name: 0,
  frame: 0,
  length: 0,
  trueLength: 0,
};
